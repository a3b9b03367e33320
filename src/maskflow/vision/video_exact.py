"""Samples a video exactly to the frame without decoding most of it.

The wanted times are taken in stretches, one for each GOP that holds some. The decoder begins at the key frame and
leaves out the frames that no other frame needs (NONREF), except those that are wanted; behind the last wanted packet it
is emptied at once, and the next stretch begins with a jump. Nothing is decoded before a wanted packet has been seen.
The pixels equal those of a full decode bit for bit; `tests/benchmarks/sampling.py` prints what it costs.

Which packet is shown at a time is read from the packets themselves: see `video_seek.spans`. When the decoder then fails
to give the frame with exactly that pts, the stretch is decoded again in full from an earlier key, and what still
differs is told.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from typing import Any

from .video import Video
from .video_scan import Clock, Decoder, Warnings, note, scan
from .video_seek import Keys, Span, Unseekable, behind_hole, land, spans

CODECS = frozenset({"h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "vp8", "vp9", "av1", "libdav1d", "mjpeg"})
"""Codecs whose key packets really start afresh; others, like GIF, are decoded in order."""

MOST_HELD = 64 * 1024 * 1024
"""Bytes of packets kept back undecoded: in a GOP of hours they would else fill the memory."""


def suits(video: Video) -> bool:
    """Whether this way may be tried: a codec with real key frames and a container that gives times."""
    codec = video.stream.codec_context.name
    timed = codec == "mjpeg" or not video.made_up_times  # without frames between frames, counted times are true
    return codec in CODECS and timed and video.stream.start_time is not None


def exact(clock: Clock, warnings: Warnings) -> Iterator[Any]:
    """The frames shown at the clock's times, one decoder frame a time.

    Raises Unseekable, at any point between two frames, when jumping does not work; the clock then stands at the first
    time that is still wanted.
    """
    keys = Keys(clock.video)
    ended = False
    while not (ended or clock.done):
        ended = (yield from stretch(clock, keys, warnings)) and not behind_hole(clock, keys, warnings)


def stretch(clock: Clock, keys: Keys, warnings: Warnings, before: int | None = None) -> Generator[Any, None, bool]:
    """The frames of the clock's next times as far as one GOP goes, or up to `before` (pts); at least of one.

    Returns True when there are no more; raises Unseekable.
    """
    place = land(clock.video, clock.target, warnings)
    again = keys.landed(place.key)  # the guess of its end was short: take all of it now
    end = before if before is not None or again else keys.guessed(place.key)
    taking = _Stretch(clock, keys, place.key, end, warnings, fixed=before is not None)
    return (yield from taking.frames(place.following, again))


class _Stretch:
    """The times from the clock's on that lie before `end` (pts; None: all), at least one, from one key packet on."""

    def __init__(self, clock: Clock, keys: Keys, key: Any, end: int | None, warnings: Warnings, *, fixed: bool) -> None:
        self._clock, self._keys, self._key, self._warnings = clock, keys, key, warnings
        self._newest, self._bounded, self._fixed = key, end is not None, fixed
        self._decode = Decoder(clock.video, warnings)
        self._first = self._reached = clock.count
        self._last = self._last_before(end)
        self._found: list[tuple[int, int]] = []
        """Runs of times, first and behind the last, whose packet was seen before that of an earlier time."""
        self._wanted: list[tuple[int, int, int]] = []
        """The pts of frames to come out of the decoder, each with its run of times."""
        self._held: list[tuple[Any, bool]] = []
        self._held_bytes = 0
        self._missed = False

    def frames(self, following: Iterator[Any], thorough: bool) -> Generator[Any, None, bool]:
        """One decoder frame a time. Returns True when nothing more is to be had; raises Unseekable.

        When a frame does not come, the plain way is taken to `end` where that is known, if `thorough` to the end of the
        video, and else to the last time whose packet was seen.
        """
        ended = yield from self._way(following)
        if not self._missed:
            return ended
        known = self._last if self._bounded else None if thorough else max(self._reached - 1, self._first)
        yield from _again(self._clock, self._key, known, self._warnings)
        return known is None

    def _way(self, following: Iterator[Any]) -> Generator[Any, None, bool]:
        end, ended = self._clock.video.start, False
        for span in spans(chain([self._key], following)):
            end = max(end, span.until)
            if span.packet.is_keyframe and span.packet is not self._key:
                yield from self._pass(span.packet)
            yield from self._take(span)
            if self._missed or self._complete(span.packet):
                break
        else:
            self._clock.end, ended = end, True
        yield from self._empty()
        stuck = self._clock.count == self._first and (not ended or self._clock.target < end)
        self._missed = self._missed or bool(self._wanted) or stuck
        return ended

    def _take(self, span: Span) -> Iterator[Any]:
        """Keep the packet back; once it or one behind it is wanted, decode it."""
        hit = self._hits(span)
        self._held.append((span.packet, hit))
        self._held_bytes += span.packet.size
        if hit or self._held_bytes > MOST_HELD:
            context = self._clock.video.stream.codec_context
            for packet, wanted in self._held:
                context.skip_frame = "DEFAULT" if wanted or packet.is_discard else "NONREF"
                yield from self._taken(self._decode(packet))
            self._drop()

    def _hits(self, span: Span) -> bool:
        """Whether a wanted time shows this packet's frame; if so, note both."""
        first = max(self._clock.first_at(span.packet.pts), self._first)
        behind = min(self._clock.first_at(span.until), self._clock.last + 1)
        if span.packet.is_discard or first >= behind:
            return False
        insort(self._wanted, (span.packet.pts, first, behind))
        insort(self._found, (first, behind))
        while self._found and self._found[0][0] <= self._reached:
            self._reached = max(self._reached, self._found.pop(0)[1])
        return True

    def _pass(self, key: Any) -> Iterator[Any]:
        """At a key packet: what was kept back is of no use any more, unless a time before the key still is to come."""
        self._keys.met(self._newest, key)
        self._newest = key
        if not self._fixed:
            self._last = max(self._last, self._last_before(self._keys.guessed(key)))
        if self._clock.at(self._reached) >= key.pts:
            yield from self._empty()
            self._clock.video.stream.codec_context.flush_buffers()
            self._drop()

    def _complete(self, packet: Any) -> bool:
        late = packet.dts is not None and packet.dts > self._clock.at(self._last)
        return late or self._reached > self._last

    def _last_before(self, end: int | None) -> int:
        last = self._clock.last if end is None else self._clock.first_at(end) - 1
        return max(min(last, self._clock.last), self._first)

    def _empty(self) -> Iterator[Any]:
        self._clock.video.stream.codec_context.skip_frame = "DEFAULT"
        yield from self._taken(self._decode(None))

    def _drop(self) -> None:
        self._held, self._held_bytes = [], 0

    def _taken(self, frames: Iterable[Any]) -> Iterator[Any]:
        """Those of the frames that are next on the list, once a time; from the first that is missing on, none."""
        for frame in frames:
            if self._missed or not self._wanted or frame.pts < self._wanted[0][0]:
                continue
            pts, first, behind = self._wanted.pop(0)
            self._missed = frame.pts != pts or first > self._clock.count
            while not self._missed and self._clock.count < behind:
                self._clock.count += 1
                yield frame


def _again(clock: Clock, key: Any, last: int | None, warnings: Warnings) -> Iterator[Any]:
    """The times up to number `last` (None: all) the plain way, from a GOP earlier; lost frames are left out."""
    note(warnings, f"frames from {clock.seconds:g} s on needed a second look")
    try:
        earlier = land(clock.video, key.pts - 1, warnings)
    except Unseekable:
        earlier = land(clock.video, key.pts, warnings)
    for frame in scan(clock, warnings, chain([earlier.key], earlier.following)):
        if frame is not None:
            yield frame
        if last is not None and clock.count > last:
            return
    if last is not None:
        clock.count = max(clock.count, last + 1)
