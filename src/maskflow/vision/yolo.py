"""The arithmetic around a YOLO network, in numpy: a picture into its input, its raw output rows into detections.

Training, evaluation and the shipped detector all use these functions, so that none can drift from the others. Pictures
are *stretched* to the square input (the aspect ratio is lost), which is what the network saw in training.
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


@dataclass(frozen=True, slots=True)
class Layout:
    """What must be known about a network to read its output: class names in order, input side, heads in row order."""

    names: tuple[str, ...]
    size: int
    heads: tuple[Head, ...]

    @property
    def rows(self) -> int:
        """Number of rows of the raw output."""
        return sum(len(head.anchors) * (self.size // head.stride) ** 2 for head in self.heads)


@dataclass(frozen=True, slots=True)
class Grid:
    """One line for each raw output row, in pixels of the input; order: head, anchor, cell row, cell column."""

    cell: Floats
    """(n, 2) top left corner of the cell."""
    stride: Floats
    """(n, 1)"""
    anchor: Floats
    """(n, 2) width and height."""


def grid(layout: Layout) -> Grid:
    """The grid of `layout`; build it once, it never changes."""
    cells, strides, anchors = [], [], []
    for head in layout.heads:
        side = layout.size // head.stride
        y, x = np.divmod(np.arange(side * side), side)
        cells.append(np.tile(np.stack([x, y], axis=1) * head.stride, (len(head.anchors), 1)))
        anchors.append(np.repeat(np.array(head.anchors), side * side, axis=0))
        strides.append(np.full((len(cells[-1]), 1), head.stride))
    columns = [np.concatenate(part).astype(np.float32) for part in (cells, strides, anchors)]
    return Grid(*columns)


def prepare(frame_bgr: npt.NDArray[np.uint8], size: int) -> Floats:
    """A frame uint8 (h, w, 3) BGR as network input float32 (1, 3, size, size), RGB in 0..1, stretched.

    Areas are averaged when shrinking: plain bilinear sampling of a 1080p frame skips most pixels of a small face.
    """
    import cv2

    if frame_bgr.dtype != np.uint8 or frame_bgr.ndim != 3 or frame_bgr.shape[2] != 3 or not frame_bgr.size:
        raise VisionError(f"a frame must be uint8 of shape (h, w, 3), not {frame_bgr.dtype} {frame_bgr.shape}")
    shrinks = frame_bgr.shape[0] >= size and frame_bgr.shape[1] >= size
    small = cv2.resize(frame_bgr, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    planes = small[:, :, ::-1].transpose(2, 0, 1)
    return np.ascontiguousarray(planes[None], dtype=np.float32) / np.float32(255)


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
