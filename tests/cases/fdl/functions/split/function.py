"""A function for tests whose entry is named by function.toml."""


class AnonAndSplit:
    """Callable."""
