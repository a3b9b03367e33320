"""Predictions as lines: the same numbers come back, and lines that make no sense are all named."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from maskflow.errors import StorageError, VisionError
from maskflow.training.predict import Prediction, aligned, line, read, write
from maskflow.training.sets import Truth
from maskflow.vision.boxes import Detections


def random_prediction(name: str, count: int, seed: int = 0) -> Prediction:
    random = np.random.default_rng(seed)
    found = Detections(
        random.uniform(0, 900, (count, 4)).astype(np.float32),
        random.random(count).astype(np.float32),
        random.integers(0, 2, count),
    )
    return Prediction(name, 960, 640, found)


def test_a_line_holds_what_was_promised() -> None:
    one = Prediction(
        "a.jpg", 64, 48, Detections(np.array([[1, 2.5, 3, 4]], np.float32), np.float32([0.1]), np.array([1]))
    )
    assert json.loads(line(one)) == {"image": "a.jpg", "width": 64, "height": 48, "boxes": [[1, 2.5, 3, 4, 0.1, 1]]}
    assert line(one).endswith("[[1.0, 2.5, 3.0, 4.0, 0.1, 1]]}")


@pytest.mark.parametrize("name", ["a.jpg", "ünï\n\u2028.png", os.fsdecode(b"\xff\xfe.jpg"), '"}\\'])
def test_the_same_numbers_come_back(tmp_path: Path, name: str) -> None:
    made = [random_prediction(name, 40), random_prediction("none.jpg", 0)]
    assert write(tmp_path / "new" / "out.jsonl", made) == 2
    for one, other in zip(made, read(tmp_path / "new" / "out.jsonl"), strict=True):
        assert (one.image, one.width, one.height) == (other.image, other.width, other.height)
        for column in ("xyxy", "score", "class_id"):
            np.testing.assert_array_equal(getattr(one.found, column), getattr(other.found, column))


def test_a_failure_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old")

    def failing() -> object:
        yield random_prediction("a.jpg", 1)
        raise VisionError("no")

    with pytest.raises(VisionError):
        write(path, failing())  # type: ignore[arg-type]
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_a_place_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write"):
        write(tmp_path / "file" / "out.jsonl", [])


def test_every_bad_line_is_named(tmp_path: Path) -> None:
    good = line(random_prediction("a.jpg", 2))
    path = tmp_path / "x.jsonl"
    bad = ["no", "[]", "{}", '{"image": "b", "width": 1, "height": 1, "boxes": [[1, 2, 3, 4, 0.5, 0.5]]}']
    bad.append('{"image": "b", "width": 1, "height": 1, "boxes": [[1, 2, 3, NaN, 0.5, 0]]}')
    path.write_text("\n".join([good, *bad]))
    with pytest.raises(VisionError) as raised:
        read(path)
    assert [f"x.jsonl:{n}:" in str(raised.value) for n in range(1, 7)] == [False] + [True] * 5


def test_predictions_find_their_pictures() -> None:
    truth = [Truth(name, 960, 640, np.zeros((0, 4), np.float32), np.zeros(0, np.int64)) for name in ("a", "b", "c")]
    made = [random_prediction("c", 3), random_prediction("a", 2)]
    assert [len(found) for found in aligned(made, truth)] == [2, 0, 3]
    twice = random_prediction("c", 1)
    other_size = Prediction("b", 1, 2, Detections.empty())
    with pytest.raises(VisionError) as raised:
        aligned([*made, twice, other_size, random_prediction("d", 1)], truth)
    said = str(raised.value)
    assert all(text in said for text in ("d: not in the set", "c: more than one line", "b: 1x2 pixels, not 960x640"))
    assert "a:" not in said
