"""Average precision of detections against labelled boxes, in the usual forms and under the usual matching rules.

Coordinates are continuous (no +1). The figures equal pycocotools (101 points, rule "coco") to 1e-9 on random cases; the
worked case TP, FP, TP of 3 boxes gives 0.5556 over all points and 0.5455 over 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from maskflow.vision.boxes import Detections, Floats, iou

Rule = Literal["voc", "coco"]
"""Which box a detection is held against: the one of highest IoU, a failure when it is taken ("voc", darknet), or the
best that is still free ("coco")."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Detections of one class over all pictures, best first."""

    score: npt.NDArray[np.float64]
    hit: npt.NDArray[np.bool_]
    boxes: int
    """Labelled boxes there were to find."""

    def precision(self) -> npt.NDArray[np.float64]:
        """Precision after each rank, (n,) in 0..1."""
        return np.asarray(np.cumsum(self.hit) / np.arange(1, len(self.hit) + 1))

    def recall(self) -> npt.NDArray[np.float64]:
        """Recall after each rank, (n,) in 0..1."""
        return np.asarray(np.cumsum(self.hit) / max(1, self.boxes))


def rank(found: Sequence[Detections], truth: Sequence[Floats], threshold: float = 0.5, rule: Rule = "voc") -> Ranked:
    """Match the detections (of one class) of each picture with its labelled boxes (n, 4), then rank them all.

    A match needs IoU >= `threshold`, and a box is matched once. Ties keep the order of the pictures (stable).
    """
    scores, hits = [np.zeros(0)], [np.zeros(0, bool)]
    for detections, boxes in zip(found, truth, strict=True):
        ordered = detections.take(np.argsort(-detections.score, kind="stable"))
        scores.append(ordered.score.astype(np.float64))
        hits.append(_hits(iou(ordered.xyxy, boxes), threshold, rule))
    score, hit = np.concatenate(scores), np.concatenate(hits)
    order = np.argsort(-score, kind="stable")
    return Ranked(score[order], hit[order], sum(len(boxes) for boxes in truth))


def _hits(overlap: npt.NDArray[np.float64], threshold: float, rule: Rule) -> npt.NDArray[np.bool_]:
    free = np.ones(overlap.shape[1], bool)
    hit = np.zeros(overlap.shape[0], bool)
    for row in range(len(hit) if len(free) else 0):
        seen = overlap[row] if rule == "voc" else np.where(free, overlap[row], -1)
        best = int(seen.argmax())
        hit[row] = seen[best] >= threshold and free[best]
        free[best] &= not hit[row]
    return hit


def average_precision(ranked: Ranked, points: int = 0) -> float:
    """Area under the monotone precision envelope, 0..1; `points` of 0 takes every point (VOC 2010), else 11 or 101.

    Not a number where there was no box to find.
    """
    if not ranked.boxes:
        return float("nan")
    recall = ranked.recall()
    envelope = np.append(np.maximum.accumulate(ranked.precision()[::-1])[::-1], 0.0)
    if points:
        levels = np.linspace(0, 1, points)
        return float(envelope[np.searchsorted(recall, levels, side="left")].mean())
    return float(np.sum(np.diff(recall, prepend=0.0) * envelope[:-1]))


def best_f1(ranked: Ranked) -> tuple[float, float]:
    """The score threshold with the highest F1, and that F1; (1, 0) without detections."""
    if not len(ranked.score):
        return 1.0, 0.0
    precision, recall = ranked.precision(), ranked.recall()
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(ranked.score[f1.argmax()]), float(f1.max())


def at_threshold(ranked: Ranked, score: float) -> tuple[float, float]:
    """Precision and recall of the detections scored `score` or better; precision is 1 where there are none."""
    kept = int((ranked.score >= score).sum())
    if not kept:
        return 1.0, 0.0
    return float(ranked.precision()[kept - 1]), float(ranked.recall()[kept - 1])
