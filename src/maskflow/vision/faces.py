"""Finds faces, rather one too many than one too few: whoever is missed here is published in clear.

YuNet sees faces of about 10 to 300 pixels, so a picture is searched at several sizes: shrunk until the nearest face
fits, and enlarged until a distant one does. Its boxes end above the chin of a masked face; they are drawn down and
outwards before anyone uses them. The threshold is far below the usual 0.6 to 0.9. What each pass is worth, in faces
and in milliseconds, is measured by `tests/benchmarks/coverage.py --compare` and stands in the model's card.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.vision import onnx
from maskflow.vision.boxes import Detections, joined, nms
from maskflow.vision.drawnface import drawn_face
from maskflow.vision.windows import SIDE, Window, around, contact_sheet, restored
from maskflow.vision.yunet import OUTPUTS, Boxes, canvas, decode

MODEL_SHA256 = "de345f27b4e4a997a7b8fc980d37196a13d4d7889dd9aa0a5329ecb5356d3cc6"
"""Of `yunet.onnx` as `maskflow.training.yunet` makes it."""

SCORE = 0.1
IOU = 0.5
"""Boxes of one face from different passes are merged only when they nearly agree; two are safer than one."""

OUTWARD = (0.04, -0.02, 0.04, 0.12)
"""Left, top, right, bottom: how far the labelled faces of masked people reach beyond YuNet's box, in its sides."""

SLACK = (2.0, 2.0, 2.0, 3.0)
"""The same in pixels of the pass: a box is placed to a pixel or two, which is much of a small face."""

INSIDE = 0.2
"""The share of a box that must lie inside the frame; the others are mirror images."""

Frame = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Pass:
    """One look at the whole picture, its longer side brought to `side` pixels; faces of some sizes are believed.

    A large face is left to a pass where it is small: at many times its natural size, walls and coats look like faces.
    So does anything, where it is only a few pixels large.
    """

    side: int
    smallest: float = 0.0
    largest: float = 200.0
    """Limits of the square root of a face's area, in pixels of the pass."""
    margin: float = 0.0
    """How far the picture is mirrored outward at its edges, as a share of `side`: for faces that an edge cuts."""
    sure: float = 1.0
    """The lowest score that counts here, as a share of the finder's."""
    above: int = 0
    """Only for frames whose longer side is more than this."""
    flip: bool = False
    """Look at the mirror image."""


FAR = Pass(320, smallest=12.0, largest=np.inf, margin=0.15)
MIDDLE = Pass(640, margin=0.08)
NEAR = Pass(1280, largest=80.0, sure=0.7)
NEAREST = Pass(1920, largest=80.0, sure=0.7)

PASSES = (FAR, MIDDLE, NEAR, replace(NEAREST, above=2000))
"""From coarse to fine; a pass is used when it enlarges at most `ENLARGE` times."""

THOROUGH = (
    replace(FAR, smallest=0.0),
    replace(MIDDLE, sure=0.7),
    replace(MIDDLE, sure=0.7, flip=True),
    NEAR,
    replace(NEAR, flip=True),
    NEAREST,
    Pass(2560, largest=80.0, sure=0.7, above=1280),
)
"""For those who would rather wait."""

ENLARGE = 4.0

CUTTING = 3
"""What a window costs, in passes over as many pixels: it is cut out and brought to its size one by one."""

