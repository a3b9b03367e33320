"""What is deployed on this machine and how it is doing: functions, the worker, what failed for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from maskflow.providers.local import control, dead, functions, journal
from maskflow.providers.local.control import WorkerState
from maskflow.providers.local.journal import Line
from maskflow.providers.local.place import Root
from maskflow.runtime.spec import FunctionSpec


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that failed for good."""

    function: str
    object: str
    reason: str
    attempts: int
    time: str


@dataclass(frozen=True, slots=True)
class FunctionStatus:
    """One deployed function. `last` tells when an event of it ended, and `last_status` how; empty: not lately."""

    side: str
    name: str
    workflow: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    waiting: int
    failed: int
    last: str
    last_status: str


@dataclass(frozen=True, slots=True)
class Status:
    worker: WorkerState | None
    functions: tuple[FunctionStatus, ...]
    dead_letters: tuple[DeadLetter, ...]


def status(root: Path) -> Status:
    place = Root(root)
    worker = control.state(place)
    specs = functions.read_all(place).values()
    letters = tuple(letter for spec in specs for letter in _letters(place, spec))
    ended = {line.function: line for line in journal.latest(place.journal) if line.status}
    waiting = worker.waiting if worker else {}
    found = (_function(spec, waiting, letters, ended.get(spec.name)) for spec in specs)
    return Status(worker, tuple(sorted(found, key=lambda one: (one.workflow, one.name))), letters)


def _letters(root: Root, spec: FunctionSpec) -> Iterable[DeadLetter]:
    for receipt in dead.letters(root, spec):
        yield DeadLetter(spec.name, str(receipt.input), receipt.error, receipt.attempts, receipt.time)


def _function(
    spec: FunctionSpec, waiting: Mapping[str, int], letters: Iterable[DeadLetter], last: Line | None
) -> FunctionStatus:
    return FunctionStatus(
        side="local",
        name=spec.name,
        workflow=spec.workflow,
        inputs=tuple(str(port.path) for port in spec.inputs),
        outputs=tuple(str(port.path) for port in spec.outputs),
        waiting=waiting.get(spec.name, 0),
        failed=sum(letter.function == spec.name for letter in letters),
        last=last.time if last else "",
        last_status=last.status if last else "",
    )
