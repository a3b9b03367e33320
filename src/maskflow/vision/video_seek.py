"""Where a decoder can begin so as to see a wanted frame, asked of a second handle that only reads packets.

Containers lie in different ways: an index holds decode times, a backward seek in MPEG-TS lands behind its target, the
frames before an open GOP's key belong to the GOP before. So nothing is believed but packets: where the demuxer lands,
the first key packet counts, and only when its own pts is not after the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .video import Video
from .video_scan import Warnings, packets

ATTEMPTS = 24
FAR = 10**7
"""Seconds: behind the end of any video, and even in nanoseconds its pts fits into 64 bits."""


class Unseekable(Exception):
    """No way to jump in this file; decode it in order instead."""


@dataclass(frozen=True, slots=True)
class Landing:
    """Seeking to `offset` brings the demuxer to, or shortly before, the key packet with pts `key`."""

    offset: int
    key: int


def landing(video: Video, target: int) -> Landing:
    """A key packet at or before `target` (pts), by seeking ever further back. Raises Unseekable."""
    offset = target
    step = 1
    for _ in range(ATTEMPTS):
        key = _key_after_seek(video, offset, target)
        if key is not None:
            return Landing(offset, key)
        if offset <= video.start:
            break
        offset = max(video.start, offset - step)
        step = max(step * 2, int(0.25 / video.time_base))
    raise Unseekable


def last_pts(video: Video, warnings: Warnings) -> int:
    """Where the picture ends: the pts behind the last frame, read from the last packets and not from the header."""
    seek(video, video.start + int(FAR / video.time_base))
    times = _times(video, warnings)
    if not times:  # the index names packets that a cut file no longer has
        seek(video, video.start)
        times = _times(video, warnings)
    if not times:
        raise Unseekable
    return times[-1][0] + max(times[-1][1], 1)


def seek(video: Video, offset: int) -> None:
    """Bring the demuxer to a key packet at or before `offset` where the container can; raises Unseekable."""
    try:
        video.container.seek(offset, stream=video.stream, backward=True)
    except (OSError, ValueError) as error:
        raise Unseekable from error


def from_key(video: Video, place: Landing, warnings: Warnings) -> Any:
    """The packets from the landing's key packet on."""
    seek(video, place.offset)
    begun = False
    for packet in packets(video, warnings):
        if packet.pts is None or packet.dts is None:
            raise Unseekable
        begun = begun or (packet.is_keyframe and packet.pts == place.key)
        if begun:
            yield packet


def _key_after_seek(video: Video, offset: int, target: int) -> int | None:
    seek(video, offset)
    for packet in packets(video, []):
        if packet.pts is None or packet.dts is None:
            raise Unseekable
        if packet.is_keyframe:
            return int(packet.pts) if packet.pts <= target else None
        if packet.dts > target:
            return None
    return None


def _times(video: Video, warnings: Warnings) -> list[tuple[int, int]]:
    """The pts and durations of the packets from here to the end, sorted; unstated durations from the next pts."""
    known = sorted((p.pts, p.duration or 0) for p in packets(video, warnings) if p.pts is not None and not p.is_discard)
    typical = known[-1][0] - known[-2][0] if len(known) > 1 else 1
    stated = [(pts, duration or later - pts) for (pts, duration), (later, _) in pairwise(known)]
    return [*stated, *((pts, duration or typical) for pts, duration in known[-1:])]
