"""Ctrl-C and kill -9 in the middle of a run: it ends at once, and the same command then finishes the work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.console import Console
from maskflow.providers.local import control
from maskflow.providers.local.place import Root

SLOW = """\
import time
from pathlib import Path

def shout(source, output, context):
    (Path(__file__).parents[3] / "working").touch()
    deadline = time.monotonic() + 60
    while not (Path(__file__).parents[3] / "go-on").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    (output / (Path(context.name).stem + ".up")).write_text(source.read_text().upper())

def count(source, output, context):
    (output / Path(context.name).name).write_text(source.read_text() * 2)
"""


def wait_for(path: Path, *, gone: bool = False) -> None:
    deadline = time.monotonic() + 30
    while path.exists() is gone:
        assert time.monotonic() < deadline, f"{path} did not {'go' if gone else 'come'}"
        time.sleep(0.01)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
def test_a_run_that_was_ended_is_finished_by_the_next(how: signal.Signals, console: Console) -> None:
    console.project()
    (console.work / "cctv" / "code" / "function.py").write_text(SLOW)
    command = [
        sys.executable,
        "-m",
        "maskflow",
        "run",
        "-f",
        "cctv/workflow.yaml",
        "-o",
        "results",
        "door.mp4",
        "videos",
    ]
    root = Root(console.root)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for(root.path / "working")
        process.send_signal(how)
        _, said = process.communicate(timeout=30)
    if how is signal.SIGINT:
        assert (process.returncode, said.splitlines()[-1]) == (130, "interrupted")
    wait_for(root.worker, gone=True)
    assert not control.locked(root)
    (root.path / "go-on").touch()
    code, out, _ = console.run("maskflow run -f cctv/workflow.yaml -o results door.mp4 videos")
    assert code == 0
    assert sorted(path.name for path in (console.work / "results").rglob("*.up")) == ["a.up", "b.up", "door.up"]
    assert (console.work / "results" / "result" / "door.up").read_text() == "HELLOHELLO"
    assert not list(root.scratch.rglob("*"))
    assert "anon-and-split  3       0" in out


def test_an_endless_log_ends_with_ctrl_c(console: Console) -> None:
    command = [sys.executable, "-m", "maskflow", "logs", "--follow"]
    Root(console.root).prepare()
    Root(console.root).journal.write_text('{"time": "2026", "level": "INFO", "function": "f", "message": "first"}\n')
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"2026 INFO    f: first\n"
        with open(Root(console.root).journal, "a") as journal:
            journal.write('{"time": "2027", "level": "WARNING", "function": "g", "message": "one\\ntwo"}\n')
        assert process.stdout.readline() == b"2027 WARNING g: one\n"
        assert process.stdout.readline() == b"    two\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
