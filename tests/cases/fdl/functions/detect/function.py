"""A function for tests: `handle` is what `maskflow` looks for by default."""


def handle(source: object, output: object, context: object) -> None:
    """Do nothing."""
