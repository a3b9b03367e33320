"""The figures of an evaluation, as data; `evaluate` makes them, `report` says them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Interval = tuple[float, float]
"""The middle 95 % of a figure over sets of pictures drawn with replacement."""


@dataclass(frozen=True, slots=True)
class Sized:
    """Average precision over labelled faces of `least` to `below` pixels; not a number where there are none."""

    least: float
    below: float
    boxes: int
    ap: float


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one class was found; all shares in 0..1."""

    name: str
    boxes: int
    ap: float
    """Average precision at IoU 0.5 over all points, and its interval."""
    interval: Interval
    ap11: float
    ap101: float
    loose_ap: float
    """Over all points at IoU 0.35."""
    precision: float
    """At the operating threshold, with one verdict a face."""
    recall: float
    best_f1: float
    """The best F1, and the threshold that gives it."""
    best_score: float
    by_size: tuple[Sized, ...]


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean AP over the classes that have boxes, in 0..1: at IoU 0.5 and its interval, and as in `Figures`."""

    ap: float
    interval: Interval
    ap11: float
    ap101: float
    loose_ap: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall, (n,) in 0..1, of one class or of faces by falling score."""

    name: str
    ap: float
    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One model on one view of a set of pictures."""

    pictures: int
    threshold: float
    """The operating score in 0..1."""
    mean: Mean
    classes: tuple[Figures, ...]
    faces: Figures
    """With classes ignored."""
    bare_labelled: float
    """The share of labelled faces that are in no class "mask", and of those found at the operating threshold."""
    bare_found: float


@dataclass(frozen=True, slots=True)
class Loss:
    """What mean AP falls from one view to another, in 0..1, and its interval over the same draws of pictures."""

    before: str
    after: str
    ap: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Sweep:
    """The operating point at one threshold, one verdict a face: (precision, recall) of each class, then of faces."""

    score: float
    points: tuple[tuple[float, float], ...]
