"""How far something is: a bar on a terminal, plain lines elsewhere, and nothing for what is over in moments."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from maskflow.providers.local.follow import FINAL, Step
from maskflow.storage.transfer import OnProgress, Progress

from .output import clean, count, note, size

PATIENCE = 2.0
"""Seconds before the first word, and between two plain lines."""
QUIET = frozenset({"DEBUG", "INFO"})


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


@contextmanager
def run_progress(functions: Sequence[str]) -> Iterator[Callable[[Step], None]]:
    """Every hop of a run: how many of its events are over, and of how many that are known so far."""
    if sys.stderr.isatty():
        with _run_bar() as show:
            yield show
    else:
        yield _run_lines(functions, time.monotonic)


def _run_lines(functions: Sequence[str], clock: Callable[[], float]) -> Callable[[Step], None]:
    last = clock()
    over = dict.fromkeys(functions, 0)

    def show(step: Step) -> None:
        nonlocal last
        if step.line.status in FINAL:
            over[step.line.function] = over.get(step.line.function, 0) + 1
        elif text := _worth_saying(step):
            note(text)
        if clock() - last >= PATIENCE and step.outstanding:
            last = clock()
            done = ", ".join(f"{name} {number:,}" for name, number in over.items() if number) or "none yet"
            note(f"running: {step.known - step.outstanding:,} of {count(step.known, 'event')} over ({done})")

    return show


def _worth_saying(step: Step) -> str:
    """A warning of a function, or that an event is tried again; of a traceback the last line."""
    line = step.line
    if line.status in FINAL or line.level in QUIET or not line.message:
        return ""
    again = f" (attempt {line.attempt}; it is tried again)" if line.status == "retry" else ""
    traceback = "\nTraceback" in line.message  # what follows is the retry, or the end, with the same words
    return "" if traceback else clean(f"{line.function}: {line.object}: {line.message.splitlines()[-1]}{again}")


@contextmanager
def _run_bar() -> Iterator[Callable[[Step], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def show(step: Step) -> None:
            if said := _worth_saying(step):
                bar.console.print(said, markup=False)
            text = f"{step.line.function} {step.line.object.rsplit('/', 1)[-1]}"
            bar.update(
                task, description=escape(clean(text)[-48:]), completed=step.known - step.outstanding, total=step.known
            )

        yield show
