"""Average precision against pycocotools and against a case worked by hand."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pytest

from maskflow.training.score import at_threshold, average_precision, best_f1, rank
from maskflow.vision.boxes import Detections


def detections(boxes: np.ndarray, score: np.ndarray) -> Detections:
    return Detections(boxes.astype(np.float32), score.astype(np.float32), np.zeros(len(score), np.int64))


def test_the_case_worked_by_hand() -> None:
    truth = np.array([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], np.float32)
    boxes = np.array([truth[0], [60, 60, 70, 70], truth[1]])
    ranked = rank([detections(boxes, np.array([0.9, 0.8, 0.7]))], [truth])
    assert ranked.hit.tolist() == [True, False, True]
    assert average_precision(ranked) == pytest.approx(5 / 9)
    assert average_precision(ranked, 11) == pytest.approx(6 / 11)
    assert best_f1(ranked) == pytest.approx((0.7, 2 / 3))
    assert at_threshold(ranked, 0.75) == pytest.approx((1 / 2, 1 / 3))
    assert at_threshold(ranked, 0.95) == (1.0, 0.0)


def test_a_second_detection_of_a_taken_box_is_wrong_even_if_another_is_free() -> None:
    truth = np.array([[0, 0, 10, 10], [3, 0, 13, 10]], np.float32)
    found = detections(np.array([[0, 0, 10, 10], [1, 0, 11, 10]]), np.array([0.9, 0.8]))
    assert rank([found], [truth]).hit.tolist() == [True, False]
    assert rank([found], [truth], rule="coco").hit.tolist() == [True, True]


def test_nothing_to_find_and_nothing_found() -> None:
    none = np.zeros((0, 4), np.float32)
    assert np.isnan(average_precision(rank([detections(none, np.zeros(0))], [none])))
    missed = rank([detections(none, np.zeros(0))], [np.array([[0, 0, 9, 9]], np.float32)])
    assert average_precision(missed) == average_precision(missed, 11) == 0
    assert best_f1(missed) == (1.0, 0.0)


def coco_ap(found: list[Detections], truth: list[np.ndarray]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the imported package, not of ours
        coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is the reference (extra `dev`)")
        cocoeval = pytest.importorskip("pycocotools.cocoeval")
    corner = [np.concatenate([b[:, :2], b[:, 2:] - b[:, :2]], axis=1).astype(float).tolist() for b in truth]
    boxes = [(n, box) for n, rows in enumerate(corner) for box in rows]
    api = coco.COCO()
    api.dataset = {
        "images": [{"id": n} for n in range(len(truth))],
        "categories": [{"id": 1}],
        "annotations": [
            {"id": i + 1, "image_id": n, "category_id": 1, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
            for i, (n, box) in enumerate(boxes)
        ],
    }
    results = [
        {"image_id": n, "category_id": 1, "bbox": [b[0], b[1], b[2] - b[0], b[3] - b[1]], "score": float(s)}
        for n, d in enumerate(found)
        for b, s in zip(d.xyxy.astype(float).tolist(), d.score, strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        api.createIndex()
        run = cocoeval.COCOeval(api, api.loadRes(results), "bbox")
        run.params.iouThrs = np.array([0.5])
        run.params.maxDets = [1000]
        run.params.areaRng, run.params.areaRngLbl = [[0, 1e10]], ["all"]
        run.evaluate()
        run.accumulate()
    return float(run.eval["precision"][0, :, 0, 0, 0].mean())


@pytest.mark.parametrize("seed", range(10))
def test_equals_pycocotools(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(12):
        corner = random.uniform(0, 200, (random.integers(1, 8), 2))
        truth.append(np.concatenate([corner, corner + random.uniform(20, 60, corner.shape)], 1).astype(np.float32))
        copies = np.repeat(truth[-1], 3, axis=0) + random.normal(0, 6, (3 * len(corner), 4))
        copies[:, 2:] = np.maximum(copies[:, 2:], copies[:, :2] + 1)
        scores = random.choice([0.2, 0.5, 0.9], len(copies)) if seed % 2 else random.random(len(copies))  # ties too
        found.append(detections(copies, scores))
    ours = average_precision(rank(found, truth, rule="coco"), 101)
    assert ours == pytest.approx(coco_ap(found, truth), abs=1e-9)
    assert 0.05 < ours < 0.95
