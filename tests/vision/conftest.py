"""Fixtures that write and read clips; each clip is encoded once, as that is most of what these tests cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paintedclips import encode, number_of

Clip = Callable[..., Path]


@pytest.fixture(scope="session")
def read_number() -> Callable[[np.ndarray[Any, Any]], int]:
    return number_of


@pytest.fixture(scope="session")
def clips() -> dict[str, bytes]:
    """The bytes of the clips made so far, by what was asked for."""
    return {}


@pytest.fixture
def clip(tmp_path: Path, clips: dict[str, bytes]) -> Clip:
    """Write a clip: `clip(name, times or count, codec=, rate=, options=, rotation=)`; times are in 1/1000 s."""

    def make(name: str, frames: int | Sequence[int] = 100, **how: Any) -> Path:
        path = tmp_path / name
        key = repr((path.suffix, frames, sorted(how.items())))
        if key not in clips:
            encode(path, frames, **how)
            clips[key] = path.read_bytes()
        path.write_bytes(clips[key])
        return path

    return make
