"""The files beside the files: ETag and metadata of an object in a directory, out of everybody's sight."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .base import HIDDEN


@dataclass(frozen=True, slots=True)
class Sidecar:
    """True for the file of `key` only while that has this size (bytes) and modification time (nanoseconds)."""

    key: str
    size: int
    mtime_ns: int
    etag: str
    metadata: Mapping[str, str]

    def dumps(self) -> bytes:
        document = {
            "key": self.key,
            "size": self.size,
            "mtime_ns": self.mtime_ns,
            "etag": self.etag,
            "metadata": dict(self.metadata),
        }
        return json.dumps(document, sort_keys=True).encode()


def path(bucket: Path, key: str) -> Path:
    """Where the sidecar of `key` lies: a fixed length, whatever the key holds."""
    digest = hashlib.sha256(os.fsencode(key)).hexdigest()
    return Path(f"{bucket}/{HIDDEN}meta/{digest[:2]}/{digest}.json")


def read(bucket: Path, key: str, status: os.stat_result) -> Sidecar | None:
    """The sidecar that is true for a file of this status, or None."""
    if key.startswith(HIDDEN):
        return None
    try:
        with open(path(bucket, key), "rb") as file:
            found = json.loads(file.read())
        sidecar = Sidecar(key, found["size"], found["mtime_ns"], found["etag"], found["metadata"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # absent or damaged: the object is then one without a history, and its bytes are hashed again
    return sidecar if (sidecar.size, sidecar.mtime_ns) == (status.st_size, status.st_mtime_ns) else None


def install(temporary: str, target: Path) -> None:
    """Move a written temporary file to its place, making the folder at its first use."""
    try:
        os.replace(temporary, target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, target)
