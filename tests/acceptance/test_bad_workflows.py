"""Workflow files that are wrong: every command that reads one says the same, deploys nothing and writes nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from acceptance.desk import Desk
from cli.console import Console
from datacases import CASES, Case

PLACE = re.compile(
    r"^\S+:\d+:\d+: (?:error|warning): \S.*$|^\d+ errors?(?:, \d+ warnings?)?$|^\S.*: (?:error|warning): .*"
)
COMMANDS = (
    "maskflow validate FILE",
    "maskflow validate --json FILE",
    "maskflow plan -f FILE --local",
    "maskflow plan -f FILE --local --out kept.plan",
    "maskflow init -f FILE --local --yes",
    "maskflow run -f FILE door.mp4",
    "maskflow rm -f FILE --yes",
)


def is_wrong(path: Path) -> bool:
    case = Case(path)
    return "no workflow" in case.expected and b"deploying" not in case.input.split(b"\n", 1)[0]


WRONG = [path for path in sorted((CASES / "fdl").glob("*.yaml")) if is_wrong(path)]


def written(console: Console) -> set[str]:
    return {str(path) for path in console.home.parent.rglob("*")}


def refused(console: Console, line: str, code: int) -> str:
    """The command ends with this code, in words, and leaves nothing. What it said."""
    before = written(console)
    ended, out, err = console.run(line)
    assert ended == code, (line, out, err)
    assert "bug of maskflow" not in err
    assert "Traceback" not in err + out
    assert written(console) == before
    return out + err


@pytest.fixture
def wrong_files(console: Console) -> Console:
    shutil.copytree(CASES / "fdl" / "functions", console.work / "functions")
    shutil.copy(CASES / "fdl" / "run.sh", console.work)
    (console.work / "door.mp4").write_text("hello")
    return console


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_wrong_file_is_refused_by_all_commands(wrong_files: Console, path: Path) -> None:
    file = wrong_files.work / "wrong.yaml"
    file.write_bytes(Case(path).input)
    for line in COMMANDS:
        said = refused(wrong_files, line.replace("FILE", "wrong.yaml"), 4)
        if "--json" not in line:
            assert all(PLACE.match(one) for one in said.splitlines()), said


def deep(count: int) -> bytes:
    return b"functions:\n" + b"".join(b" " * number + b"a:\n" for number in range(1, count))


STRANGE: dict[str, bytes | Callable[[Path], None]] = {
    "empty": b"",
    "blanks": b"\n\n  \n",
    "comment": b"# nothing\n",
    "null": b"~\n",
    "text": b"hello\n",
    "number": b"5\n",
    "list": b"- a\n- b\n",
    "json": b'{"functions": {"aws": 5}}',
    "functions missing": b"name: a\n",
    "functions empty": b"functions:\n",
    "functions list": b"functions: [a]\n",
    "functions unknown": b"functions:\n  azure:\n  - lambda: {name: a}\n",
    "not utf-8": b"functions: \xff\xfe\xfa\n",
    "utf-16": "functions: {}\n".encode("utf-16"),
    "nul": b"functions:\0\n",
    "controls": b"functions: \x07\x1b[31m\n",
    "tabs": b"functions:\n\taws:\n",
    "two documents": b"a: b\n---\nc: d\n",
    "tag": b"!!python/object/apply:os.system ['touch pwned']\n",
    "tag in a value": b"functions: !!python/name:os.system\n",
    "unknown tag": b"functions: !secret x\n",
    "open quote": b'functions: "abc\n',
    "open bracket": b"functions: [a, b\n",
    "bad indent": b"functions:\n  aws:\n - lambda:\n",
    "bad anchor": b"functions: *nowhere\n",
    "itself": b"functions: &a [*a]\n",
    "duplicate": b"functions: {}\nfunctions: {}\n",
    "merge of itself": b"functions: &a\n  <<: *a\n",
    "aliases": b"a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
    b"d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nfunctions: [*e,*e,*e,*e,*e,*e,*e,*e]\n",
    "brackets": b"[" * 200_000,
    "deep": deep(1200),
    "large": b"#" * 20_000_000,
    "page": b"<!doctype html><html><body>404</body></html>\n",
    "picture": bytes(range(256)) * 40,
    "long key": b"a" * 200_000 + b": b\n",
    "folder": lambda path: path.mkdir(),
    "link to itself": lambda path: path.symlink_to(path),
    "absent": lambda path: None,
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_file_is_refused_by_all_commands(wrong_files: Console, name: str) -> None:
    make = STRANGE[name]
    file = wrong_files.work / "strange.yaml"
    if isinstance(make, bytes):
        file.write_bytes(make)
    else:
        make(file)
    for line in COMMANDS:
        said = refused(wrong_files, line.replace("FILE", "strange.yaml"), 4)
        assert len(said) < 20_000
        assert not (wrong_files.work / "pwned").exists()
        assert "\x1b" not in said
        assert "\0" not in said


@pytest.mark.parametrize(
    "line",
    [
        "maskflow plan",
        "maskflow plan -f",
        "maskflow init",
        "maskflow run",
        "maskflow run -f good.yaml",
        "maskflow run door.mp4",
        "maskflow run -f good.yaml absent.mp4",
        "maskflow run -f good.yaml door.mp4 --name nobody",
        "maskflow run -f good.yaml door.mp4 -o good.yaml",
        "maskflow init -f good.yaml --local --plan absent.plan",
        "maskflow plan -f good.yaml --local --image nothing",
        "maskflow validate",
        "maskflow rm",
        "maskflow rm -n nobody --yes",
        "maskflow retry -n nobody",
        "maskflow logs -n nobody --since yesterday",
        "maskflow new",
        "maskflow new UPPER",
        "maskflow new ../up/..",
        "maskflow new a/",
        "maskflow new good --from nothing",
        "maskflow new functions",
        "maskflow completion tcsh",
        "maskflow unknown",
        "maskflow --unknown",
    ],
)
def test_a_wrong_command_line_is_refused(wrong_files: Console, line: str) -> None:
    (wrong_files.work / "good.yaml").write_bytes(Case(CASES / "fdl" / "good-chain.yaml").input)
    if "--name nobody" in line:
        assert wrong_files.run(line)[0] == 2  # deployed by then
    else:
        refused(wrong_files, line, 2)


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"format": 99}', "[1]", "null"])
def test_a_plan_that_is_none_is_refused(wrong_files: Console, text: str) -> None:
    (wrong_files.work / "good.yaml").write_bytes(Case(CASES / "fdl" / "good-chain.yaml").input)
    (wrong_files.work / "bad.plan").write_text(text)
    refused(wrong_files, "maskflow init -f good.yaml --local --plan bad.plan --yes", 5)


def test_the_real_command_says_it_too(desk: Desk) -> None:
    (desk.work / "wrong.yaml").write_text("functions:\n  aws:\n  - lambda:\n      nam: a\n")
    before = desk.tree()
    for command in (("validate",), ("plan", "--local", "-f"), ("init", "--local", "--yes", "-f")):
        said = desk(*command, "wrong.yaml", code=4)
        assert "did you mean 'name'?" in said.err
    assert desk.tree() == before
    assert not desk.root.path.exists()
