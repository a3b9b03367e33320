"""A mapping of the file after it was checked: typed values under canonical keys, each with its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from maskflow.errors import Place
from maskflow.model import Secret

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: str, int, float, bool, Secret, Table, or a tuple of these."""

    value: Any
    place: Place
    """Where the value stands."""
    key_place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """What `read` made of a mapping. Asking for a key that is not there gives the type's empty value."""

    place: Place
    cells: Mapping[str, Cell]

    def __contains__(self, name: str) -> bool:
        return name in self.cells

    def at(self, name: str) -> Place:
        """Where the value of `name` stands; without one, where the mapping does."""
        return self.cells[name].place if name in self.cells else self.place

    def key_at(self, name: str) -> Place:
        return self.cells[name].key_place if name in self.cells else self.place

    def _typed(self, name: str, kind: type[T], default: T) -> T:
        value = self.cells[name].value if name in self.cells else default
        return value if isinstance(value, kind) else default

    def text(self, name: str, default: str = "") -> str:
        return self._typed(name, str, default)

    def flag(self, name: str, default: bool = False) -> bool:
        return self._typed(name, bool, default)

    def number(self, name: str) -> float | None:
        value = self.cells[name].value if name in self.cells else None
        return value if isinstance(value, int | float) else None

    def whole(self, name: str) -> int | None:
        value = self.number(name)
        return None if value is None else int(value)

    def secret(self, name: str) -> Secret | None:
        value = self.cells[name].value if name in self.cells else None
        return value if isinstance(value, Secret) else None

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self._typed(name, tuple, ()) if isinstance(value, str))

    def table(self, name: str) -> Table:
        return self._typed(name, Table, Table(self.at(name), {}))

    def tables(self, name: str) -> tuple[Table, ...]:
        return tuple(value for value in self._typed(name, tuple, ()) if isinstance(value, Table))

    def named(self) -> tuple[tuple[str, Table], ...]:
        """The nested mappings under their names."""
        return tuple((name, cell.value) for name, cell in self.cells.items() if isinstance(cell.value, Table))

    def plain(self, without: Collection[str] = ()) -> Mapping[str, Any]:
        """Nested read-only mappings of plain values: `Function.settings`."""
        return MappingProxyType({k: _plain(cell.value) for k, cell in self.cells.items() if k not in without})


def _plain(value: Any) -> Any:
    if isinstance(value, Table):
        return value.plain()
    if isinstance(value, tuple):
        return tuple(_plain(each) for each in value)
    return value
