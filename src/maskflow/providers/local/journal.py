"""The log of everything that happens here: JSON lines, one writer (the worker), any number of readers.

Every line has `time`, `level`, `function` and `message`; lines about an event also `run`, `workflow` and `object`, and
the line that ends one has `status`, `seconds`, `attempt` and `outputs`. The file is turned over at 32 MB, three older
parts are kept.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TURN_OVER = 32 << 20
KEPT = 3
POLL = 0.1
"""Seconds between looks at a file that is followed."""


@dataclass(frozen=True, slots=True)
class Line:
    time: str
    level: str
    function: str
    message: str
    workflow: str = ""
    run: str = ""
    object: str = ""
    status: str = ""
    """`done`, `skipped`, `retry`, `dead`, or empty for a line that a function said."""
    seconds: float = 0.0
    attempt: int = 0
    outputs: tuple[str, ...] = ()

    def dumps(self) -> str:
        document = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps({name: value for name, value in document.items() if value not in ("", (), 0)})


EMPTY: dict[str, Any] = {"time": "", "level": "", "function": "", "message": ""}
FIELDS = frozenset(field.name for field in fields(Line))


class Journal:
    """The writer. Lines are gathered and written by `flush`, whole lines at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[str] = []

    def add(self, level: str, function: str, message: str, **more: Any) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._waiting.append(Line(now, level, function, message, **more).dumps())

    def flush(self) -> None:
        if not self._waiting:
            return
        data = ("\n".join(self._waiting) + "\n").encode()
        self._waiting.clear()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "ab") as file:
            file.write(data)
            size = file.tell()
        if size > TURN_OVER:
            self._turn_over()

    def _turn_over(self) -> None:
        for number in range(KEPT, 0, -1):
            older = part(self.path, number)
            newer = part(self.path, number - 1)
            if newer.exists():
                os.replace(newer, older)


def part(path: Path, number: int) -> Path:
    return path if number == 0 else path.with_name(f"{path.name}.{number}")


def read(path: Path) -> Iterator[Line]:
    """Every line that is kept, oldest first."""
    for number in range(KEPT, -1, -1):
        try:
            with open(part(path, number), "rb") as file:
                for text in file:
                    if line := _parse(text):
                        yield line
        except FileNotFoundError:
            continue


def latest(path: Path) -> Iterator[Line]:
    """The last lines, a megabyte of them at most."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - (1 << 20)))
            for text in file:
                if line := _parse(text):
                    yield line
    except FileNotFoundError:
        return


class Tail:
    """Reads on from where the journal ends now, through turn-overs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "rb") if path.exists() else None  # noqa: SIM115
        if self._file:
            self._file.seek(0, os.SEEK_END)
        self._rest = b""

    def close(self) -> None:
        if self._file:
            self._file.close()

    def read(self) -> list[Line]:
        """What has been added since the last call."""
        data = self._file.read() if self._file else b""
        while self._turned():
            if self._file:
                self._file.close()
            self._file = open(self.path, "rb")  # noqa: SIM115
            data += self._file.read()
        *whole, self._rest = (self._rest + data).split(b"\n")
        return [line for line in map(_parse, whole) if line]

    def _turned(self) -> bool:
        """Whether the path names another file than the one that is open."""
        try:
            there = os.stat(self.path)
        except FileNotFoundError:
            return False
        return self._file is None or os.fstat(self._file.fileno()).st_ino != there.st_ino

    def wait(self) -> None:
        time.sleep(POLL)


def _parse(text: bytes) -> Line | None:
    try:
        document = json.loads(text)
        document["outputs"] = tuple(document.get("outputs", ()))
        return Line(**EMPTY | {name: value for name, value in document.items() if name in FIELDS})
    except (ValueError, TypeError, AttributeError):
        return None  # a line that was cut off by a kill
