"""What came of a run, reckoned from the ends of its events and from the receipts that they left."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from maskflow.model import ObjectCreated
from maskflow.providers.local.dispatch import downstream_first, takers
from maskflow.providers.local.journal import Line
from maskflow.providers.local.place import Root
from maskflow.runtime.receipts import Receipts, State
from maskflow.runtime.spec import FunctionSpec


@dataclass(frozen=True, slots=True)
class Hop:
    """What one function did in a run. `reused` events had been worked on before."""

    function: str
    done: int
    reused: int
    failed: int
    outputs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """An event that failed for good."""

    function: str
    object: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`results` are the objects that no function takes any further."""

    hops: tuple[Hop, ...]
    failures: tuple[Failure, ...]
    results: tuple[ObjectCreated, ...]


class _How(enum.Enum):
    DONE = enum.auto()
    REUSED = enum.auto()
    FAILED = enum.auto()


@dataclass(frozen=True, slots=True)
class _End:
    line: Line
    how: _How
    reason: str = ""


def outcome(root: Root, specs: Sequence[FunctionSpec], lines: Sequence[Line], began: str) -> Outcome:
    """`lines` are the ends of the run's events, `began` when it did (ISO, UTC)."""
    by_name = {spec.name: spec for spec in specs}
    ends = [_judged(root, by_name[line.function], line, began) for line in lines]
    outputs = [_parsed(output) for line in lines for output in line.outputs]
    results = {str(output): output for output in outputs if not takers(specs, output)}
    failed = (end for end in ends if end.how is _How.FAILED)
    return Outcome(
        hops=tuple(_hop(name, ends) for name in reversed(downstream_first(by_name))),
        failures=tuple(Failure(end.line.function, end.line.object, end.reason) for end in failed),
        results=tuple(results[name] for name in sorted(results)),
    )


def _judged(root: Root, spec: FunctionSpec, line: Line, began: str) -> _End:
    """An event may be worked on before we hear of it, and then be skipped; and it may be skipped for a failure."""
    if line.status != "skipped":
        return _End(line, _How.FAILED if line.status == "dead" else _How.DONE, line.message)
    receipt = Receipts(spec, root.storages()).read(_parsed(line.object))
    if receipt and receipt.state is State.FAILED:
        return _End(line, _How.FAILED, receipt.error)
    return _End(line, _How.DONE if receipt and receipt.time >= began else _How.REUSED)


def _hop(function: str, ends: Sequence[_End]) -> Hop:
    own = [end for end in ends if end.line.function == function]
    done, reused, failed = (sum(end.how is how for end in own) for how in _How)
    outputs = {output for end in own for output in end.line.outputs}
    return Hop(function, done, reused, failed, len(outputs), round(sum(end.line.seconds for end in own), 3))


def _parsed(name: str) -> ObjectCreated:
    storage, _, rest = name.partition(":")
    bucket, _, key = rest.partition("/")
    return ObjectCreated(storage, bucket, key)
