"""Samples a video by decoding every frame in order: slow, and right for whatever can be decoded at all.

It is what `video_exact` falls back to, and the only way for streams whose packets carry no usable times or whose
frames build on all frames before them (GIF).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import av

from .video import Video

Warnings = list[str]
MOST_WARNINGS = 50
MOST_BAD = 1000
FAR = 10**9
"""Seconds: behind the end of any video."""


@dataclass(slots=True)
class Clock:
    """The times to sample, 0, N, 2N, ... seconds, as pts of one video; `count` of them are done."""

    video: Video
    interval: Fraction
    limit: float
    count: int = 0
    end: int | None = None
    """The pts at which the last frame ends, once that is known."""

    @property
    def target(self) -> int:
        """The pts of the first time that is still wanted."""
        return self.at(self.count)

    def at(self, number: int) -> int:
        """The pts of the time with that number."""
        return self.video.ticks(number * self.interval)

    def first_at(self, pts: int) -> int:
        """The number of the first time that is not before `pts`."""
        number = self.video.time_base / self.interval
        return max(0, -((self.video.start - pts) * number.numerator // number.denominator))

    @property
    def last(self) -> int:
        """The number of the last time within the limit."""
        return int(Fraction(min(self.limit, FAR)).limit_denominator(1_000_000) / self.interval)

    @property
    def seconds(self) -> float:
        return float(self.count * self.interval)

    @property
    def done(self) -> bool:
        """True once the limit of seconds is reached."""
        return self.seconds > self.limit


@dataclass(slots=True)
class Decoder:
    """Decodes packets, turning what is damaged into warnings.

    Frames marked corrupt are damage, not pictures. Nor are those between them, or a packet that could not be decoded,
    and the next key frame: they build on what is not there, and decoders fill it in without a word.
    """

    video: Video
    warnings: Warnings
    latest: int | None = None
    """The greatest pts among the packets seen."""
    untimed: bool = False
    """Whether presentation times were made up by FFmpeg: with B-frames they then begin later than at 0."""
    _guessed: int = field(default=0)
    _bad: deque[int] = field(default_factory=lambda: deque(maxlen=MOST_BAD))
    """The pts of damaged frames, those to come included."""
    _broken: bool = field(default=False)
    _whole_from: int | None = field(default=None)
    _since_key: deque[int] = field(default_factory=lambda: deque(maxlen=MOST_BAD))

    def lost(self, after: int, upto: int) -> bool:
        """Whether a frame with a pts in this range, its end included, has been lost to damage."""
        return any(after < pts <= upto for pts in self._bad)

    def __call__(self, packet: Any) -> list[Any]:
        """The frames (0, 1 or more) that this packet sets free, with their pts; None as packet empties the decoder."""
        self.untimed = self.untimed or self.video.made_up_times or (packet is not None and packet.pts is None)
        if packet is not None and packet.pts is not None:
            self.latest = max(packet.pts, self.latest or packet.pts)
            self._judge(packet)
        try:
            frames = self.video.stream.decode(packet)
        except (av.FFmpegError, ValueError) as error:
            said = getattr(error, "strerror", None) or error
            note(self.warnings, f"damaged data near {_at(self.video, packet)}: {said}")
            self._break(packet)
            return []
        for frame in frames:
            if frame.is_corrupt:
                self._break(frame)
        good = [frame for frame in frames if not (frame.is_corrupt or frame.pts in self._bad)]
        if len(good) < len(frames):
            note(self.warnings, f"damaged frame near {_at(self.video, packet)}")
        return [self._timed(frame) for frame in good]

    def _break(self, damaged: Any) -> None:
        """From this packet or frame on all is damaged, unless it is shown before its key frame."""
        if damaged is not None and damaged.pts is not None:
            self._bad.append(damaged.pts)
            if self._since_key and damaged.pts >= self._since_key[0]:
                self._broken = True
                self._bad.extend(pts for pts in self._since_key if pts > damaged.pts)

    def _judge(self, packet: Any) -> None:
        if packet.is_keyframe:
            self._since_key.clear()
            self._whole_from = packet.pts if self._broken else self._whole_from
            self._broken = False
        self._since_key.append(packet.pts)
        if self._broken or (self._whole_from is not None and packet.pts < self._whole_from):
            self._bad.append(packet.pts)

    def _timed(self, frame: Any) -> Any:
        if frame.pts is None:
            rate = self.video.stream.average_rate or self.video.stream.guessed_rate or 25
            frame.pts = self.video.start + round(self._guessed / rate / self.video.time_base)
            self._guessed += 1
            note(self.warnings, "frames carry no times; they were counted at the stated frame rate")
        return frame


def packets(video: Video, warnings: Warnings) -> Iterator[Any]:
    """The packets of the picture stream; a file that breaks off in the middle ends with a warning."""
    try:
        for packet in video.container.demux(video.stream):
            if packet.is_corrupt:
                note(warnings, f"data are missing near {_at(video, packet)}")
            if packet.size:
                yield packet
    except (av.FFmpegError, ValueError, OSError) as error:
        note(warnings, f"the file breaks off: {getattr(error, 'strerror', None) or error}")
    video.check_reader()


def note(warnings: Warnings, message: str) -> None:
    """Add a warning once, and not without end."""
    if message not in warnings and len(warnings) < MOST_WARNINGS:
        warnings.append(message)


def _at(video: Video, packet: Any) -> str:
    known = packet is not None and packet.pts is not None
    return f"{video.seconds(packet.pts):.2f} s" if known else "an unknown time"


def scan(clock: Clock, warnings: Warnings, following: Iterable[Any] | None = None) -> Iterator[Any]:
    """The frames shown at the times of the clock, in order, from the packets `following` (None: all of the video).

    A decoder frame each, or None where that frame has been lost.
    """
    shown: Any = None
    decode = Decoder(clock.video, warnings)
    for frame in _all_frames(decode, packets(clock.video, warnings) if following is None else following):
        if shown is None and decode.untimed and not clock.count:
            clock.video = replace(clock.video, start=frame.pts)
        if shown is not None and frame.pts <= shown.pts:
            continue  # a clock that runs backwards: keep what is shown
        while shown is not None and shown.pts <= clock.target < frame.pts and not clock.done:
            yield _whole(clock, decode, shown)
        if shown is None and clock.target < frame.pts:
            yield from _late(clock, frame, warnings)
        shown = frame
    if shown is not None:
        clock.end = shown.pts + max(int(shown.duration or 0), 1)
        while clock.target < clock.end and not clock.done:
            yield _whole(clock, decode, shown)
    if decode.latest is not None and clock.target <= decode.latest and not clock.done:
        note(
            warnings,
            f"no frame from {clock.seconds:g} s to {clock.video.seconds(decode.latest):.2f} s could be decoded",
        )


def _whole(clock: Clock, decode: Decoder, shown: Any) -> Any:
    """Done with one time: its frame, unless a later one that was lost is shown then."""
    lost = decode.lost(shown.pts, clock.target)
    if lost:
        note(decode.warnings, f"the frame at {clock.seconds:g} s is lost")
    clock.count += 1
    return None if lost else shown


def _late(clock: Clock, frame: Any, warnings: Warnings) -> Iterator[Any]:
    """No frame is shown yet at the first target: take this one once and go on behind it."""
    note(warnings, f"no frame at {clock.seconds:g} s; taken at {clock.video.seconds(frame.pts):.2f} s instead")
    clock.count += 1
    yield frame
    while clock.target <= frame.pts:
        clock.count += 1


def _all_frames(decode: Decoder, following: Iterable[Any]) -> Iterator[Any]:
    for packet in following:
        yield from decode(packet)
    yield from decode(None)
