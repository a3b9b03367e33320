"""The background worker: one event loop that watches, dispatches and keeps the processes within their limits.

    python -m maskflow.providers.local.worker ROOT [--tied]

It holds the lock of its data root, so there is never a second one; `--tied` makes it end with the process that
started it (when standard input ends). SIGTERM ends it at once: whatever was being worked on is found again by the
next start, because nothing unfinished has a finished receipt.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from maskflow import __version__

from . import functions, watch
from .arrivals import Arrivals
from .engine import Engine
from .journal import Journal
from .place import Root
from .sweep import sweep

TICK = 0.1
TELL = 0.5
"""Seconds between two writings of what waits."""
TRIES = 50
RESCAN = 30.0
"""Seconds between looks through all trigger folders: what a watcher missed (an overflow, a folder made anew)."""
SCAN_SHARE = 100
"""Looking may take a hundredth of the time: where it takes long, it is done less often."""


class Worker:
    def __init__(self, root: Root, on_ready: Callable[[], None]) -> None:
        self.root = root
        self.on_ready = on_ready
        self.journal = Journal(root.journal)
        self.scratch = root.scratch / str(os.getpid())
        self.stop = asyncio.Event()
        self.changed = asyncio.Event()
        self.engine = Engine(root, self.scratch, self.journal)
        self.arrivals = Arrivals(root, self.engine, self.journal)
        self._scanned = 0.0
        self._scan_took = 0.0
        self._told = 0.0

    async def run(self) -> None:
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.reload()
        write_state(self.root, self.engine)
        self.on_ready()
        watching = asyncio.create_task(self._watch())
        try:
            while not self.stop.is_set():
                self._tick()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.stop.wait(), TICK)
        finally:
            watching.cancel()
            self.engine.close()
            self.journal.flush()
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.root.worker.unlink(missing_ok=True)

    def reload(self) -> None:
        """Read what is deployed now; the watcher then begins anew and looks through its trigger folders."""
        self.engine.deploy(functions.read_all(self.root))
        self.changed.set()

    def _catch_up(self) -> None:
        """What changed before the watcher stood was seen by nobody."""
        if functions.read_all(self.root) == {name: queue.spec for name, queue in self.engine.queues.items()}:
            self.rescan()
        else:
            self.reload()

    def rescan(self) -> None:
        self._scanned = time.monotonic()
        self.arrivals.scan()
        self.engine.pump()
        self._scan_took = time.monotonic() - self._scanned

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._scanned > max(RESCAN, self._scan_took * SCAN_SHARE):
            self.rescan()
        self.arrivals.look_again()
        self.engine.tick(now)
        if now - self._told > TELL:
            self._told = now
            write_state(self.root, self.engine)
        self.journal.flush()

    async def _watch(self) -> None:
        """Watch the trigger folders and the control folder; begin anew when the functions change."""
        while not self.stop.is_set():
            self.changed.clear()
            specs = [queue.spec for queue in self.engine.queues.values()]
            paths = (*watch.folders(self.root, specs), self.root.control)
            for folder in paths:
                folder.mkdir(parents=True, exist_ok=True)
            asyncio.get_running_loop().call_soon(self._catch_up)  # runs when the next line has made the watcher
            async for files in watch.watch(paths, self.changed):
                if any(path.startswith(f"{self.root.control}/") for path in files):
                    self.reload()
                for path in files:
                    self.arrivals.seen(path)
                self.engine.pump()


def write_state(root: Root, engine: Engine) -> None:
    """Say who works here and what waits, when that has changed."""
    state = {
        "pid": os.getpid(),
        "started": engine.started,
        "version": __version__,
        "waiting": {name: len(queue) for name, queue in sorted(engine.queues.items())},
    }
    if state != engine.told:
        engine.told = state
        temporary = root.worker.with_suffix(".new")
        temporary.write_text(json.dumps(state))
        temporary.replace(root.worker)


def _take(lock: IO[str]) -> bool:
    """Take the data root. Those who look whether a worker lives hold the lock for a moment too: hence several tries."""
    for _ in range(TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(TICK / 10)
        else:
            return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m maskflow.providers.local.worker")
    parser.add_argument("root", type=Path)
    parser.add_argument("--tied", action="store_true")
    options = parser.parse_args()
    root = Root(options.root)
    root.prepare()
    on_ready = _nothing if options.tied else detach()
    with open(root.lock, "a") as lock:
        if not _take(lock):
            sys.exit(0)  # there is one already, which is what was asked for
        root.worker.unlink(missing_ok=True)
        signal.signal(signal.SIGIO, signal.SIG_IGN)  # a lease of ours was broken by a writer: that is fine
        sweep(root)
        asyncio.run(_main(root, options.tied, on_ready))


def detach() -> Callable[[], None]:
    """Go on in a process that nobody waits for; the one that was started ends when the returned function is called,
    with 0, or with 1 when the worker ends without having called it."""
    ready, tell = os.pipe()
    if os.fork():
        os.close(tell)
        os._exit(0 if os.read(ready, 1) else 1)
    os.close(ready)

    def on_ready() -> None:
        os.write(tell, b"1")
        os.close(tell)

    return on_ready


def _nothing() -> None:
    pass


async def _main(root: Root, tied: bool, on_ready: Callable[[], None]) -> None:
    worker = Worker(root, on_ready)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop.set)
    if tied:
        loop.add_reader(0, _parent_gone, worker.stop)
    await worker.run()


def _parent_gone(stop: asyncio.Event) -> None:
    if not os.read(0, 1):
        stop.set()


if __name__ == "__main__":
    main()
