"""Buckets that are directories: `<root>/<bucket>/<key>`, safe to fill with `cp`, `mv` or a file manager.

What S3 keeps beside an object (ETag, metadata) lies in a sidecar below `<bucket>/.maskflow/meta/`, named by the
SHA-256 of the key, so that it is invisible in listings and hostile keys cannot reach it. A sidecar counts only while
the file's size and modification time are those that it was written for: a file that somebody replaced by hand is a
new object without a history. The ETag is the SHA-256 of the bytes; the sequencer is the time of the last change of
the inode, which no user can set back.

A put writes a temporary file in `.maskflow/tmp`, then the sidecar, then renames. Killed between the two, the file is
still the one before, and the sidecar, which keeps that version beside the coming one, is still true for it. Puts with a
condition take a lock on the bucket while they compare.
Symbolic links to directories are not followed, neither for reading nor for writing.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from maskflow.errors import NotFound, PreconditionFailed, StorageError
from maskflow.model import NO_MAPPING

from . import files, sidecars
from .base import ABSENT, HIDDEN, ObjectInfo
from .keys import check_key
from .sidecars import Sidecar

BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}\Z")
CHUNK = 1 << 20
HASHES_KEPT = 1024
_numbers = itertools.count()


class DirectoryStorage:
    """The `Storage` of one realm. `root` holds a directory for each bucket; buckets are made by the deployer."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._safe: set[str] = set()
        self._hashes: dict[tuple[str, int, int, int], str] = {}
        self._tops: dict[str, str] = {}

    def buckets(self) -> tuple[str, ...]:
        try:
            entries = sorted(os.listdir(self.root))
        except FileNotFoundError:
            return ()
        return tuple(name for name in entries if BUCKET_NAME.match(name) and (self.root / name).is_dir())

    def create_bucket(self, bucket: str) -> None:
        os.makedirs(f"{self._top(bucket)}/{HIDDEN}tmp", exist_ok=True)

    def path(self, bucket: str, key: str) -> Path:
        """The file of an object, for reading in place. It may not exist. Raises StorageError for a hostile key."""
        return Path(self._file(bucket, key))

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        path = self._file(bucket, key)
        self._inside(bucket, os.path.dirname(path))
        status = files.regular(path, bucket, key)
        sidecar = sidecars.read(self._top(bucket), key, status)
        if sidecar:
            return files.info(key, status, sidecar.etag, sidecar.metadata)
        return files.info(key, status, self._hash(path, bucket, key, status))

    def get(self, bucket: str, key: str, target: Path, *, start: int = 0) -> ObjectInfo:
        info = self.stat(bucket, key)
        with open(self.path(bucket, key), "rb") as source, open(target, "ab" if start else "wb") as sink:
            source.seek(start)
            shutil.copyfileobj(source, sink, CHUNK)
        return info

    def read(self, bucket: str, key: str) -> tuple[bytes, str]:
        path = self._file(bucket, key)
        self._inside(bucket, os.path.dirname(path))
        try:
            with open(path, "rb") as file:
                data = file.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFound(f"{bucket}/{key} does not exist") from None
        except OSError as error:
            raise StorageError(f"cannot read {bucket}/{key}: {error.strerror}") from error
        return data, hashlib.sha256(data).hexdigest()

    def put(
        self,
        bucket: str,
        key: str,
        source: Path | bytes,
        *,
        metadata: Mapping[str, str] = NO_MAPPING,
        expect: str | None = None,
        consume: bool = False,
    ) -> ObjectInfo:
        path = self._file(bucket, key)
        temporary, etag = self._take(source) if consume and isinstance(source, Path) else (None, "")
        if temporary is None:
            temporary, etag = self._write_temporary(bucket, source)
        try:
            status = os.stat(temporary)
            self._make_parent(bucket, os.path.dirname(path))
            with self._lock(bucket) if expect is not None else contextlib.nullcontext():
                if expect is not None:
                    self._compare(bucket, key, expect)
                if not key.startswith(HIDDEN):
                    self._write_sidecar(bucket, Sidecar(key, status.st_size, status.st_mtime_ns, etag, metadata))
                os.replace(temporary, path)
                status = os.stat(path)
        except OSError as error:
            raise StorageError(f"cannot write {bucket}/{key}: {error.strerror}") from error
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
        return files.info(key, status, etag, metadata)

    def list(self, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]:
        """Objects in byte order of their keys. ETags come from sidecars only; a file without one has an empty ETag."""
        top = self._top(bucket)
        if not os.path.isdir(top):
            raise NotFound(f"bucket {bucket} does not exist")
        prefix = prefix.strip("/")
        if prefix and os.path.isfile(self._file(bucket, prefix)):
            yield self.stat(bucket, prefix)
        for key, status in self.scan(bucket, prefix):
            sidecar = sidecars.read(top, key, status)
            yield files.info(key, status, sidecar.etag, sidecar.metadata) if sidecar else files.info(key, status, "")

    def scan(self, bucket: str, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
        """Keys below `prefix` with what the file system says of them: a listing without any reading of sidecars."""
        start = self._file(bucket, prefix) if prefix else self._top(bucket)
        self._inside(bucket, start)
        for key, entry in files.walk(start, prefix + "/" if prefix else ""):
            with contextlib.suppress(FileNotFoundError):
                yield key, entry.stat()

    def delete(self, bucket: str, key: str) -> None:
        path = self._file(bucket, key)
        self._inside(bucket, os.path.dirname(path))
        for file in (path, sidecars.path(self._top(bucket), key)):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(file)

    def sweep(self, bucket: str, owner: int | None = None) -> None:
        """Remove temporary files: those of process `owner`, which has ended, or of every process that is gone."""
        for file in Path(f"{self._top(bucket)}/{HIDDEN}tmp").glob("*" if owner is None else f"{owner}-*"):
            writer = file.name.split("-")[0]
            if owner or not (writer.isdigit() and int(writer) != os.getpid() and files.alive(int(writer))):
                with contextlib.suppress(FileNotFoundError):
                    file.unlink()

    # What follows is nobody else's business. Paths are text here: this is the inner loop of everything local.

    def _top(self, bucket: str) -> str:
        top = self._tops.get(bucket)
        if top is None:
            if not BUCKET_NAME.match(bucket):
                raise StorageError(f"{bucket!r} cannot be a bucket's name")
            top = self._tops[bucket] = f"{self.root}/{bucket}"
        return top

    def _file(self, bucket: str, key: str) -> str:
        check_key(key)
        return f"{self._top(bucket)}/{key}"

    def _inside(self, bucket: str, folder: str) -> None:
        """Refuse a folder that a symbolic link leads out of the bucket."""
        if folder in self._safe:
            return
        top = os.path.realpath(self._top(bucket))
        real = os.path.realpath(folder)
        if real != top and not real.startswith(top + "/"):
            raise StorageError(f"{folder} is a link that leads out of bucket {bucket}")
        if os.path.isdir(folder):
            self._safe.add(folder)

    def _make_parent(self, bucket: str, folder: str) -> None:
        self._inside(bucket, folder)
        if not os.path.isdir(folder):
            if not os.path.isdir(self._top(bucket)):
                raise NotFound(f"bucket {bucket} does not exist")
            os.makedirs(folder, exist_ok=True)

    def _write_temporary(self, bucket: str, source: Path | bytes) -> tuple[str, str]:
        folder = f"{self._top(bucket)}/{HIDDEN}tmp"
        temporary = f"{folder}/{os.getpid()}-{next(_numbers)}"
        try:
            with open(temporary, "wb") as sink:
                return temporary, files.copy(source, sink)
        except FileNotFoundError:
            if not os.path.isdir(self._top(bucket)):
                raise NotFound(f"bucket {bucket} does not exist") from None
            if isinstance(source, Path) and not source.exists():
                raise StorageError(f"{source} does not exist") from None
            os.makedirs(folder, exist_ok=True)
            return self._write_temporary(bucket, source)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise StorageError(f"cannot write into bucket {bucket}: {error.strerror}") from error

    def _take(self, source: Path) -> tuple[str | None, str]:
        """Use the source as the temporary file, when it lies on the same file system."""
        try:
            if os.stat(source).st_dev != os.stat(self.root).st_dev:
                return None, ""
            with open(source, "rb") as file:
                return str(source), hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise StorageError(f"cannot read {source}: {error.strerror}") from error

    def _compare(self, bucket: str, key: str, expect: str) -> None:
        try:
            current = self.stat(bucket, key).etag
        except NotFound:
            current = ABSENT
        if current != expect:
            raise PreconditionFailed(f"{bucket}/{key} is not what it was expected to be")

    @contextlib.contextmanager
    def _lock(self, bucket: str) -> Iterator[None]:
        """Alone among threads and processes: a lock of flock(2) belongs to the open file, which is ours alone."""
        with open(f"{self._top(bucket)}/{HIDDEN}lock", "wb", buffering=0) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _hash(self, path: str, bucket: str, key: str, status: os.stat_result) -> str:
        """The ETag of a file that somebody else put there; a long video is read once, not at every look."""
        version = (path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if version not in self._hashes:
            if len(self._hashes) >= HASHES_KEPT:
                self._hashes.clear()
            self._hashes[version] = files.hash_of(path, bucket, key)
        return self._hashes[version]

    def _write_sidecar(self, bucket: str, sidecar: Sidecar) -> None:
        top = self._top(bucket)
        try:
            before = sidecars.read(top, sidecar.key, os.stat(f"{top}/{sidecar.key}"))
        except FileNotFoundError:
            before = None
        temporary, _ = self._write_temporary(bucket, sidecars.dumps(sidecar, before))
        sidecars.install(temporary, sidecars.path(top, sidecar.key))
