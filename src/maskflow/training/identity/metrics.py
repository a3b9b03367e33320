"""How well a face is recognised: rank-1 of a search, the area under the curve of a comparison, and their spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
People = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What one attacker achieved; shares in 0..1."""

    rank1: float
    """Share of probes whose best match is the right person (half a hit where two match equally well)."""
    chance: float
    """What guessing achieves: one over the number of people in the gallery."""
    auc: float
    """Probability that a pair of one person scores above a pair of two; 0.5 tells nothing."""
    error: float
    """Standard error of `rank1`, people drawn with replacement (a person's probes stand or fall together)."""


def best_per_person(scores: Scores, gallery: People) -> tuple[Scores, People]:
    """Scores (probes, pictures) to (probes, people): the best picture of each person; the people in rising order."""
    people = np.unique(gallery)
    columns = [scores[:, gallery == person].max(axis=1) for person in people]
    return np.stack(columns, axis=1), people


def recognition(scores: Scores, gallery: People, probes: People) -> Recognition:
    """Figures of a search: `scores` (probes, pictures of the gallery), higher is more alike; both with their person.

    Every person of `probes` must be in the gallery. Ties share the hit, so that an attacker who sees nothing is at
    chance, not at the first or the last place.
    """
    table, people = best_per_person(scores, gallery)
    right = probes[:, None] == people[None]
    best = table == table.max(axis=1, keepdims=True)
    hits = (best & right).sum(axis=1) / best.sum(axis=1)
    return Recognition(float(hits.mean()), 1 / len(people), auc(table[right], table[~right]), _spread(hits, probes))


def auc(same: npt.NDArray[np.float32], different: npt.NDArray[np.float32]) -> float:
    """Area under the ROC curve, 0..1: the share of (same, different) pairs in the right order, ties counted half."""
    values = np.concatenate([same, different]).astype(np.float64)
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[index]  # from 1; equal values share the mean of their ranks
    n, m = len(same), len(different)
    return float((rank[:n].sum() - n * (n + 1) / 2) / (n * m))


def _spread(hits: npt.NDArray[np.float64], probes: People) -> float:
    mean = np.array([hits[probes == person].mean() for person in np.unique(probes)])
    return float(mean.std(ddof=1) / np.sqrt(len(mean))) if len(mean) > 1 else 0.0
