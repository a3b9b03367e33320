"""CenterFace, the second face finder: it shares no weights and no method with YuNet, so it may judge YuNet's work.

After Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point" (2019): one heat map of face
centres at a quarter of the input's size, with the box of each cell beside it. Eight to ten times the cost of YuNet.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.vision import onnx
from maskflow.vision.boxes import Detections, nms
from maskflow.vision.drawnface import drawn_face

MODEL_SHA256 = "a5ef6d0be46c7b5d7e798729d842e26c1631b132012d2f57e473313a3608846f"
"""Of `centerface.onnx` as `maskflow.training.centerface` makes it."""

OUTPUTS = ("heatmap", "scale", "offset")
STRIDE = 4
ALIGN = 32
SCORE = 0.5
"""Of what counts as a face still seen: 88 % of clear faces reach it, and 1 % of mosaics (at 0.35: 93 and 8)."""

IOU = 0.3
SIDES = (640, 1920)
"""Limits of the longer side of what the network is shown: frames are enlarged (four times at most) or shrunk to fit."""

ENLARGE = 4.0

TEST_SIDE, TEST_SCORE = 48, 0.3
"""The drawn face that a loaded model must find: few strokes, which look most like a face when they are small."""

Floats = npt.NDArray[np.float32]


class CenterFinder:
    """Loads the model once, proves that it finds a face, then finds them in any number of frames."""

    def __init__(self, model: Path, *, score: float = SCORE, sha256: str = MODEL_SHA256) -> None:
        """`score` is the lowest confidence of a face, 0..1; raises VisionError when the model is unusable."""
        if not 0 < score < 1:
            raise VisionError(f"the score of a face lies between 0 and 1, not {score}")
        self._network = onnx.load(Path(model), sha256=sha256)
        self._score = score
        if self._network.outputs != OUTPUTS:
            raise VisionError(f"{model} is no CenterFace model: its outputs are {', '.join(self._network.outputs)}")
        if not len(decode(self._network.run(_canvas(drawn_face(TEST_SIDE), 1.0)), TEST_SCORE)):
            raise VisionError(f"{model} does not find the face it is tested with")

    def __call__(self, frame_bgr: npt.NDArray[np.uint8]) -> Detections:
        """The faces of a frame uint8 (h, w, 3), best first; boxes in its pixels, cut at its edges. All class 0.

        Raises VisionError when the frame is none or the network fails.
        """
        if frame_bgr.ndim != 3 or frame_bgr.shape[2] != 3 or frame_bgr.dtype != np.uint8 or not frame_bgr.size:
            raise VisionError(f"faces are sought in uint8 (h, w, 3), not in {frame_bgr.dtype} {frame_bgr.shape}")
        height, width = frame_bgr.shape[:2]
        scale = _scale(max(height, width))
        blob = _canvas(frame_bgr, scale)
        found = nms(decode(self._network.run(blob), self._score), IOU)
        boxes = np.clip(found.xyxy / scale, 0, [width, height] * 2).astype(np.float32)
        inside = (boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) > 0
        return Detections(boxes, found.score, found.class_id).take(inside)


def decode(outputs: Sequence[Floats], floor: float) -> Detections:
    """Everything scored at least `floor` (0..1), in pixels of the input; doubles kept.

    `outputs` are the heat map (1, 1, h, w) of scores, the logarithms of height and width in cells, and the centre's
    place (y, x) in its cell, (1, 2, h, w) each.
    """
    heat, scale, offset = (one[0] for one in outputs)
    y, x = np.nonzero(heat[0] >= floor)
    cells = np.stack([x, y], axis=1)
    sides = np.exp(np.minimum(scale[:, y, x], 10)).T[:, ::-1] * STRIDE
    centre = (cells + offset[:, y, x].T[:, ::-1] + 0.5) * STRIDE
    boxes = np.concatenate([centre - sides / 2, centre + sides / 2], axis=1).astype(np.float32)
    return Detections(boxes, heat[0][y, x], np.zeros(len(x), np.int64))


def _scale(longer: int) -> float:
    least, most = SIDES
    return min(max(1.0, min(least / longer, ENLARGE)), most / longer)


def _canvas(frame: npt.NDArray[np.uint8], scale: float) -> Floats:
    height, width = (max(1, round(side * scale)) for side in frame.shape[:2])
    small = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    below, right = -height % ALIGN, -width % ALIGN
    padded = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT)
    return np.ascontiguousarray(padded[..., ::-1].transpose(2, 0, 1)[None], np.float32)  # it reads red, green, blue
