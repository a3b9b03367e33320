"""Scores a model file on labelled pictures, clear and with every face hidden, exactly as the product would run it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maskflow.training.dataset import Picture
from maskflow.training.score import Ranked, at_threshold, average_precision, best_f1, rank
from maskflow.vision.anonymise import hide
from maskflow.vision.boxes import Detections
from maskflow.vision.masks import MaskDetector


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one class was found; all shares in 0..1."""

    name: str
    boxes: int
    ap: float
    """Average precision at IoU 0.5 over all points."""
    ap11: float
    ap101: float
    best_score: float
    """The threshold of the best F1, and that F1."""
    best_f1: float
    precision: float
    """At the operating threshold, with one verdict a face."""
    recall: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One model on one set of pictures."""

    pictures: int
    classes: tuple[Figures, ...]
    faces: Figures
    """The same with classes ignored."""

    @property
    def mean(self) -> tuple[float, float, float]:
        """Mean AP over the classes that have boxes: all-point, 11-point, 101-point."""
        rows = np.array([(f.ap, f.ap11, f.ap101) for f in self.classes if f.boxes])
        ap, ap11, ap101 = (float(n) for n in rows.mean(axis=0))
        return ap, ap11, ap101


@dataclass(frozen=True, slots=True)
class Sweep:
    """The operating point at one threshold, one verdict a face: (precision, recall) of each class, then of faces."""

    score: float
    points: tuple[tuple[float, float], ...]


def hidden(pictures: Sequence[Picture], *, cells: int = 6, grow: float = 1.3) -> list[Picture]:
    """The pictures with every labelled face hidden as the product hides faces; the given ones stay as they are."""
    return [Picture(p.name, hide(p.image.copy(), p.xyxy, cells=cells, grow=grow), p.xyxy, p.class_id) for p in pictures]


def evaluate(detector: MaskDetector, pictures: Sequence[Picture], threshold: float) -> Evaluation:
    """All figures of `detector` on `pictures`; `threshold` is the operating score in 0..1.

    Average precision takes everything scored above 0.005 with suppression per class; precision and recall take one
    verdict a face, as the product gives it.
    """
    scored = [detector.candidates(p.image) for p in pictures]
    verdicts = [detector.candidates(p.image, one_verdict=True) for p in pictures]
    classes = tuple(
        _figures(name, _ranked(scored, pictures, n), _ranked(verdicts, pictures, n), threshold)
        for n, name in enumerate(detector.names)
    )
    faces = _ranked(verdicts, pictures, None)
    return Evaluation(len(pictures), classes, _figures("faces", faces, faces, threshold))


def sweep(detector: MaskDetector, pictures: Sequence[Picture], scores: Sequence[float]) -> list[Sweep]:
    """Operating points over several thresholds, to choose one; see `Sweep`."""
    verdicts = [detector.candidates(p.image, one_verdict=True) for p in pictures]
    ranked = [_ranked(verdicts, pictures, n) for n in (*range(len(detector.names)), None)]
    return [Sweep(score, tuple(at_threshold(column, score) for column in ranked)) for score in scores]


def _ranked(found: Sequence[Detections], pictures: Sequence[Picture], class_id: int | None) -> Ranked:
    if class_id is None:
        return rank(found, [p.xyxy for p in pictures])
    chosen = [d.take(d.class_id == class_id) for d in found]
    return rank(chosen, [p.xyxy[p.class_id == class_id] for p in pictures])


def _figures(name: str, scored: Ranked, verdicts: Ranked, threshold: float) -> Figures:
    ap, ap11, ap101 = (average_precision(scored, points) for points in (0, 11, 101))
    return Figures(name, scored.boxes, ap, ap11, ap101, *best_f1(verdicts), *at_threshold(verdicts, threshold))
