"""What a resource should look like: frozen nested JSON values, and the three leaves that JSON does not have.

A `Ref` stands for a value that exists only after another resource is made (an ARN, a generated URL). While planning
it becomes the value that the cloud holds now, or `UNKNOWN` when an earlier step of the same plan makes it. `Sealed`
stands for a secret: it is compared by a mark and shown as `***`, so no value of a secret ever enters a plan.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from maskflow.model import NO_MAPPING, Secret

from .address import Address

HIDDEN = "***"


class Unknown(enum.Enum):
    """The type of `UNKNOWN`, the value that only an earlier step of the plan will bring."""

    UNKNOWN = "(not known yet)"

    def __str__(self) -> str:
        return str(self.value)


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """An attribute of another resource, by the name that its provider's `create` returns it under."""

    address: Address
    attribute: str

    def __str__(self) -> str:
        return f"{self.address}#{self.attribute}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret inside a spec, compared by `mark` only.

    The mark changes when the value changes and must not be open to guessing: a version id, or a digest keyed with
    something that is not beside it. It is never printed. What a provider reads back has a mark and no secret.
    """

    mark: str = field(repr=False)
    secret: Secret | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return HIDDEN


Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Scalar | Ref | Unknown | Sealed | tuple[Value, ...] | Spec"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spec(Mapping[str, Value]):
    """A read-only mapping of values, frozen and sorted all the way down; lists become tuples.

    Comparison with a cloud is left-scoped: keys that we do not set are not looked at, because clouds add defaults.
    Where a key that we do not set must be absent (environment variables, tags of our own), say `exact=True`.
    """

    entries: Mapping[str, Any] = NO_MAPPING
    exact: bool = False

    def __post_init__(self) -> None:
        frozen = {key: freeze(self.entries[key]) for key in sorted(self.entries)}
        object.__setattr__(self, "entries", MappingProxyType(frozen))

    def __getitem__(self, key: str) -> Value:
        value: Value = self.entries[key]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Spec({canonical(self)})"

    @property
    def digest(self) -> str:
        """A hexadecimal SHA-256 that is the same on every machine; marks of secrets count, their values do not."""
        return digest(self)


def freeze(value: object) -> Value:
    """The frozen form of a JSON-like value; raises TypeError for anything else, above all for a bare Secret."""
    match value:
        case None | str() | int() | float() | Ref() | Unknown() | Sealed() | Spec():
            return value
        case Mapping():
            return Spec(value)
        case list() | tuple():
            return tuple(freeze(item) for item in value)
        case _:
            raise TypeError(f"{type(value).__name__} is not a value of a spec (secrets go in as Sealed)")


def plain(value: Value, leaf: Callable[[Ref | Unknown | Sealed], object] = str) -> Any:
    """The value as `json` wants it; what JSON does not have goes through `leaf` (by default: safe to print)."""
    match value:
        case Ref() | Unknown() | Sealed():
            return leaf(value)
        case Spec():
            return {key: plain(item, leaf) for key, item in value.items()}
        case tuple():
            return [plain(item, leaf) for item in value]
        case _:
            return value


def canonical(value: Value) -> str:
    """One line of JSON, the same for equal values, safe to print."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Value) -> str:
    """A hexadecimal SHA-256 of the value in which secrets count by their marks."""
    text = json.dumps(plain(value, _marked), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def refs(value: Value) -> frozenset[Ref]:
    """Every reference inside the value."""
    match value:
        case Ref():
            return frozenset((value,))
        case Spec():
            return frozenset().union(*(refs(item) for item in value.values()))
        case tuple():
            return frozenset().union(*(refs(item) for item in value))
        case _:
            return frozenset()


def resolve(value: Value, lookup: Callable[[Ref], Value]) -> Value:
    """The value with each reference replaced by what `lookup` says it is now."""
    match value:
        case Ref():
            return lookup(value)
        case Spec():
            return Spec({key: resolve(item, lookup) for key, item in value.items()}, exact=value.exact)
        case tuple():
            return tuple(resolve(item, lookup) for item in value)
        case _:
            return value


def _marked(leaf: Ref | Unknown | Sealed) -> object:
    match leaf:
        case Ref():
            return {"$ref": str(leaf)}
        case Sealed():
            return {"$sealed": leaf.mark}
        case Unknown():
            return {"$unknown": True}
