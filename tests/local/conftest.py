"""A home for each test, whose worker is ended by its own process id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.stop()
    assert not made.remains()
