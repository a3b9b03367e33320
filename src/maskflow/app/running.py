"""A workflow on this machine, from files to results: put, follow every hop, gather what came out."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from maskflow.errors import StorageError, UsageError
from maskflow.model import ObjectCreated, Port
from maskflow.providers.local import control, functions
from maskflow.providers.local.dispatch import feeds
from maskflow.providers.local.follow import FINAL, Run, Step
from maskflow.providers.local.place import Root
from maskflow.runtime.spec import FunctionSpec
from maskflow.storage.keys import check_key

from .outcome import Outcome, outcome
from .reopen import reopen

OnStep = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of the user and the object that it becomes."""

    file: Path
    event: ObjectCreated


def specs_of(root: Path, workflow: str) -> tuple[FunctionSpec, ...]:
    """The deployed functions of a workflow."""
    return tuple(spec for spec in functions.read_all(Root(root)).values() if spec.workflow == workflow)


def uploads(specs: Sequence[FunctionSpec], files: Sequence[Path], function: str = "") -> tuple[Upload, ...]:
    """Which object each file becomes; what is in a folder keeps its path below the folder."""
    ports = list(_entries(specs, function))
    found = [Upload(file, _event(ports, name, file)) for source in files for file, name in _below(source)]
    for key, number in Counter(str(upload.event) for upload in found).items():
        if number > 1:
            raise UsageError(f"two of the files would both become {key}", hint="give them different names")
    return tuple(found)


def run(root: Path, specs: Sequence[FunctionSpec], files: Sequence[Upload], on_step: OnStep, *, again: bool) -> Outcome:
    """Put the files, wait until nothing moves any more, and say what came of it.

    A worker in the background does the work when there is one; otherwise one that lives as long as this call.
    """
    place = Root(root)
    began = datetime.now(UTC).isoformat(timespec="milliseconds")
    with control.attached(place):
        following = Run(place, specs)
        with contextlib.closing(following.tail):
            put(root, specs, files, again=again)
            for upload in files:
                following.expect(upload.event)
            steps = []
            for step in following.steps():
                steps.append(step)
                on_step(step)
    return outcome(place, specs, [step.line for step in steps if step.line.status in FINAL], began)


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
