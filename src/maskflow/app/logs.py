"""What functions on this machine said and what became of their events."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from maskflow.providers.local import journal
from maskflow.providers.local.journal import Line
from maskflow.providers.local.place import Root


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of these functions (none: all), of one run, and not before `since` (ISO, UTC)."""

    functions: Collection[str] = ()
    run: str = ""
    since: str = ""

    def takes(self, line: Line) -> bool:
        return (
            (not self.functions or line.function in self.functions)
            and (not self.run or line.run == self.run)
            and line.time >= self.since
        )


def read(root: Path, wanted: Wanted) -> Iterator[Line]:
    """Every line that is kept, oldest first."""
    return filter(wanted.takes, journal.read(Root(root).journal))


def follow(root: Path, wanted: Wanted) -> Iterator[Line]:
    """The same, and then every new line, without an end."""
    path = Root(root).journal
    tail = journal.Tail(path)
    yield from read(root, wanted)
    while True:
        lines = tail.read()
        yield from filter(wanted.takes, lines)
        if not lines:
            tail.wait()
