"""Clips whose frames bear their own number: a row of squares, white or black, read back from the pixels."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

BITS, SIDE, WIDTH, HEIGHT = 10, 16, 160, 96


@functools.cache
def numbered(number: int) -> np.ndarray[Any, Any]:
    picture = np.full((HEIGHT, WIDTH, 3), (number * 7) % 200, np.uint8)
    for bit in range(BITS):
        picture[:SIDE, bit * SIDE : (bit + 1) * SIDE] = 235 if number >> bit & 1 else 16
    return picture


def number_of(picture: np.ndarray[Any, Any]) -> int:
    middle = picture[SIDE // 2, SIDE // 2 :: SIDE].mean(axis=1)[:BITS]
    return int(sum(1 << bit for bit, value in enumerate(middle) if value > 128))


def encode(
    path: Path,
    frames: int | Sequence[int],
    *,
    codec: str = "libx264",
    rate: int = 25,
    options: dict[str, str] | None = None,
    rotation: int = 0,
    pix_fmt: str = "yuv420p",
    container_options: dict[str, str] | None = None,
    sound: float = 0,
) -> None:
    """`sound` adds a sound track of that many seconds."""
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
        track = container.add_stream("aac", rate=8000) if sound else None
        for number, time in enumerate(times):
            frame: Any = av.VideoFrame.from_ndarray(numbered(number), format="bgr24")
            frame.pts, frame.time_base = (number if isinstance(frames, int) else time), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if track:
            add_silence(container, track, sound)


def add_silence(container: Any, stream: Any, seconds: float) -> None:
    """Fill a sound stream of 8 kHz. All streams must have been added before the first packet is written."""
    for start in range(0, int(seconds * 8000), 1024):
        frame: Any = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 8000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
