"""Boxes as columns of arrays: overlap, suppression of doubles, and the two ways to fit a picture into a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Detections:
    """What a network found in one picture, best first; the three columns have the same length n.

    Raises VisionError where the lengths differ, so that a box is never paired with the score of another.
    """

    xyxy: Floats
    """(n, 4) corners x1, y1, x2, y2 in pixels of the picture, continuous (no +1)."""
    score: Floats
    """(n,) confidence 0..1."""
    class_id: Ints
    """(n,) index into the names that the model carries."""

    def __post_init__(self) -> None:
        n = len(self.score)
        if self.xyxy.shape != (n, 4) or self.score.shape != (n,) or self.class_id.shape != (n,):
            shapes = f"{self.xyxy.shape}, {self.score.shape}, {self.class_id.shape}"
            raise VisionError(f"columns of detections do not fit together: {shapes}")

    def __len__(self) -> int:
        return len(self.score)

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Detections:
        """The chosen rows, by index or by mask, in that order."""
        return Detections(self.xyxy[rows], self.score[rows], self.class_id[rows])

    @classmethod
    def empty(cls) -> Detections:
        """No detections at all."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))


def joined(found: Sequence[Detections]) -> Detections:
    """All of `found` (one at least) in one, in that order; doubles stay."""
    return Detections(*(np.concatenate([getattr(one, column) for one in found]) for column in Detections.__slots__))


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture was fitted into a network's input: x' = x * scale_x + left, and likewise for y."""

    scale_x: float
    scale_y: float
    left: float
    top: float

    def forward(self, xyxy: npt.ArrayLike) -> Floats:
        """Boxes (n, 4) of the picture in pixels of the network's input."""
        return self._map(xyxy, (self.scale_x, self.scale_y), (self.left, self.top))

    def inverse(self, xyxy: npt.ArrayLike) -> Floats:
        """Boxes (n, 4) of the network's input in pixels of the picture."""
        return self._map(
            xyxy, (1 / self.scale_x, 1 / self.scale_y), (-self.left / self.scale_x, -self.top / self.scale_y)
        )

    @staticmethod
    def _map(xyxy: npt.ArrayLike, scale: tuple[float, float], shift: tuple[float, float]) -> Floats:
        corners = np.asarray(xyxy, np.float64).reshape(-1, 4)
        mapped: Floats = (corners * np.tile(scale, 2) + np.tile(shift, 2)).astype(np.float32)
        return mapped


def stretch(width: int, height: int, to_width: int, to_height: int) -> Fit:
    """Fit a picture of `width` x `height` to the whole of an input of `to_width` x `to_height` pixels."""
    return Fit(to_width / width, to_height / height, 0.0, 0.0)


def letterbox(width: int, height: int, size: int) -> Fit:
    """Fit a picture into the square with its aspect ratio kept and even margins on the shorter side."""
    scale = min(size / width, size / height)
    return Fit(scale, scale, (size - width * scale) / 2, (size - height * scale) / 2)


def iou(first: npt.ArrayLike, second: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Intersection over union of every pair: (n, 4) and (m, 4) give (n, m) in 0..1; empty boxes give 0."""
    a = np.asarray(first, np.float64).reshape(-1, 1, 4)
    b = np.asarray(second, np.float64).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    inter = np.prod(np.clip(sides, 0, None), axis=-1)
    union = _area(a) + _area(b) - inter
    return np.asarray(np.divide(inter, union, out=np.zeros_like(inter), where=union > 0))


def nms(found: Detections, threshold: float, *, per_class: bool = True) -> Detections:
    """Greedy non-maximum suppression: drop what overlaps a better box by more than `threshold` IoU (0..1).

    With `per_class`, boxes of different classes never drop each other. The result is ordered best first; equal scores
    keep their order (stable), so that the same input gives the same output.
    """
    ranked = found.take(np.argsort(-found.score, kind="stable"))
    overlap = iou(ranked.xyxy, ranked.xyxy) > threshold
    if per_class:
        overlap &= ranked.class_id[:, None] == ranked.class_id[None, :]
    alive = np.ones(len(ranked), dtype=bool)
    for row in range(len(ranked)):
        if alive[row]:
            alive[row + 1 :] &= ~overlap[row, row + 1 :]
    return ranked.take(alive)


def _area(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.prod(np.clip(boxes[..., 2:] - boxes[..., :2], 0, None), axis=-1))
