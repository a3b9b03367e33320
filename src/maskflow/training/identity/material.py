"""All faces of one measurement: the crowds to attack, people to hide among, faces to learn and to judge masks from."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import UsageError
from maskflow.training.identity import people
from maskflow.training.identity.faces import Face, Landmarks, chips, grey
from maskflow.training.identity.people import Crowd
from maskflow.training.identity.recogniser import Eye, Vectors
from maskflow.training.identity.store import kept, remembered
from maskflow.training.output import note
from maskflow.training.sets import VALID_SET
from maskflow.vision.faces import FaceFinder

OTHERS = 100
"""Strangers in every gallery, at most."""

_LEARN, _CLOSE = 32.0, 60.0
"""Sides in pixels of the faces that are learned from, and of those that serve as people."""


@dataclass(frozen=True, slots=True)
class Material:
    """Faces only; what is hidden, and how, comes later."""

    crowds: tuple[Crowd, ...]
    taught: tuple[Face, ...]
    """Strangers from whom an attacker, and a judge of masks, may learn."""
    vectors: Vectors
    """(n, 128) of the taught faces, clear."""
    clear: tuple[Vectors, ...]
    """For each crowd the vectors of its gallery and of the others, as nothing is hidden."""
    judged: tuple[Face, ...]
    """Faces with and without masks from pictures that nothing was learned from."""


def gather(
    data: Path, videos: Sequence[Path], model: Path, eye: Eye, home: Path, *, every: int = 2, seed: int = 0
) -> Material:
    """Faces of all sets under `data`, of the videos and of the public set; `model` is the product's `yunet.onnx`.

    From the training sets every `every`-th picture. What was found is kept in the folder `home`. Raises VisionError or
    UsageError where something is missing.
    """
    folders = sorted(path.parent for path in data.glob("*/labels") if path.parent.name != VALID_SET)
    if not folders or not (data / VALID_SET).is_dir():
        raise UsageError(f"{data} must hold {VALID_SET} and at least one set more")
    points, find = Landmarks(model), people.finder(model)
    random = np.random.default_rng(seed)

    def labelled(folder: Path, step: int) -> list[Face]:
        note(f"faces of {folder.name}")
        file = home / f"{folder.name}-{step}.npz"
        return kept(file, lambda: people.labelled_faces(folder, points, least=_LEARN, every=step))

    faces = [face for folder in folders for face in labelled(folder, every)]
    valid = labelled(data / VALID_SET, 1)
    vectors = remembered(home / f"vectors-{every}.npy", lambda: seen(eye, faces), len(faces))
    bare = [n for n, face in enumerate(faces) if face.class_id == 0 and (face.box[2:] - face.box[:2]).max() >= _CLOSE]
    groups, strangers = _bare(faces, vectors, bare, random)
    note("portraits")
    known = kept(home / "portraits.npz", lambda: people.public_faces(find, points))
    crowds = [
        people.portraits(known),
        _crowd("stills", [[faces[n] for n in group] for group in groups], random),
        _videos(videos, find, points, eye, home),
    ]
    others = [replace(faces[n], person=100_000 + n) for n in strangers]
    chosen = tuple(_among(crowd, others) for crowd in crowds if crowd.probes)
    clear = tuple(seen(eye, (*crowd.gallery, *crowd.others)) for crowd in chosen)
    learned, held = _parted(faces, [n for group in groups for n in group] + strangers, random)
    taught = tuple(faces[n] for n in learned)
    return Material(chosen, taught, vectors[learned], clear, (*valid, *(faces[n] for n in held)))


def _parted(faces: Sequence[Face], attacked: Sequence[int], random: np.random.Generator) -> tuple[list[int], list[int]]:
    """Rows to learn from and rows to judge masks on, a fifth of the pictures; of the attacked ones' pictures none."""
    apart = {faces[n].picture for n in attacked}
    pictures = sorted({face.picture for face in faces} - apart)
    held = set(random.permutation(pictures)[: len(pictures) // 5].tolist())
    learned = [n for n, face in enumerate(faces) if face.picture not in apart | held]
    return learned, [n for n, face in enumerate(faces) if face.picture in held]


def _among(crowd: Crowd, others: Sequence[Face]) -> Crowd:
    """The crowd with the others as they would look in its pictures: without colour where those have none."""
    return replace(crowd, others=tuple(grey(face) for face in others) if crowd.name == "portraits" else tuple(others))


def seen(eye: Eye, faces: Sequence[Face]) -> Vectors:
    """The vectors (n, 128) of clear faces."""
    return eye.embed(chips(faces, [face.patch for face in faces]))


def _bare(
    faces: Sequence[Face], vectors: Vectors, bare: list[int], random: np.random.Generator
) -> tuple[list[list[int]], list[int]]:
    """Rows of the people who recur, and of strangers who resemble neither them nor each other."""
    upright = chips([faces[n] for n in bare], [faces[n].patch for n in bare])
    shades = np.stack([_shade(chip) for chip in upright]) if bare else np.zeros((0, 24, 24), np.float32)
    groups = [[bare[n] for n in group] for group in people.recurring([faces[n] for n in bare], vectors[bare], shades)]
    first = [n for group in groups for n in group]
    rest = [n for n in random.permutation(bare).tolist() if n not in first]
    order = first + rest
    kept = [order[n] for n in people.distinct(vectors[order])]
    return groups, [n for n in kept if n in set(rest)][:OTHERS]


def _shade(chip: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    small = cv2.resize(chip, (24, 24), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.float32)


def _crowd(name: str, groups: Sequence[Sequence[Face]], random: np.random.Generator) -> Crowd:
    gallery: list[Face] = []
    probes: list[Face] = []
    for person, group in enumerate(groups):
        order = [replace(group[n], person=person) for n in random.permutation(len(group))[: 2 * people.SHOTS]]
        gallery += order[: len(order) // 2]
        probes += order[len(order) // 2 :]
    return Crowd(name, tuple(gallery), tuple(probes))


def _videos(videos: Sequence[Path], find: FaceFinder, points: Landmarks, eye: Eye, home: Path) -> Crowd:
    tracks: list[list[Face]] = []
    for video in videos:
        note(f"faces of {video.name}")
        faces = kept(home / f"{video.stem}.npz", functools.partial(people.followed_faces, video, find, points))
        tracks += [[face for face in faces if face.person == n] for n in sorted({face.person for face in faces})]
    chosen = people.confirmed(tracks, [seen(eye, track) for track in tracks])
    pairs = [people.ends(tracks[number], person) for person, number in enumerate(chosen)]
    return Crowd("videos", tuple(f for one, _ in pairs for f in one), tuple(f for _, two in pairs for f in two))


def described(material: Material) -> Iterator[str]:
    """One line on each crowd and on what surrounds it."""
    for crowd in material.crowds:
        count = len({face.person for face in crowd.probes})
        yield f"{crowd.name}: {count} people, {len(crowd.gallery)} pictures in the gallery, {len(crowd.probes)} probes"
    yield f"{len(material.crowds[0].others)} strangers in each gallery; {len(material.taught)} faces to learn from"
    bare = sum(face.class_id == 0 for face in material.judged)
    yield f"masks are judged on {len(material.judged)} faces, {bare} of them bare"
