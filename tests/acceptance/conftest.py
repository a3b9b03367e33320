"""Desks, and the clip that is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.clips import people
from acceptance.desk import Desk
from cli import console as consoles
from cli.console import Console


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    yield made
    made.clear()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few seconds with several faces, small."""
    return people(tmp_path_factory.mktemp("clip") / "people.mp4")


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Console]:
    """The border without a process for each command."""
    yield from consoles.console(tmp_path, monkeypatch, capsys)
