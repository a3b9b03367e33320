"""Which object keys can be file names. S3 allows any text; a file system does not, and `..` would lead elsewhere."""

from __future__ import annotations

import re

from maskflow.errors import StorageError

MAX_SEGMENT = 255
"""Bytes in one file name on ext4, xfs, btrfs, apfs."""
MAX_KEY = 1024
"""Bytes in a key: S3's limit, and well below Linux's 4,096 for a path."""
PLAIN = re.compile(r"(?=.{1,200}\Z)(?:\.maskflow/)?[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*\Z")
"""Most keys: short, and of harmless letters in segments that do not begin with a dot."""


def check_key(key: str) -> None:
    """Raise StorageError, naming the key and the reason, unless the key can be a relative path of plain names."""
    if PLAIN.match(key):
        return
    segments = key.split("/")
    reason = ""
    if len(key.encode("utf-8", "surrogatepass")) > MAX_KEY:
        reason = f"is longer than {MAX_KEY} bytes"
    elif any(segment in ("", ".", "..") for segment in segments):
        reason = "has an empty, '.' or '..' segment"
    elif "\0" in key or any("\ud800" <= letter <= "\udfff" for letter in key):
        reason = "has a character that no file name can have"
    elif any(len(segment.encode()) > MAX_SEGMENT for segment in segments):
        reason = f"has a segment longer than {MAX_SEGMENT} bytes"
    if reason:
        raise StorageError(f"key {key[:200]!r} {reason}; it cannot be kept in a directory")
