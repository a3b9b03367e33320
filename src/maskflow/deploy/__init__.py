"""The engine: what is wanted against what the clouds hold, as a plan; and a plan, done."""
