"""How far something is: a bar on a terminal, plain lines elsewhere, and nothing for what is over in moments."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from maskflow.storage.transfer import OnProgress, Progress

from .output import clean, count, note, size

PATIENCE = 2.0
"""Seconds before the first word, and between two plain lines."""


@contextmanager
def transfer_progress(verb: str) -> Iterator[OnProgress]:
    """`verb` is what goes on: `uploading`."""
    if sys.stderr.isatty():
        with _bar(verb) as show:
            yield show
    else:
        yield _lines(verb, time.monotonic)


def _lines(verb: str, clock: Callable[[], float]) -> OnProgress:
    last = clock()

    def show(progress: Progress) -> None:
        nonlocal last
        if clock() - last >= PATIENCE and progress.objects < progress.objects_in_all:
            last = clock()
            amount = f"{size(progress.bytes)} of {size(progress.bytes_in_all)}"
            note(f"{verb}: {progress.objects:,} of {count(progress.objects_in_all, 'object')}, {amount}")

    return show


@contextmanager
def _bar(verb: str) -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[bytes]}"))
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(verb, total=None, bytes="")

        def show(progress: Progress) -> None:
            bar.update(
                task,
                description=f"{verb} {escape(clean(progress.name)[-40:])}",
                completed=progress.objects,
                total=progress.objects_in_all,
                bytes=f"{size(progress.bytes)} of {size(progress.bytes_in_all)}",
            )

        yield show
