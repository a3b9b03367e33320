"""What is left of a bug of ours: a file with versions and the traceback, without anything that looks like a secret."""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from . import surroundings, versions

_SECRET_NAME = re.compile(r"KEY|SECRET|TOKEN|PASS|CREDENTIAL|AUTH", re.IGNORECASE)
_SECRET_SHAPES = (
    re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"""(?i)([\w-]*(?:secret|token|passw|access_?key|api_?key)[\w-]*["']?\s*[=:]\s*["']?)[^\s"',})]+"""),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[a-z0-9._~+/=-]{8,}"),
)
_SHORTEST = 6


def report(error: BaseException, arguments: Sequence[str]) -> None:
    """Write the file and say where it is."""
    text = redact(_describe(error, arguments), os.environ)
    path = _write(text)
    line = redact(f"{type(error).__name__}: {error}".splitlines()[0], os.environ)
    click.echo(f"error: this is a bug of maskflow: {line}\n  details: {path}", err=True)


def redact(text: str, environment: Mapping[str, str]) -> str:
    """`text` without the values of variables that are named like secrets, and without what is shaped like one."""
    values = [value for name, value in environment.items() if _SECRET_NAME.search(name) and len(value) >= _SHORTEST]
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "***")
    for shape in _SECRET_SHAPES:
        text = shape.sub(lambda found: (found[1] if shape.groups else "") + "***", text)  # noqa: B023 - used at once
    return text


def _describe(error: BaseException, arguments: Sequence[str]) -> str:
    libraries = "\n".join(f"  {name} {versions.of(name)}" for name in versions.LIBRARIES)
    return (
        f"maskflow {versions.of_maskflow()}, Python {sys.version.split()[0]}, {platform.platform()}\n"
        f"{datetime.now(UTC).isoformat(timespec='seconds')}\n"
        f"arguments: {list(arguments)!r}\n{libraries}\n\n"
        f"{''.join(traceback.format_exception(error))}"
    )


def _write(text: str) -> str:
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    for folder in (surroundings.data_root() / "crashes", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).touch(mode=0o600, exist_ok=False)
            (folder / name).write_text(text, "utf-8")
        except OSError:
            continue
        return str(folder / name)
    click.echo(text, err=True)
    return "above; no folder could be written to"