TEST = Pass(128, largest=np.inf)
"""How the drawn face is looked at when a model is loaded, whatever the passes are."""


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
        if not len(self._look(drawn_face(), TEST, 1.0)):
            raise VisionError(f"{model} does not find the face it is tested with; nothing would be hidden")

    def __call__(self, frame_bgr: Frame) -> Detections:
        """The faces of a frame uint8 (h, w, 3), best first; boxes in its pixels, cut at its edges. All class 0.

        Raises VisionError when the frame is none or the network fails; never answers "no face" instead.
        """
        _check(frame_bgr)
        longer = max(frame_bgr.shape[:2])
        chosen = _fitting(self._passes, longer)
        shown = _shrunk(frame_bgr, {one.side for one in chosen})
        found = [self._look(shown[one.side], one, one.side / longer) for one in chosen]
        return _together(found, frame_bgr)

    def near(self, frame_bgr: Frame, regions: npt.NDArray[np.int64]) -> Detections:
        """The faces in and around `regions` (n, 4) of the frame, whole pixels; as above otherwise.

        Looks at a window a region, where its size suits the network, or at the whole frame where that is less work.
        """
        _check(frame_bgr)
        longer = max(frame_bgr.shape[:2])
        whole = sum((one.side / longer) ** 2 for one in _fitting(self._passes, longer)) * frame_bgr[..., 0].size
        most = max(1, int(whole / SIDE**2 / CUTTING))
        windows = around(regions, most)
        if len(windows) == most:
            return self(frame_bgr)
        return _together([self._windows(frame_bgr, windows)], frame_bgr)

    def _look(self, picture: Frame, one: Pass, scale: float) -> Detections:
        planes, corner = canvas(picture[:, ::-1] if one.flip else picture, round(one.side * one.margin))
        found = decode(self._network.run(planes), planes.shape[3], self._score * one.sure)
        sizes = np.sqrt(_area(found.xyxy))
        found = nms(found.take((sizes >= one.smallest) & (sizes <= one.largest)), IOU)
        boxes = _outward(found.xyxy) + corner
        if one.flip:
            boxes = np.array([picture.shape[1], 0] * 2, np.float32) + boxes[:, [2, 1, 0, 3]] * np.array([-1, 1, -1, 1])
        return Detections((boxes / scale).astype(np.float32), found.score, found.class_id)

    def _windows(self, frame: Frame, windows: list[Window]) -> Detections:
        """All windows in one run, side by side: a face belongs to the window in which its middle lies."""
        if not windows:
            return Detections.empty()
        planes, _ = canvas(contact_sheet(frame, windows), 0)
        found = nms(decode(self._network.run(planes), planes.shape[3], self._score), IOU)
        return Detections(restored(_outward(found.xyxy), windows), found.score, found.class_id)


def _check(frame: Frame) -> None:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
        raise VisionError(f"faces are sought in uint8 (h, w, 3), not in {frame.dtype} {frame.shape}")


def _fitting(passes: tuple[Pass, ...], longer: int) -> list[Pass]:
    chosen = [one for one in passes if one.side <= longer * ENLARGE and longer > one.above]
    return chosen or list(passes[:1])


def _shrunk(frame: Frame, sides: Iterable[int]) -> dict[int, Frame]:
    """The frame with its longer side brought to each of `sides`, every one made from the next larger: far cheaper."""
    height, width = frame.shape[:2]
    shown: dict[int, Frame] = {}
    source = frame
    for side in sorted(sides, reverse=True):
        scale = side / max(height, width)
        columns, rows = (max(1, round(length * scale)) for length in (width, height))
        filter_ = cv2.INTER_AREA if 2 * columns <= source.shape[1] else cv2.INTER_LINEAR  # linear would skip pixels
        source = np.asarray(cv2.resize(source, (columns, rows), interpolation=filter_), np.uint8)
        shown[side] = source
    return shown


def _together(found: list[Detections], frame: Frame) -> Detections:
    """One list without doubles, cut at the frame's edges; what lies mostly beyond them is dropped."""
    both = joined(found)
    height, width = frame.shape[:2]
    cut = np.clip(both.xyxy, 0, np.array([width, height] * 2, np.float32))
    inside = _area(cut) >= np.maximum(INSIDE * _area(both.xyxy), 1e-6)
    return nms(Detections(cut, both.score, both.class_id).take(inside), IOU)


def _outward(boxes: Boxes) -> Boxes:
    sides = boxes[:, 2:] - boxes[:, :2]
    reach = np.concatenate([sides, sides], axis=1) * np.array(OUTWARD, np.float32) + np.array(SLACK, np.float32)
    return np.asarray(boxes + reach * np.array([-1, -1, 1, 1], np.float32), np.float32)


def _area(boxes: Boxes) -> Boxes:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float32)
