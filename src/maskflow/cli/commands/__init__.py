"""One file a command, named like it, each with a click command called `command`; `group.py` lists them."""
