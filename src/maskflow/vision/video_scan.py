"""Samples a video by decoding every frame in order: slow, and right for whatever can be decoded at all.

It is what `video_exact` falls back to, and the only way for streams whose packets carry no usable times or whose
frames build on all frames before them (GIF).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import av

from .video import Video

Warnings = list[str]
MOST_WARNINGS = 50


@dataclass(slots=True)
class Clock:
    """The times to sample, 0, N, 2N, ... seconds, as pts of one video; `count` of them are done."""

    video: Video
    interval: Fraction
    limit: float
    count: int = 0

    @property
    def target(self) -> int:
        """The pts of the first time that is still wanted."""
        return self.video.ticks(self.count * self.interval)

    @property
    def seconds(self) -> float:
        return float(self.count * self.interval)

    @property
    def done(self) -> bool:
        """True once the limit of seconds is reached."""
        return self.seconds > self.limit


@dataclass(slots=True)
class Decoder:
    """Decodes packets, turning what is damaged into warnings; frames marked corrupt are damage, not pictures."""

    video: Video
    warnings: Warnings
    untimed: bool = False
    """Whether presentation times were made up by FFmpeg: with B-frames they then begin later than at 0."""
    _guessed: int = field(default=0)

    def __call__(self, packet: Any) -> list[Any]:
        """The frames (0, 1 or more) that this packet sets free, with their pts; None as packet empties the decoder."""
        self.untimed = self.untimed or self.video.made_up_times or (packet is not None and packet.pts is None)
        try:
            frames = self.video.stream.decode(packet)
        except (av.FFmpegError, ValueError) as error:
            self._warn(f"damaged data near {_at(self.video, packet)}: {getattr(error, 'strerror', None) or error}")
            return []
        good = [frame for frame in frames if not frame.is_corrupt]
        if len(good) < len(frames):
            self._warn(f"damaged frame near {_at(self.video, packet)}")
        return [self._timed(frame) for frame in good]

    def _timed(self, frame: Any) -> Any:
        if frame.pts is None:
            rate = self.video.stream.average_rate or self.video.stream.guessed_rate or 25
            frame.pts = self.video.start + round(self._guessed / rate / self.video.time_base)
            self._guessed += 1
            self._warn("frames carry no times; they were counted at the stated frame rate")
        return frame

    def _warn(self, message: str) -> None:
        if message not in self.warnings and len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(message)


def packets(video: Video, warnings: Warnings) -> Iterator[Any]:
    """The packets of the picture stream; a file that breaks off in the middle ends with a warning."""
    try:
        for packet in video.container.demux(video.stream):
            if packet.is_corrupt and len(warnings) < MOST_WARNINGS:
                warnings.append(f"data are missing near {_at(video, packet)}")
            if packet.size:
                yield packet
    except (av.FFmpegError, ValueError, OSError) as error:
        warnings.append(f"the file breaks off: {getattr(error, 'strerror', None) or error}")


def _at(video: Video, packet: Any) -> str:
    known = packet is not None and packet.pts is not None
    return f"{video.seconds(packet.pts):.2f} s" if known else "an unknown time"


def scan(clock: Clock, warnings: Warnings) -> Iterator[Any]:
    """The frames shown at the clock's times from the position of the container on, in order. A decoder frame each."""
    shown: Any = None
    decode = Decoder(clock.video, warnings)
    for frame in _all_frames(decode, warnings):
        if shown is None and decode.untimed and not clock.count:
            clock.video = replace(clock.video, start=frame.pts)
        if shown is not None and frame.pts <= shown.pts:
            continue  # a clock that runs backwards: keep what is shown
        while shown is not None and shown.pts <= clock.target < frame.pts and not clock.done:
            clock.count += 1
            yield shown
        if shown is None and clock.target < frame.pts:
            yield from _late(clock, frame, warnings)
        shown = frame
    if shown is not None:
        end = shown.pts + max(int(shown.duration or 0), 1)
        while clock.target < end and not clock.done:
            clock.count += 1
            yield shown


def _late(clock: Clock, frame: Any, warnings: Warnings) -> Iterator[Any]:
    """No frame is shown yet at the first target: take this one once and go on behind it."""
    warnings.append(f"no frame at {clock.seconds:g} s; taken at {clock.video.seconds(frame.pts):.2f} s instead")
    while clock.target <= frame.pts:
        clock.count += 1
    yield frame


def _all_frames(decode: Decoder, warnings: Warnings) -> Iterator[Any]:
    for packet in packets(decode.video, warnings):
        yield from decode(packet)
    yield from decode(None)
