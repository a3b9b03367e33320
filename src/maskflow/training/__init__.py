"""How the shipped weights were made, and how a user makes their own (extra `train`). Imports only `vision`."""
