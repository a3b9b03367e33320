"""What a YAML text consists of, with the place of everything: scalars as written, lists and mappings."""

from __future__ import annotations

from dataclasses import dataclass

from maskflow.errors import Place

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as its author wrote it; `quoted` text is never a number, a flag or null."""

    place: Place
    text: str
    quoted: bool = False

    @property
    def null(self) -> bool:
        return not self.quoted and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Items:
    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping; its keys are unique."""

    place: Place
    pairs: tuple[Pair, ...]


type_names = {Scalar: "a single value", Items: "a list", Pairs: "a mapping"}

Node = Scalar | Items | Pairs


def describe(node: Node) -> str:
    """What a node is, in a word for a message."""
    if isinstance(node, Scalar) and node.null:
        return "nothing"
    return type_names[type(node)]


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.null
