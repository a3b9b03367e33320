"""Follows faces from frame to frame by the overlap of their boxes: one track is one person, as long as it lasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from maskflow.vision.boxes import Floats, iou

OVERLAP = 0.5
"""IoU of a face with itself one frame on; below it a new track begins: better two tracks of one than one of two."""

PATIENCE = 3
"""Frames for which a track waits for its face."""

SHOT = 20.0
"""Mean change of grey, of 256, from one frame to the next at which a new shot begins: a walk through the picture
changes up to 14, a cut 27 and more (of the seven cuts looked at)."""

LEVEL = 0.3
"""Tracks whose boxes ever overlap by more (in one frame) may be one face found twice; the shorter one is dropped."""


@dataclass(slots=True, eq=False)
class Track:
    """One face through the frames of one shot."""

    frames: list[int] = field(default_factory=list)
    boxes: list[Floats] = field(default_factory=list)
    """(4,) each, in pixels."""

    def add(self, frame: int, box: Floats) -> None:
        """Note where the face is in `frame`."""
        self.frames.append(frame)
        self.boxes.append(box)

    @property
    def side(self) -> float:
        """The median side of the face in pixels (square root of its area)."""
        return float(np.median([np.sqrt((b[2] - b[0]) * (b[3] - b[1])) for b in self.boxes]))


def follow(found: Iterable[tuple[int, bool, Floats]]) -> list[Track]:
    """Tracks over frames given in order as (number, whether a new shot begins, boxes (n, 4)).

    Each box goes to one track, best overlap first; no track goes on from one shot into the next.
    """
    done: list[Track] = []
    live: list[Track] = []
    for frame, new_shot, boxes in found:
        ended = [track for track in live if new_shot or frame - track.frames[-1] > PATIENCE]
        live = [track for track in live if track not in ended]
        done += ended
        free = set(range(len(boxes)))
        for row, column in _pairs([track.boxes[-1] for track in live], boxes):
            if column in free and live[row].frames[-1] < frame:
                live[row].add(frame, boxes[column])
                free.remove(column)
        for column in sorted(free):
            live.append(Track([frame], [boxes[column]]))
    return done + live


def new_shot(before: npt.NDArray[np.uint8] | None, now: npt.NDArray[np.uint8]) -> bool:
    """Whether a cut lies between two small grey pictures (h, w) of successive frames; yes where none was before."""
    return before is None or float(np.abs(now.astype(np.int16) - before).mean()) >= SHOT


def _pairs(last: Sequence[Floats], boxes: Floats) -> Iterator[tuple[int, int]]:
    overlap = iou(np.array(last).reshape(-1, 4), boxes)
    order = np.argsort(-overlap, axis=None, kind="stable")[: int((overlap >= OVERLAP).sum())]
    for flat in order.tolist():
        yield divmod(flat, overlap.shape[1])


def persons(tracks: Sequence[Track], *, frames: int, side: float) -> list[Track]:
    """The tracks of at least `frames` frames and `side` pixels, longest first, that overlap no longer one anywhere."""
    chosen: list[Track] = []
    for track in sorted(
        (t for t in tracks if len(t.frames) >= frames and t.side >= side), key=lambda t: -len(t.frames)
    ):
        if not any(_overlap(track, other) for other in chosen):
            chosen.append(track)
    return chosen


def _overlap(first: Track, second: Track) -> bool:
    boxes = dict(zip(second.frames, second.boxes, strict=True))
    shared = [(box, boxes[n]) for n, box in zip(first.frames, first.boxes, strict=True) if n in boxes]
    return any(iou([one], [two])[0, 0] > LEVEL for one, two in shared)
