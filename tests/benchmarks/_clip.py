"""A long 1080p clip to measure with: one minute of portraits gliding by under noise, repeated without re-encoding.

H.264, 3 B-frames, 5 Mb/s, 25 frames a second, a GOP of 1, 2 or 10 s. The first GOP is cut short, so that samples at
whole multiples of 5 s fall into the middle of GOPs as often as anywhere: on key frames, seeking looks twice as good as
it is. Each frame bears its number within the minute, 12 squares at the top left, black or white: a frame is told by its
pixels and not by the time that it claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from maskflow.training.democlip import portraits, wall

WIDTH, HEIGHT, RATE, FIRST_GOP = 1920, 1080, 25, 38
MINUTE = 60 * RATE
PICTURES = Path(__file__).parents[2] / "workflows" / "demo" / "pictures"
SHIFT = 256
"""Pixels by which the noise is moved at most, by chance for each frame: noise that repeats would be predicted."""
BITS, SQUARE = 12, 48
X264 = "min-keyint=2:bframes=3:scenecut=0:open-gop=0:b-adapt=0:rc-lookahead=0:mbtree=0"
"""Like a camera's encoder this one sees no frame before its time; looking ahead would put more into key frames."""


def clip(folder: Path, minutes: int, gop: int = 2) -> Path:
    """The clip of that length in `folder`, with a key frame every `gop` seconds, made unless it is there."""
    path = folder / f"faces-1080p-gop{gop}-{minutes}min.mp4"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        minute = folder / f"faces-1080p-gop{gop}-1min.mp4"
        if not minute.exists():
            _whole(minute, lambda unfinished: _encode(unfinished, _scene(), gop * RATE))
        if minutes > 1:
            _whole(path, lambda unfinished: _repeat(minute, unfinished, minutes))
    return path


def _whole(path: Path, make: Any) -> None:
    unfinished = path.with_name(f"unfinished-{path.name}")
    make(unfinished)
    unfinished.rename(path)


def _scene() -> Iterator[npt.NDArray[np.uint8]]:
    """A slow way along the wall, at three quarters of its size: faces of about 100 to 200 pixels."""
    picture = wall(portraits(PICTURES))
    picture = np.concatenate([picture, picture[:, : WIDTH * 2]], axis=1)
    chance = np.random.default_rng(1)
    noise = chance.integers(-12, 13, (HEIGHT + SHIFT, WIDTH + SHIFT, 3), np.int16)
    zoom = 0.75
    for number in range(MINUTE):
        left = number / MINUTE * (picture.shape[1] - WIDTH / zoom)
        shift = np.array([[zoom, 0, -left * zoom], [0, zoom, HEIGHT * 0.2]], np.float32)
        seen = cv2.warpAffine(picture, shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        down, across = chance.integers(0, SHIFT, 2)
        other = np.ascontiguousarray(noise[down : down + HEIGHT, across : across + WIDTH])
        noisy = np.asarray(cv2.add(seen, other, dtype=cv2.CV_8U), np.uint8)
        for bit in range(BITS):
            noisy[:SQUARE, bit * SQUARE : (bit + 1) * SQUARE] = 235 if number >> bit & 1 else 16
        yield noisy


def number_of(squares: npt.NDArray[np.uint8]) -> int:
    """The number painted into a frame, from its first `SQUARE` rows in grey or colour; read in the squares' middle."""
    middle = squares[SQUARE // 2, SQUARE // 2 : BITS * SQUARE : SQUARE]
    return sum(1 << bit for bit, value in enumerate(middle.reshape(BITS, -1).mean(axis=1)) if value > 128)


def _encode(path: Path, pictures: Iterator[npt.NDArray[np.uint8]], gop: int) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", 5_000_000
        stream.codec_context.thread_count = 1
        stream.options = {"preset": "veryfast", "forced-idr": "1", "x264-params": f"keyint={gop}:{X264}"}
        for number, picture in enumerate(pictures):
            frame: Any = av.VideoFrame.from_ndarray(picture, format="bgr24")
            if number in (0, FIRST_GOP):
                frame.pict_type = av.video.frame.PictureType.I
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _repeat(minute: Path, path: Path, minutes: int) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        target: Any = None
        for number in range(minutes):
            with av.open(str(minute)) as source:
                stream: Any = source.streams.video[0]
                target = target or container.add_stream_from_template(stream)
                later = int(number * 60 / Fraction(stream.time_base))
                for packet in source.demux(stream):
                    if packet.dts is not None and packet.pts is not None:
                        packet.pts += later
                        packet.dts += later
                        packet.stream = target
                        container.mux(packet)
