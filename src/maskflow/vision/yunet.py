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


def canvas(frame_bgr: npt.NDArray[np.uint8], scale: float, margin: int) -> Floats:
    """The frame enlarged or shrunk by `scale`, with a black margin (pixels of the input) all around, as (1, 3, h, w).

    The margin lets the network see a face that the frame's edge cuts as one that is merely covered.
    """
    height, width = (max(1, round(side * scale)) for side in frame_bgr.shape[:2])
    filter_ = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR  # linear alone would skip pixels when shrinking
    small = cv2.resize(frame_bgr, (width, height), interpolation=filter_)
    padded = np.zeros((_aligned(height + 2 * margin), _aligned(width + 2 * margin), 3), np.uint8)
    padded[margin : margin + height, margin : margin + width] = small
    return np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32)


def decode(outputs: Sequence[Floats], columns: int, floor: float) -> Detections:
    """Everything scored at least `floor` (0..1), in pixels of an input that is `columns` pixels wide; doubles kept."""
    parts = [_decode_grid(outputs[index::3], columns // stride, stride, floor) for index, stride in enumerate(STRIDES)]
    xyxy = np.concatenate([boxes for boxes, _ in parts])
    score = np.concatenate([scores for _, scores in parts])
    return Detections(xyxy, score, np.zeros(len(score), np.int64))


def landmarks(outputs: Sequence[Floats], columns: int, floor: float) -> tuple[Floats, Floats]:
    """The five points (n, 5, 2) of the faces that `decode` gives, in its order, and their scores (n,).

    Right eye, left eye (as the person calls them), nose, right and left corner of the mouth; pixels of the input.
    """
    points, scores = [], []
    for index, stride in enumerate(STRIDES):
        cls, obj, _, kps = outputs[index::3]
        score, cells, corner = _confident(cls, obj, columns // stride, floor)
        points.append((kps[0][cells].reshape(-1, 5, 2) + corner[:, None]) * stride)
        scores.append(score)
    return np.concatenate(points), np.concatenate(scores)


def _decode_grid(outputs: Sequence[Floats], columns: int, stride: int, floor: float) -> tuple[Floats, Floats]:
    cls, obj, bbox, _ = outputs
    score, cells, corner = _confident(cls, obj, columns, floor)
    raw = bbox[0][cells]
    centre = (corner + raw[:, :2]) * stride
    half = np.exp(np.minimum(raw[:, 2:], 10)) * (stride / 2)  # 10: a garbled input must not overflow
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32), score


def _confident(cls: Floats, obj: Floats, columns: int, floor: float) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """Scores, cell numbers and cell corners (column, row) of the cells that reach `floor`."""
    score = np.sqrt(np.clip(cls[0, :, 0], 0, 1) * np.clip(obj[0, :, 0], 0, 1))
    cells = np.flatnonzero(score >= floor)
    corner = np.stack([cells % columns, cells // columns], axis=1).astype(np.float32)
    return score[cells], cells, corner


def _aligned(pixels: int) -> int:
    return -(-pixels // ALIGN) * ALIGN
