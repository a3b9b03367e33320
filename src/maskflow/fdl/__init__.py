"""The workflow language."""

from .load import Loaded, check, load

__all__ = ["Loaded", "check", "load"]
