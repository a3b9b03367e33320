"""The face finders by name, out of a folder with their model files, and several of them as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from maskflow.vision import centerface, faces
from maskflow.vision.boxes import joined, nms
from maskflow.vision.centerface import CenterFinder
from maskflow.vision.conceal import SECOND_SCORE, Finder
from maskflow.vision.faces import THOROUGH, FaceFinder

YUNET, CENTERFACE = "yunet.onnx", "centerface.onnx"

HELPING = 0.35
"""The lowest score of CenterFace where it helps to hide: lower than where it accuses."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A finder to judge pictures by. `open` takes the models' folder and the lowest score that counts, and raises
    VisionError for an unusable model; `score` is what counts unless somebody says otherwise."""

    open: Callable[[Path, float], Finder]
    score: float


FINDERS: Mapping[str, Kind] = MappingProxyType(
    {
        "centerface": Kind(lambda folder, score: CenterFinder(folder / CENTERFACE, score=score), centerface.SCORE),
        "yunet": Kind(lambda folder, score: FaceFinder(folder / YUNET, score=score), SECOND_SCORE),
    }
)


def thorough(folder: Path, *, score: float = faces.SCORE) -> Finder:
    """What sees most: YuNet in more passes, mirrored too, and CenterFace; `score` is YuNet's."""
    often = FaceFinder(folder / YUNET, score=score, passes=THOROUGH)
    return together((often, CenterFinder(folder / CENTERFACE, score=HELPING)))


def together(finders: Sequence[Finder]) -> Finder:
    """Whatever any of `finders` (one at least) finds; an error of one is an error of all."""
    return lambda frame: nms(joined([find(frame) for find in finders]), faces.IOU)
