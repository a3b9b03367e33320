"""What the runtime adds to a warm event: `tests/benchmarks/warm_event.py [--events 1000]`.

One process, as in a warm worker: a supervisor is given one event after another, each a new object of 1 KB that a
function copies into an output. All guarantees are on: stat, receipt, publish, receipt. Subtracted is what the function
itself takes, measured inside it. The aim is less than 5 ms.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from maskflow.model import BucketPath, Entry, EntryKind, ObjectCreated, Port, StorageKind, StorageRef
from maskflow.runtime.contract import Context
from maskflow.runtime.spec import FunctionSpec
from maskflow.runtime.supervise import Status, Supervisor
from maskflow.storage.directory import DirectoryStorage

AIM = 5.0
BUCKET = "box"


class Copy:
    """Writes what it reads, and adds up what that took: (wall, CPU) seconds."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __call__(self, source: Path, output: Path, context: Context) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        (output / context.name).write_bytes(source.read_bytes())
        self.wall, self.cpu = time.perf_counter() - wall, time.process_time() - cpu


class Gathering(Copy):
    """The same with a fan-in, which looks for a manifest at every event."""

    gathers = ".txt"

    def gather(self, manifest: Path, parts: Path, output: Path, context: Context) -> None:
        """Never called: there is no manifest."""


def spec() -> FunctionSpec:
    into, out = (Port(BucketPath(StorageRef(StorageKind.S3), BUCKET, prefix)) for prefix in ("in", "out"))
    return FunctionSpec("copy", "warm", "code-1", Entry(EntryKind.PYTHON), (into,), (out,))


def measure(folder: Path, function: Copy, events: int) -> tuple[list[float], list[float]]:
    """Wall and CPU milliseconds a warm event above the function's own; the first ten events are not counted."""
    storage = DirectoryStorage(folder / "buckets")
    storage.create_bucket(BUCKET)
    supervisor = Supervisor(spec(), function, lambda _realm: storage, folder / "scratch")
    walls, cpus = [], []
    for number in range(events + 10):
        key = f"in/{number:06}.txt"
        storage.put(BUCKET, key, f"{number:06} ".encode() * 146)
        wall, cpu = time.perf_counter(), time.process_time()
        outcome = supervisor.work(ObjectCreated("s3", BUCKET, key))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if outcome.status is not Status.DONE:
            sys.exit(f"event {number}: {outcome.status} {outcome.reason}")
        walls.append((wall - function.wall) * 1000)
        cpus.append((cpu - function.cpu) * 1000)
    return walls[10:], cpus[10:]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=1000)
    events = parser.parse_args().events
    for name, function in (("plain", Copy()), ("with a fan-in", Gathering())):
        with tempfile.TemporaryDirectory(prefix="warm-") as folder:
            walls, cpus = measure(Path(folder), function, events)
        for kind, values in (("CPU", cpus), ("wall", walls)):
            middle, high = statistics.median(values), statistics.quantiles(values, n=20)[-1]
            print(f"{name:14} {events} events: {kind:4} median {middle:5.2f} ms, p95 {high:5.2f} ms (aim: {AIM:g} ms)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
