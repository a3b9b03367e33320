"""The small language in which the format's keys are written down: what type, what range, what becomes of them.

The tables (`keys_*.py`) are read by `read.py`, which checks a file against them, and by `schema.py`, which writes
the JSON Schema for editors; so the two cannot differ.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class Kind(enum.Enum):
    """The types that values have."""

    TEXT = "text"
    ONE_TEXT = "text, or a list with one"
    TEXTS = "a list of texts"
    FLAG = "true or false"
    WHOLE = "a whole number"
    WHOLES = "a list of whole numbers"
    SIZE = "an amount of memory such as 512Mi or 2Gi"
    MEGABYTES = "an amount of memory: a whole number of MiB, or such as 2Gi"
    CORES = "a number of cores such as 0.5 or 500m"
    SECONDS = "a time: a number of seconds, or such as 90s or 5m"
    WHOLE_SECONDS = "a whole number of seconds, or such as 90s or 5m"
    SECRET = "a secret: {env: NAME}, {file: path} or {keyring: service/name}"  # noqa: S105 - a description
    SETTING = "text or a secret"
    RECORD = "a mapping"
    RECORDS = "a list of mappings"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its type and bounds, and whether maskflow honours it."""

    kind: Kind = Kind.TEXT
    note: str = ""
    record: Record | None = None
    choices: tuple[str, ...] = ()
    limit: str = ""
    """The name of its range in `limits.LIMITS`."""
    required: bool = False
    also: tuple[str, ...] = ()
    """Older spellings."""
    refused: str = ""
    """Why maskflow does nothing with it; its user is told."""
    honoured: tuple[str, ...] = ()
    """Values for which `refused` does not apply: what maskflow does anyway."""
    blocks: bool = False
    """A refused key without which the function would not do what its author expects: an error when deploying."""
    own: bool = False
    """maskflow's addition to the format."""


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping: its keys, and what any other key holds where names are the user's."""

    keys: Mapping[str, Key]
    other: Key | None = None
    fold: bool = False
    """Keys in other capitals are taken too, as Go's JSON decoder does."""
    strict: bool = False
    """An unknown key is an error, since it would change where data goes."""
    advice: str = "it is ignored"
    """What to do about an unknown key."""
    what: str = ""
    """What it is, for messages: `the service`."""


def record(what: str, /, **keys: Key) -> Record:
    return Record(MappingProxyType(keys), what=what)


def folded(what: str, /, **keys: Key) -> Record:
    """A mapping whose keys OSCAR takes in any capitals."""
    return Record(MappingProxyType(keys), fold=True, what=what)


def named(what: str, each: Record, note: str = "") -> Record:
    """A mapping from names that the user chose to records."""
    return Record(MappingProxyType({}), Key(Kind.RECORD, note, each), what=what)


TEXT_BY_NAME = Record(MappingProxyType({}), Key(Kind.TEXT), what="a mapping of texts")
SETTING_BY_NAME = Record(MappingProxyType({}), Key(Kind.SETTING), what="a mapping of texts or secrets")
SECRET_BY_NAME = Record(MappingProxyType({}), Key(Kind.SECRET), what="a mapping of secrets")
