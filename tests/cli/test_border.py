"""What leaves a command as an exception arrives as words and an exit code, whatever it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli.console import Console
from maskflow import errors
from maskflow.cli.crash import redact
from maskflow.cli.main import run
from maskflow.cli.output import clean, size

USAGE = "Usage: maskflow [OPTIONS] [REST]...\nTry 'maskflow --help' for help.\n\nError: what?\n"


def raising(error: BaseException) -> click.Command:
    @click.command()
    @click.argument("rest", nargs=-1)
    def command(rest: tuple[str, ...]) -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (errors.UsageError("no", hint="yes"), 2, "error: no\nhint: yes\n"),
        (errors.ConfigError("a\nb"), 5, "error: a\nb\n"),
        (errors.Conflict("taken"), 7, "error: taken\n"),
        (errors.NotFound("gone \x1b[2J"), 8, "error: gone \\x1b[2J\n"),
        (errors.ImageError("image"), 9, "error: image\n"),
        (errors.VisionError("eyes"), 10, "error: eyes\n"),
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
        (click.UsageError("what?"), 2, USAGE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_error_has_words_and_a_code(error: BaseException, code: int, said: str, console: Console) -> None:
    console.capture.readouterr()
    assert run([], raising(error)) == code
    out, err = console.capture.readouterr()
    assert (out, err) == ("", said)


def test_problems_are_all_said(console: Console) -> None:
    place = errors.Place("w.yaml", 3, 4)
    problems = [
        errors.Problem(place, errors.Severity.ERROR, "code", "wrong", "mend it"),
        errors.Problem(place, errors.Severity.WARNING, "code", "odd"),
    ]
    assert run([], raising(errors.WorkflowError(problems))) == 4
    said = console.capture.readouterr().err
    assert said == "w.yaml:3:4: error: wrong (mend it)\nw.yaml:3:4: warning: odd\n1 error, 1 warning\n"


def test_a_bug_leaves_a_file_without_secrets(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIO_SECRET_KEY", "sesame-open")
    assert run(["password=hush-hush"], raising(ValueError("cannot use sesame-open"))) == 3
    said = console.capture.readouterr().err
    assert said.startswith("error: this is a bug of maskflow: ValueError: cannot use ***\n  details: ")
    log = Path(said.rpartition("details: ")[2].strip())
    text = log.read_text()
    assert log.parent == console.root / "crashes"
    assert log.stat().st_mode & 0o077 == 0
    assert "Traceback" in text
    assert "click 8" in text
    assert "sesame" not in text
    assert "hush-hush" not in text


@pytest.mark.parametrize(
    "text",
    [
        "AKIAABCDEFGHIJKLMNOP",
        "https://user:opensesame@host/",
        "secret_key: opensesame",
        "{'password': 'opensesame'}",
        "auth_token=opensesame",
        "Authorization: Bearer opensesame.opensesame",
    ],
)
def test_what_is_shaped_like_a_secret_is_hidden(text: str) -> None:
    hidden = redact(text, {})
    assert "***" in hidden
    assert "opensesame" not in hidden
    assert "AKIA" not in hidden


def test_whoever_stops_reading_is_not_told_off() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "maskflow", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


def test_colours_are_for_terminals_that_want_them(tmp_path: Path) -> None:
    for extra, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        assert (
            b"\x1b[" in on_terminal([sys.executable, "-m", "maskflow", "ls", "-b", "x"], extra, tmp_path)
        ) is coloured


def on_terminal(command: list[str], extra: dict[str, str], folder: Path) -> bytes:
    """What a command writes to a terminal."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "MASKFLOW_HOME": str(folder), "HOME": str(folder), "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment | extra):
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:
            pass
        finally:
            os.close(ours)
    return said


def test_amounts_are_readable() -> None:
    assert [size(number) for number in (0, 999, 1000, 999_949, 1_500_000, 2e15)] == [
        "0 B", "999 B", "1.0 kB", "999.9 kB", "1.5 MB", "2000.0 TB",
    ]  # fmt: skip


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    assert clean("a\x1b[31m\n\u202eb\udc80é漢") == "a\\x1b[31m\\n\\u202eb\\udc80é漢"
