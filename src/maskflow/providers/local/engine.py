"""Queues joined to processes: who works on what next, what becomes of an outcome, when a process has to go."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil

from maskflow.errors import MaskflowError
from maskflow.model import ObjectCreated
from maskflow.runtime.spec import FunctionSpec
from maskflow.runtime.supervise import Outcome, Status, failed

from . import dead
from .dispatch import Queue, downstream_first, takers
from .journal import Journal
from .place import Root
from .pool import Child, Job

IDLE = 300.0
"""Seconds without work after which a warm process ends."""
MEMORY_SHARE = 0.8
"""Of the machine's memory, what all processes of one function may be promised together."""


class Engine:
    """All deployed functions at work. Must be made and used inside a running event loop."""

    def __init__(self, root: Root, scratch: Path, journal: Journal) -> None:
        self.root = root
        self.scratch = scratch
        self.journal = journal
        self.storages = root.storages()
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        self.told: Mapping[str, object] = {}
        self.queues: dict[str, Queue] = {}
        self.children: dict[str, list[Child]] = {}
        self.order: list[str] = []
        self.cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.loop = asyncio.get_running_loop()

    def deploy(self, specs: Mapping[str, FunctionSpec]) -> None:
        """Take over a new set of functions: those of changed or removed ones end, their jobs are found again."""
        for name, queue in list(self.queues.items()):
            if specs.get(name) != queue.spec:
                for child in self.children.pop(name, []):
                    self._retire(child)
                del self.queues[name]
        for name, spec in specs.items():
            self.queues.setdefault(name, Queue(spec))
            self.children.setdefault(name, [])
        self.order = downstream_first(specs)

    @property
    def specs(self) -> list[FunctionSpec]:
        return [queue.spec for queue in self.queues.values()]

    def knows(self, event: ObjectCreated) -> bool:
        """Whether every function that this version of an object triggers has had it."""
        return all(self.queues[spec.name].knows(event) for spec in takers(self.specs, event))

    def notice(self, event: ObjectCreated) -> None:
        """An object was seen by the watcher."""
        for spec in takers(self.specs, event):
            if not self.queues[spec.name].knows(event):
                self.queues[spec.name].put(Job(event))

    def offer(self, event: ObjectCreated) -> None:
        """An object that somebody waits for, or that a scan found unfinished."""
        for spec in takers(self.specs, event):
            self.queues[spec.name].put(Job(event))

    def pump(self) -> None:
        """Give work to processes, as many as there are cores, downstream functions first."""
        for name in self.order:
            queue = self.queues[name]
            while queue.waiting and (child := self._free(queue.spec)):
                child.send(queue.take(child.room))

    def tick(self, now: float) -> None:
        """Hold processes to their limits, and let go of those that have nothing to do."""
        for children in self.children.values():
            for child in list(children):
                if reason := child.overrun(now):
                    child.kill(reason)
                elif not child.jobs and child.ready and now - child.since > IDLE:
                    children.remove(child)
                    self._retire(child)
        self.pump()

    def close(self) -> None:
        for children in self.children.values():
            for child in children:
                self._forget(child)
                child.kill("the worker was stopped")
                child.close()

    def _free(self, spec: FunctionSpec) -> Child | None:
        """A process with room for a job of this function, started if need be; None when all cores are busy."""
        children = self.children[spec.name]
        open_to_more = (child for child in children if child.jobs and child.room > 0)
        least = min(open_to_more, key=lambda child: len(child.jobs), default=None)
        if sum(1 for some in self.children.values() for child in some if child.jobs) >= self.cores:
            return least
        for child in children:
            if not child.jobs and not child.ended:
                return child
        if len(children) < self._most(spec):
            return self._spawn(spec)
        return least

    def _most(self, spec: FunctionSpec) -> int:
        """How many processes the cores and the memory limit allow."""
        if not spec.limits.memory:
            return self.cores
        fitting = int(psutil.virtual_memory().total * MEMORY_SHARE) // spec.limits.memory
        return max(1, min(self.cores, fitting))

    def _spawn(self, spec: FunctionSpec) -> Child:
        child = Child(spec, self.root.functions / f"{spec.name}.json", self.root, self.scratch)
        self.children[spec.name].append(child)
        self.loop.add_reader(child.stdout.fileno(), self._heard, child)
        self.loop.add_reader(child.stderr.fileno(), self._overheard, child)
        return child

    def _heard(self, child: Child) -> None:
        messages = child.hear()
        if messages is None:
            self._gone(child)
            return
        for message in messages:
            if "outcome" in message:
                self._outcome(child.spec, *child.answered(message["outcome"]))
            elif "log" in message:
                self.journal.add(function=child.spec.name, workflow=child.spec.workflow, **message["log"])
            elif "ready" in message:
                child.ready, child.since = True, time.monotonic()
            else:
                child.broken = message["broken"]
        self.pump()

    def _overheard(self, child: Child) -> None:
        lines = child.overhear()
        if lines is None:
            self.loop.remove_reader(child.stderr.fileno())
            return
        about = child.jobs[0].event if child.jobs else None
        for line in lines:
            name = str(about) if about else ""
            self.journal.add("INFO", child.spec.name, line, workflow=child.spec.workflow, object=name)

    def _gone(self, child: Child) -> None:
        """The process is no more: the job at its head has failed, the others were not begun."""
        self._forget(child)
        siblings = self.children.get(child.spec.name, [])
        if child in siblings:
            siblings.remove(child)
        jobs = list(child.jobs)
        reason = child.close()
        queue = self.queues.get(child.spec.name)
        if queue is None or not jobs:
            return
        for job in reversed(jobs[1:]):
            queue.give_back(job)
        outcome = failed(jobs[0].event, reason, retryable=not child.broken)
        self._outcome(child.spec, jobs[0], outcome)
        self.pump()

    def _outcome(self, spec: FunctionSpec, job: Job, outcome: Outcome) -> None:
        queue = self.queues.get(spec.name)
        if queue is None:
            return  # the function was removed meanwhile
        if outcome.status is Status.FAILED and outcome.retryable and job.attempt < spec.retry.attempts:
            self._again(spec, queue, job, outcome)
            return
        queue.finish(job)
        if outcome.status is Status.FAILED:
            try:
                dead.bury(self.root, spec, self.storages, outcome.event, outcome.reason, job.attempt)
            except MaskflowError as error:
                self.journal.add("ERROR", spec.name, f"cannot keep the dead letter: {error}")
            self._log(spec, "ERROR", "dead", job, outcome)
            return
        self._log(spec, "INFO", str(outcome.status), job, outcome)
        for output in outcome.outputs:
            self.offer(output)

    def _again(self, spec: FunctionSpec, queue: Queue, job: Job, outcome: Outcome) -> None:
        """Try once more after a pause that doubles each time."""
        self._log(spec, "WARNING", "retry", job, outcome)
        queue.finish(job)
        queue.delayed.add(str(job.event))

        def due() -> None:
            queue.delayed.discard(str(job.event))
            if str(job.event) not in queue.waiting:
                queue.put(Job(job.event, job.attempt + 1))
            self.pump()

        self.loop.call_later(spec.retry.backoff * 2 ** (job.attempt - 1), due)

    def _log(self, spec: FunctionSpec, level: str, status: str, job: Job, outcome: Outcome) -> None:
        self.journal.add(
            level,
            spec.name,
            outcome.reason or f"made {len(outcome.outputs)} objects",
            workflow=spec.workflow,
            run=outcome.event.run,
            object=str(outcome.event),
            status=status,
            seconds=outcome.seconds,
            attempt=job.attempt,
            outputs=tuple(str(output) for output in outcome.outputs),
        )

    def _retire(self, child: Child) -> None:
        """End a process that is idle; a busy one of a function that changed is ended too, and its jobs found again."""
        self._forget(child)
        child.kill("the function was changed")
        child.close()

    def _forget(self, child: Child) -> None:
        self.loop.remove_reader(child.stdout.fileno())
        self.loop.remove_reader(child.stderr.fileno())
