"""One function for each thing that a user can ask for. They take values, return values, and print nothing."""
