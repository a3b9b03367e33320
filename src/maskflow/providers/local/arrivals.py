"""Files on their way to becoming events: seen by the watcher or found by a scan, and watched until they are whole."""

from __future__ import annotations

import os

from maskflow.errors import StorageError
from maskflow.model import ObjectCreated
from maskflow.runtime.receipts import Receipts

from . import functions, watch
from .engine import Engine
from .journal import Journal
from .place import Root


class Arrivals:
    def __init__(self, root: Root, engine: Engine, journal: Journal) -> None:
        self.root = root
        self.engine = engine
        self.journal = journal
        self.growing: set[str] = set()
        self.strangers: set[str] = set()

    def seen(self, path: str) -> None:
        """The watcher has seen a file: what is known in this version already is mostly the echo of our own writes."""
        self.growing.discard(path)
        try:
            status = os.stat(path)
            event = watch.event(f"{self.root.buckets}/", path, status)
        except (StorageError, OSError):
            return  # it is gone again, or has a name that the next scan will complain of
        if event is None or self.engine.knows(event):
            return
        if watch.whole(path, status):
            self.engine.notice(event)
        else:
            self.growing.add(path)

    def look_again(self) -> None:
        """See whether those that were being written are whole now."""
        for path in list(self.growing):
            self.seen(path)

    def scan(self) -> None:
        """Look through all trigger folders for what has no finished receipt, whatever became of its event."""
        specs = [queue.spec for queue in self.engine.queues.values()]
        for name in watch.strangers(self.root, specs) - self.strangers:
            self.strangers.add(name)
            self.journal.add("WARNING", "", f"{name!r} has a name that no object can have; it is left alone")
        for queue in self.engine.queues.values():
            receipts = Receipts(queue.spec, self.engine.storages)
            for event in watch.scan(self.root, queue.spec):
                if not queue.at_work(event) and functions.unfinished(receipts.read(event), event):
                    self._found(event)

    def _found(self, event: ObjectCreated) -> None:
        path = str(self.root.buckets / event.storage / event.bucket / event.key)
        try:
            ready = watch.whole(path, os.stat(path))
        except OSError:
            return
        if ready:
            self.engine.offer(event)
        else:
            self.growing.add(path)
