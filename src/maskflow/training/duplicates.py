"""Finds pictures that are nearly the same, mirrored or not: one seen in training must not be scored.

The perceptual hash is the usual one of discrete cosines: the picture in grey at 32 x 32, its 8 x 8 lowest frequencies
without the mean, each above their median or not. Other sizes, compression, slight crops and small marks change few
of the 63 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

SIDE = 32
LOW = 8

NEAR = 8
"""Pictures whose hashes differ in at most so many of the 63 bits count as near. Of the pairs so near in the sets that
the shipped model was trained on, looked at one by one, nearly all show one scene; beyond 10 bits most do not."""

Image = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two near pictures: their places in the two lists, and in how many bits they differ."""

    first: int
    second: int
    bits: int


@dataclass(frozen=True, slots=True)
class Hashes:
    """Hashes of n pictures, (n, 63) of 0 and 1: as they are, and mirrored."""

    plain: Bits
    mirrored: Bits


def hashes(images: Iterable[Image]) -> Hashes:
    """The hashes of pictures uint8 (h, w, 3) BGR of any size."""
    plain, mirrored = [], []
    for image in images:
        small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        plain.append(_hash(small))
        mirrored.append(_hash(np.ascontiguousarray(small[:, ::-1])))
    none = np.zeros((0, LOW * LOW - 1), np.float32)
    return Hashes(np.array([*none, *plain], np.float32), np.array([*none, *mirrored], np.float32))


def _hash(grey: Image) -> npt.NDArray[np.bool_]:
    low = cv2.dct(grey.astype(np.float32))[:LOW, :LOW].ravel()[1:]
    return np.asarray(low > np.median(low))


def pairs(first: Hashes, second: Hashes | None = None, bits: int = NEAR) -> list[Pair]:
    """The near pairs of two lists, or within `first` alone, nearest first."""
    other = first if second is None else second
    if not len(first.plain) or not len(other.plain):
        return []
    apart = np.minimum(_apart(first.plain, other.plain), _apart(first.mirrored, other.plain))
    wanted = apart <= bits if second is not None else np.triu(apart <= bits, k=1)
    found = [Pair(int(a), int(b), int(apart[a, b])) for a, b in np.argwhere(wanted)]
    return sorted(found, key=lambda pair: pair.bits)


def near(scored: Sequence[Image], training: Sequence[Image], bits: int = NEAR) -> set[int]:
    """The places in `training` of the pictures that are near one in `scored`: they are to be left out."""
    return {pair.second for pair in pairs(hashes(scored), hashes(training), bits)}


def _apart(first: Bits, second: Bits) -> npt.NDArray[np.float32]:
    """In how many bits each of `first` differs from each of `second`, (n, m)."""
    return np.asarray(first.sum(axis=1)[:, None] + second.sum(axis=1)[None] - 2 * first @ second.T)
