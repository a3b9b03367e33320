"""A workflow on this machine, from files to results: put, follow every hop, gather what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import StorageError, UsageError
from maskflow.model import ObjectCreated, Port
from maskflow.providers.local import control, functions
from maskflow.providers.local.dispatch import feeds, takers
from maskflow.providers.local.follow import FINAL, Run, Step
from maskflow.providers.local.journal import Line
from maskflow.providers.local.place import Root
from maskflow.runtime.receipts import Receipts, State
from maskflow.runtime.spec import FunctionSpec
from maskflow.storage.keys import check_key

from .reopen import reopen

OnStep = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of the user and the object that it becomes."""

    file: Path
    event: ObjectCreated


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
    """What came of a run. `results` are the objects that no function takes any further."""

    hops: tuple[Hop, ...]
    failures: tuple[Failure, ...]
    results: tuple[ObjectCreated, ...]


def specs_of(root: Path, workflow: str) -> tuple[FunctionSpec, ...]:
    """The deployed functions of a workflow."""
    return tuple(spec for spec in functions.read_all(Root(root)).values() if spec.workflow == workflow)


def uploads(specs: Sequence[FunctionSpec], files: Sequence[Path], function: str = "") -> tuple[Upload, ...]:
    """Which object each file becomes; what is in a folder keeps its path below the folder."""
    ports = list(_entries(specs, function))
    found = [Upload(file, _event(ports, name, file)) for source in files for file, name in _below(source)]
    keys = [str(upload.event) for upload in found]
    for upload in found:
        if keys.count(str(upload.event)) > 1:
            raise UsageError(f"two of the files would both become {upload.event}", hint="give them different names")
    return tuple(found)


def run(root: Path, specs: Sequence[FunctionSpec], files: Sequence[Upload], on_step: OnStep, *, again: bool) -> Outcome:
    """Put the files, wait until nothing moves any more, and say what came of it.

    A worker in the background does the work when there is one; otherwise one that lives as long as this call.
    """
    place = Root(root)
    with control.attached(place):
        following = Run(place, specs)
        put(root, specs, files, again=again)
        for upload in files:
            following.expect(upload.event)
        steps = []
        for step in following.steps():
            steps.append(step)
            on_step(step)
    return _outcome(place, specs, [step.line for step in steps if step.line.status in FINAL])


def put(root: Path, specs: Sequence[FunctionSpec], files: Sequence[Upload], *, again: bool) -> None:
    """Upload, and have events that failed before tried again; with `again` those that succeeded, too."""
    storages = Root(root).storages()
    for upload in files:
        reopen(specs, storages, upload.event, done=again)
        storages(upload.event.storage).put(upload.event.bucket, upload.event.key, upload.file)


def _entries(specs: Sequence[FunctionSpec], function: str) -> Iterator[Port]:
    """The inputs that a user fills: of the named function, else of those that no other function feeds."""
    for spec in specs:
        if spec.name == function or (not function and not any(feeds(other, spec) for other in specs if other != spec)):
            yield from spec.inputs
    if function and function not in {spec.name for spec in specs}:
        raise UsageError(f"the workflow has no function {function!r}")


def _event(ports: Sequence[Port], name: str, file: Path) -> ObjectCreated:
    port = next((port for port in ports if port.names.accepts(name.rsplit("/", 1)[-1])), None)
    if port is None:
        wanted = sorted({suffix for port in ports for suffix in port.names.suffixes})
        hint = f"names must end in {', '.join(wanted)}" if wanted else "no function has an input to put it into"
        raise UsageError(f"no function of the workflow takes {file}", hint=hint)
    key = port.path.key(name)
    check_key(key)
    return ObjectCreated(port.path.storage.realm, port.path.bucket, key)


def _below(source: Path) -> Iterator[tuple[Path, str]]:
    from maskflow.storage.transfer import files_of

    found = list(files_of(source))
    if not found:
        raise StorageError(f"{source} has no file in it")
    yield from found


def _outcome(root: Root, specs: Sequence[FunctionSpec], lines: Sequence[Line]) -> Outcome:
    outputs = [_parsed(output) for line in lines for output in line.outputs]
    results = {str(output): output for output in outputs if not takers(specs, output)}
    failures = [failure for line in lines if (failure := _failure(root, specs, line))]
    hops = (_hop(spec.name, lines, failures) for spec in _in_flow_order(specs))
    return Outcome(tuple(hops), tuple(failures), tuple(results[name] for name in sorted(results)))


def _hop(function: str, lines: Sequence[Line], failures: Sequence[Failure]) -> Hop:
    own = [line for line in lines if line.function == function]
    failed = sum(failure.function == function for failure in failures)
    reused = sum(line.status == "skipped" for line in own)
    outputs = {output for line in own for output in line.outputs}
    done = sum(line.status == "done" for line in own)
    return Hop(function, done, reused, failed, len(outputs), round(sum(line.seconds for line in own), 3))


def _failure(root: Root, specs: Sequence[FunctionSpec], line: Line) -> Failure | None:
    """Also what is skipped because it failed once before is a failure of this run."""
    if line.status == "dead":
        return Failure(line.function, line.object, line.message)
    spec = next(spec for spec in specs if spec.name == line.function)
    receipt = Receipts(spec, root.storages()).read(_parsed(line.object)) if line.status == "skipped" else None
    if receipt and receipt.state is State.FAILED:
        return Failure(line.function, line.object, receipt.error)
    return None


def _in_flow_order(specs: Sequence[FunctionSpec]) -> list[FunctionSpec]:
    from maskflow.providers.local.dispatch import downstream_first

    by_name: Mapping[str, FunctionSpec] = {spec.name: spec for spec in specs}
    return [by_name[name] for name in reversed(downstream_first(by_name))]


def _parsed(name: str) -> ObjectCreated:
    storage, _, rest = name.partition(":")
    bucket, _, key = rest.partition("/")
    return ObjectCreated(storage, bucket, key)
