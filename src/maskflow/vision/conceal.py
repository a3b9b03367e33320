"""Hides every face of a frame, or the whole frame: what leaves here has passed a second look.

After hiding, the finder looks again, with the hidden regions blotted out, since a mosaic may itself resemble a face.
What it finds now (a face that stood beside a clearer one) is hidden too; a frame that never comes to rest becomes one
coarse mosaic. Nothing that was changed is passed on unchecked; where no face was found, nothing was changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskflow.vision.anonymise import CELLS, covered, hide
from maskflow.vision.boxes import Detections

Finder = Callable[[npt.NDArray[np.uint8]], Detections]
"""Faces of a whole frame."""
Again = Callable[[npt.NDArray[np.uint8], npt.NDArray[np.int64]], Detections]
"""Faces in and around regions (n, 4) of a frame; `FaceFinder.near` is one."""
Boxes = npt.NDArray[np.float32]

ROUNDS = 3
HIDDEN_SHARE = 0.8
"""A region counts as hidden when at least this share of it lies in regions that were."""

SECOND_SCORE = 0.35
"""The score that counts in the second look; what is less sure was hidden, or not, by the first."""

BLOT = 128
"""The grey of hidden regions during the second look."""


@dataclass(frozen=True, slots=True)
class Style:
    """How faces are hidden; the ranges are those of `anonymise.hide`."""

    method: str = "mosaic"
    cells: int = CELLS
    grow: float = 1.3


@dataclass(frozen=True, slots=True)
class Concealed:
    """What was done to a frame: the boxes (n, 4) hidden before growing, in pixels, and whether all of it was."""

    boxes: Boxes
    whole: bool = False


def conceal(frame_bgr: npt.NDArray[np.uint8], find: Finder, style: Style, again: Again | None = None) -> Concealed:
    """Hide all faces of `frame_bgr`, uint8 (h, w, 3), in place. Raises what `find` and `hide` raise (VisionError).

    The second look is at all of the frame, or, with `again`, at what changed and what lies around it: elsewhere the
    network would see what it saw before.
    """
    height, width = frame_bgr.shape[:2]
    hidden = np.zeros((height, width), bool)
    boxes = find(frame_bgr).xyxy
    if not len(boxes):
        _hide(frame_bgr, boxes, style, hidden)  # checks the style
        return Concealed(boxes)  # nothing was changed: a second look would see what the first one saw
    done = [boxes]
    blotted = frame_bgr.copy()
    for _ in range(ROUNDS):
        regions = _hide(frame_bgr, boxes, style, hidden)
        for x1, y1, x2, y2 in regions:
            blotted[y1:y2, x1:x2] = BLOT
        boxes = _left_over(again(blotted, regions) if again else find(blotted), hidden)
        if not len(boxes):
            return Concealed(np.concatenate(done))
        done.append(boxes)
    hide(frame_bgr, [[0, 0, width, height]], method=style.method, cells=style.cells, grow=1.0)
    return Concealed(np.concatenate(done), whole=True)


def _hide(
    frame: npt.NDArray[np.uint8], boxes: Boxes, style: Style, hidden: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Hide the boxes and note that in `hidden`; the regions (n, 4) that are now hidden, less those inside others."""
    hide(frame, boxes[::-1], method=style.method, cells=style.cells, grow=style.grow)  # the surest on top
    regions = covered(boxes, hidden.shape[1], hidden.shape[0], style.grow)
    chosen = _outermost(regions)
    for x1, y1, x2, y2 in regions[chosen]:
        hidden[y1:y2, x1:x2] = True
    return np.asarray(regions[chosen])


def _outermost(regions: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which regions (n, 4) lie in no other one. Of equals the first."""
    first, second = regions[:, None], regions[None]
    inside = (first[..., :2] >= second[..., :2]).all(-1) & (first[..., 2:] <= second[..., 2:]).all(-1)
    earlier = np.tri(len(regions), k=-1, dtype=bool)
    return np.asarray(~(inside & (~inside.T | earlier)).any(axis=1))


def _left_over(found: Detections, hidden: npt.NDArray[np.bool_]) -> Boxes:
    """The boxes found with some confidence of which less than `HIDDEN_SHARE` is hidden."""
    boxes = found.xyxy[found.score >= SECOND_SCORE]
    pixels = covered(boxes, hidden.shape[1], hidden.shape[0], 1.0)
    chosen = np.array([_is_open(hidden[y1:y2, x1:x2]) for x1, y1, x2, y2 in pixels], bool)
    return np.asarray(boxes[chosen])


def _is_open(region: npt.NDArray[np.bool_]) -> bool:
    return bool(region.size and region.mean() < HIDDEN_SHARE)
