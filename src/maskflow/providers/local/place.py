"""The layout of the data root. Everything that the local provider writes lies below it.

<root>/buckets/<realm>/<bucket>/<key>       objects; `.maskflow/` in a bucket: sidecars, receipts, temporary files
<root>/state/functions/<name>.json          what is deployed
<root>/state/code/<digest>/                 snapshots of function code
<root>/state/log/maskflow.jsonl             the journal, with older parts beside it
<root>/state/worker.json, worker.lock       the background worker; alive while it holds the lock
<root>/state/control/                       a change in here makes the worker look again
<root>/scratch/<pid>/                       temporary files of one worker, removed when it is gone
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maskflow.runtime.receipts import Storages
from maskflow.storage.directory import DirectoryStorage


@dataclass(frozen=True, slots=True)
class Root:
    path: Path

    @property
    def buckets(self) -> Path:
        return self.path / "buckets"

    @property
    def functions(self) -> Path:
        return self.path / "state" / "functions"

    @property
    def code(self) -> Path:
        return self.path / "state" / "code"

    @property
    def journal(self) -> Path:
        return self.path / "state" / "log" / "maskflow.jsonl"

    @property
    def worker(self) -> Path:
        return self.path / "state" / "worker.json"

    @property
    def lock(self) -> Path:
        return self.path / "state" / "worker.lock"

    @property
    def control(self) -> Path:
        return self.path / "state" / "control"

    @property
    def scratch(self) -> Path:
        return self.path / "scratch"

    def storage(self, realm: str) -> DirectoryStorage:
        return DirectoryStorage(self.buckets / realm)

    def storages(self) -> Storages:
        """A lookup that makes each storage once."""
        made: dict[str, DirectoryStorage] = {}
        return lambda realm: made.setdefault(realm, self.storage(realm))

    def realms(self) -> tuple[str, ...]:
        if not self.buckets.is_dir():
            return ()
        return tuple(sorted(entry.name for entry in self.buckets.iterdir() if entry.is_dir()))

    def prepare(self) -> None:
        """Make the folders; private to the user, since footage lies here."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.buckets, self.functions, self.code, self.journal.parent, self.control, self.scratch):
            folder.mkdir(parents=True, exist_ok=True)

    def poke(self) -> None:
        """Make a running worker read the functions and look through the buckets again."""
        self.control.mkdir(parents=True, exist_ok=True)
        (self.control / "poke").write_text("")
