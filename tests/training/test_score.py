"""Average precision against pycocotools, against the VOC development kit, and against a case worked by hand."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pytest

from maskflow.training.score import Range, Ranked, Rule, at_threshold, average_precision, best_f1, bootstrap, rank
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


def coco_ap(found: list[Detections], truth: list[np.ndarray], areas: tuple[float, float] = (0, 1e10)) -> float:
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
        run.params.areaRng, run.params.areaRngLbl = [list(areas)], ["these"]
        run.evaluate()
        run.accumulate()
    return float(run.eval["precision"][0, :, 0, 0, 0].mean())


def random_case(seed: int) -> tuple[list[Detections], list[np.ndarray]]:
    """Twelve pictures with 1 to 7 boxes and three shaken copies of each; ties among the scores where `seed` is odd."""
    random = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(12):
        corner = random.uniform(0, 200, (random.integers(1, 8), 2))
        truth.append(np.concatenate([corner, corner + random.uniform(20, 60, corner.shape)], 1).astype(np.float32))
        copies = np.repeat(truth[-1], 3, axis=0) + random.normal(0, 6, (3 * len(corner), 4))
        copies[:, 2:] = np.maximum(copies[:, 2:], copies[:, :2] + 1)
        scores = random.choice([0.2, 0.5, 0.9], len(copies)) if seed % 2 else random.random(len(copies))
        found.append(detections(copies, scores))
    return found, truth


@pytest.mark.parametrize("seed", range(10))
def test_equals_pycocotools(seed: int) -> None:
    found, truth = random_case(seed)
    ours = average_precision(rank(found, truth, rule="coco"), 101)
    assert ours == pytest.approx(coco_ap(found, truth), abs=1e-9)
    assert 0.05 < ours < 0.95


@pytest.mark.parametrize("areas", [(0.0, 1200.0), (1200.0, 2000.0), (2000.0, 1e10)])
@pytest.mark.parametrize("seed", range(6))
def test_by_area_equals_pycocotools(seed: int, areas: tuple[float, float]) -> None:
    found, truth = random_case(seed)

    def inside(boxes: np.ndarray) -> np.ndarray:
        area = np.prod((boxes[:, 2:] - boxes[:, :2]).astype(float), axis=1)
        return (area >= areas[0]) & (area <= areas[1])

    within = Range([inside(b) for b in truth], [inside(d.xyxy) for d in found])
    ours = average_precision(rank(found, truth, rule="coco", within=within), 101)
    assert ours == pytest.approx(coco_ap(found, truth, areas), abs=1e-9)


def devkit(found: list[Detections], truth: list[np.ndarray], difficult: list[np.ndarray]) -> tuple[float, float]:
    """All-point and 11-point AP, step by step as VOCevaldet.m and VOCap.m of the VOC 2012 kit, without their +1."""
    rows = [
        (float(s), n, box) for n, d in enumerate(found) for box, s in zip(d.xyxy.astype(float), d.score, strict=True)
    ]
    rows.sort(key=lambda row: -row[0])
    taken = [np.zeros(len(boxes), bool) for boxes in truth]
    positives = sum(int((~hard).sum()) for hard in difficult)
    right, wrong = [], []
    for _, number, box in rows:
        most, which = -np.inf, -1
        for j, other in enumerate(truth[number].astype(float)):
            wide = min(box[2], other[2]) - max(box[0], other[0])
            high = min(box[3], other[3]) - max(box[1], other[1])
            if wide > 0 and high > 0:
                union = (box[2] - box[0]) * (box[3] - box[1]) + (other[2] - other[0]) * (other[3] - other[1])
                share = wide * high / (union - wide * high)
                if share > most:
                    most, which = share, j
        uncounted = most >= 0.5 and difficult[number][which]
        good = most >= 0.5 and not uncounted and not taken[number][which]
        if good:
            taken[number][which] = True
        right.append(good)
        wrong.append(not good and not uncounted)
    recall = np.cumsum(right) / positives
    precision = np.cumsum(right) / np.maximum(np.cumsum(right) + np.cumsum(wrong), 1)
    eleven = sum(max(precision[recall >= level], default=0.0) for level in np.linspace(0, 1, 11)) / 11
    recall, precision = np.array([0, *recall, 1]), np.array([0, *precision, 0])
    for at in range(len(precision) - 2, -1, -1):
        precision[at] = max(precision[at], precision[at + 1])
    steps = np.flatnonzero(recall[1:] != recall[:-1]) + 1
    return float(sum((recall[at] - recall[at - 1]) * precision[at] for at in steps)), float(eleven)


@pytest.mark.parametrize("share_difficult", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(8))
def test_equals_the_voc_development_kit(seed: int, share_difficult: float) -> None:
    found, truth = random_case(seed)
    random = np.random.default_rng(seed)
    difficult = [random.random(len(boxes)) < share_difficult for boxes in truth]
    within = Range([~hard for hard in difficult], [np.ones(len(d), bool) for d in found])
    ranked = rank(found, truth, within=within)
    theirs = devkit(found, truth, difficult)
    assert (average_precision(ranked), average_precision(ranked, 11)) == pytest.approx(theirs, abs=1e-9)
    if not share_difficult:
        assert average_precision(rank(found, truth)) == pytest.approx(theirs[0], abs=1e-9)


@pytest.mark.parametrize("rule", ["voc", "coco"])
@pytest.mark.parametrize("seed", [0, 2, 4])  # without ties: they are in the order of the pictures
def test_counted_pictures_are_repeated_pictures(seed: int, rule: Rule) -> None:
    found, truth = random_case(seed)
    counts = np.random.default_rng(seed).integers(0, 4, len(truth))
    repeated = np.repeat(np.arange(len(truth)), counts)
    whole = rank([found[n] for n in repeated], [truth[n] for n in repeated], rule=rule)
    for points in (0, 11, 101):
        expected = average_precision(whole, points)
        assert average_precision(rank(found, truth, rule=rule), points, counts) == pytest.approx(expected, abs=1e-12)


def test_the_bootstrap_surrounds_the_figure_and_repeats_itself() -> None:
    found, truth = random_case(2)
    ranked = rank(found, truth)
    samples = bootstrap([ranked], rounds=300)
    low, high = np.percentile(samples, (2.5, 97.5))
    assert low < average_precision(ranked) < high
    np.testing.assert_array_equal(samples, bootstrap([ranked], rounds=300))
    assert not np.array_equal(samples, bootstrap([ranked], rounds=300, seed=1))


def test_the_bootstrap_leaves_out_classes_that_a_round_has_not() -> None:
    none = np.zeros((0, 4), np.float32)
    box = np.array([[0, 0, 9, 9]], np.float32)
    seen = detections(box, np.array([0.9]))
    rare = rank([seen, detections(none, np.zeros(0))], [box, none])
    samples = bootstrap([rare], rounds=50)
    assert set(samples[~np.isnan(samples)]) == {1.0}
    assert 0 < np.isnan(samples).sum() < 50
    assert not np.isnan(bootstrap([rare, rank([seen, seen], [box, box])], rounds=50)).any()


def test_one_threshold_takes_all_of_one_score() -> None:
    ranked = Ranked(np.array([0.9, 0.5, 0.5]), np.array([True, True, False]), np.zeros(3, int), np.array([2]))
    assert best_f1(ranked) == pytest.approx((0.5, 0.8))
    assert at_threshold(ranked, 0.5) == pytest.approx((2 / 3, 1.0))
