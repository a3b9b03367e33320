"""Boxes: overlaps by hand, suppression against a plain loop, geometry there and back."""

from __future__ import annotations

import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.boxes import Detections, Fit, iou, letterbox, nms, stretch


def random_detections(n: int, seed: int) -> Detections:
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 60, (n, 2))
    xyxy = np.concatenate([corner, corner + random.uniform(5, 40, (n, 2))], axis=1).astype(np.float32)
    return Detections(xyxy, random.choice([0.1, 0.4, 0.7, 0.9], n).astype(np.float32), random.integers(0, 2, n))


def test_iou_by_hand() -> None:
    got = iou([[0, 0, 2, 2], [5, 5, 5, 9]], [[1, 1, 3, 3], [0, 0, 2, 2], [5, 5, 5, 9]])
    np.testing.assert_allclose(got, [[1 / 7, 1, 0], [0, 0, 0]])
    assert iou([], [[0, 0, 1, 1]]).shape == (0, 1)


@pytest.mark.parametrize("per_class", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_nms_equals_a_plain_loop(seed: int, per_class: bool) -> None:
    found = random_detections(40, seed)
    kept: list[int] = []
    for i in sorted(range(40), key=lambda i: -found.score[i]):
        rivals = [k for k in kept if not per_class or found.class_id[k] == found.class_id[i]]
        if all(iou(found.xyxy[i], found.xyxy[k])[0, 0] <= 0.45 for k in rivals):
            kept.append(i)
    got = nms(found, 0.45, per_class=per_class)
    np.testing.assert_array_equal(got.xyxy, found.xyxy[kept])
    assert len(nms(Detections.empty(), 0.45)) == 0


@pytest.mark.parametrize("fit", [stretch(1920, 1080, 416, 416), letterbox(1920, 1080, 416), letterbox(300, 700, 416)])
def test_geometry_there_and_back(fit: Fit) -> None:
    boxes = np.array([[0, 0, 100, 50], [17, 23, 600, 99]], np.float32)
    np.testing.assert_allclose(fit.inverse(fit.forward(boxes)), boxes, atol=1e-3)


def test_letterbox_keeps_the_aspect_and_centres() -> None:
    np.testing.assert_allclose(letterbox(200, 100, 416).forward([[0, 0, 200, 100]]), [[0, 104, 416, 312]])
    np.testing.assert_allclose(stretch(200, 100, 416, 416).forward([[0, 0, 200, 100]]), [[0, 0, 416, 416]])


def test_columns_of_different_length_raise() -> None:
    with pytest.raises(VisionError, match="do not fit together"):
        Detections(np.zeros((2, 4), np.float32), np.zeros(3, np.float32), np.zeros(3, np.int64))
