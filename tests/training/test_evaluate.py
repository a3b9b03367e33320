"""Figures of detections that are known to be right or wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.training.dataset import NAMES
from maskflow.training.evaluate import Judged, interval
from maskflow.training.report import document, evaluation_text
from maskflow.training.sets import Truth
from maskflow.vision.boxes import Detections

TRUTH = [
    Truth("a.jpg", 832, 416, np.array([[0, 0, 20, 10], [100, 100, 300, 200]], np.float32), np.array([0, 1])),
    Truth("b.jpg", 416, 416, np.array([[50, 50, 80, 80], [200, 200, 350, 350]], np.float32), np.array([1, 1])),
    Truth("c.jpg", 416, 416, np.zeros((0, 4), np.float32), np.zeros(0, np.int64)),
]
"""Sides at 416: 10 and 100, 30 and 150."""


def seen(rows: list[tuple[list[float], float, int]]) -> Detections:
    boxes = np.array([box for box, _, _ in rows], np.float32).reshape(-1, 4)
    return Detections(boxes, np.array([s for _, s, _ in rows], np.float32), np.array([c for _, _, c in rows], np.int64))


def exactly() -> list[Detections]:
    return [
        seen([(box.tolist(), 0.9, int(number)) for box, number in zip(one.xyxy, one.class_id, strict=True)])
        for one in TRUTH
    ]


def test_what_is_exactly_right_scores_one() -> None:
    done = Judged(NAMES, exactly(), TRUTH).evaluation(0.5)
    assert done.pictures == 3
    assert done.mean.ap == done.mean.ap11 == done.mean.ap101 == done.mean.loose_ap == 1
    assert [(row.name, row.boxes, row.precision, row.recall) for row in (*done.classes, done.faces)] == [
        ("no_mask", 1, 1, 1),
        ("mask", 3, 1, 1),
        ("faces", 4, 1, 1),
    ]
    assert [size.boxes for size in done.faces.by_size] == [1, 1, 0, 2]
    assert [size.ap for size in done.faces.by_size if size.boxes] == [1, 1, 1]
    assert math.isnan(done.faces.by_size[2].ap)
    assert done.bare_labelled == done.bare_found == 0.25


def test_a_wrong_class_costs_the_classes_and_not_the_faces() -> None:
    found = exactly()
    found[0] = seen([([0, 0, 20, 10], 0.9, 1), ([100, 100, 300, 200], 0.8, 1)])
    done = Judged(NAMES, found, TRUTH).evaluation(0.5)
    assert done.faces.ap == 1
    assert done.classes[0].ap == 0
    assert (done.classes[0].precision, done.classes[0].recall) == (1, 0)
    assert done.bare_found == 0


def test_one_verdict_a_face_where_both_classes_are_seen() -> None:
    found = exactly()
    found[1] = seen([([50, 50, 80, 80], 0.9, 1), ([50, 50, 80, 80], 0.7, 0), ([200, 200, 350, 350], 0.9, 1)])
    done = Judged(NAMES, found, TRUTH).evaluation(0.5)
    assert done.faces.precision == 1
    assert done.classes[0].precision == 1
    assert done.classes[0].ap == 1  # ranked below the right one


def test_loose_boxes_count_at_a_loose_overlap() -> None:
    found = exactly()
    found[1] = seen([([50, 50, 80, 65], 0.9, 1), ([200, 200, 350, 260], 0.9, 1)])  # IoU 0.5 and 0.4
    done = Judged(NAMES, found, TRUTH).evaluation(0.5)
    assert done.classes[1].recall == pytest.approx(2 / 3)
    assert done.classes[1].loose_ap == 1
    assert done.classes[1].ap < 1


def test_a_class_without_a_name_is_an_error() -> None:
    with pytest.raises(VisionError, match="class 1 has no name"):
        Judged(("face",), exactly(), TRUTH)


def test_nothing_found_is_told_without_numbers_that_json_has_not() -> None:
    done = Judged(NAMES, [Detections.empty()] * 3, TRUTH).evaluation(0.5)
    told = document({"set": "x"}, {"clear": done})["views"]["clear"]
    assert told["mean"]["ap"] == 0
    assert told["bare_found"] is None
    assert told["faces"]["by_size"][-1]["below"] is None
    assert " - " in evaluation_text("x", done)


def test_an_interval_is_the_middle_of_what_is_known() -> None:
    low, high = interval(np.array([*range(101), np.nan], float))
    assert (low, high) == (2.5, 97.5)
    assert all(math.isnan(value) for value in interval(np.array([np.nan])))
