"""Average precision of detections against labelled boxes, in the usual forms and under the usual matching rules.

Coordinates are continuous (no +1). The figures equal pycocotools (101 points, rule "coco", whole and by area) and
the algorithm of the VOC development kit (all-point and 11 points, rule "voc") to 1e-9 on random cases; the worked case
TP, FP, TP of 3 boxes gives 0.5556 over all points and 0.5455 over 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from maskflow.vision.boxes import Detections, Floats, Ints, iou

Rule = Literal["voc", "coco"]
"""Which box a detection is held against: the one of highest IoU, a failure when it is taken ("voc", darknet), or the
best that is still free ("coco")."""

Mask = npt.NDArray[np.bool_]

_HIT, _FALSE, _UNCOUNTED = 1, 0, -1


@dataclass(frozen=True, slots=True)
class Ranked:
    """Detections of one class over all pictures, best first; n of them in p pictures."""

    score: npt.NDArray[np.float64]
    """(n,)"""
    hit: Mask
    """(n,) whether each found a labelled box of its own."""
    picture: Ints
    """(n,) number of the picture that each is from."""
    labelled: Ints
    """(p,) labelled boxes there were to find in each picture."""

    @property
    def boxes(self) -> int:
        """Labelled boxes there were to find."""
        return int(self.labelled.sum())

    def precision(self) -> npt.NDArray[np.float64]:
        """Precision after each rank, (n,) in 0..1."""
        return np.asarray(np.cumsum(self.hit) / np.arange(1, len(self.hit) + 1))

    def recall(self) -> npt.NDArray[np.float64]:
        """Recall after each rank, (n,) in 0..1."""
        return np.asarray(np.cumsum(self.hit) / max(1, self.boxes))


@dataclass(frozen=True, slots=True)
class Range:
    """What counts, picture by picture, when only boxes of some sizes are looked at."""

    truth: Sequence[Mask]
    """(boxes,) Labelled boxes in the range. One outside is not to be found, and finding it is no error (COCO)."""
    found: Sequence[Mask]
    """(detections,) Detections in the range. One outside that found nothing is no error."""


def rank(
    found: Sequence[Detections],
    truth: Sequence[Floats],
    threshold: float = 0.5,
    rule: Rule = "voc",
    within: Range | None = None,
) -> Ranked:
    """Match the detections (of one class) of each picture with its labelled boxes (n, 4), then rank them all.

    A match needs IoU >= `threshold`, and a box is matched once. Ties keep the order of the pictures (stable).
    """
    scores, hits, origins, labelled = [np.zeros(0)], [np.zeros(0, bool)], [np.zeros(0, np.int64)], []
    for number, (detections, boxes) in enumerate(zip(found, truth, strict=True)):
        order = np.argsort(-detections.score, kind="stable")
        asked = within.truth[number] if within else np.ones(len(boxes), bool)
        inside = within.found[number][order] if within else np.ones(len(order), bool)
        verdict = _MATCHERS[rule](iou(detections.xyxy[order], boxes), threshold, asked, inside)
        counted = verdict != _UNCOUNTED
        scores.append(detections.score[order][counted].astype(np.float64))
        hits.append(verdict[counted] == _HIT)
        origins.append(np.full(int(counted.sum()), number))
        labelled.append(int(asked.sum()))
    score, hit, origin = np.concatenate(scores), np.concatenate(hits), np.concatenate(origins)
    order = np.argsort(-score, kind="stable")
    return Ranked(score[order], hit[order], origin[order], np.array(labelled, np.int64))


def _match_voc(overlap: npt.NDArray[np.float64], threshold: float, asked: Mask, inside: Mask) -> Ints:
    """The verdict on each row of `overlap` (detections best first, boxes): of those that fit a box best, one has it."""
    verdict = np.where(inside, _FALSE, _UNCOUNTED)
    if overlap.size:
        best = overlap.argmax(axis=1)
        met = np.flatnonzero(overlap.max(axis=1) >= threshold)
        verdict[met] = _FALSE
        verdict[met[np.unique(best[met], return_index=True)[1]]] = _HIT
        verdict[met[~asked[best[met]]]] = _UNCOUNTED
    return verdict


def _match_coco(overlap: npt.NDArray[np.float64], threshold: float, asked: Mask, inside: Mask) -> Ints:
    """The same under the other rule; boxes outside the range are taken only where no other one is free."""
    verdict = np.where(inside, _FALSE, _UNCOUNTED)
    free = np.ones(overlap.shape[1], bool)
    for row in np.flatnonzero(overlap.max(axis=1, initial=0) >= threshold):
        for wanted, outcome in ((asked, _HIT), (~asked, _UNCOUNTED)):
            seen = np.where(free & wanted, overlap[row], -1)
            if seen.max() >= threshold:
                free[seen.argmax()] = False
                verdict[row] = outcome
                break
    return verdict


_MATCHERS = {"voc": _match_voc, "coco": _match_coco}


def average_precision(ranked: Ranked, points: int = 0, counts: Ints | None = None) -> float:
    """Area under the monotone precision envelope, 0..1; `points` of 0 takes every point (VOC 2010), else 11 or 101.

    With `counts` (p,), each picture is there so many times. Not a number where there was no box to find.
    """
    times = np.ones(len(ranked.labelled), np.int64) if counts is None else counts
    boxes = int(times @ ranked.labelled)
    if not boxes:
        return float("nan")
    weight = times[ranked.picture]
    hits = np.cumsum(weight * ranked.hit)
    recall, precision = hits / boxes, hits / np.maximum(np.cumsum(weight), 1)
    envelope = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    if points:
        levels = np.linspace(0, 1, points)
        return float(envelope[np.searchsorted(recall, levels, side="left")].mean())
    return float(np.sum(np.diff(recall, prepend=0.0) * envelope[:-1]))


def bootstrap(classes: Sequence[Ranked], rounds: int = 1000, seed: int = 0) -> npt.NDArray[np.float64]:
    """Mean AP over the classes on `rounds` sets of as many pictures drawn with replacement, (rounds,) in 0..1.

    The same seed draws the same pictures, so the figures of two models, or of two views, may be subtracted round by
    round. A class without a box in a round is left out of it; not a number where that leaves none.
    """
    pictures = len(classes[0].labelled)
    drawn = np.random.default_rng(seed).multinomial(pictures, np.full(pictures, 1 / pictures), size=rounds)
    values = np.array([[average_precision(one, 0, counts) for one in classes] for counts in drawn])
    known = ~np.isnan(values)
    total = np.where(known, values, 0).sum(axis=1)
    return np.asarray(np.divide(total, known.sum(axis=1), out=np.full(rounds, np.nan), where=known.any(axis=1)))


def best_f1(ranked: Ranked) -> tuple[float, float]:
    """The score threshold with the highest F1, and that F1; (1, 0) without detections."""
    if not len(ranked.score):
        return 1.0, 0.0
    precision, recall = ranked.precision(), ranked.recall()
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    f1[:-1][ranked.score[1:] == ranked.score[:-1]] = 0  # a threshold takes all of one score or none
    return float(ranked.score[f1.argmax()]), float(f1.max())


def at_threshold(ranked: Ranked, score: float) -> tuple[float, float]:
    """Precision and recall of the detections scored `score` or better; precision is 1 where there are none."""
    kept = int((ranked.score >= score).sum())
    if not kept:
        return 1.0, 0.0
    return float(ranked.precision()[kept - 1]), float(ranked.recall()[kept - 1])
