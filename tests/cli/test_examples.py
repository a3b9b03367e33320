"""Every example of every help is typed, in a home that has just been made, and works."""

from __future__ import annotations

import importlib

import click
import numpy as np
import pytest

from cli.console import Console
from maskflow.cli.group import COMMANDS
from maskflow.vision.pictures import encode_picture


def command_of(name: str) -> click.Command:
    command = importlib.import_module(f"maskflow.cli.commands.{name.replace('-', '_')}").command
    assert isinstance(command, click.Command)
    return command


def examples(name: str) -> list[str]:
    epilog = command_of(name).epilog or ""
    return [line.strip() for line in epilog.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_of(name: str, console: Console) -> None:
    if name != "new":
        console.project()
    if name in {"put", "get", "ls", "rm", "retry", "logs", "stop"}:
        for bucket, realm in (("cctv", "minio.default"), ("mask-results", "s3")):
            console.bucket(realm, bucket)
        assert console.run("maskflow put -b cctv/input door.mp4")[0] == 0
    if name == "check-anonymity":
        frames = console.work / "results" / "frames" / "door"
        frames.mkdir(parents=True)
        (frames / "img1.jpg").write_bytes(encode_picture(np.full((90, 160, 3), 90, np.uint8)))
    if name in {"rm", "retry", "logs"}:
        assert console.run("maskflow init -f cctv/workflow.yaml --local")[0] == 0
    for line in examples(name):
        code, _, said = console.run(line)
        assert (code, said if code else "") == (0, ""), line


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_help_says(name: str) -> None:
    assert command_of(name).get_short_help_str(limit=200) == COMMANDS[name]
    assert examples(name)
