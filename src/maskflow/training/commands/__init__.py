"""What `python -m maskflow.training` can do, one file a command: `options(parser)` says how, `run(chosen)` does it."""
