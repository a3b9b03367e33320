"""What functions of every provider have in common, from their checked mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import Place
from maskflow.model import Retry, Secret

from .code import Local
from .problems import Report, shown
from .secret import HOW, is_placeholder, tells_a_secret
from .table import Table

_VARIABLE = re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]{0,254}")
_VARIABLE_RULE = "letters, digits, underscores, dots and hyphens, not beginning with a digit"


@dataclass(frozen=True, slots=True)
class Build:
    """What building a workflow needs to know besides the file."""

    report: Report
    folder: Path
    images: Mapping[str, Local]
    several_clusters: bool = False


def read_retry(table: Table) -> Retry:
    retry = table.table("retry")
    default = Retry()
    attempts, backoff = retry.whole("attempts"), retry.number("backoff")
    return Retry(
        default.attempts if attempts is None else attempts, default.backoff if backoff is None else float(backoff)
    )


def split_environment(*tables: Table, report: Report) -> tuple[dict[str, str], dict[str, Secret]]:
    """Plain variables and secret ones; of equal names the later table's wins, and that is said."""
    plain: dict[str, str] = {}
    secret: dict[str, Secret] = {}
    for table in tables:
        for name, cell in table.cells.items():
            check_variable(name, cell.key_place, report)
            if plain.get(name, cell.value) != cell.value or (name in secret and secret[name] != cell.value):
                message = f"{shown(name)} stands with different values in this function"
                report.add("environment-conflict", cell.key_place, message, "this value is used")
            plain.pop(name, None)
            secret.pop(name, None)
            if isinstance(cell.value, Secret):
                secret[name] = cell.value
            else:
                plain[name] = str(cell.value)
                _suspect(name, plain[name], cell.place, report)
    return plain, secret


def check_variable(name: str, place: Place, report: Report) -> None:
    if not _VARIABLE.fullmatch(name):
        report.add("bad-name", place, f"{shown(name)} cannot be an environment variable", _VARIABLE_RULE)


def _suspect(name: str, value: str, place: Place, report: Report) -> None:
    """A variable that is named like a secret, and has a value, is one that stands in clear."""
    if not value or not tells_a_secret(name):
        return
    if is_placeholder(value):
        report.add("placeholder", place, f"{shown(name)} is still a placeholder", HOW)
    else:
        report.add("plain-secret", place, f"{shown(name)} is written in clear", HOW)


def check_name(table: Table, pattern: re.Pattern[str], rule: str, report: Report) -> str:
    """The function's name; the provider's rule for names is said where it is broken."""
    name = table.text("name")
    if name and not pattern.fullmatch(name):
        report.add("bad-name", table.at("name"), f"{shown(name)} cannot be a name here", rule)
    return name


def without_empty(settings: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in settings.items() if value not in ({}, (), "")}
