"""A data root with a real worker in it, for tests: functions are written as text, uploads are files."""

from __future__ import annotations

import os
import signal
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

from maskflow.model import (
    BucketPath,
    Entry,
    EntryKind,
    Function,
    Limits,
    NameFilter,
    Port,
    ProviderKind,
    ProviderRef,
    Retry,
    StorageKind,
    StorageRef,
    Workflow,
)
from maskflow.providers.local import control, functions
from maskflow.providers.local.journal import Line, read
from maskflow.providers.local.place import Root
from maskflow.providers.local.provider import LocalProvider

PATIENCE = 60.0
S3 = StorageRef(StorageKind.S3)
COPY = """
def handle(source, output, context):
    target = output / context.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes().upper())
"""


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = Root(folder / "home")
        self.storage = self.root.storage("s3")
        self.bucket = self.root.buckets / "s3" / "box"
        self.deployed: list[Function] = []

    def add(
        self,
        name: str,
        code: str = COPY,
        into: str = "in",
        out: str = "out",
        *,
        limits: Limits | None = None,
        attempts: int = 1,
        program: bool = False,
        suffix: str = "",
    ) -> None:
        """Deploy one function more, or anew."""
        source = self.folder / "code" / name
        source.mkdir(parents=True, exist_ok=True)
        file = source / ("script.sh" if program else "function.py")
        file.write_text(textwrap.dedent(code))
        entry = (
            Entry(EntryKind.PROGRAM, str(file)) if program else Entry(EntryKind.PYTHON, str(source), "function:handle")
        )
        names = NameFilter(suffixes=(suffix,)) if suffix else NameFilter()
        function = Function(
            name,
            ProviderRef(ProviderKind.AWS),
            entry,
            inputs=(Port(BucketPath(S3, "box", into), names),),
            outputs=(Port(BucketPath(S3, "box", out)),),
            limits=limits or Limits(),
            retry=Retry(attempts, 0.05),
        )
        self.deployed = [*(other for other in self.deployed if other.name != name), function]
        provider = LocalProvider(self.root, worker=False)
        for resource in provider.wanted(Workflow("test", tuple(self.deployed))):
            before = provider.read(resource.address)
            provider.update(resource, before) if before else provider.create(resource)

    def start(self) -> int:
        return control.start(self.root).pid

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.until(lambda: not control.locked(self.root), "the worker is gone")

    def stop(self) -> None:
        control.stop(self.root)

    def upload(self, name: str, data: bytes = b"hello", into: str = "in") -> None:
        self.storage.put("box", f"{into}/{name}", data)

    def read(self, key: str) -> bytes:
        return self.storage.read("box", key)[0]

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        return {info.key: self.read(info.key) for info in self.storage.list("box", prefix)}

    def lines(self, *statuses: str) -> list[Line]:
        return [line for line in read(self.root.journal) if line.status in statuses]

    def idle(self) -> bool:
        """Nothing waits and nothing runs, as far as the worker has said."""
        state = control.state(self.root)
        return state is not None and not any(state.waiting.values())

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            said = self.root.journal.with_name("worker.err")
            assert time.monotonic() < deadline, (
                f"not within {PATIENCE:g} s: {what}; journal: {list(read(self.root.journal))[-5:]}; "
                f"worker: {said.read_text() if said.exists() else ''}"
            )
            time.sleep(0.02)

    def remains(self) -> list[Path]:
        """Temporary files, which must never be left."""
        tmp = [path for path in self.root.buckets.glob("*/*/.maskflow/tmp/*") if path.is_file()]
        return tmp + [path for path in self.root.scratch.rglob("*") if path.is_file()]

    def specs(self) -> list[str]:
        return list(functions.read_all(self.root))
