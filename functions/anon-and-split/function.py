"""A video in, its frames out, every N seconds, with all faces hidden: what runs at home, beside the raw video.

Frames are hidden in memory and only then encoded; files become visible together, when all of them are done. Whatever
goes wrong on the way is an exception and leaves nothing behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import cast, get_args

from maskflow.errors import FunctionError, VisionError
from maskflow.runtime.contract import Context
from maskflow.runtime.manifest import MANIFEST_NAME, Manifest, Part, part_of
from maskflow.vision.anonymise import hide
from maskflow.vision.conceal import Again, Finder, Style, conceal
from maskflow.vision.drawnface import drawn_face
from maskflow.vision.faces import SCORE, FaceFinder
from maskflow.vision.finders import thorough
from maskflow.vision.frames import Mode, Sampling
from maskflow.vision.pictures import encode_picture

MODEL = Path(__file__).with_name("yunet.onnx")
UNFINISHED = ".unfinished"
SEARCHES = ("usual", "thorough")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says; see README.md for the variables."""

    interval: float
    score: float
    style: Style
    sampling: Mode = "exact"
    tolerance: float | None = None
    search: str = "usual"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Raises FunctionError naming the variable that makes no sense."""
        style = Style(
            method=environment.get("METHOD") or Style().method,
            cells=int(_number(environment, "CELLS", Style().cells, 1, 16, int)),
            grow=_number(environment, "GROW", Style().grow, 1, 4),
        )
        try:
            hide(drawn_face(64), [[8, 8, 56, 56]], method=style.method, cells=style.cells, grow=style.grow)
        except VisionError as error:
            raise FunctionError(f"METHOD, CELLS or GROW: {error}", hint=error.hint) from error
        interval = _number(environment, "INTERVAL", 5.0, 0.001, 86_400)
        sampling = _choice(environment, "SAMPLING", get_args(Mode))
        tolerance = _number(environment, "TOLERANCE", interval / 2, 0, 86_400)
        score = _number(environment, "SCORE", SCORE, 0.01, 0.99)
        search = _choice(environment, "SEARCH", SEARCHES)
        return cls(interval, score, style, cast("Mode", sampling), tolerance, search)


class AnonAndSplit:
    """Loads the face finder once; then `<name>.mp4` gives `<name>/img1.jpg` ... and `<name>/manifest.json`."""

    def __init__(self, environment: Mapping[str, str], *, model: Path = MODEL, finder: Finder | None = None) -> None:
        self._settings = Settings.read(environment)
        self._find, self._again = (finder, None) if finder else _finders(self._settings, model)

    def __call__(self, source: Path, output: Path, context: Context) -> None:
        name = context.name or source.name
        folder = _folder(name)
        unfinished = output / UNFINISHED
        try:
            unfinished.mkdir()
            chosen = self._settings
            sampling = Sampling(source, chosen.interval, mode=chosen.sampling, tolerance=chosen.tolerance)
            parts, notes = self._write_frames(sampling, unfinished)
            manifest = Manifest(name, parts, (*sampling.warnings, *notes))
            (unfinished / MANIFEST_NAME).write_bytes(manifest.dumps())
            (output / folder).parent.mkdir(parents=True, exist_ok=True)
            unfinished.rename(output / folder)
        except OSError as error:
            raise FunctionError(f"{name}: the frames cannot be written: {error}") from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        for note in manifest.notes:
            context.log.warning("%s: %s", name, note)

    def _write_frames(self, sampling: Sampling, folder: Path) -> tuple[tuple[Part, ...], tuple[str, ...]]:
        parts, notes = [], []
        for frame in sampling:
            done = conceal(frame.bgr, self._find, self._settings.style, self._again)
            file = folder / f"img{frame.index + 1}.jpg"
            file.write_bytes(encode_picture(frame.bgr))
            parts.append(part_of(file, folder, frame.time_s))
            if done.whole:
                notes.append(f"{file.name}: faces would not hide one by one, so the whole frame was made unreadable")
        return tuple(parts), tuple(notes)


def _finders(settings: Settings, model: Path) -> tuple[Finder, Again | None]:
    """The first look and the second; the thorough one looks at the whole frame again."""
    if settings.search == "thorough":
        return thorough(model.parent, score=settings.score), None
    finder = FaceFinder(model, score=settings.score)
    return finder, finder.near


def _folder(name: str) -> PurePosixPath:
    """`cam1/a.b.mp4` gives `cam1/a.b`; raises FunctionError for a name that would lead out of the output folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.name or UNFINISHED in path.parts:
        raise FunctionError(f"the object's name {name!r} cannot become a folder of the output")
    return path.with_suffix("")


def _choice(environment: Mapping[str, str], key: str, choices: Sequence[str]) -> str:
    """One of `choices`, the first when nothing is said."""
    value = environment.get(key, "").strip() or choices[0]
    if value not in choices:
        raise FunctionError(f"{key}={value!r} must be one of {', '.join(choices)}")
    return value


def _number(
    environment: Mapping[str, str],
    key: str,
    usual: float,
    low: float,
    high: float,
    kind: Callable[[str], float] = float,
) -> float:
    text = environment.get(key, "").strip()
    try:
        value = kind(text) if text else usual
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise FunctionError(f"{key}={text!r} must be a number from {low:g} to {high:g}")
    return value
