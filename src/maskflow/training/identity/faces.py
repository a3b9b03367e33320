"""One face with what an attacker needs: the pixels around it, its box, and how it is brought upright into a chip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.training.identity.hidings import Hiding
from maskflow.training.identity.recogniser import POINTS, SIDE
from maskflow.vision import onnx
from maskflow.vision.anonymise import covered
from maskflow.vision.boxes import Floats
from maskflow.vision.faces import MODEL_SHA256
from maskflow.vision.yunet import STRIDES

Picture = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

AROUND = 2.0
"""The pixels kept around a face, in sides of its box: more than any hiding covers."""

LARGEST = 160
"""Larger faces are shrunk to this, in pixels: the recogniser's chip shows no more."""

SURE = 0.7
"""Confidence of YuNet in the five points of faces that are attacked or searched among."""

_LOOK, _FACE = 224, 112
"""The square in which YuNet looks for the five points, and the side of the face in it."""


@dataclass(frozen=True, slots=True)
class Face:
    """A clear face."""

    person: int
    patch: Picture
    """(h, w, 3) BGR."""
    box: Floats
    """(4,) pixels of the patch; what is hidden is this box, grown."""
    upright: Matrix
    """(2, 3), from the patch to the chip."""
    class_id: int = 0
    """0 = no mask, 1 = mask, where that is known."""
    picture: str = ""
    """The picture that it comes from, where that matters."""


class Landmarks:
    """YuNet's five points of the face in a box."""

    def __init__(self, model: Path) -> None:
        """Load `yunet.onnx`; VisionError when it is another file."""
        self._network = onnx.load(model, sha256=MODEL_SHA256)

    def __call__(self, image: Picture, box: Floats) -> tuple[float, Matrix]:
        """Confidence 0..1 of the clearest face near the box (4,) and its points (5, 2) in pixels of the image."""
        scale = _FACE / _side(box)
        offset = _LOOK / 2 - scale * (box[:2] + box[2:]) / 2
        matrix = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]])
        view = cv2.warpAffine(image, matrix, (_LOOK, _LOOK), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        outputs = self._network.run(np.ascontiguousarray(view.transpose(2, 0, 1)[None], np.float32))
        score, points = max((_clearest(outputs[n::3], stride) for n, stride in enumerate(STRIDES)), key=lambda f: f[0])
        return score, (points - offset) / scale


def _clearest(outputs: Sequence[Floats], stride: int) -> tuple[float, Matrix]:
    cls, obj, _, points = outputs
    score = np.sqrt(np.clip(cls[0, :, 0], 0, 1) * np.clip(obj[0, :, 0], 0, 1))
    cell = int(score.argmax())
    columns = _LOOK // stride
    return float(score[cell]), (points[0, cell].reshape(5, 2) + np.array([cell % columns, cell // columns])) * stride


def around(image: Picture, box: Floats) -> tuple[Picture, Floats]:
    """A copy of the pixels around the box (4,) of `image`, shrunk where the face is large, and the box in them."""
    height, width = image.shape[:2]
    ((x1, y1, x2, y2),) = covered([box], width, height, AROUND)
    patch, inner = image[y1:y2, x1:x2], np.asarray(box - np.array([x1, y1, x1, y1]), np.float32)
    scale = min(1.0, LARGEST / max(1.0, *(inner[2:] - inner[:2]).tolist()))
    if scale < 1:
        patch = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return patch.copy(), inner * np.float32(scale)


def cut(image: Picture, box: Floats, find: Landmarks, *, person: int = 0, sure: float = SURE) -> Face | None:
    """The face of `person` in the box (4,) of `image`; None where the five points are less certain than `sure`."""
    patch, inner = around(image, box)
    score, points = find(patch, inner)
    return Face(person, patch, inner, similarity(points, np.array(POINTS))) if score >= sure else None


def similarity(source: Matrix, target: Matrix) -> Matrix:
    """The turn, scale and shift (2, 3) that brings points (n, 2) nearest to others, in least squares (Umeyama 1991)."""
    middle, aim = source.mean(axis=0), target.mean(axis=0)
    a, b = (source - middle) @ (1, 1j), (target - aim) @ (1, 1j)
    factor = complex((a.conj() * b).sum() / max(1e-9, float((abs(a) ** 2).sum())))
    turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.concatenate([turn, (aim - turn @ middle)[:, None]], axis=1)


def hidden(face: Face, hiding: Hiding, random: np.random.Generator) -> Picture:
    """The patch with its face hidden."""
    return hiding(face.patch.copy(), face.box[None], random)


def chips(faces: Iterable[Face], patches: Iterable[Picture]) -> Picture:
    """(n, 150, 150, 3): each patch brought upright as its clear face was. An attacker who sees only the hidden one has
    to guess these points, so the true figures are rather lower."""
    cut_out = [
        cv2.warpAffine(patch, face.upright, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for face, patch in zip(faces, patches, strict=True)
    ]
    return np.stack(cut_out) if cut_out else np.zeros((0, SIDE, SIDE, 3), np.uint8)


def regions(faces: Iterable[Face], patches: Iterable[Picture], side: int, grow: float) -> Picture:
    """(n, side, side, 3): what lies in each grown box, areas averaged; what is hidden begins and ends at its edges."""
    found = []
    for face, patch in zip(faces, patches, strict=True):
        ((x1, y1, x2, y2),) = covered(face.box[None], patch.shape[1], patch.shape[0], grow)
        found.append(cv2.resize(patch[y1:y2, x1:x2], (side, side), interpolation=cv2.INTER_AREA))
    return np.stack(found) if found else np.zeros((0, side, side, 3), np.uint8)


def moved(face: Face, random: np.random.Generator) -> Face:
    """The same face with its box off by what a face finder is off: 5 % of a side, 6 % in size."""
    sides = face.box[2:] - face.box[:2]
    centre = (face.box[:2] + face.box[2:]) / 2 + random.normal(0, 0.05, 2) * sides
    half = sides * np.exp(random.normal(0, 0.06, 2)) / 2
    return replace(face, box=np.concatenate([centre - half, centre + half]).astype(np.float32))


def grey(face: Face) -> Face:
    """The same face without colour."""
    shades = cv2.cvtColor(cv2.cvtColor(face.patch, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return replace(face, patch=np.asarray(shades, np.uint8))


def _side(box: Floats) -> float:
    return max(1.0, float(np.sqrt(np.prod(np.clip(box[2:] - box[:2], 0, None)))))
