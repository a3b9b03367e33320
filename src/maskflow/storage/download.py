"""One object into one file: whole or not there, resumable, and never outside the target folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from maskflow.errors import StorageError

from .base import ObjectInfo, Storage
from .etags import same
from .keys import check_key

PARTIAL = re.compile(r"\.maskflow-[0-9a-f]{16}-[0-9a-f]{16}\.part")
"""The hidden file that a download grows in: digests of the key and of the ETag."""


def download(storage: Storage, bucket: str, info: ObjectInfo, target: Path) -> tuple[Path, bool]:
    """The object as `target/<key>`; True beside it when the file was there already."""
    file = _inside(target, info.key)
    if not info.etag:
        info = storage.stat(bucket, info.key)
    if same(file, info.size, info.etag):
        return file, True
    _make_folder(target, file.parent)
    for _ in range(3):
        if _fetched(storage, bucket, info, file):
            return file, False
        info = storage.stat(bucket, info.key)
    raise StorageError(f"{bucket}/{info.key} keeps changing while it is read; try again later")


def partial_size(target: Path, info: ObjectInfo) -> int:
    """How much of an object has been fetched so far by a download that is not over."""
    try:
        return _partial(target / info.key, info).stat().st_size
    except (OSError, ValueError):
        return 0


def _partial(file: Path, info: ObjectInfo) -> Path:
    return file.parent / f".maskflow-{_short(info.key)}-{_short(info.etag)}.part"


def _inside(target: Path, key: str) -> Path:
    check_key(key)
    file = target / key
    real = os.path.realpath(file.parent)
    top = os.path.realpath(target)
    if real != top and not real.startswith(top.rstrip("/") + "/"):
        raise StorageError(f"{file.parent} is a link that leads out of {target}")
    return file


def _make_folder(target: Path, folder: Path) -> None:
    """The folder of a file below `target`; a key that needs a folder where a file stands is an error of its own."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise StorageError(f"{folder.relative_to(target)} is a file here and a folder in the storage") from None


def _fetched(storage: Storage, bucket: str, info: ObjectInfo, file: Path) -> bool:
    """False when the object has changed since `info` was read; then nothing of the old version is left."""
    partial = _partial(file, info)
    _drop_other_versions(partial)
    with _locked(partial, info.key):
        start = partial.stat().st_size
        if start != info.size or not info.size:
            start = start if start < info.size else 0
            if storage.get(bucket, info.key, partial, start=start).etag != info.etag:
                partial.unlink()
                return False
        if partial.stat().st_size != info.size:
            partial.unlink()
            return False
        if file.is_dir():
            raise StorageError(f"{file} is a folder here and an object in the storage")
        os.replace(partial, file)
    return True


@contextmanager
def _locked(partial: Path, key: str) -> Iterator[None]:
    with open(partial, "ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageError(f"{key} is being fetched by another maskflow into the same folder") from None
        yield


def _drop_other_versions(partial: Path) -> None:
    head = partial.name.rsplit("-", 1)[0]
    for other in partial.parent.glob(f"{head}-*.part"):
        if other != partial:
            with suppress(FileNotFoundError):
                other.unlink()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
