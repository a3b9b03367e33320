"""The files beside the files: ETag and metadata of an object in a directory, out of everybody's sight."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from .base import HIDDEN


@dataclass(frozen=True, slots=True)
class Sidecar:
    """True for the file of `key` only while that has this size (bytes) and modification time (nanoseconds)."""

    key: str
    size: int
    mtime_ns: int
    etag: str
    metadata: Mapping[str, str]

    def row(self) -> list[object]:
        return [self.size, self.mtime_ns, self.etag, dict(self.metadata)]


def dumps(sidecar: Sidecar, before: Sidecar | None) -> bytes:
    """The file's content: the coming version and the present one, since a kill may leave either beside it."""
    versions = [version.row() for version in (sidecar, before) if version]
    return json.dumps({"key": sidecar.key, "versions": versions}, separators=(",", ":")).encode()


def path(bucket: str, key: str) -> str:
    """Where the sidecar of `key` lies: a fixed length, whatever the key holds."""
    digest = hashlib.sha256(os.fsencode(key)).hexdigest()
    return f"{bucket}/{HIDDEN}meta/{digest[:2]}/{digest}.json"


def read(bucket: str, key: str, status: os.stat_result) -> Sidecar | None:
    """The sidecar that is true for a file of this status, or None."""
    if key.startswith(HIDDEN):
        return None
    try:
        with open(path(bucket, key), "rb") as file:
            versions = json.loads(file.read())["versions"]
        for size, mtime_ns, etag, metadata in versions:
            if (size, mtime_ns) == (status.st_size, status.st_mtime_ns):
                return Sidecar(key, size, mtime_ns, etag, metadata)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # absent or damaged: the object is then one without a history, and its bytes are hashed again
    return None


def install(temporary: str, target: str) -> None:
    """Move a written temporary file to its place, making the folder at its first use."""
    try:
        os.replace(temporary, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.replace(temporary, target)
