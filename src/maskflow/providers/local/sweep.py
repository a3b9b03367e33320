"""What killed workers left, removed by the next one before it does anything else.

It holds the lock of the data root, so whatever else works for this root is an orphan: a function process whose worker
was killed a moment ago and that has not noticed yet. Those are ended first, or they would go on writing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

import psutil

from .place import Root

PATIENCE = 5.0
"""Seconds that a killed process may take to be gone."""


def clear_traces(root: Root, scratch: Path, pid: int) -> None:
    """What one function process that has ended left in the middle of its work."""
    shutil.rmtree(scratch / str(pid), ignore_errors=True)
    for realm in root.realms():
        storage = root.storage(realm)
        for bucket in storage.buckets():
            storage.sweep(bucket, pid)


def sweep(root: Root) -> None:
    """End orphans; remove scratch folders and the temporary files in buckets."""
    psutil.wait_procs(_killed_orphans(root), PATIENCE)
    for folder in root.scratch.glob("*"):
        shutil.rmtree(folder, ignore_errors=True)
    for realm in root.realms():
        storage = root.storage(realm)
        for bucket in storage.buckets():
            storage.sweep(bucket)


def _killed_orphans(root: Root) -> list[psutil.Process]:
    """Function processes of this root, each the leader of a group with its programs."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
            command = process.cmdline()
            ours = any(word.startswith(f"{root.scratch}/") for word in command)
            if "maskflow.runtime.worker" in command and ours:
                os.killpg(process.pid, signal.SIGKILL)
                found.append(process)
    return found
