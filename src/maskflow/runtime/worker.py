"""One warm process of one function: loads it once, then works on event after event.

Events come in on standard input, one JSON array a line; outcomes and log records go out on what was standard output,
one JSON object a line, in the order of the events. What the function prints goes to standard error. The end of
standard input means that the parent is gone: the process then kills itself and every program that it started.

    python -m maskflow.runtime.worker SPEC --buckets DIR --scratch DIR
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from maskflow.errors import MaskflowError
from maskflow.events import plain
from maskflow.model import ObjectCreated
from maskflow.storage.directory import DirectoryStorage

from . import secrets, spec
from .load import load
from .supervise import Outcome, Supervisor

CHUNK = 1 << 16


class Channel(logging.Handler):
    """Writes outcomes and log records to the parent. `event` is what is being worked on."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.descriptor = descriptor
        self.event: ObjectCreated | None = None

    def send(self, **document: object) -> None:
        data = json.dumps(document, separators=(",", ":")).encode() + b"\n"
        while data:
            data = data[os.write(self.descriptor, data) :]

    def emit(self, record: logging.LogRecord) -> None:
        message = self.format(record)
        about = {"object": str(self.event), "run": self.event.run} if self.event else {}
        self.send(log={"level": record.levelname, "message": message, **about})


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m maskflow.runtime.worker")
    parser.add_argument("spec", type=Path)
    parser.add_argument("--buckets", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    channel = Channel(os.dup(1))
    os.dup2(2, 1)
    document = spec.loads(options.spec.read_bytes())
    logging.basicConfig(level=document.log_level, handlers=[channel], format="%(message)s")
    incoming: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(incoming,), daemon=True).start()
    storages = functools.cache(lambda realm: DirectoryStorage(options.buckets / realm))
    try:
        handler = load(document, secrets.resolve_all(document.secrets))
    except MaskflowError as error:
        channel.send(broken=f"{error}{f' ({error.hint})' if error.hint else ''}")
        sys.exit(error.exit_code)
    channel.send(ready=True)
    _serve(Supervisor(document, handler, storages, options.scratch / str(os.getpid())), incoming, channel)


def _serve(supervisor: Supervisor, incoming: queue.SimpleQueue[list[Any]], channel: Channel) -> None:
    while True:
        event = ObjectCreated(*incoming.get())
        channel.event = event
        channel.send(outcome=_row(supervisor.work(event)))


def _row(outcome: Outcome) -> list[object]:
    outputs = [plain.row(output) for output in outcome.outputs]
    event = plain.row(outcome.event)
    return [outcome.status, event, outputs, outcome.reason, outcome.retryable, round(outcome.seconds, 6)]


def _read(incoming: queue.SimpleQueue[list[Any]]) -> None:
    for line in _lines(0):
        incoming.put(json.loads(line))
    with contextlib.suppress(ProcessLookupError):
        if os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _lines(descriptor: int) -> Iterator[bytes]:
    rest = b""
    while chunk := os.read(descriptor, CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole


if __name__ == "__main__":
    main()
