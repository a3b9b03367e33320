"""Small square windows of a frame, each brought to one size: where to look again, and at what scale.

Whatever lies in a window is shown to the network at the scale that suits the region in its middle. A look at a few of
them costs a tenth of a look at a whole large frame, and sees more of a near face and of a distant one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

SIDE = 96
"""Of a window as the network sees it, in pixels."""

AROUND = 3.0
"""Side of a window in sides of its region, which then measures 32 of the 96 pixels."""

LEAST = 24
"""Side of the smallest window, in pixels of the frame: no more than four times enlarged."""

COLUMNS = 8
"""Of a contact sheet."""

Boxes = npt.NDArray[np.float32]

ALIKE = 0.5
"""A region is seen well in another's window when its side is at least this share of the other's."""


@dataclass(frozen=True, slots=True)
class Window:
    """A square of the frame, in its pixels; parts may lie outside the frame."""

    left: int
    top: int
    side: int

    @property
    def scale(self) -> float:
        """Pixels of the window's picture a pixel of the frame."""
        return SIDE / self.side

    def cut(self, frame_bgr: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """What the window shows, uint8 (96, 96, 3); beyond the frame's edges the frame is mirrored."""
        height, width = frame_bgr.shape[:2]
        x1, y1 = max(0, self.left), max(0, self.top)
        x2, y2 = min(width, self.left + self.side), min(height, self.top + self.side)
        columns, rows = (max(1, round(length * self.scale)) for length in (x2 - x1, y2 - y1))
        filter_ = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        skip = max(1, int(0.5 / self.scale))  # two pixels for each that is wanted are enough
        small = cv2.resize(frame_bgr[y1:y2:skip, x1:x2:skip], (columns, rows), interpolation=filter_)
        left, top = (min(SIDE - 1, round((at - own) * self.scale)) for at, own in ((x1, self.left), (y1, self.top)))
        small = small[: SIDE - top, : SIDE - left]
        below, right = SIDE - top - small.shape[0], SIDE - left - small.shape[1]
        return np.asarray(cv2.copyMakeBorder(small, top, below, left, right, cv2.BORDER_REFLECT), np.uint8)


def around(regions: npt.NDArray[np.int64], most: int) -> list[Window]:
    """Windows that show every one of `regions` (n, 4), whole pixels, with its surroundings; empty regions need none.

    The largest region comes first; one that an earlier window shows well has no window of its own. Stops at `most`.
    """
    sides = regions[:, 2:] - regions[:, :2]
    longer = sides.max(axis=1, initial=0)
    middle = (regions[:, :2] + regions[:, 2:]) // 2
    open_ = (sides > 0).all(axis=1)
    chosen: list[Window] = []
    while open_.any() and len(chosen) < most:
        row = int(np.argmax(np.where(open_, longer, 0)))
        side = max(LEAST, round(float(longer[row]) * AROUND))
        chosen.append(Window(int(middle[row, 0]) - side // 2, int(middle[row, 1]) - side // 2, side))
        open_ &= ~_shown(chosen[-1], middle, longer)
        open_[row] = False
    return chosen


def contact_sheet(frame_bgr: npt.NDArray[np.uint8], windows: Sequence[Window]) -> npt.NDArray[np.uint8]:
    """The pictures of `windows` (one at least) in rows of `COLUMNS`, what is left over grey; uint8 (h, w, 3)."""
    columns = min(COLUMNS, len(windows))
    sheet = np.full((-(-len(windows) // columns) * SIDE, columns * SIDE, 3), 128, np.uint8)
    for number, window in enumerate(windows):
        top, left = number // columns * SIDE, number % columns * SIDE
        sheet[top : top + SIDE, left : left + SIDE] = window.cut(frame_bgr)
    return sheet


def restored(boxes: Boxes, windows: Sequence[Window]) -> Boxes:
    """Boxes (n, 4) of the contact sheet of `windows` in pixels of the frame."""
    columns = min(COLUMNS, len(windows))
    cells = np.floor((boxes[:, :2] + boxes[:, 2:]) / 2 / SIDE).astype(np.int64)
    cells = np.clip(cells, 0, (columns - 1, (len(windows) - 1) // columns))
    numbers = np.minimum(cells[:, 1] * columns + cells[:, 0], len(windows) - 1)
    scale = np.array([window.scale for window in windows], np.float32)[numbers, None]
    corner = np.array([(window.left, window.top) * 2 for window in windows], np.float32)[numbers]
    return np.asarray((boxes - np.tile(cells * SIDE, 2)) / scale + corner, np.float32)


def _shown(window: Window, middle: npt.NDArray[np.int64], sides: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which regions lie in the window with their own surroundings (as much again on every side), large enough."""
    reach = 1.5 * sides[:, None]
    corner = np.array([window.left, window.top])
    inside = ((middle - reach >= corner) & (middle + reach <= corner + window.side)).all(axis=1)
    return np.asarray(inside & (sides >= ALIKE * window.side / AROUND))
