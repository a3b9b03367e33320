"""What `ls` shows."""

from __future__ import annotations

from collections.abc import Sequence

from maskflow.app.objects import listed
from maskflow.app.sides import BucketAt, all_buckets
from maskflow.app.status import DeadLetter, FunctionStatus, Status, status

from .objects import found_bucket
from .output import clean, say, show_json, show_table, warn
from .surroundings import configured_sides, data_root

MOST_LETTERS = 20
"""More dead letters than this nobody reads in a table; --json has all."""


def objects(bucket: str, *, local: bool, as_json: bool) -> None:
    found = listed(found_bucket(bucket, local=local))
    if as_json:
        show_json(list(found))
        return
    for info in found:
        say(clean(info.key))


def deployed(*, local: bool, as_json: bool) -> None:
    here = status(data_root())
    buckets, unreachable = all_buckets(configured_sides(local=local))
    if as_json:
        rest = {"dead_letters": here.dead_letters, "buckets": buckets, "unreachable": unreachable}
        show_json({"worker": here.worker, "functions": here.functions, **rest})
        return
    _functions(here)
    _letters(here.dead_letters)
    _buckets(buckets)
    for one in unreachable:
        warn(f"{one.side} could not be asked: {one.reason}")


def _functions(here: Status) -> None:
    if not here.functions:
        say("nothing is deployed")
        return
    rows = [_row(one) for one in here.functions]
    show_table(("FUNCTION", "WORKFLOW", "SIDE", "INPUT", "WAITING", "FAILED", "LAST"), rows)
    if here.worker:
        say(f"\nworker: process {here.worker.pid}, since {here.worker.started[:19]}")
    else:
        say("\nworker: not running")


def _row(one: FunctionStatus) -> tuple[object, ...]:
    last = f"{one.last_status} {one.last[:19]}" if one.last else "-"
    return one.name, one.workflow, one.side, ", ".join(one.inputs), one.waiting, one.failed, last


def _letters(letters: Sequence[DeadLetter]) -> None:
    if letters:
        say()
        shown = letters[-MOST_LETTERS:]
        rows = [
            (one.function, one.object, one.attempts, one.reason.splitlines()[0] if one.reason else "") for one in shown
        ]
        show_table(("FAILED FOR GOOD", "OBJECT", "ATTEMPTS", "REASON"), rows)
        if len(letters) > len(shown):
            say(f"... and {len(letters) - len(shown):,} older ones")


def _buckets(buckets: Sequence[BucketAt]) -> None:
    if buckets:
        say()
        show_table(("BUCKET", "SIDE"), [(one.bucket, one.side) for one in buckets])
