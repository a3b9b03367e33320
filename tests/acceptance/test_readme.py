"""README.md says what is true: its commands are typed and answer as it says, and its links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass

import pytest

from acceptance.desk import REPOSITORY, Desk

README = REPOSITORY / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:src|tests|functions|workflows|docker)/[A-Za-z0-9_./-]+)`")
VOLATILE = (
    (re.compile(r"^running: .*\n?", re.MULTILINE), ""),
    (re.compile(r"\d+\.\d+"), "N"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:]+"), "TIME"),
    (re.compile(r"(?<=process )\d+"), "PID"),
    (re.compile(r"[ \t]+"), " "),
    (re.compile(r"-{3,}"), "---"),
)
NOT_HERE = ("make test", "make test-all", "make bench", "make lock", "git ", "pip ", "cd ")
"""What would call this test again, or fetch things: only said to exist."""
TO_FILL_IN = re.compile(r"^@@\w+@@$", re.MULTILINE)


@dataclass(frozen=True)
class Typed:
    """A command and what README says that it answers; a line of three dots stands for any number of lines."""

    command: str
    answer: str


def blocks() -> list[tuple[Typed, ...]]:
    text = README.read_text("utf-8") if README.exists() else ""
    return [tuple(_typed(block)) for block in BLOCK.findall(text)]


def _typed(block: str) -> list[Typed]:
    found = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, answer = part.replace("\\\n", " ").partition("\n")
        found.append(Typed(command.strip(), answer))
    return found


def steady(text: str) -> list[str]:
    for pattern, instead in VOLATILE:
        text = pattern.sub(instead, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def missing(wanted: list[str], said: list[str]) -> list[str]:
    """Lines that README has and the command did not say, in this order."""
    rest = iter(said)
    return [line for line in wanted if line != "..." and line not in rest]


@pytest.fixture
def shell(desk: Desk) -> Desk:
    """A desk where `maskflow` and `make demo` work, with the environment that is here for the one make would make."""
    bin_ = desk.folder / "venv" / "bin"
    bin_.mkdir(parents=True)
    for name, rest in (("maskflow", "-m maskflow "), ("python", "")):
        (bin_ / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {rest}"$@"\n')
        (bin_ / name).chmod(0o755)
    for stamp in (".installed", ".developable"):
        (bin_.parent / stamp).touch()
    desk.environment["PATH"] = f"{bin_}{os.pathsep}{desk.environment['PATH']}"
    return desk


def typed(shell: Desk, command: str) -> str:
    """What it answers, on both channels; it must end well."""
    where = shell.work
    if command.startswith("make "):
        where = REPOSITORY
        demo = os.path.relpath(shell.work / "demo", REPOSITORY)
        command = f"{command} VENV={shell.folder / 'venv'} DEMO={demo}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=where, env=shell.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, (command, done.stdout)
    text = done.stdout.replace(str(shell.folder / "venv"), ".venv")
    if where == REPOSITORY:
        text = text.replace(demo, "build/demo").replace(str(REPOSITORY), "/path/to/maskflow")
    return text


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("block", blocks(), ids=lambda block: block[0].command if block else "empty")
def test_the_commands_answer_as_it_says(shell: Desk, block: tuple[Typed, ...]) -> None:
    if any(TO_FILL_IN.search(one.answer) for one in block):
        pytest.skip("an answer has still to be filled in")
    for one in block:
        if one.command.startswith(NOT_HERE):
            continue
        said = typed(shell, one.command)
        assert not missing(steady(one.answer), steady(said)), said


def test_the_targets_of_make_exist() -> None:
    rules = re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    named = [one.command.split()[1] for block in blocks() for one in block if one.command.startswith("make ")]
    assert set(named) <= set(rules)


def test_links_lead_somewhere() -> None:
    if not README.exists():
        pytest.skip("there is no README.md yet")
    text = README.read_text("utf-8")
    relative = [link.partition("#")[0] for link in LINK.findall(text) if not re.match(r"[a-z]+:|#", link)]
    absent = [path for path in (*relative, *NAMED.findall(text)) if not (REPOSITORY / path).exists()]
    assert not absent


def test_comparing_is_not_blind() -> None:
    assert not missing(["a", "...", "c"], ["a", "b", "c", "d"])
    assert missing(["a", "c", "b"], ["a", "b", "c"]) == ["b"]
    assert missing(["x"], ["a"]) == ["x"]
    assert steady("running: 1 of 2 events\nmask  1.25  (process 77)\n\n-----  ---\n") == [
        "mask N (process PID)",
        "--- ---",
    ]
