"""Making outputs visible: only after success, each whole, never over what is not ours.

An object may be written where nothing is, or where the same function left it for the same input. Anything else is
somebody's, and the event fails with the name of the object and of whoever made it.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import FunctionError, NotFound
from maskflow.model import ObjectCreated, Port
from maskflow.storage.base import ABSENT

from .lineage import FUNCTION, PARENT, RUN
from .receipts import Storages


class OutputConflict(FunctionError):
    """An output's key is taken by something that this function did not make from this input. Trying again is vain."""

    retryable = False


@dataclass(frozen=True, slots=True)
class Item:
    """One file that is to become one object; `expect` is what must be at its key (see `Storage.put`)."""

    storage: str
    bucket: str
    key: str
    file: Path
    expect: str = ABSENT

    @property
    def address(self) -> tuple[str, str, str]:
        return self.storage, self.bucket, self.key


def collect(folder: Path, outputs: Sequence[Port]) -> tuple[Item, ...]:
    """What the files below `folder` become, by output port and then by name. Links and devices are refused."""
    files = list(_files(folder, folder))
    items: dict[tuple[str, str, str], Item] = {}
    for port in outputs:
        for name, file in files:
            if port.names.accepts(name):
                item = Item(port.path.storage.realm, port.path.bucket, port.path.key(name), file)
                items[item.address] = item
    return tuple(items.values())


def _files(folder: Path, top: Path) -> Iterator[tuple[str, Path]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _files(path, top)
        elif entry.is_file(follow_symlinks=False):
            yield path.relative_to(top).as_posix(), path
        else:
            raise FunctionError(f"output {path.relative_to(top)} is a link or a device; only files can be published")


def check(items: Sequence[Item], metadata: Mapping[str, str], storages: Storages) -> tuple[Item, ...]:
    """The items with what must be at their keys. Raises OutputConflict when something of others is there."""
    return tuple(_checked(item, metadata, storages) for item in items)


def _checked(item: Item, metadata: Mapping[str, str], storages: Storages) -> Item:
    try:
        there = storages(item.storage).stat(item.bucket, item.key)
    except NotFound:
        return item
    found = there.metadata
    if not _same_origin(found, metadata):
        maker = (
            f"{found[FUNCTION]} made it from {found.get(PARENT)}" if FUNCTION in found else "nothing of ours made it"
        )
        raise OutputConflict(
            f"{item.storage}:{item.bucket}/{item.key} exists already and {maker}; it is not overwritten",
            hint="remove that object, or give this input another name, and retry",
        )
    return Item(item.storage, item.bucket, item.key, item.file, there.etag)


def remove(stale: Iterable[ObjectCreated], metadata: Mapping[str, str], storages: Storages) -> None:
    """Delete what an earlier version of the input left, unless somebody has put something else in its place."""
    for output in stale:
        storage = storages(output.storage)
        with contextlib.suppress(NotFound):
            if _same_origin(storage.stat(output.bucket, output.key).metadata, metadata):
                storage.delete(output.bucket, output.key)


def _same_origin(found: Mapping[str, str], metadata: Mapping[str, str]) -> bool:
    """Whether an object with the metadata `found` is this function's work on this input."""
    return (found.get(PARENT), found.get(FUNCTION)) == (metadata[PARENT], metadata[FUNCTION])


def write(items: Sequence[Item], metadata: Mapping[str, str], storages: Storages) -> tuple[ObjectCreated, ...]:
    """Put them all. Raises PreconditionFailed when somebody wrote one of the keys since `check`."""
    written = []
    uses = Counter(item.file for item in items)
    for item in items:
        info = storages(item.storage).put(
            item.bucket, item.key, item.file, metadata=metadata, expect=item.expect, consume=uses[item.file] == 1
        )
        written.append(
            ObjectCreated(
                item.storage, item.bucket, item.key, info.size, info.etag, info.sequencer, run=metadata.get(RUN, "")
            )
        )
    return tuple(written)
