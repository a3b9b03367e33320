"""What detections are worth against labels, in every figure that a model's card gives.

Average precision takes everything scored above 0.005, each class suppressed for itself. Precision, recall and F1, and
the figures for faces whatever their class, take one verdict a face, as the product gives it: suppression goes across
the classes there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.training.figures import Curve, Evaluation, Figures, Interval, Mean, Sized, Sweep
from maskflow.training.score import Range, Ranked, at_threshold, average_precision, best_f1, bootstrap, rank
from maskflow.training.sets import Truth
from maskflow.vision.boxes import Detections, Floats, nms

IOU = 0.5
LOOSE_IOU = 0.35
"""For sets whose boxes are drawn by other habits than the training sets'."""

SUPPRESSION = 0.45
"""The IoU above which two boxes are one face (darknet's); the detector's own default."""

SIZES = ((0.0, 16.0), (16.0, 32.0), (32.0, 96.0), (96.0, np.inf))
"""Sides of faces, from and below, in pixels after stretching the picture to `SIZE` squared: root of the box's area."""
SIZE = 416

MATCHING = "voc: a detection goes to the labelled box of its class with the highest IoU; a second one on a box is false"

MASKED = "mask"
"""The class of those who are not bare."""


class Judged:
    """Detections beside the labels of the same pictures; every figure is read off it."""

    def __init__(self, names: Sequence[str], found: Sequence[Detections], truth: Sequence[Truth]) -> None:
        """`names` by class number; `found` is all above 0.005 in each picture, suppressed within the classes.

        Raises VisionError for a label or a detection of a class that has no name.
        """
        highest = max(int(ids.max(initial=0)) for ids in [*(t.class_id for t in truth), *(d.class_id for d in found)])
        if highest >= len(names):
            raise VisionError(f"class {highest} has no name; known are {', '.join(names)}")
        self.names = tuple(names)
        self._truth = truth
        self._found = found
        self._verdicts = [nms(one, SUPPRESSION, per_class=False) for one in found]

    def evaluation(self, threshold: float) -> Evaluation:
        """All figures; `threshold` is the operating score in 0..1."""
        return Evaluation(
            len(self._truth),
            threshold,
            self._mean(),
            tuple(self._figures(number, threshold) for number in range(len(self.names))),
            self._figures(None, threshold),
            *self._bare(threshold),
        )

    def mean(self) -> float:
        """Mean AP over the classes that have boxes, in 0..1."""
        return float(np.mean([average_precision(one) for one in self._scored()]))

    def samples(self) -> npt.NDArray[np.float64]:
        """Mean AP on sets of pictures drawn with replacement, the same sets for every view: see `score.bootstrap`."""
        return bootstrap(self._scored())

    def sweep(self, scores: Sequence[float]) -> list[Sweep]:
        """Operating points over several thresholds, to choose one."""
        columns = [self._rank(number, verdicts=True) for number in (*range(len(self.names)), None)]
        return [Sweep(score, tuple(at_threshold(column, score) for column in columns)) for score in scores]

    def curves(self) -> list[Curve]:
        """Precision over recall of each class that has boxes, then of faces."""
        columns = [(name, self._rank(number)) for number, name in enumerate(self.names)] + [("faces", self._rank(None))]
        return [Curve(name, average_precision(c), c.precision(), c.recall()) for name, c in columns if c.boxes]

    def _scored(self, overlap: float = IOU) -> list[Ranked]:
        """What mean AP is the mean of: the classes that have boxes."""
        ranked = [self._rank(number, overlap=overlap) for number in range(len(self.names))]
        return [one for one in ranked if one.boxes] or ranked

    def _rank(
        self,
        number: int | None,
        *,
        verdicts: bool = False,
        overlap: float = IOU,
        sides: Interval | None = None,
    ) -> Ranked:
        """The detections of one class, or of faces (None: always as verdicts), of some sides only where given."""
        found: Sequence[Detections] = self._verdicts if verdicts or number is None else self._found
        truth = [one.xyxy for one in self._truth]
        if number is not None:
            found = [one.take(one.class_id == number) for one in found]
            truth = [one.xyxy[one.class_id == number] for one in self._truth]
        within = Range(self._inside(truth, sides), self._inside([d.xyxy for d in found], sides)) if sides else None
        return rank(found, truth, overlap, within=within)

    def _inside(self, boxes: Sequence[Floats], sides: Interval) -> list[npt.NDArray[np.bool_]]:
        masks = []
        for one, xyxy in zip(self._truth, boxes, strict=True):
            area = (xyxy[:, 2:] - xyxy[:, :2]).clip(0).prod(axis=1)
            side = SIZE * np.sqrt(area / (one.width * one.height))
            masks.append((side >= sides[0]) & (side < sides[1]))
        return masks

    def _mean(self) -> Mean:
        scored = self._scored()
        ap, ap11, ap101 = (float(np.mean([average_precision(c, points) for c in scored])) for points in (0, 11, 101))
        loose = float(np.mean([average_precision(column) for column in self._scored(LOOSE_IOU)]))
        return Mean(ap, interval(bootstrap(scored)), ap11, ap101, loose)

    def _figures(self, number: int | None, threshold: float) -> Figures:
        scored, verdicts = self._rank(number), self._rank(number, verdicts=True)
        ap, ap11, ap101 = (average_precision(scored, points) for points in (0, 11, 101))
        sized = [(sides, self._rank(number, sides=sides)) for sides in SIZES]
        best_score, f1 = best_f1(verdicts)
        return Figures(
            "faces" if number is None else self.names[number],
            scored.boxes,
            ap,
            interval(bootstrap([scored])),
            ap11,
            ap101,
            average_precision(self._rank(number, overlap=LOOSE_IOU)),
            *at_threshold(verdicts, threshold),
            f1,
            best_score,
            tuple(Sized(*sides, column.boxes, average_precision(column)) for sides, column in sized),
        )

    def _bare(self, threshold: float) -> tuple[float, float]:
        masked = self.names.index(MASKED) if MASKED in self.names else -1
        labelled = np.concatenate([one.class_id for one in self._truth])
        found = np.concatenate([one.class_id[one.score >= threshold] for one in self._verdicts])
        bare, seen = (float(np.mean(part != masked)) if len(part) else float("nan") for part in (labelled, found))
        return bare, seen


def interval(samples: npt.NDArray[np.float64]) -> Interval:
    """The middle 95 % of what is a number in `samples`."""
    known = samples[~np.isnan(samples)]
    low, high = np.percentile(known, (2.5, 97.5)) if len(known) else (np.nan, np.nan)
    return float(low), float(high)
