"""Pixels only: frames out of videos, faces found and hidden, masks told from bare faces. Imports only errors."""
