"""Tests that are data: a file with the input above a marker line and what is expected below it.

    @pytest.mark.cases("fdl/*.yaml")
    def test_it(case: Case) -> None:
        case.check(answer(case.input))

runs once for each file of tests/cases/fdl. `pytest --regenerate` writes the answers into the files instead of
comparing them; what changed shows in the diff, and that is the review.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
MARKER = b"# ======== expected ========\n"


@dataclass(frozen=True)
class Case:
    """One file: where it lies, its input as bytes and the expected answer as text."""

    path: Path
    regenerate: bool = False

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def input(self) -> bytes:
        return self.path.read_bytes().partition(MARKER)[0]

    @property
    def expected(self) -> str:
        return self.path.read_bytes().partition(MARKER)[2].decode()

    def check(self, actual: str) -> None:
        """Compare an answer with the expected one, or write it down."""
        actual = actual.rstrip("\n") + "\n"
        if self.regenerate and actual != self.expected:
            self.path.write_bytes(self.input + MARKER + actual.encode())
        assert actual == self.expected


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write the expected halves of data cases anew")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cases(pattern): run once for each file of tests/cases that matches")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for mark in metafunc.definition.iter_markers("cases"):
        paths = sorted(CASES.glob(mark.args[0]))
        assert paths, f"no case matches {mark.args[0]}"
        regenerate = metafunc.config.getoption("--regenerate")
        metafunc.parametrize("case", [Case(path, regenerate) for path in paths], ids=lambda case: case.name)
