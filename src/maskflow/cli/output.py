"""Words, tables and JSON. What a command was asked for goes to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import click

from maskflow.errors import MaskflowError, Problem, Severity, WorkflowError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\ud800-\udfff]")


def clean(text: object) -> str:
    """Text from outside (keys, messages of servers) so that it cannot steer the terminal or break a line."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape", "backslashreplace").decode(), str(text))


def say(text: str = "") -> None:
    click.echo(text)


def note(text: str) -> None:
    click.echo(text, err=True)


def warn(text: str) -> None:
    click.echo(f"{paint('warning:', 'yellow')} {text}", err=True, color=_colour())


def paint(text: str, colour: str, *, bold: bool = False) -> str:
    """`click.echo` takes the colours out again where they do not belong."""
    return click.style(text, fg=colour, bold=bold)


def show_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def show_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from tabulate import tabulate

    cleaned = [[clean(cell) for cell in row] for row in rows]
    click.echo(tabulate(cleaned, headers, tablefmt="plain", disable_numparse=True))


def show_error(error: MaskflowError) -> None:
    if isinstance(error, WorkflowError):
        show_problems(error.problems)
        return
    text = "\n".join(clean(line) for line in str(error).splitlines())
    click.echo(f"{paint('error:', 'red', bold=True)} {text}", err=True, color=_colour())
    if error.hint:
        click.echo(f"{paint('hint:', 'cyan')} {clean(error.hint)}", err=True, color=_colour())


def show_problems(problems: Sequence[Problem]) -> None:
    """All of them, as compilers do, and how many there are."""
    for problem in problems:
        colour = "red" if problem.severity is Severity.ERROR else "yellow"
        head = f"{clean(problem.place)}: {paint(str(problem.severity), colour, bold=True)}:"
        hint = f" ({clean(problem.hint)})" if problem.hint else ""
        click.echo(f"{head} {clean(problem.message)}{hint}", err=True, color=_colour())
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = [count(errors, "error"), count(len(problems) - errors, "warning")]
    note(", ".join(text for text in counts if not text.startswith("0 ")))


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size(number: float) -> str:
    """Bytes for people."""
    if number < 1000:
        return f"{number:.0f} B"
    for unit in ("kB", "MB", "GB", "TB"):  # noqa: B007 - the last one is the answer
        number /= 1000
        if number < 999.95:
            break
    return f"{number:.1f} {unit}"


def _colour() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None


def _plain(value: object) -> Any:
    """What JSON does not know: our frozen types as objects, paths as text."""
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
