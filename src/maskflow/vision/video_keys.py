"""Samples a video at key frames where those are near enough to the wanted times: one packet decoded a sample.

The nearest key frame in either direction is taken if it lies within the tolerance, and else the frame that is shown,
the exact way. Times move by as much as the tolerance, which is why each frame bears its own; nothing else is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

from .video_exact import stretch
from .video_scan import Clock, Decoder, Warnings
from .video_seek import Keys, Landing, Unseekable, behind_hole, land, spans

SLACK = 0.25
"""Seconds by which a seek may fall short of a key frame: with an edit list, MP4 is off by the depth of the B-frames."""


def keyframes(clock: Clock, tolerance: int, warnings: Warnings) -> Iterator[Any]:
    """A decoder frame for each of the clock's times: the nearest key frame within `tolerance` (pts), or the exact one.

    No key frame is given twice, nor one before a frame that was given already; an exact frame may be. Raises
    Unseekable like `video_exact.exact`.
    """
    keys = Keys(clock.video)
    given = clock.video.start - 1
    while not clock.done:
        place = land(clock.video, clock.target, warnings)
        choice = _Choice(clock.target, tolerance, given)
        if _look(clock, keys, place, choice, warnings):
            if behind_hole(clock, keys, warnings):
                continue
            return
        frame = _alone(clock, choice.key, warnings) if choice.key is not None else None
        if frame is not None:
            clock.count += 1
            given = frame.pts
            yield frame
            continue
        before = choice.next - tolerance if choice.next is not None else None
        ended = yield from stretch(clock, keys, warnings, before)
        given = clock.at(clock.count - 1)
        if ended and not behind_hole(clock, keys, warnings):
            return


class _Choice:
    """The nearest key packet to a target, of those offered; of two equally near ones the first."""

    def __init__(self, target: int, tolerance: int, given: int) -> None:
        self.key: Any = None
        self.target = target
        self.within = tolerance
        """Only what lies nearer than this (pts) can still be chosen."""
        self.next: int | None = None
        """About the pts of the first key behind the target; None when there is no more."""
        self._given = given

    def offer(self, packet: Any) -> None:
        distance = abs(packet.pts - self.target)
        nearer = distance < self.within or (self.key is None and distance == self.within)
        if nearer and packet.pts > self._given and not (packet.is_discard or packet.is_corrupt):
            self.key, self.within = packet, distance


def _look(clock: Clock, keys: Keys, place: Landing, choice: _Choice, warnings: Warnings) -> bool:
    """Offer the keys around the target; True when the video has ended before it. Decodes nothing."""
    choice.offer(place.key)
    keys.newest = place.key
    following = keys.indexed(place.key)
    if following is None or following <= choice.target:
        return _read_on(clock, keys, place, choice)
    choice.next = following
    if following - choice.target <= choice.within:
        slack = int(SLACK / clock.video.time_base)
        with suppress(Unseekable):  # an index may name what a cut file no longer has
            key = land(clock.video, following, warnings).key
            choice.offer(key if key.pts != place.key.pts else land(clock.video, following + slack, warnings).key)
    return False


def _read_on(clock: Clock, keys: Keys, place: Landing, choice: _Choice) -> bool:
    """The same without an index, and in the last GOP: read packets until no nearer key can follow, or the next has."""
    end = clock.video.start
    for span in spans(chain([place.key], place.following)):
        packet = span.packet
        end = max(end, span.until)
        if packet.is_keyframe:
            choice.offer(packet)
            keys.newest = packet
            choice.next = packet.pts if packet.pts > choice.target else None
        late = packet.dts is not None and packet.dts > choice.target + choice.within
        if end > choice.target and (choice.next is not None or (late and choice.key is not None)):
            return False
    clock.end = end
    return end <= choice.target


def _alone(clock: Clock, key: Any, warnings: Warnings) -> Any:
    """The frame of that key packet; None when it cannot be decoded."""
    stream, decode = clock.video.stream, Decoder(clock.video, warnings)
    stream.codec_context.skip_frame = "DEFAULT"
    frames = [*decode(key), *decode(None)]
    stream.codec_context.flush_buffers()
    return next((frame for frame in frames if frame.pts == key.pts), None)
