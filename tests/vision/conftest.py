"""Clips whose frames bear their own number: a row of 16 white or black squares, read back from the pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

BITS, SIDE, WIDTH, HEIGHT = 10, 16, 160, 96
Clip = Callable[..., Path]


def numbered(number: int) -> np.ndarray[Any, Any]:
    picture = np.full((HEIGHT, WIDTH, 3), (number * 7) % 200, np.uint8)
    for bit in range(BITS):
        picture[:SIDE, bit * SIDE : (bit + 1) * SIDE] = 235 if number >> bit & 1 else 16
    return picture


def number_of(picture: np.ndarray[Any, Any]) -> int:
    middle = picture[SIDE // 2, SIDE // 2 :: SIDE].mean(axis=1)[:BITS]
    return int(sum(1 << bit for bit, value in enumerate(middle) if value > 128))


@pytest.fixture(scope="session")
def read_number() -> Callable[[np.ndarray[Any, Any]], int]:
    return number_of


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    """Write a clip: `clip(name, times or count, codec=, rate=, options=, rotation=)`; times are in 1/1000 s."""

    def make(
        name: str,
        frames: int | Sequence[int] = 100,
        *,
        codec: str = "libx264",
        rate: int = 25,
        options: dict[str, str] | None = None,
        rotation: int = 0,
        pix_fmt: str = "yuv420p",
        container_options: dict[str, str] | None = None,
    ) -> Path:
        path = tmp_path / name
        if codec not in av.codecs_available:
            pytest.skip(f"this FFmpeg has no {codec}")
        times = [round(1000 * n / rate) for n in range(frames)] if isinstance(frames, int) else list(frames)
        with av.open(str(path), "w", options=container_options or {}) as container:
            stream: Any = container.add_stream(codec, rate=1000 if not isinstance(frames, int) else rate)
            stream.width, stream.height, stream.pix_fmt, stream.options = WIDTH, HEIGHT, pix_fmt, options or {}
            stream.codec_context.thread_count = 1
            base = Fraction(1, 1000) if not isinstance(frames, int) else Fraction(1, rate)
            stream.codec_context.time_base = base
            if rotation:
                stream.set_display_rotation(rotation)
            for number, time in enumerate(times):
                frame: Any = av.VideoFrame.from_ndarray(numbered(number), format="bgr24")
                frame.pts, frame.time_base = (number if isinstance(frames, int) else time), base
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make
