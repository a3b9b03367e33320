"""Where a decoder can begin so as to see a wanted frame, with one handle and without reading anything twice.

Containers lie in different ways: an index holds decode times, a backward seek in MPEG-TS lands behind its target, the
frames before an open GOP's key belong to the GOP before. So nothing is believed but packets: where the demuxer lands,
the first key packet counts, and only when its own pts is not after the target. What is said of the keys to come decides
what it costs, never which frame is given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .video import Video
from .video_scan import Clock, Warnings, note, packets

ATTEMPTS = 24
HOLE = 16
"""Key frames of an index to be tried at most behind the end of the packets."""
FAR = 2**62
BEFORE = 10
"""Seconds: the first packet's decode time lies before the start by less than this."""
INDEXED = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "flv"})
"""Containers with a list of key frames; for others FFmpeg keeps one of what it happened to read."""
REORDER = 64
"""Packets to look ahead at most for the next pts; H.264 and H.265 reorder no more than 16 frames, 32 fields."""


class Unseekable(Exception):
    """No way to jump in this file; decode it in order instead."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A key packet at or before a target, and the packets that follow it."""

    key: Any
    following: Iterator[Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A packet and the pts at which its frame gives way to the next one."""

    packet: Any
    until: int


def land(video: Video, target: int, warnings: Warnings) -> Landing:
    """A key packet at or before `target` (pts), by seeking ever further back: the last, or an earlier one.

    Raises Unseekable when there is none.
    """
    offset = target
    step = 1
    for _ in range(ATTEMPTS):
        following = _after_seek(video, offset, warnings)
        key = _first_key(following, target)
        if key is not None:
            return Landing(key, following)
        if offset < video.start:
            break
        offset = offset - step if offset - step > video.start else video.start - int(BEFORE / video.time_base)
        step = max(step * 2, int(0.25 / video.time_base))
    raise Unseekable


def _after_seek(video: Video, offset: int, warnings: Warnings) -> Iterator[Any]:
    try:
        video.container.seek(offset, stream=video.stream, backward=True)
    except (OSError, ValueError) as error:
        video.check_reader()
        raise Unseekable from error
    return _timed(packets(video, warnings))


def _timed(packets: Iterable[Any]) -> Iterator[Any]:
    for packet in packets:
        if packet.pts is None:
            raise Unseekable
        yield packet


def _first_key(following: Iterator[Any], target: int) -> Any:
    for packet in following:
        if packet.is_keyframe:
            return packet if packet.pts <= target else None
        if packet.dts is not None and packet.dts > target:
            return None
    return None


def spans(packets: Iterable[Any]) -> Iterator[Span]:
    """Each packet with the pts of the next frame shown, looking ahead only until no frame can come between the two.

    That is so once a packet was read whose dts is not before that pts, for a frame is never shown before it is decoded:
    the look-ahead is as deep as the B-frames are. Stated durations and frame rates are not trusted; the last frame
    alone lasts as stated, or as long as the one before. Frames that an edit list cuts away (`is_discard`) are never
    shown. Raises Unseekable when a packet breaks the rule.
    """
    ahead: deque[Any] = deque()
    behind: deque[int] = deque(maxlen=REORDER)
    decoded: int | None = None
    for packet in packets:
        if decoded is not None and packet.pts < decoded and not packet.is_discard:
            raise Unseekable
        ahead.append(packet)
        decoded = max(decoded or packet.dts, packet.dts) if packet.dts is not None else decoded
        while len(ahead) > 1:
            until = _next_shown(ahead, behind)
            if len(ahead) <= REORDER and (until is None or decoded is None or decoded < until):
                break
            yield _span(ahead, behind, until)
    while ahead:
        yield _span(ahead, behind, _next_shown(ahead, behind))


def _next_shown(ahead: deque[Any], behind: deque[int]) -> int | None:
    pts = ahead[0].pts
    others = [packet.pts for packet in ahead if not packet.is_discard]
    return min((other for other in [*others, *behind] if other > pts), default=None)


def _span(ahead: deque[Any], behind: deque[int], until: int | None) -> Span:
    packet = ahead.popleft()
    if until is None:
        before = max((pts for pts in behind if pts < packet.pts), default=packet.pts)
        until = packet.pts + max(packet.duration or packet.pts - before, 1)
    if not packet.is_discard:
        behind.append(packet.pts)
    return Span(packet, until)


@dataclass(slots=True)
class Keys:
    """Where the next key frame may lie: by the container's index, else as far off as keys were from each other."""

    video: Video
    newest: Any = None
    """The key packet last seen."""
    behind: int = field(default=-FAR)
    """The pts of the key behind the last hole; none is jumped twice."""
    _gap: int = field(default=0)
    _landed: int | None = field(default=None)

    def landed(self, key: Any) -> bool:
        """Note where a stretch begins; True when the last one began there too."""
        again, self._landed = self._landed == int(key.pts), int(key.pts)
        self.newest = key
        return again

    def indexed(self, key: Any, count: int = 1) -> int | None:
        """About the pts of the key that many after the packet `key`, to a few frames; None where the index has none."""
        if self.video.container.format.name not in INDEXED:
            return None
        entries = self.video.stream.index_entries
        here = entries.search_timestamp(key.pts)
        stamp = following = entries[here].timestamp if here >= 0 else 0  # a decode time in MP4, another in Matroska
        for _ in range(count):
            here = entries.search_timestamp(following + 1, backward=False) if here >= 0 else here
            following = entries[here].timestamp if here >= 0 else following
        return int(following - stamp + key.pts) if here >= 0 else None

    def guessed(self, key: Any) -> int | None:
        """Like `indexed`, and without an index the greatest distance seen so far; None when there is no saying."""
        indexed = self.indexed(key)
        return indexed if indexed is not None or not self._gap else int(key.pts + self._gap)

    def met(self, earlier: Any, later: Any) -> None:
        """Two key packets that follow each other have been read."""
        self._gap = max(self._gap, later.pts - earlier.pts)
        self.newest = later


def behind_hole(clock: Clock, keys: Keys, warnings: Warnings) -> bool:
    """At the end of the packets: whether the index leads to more, behind a hole that the demuxer did not get over.

    Then the clock stands at the first time behind it.
    """
    key = keys.newest
    for count in range(1, HOLE + 1):
        following = keys.indexed(key, count)
        if following is None:
            return False
        try:
            found = land(clock.video, following + int(0.25 / clock.video.time_base), warnings).key
        except Unseekable:
            return False
        if found.pts > max(key.pts, keys.behind) and clock.first_at(found.pts) >= clock.count:
            keys.behind = found.pts
            note(
                warnings, f"no packets from {clock.video.seconds(key.pts):g} s to {clock.video.seconds(found.pts):g} s"
            )
            clock.count = clock.first_at(found.pts)
            return True
    return False
