"""One way to hide faces, measured on both sides: what it leaves of who somebody is, and of whether a mask is worn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maskflow.training.dataset import Picture
from maskflow.training.evaluate import Judged
from maskflow.training.identity.attack import SAME_PICTURE, Attack, attacks, directions, line_up, strongest
from maskflow.training.identity.faces import Face, grey, hidden, moved, regions
from maskflow.training.identity.hidings import GROW, Hiding
from maskflow.training.identity.learn import SIDE, Learned
from maskflow.training.identity.material import Material
from maskflow.training.identity.metrics import auc
from maskflow.training.identity.recogniser import Eye
from maskflow.training.predict import Predictor
from maskflow.training.sets import Truth


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both sides of one way to hide."""

    way: str
    family: str
    evidence: float
    """0..1: how well masks are told from bare faces by a judge who learned from faces hidden like this (AUC)."""
    mean_ap: float | None
    """0..1: mean AP of the mask detector on the valid set with the labelled faces hidden like this, where asked for."""
    attacks: tuple[Attack, ...]

    def strongest(self, crowd: str) -> Attack:
        """The attack on a crowd that recognises most; see `attack.strongest`."""
        return strongest(self.attacks, crowd)

    def same_picture(self, crowd: str) -> Attack:
        """The attacker who owns the very picture."""
        return next(a for a in self.attacks if a.crowd == crowd and a.attacker == SAME_PICTURE)


def identity(hiding: Hiding, material: Material, eye: Eye, *, seed: int = 0) -> Outcome:
    """All attacks on all crowds, and the judge of masks; no detector."""
    learned = _taught(hiding, material, seed)
    middle = material.vectors.mean(axis=0)
    found: list[Attack] = []
    for number, (crowd, clear) in enumerate(zip(material.crowds, material.clear, strict=True)):
        lineup = line_up(crowd, clear, hiding, middle, seed + number)
        found += attacks(lineup, eye, lambda seen: learned(seen)[:, :-1])
    masked = learned(_regions(material.judged, hiding, seed + 1))[:, -1]
    truth = np.array([face.class_id == 1 for face in material.judged])
    return Outcome(hiding.name, hiding.family, auc(masked[truth], masked[~truth]), None, tuple(found))


def _taught(hiding: Hiding, material: Material, seed: int) -> Learned:
    """From hidden regions to the direction of the clear face and, as the last target, to the mask (1 or -1)."""
    random = np.random.default_rng(seed)
    faces = [moved(grey(face) if random.random() < 0.3 else face, random) for face in material.taught]
    worn = np.array([[1.0 if face.class_id == 1 else -1.0] for face in faces], np.float32)
    targets = np.concatenate([directions(material.vectors, material.vectors.mean(axis=0)), worn], axis=1)
    return Learned(_regions(faces, hiding, seed), targets, seed)


def _regions(faces: Sequence[Face], hiding: Hiding, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    random = np.random.default_rng(seed)
    return regions(faces, [hidden(face, hiding, random) for face in faces], SIDE, GROW)


def mean_ap(hiding: Hiding, predictor: Predictor, pictures: Sequence[Picture], *, seed: int = 0) -> float:
    """Mean AP, 0..1, of a detector that sees the pictures with every labelled face hidden."""
    random = np.random.default_rng(seed)
    found = [predictor(one, hiding(one.image.copy(), one.xyxy, random)).found for one in pictures]
    return Judged(predictor.names, found, [Truth.of(one) for one in pictures]).mean()
