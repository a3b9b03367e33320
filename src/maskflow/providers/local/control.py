"""The background worker from outside: is it there, start it, stop it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from maskflow.errors import ProviderError
from maskflow.model import NO_MAPPING

from .place import Root

PATIENCE = 20.0
"""Seconds that a worker may take to come up or to go."""
STEP = 0.02


@dataclass(frozen=True, slots=True)
class WorkerState:
    pid: int
    started: str
    version: str
    waiting: Mapping[str, int] = NO_MAPPING
    """Events that each function has still to finish."""


def locked(root: Root) -> bool:
    """Whether a worker holds the data root; true from before it is ready until after it is gone."""
    try:
        with open(root.lock) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def state(root: Root) -> WorkerState | None:
    """The worker that is alive here and has said so, or None."""
    if not locked(root):
        return None
    with contextlib.suppress(OSError, ValueError, TypeError):
        return WorkerState(**json.loads(root.worker.read_text()))
    return None


def start(root: Root) -> WorkerState:
    """Start the background worker unless there is one, and wait until it is ready."""
    root.prepare()
    if found := state(root):
        return found
    with _spawn(root, tied=False) as process:  # it ends as soon as the worker, its child, is ready
        return _wait_ready(root, process)


@contextlib.contextmanager
def attached(root: Root) -> Iterator[WorkerState]:
    """A worker for as long as the context lasts: the one that is there, or one that ends with this process."""
    root.prepare()
    if found := state(root):
        yield found
        return
    process = _spawn(root, tied=True)
    try:
        yield _wait_ready(root, process)
    finally:
        assert process.stdin
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()


def stop(root: Root) -> bool:
    """Stop the worker; False when there was none. Raises ProviderError when it will not go."""
    found = state(root)
    if found is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while locked(root):
        if time.monotonic() > deadline:
            raise ProviderError(f"the worker (process {found.pid}) does not end", hint=f"kill -9 {found.pid}")
        time.sleep(STEP)
    return True


def _spawn(root: Root, *, tied: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "maskflow.providers.local.worker", str(root.path)]
    with open(root.journal.with_name("worker.err"), "wb") as errors:
        return subprocess.Popen(
            [*command, "--tied"] if tied else command,
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            start_new_session=True,
            cwd=root.path,
        )


def _wait_ready(root: Root, process: subprocess.Popen[bytes]) -> WorkerState:
    deadline = time.monotonic() + PATIENCE
    while (found := state(root)) is None:
        if process.poll() == 1 or time.monotonic() > deadline:
            said = root.journal.with_name("worker.err").read_text(errors="replace").strip()[-500:]
            raise ProviderError(f"the background worker did not start: {said or 'it said nothing'}")
        time.sleep(STEP)
    return found
