"""Defines nothing that could be called."""
