"""The warm processes of the functions: start, feed, hear, limit, kill.

A child works on its jobs in their order; quick functions are given several at a time, so that a process need not wait
for its parent between two of them. Whatever ends a child early is the fault of the job at the head; those behind it
go back untried.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from maskflow.events import plain
from maskflow.model import EntryKind, ObjectCreated
from maskflow.runtime.spec import FunctionSpec
from maskflow.runtime.supervise import Outcome, Status

from .place import Root
from .sweep import clear_traces

CHUNK = 1 << 16
QUICK = 0.01
"""Seconds: a function faster than this is given `DEPTH` jobs at a time, and a slower one but one."""
DEPTH = 32
LOADING = 180.0
"""Seconds that a function may take to load its model."""
LAST_LINES = 3


@dataclass(frozen=True, slots=True)
class Job:
    event: ObjectCreated
    attempt: int = 1


class Child:
    """One process. `jobs` are those that it was given and has not answered."""

    def __init__(self, spec: FunctionSpec, document: Path, root: Root, scratch: Path) -> None:
        self.spec = spec
        self.jobs: deque[Job] = deque()
        self.ready = False
        self.broken = ""
        self.ended = ""
        self.said: deque[str] = deque(maxlen=LAST_LINES)
        self.average = QUICK
        self.since = time.monotonic()
        self._rest = {"out": b"", "err": b""}
        self.root, self.scratch = root, scratch
        self.process = _start(document, root, scratch)
        self._watched = psutil.Process(self.process.pid)
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        self.stdin, self.stdout, self.stderr = self.process.stdin, self.process.stdout, self.process.stderr

    @property
    def room(self) -> int:
        """How many more jobs it should be given."""
        depth = DEPTH if self.average < QUICK and self.ready else 1
        return 0 if self.ended else depth - len(self.jobs)

    def send(self, jobs: list[Job]) -> None:
        if not self.jobs:
            self.since = time.monotonic()
        self.jobs.extend(jobs)
        data = b"".join(json.dumps(plain.row(job.event)).encode() + b"\n" for job in jobs)
        with contextlib.suppress(BrokenPipeError):
            self.stdin.write(data)
            self.stdin.flush()

    def hear(self) -> list[Mapping[str, Any]] | None:
        """The messages that have come in, or None at the end of the process."""
        lines = self._lines("out", self.stdout.fileno())
        return None if lines is None else [json.loads(line) for line in lines]

    def overhear(self) -> list[str] | None:
        """What it printed, or None at the end of the process."""
        lines = self._lines("err", self.stderr.fileno())
        texts = None if lines is None else [line.decode(errors="replace") for line in lines]
        self.said.extend(texts or ())
        return texts

    def answered(self, row: list[Any]) -> tuple[Job, Outcome]:
        """Take the outcome of the job at the head."""
        status, event, outputs, reason, retryable, seconds = row
        written = tuple(ObjectCreated(*output) for output in outputs)
        self.since = time.monotonic()
        self.average += (seconds - self.average) / 8
        outcome = Outcome(Status(status), ObjectCreated(*event), written, reason, retryable, seconds)
        return self.jobs.popleft(), outcome

    def overrun(self, now: float) -> str:
        """Why it must be killed now, or nothing."""
        limits = self.spec.limits
        if not self.ready:
            return f"the function did not load within {LOADING:g} s" if now - self.since > LOADING else ""
        if self.jobs and limits.timeout and now - self.since > limits.timeout:
            return f"it ran longer than its limit of {limits.timeout:g} s"
        if self.jobs and limits.memory and (used := self._memory()) > limits.memory:
            return f"it used {used >> 20} MiB of memory; its limit is {limits.memory >> 20} MiB"
        return ""

    def kill(self, reason: str) -> None:
        """End the process and every program that it started; `ended` keeps the first reason."""
        self.ended = self.ended or reason
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> str:
        """Reap the process; returns why it ended, for the job at its head."""
        self.kill("")
        status = self.process.wait()
        for pipe in (self.stdin, self.stdout, self.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        clear_traces(self.root, self.scratch, self.process.pid)
        said = "; it said: " + " | ".join(self.said) if self.said else ""
        return self.broken or self.ended or f"its process ended with status {status}{said}"

    def _memory(self) -> int:
        """Bytes resident, of the process and of the programs that it runs."""
        with contextlib.suppress(psutil.Error):
            family = [self._watched]
            if self.spec.entry.kind is EntryKind.PROGRAM:
                family += self._watched.children(recursive=True)
            return sum(member.memory_info().rss for member in family)
        return 0

    def _lines(self, name: str, descriptor: int) -> list[bytes] | None:
        data = os.read(descriptor, CHUNK)
        if not data:
            return None
        *whole, self._rest[name] = (self._rest[name] + data).split(b"\n")
        return whole


def _start(document: Path, root: Root, scratch: Path) -> subprocess.Popen[bytes]:
    """In a session of its own, so that it and its programs can be ended together."""
    command = [sys.executable, "-m", "maskflow.runtime.worker", str(document)]
    command += ["--buckets", str(root.buckets), "--scratch", str(scratch)]
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # processes are the parallelism here
    silent = {"ORT_DISABLE_TELEMETRY": "1"}  # nothing that a function loads shall report to its maker
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, **threads, **silent},
        cwd=scratch,
    )
