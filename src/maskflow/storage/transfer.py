"""Many objects to files and back: parallel, resumable, keys kept, and one bad key never stops the others.

A download grows in a hidden file beside its target, named after key and ETag, and is renamed when it is whole; the
next call goes on where it ended, if the object is still the same version. What is already there is known by size and
ETag and not moved again. Keys are hostile text: nothing is ever written outside the target, nor through a link that
leads out of it. The threads are daemons, so that Ctrl-C ends them at once; whatever they leave, the next call uses.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import MaskflowError, StorageError

from .base import HIDDEN, ObjectInfo, Storage
from .download import PARTIAL, download, partial_size
from .etags import same
from .keys import check_key

THREADS = 8
HEARTBEAT = 0.5
"""Seconds after which progress is told even when no object has been finished."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a transfer is. `name` is the object that was finished last; `bytes` counts what is under way, too."""

    name: str
    objects: int
    objects_in_all: int
    bytes: int
    bytes_in_all: int


@dataclass(frozen=True, slots=True)
class Moved:
    """One object whose bytes are now on both sides; `skipped` says that they were before."""

    key: str
    file: str
    size: int
    skipped: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """One object that stayed where it was, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """What came of a `put` or a `get`, both in the order of the names."""

    moved: tuple[Moved, ...] = ()
    failed: tuple[Failed, ...] = ()


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One object to move: its name for people, its size, and the call that moves it."""

    name: str
    size: int
    move: Callable[[], Moved]
    under_way: Callable[[], int] = int
    """How many of its bytes have been moved, as far as can be seen from outside."""


def get(
    storage: Storage,
    bucket: str,
    prefix: str,
    target: Path,
    *,
    threads: int = THREADS,
    on_progress: OnProgress | None = None,
) -> Transfer:
    """Everything at and below `prefix` into `target/<key>`. Raises NotFound when the bucket does not exist."""
    found = list(storage.list(bucket, prefix))
    return get_objects(storage, bucket, found, target, threads=threads, on_progress=on_progress)


def get_objects(
    storage: Storage,
    bucket: str,
    objects: Sequence[ObjectInfo],
    target: Path,
    *,
    threads: int = THREADS,
    on_progress: OnProgress | None = None,
) -> Transfer:
    """These objects into `target/<key>`."""

    def job(info: ObjectInfo) -> _Job:
        def move() -> Moved:
            file, skipped = download(storage, bucket, info, target)
            return Moved(info.key, str(file), info.size, skipped)

        return _Job(info.key, info.size, move, lambda: partial_size(target, info))

    return _carry_out([job(info) for info in objects], threads, on_progress)


def put(
    storage: Storage,
    bucket: str,
    prefix: str,
    sources: Sequence[Path],
    *,
    threads: int = THREADS,
    on_progress: OnProgress | None = None,
) -> Transfer:
    """Files to `prefix/<name>`, and what is in folders to `prefix/<path below the folder>`."""

    def job(file: Path, key: str) -> _Job:
        return _Job(str(file), file.stat().st_size, lambda: _upload(storage, bucket, key, file))

    head = prefix.strip("/") + "/" if prefix.strip("/") else ""
    jobs = [job(file, head + relative) for source in sources for file, relative in files_of(source)]
    return _carry_out(jobs, threads, on_progress)


def _upload(storage: Storage, bucket: str, key: str, file: Path) -> Moved:
    check_key(key)
    if (key + "/").startswith(HIDDEN):
        raise StorageError(f"keys below {HIDDEN} are maskflow's own")
    size = file.stat().st_size
    with suppress(StorageError):
        present = storage.stat(bucket, key)
        if same(file, present.size, present.etag):
            return Moved(key, str(file), size, skipped=True)
    storage.put(bucket, key, file)
    return Moved(key, str(file), size, skipped=False)


def files_of(source: Path) -> Iterator[tuple[Path, str]]:
    """Regular files at or below `source` with their path relative to it, sorted; folders behind links are left out."""
    if not source.is_dir():
        if not source.is_file():
            raise StorageError(f"{source} is neither a file nor a folder")
        yield source, source.name
        return
    for folder, below, names in os.walk(source, onerror=_unreadable):
        below.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if file.is_file() and not PARTIAL.fullmatch(name):
                yield file, file.relative_to(source).as_posix()


def _unreadable(error: OSError) -> None:
    raise StorageError(f"cannot read the folder {error.filename}: {error.strerror}") from error


def _carry_out(jobs: Sequence[_Job], threads: int, on_progress: OnProgress | None) -> Transfer:
    moved: list[Moved] = []
    failed: list[Failed] = []
    total = sum(job.size for job in jobs)
    done = 0
    name = ""
    running: set[_Job] = set()
    for ended in _parallel(jobs, threads, running):
        if ended:
            name, done = ended[0].name, done + ended[0].size
            if isinstance(ended[1], Moved):
                moved.append(ended[1])
            else:
                failed.append(ended[1])
        if on_progress:
            seen = done if ended else done + sum(job.under_way() for job in tuple(running))
            on_progress(Progress(name, len(moved) + len(failed), len(jobs), min(seen, total), total))
    return Transfer(tuple(sorted(moved, key=lambda one: one.key)), tuple(sorted(failed, key=lambda one: one.name)))


def _parallel(jobs: Sequence[_Job], threads: int, running: set[_Job]) -> Iterator[tuple[_Job, Moved | Failed] | None]:
    """Results as they come, in the caller's thread; None whenever none has come for a while. `running` is kept true."""
    waiting: queue.SimpleQueue[_Job] = queue.SimpleQueue()
    results: queue.SimpleQueue[tuple[_Job, Moved | Failed | BaseException]] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                job = waiting.get_nowait()
                running.add(job)
                result = _attempt(job)
                running.discard(job)
                results.put((job, result))

    for _ in range(min(threads, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    left = len(jobs)
    while left:
        try:
            job, result = results.get(timeout=HEARTBEAT)
        except queue.Empty:
            yield None
            continue
        left -= 1
        if isinstance(result, BaseException):
            raise result
        yield job, result


def _attempt(job: _Job) -> Moved | Failed | BaseException:
    try:
        return job.move()
    except MaskflowError as error:
        return Failed(job.name, str(error))
    except OSError as error:
        return Failed(job.name, f"{error.filename or job.name}: {error.strerror or error}")
    except Exception as error:
        return error
