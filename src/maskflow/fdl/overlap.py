"""When can one object's key match two filters? The question behind loops and behind S3's refusal of overlaps.

S3 looks at filters only: two overlap when one string can match both. A string that begins with both of two prefixes
exists exactly when one prefix begins with the other, and likewise for suffixes; and both demands can be met at once,
by the longer prefix followed by the longer suffix. A name filter of an input sees the last part of a key.
"""

from __future__ import annotations

import enum

from maskflow.model import BucketPath, NameFilter, Port


class Feeds(enum.IntEnum):
    """Whether what one port writes triggers another."""

    NEVER = 0
    MAYBE = 1
    """For some names of files, which the function's author may know not to occur."""
    SURELY = 2


def comparable(one: str, other: str) -> bool:
    """Whether some string begins with both."""
    return one.startswith(other) or other.startswith(one)


def _any_pair(ones: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether some string begins with one of each; no text at all means that everything does."""
    return any(comparable(one, other) for one in ones or ("",) for other in others or ("",))


def suffixes_meet(ones: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether some string ends with one of each."""
    return _any_pair(tuple(one[::-1] for one in ones), tuple(other[::-1] for other in others))


def _same_bucket(one: BucketPath, other: BucketPath) -> bool:
    return one.storage.realm == other.storage.realm and one.bucket == other.bucket


def _folder(path: BucketPath) -> str:
    return f"{path.prefix}/" if path.prefix else ""


def _passable(names: NameFilter) -> NameFilter | None:
    """A filter on the last part of a key without those texts that none can have; None when nothing remains."""
    prefixes = tuple(text for text in names.prefixes if "/" not in text)
    suffixes = tuple(text for text in names.suffixes if "/" not in text)
    if (names.prefixes and not prefixes) or (names.suffixes and not suffixes):
        return None
    return NameFilter(prefixes, suffixes)


def overlap(one: Port, other: Port) -> bool:
    """Whether one object can trigger both inputs."""
    if not _same_bucket(one.path, other.path) or not comparable(_folder(one.path), _folder(other.path)):
        return False
    names, others = _passable(one.names), _passable(other.names)
    if names is None or others is None:
        return False
    return _any_pair(names.prefixes, others.prefixes) and suffixes_meet(names.suffixes, others.suffixes)


def feeds(output: Port, trigger: Port) -> Feeds:
    """Whether an object that `output` writes triggers the input."""
    names = _passable(trigger.names)
    if not _same_bucket(output.path, trigger.path) or names is None:
        return Feeds.NEVER
    if not suffixes_meet(output.names.suffixes, names.suffixes):
        return Feeds.NEVER
    above, below = _folder(trigger.path), _folder(output.path)
    if below.startswith(above):
        return Feeds.SURELY if _every_name(output.names, names) else Feeds.MAYBE
    if not above.startswith(below):
        return Feeds.NEVER
    return Feeds.MAYBE if _any_pair(output.names.prefixes, (above[len(below) :],)) else Feeds.NEVER


def _every_name(written: NameFilter, wanted: NameFilter) -> bool:
    """Whether every name that may be written is wanted."""
    if wanted.prefixes:
        return False
    return not wanted.suffixes or (bool(written.suffixes) and all(map(wanted.accepts, written.suffixes)))
