"""Finds faces, rather one too many than one too few: whoever is missed here is published in clear.

YuNet sees faces of about 10 to 300 pixels, so a picture is searched at several sizes: shrunk until the nearest face
fits, and enlarged until a distant one does. Its boxes end above the chin of a masked face; they are drawn down and
outwards before anyone uses them. The threshold is far below the usual 0.6 to 0.9; how much that covers, and at what
cost, is measured by `tests/benchmarks/coverage.py` and stands in the model's card.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.vision import onnx
from maskflow.vision.boxes import Detections, nms
from maskflow.vision.drawnface import drawn_face
from maskflow.vision.yunet import OUTPUTS, canvas, decode

MODEL_SHA256 = "de345f27b4e4a997a7b8fc980d37196a13d4d7889dd9aa0a5329ecb5356d3cc6"
"""Of `yunet.onnx` as `maskflow.training.yunet` makes it."""

SCORE = 0.15
IOU = 0.5
"""Boxes of one face from different passes are merged only when they nearly agree; two are safer than one."""

OUTWARD = (0.08, -0.05, 0.08, 0.20)
"""Left, top, right, bottom: how far the labelled faces of masked people reach beyond YuNet's box, in its sides."""

INSIDE = 0.2
"""The share of a box that must lie inside the frame; the others are mirror images."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One look at the whole picture: its longer side brought to `side` pixels, faces up to `largest` of them believed.

    A large face is left to a pass where it is small: at many times its natural size, walls and coats look like faces.
    """

    side: int
    largest: float = 200.0
    margin: float = 0.0
    """How far the picture is mirrored outward at its edges, as a share of `side`: for faces that an edge cuts."""


PASSES = (
    Pass(320, largest=np.inf, margin=0.15),
    Pass(640, margin=0.08),
    Pass(1280, largest=150.0, margin=0.02),
    Pass(1920, largest=150.0, margin=0.02),
)
"""From coarse to fine; a pass is used when it enlarges at most `ENLARGE` times, the last one only for large frames."""

ENLARGE = 4.0


class FaceFinder:
    """Loads the model once, proves that it finds a face, then finds them in any number of frames."""

    def __init__(
        self, model: Path, *, score: float = SCORE, passes: tuple[Pass, ...] = PASSES, sha256: str = MODEL_SHA256
    ) -> None:
        """`score` is the lowest confidence of a face, 0..1; raises VisionError when the model is unusable."""
        if not 0 < score < 1:
            raise VisionError(f"the score of a face lies between 0 and 1, not {score}")
        self._network = onnx.load(Path(model), sha256=sha256)
        self._score = score
        self._passes = passes
        if self._network.outputs != OUTPUTS:
            raise VisionError(f"{model} is no YuNet model: its outputs are {', '.join(self._network.outputs)}")
        if not len(self(drawn_face())):
            raise VisionError(f"{model} does not find the face it is tested with; nothing would be hidden")

    def __call__(self, frame_bgr: npt.NDArray[np.uint8]) -> Detections:
        """The faces of a frame uint8 (h, w, 3), best first; boxes in its pixels, cut at its edges. All class 0.

        Raises VisionError when the frame is none or the network fails; never answers "no face" instead.
        """
        if frame_bgr.ndim != 3 or frame_bgr.shape[2] != 3 or frame_bgr.dtype != np.uint8 or not frame_bgr.size:
            raise VisionError(f"faces are sought in uint8 (h, w, 3), not in {frame_bgr.dtype} {frame_bgr.shape}")
        found = [self._look(frame_bgr, one) for one in _fitting(self._passes, max(frame_bgr.shape[:2]))]
        together = Detections(*(np.concatenate([getattr(f, c) for f in found]) for c in ("xyxy", "score", "class_id")))
        return nms(together, IOU)

    def _look(self, frame: npt.NDArray[np.uint8], one: Pass) -> Detections:
        height, width = frame.shape[:2]
        scale = one.side / max(height, width)
        margin = round(one.side * one.margin)
        blob = canvas(frame, scale, margin)
        found = decode(self._network.run(blob), blob.shape[3], self._score)
        sides = found.xyxy[:, 2:] - found.xyxy[:, :2]
        found = nms(found.take(np.sqrt(sides.prod(axis=1)) <= one.largest), IOU)
        boxes = _outward((found.xyxy - margin) / scale)
        limit = np.array([width, height, width, height], np.float32)
        cut = np.clip(boxes, 0, limit)
        inside = _area(cut) >= np.maximum(INSIDE * _area(boxes), 1e-6)
        return Detections(cut, found.score, found.class_id).take(inside)


def _fitting(passes: tuple[Pass, ...], side: int) -> list[Pass]:
    chosen = [one for one in passes if one.side <= side * ENLARGE and (one.side <= 1280 or side > 1280)]
    return chosen or list(passes[:1])


def _outward(boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    sides = boxes[:, 2:] - boxes[:, :2]
    first, last = boxes[:, :2] - sides * np.array(OUTWARD[:2]), boxes[:, 2:] + sides * np.array(OUTWARD[2:])
    return np.concatenate([first, last], axis=1).astype(np.float32)


def _area(boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float32)
