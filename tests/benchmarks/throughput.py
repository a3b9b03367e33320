"""10,000 small objects through a two-step workflow that does nothing, with every guarantee on.

    python tests/benchmarks/throughput.py [--objects 10000]

Prints objects a second (wall), CPU seconds of the worker and of the function processes, CPU milliseconds an event, the
overhead of a warm event over the function itself (median, as the supervisor measures it), and the worker's memory
after each tenth of the run, which must not grow with the objects.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from maskflow.model import (
    BucketPath,
    Entry,
    EntryKind,
    Function,
    ObjectCreated,
    Port,
    ProviderKind,
    ProviderRef,
    StorageKind,
    StorageRef,
    Workflow,
)
from maskflow.providers.local import control, follow, functions, journal
from maskflow.providers.local.place import Root
from maskflow.providers.local.provider import LocalProvider

CODE = """
def handle(source, output, context):
    (output / context.name).write_bytes(source.read_bytes())
"""
BUCKET = "box"


def workflow(code: Path) -> Workflow:
    def step(name: str, into: str, out: str) -> Function:
        ports = [Port(BucketPath(StorageRef(StorageKind.S3), BUCKET, prefix)) for prefix in (into, out)]
        entry = Entry(EntryKind.PYTHON, str(code), "function:handle")
        return Function(name, ProviderRef(ProviderKind.AWS), entry, inputs=(ports[0],), outputs=(ports[1],))

    return Workflow("nothing", (step("one", "in", "mid"), step("two", "mid", "out")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=10_000)
    count = parser.parse_args().objects
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "function.py").write_text(CODE)
        root = Root(folder / "home")
        provider = LocalProvider(root, worker=False)
        for resource in provider.wanted(workflow(folder)):
            provider.create(resource)
        run(root, count)


def run(root: Root, count: int) -> None:
    storage = root.storage("s3")
    following = follow.Run(root, list(functions.read_all(root).values()))
    for number in range(count):
        key = f"in/{number:06}.txt"
        storage.put(BUCKET, key, f"{number:06} ".encode() * 146)
        following.expect(ObjectCreated("s3", BUCKET, key))
    memory: list[int] = []
    start = time.monotonic()
    with control.attached(root) as state:
        worker = psutil.Process(state.pid)
        for step in following.steps():
            if step.line.status and step.outstanding % (count // 10 or 1) == 0:
                memory.append(worker.memory_info().rss >> 20)
        seconds = time.monotonic() - start
        own, others = cpu(worker), sum(cpu(child) for child in worker.children())
    made = sum(1 for _ in storage.scan(BUCKET, "out"))
    assert made == count, f"{made} of {count} objects came out"
    report(count, seconds, own, others, memory, root)


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def report(count: int, seconds: float, own: float, others: float, memory: list[int], root: Root) -> None:
    spent = [line.seconds * 1000 for line in journal.read(root.journal) if line.status == "done"]
    print(f"{count} objects in {seconds:.1f} s: {count / seconds:.0f} objects/s")
    print(f"CPU: worker {own:.1f} s, functions {others:.1f} s, {(own + others) / count / 2 * 1000:.2f} ms an event")
    print(f"a warm event, function included: median {statistics.median(spent):.2f} ms")
    print(f"memory of the worker, MiB: {json.dumps(memory)}")


if __name__ == "__main__":
    main()
