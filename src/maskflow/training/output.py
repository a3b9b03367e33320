"""What the training commands say: results on stdout, how far they are and what went wrong on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

PATIENCE = 2.0
"""Seconds before the first word on progress, and between two lines of it where no terminal is."""

_ON_TERMINAL = 0.2


def say(text: str) -> None:
    """A line of the result."""
    print(text, flush=True)


def note(text: str) -> None:
    """A line beside the result. Control characters, which a file's name may hold, are shown and not sent."""
    print("".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text), file=sys.stderr, flush=True)


def counted(items: Iterable[Item], total: int, verb: str) -> Iterator[Item]:
    """The items, saying on stderr how many of `total` are done and how long the rest will take.

    One line that is written over on a terminal, a line every two seconds elsewhere; nothing for what is over sooner.
    """
    began = said = time.monotonic()
    terminal = sys.stderr.isatty()
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now - began >= PATIENCE and now - said >= (_ON_TERMINAL if terminal else PATIENCE):
            said = now
            text = f"{verb}: {done:,} of {total:,}, {left((now - began) / done * (total - done))} left"
            print(f"\r\x1b[K{text}" if terminal else text, end="" if terminal else "\n", file=sys.stderr, flush=True)
        yield item
    if terminal and said > began:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def left(seconds: float) -> str:
    """A length of time for people: `42 s`, `3 min`, `2 h 05 min`."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"
