"""`python -m maskflow`, the same as `maskflow`."""

from maskflow.cli.main import main

if __name__ == "__main__":
    main()
