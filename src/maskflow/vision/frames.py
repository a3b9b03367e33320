"""Frames of a video at 0, N, 2N, ... seconds: at each time the one that is shown then, upright, with its true time.

By presentation times only, so variable frame rates are right; one decoder thread; memory does not grow with the
length of the video. Damaged files give the frames that can be had, and say in `warnings` what could not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from maskflow.errors import VisionError

from .video import Limits, Picture, open_video, upright
from .video_exact import exact, suits
from .video_scan import Clock, scan
from .video_seek import Unseekable

__all__ = ["Frame", "Limits", "Sampling"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One sampled picture; `index` counts from 0 and `time_s` is when it is first shown, in seconds from the start."""

    index: int
    time_s: float
    bgr: Picture
    """uint8 (height, width, 3), blue first, turned upright; the receiver's own to change."""


class Sampling:
    """The samples of one video: iterate once for the frames, then look at `warnings`.

    `interval` is in seconds, 0.001 and up. Iterating raises VisionError when the file is no video, when a frame exceeds
    `limits`, and when not a single frame could be decoded; every lesser damage is a line in `warnings`.
    """

    def __init__(self, path: Path, interval: float = 5.0, *, limits: Limits | None = None) -> None:
        if not (math.isfinite(interval) and interval >= 0.001):
            raise VisionError(f"the interval between frames must be at least 0.001 s, not {interval}")
        self.path = path
        self.interval = Fraction(interval).limit_denominator(1_000_000)
        self.limits = limits or Limits()
        self.warnings: list[str] = []

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        for time_s, picture in self._pictures():
            yield Frame(index, time_s, picture)
            index += 1
            del picture  # the receiver may hold it; this loop must not
        if not index:
            reasons = "; ".join(self.warnings[:3])
            raise VisionError(f"no frame of {self.path.name} could be decoded" + (f": {reasons}" if reasons else ""))

    def _pictures(self) -> Iterator[tuple[float, Picture]]:
        count = 0
        try:
            with ExitStack() as stack:
                video, prober = (stack.enter_context(open_video(self.path, self.limits)) for _ in range(2))
                if not suits(video):
                    raise Unseekable
                clock = Clock(video, self.interval, self.limits.seconds)
                for frame in exact(clock, prober, self.warnings):
                    count += 1
                    yield video.seconds(frame.pts), self._picture(frame)
        except Unseekable:
            yield from self._in_order(count)
        else:
            self._note_limit(clock)

    def _in_order(self, count: int) -> Iterator[tuple[float, Picture]]:
        with open_video(self.path, self.limits) as video:
            clock = Clock(video, self.interval, self.limits.seconds, count)
            for frame in scan(clock, self.warnings):
                yield clock.video.seconds(frame.pts), self._picture(frame)
                if clock.done:
                    break
            self._note_limit(clock)

    def _picture(self, frame: Any) -> Picture:
        if frame.width * frame.height > self.limits.pixels:
            raise VisionError(f"{self.path.name} has a frame of {frame.width}x{frame.height} pixels: over the limit")
        return upright(frame)

    def _note_limit(self, clock: Clock) -> None:
        if clock.done:
            self.warnings.append(f"longer than {self.limits.seconds:g} s; the rest was left out")
