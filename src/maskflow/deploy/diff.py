"""What differs between a wanted spec and what a cloud holds, looking only at what we set. Pure, sorted, printable.

Clouds fill in defaults and keep fields of their own; comparing whole documents would show those as changes for ever.
So the wanted side leads: its keys are compared, other keys are not looked at, unless the mapping is exact.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from .spec import UNKNOWN, Sealed, Spec, Value


class Missing(enum.Enum):
    """The type of `MISSING`, the value of a field that is not there."""

    MISSING = "(absent)"

    def __str__(self) -> str:
        return str(self.value)


MISSING = Missing.MISSING
Side: TypeAlias = "Value | Missing"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that a change writes: a dotted path with list positions in brackets (`rules[0].prefix`)."""

    path: str
    before: Side
    after: Side

    def below(self, root: str) -> bool:
        """Whether this is the field `root` or lies inside it."""
        return self.path == root or self.path.startswith((f"{root}.", f"{root}["))


def compare(wanted: Spec, actual: Spec | None) -> tuple[FieldChange, ...]:
    """Every field of `wanted` that `actual` has otherwise, ordered by path; None has nothing."""
    return tuple(_walk(wanted, MISSING if actual is None else actual, ""))


def _walk(wanted: Value, actual: Side, path: str) -> Iterator[FieldChange]:
    if isinstance(wanted, Spec) and (actual is MISSING or actual is None or isinstance(actual, Spec)):
        yield from _mapping(wanted, actual if isinstance(actual, Spec) else Spec(), path)
    elif isinstance(wanted, tuple) and isinstance(actual, tuple) and len(wanted) == len(actual):
        for index, item in enumerate(wanted):
            yield from _walk(item, actual[index], f"{path}[{index}]")
    elif not _same(wanted, actual):
        yield FieldChange(path, _veiled(actual) if _holds_secret(wanted) else actual, wanted)


def _mapping(wanted: Spec, actual: Spec, path: str) -> Iterator[FieldChange]:
    dot = f"{path}." if path else ""
    keys = sorted(wanted.keys() | actual.keys()) if wanted.exact else wanted
    for key in keys:
        if key in wanted:
            yield from _walk(wanted[key], actual.get(key, MISSING), dot + key)
        elif actual[key] is not None:
            yield FieldChange(dot + key, _veiled(actual[key]), MISSING)


def _veiled(actual: Side) -> Side:
    """What was put there in clear, by whomever, may be a secret: it is known to differ and never shown."""
    return actual if actual is MISSING else Sealed("")


def _holds_secret(value: Value) -> bool:
    match value:
        case Sealed():
            return True
        case Spec():
            return any(_holds_secret(item) for item in value.values())
        case tuple():
            return any(_holds_secret(item) for item in value)
        case _:
            return False


def _same(wanted: Value, actual: Side) -> bool:
    """Equality as JSON knows it: true is not 1. A wanted null asks for nothing to be there."""
    if wanted is None:
        return actual is None or actual is MISSING
    if wanted is UNKNOWN or isinstance(wanted, bool) != isinstance(actual, bool):
        return False
    return wanted == actual
