"""Frames of a video at 0, N, 2N, ... seconds, upright, each with its true time.

By presentation times only, so variable frame rates are right; one decoder thread; memory does not grow with the
length of the video, and time grows with the number of samples where the container can be jumped in. Damaged files give
the frames that can be had, and say in `warnings` what could not.

`exact` gives, for each time within the video, the frame that is shown then: a still shown for a minute comes once for
each of its times, and so does a frame where the interval is shorter than it lasts. The last frame, and that of a video
of one frame, is shown for as long as the file says; nothing is given for times behind its end.

`keyframe` is far cheaper. It gives the key frame nearest to each time, before or behind, if one lies within a
tolerance, and else the frame shown then. A frame that has been given already is left out, so times go up from sample
to sample. More than half an interval is never taken as tolerance: such a frame is nearer to another time.

Pixels are the stored ones, 8 bits, by the colour matrix and range that the stream states. They are turned upright, but
neither stretched (non-square pixels) nor deinterlaced.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

from maskflow.errors import VisionError

from .video import Limits, Picture, Source, Upright, Video, name_of, open_video
from .video_exact import exact, suits
from .video_keys import keyframes
from .video_scan import Clock, note, scan
from .video_seek import Unseekable

__all__ = ["Frame", "Limits", "Mode", "Sampling"]

Mode = Literal["exact", "keyframe"]
NOTABLE = 1.0
"""Seconds by which the pictures must end before the stated end to be worth a warning."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One sampled picture: it stands for the time `index * interval` and is first shown at `time_s` (s)."""

    index: int
    time_s: float
    bgr: Picture
    """uint8 (height, width, 3), blue first, turned upright; the receiver's own to change."""


class Sampling:
    """The samples of one video: iterate once for the frames, then look at `warnings`.

    `source` is a path or a seekable binary reader, which is left open. `interval` is in seconds, 0.001 and up;
    `tolerance` in seconds, for `keyframe` alone (None: half the interval). Raises VisionError when these make no sense.
    Iterating raises it when the source is no video or cannot be read, when a frame exceeds `limits`, and when not a
    single frame could be decoded; every lesser damage is a line in `warnings`.
    """

    def __init__(
        self,
        source: Source,
        interval: float = 5.0,
        *,
        mode: Mode = "exact",
        tolerance: float | None = None,
        limits: Limits | None = None,
    ) -> None:
        if not (math.isfinite(interval) and interval >= 0.001):
            raise VisionError(f"the interval between frames must be at least 0.001 s, not {interval}")
        if mode not in get_args(Mode):
            raise VisionError(f"frames are sampled {' or '.join(get_args(Mode))}, not {mode!r}")
        if tolerance is not None and not tolerance >= 0:
            raise VisionError(f"the tolerance must be 0 s or more, not {tolerance}")
        self.source = source
        self.interval = Fraction(interval).limit_denominator(1_000_000)
        self.tolerance = 0.0 if mode == "exact" else min(interval / 2, math.inf if tolerance is None else tolerance)
        self.mode = mode
        self.limits = limits or Limits()
        self.warnings: list[str] = []

    def __iter__(self) -> Iterator[Frame]:
        given: float | None = None
        upright = Upright()
        for clock, frame in self._frames():
            time_s = clock.video.seconds(frame.pts)
            if given is None or self.mode == "exact" or time_s > given:
                given = time_s
                yield Frame(clock.count - 1, time_s, upright(self._allowed(frame)))
        if given is None:
            reasons = "; ".join(self.warnings[:3])
            raise VisionError(
                f"no frame of {name_of(self.source)} could be decoded" + (f": {reasons}" if reasons else "")
            )

    def _frames(self) -> Iterator[tuple[Clock, Any]]:
        """The decoder's frames, each with the clock that stands behind its time."""
        done = 0
        try:
            with open_video(self.source, self.limits) as video:
                clock = self._clock(video)
                for frame in self._jumping(clock):
                    done = clock.count
                    yield clock, frame
                self._note_end(clock)
        except Unseekable:
            with open_video(self.source, self.limits) as video:
                clock = self._clock(video, done)
                for frame in scan(clock, self.warnings):
                    if frame is not None:
                        yield clock, frame
                    if clock.done:
                        break
                self._note_end(clock)

    def _clock(self, video: Video, count: int = 0) -> Clock:
        return Clock(video, self.interval, self.limits.seconds, count)

    def _jumping(self, clock: Clock) -> Iterator[Any]:
        if not suits(clock.video):
            raise Unseekable
        tolerance = int(Fraction(self.tolerance) / clock.video.time_base)
        return keyframes(clock, tolerance, self.warnings) if tolerance else exact(clock, self.warnings)

    def _allowed(self, frame: Any) -> Any:
        if frame.width * frame.height > self.limits.pixels:
            raise VisionError(
                f"{name_of(self.source)} has a frame of {frame.width}x{frame.height} pixels: over the limit"
            )
        return frame

    def _note_end(self, clock: Clock) -> None:
        if clock.done:
            self.warnings.append(f"longer than {self.limits.seconds:g} s; the rest was left out")
        elif clock.end is not None and (stated := clock.video.stated_end) is not None:
            end = clock.video.seconds(clock.end)
            if stated - end > NOTABLE:
                note(self.warnings, f"the file speaks of {stated:.1f} s, but its pictures end at {end:.1f} s")
