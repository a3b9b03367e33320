"""Learns from hidden faces in closed form: who is behind them (the adapted attacker) and whether a mask is worn.

Kernel ridge regression with random Fourier features (Rahimi and Recht, "Random features for large-scale kernel
machines", 2007) on the principal components of what is seen. It takes seconds, has no schedule to tune, and is the same
for every way to hide, so that ways can be compared; a deep network that is trained for days would find more.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SIDE = 16
"""Hidden regions are looked at in this many pixels squared: more than a mosaic has cells."""

COMPONENTS, FEATURES, WIDTH, RIDGE = 150, 1200, 0.5, 1e-3

Rows = npt.NDArray[np.float32]


def features(regions: npt.NDArray[np.uint8]) -> Rows:
    """Regions (n, 16, 16, 3) as rows (n, 768) of mean 0 and deviation about 1: exposure is taken out, colour is not."""
    rows = regions.reshape(len(regions), -1).astype(np.float32) / 255
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / (rows.std(axis=1, keepdims=True) + 0.05))


class Learned:
    """A map from hidden regions to targets, fitted once."""

    def __init__(self, regions: npt.NDArray[np.uint8], targets: Rows, seed: int = 0) -> None:
        """Fit `targets` (n, d) from `regions` (n, 16, 16, 3) and from their mirror images."""
        random = np.random.default_rng(seed)
        rows = np.concatenate([features(regions), features(regions[:, :, ::-1])])
        self._mean = rows.mean(axis=0)
        values, vectors = np.linalg.eigh((rows - self._mean).T @ (rows - self._mean) / len(rows))
        kept = min(COMPONENTS, int((values > values[-1] * 1e-6).sum()))
        scale = np.sqrt(np.maximum(values[-kept:], 0) + values[-1] * 0.01) if kept else np.ones(0)
        self._basis = (vectors[:, len(values) - kept :] / scale).astype(np.float32)
        self._waves = (random.normal(0, 1, (kept, FEATURES)) * WIDTH / np.sqrt(max(1, kept))).astype(np.float32)
        self._phase = random.uniform(0, 2 * np.pi, FEATURES).astype(np.float32)
        lifted = self._lift(rows)
        gram = (lifted.T @ lifted).astype(np.float64)
        gram[np.diag_indices_from(gram)] += RIDGE * len(rows)
        self._weights = np.linalg.solve(gram, lifted.T @ np.concatenate([targets, targets])).astype(np.float32)

    def __call__(self, regions: npt.NDArray[np.uint8]) -> Rows:
        """Targets (n, d) guessed from regions (n, 16, 16, 3), the mean over both mirror images."""
        both = (self._lift(features(one)) @ self._weights for one in (regions, regions[:, :, ::-1]))
        return np.asarray(sum(both) / 2, np.float32)

    def _lift(self, rows: Rows) -> Rows:
        inner = (rows - self._mean) @ self._basis
        waves = np.cos(inner @ self._waves + self._phase)
        return np.concatenate([waves, inner * 0.1, np.ones((len(rows), 1), np.float32)], axis=1).astype(np.float32)
