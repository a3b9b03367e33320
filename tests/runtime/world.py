"""A small world for the runtime: directories, two functions that feed each other, and kills at any write.

`split` makes one object of every word of its input and a manifest; `judge` turns each word round and, when all words
of an input are there, writes them as one line. Both are pure, as the contract asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from maskflow.model import NO_MAPPING, BucketPath, Entry, EntryKind, ObjectCreated, Port, StorageKind, StorageRef
from maskflow.runtime.contract import Context
from maskflow.runtime.manifest import Manifest, loads, part_of
from maskflow.runtime.receipts import Receipts, State, Storages
from maskflow.runtime.spec import FunctionSpec
from maskflow.runtime.supervise import Outcome, Supervisor
from maskflow.storage.base import ObjectInfo
from maskflow.storage.directory import DirectoryStorage
from maskflow.storage.files import sequencer

BOX = StorageRef(StorageKind.S3)


class Killed(BaseException):
    """The process ended here."""


class Mortal(DirectoryStorage):
    """Kills at the chosen write: `at` counts down, odd numbers before the write and even ones after it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.at = 0

    def put(
        self,
        bucket: str,
        key: str,
        source: Path | bytes,
        *,
        metadata: Mapping[str, str] = NO_MAPPING,
        expect: str | None = None,
        consume: bool = False,
    ) -> ObjectInfo:
        self.step()
        info = super().put(bucket, key, source, metadata=metadata, expect=expect, consume=consume)
        self.step()
        return info

    def delete(self, bucket: str, key: str) -> None:
        self.step()
        super().delete(bucket, key)
        self.step()

    def step(self) -> None:
        self.at -= 1
        if self.at == 0:
            raise Killed


def split(source: Path, output: Path, context: Context) -> None:
    folder = output / context.name.rpartition(".")[0]
    folder.mkdir(parents=True)
    words = source.read_text().split()
    for number, word in enumerate(words, start=1):
        (folder / f"{number}.txt").write_text(word)
    parts = tuple(part_of(folder / f"{number}.txt", folder) for number in range(1, len(words) + 1))
    (folder / "manifest.json").write_bytes(Manifest(context.name, parts).dumps())


class Judge:
    gathers = ".rev"

    def __call__(self, source: Path, output: Path, context: Context) -> None:
        target = output / context.name.replace(".txt", ".rev")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text()[::-1])

    def gather(self, manifest: Path, parts: Path, output: Path, context: Context) -> None:
        listed = loads(manifest.read_bytes())
        assert listed
        line = " ".join((parts / part.name.replace(".txt", ".rev")).read_text() for part in listed.parts)
        target = output / context.name.replace("manifest.json", "all.txt")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(line)


def spec(name: str, into: str, out: str) -> FunctionSpec:
    entry = Entry(EntryKind.PYTHON)
    ports = [Port(BucketPath(BOX, "box", prefix)) for prefix in (into, out)]
    return FunctionSpec(name, "words", "code-1", entry, (ports[0],), (ports[1],))


class World:
    def __init__(self, folder: Path) -> None:
        self.storage = Mortal(folder / "buckets")
        self.storage.create_bucket("box")
        scratch = folder / "scratch"
        scratch.mkdir()
        storages: Storages = lambda _realm: self.storage  # noqa: E731
        self.workers = [
            Supervisor(spec("split", "in", "mid"), split, storages, scratch / "1"),
            Supervisor(spec("judge", "mid", "out"), Judge(), storages, scratch / "2"),
        ]

    def upload(self, name: str, text: str) -> None:
        DirectoryStorage(self.storage.root).put("box", f"in/{name}", text.encode())

    def work(self, supervisor: Supervisor, event: ObjectCreated) -> Outcome | None:
        """One event; None when the process was killed meanwhile (`storage.at` says where)."""
        try:
            return supervisor.work(event)
        except Killed:
            return None

    def unfinished(self) -> Iterator[tuple[Supervisor, ObjectCreated]]:
        """What a rescan would find."""
        for supervisor in self.workers:
            prefix = supervisor.spec.inputs[0].path.prefix
            for key, status in list(self.storage.scan("box", prefix)):
                event = ObjectCreated("s3", "box", key, status.st_size)
                receipt = Receipts(supervisor.spec, supervisor.storages).read(event)
                known = receipt and (receipt.input.size, receipt.input.sequencer)
                if receipt is None or receipt.state is not State.DONE or known != (status.st_size, sequencer(status)):
                    yield supervisor, event

    def drain(self) -> None:
        """Work until nothing is left, starting again after each kill."""
        while work := list(self.unfinished()):
            for supervisor, event in work:
                outcome = self.work(supervisor, event)
                assert outcome is None or outcome.status != "failed", outcome.reason

    def objects(self) -> dict[str, bytes]:
        return {info.key: self.storage.read("box", info.key)[0] for info in self.storage.list("box")}
