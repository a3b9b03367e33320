"""A run, from its uploads to the last object that comes of them, read off the journal.

Whoever does the work, a background worker or one of our own, the journal tells: each event's end names the objects
that it made, the deployed functions tell which events those are, and when none is outstanding the run is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maskflow.errors import ProviderError
from maskflow.model import ObjectCreated
from maskflow.runtime.spec import FunctionSpec

from . import control
from .dispatch import takers
from .journal import Line, Tail
from .place import Root

FINAL = ("done", "skipped", "dead")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the journal that concerns the run, and how many events are outstanding after it."""

    line: Line
    outstanding: int
    known: int


class Run:
    """Begin it before the upload, so that nothing is missed."""

    def __init__(self, root: Root, specs: Sequence[FunctionSpec]) -> None:
        self.root = root
        self.specs = specs
        self.tail = Tail(root.journal)
        self.outstanding: set[tuple[str, str]] = set()
        self.known = 0

    def expect(self, upload: ObjectCreated) -> None:
        """An object that was put: the events that it causes are outstanding."""
        for spec in takers(self.specs, upload):
            self._add(spec.name, str(upload))

    def steps(self) -> Iterator[Step]:
        """Every line about the run until nothing is outstanding. Raises ProviderError when the worker is gone."""
        while self.outstanding:
            lines = self.tail.read()
            for line in lines:
                if (line.function, line.object) in self.outstanding or self._ours(line):
                    self._take(line)
                    yield Step(line, len(self.outstanding), self.known)
            if not lines:
                if not control.locked(self.root):
                    raise ProviderError("the background worker has ended while work was outstanding",
                                        hint="run it again: what is done is kept")  # fmt: skip
                self.tail.wait()

    def _ours(self, line: Line) -> bool:
        return not line.status and any(line.object == name for _, name in self.outstanding)

    def _take(self, line: Line) -> None:
        if line.status not in FINAL:
            return
        self.outstanding.discard((line.function, line.object))
        for output in line.outputs:
            storage, _, rest = output.partition(":")
            bucket, _, key = rest.partition("/")
            for spec in takers(self.specs, ObjectCreated(storage, bucket, key)):
                self._add(spec.name, output)

    def _add(self, function: str, name: str) -> None:
        if (function, name) not in self.outstanding:
            self.outstanding.add((function, name))
            self.known += 1
