"""What `ls -b`, `put`, `get` and `run` say about objects."""

from __future__ import annotations

from maskflow.app.sides import Found, find
from maskflow.errors import StorageError
from maskflow.storage.transfer import Transfer

from .output import clean, count, note, say, show_json, size, warn
from .surroundings import configured_sides


def found_bucket(place: str, *, local: bool) -> Found:
    """The bucket that the user means, with a warning about sides that could not be asked for it."""
    found = find(configured_sides(local=local), place)
    for one in found.unreachable:
        warn(f"{one.side} could not be asked: {one.reason}")
    return found


def report_transfer(transfer: Transfer, done: str, *, as_json: bool) -> None:
    """One line an object, a sum, and StorageError when something stayed behind. `done` is the verb: `uploaded`."""
    if as_json:
        show_json(transfer)
    else:
        for one in transfer.moved:
            say(f"{clean(one.key if done == 'uploaded' else one.file)}{'  (already there)' if one.skipped else ''}")
    for failed in transfer.failed:
        warn(f"{clean(failed.name)}: {clean(failed.reason)}")
    new = [one for one in transfer.moved if not one.skipped]
    already = len(transfer.moved) - len(new)
    tail = f", {count(already, 'object')} already there" if already else ""
    note(f"{done} {count(len(new), 'object')}, {size(sum(one.size for one in new))}{tail}")
    if transfer.failed:
        raise StorageError(f"{count(len(transfer.failed), 'object')} could not be {done}")
