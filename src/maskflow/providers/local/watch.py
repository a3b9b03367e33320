"""Files that appear in trigger folders become events: a watcher for what happens, a scan for what happened.

A file counts when it is whole: on Linux the kernel is asked whether anybody has it open for writing (a read lease is
refused while somebody does; fcntl(2)); where it cannot say, a file must have rested. Names that begin with a dot are
no uploads: file managers and rsync keep their unfinished work under such names.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import stat
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

from watchfiles import Change, awatch

from maskflow.errors import StorageError
from maskflow.model import ObjectCreated
from maskflow.runtime.spec import FunctionSpec
from maskflow.storage.files import sequencer
from maskflow.storage.keys import check_key

from .place import Root

RESTED = 2.0
"""Seconds without a change after which a file is whole where the kernel cannot tell."""
STEP_MS = 20
DEBOUNCE_MS = 100


def folders(root: Root, specs: Iterable[FunctionSpec]) -> tuple[Path, ...]:
    """The directories that uploads to these functions appear in, outermost only."""
    found = {trigger_folder(root, spec, number) for spec in specs for number in range(len(spec.inputs))}
    return tuple(sorted(folder for folder in found if not any(other in found for other in folder.parents)))


def trigger_folder(root: Root, spec: FunctionSpec, number: int) -> Path:
    path = spec.inputs[number].path
    return root.buckets / path.storage.realm / path.bucket / path.prefix


async def watch(paths: Iterable[Path], stop: asyncio.Event) -> AsyncIterator[set[str]]:
    """Files that were added or changed below `paths`, in batches."""
    options = {"debounce": DEBOUNCE_MS, "step": STEP_MS, "ignore_permission_denied": True}
    async for changes in awatch(*paths, watch_filter=_relevant, stop_event=stop, **options):  # type: ignore[arg-type]
        yield {name for _, name in changes}


def _relevant(change: Change, path: str) -> bool:
    return change is not Change.deleted and "/.maskflow/" not in path


def event(top: str, path: str, status: os.stat_result) -> ObjectCreated | None:
    """The event of a file below `top`, the folder of all realms with its slash, or None when it is no object.

    Raises StorageError for a name that no key can have.
    """
    if not path.startswith(top) or not stat.S_ISREG(status.st_mode):
        return None
    realm, _, rest = path[len(top) :].partition("/")
    bucket, _, key = rest.partition("/")
    if not key or _unfinished_name(key):
        return None
    check_key(key)
    return ObjectCreated(realm, bucket, key, status.st_size, sequencer=sequencer(status))


def _unfinished_name(key: str) -> bool:
    """Whether some segment begins with a dot."""
    return key.startswith(".") or "/." in key


def scan(root: Root, spec: FunctionSpec) -> Iterator[ObjectCreated]:
    """An event for every object that lies below the function's triggers."""
    for port in spec.inputs:
        path = port.path
        storage = root.storage(path.storage.realm)
        for key, status in storage.scan(path.bucket, path.prefix):
            if not possible(key):
                continue
            found = ObjectCreated(path.storage.realm, path.bucket, key, status.st_size, sequencer=sequencer(status))
            if spec.trigger(found) and not _unfinished_name(key):
                yield found


def strangers(root: Root, specs: Iterable[FunctionSpec]) -> set[str]:
    """Files below the triggers whose names no key can have."""
    paths = {port.path for spec in specs for port in spec.inputs}
    return {
        key
        for path in paths
        for key, _ in root.storage(path.storage.realm).scan(path.bucket, path.prefix)
        if not possible(key)
    }


def possible(key: str) -> bool:
    try:
        check_key(key)
    except StorageError:
        return False
    return True


def whole(path: str, status: os.stat_result) -> bool:
    """Whether nobody is still writing the file."""
    open_for_writing = _being_written(path)
    if open_for_writing is not None:
        return not open_for_writing
    return time.time() - max(status.st_mtime, status.st_ctime) > RESTED


def _being_written(path: str) -> bool | None:
    """Whether some process has the file open for writing; None when this system or file system cannot say."""
    lease = getattr(fcntl, "F_SETLEASE", None)
    if lease is None:
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.fcntl(descriptor, lease, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, lease, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    finally:
        os.close(descriptor)
    return False
