"""Tells masked from bare faces, clear or hidden, with a YOLO network that carries its own description."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.vision import onnx
from maskflow.vision.boxes import Detections, nms, stretch
from maskflow.vision.layout import read_layout
from maskflow.vision.yolo import Grid, decode, grid, prepare

SCORE = 0.3
"""Operating threshold: the best F1 of faces on the valid set, clear and hidden alike; see the model's card."""


class MaskDetector:
    """Loads a model once, then finds faces in any number of pictures.

    Class names, input size, anchors and decode form come from the model file, never from code: published models
    disagree on the order of the classes, and the mistake does not show until somebody looks at the pictures.
    """

    def __init__(self, model: Path, *, score: float = SCORE, iou: float = 0.45, sha256: str = "") -> None:
        """`score` and `iou` are thresholds in 0..1 (0.45 as in darknet); raises VisionError for an unusable file."""
        if not (0 < score < 1 and 0 < iou <= 1):
            raise VisionError(f"thresholds lie between 0 and 1: score={score}, iou={iou}")
        self._network = onnx.load(Path(model), sha256=sha256)
        self._layout = read_layout(self._network.metadata)
        self._grids: dict[tuple[int, int], Grid] = {}
        self._score = score
        self._iou = iou

    @property
    def names(self) -> tuple[str, ...]:
        """Class names in the order of `Detections.class_id`."""
        return self._layout.names

    def __call__(self, frame_bgr: npt.NDArray[np.uint8]) -> Detections:
        """The faces of a frame uint8 (h, w, 3), best first, boxes in its pixels and inside it.

        One face, one verdict: a box of one class drops an overlapping box of the other.
        """
        return self.candidates(frame_bgr, self._score, one_verdict=True)

    def candidates(
        self, frame_bgr: npt.NDArray[np.uint8], floor: float = 0.005, *, one_verdict: bool = False
    ) -> Detections:
        """Everything scored above `floor`; without `one_verdict` each class separately, as mean AP wants it."""
        height, width = frame_bgr.shape[:2]
        size = self._layout.input_size(width, height)
        raw = self._network.run(prepare(frame_bgr, *size))[0][0]
        found = decode(raw, self._grid(size), floor, every_class=not one_verdict)
        kept = nms(found, self._iou, per_class=not one_verdict)
        xyxy = stretch(width, height, *size).inverse(kept.xyxy)
        limit = np.array([width, height, width, height], np.float32)
        return Detections(np.clip(xyxy, 0, limit), kept.score, kept.class_id)

    def _grid(self, size: tuple[int, int]) -> Grid:
        if size not in self._grids:
            self._grids[size] = grid(self._layout, *size)
        return self._grids[size]
