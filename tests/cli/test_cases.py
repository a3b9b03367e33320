"""Every file of tests/cases/cli is a session: lines to type above the marker, what is said below it.

$ maskflow ls              a command
bucket s3 results          make a bucket of this machine
write FILE TEXT            write a file
project                    make the example project
"""

from __future__ import annotations

import shlex

import pytest

from cli.console import Console
from datacases import Case


@pytest.mark.cases("cli/*.txt")
def test_session(case: Case, console: Console) -> None:
    said = []
    for line in case.input.decode().splitlines():
        if line.startswith("$ "):
            said.append(f"{line}\n{console.transcript(line[2:])}")
        elif line and not line.startswith("#"):
            prepare(console, *shlex.split(line))
    case.check("\n".join(said))


def prepare(console: Console, what: str, *values: str) -> None:
    match what, *values:
        case "bucket", realm, name:
            console.bucket(realm, name)
        case "write", name, text:
            path = console.home / name[2:] if name.startswith("~/") else console.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("\\n", "\n"))
        case ("project",):
            console.project()
        case _:
            raise AssertionError(f"no such preparation: {what} {values}")
