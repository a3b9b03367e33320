"""What `directory.py` does with single files: look, hash, copy, walk."""

from __future__ import annotations

import hashlib
import os
import stat as stat_module
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from maskflow.errors import NotFound, StorageError
from maskflow.model import NO_MAPPING

from .base import HIDDEN, ObjectInfo

CHUNK = 1 << 20


def regular(path: str, bucket: str, key: str) -> os.stat_result:
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"{bucket}/{key} does not exist") from None
    except OSError as error:
        raise StorageError(f"cannot read {bucket}/{key}: {error.strerror}") from error
    if not stat_module.S_ISREG(status.st_mode):
        raise NotFound(f"{bucket}/{key} is not a file")
    return status


def info(key: str, status: os.stat_result, etag: str, metadata: Mapping[str, str] = NO_MAPPING) -> ObjectInfo:
    return ObjectInfo(key, status.st_size, etag, sequencer(status), status.st_mtime, metadata)


def sequencer(status: os.stat_result) -> str:
    """The version order of a file: the inode's change time in nanoseconds, 16 hex digits."""
    return f"{status.st_ctime_ns:016x}"


def hash_of(path: str, bucket: str, key: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise NotFound(f"{bucket}/{key} does not exist") from None
    except OSError as error:
        raise StorageError(f"cannot read {bucket}/{key}: {error.strerror}") from error


def copy(source: Path | bytes, sink: IO[bytes]) -> str:
    """Write the bytes and return their SHA-256, in one pass."""
    if isinstance(source, bytes):
        sink.write(source)
        return hashlib.sha256(source).hexdigest()
    digest = hashlib.sha256()
    with open(source, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            sink.write(chunk)
    return digest.hexdigest()


def walk(folder: str, head: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Regular files below `folder` in byte order of `head` + relative path; links to directories are passed over."""
    try:
        with os.scandir(folder) as entries:
            found = [(_sort_name(entry), entry) for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return
    for _, entry in sorted(found, key=lambda pair: pair[0]):
        key = head + entry.name
        if (key + "/").startswith(HIDDEN):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path, key + "/")
        elif entry.is_file():
            yield key, entry


def _sort_name(entry: os.DirEntry[str]) -> bytes:
    name = os.fsencode(entry.name)
    return name + b"/" if entry.is_dir(follow_symlinks=False) else name


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
