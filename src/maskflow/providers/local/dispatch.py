"""Which event goes to which function, and when: queues and graph, no processes and no files.

A queue holds at most one waiting event for each object: a later version takes the place of an earlier one, and an
object that is being worked on waits until that is over. Functions further down the flow go first, so that a long run
does not pile up everything between its first and second step.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from maskflow.model import ObjectCreated
from maskflow.runtime.spec import FunctionSpec

from .pool import Job

REMEMBERED = 20_000
"""Objects whose last seen version a queue keeps in mind, so that the watcher's echo of our own writes costs nothing."""


class Queue:
    """The waiting and running events of one function."""

    def __init__(self, spec: FunctionSpec) -> None:
        self.spec = spec
        self.waiting: OrderedDict[str, Job] = OrderedDict()
        self.running: set[str] = set()
        self.blocked: dict[str, Job] = {}
        self.delayed: set[str] = set()
        self._seen: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self.waiting) + len(self.running) + len(self.blocked) + len(self.delayed)

    def knows(self, event: ObjectCreated) -> bool:
        """Whether this version of the object was put before."""
        return self._seen.get(str(event)) == event.sequencer

    def at_work(self, event: ObjectCreated) -> bool:
        """Whether the object, in whatever version, waits or is being worked on."""
        name = str(event)
        return name in self.waiting or name in self.running or name in self.delayed

    def put(self, job: Job) -> None:
        """Take an event. Events of an object that is being worked on wait, and only the last of them counts."""
        name = str(job.event)
        self._seen[name] = job.event.sequencer
        self._seen.move_to_end(name)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        if name in self.running:
            self.blocked[name] = job
        else:
            self.waiting[name] = job

    def take(self, count: int) -> list[Job]:
        jobs: list[Job] = []
        while self.waiting and len(jobs) < count:
            name, job = self.waiting.popitem(last=False)
            self.running.add(name)
            jobs.append(job)
        return jobs

    def finish(self, job: Job) -> None:
        """The job is over, however it went; a version that came meanwhile gets its turn."""
        name = str(job.event)
        self.running.discard(name)
        if name in self.blocked:
            self.waiting[name] = self.blocked.pop(name)

    def give_back(self, job: Job) -> None:
        """The job was not begun: it goes to the front, unless a newer version waits."""
        name = str(job.event)
        self.running.discard(name)
        self.waiting[name] = self.blocked.pop(name, job)
        self.waiting.move_to_end(name, last=False)


def takers(specs: Sequence[FunctionSpec], event: ObjectCreated) -> list[FunctionSpec]:
    """The functions that an object triggers."""
    return [spec for spec in specs if spec.trigger(event)]


def downstream_first(specs: Mapping[str, FunctionSpec]) -> list[str]:
    """Names by their distance from the end of the flow; ties and loops by name."""
    depth = dict.fromkeys(specs, 0)
    for _ in specs:
        for name, spec in specs.items():
            below = [depth[other] + 1 for other in specs if other != name and feeds(spec, specs[other])]
            depth[name] = min(max(below, default=0), len(specs))
    return sorted(specs, key=lambda name: (depth[name], name))


def feeds(spec: FunctionSpec, other: FunctionSpec) -> bool:
    """Whether an output path of `spec` lies at, above or below an input path of `other`."""
    return any(
        out.path.storage.realm == into.path.storage.realm
        and out.path.bucket == into.path.bucket
        and overlap(out.path.prefix, into.path.prefix)
        for out in spec.outputs
        for into in other.inputs
    )


def overlap(one: str, other: str) -> bool:
    """Whether one prefix is the other or a folder above it."""
    short, long = sorted((one, other), key=len)
    return not short or long == short or long.startswith(short + "/")
