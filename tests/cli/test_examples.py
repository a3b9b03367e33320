"""Every example of every help is typed, in a home that has just been made, and works."""

from __future__ import annotations

import importlib

import pytest

from cli.console import Console
from maskflow.cli.group import COMMANDS


def examples(name: str) -> list[str]:
    epilog = importlib.import_module(f"maskflow.cli.commands.{name}").command.epilog
    return [line.strip() for line in epilog.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_of(name: str, console: Console) -> None:
    if name != "new":
        console.project()
    if name in {"put", "get", "ls", "rm", "retry", "logs", "stop"}:
        for bucket, realm in (("cctv", "minio.default"), ("mask-results", "s3")):
            console.bucket(realm, bucket)
        assert console.run("maskflow put -b cctv/input door.mp4")[0] == 0
    if name in {"rm", "retry", "logs"}:
        assert console.run("maskflow init -f cctv/workflow.yaml --local")[0] == 0
    for line in examples(name):
        code, _, said = console.run(line)
        assert (code, said if code else "") == (0, ""), line


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_help_says(name: str) -> None:
    command = importlib.import_module(f"maskflow.cli.commands.{name}").command
    assert command.get_short_help_str(limit=200) == COMMANDS[name]
    assert examples(name)
