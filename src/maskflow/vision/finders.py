"""The face finders by name, out of a folder with their model files, and several of them as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from maskflow.vision import faces
from maskflow.vision.boxes import joined, nms
from maskflow.vision.centerface import CenterFinder
from maskflow.vision.conceal import Finder
from maskflow.vision.faces import THOROUGH, FaceFinder

YUNET, CENTERFACE = "yunet.onnx", "centerface.onnx"

FINDERS: Mapping[str, Callable[[Path, float], Finder]] = MappingProxyType(
    {
        "centerface": lambda folder, score: CenterFinder(folder / CENTERFACE, score=score),
        "yunet": lambda folder, score: FaceFinder(folder / YUNET, score=score),
    }
)
"""Name to what opens a finder with the lowest score that counts; raises VisionError for an unusable model."""


def thorough(folder: Path, *, score: float = faces.SCORE) -> Finder:
    """What sees most: YuNet in more passes, mirrored too, and CenterFace; `score` is YuNet's."""
    return together((FaceFinder(folder / YUNET, score=score, passes=THOROUGH), CenterFinder(folder / CENTERFACE)))


def together(finders: Sequence[Finder]) -> Finder:
    """Whatever any of `finders` (one at least) finds; an error of one is an error of all."""
    return lambda frame: nms(joined([find(frame) for find in finders]), faces.IOU)
