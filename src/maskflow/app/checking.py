"""Whether anybody can still be seen: face finders run over pictures that are said to be anonymous."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from maskflow.app.templates import models
from maskflow.errors import UsageError, VisionError
from maskflow.storage.transfer import OnProgress, Progress
from maskflow.vision.boxes import Detections, joined
from maskflow.vision.conceal import Finder
from maskflow.vision.draw import annotate
from maskflow.vision.finders import CENTERFACE, FINDERS
from maskflow.vision.pictures import Picture, encode_picture, read_picture

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp"})
"""What counts as a picture in a folder; a file that is named itself is read whatever its name. Of a GIF, one frame."""


@dataclass(frozen=True, slots=True)
class Face:
    """What a finder takes for a face: score 0..1, box x1, y1, x2, y2 in whole pixels of the picture."""

    finder: str
    score: float
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Checked:
    """A picture that could be read, its sides in pixels, and the faces seen in it, best first for each finder."""

    path: str
    width: int
    height: int
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A path that could not be judged, and why."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """What became of all paths; `passed` only when every one was judged and nobody was seen."""

    pictures: tuple[Checked, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def passed(self) -> bool:
        return not self.unreadable and not any(picture.faces for picture in self.pictures)


def check(
    paths: Sequence[Path],
    finders: Sequence[str],
    score: float | None = None,
    draw: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Check:
    """Run `finders` (names of `FINDERS`) over files, and over the pictures in folders, however deep.

    `score` replaces each finder's own lowest score. With `draw`, pictures in which a face is seen are written there
    with boxes. Unreadable files are gathered, not raised. Raises UsageError when there is no picture at all.
    """
    folder = next(model.parent for model in models() if model.name == CENTERFACE)
    opened = {name: FINDERS[name].open(folder, FINDERS[name].score if score is None else score) for name in finders}
    found = list(_pictures(paths))
    if not found:
        raise UsageError("there are no pictures in " + ", ".join(map(str, paths)))
    pictures: list[Checked] = []
    unreadable: list[Unreadable] = []
    before = list(accumulate((_size(path) for path, _ in found), initial=0))
    for number, (path, name) in enumerate(found):
        if on_progress:
            on_progress(Progress(str(path), number, len(found), before[number], before[-1]))
        try:
            pictures.append(_look(path, opened, draw and draw / name))
        except VisionError as error:
            unreadable.append(Unreadable(str(path), str(error)))
    return Check(tuple(pictures), tuple(unreadable))


def _pictures(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Every picture once, with its name relative to the folder that was asked for."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
        for one in inside:
            if not one.is_dir() and one.absolute() not in seen:
                seen.add(one.absolute())
                yield one, one.relative_to(path) if one != path else Path(one.name)


def _look(path: Path, finders: Mapping[str, Finder], drawn: Path | None) -> Checked:
    picture = read_picture(path)
    found = {name: find(picture) for name, find in finders.items()}
    faces = tuple(face for name, one in found.items() for face in _faces(name, one))
    if drawn and faces:
        _write(drawn, picture, joined(list(found.values())))
    return Checked(str(path), picture.shape[1], picture.shape[0], faces)


def _faces(name: str, found: Detections) -> Iterator[Face]:
    for box, score in zip(found.xyxy, found.score, strict=True):
        x1, y1, x2, y2 = (round(float(value)) for value in box)
        yield Face(name, round(float(score), 4), (x1, y1, x2, y2))


def _write(drawn: Path, picture: Picture, found: Detections) -> None:
    try:
        drawn.parent.mkdir(parents=True, exist_ok=True)
        drawn.with_name(f"{drawn.name}.jpg").write_bytes(encode_picture(annotate(picture, found, ["face"])))
    except OSError as error:
        raise VisionError(f"{drawn} cannot be written: {error.strerror or error}") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
