"""The attackers. Each scores every hidden probe against every picture of a gallery; `metrics` says how well that went.

The names are those of Newton, Sweeney and Malin, "Preserving privacy by de-identifying face images" (2005): a *naive*
attacker compares hidden faces with clear ones; a *parrot* hides the gallery in the same way first, which costs nothing
where the way is known, as ours is. *Adapted* has learned from other people what hidden faces look like (as in
McPherson, Shokri and Shmatikov, "Defeating image obfuscation with deep learning", 2016, with a far smaller learner).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maskflow.training.identity.faces import Face, Picture, chips, hidden, moved, regions
from maskflow.training.identity.hidings import GROW, Hiding
from maskflow.training.identity.learn import SIDE, features
from maskflow.training.identity.metrics import People, Recognition, Scores, recognition
from maskflow.training.identity.people import Crowd
from maskflow.training.identity.recogniser import Eye, Vectors

Guess = Callable[[Picture], Vectors]
"""Regions (n, 16, 16, 3) to the directions (n, 128) in which the clear faces behind them are believed to lie."""

SAME_PICTURE = "same picture"
"""Owns the very photograph that was hidden: the limit of what a list of suspects can be narrowed down to."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What one attacker achieved on one crowd."""

    crowd: str
    attacker: str
    one: Recognition
    """From one hidden picture."""
    several: Recognition
    """From all hidden pictures of the person together, their scores summed."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """A crowd with its strangers, clear and hidden: made once, attacked by all."""

    crowd: Crowd
    gallery: tuple[Face, ...]
    """The crowd's own pictures, then the strangers'."""
    clear: Vectors
    """Their directions (n, 128) from `middle`, as nothing is hidden."""
    gallery_hidden: tuple[Picture, ...]
    probes_hidden: tuple[Picture, ...]
    again: tuple[Face, ...]
    again_hidden: tuple[Picture, ...]
    """The probes' own pictures, hidden once more by a finder that is a little off."""
    middle: Vectors
    """(128,) the mean vector of clear faces."""

    @property
    def owners(self) -> People:
        """The person of each picture of the gallery."""
        return np.array([face.person for face in self.gallery])

    @property
    def wanted(self) -> People:
        """The person of each probe."""
        return np.array([face.person for face in self.crowd.probes])


def line_up(crowd: Crowd, clear: Vectors, hiding: Hiding, middle: Vectors, seed: int) -> Lineup:
    """Hide everything once; the noise of gallery and probes is drawn apart."""
    random = np.random.default_rng(seed)
    gallery = (*crowd.gallery, *crowd.others)
    again = tuple(moved(face, random) for face in crowd.probes)
    return Lineup(
        crowd,
        gallery,
        directions(clear, middle),
        tuple(hidden(face, hiding, random) for face in gallery),
        tuple(hidden(face, hiding, random) for face in crowd.probes),
        again,
        tuple(hidden(face, hiding, random) for face in again),
        middle,
    )


def attacks(lineup: Lineup, eye: Eye, guess: Guess) -> list[Attack]:
    """Every attacker on one line-up."""
    owners, wanted = lineup.owners, lineup.wanted
    scores = {**_by_recogniser(lineup, eye, guess), "parrot, pixels": _by_pixels(lineup)}
    found = [_attack(lineup.crowd.name, name, table, owners, wanted) for name, table in scores.items()]
    same = _same_picture(lineup)
    strangers = owners[len(lineup.crowd.gallery) :]
    return [*found, _attack(lineup.crowd.name, SAME_PICTURE, same, np.concatenate([wanted, strangers]), wanted)]


def strongest(found: Sequence[Attack], crowd: str) -> Attack:
    """The attack on a crowd, by one who does not own the very picture, that recognises most, from one or several."""
    rivals = [a for a in found if a.crowd == crowd and a.attacker != SAME_PICTURE]
    return max(rivals, key=lambda a: max(a.one.rank1, a.several.rank1))


def _by_recogniser(lineup: Lineup, eye: Eye, guess: Guess) -> dict[str, Scores]:
    gallery, probes = lineup.gallery, lineup.crowd.probes
    blurred = eye.embed(chips(gallery, lineup.gallery_hidden))
    seen = eye.embed(chips(probes, lineup.probes_hidden))
    mean = blurred.mean(axis=0)
    known = guess(regions(gallery, lineup.gallery_hidden, SIDE, GROW))
    guessed = guess(regions(probes, lineup.probes_hidden, SIDE, GROW))
    middle = known.mean(axis=0)
    return {
        "naive": directions(seen, lineup.middle) @ lineup.clear.T,
        "parrot": directions(seen, mean) @ directions(blurred, mean).T,
        "adapted": directions(guessed, np.zeros_like(middle)) @ lineup.clear.T,
        "adapted parrot": directions(guessed, middle) @ directions(known, middle).T,
    }


def _by_pixels(lineup: Lineup) -> Scores:
    """The likeness of two hidden regions, as they are and with exposure taken out; the better of both by rank-1."""
    seen = regions(lineup.crowd.probes, lineup.probes_hidden, SIDE, GROW)
    known = regions(lineup.gallery, lineup.gallery_hidden, SIDE, GROW)
    tables = [_likeness(_flat(seen), _flat(known)), _likeness(features(seen), features(known))]
    return max(tables, key=lambda table: recognition(table, lineup.owners, lineup.wanted).rank1)


def _same_picture(lineup: Lineup) -> Scores:
    seen = regions(lineup.crowd.probes, lineup.probes_hidden, SIDE, GROW)
    own = regions(lineup.again, lineup.again_hidden, SIDE, GROW)
    first = len(lineup.crowd.gallery)
    strangers = regions(lineup.gallery[first:], lineup.gallery_hidden[first:], SIDE, GROW)
    return _likeness(_flat(seen), _flat(np.concatenate([own, strangers])))


def _attack(crowd: str, name: str, table: Scores, owners: People, wanted: People) -> Attack:
    people = np.unique(wanted)
    summed = np.stack([table[wanted == person].sum(axis=0) for person in people])
    return Attack(crowd, name, recognition(table, owners, wanted), recognition(summed, owners, people))


def directions(vectors: npt.NDArray[np.float32], middle: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Vectors (n, d) as seen from the middle, scaled to length 1; one that is the middle itself stays 0."""
    away = vectors - middle
    length = np.linalg.norm(away, axis=1, keepdims=True)
    return np.asarray(np.divide(away, length, out=np.zeros_like(away), where=length > 1e-4), np.float32)


def _flat(regions: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return np.asarray(regions.reshape(len(regions), -1), np.float32) / np.float32(255)


def _likeness(seen: npt.NDArray[np.float32], known: npt.NDArray[np.float32]) -> Scores:
    """Minus the squared distances of rows (n, d) and (m, d); rounded, so that what looks the same is the same."""
    squares = (seen**2).sum(axis=1)[:, None] + (known**2).sum(axis=1)[None] - 2 * seen @ known.T
    return np.asarray(-np.round(squares, 3), np.float32)
