"""Bringing the input to the function: in place where the bytes are files of this machine already, else a copy."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from maskflow.model import ObjectCreated
from maskflow.storage.base import InPlace, ObjectInfo, Storage
from maskflow.storage.keys import MAX_SEGMENT


@dataclass(frozen=True, slots=True)
class Staged:
    """The input as the function sees it."""

    path: Path
    info: ObjectInfo
    version: tuple[int, ...] = ()
    """Of the file, when it is read in place."""


def fetch(storage: Storage, event: ObjectCreated, folder: Path, *, private: bool) -> Staged:
    """Stage the current version of the object. `private`: the function may write to its copy (programs do)."""
    if isinstance(storage, InPlace) and not private:
        path = storage.path(event.bucket, event.key)
        version = _version(path)
        return Staged(path, storage.stat(event.bucket, event.key), version)
    path = folder / file_name(event.key)
    return Staged(path, storage.get(event.bucket, event.key, path))


def unchanged(staged: Staged) -> bool:
    """Whether what was worked on in place is still the same file; a copy cannot change under the function."""
    return not staged.version or staged.version == _version(staged.path)


def _version(path: Path) -> tuple[int, ...]:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return (0,)
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def sha256(staged: Staged) -> str:
    """Of the staged bytes, hex. A storage of files has it as its ETag."""
    if staged.version:
        return staged.info.etag
    with open(staged.path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_name(key: str) -> str:
    """A harmless file name for a key's last segment, recognisable where that is possible."""
    name = key.rstrip("/").rpartition("/")[2].replace("\0", "_")
    if name in ("", ".", "..") or len(name.encode("utf-8", "surrogateescape")) > MAX_SEGMENT:
        return "object" + Path(name[-20:]).suffix
    return name
