"""Where bytes live: one small Protocol (`base.py`) and one file for each kind of storage."""
