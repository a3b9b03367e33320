"""Which folders are trained on and which are only scored, told by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from maskflow.errors import VisionError
from maskflow.training.dataset import NAMES, Picture, load_folder
from maskflow.training.duplicates import near

SCORED = ("valid", "val")
"""Endings of the names of folders that are scored and never trained on."""
APART = ("test",)
"""Endings of the names of folders that are left alone: they are for the last figure, not for choosing."""

HELD = 7
"""Of a single folder, one picture in this many is held apart for scoring."""


@dataclass(frozen=True, slots=True)
class Sets:
    """Pictures by use, and how often each training picture is drawn relative to the others."""

    train: tuple[Picture, ...]
    weights: tuple[float, ...]
    valid: tuple[Picture, ...]
    names: dict[str, int] = field(default_factory=dict)
    """Pictures of every training folder."""
    near: tuple[str, ...] = ()
    """Training pictures that were left out because they nearly are valid pictures."""


def folders(data: Path) -> tuple[list[Path], list[Path]]:
    """The training and the scored folders of `data`: its subfolders with `images/`, or `data` itself as the only one.

    Raises VisionError where there is nothing to train on.
    """
    if (data / "images").is_dir():
        return [data], []
    found = sorted(p.parent for p in data.glob("*/images") if not p.parent.name.lower().endswith(APART))
    scored = [p for p in found if p.name.lower().endswith(SCORED)]
    trained = [p for p in found if p not in scored]
    if not trained:
        hint = "give a folder with images/ and labels/, or one that holds such folders"
        raise VisionError(f"nothing to train on in {data}", hint=hint)
    return trained, scored


def load_sets(data: Path, often: dict[str, float], rare: float, long_side: int, seed: int) -> Sets:
    """The pictures of `data`; `often` says how often those of a folder are drawn, by its name (else 1).

    Pictures with a face of the rarer class are drawn `rare` times oftener. Of a single folder one picture in `HELD` is
    held apart. What nearly equals a scored picture is not trained on. Raises VisionError for names in `often` that are
    no folder, and for what `load_folder` refuses.
    """
    trained, scored = folders(data)
    unknown = sorted(set(often) - {p.name for p in trained})
    if unknown:
        raise VisionError(f"no training folder of this name in {data}: {', '.join(unknown)}")
    loaded = {p.name: load_folder(p, relabel=True, long_side=long_side) for p in trained}
    valid = [picture for p in scored for picture in load_folder(p, long_side=long_side)]
    if not scored:
        (only,) = loaded
        held = _held(len(loaded[only]), seed)
        valid = [p for n, p in enumerate(loaded[only]) if n in held]
        loaded[only] = [p for n, p in enumerate(loaded[only]) if n not in held]
    train = [p for pictures in loaded.values() for p in pictures]
    factor = [often.get(name, 1.0) for name, pictures in loaded.items() for _ in pictures]
    rarer = _rarer(train)
    weights = [f * rare if rarer in p.class_id else f for f, p in zip(factor, train, strict=True)]
    counts = {name: len(pictures) for name, pictures in loaded.items()}
    return _without_near(Sets(tuple(train), tuple(weights), tuple(valid), counts))


def _held(count: int, seed: int) -> set[int]:
    chosen = np.random.default_rng(seed).permutation(count)[: count // HELD]
    return {int(n) for n in chosen}


def _rarer(pictures: Sequence[Picture]) -> int:
    """The class with the fewest faces."""
    return int(np.bincount(np.concatenate([p.class_id for p in pictures]), minlength=len(NAMES)).argmin())


def _without_near(sets: Sets) -> Sets:
    doubles = near([p.image for p in sets.valid], [p.image for p in sets.train])
    kept = [n for n in range(len(sets.train)) if n not in doubles]
    return replace(
        sets,
        train=tuple(sets.train[n] for n in kept),
        weights=tuple(sets.weights[n] for n in kept),
        near=tuple(sets.train[n].name for n in sorted(doubles)),
    )
