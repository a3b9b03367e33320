"""The arithmetic around a YOLO network, in numpy: a picture into its input, its raw output rows into detections.

Training, evaluation and the shipped detector all use these functions, so that none can drift from the others. Pictures
fill the whole input: a network of fit "aspect" takes an input of nearly the picture's own shape, one of fit "stretch" a
square, in which the aspect ratio is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.vision.boxes import Detections, Floats

DECODE = "2sigmoid"
"""Name of the decode form, as stored in the model's metadata: with s the logistic function, xy = 2s - 0.5 + cell and
wh = (2s)^2 x anchor (the form of YOLOv5; it trains better on cell borders than darknet's s and e^x)."""


@dataclass(frozen=True, slots=True)
class Head:
    """One output scale: cells of `stride` pixels of the input, `anchors` as (width, height) in pixels of the input."""

    stride: int
    anchors: tuple[tuple[float, float], ...]


FITS = ("stretch", "aspect")
ALIGN = 32
"""Both sides of an input of fit "aspect" are multiples of this many pixels, the coarsest stride."""
MOST_APART = 4.0
"""The greatest ratio of an input's sides; a longer picture is squeezed to it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What must be known about a network to read its output: class names in order, input side, heads in row order."""

    names: tuple[str, ...]
    size: int
    """Side of the square input, or of the square with the input's area; in pixels, a multiple of every stride."""
    heads: tuple[Head, ...]
    fit: str = "stretch"

    def input_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the input for a picture of `width` x `height` pixels."""
        if self.fit == "stretch":
            return self.size, self.size
        ratio = min(max(width / height, 1 / MOST_APART), MOST_APART) ** 0.5
        return _aligned(self.size * ratio), _aligned(self.size / ratio)


def _aligned(side: float) -> int:
    return max(1, round(side / ALIGN)) * ALIGN


@dataclass(frozen=True, slots=True)
class Grid:
    """One line for each raw output row, in pixels of the input; order: head, anchor, cell row, cell column."""

    cell: Floats
    """(n, 2) top left corner of the cell."""
    stride: Floats
    """(n, 1)"""
    anchor: Floats
    """(n, 2) width and height."""


def grid(layout: Layout, width: int, height: int) -> Grid:
    """The grid of `layout` for an input of `width` x `height` pixels; the same for every picture of that shape."""
    cells, strides, anchors = [], [], []
    for head in layout.heads:
        columns, rows = width // head.stride, height // head.stride
        y, x = np.divmod(np.arange(columns * rows), columns)
        cells.append(np.tile(np.stack([x, y], axis=1) * head.stride, (len(head.anchors), 1)))
        anchors.append(np.repeat(np.array(head.anchors), columns * rows, axis=0))
        strides.append(np.full((len(cells[-1]), 1), head.stride))
    together = [np.concatenate(part).astype(np.float32) for part in (cells, strides, anchors)]
    return Grid(*together)


def prepare(frame_bgr: npt.NDArray[np.uint8], width: int, height: int) -> Floats:
    """A frame uint8 (h, w, 3) BGR as network input float32 (1, 3, height, width), RGB in 0..1.

    Areas are averaged when shrinking: plain bilinear sampling of a 1080p frame skips most pixels of a small face. The
    frame is halved while it can be, which has a fast path in OpenCV, and what is left of the ratio, below 2, is
    interpolated: a seventh of the time of averaging over fractions of pixels, and the same accuracy.
    """
    import cv2

    if frame_bgr.dtype != np.uint8 or frame_bgr.ndim != 3 or frame_bgr.shape[2] != 3 or not frame_bgr.size:
        raise VisionError(f"a frame must be uint8 of shape (h, w, 3), not {frame_bgr.dtype} {frame_bgr.shape}")
    while frame_bgr.shape[0] >= 2 * height and frame_bgr.shape[1] >= 2 * width:
        frame_bgr = _shrunk(frame_bgr, 2, 2)
    columns, rows = max(1, frame_bgr.shape[1] // width), max(1, frame_bgr.shape[0] // height)
    if rows * columns > 1:  # a picture much longer than the input, on one axis
        frame_bgr = _shrunk(frame_bgr, columns, rows)
    planes = cv2.split(cv2.resize(frame_bgr, (width, height), interpolation=cv2.INTER_LINEAR))
    made = np.empty((1, 3, height, width), np.float32)
    for target, plane in zip(made[0], reversed(planes), strict=True):
        np.multiply(plane, np.float32(1 / 255), out=target)
    return made


def _shrunk(frame: npt.NDArray[np.uint8], columns: int, rows: int) -> npt.NDArray[np.uint8]:
    import cv2

    size = (frame.shape[1] // columns, frame.shape[0] // rows)
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def decode(raw: Floats, cells: Grid, floor: float, *, every_class: bool = False) -> Detections:
    """Raw rows (n, 5 + classes: x, y, w, h, objectness, class logits) as unsuppressed detections in input pixels.

    Score is objectness times class probability; rows below `floor` (0..1, exclusive of 0) are dropped, on the raw logit
    before any exponential, which is 14 times faster than looping. A row gives its best class, or with `every_class`
    each class above `floor`: the former is an answer (one face, one verdict), the latter is for scoring.
    """
    keep = raw[:, 4] > np.log(floor / (1 - floor))
    rows = raw[keep]
    score = _sigmoid(rows[:, 4:5]) * _sigmoid(rows[:, 5:])
    wanted = score > floor
    if not every_class:
        wanted &= np.arange(score.shape[1]) == score.argmax(axis=1)[:, None]
    which, class_id = np.nonzero(wanted)
    xyxy = _corners(rows[:, :4], Grid(cells.cell[keep], cells.stride[keep], cells.anchor[keep]))
    return Detections(xyxy[which], score[which, class_id], class_id.astype(np.int64))


def _corners(xywh: Floats, cells: Grid) -> Floats:
    unit = 2 * _sigmoid(xywh)
    centre = (unit[:, :2] - np.float32(0.5)) * cells.stride + cells.cell
    half = unit[:, 2:] ** 2 * cells.anchor / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))), dtype=np.float32)
