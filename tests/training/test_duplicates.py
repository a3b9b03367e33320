"""Near pictures are found whatever was done to them, others are not."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskflow.training.__main__ import main
from maskflow.training.duplicates import hashes, near, pairs


def scene(seed: int) -> np.ndarray:
    """A picture (120, 160, 3) of broad patches of colour."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC), np.uint8)


def jpeg(image: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 1), np.uint8)


CHANGES = {
    "same": lambda image: image,
    "mirrored": lambda image: image[:, ::-1],
    "smaller": lambda image: cv2.resize(image, (70, 70), interpolation=cv2.INTER_AREA),
    "compressed": jpeg,
    "darker": lambda image: (image * 0.7).astype(np.uint8),
    "cropped": lambda image: image[1:, :-2],
    "marked": lambda image: cv2.rectangle(image.copy(), (140, 108), (154, 112), (200, 200, 200), cv2.FILLED),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_near_and_nothing_else(change: str) -> None:
    scored = [scene(seed) for seed in range(20)]
    training = [scene(seed) for seed in range(100, 140)]
    training[7] = np.ascontiguousarray(CHANGES[change](scored[3]))
    assert near(scored, training) == {7}


def test_pairs_of_one_list_come_once_and_nearest_first() -> None:
    images = [scene(0), scene(1), np.ascontiguousarray(scene(0)[:, ::-1]), scene(2), jpeg(scene(1))[2:, 2:], scene(0)]
    found = pairs(hashes(images))
    assert {(pair.first, pair.second) for pair in found} == {(0, 2), (0, 5), (2, 5), (1, 4)}
    assert [pair.bits for pair in found] == sorted(pair.bits for pair in found)


def test_nothing_is_near_nothing() -> None:
    assert near([], [scene(0)]) == set()
    assert near([scene(0)], []) == set()
    assert pairs(hashes([])) == []


def test_the_command_lists_pairs_within_and_across(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, seeds in (("one", (0, 1)), ("two", (1, 2, 3, 3))):
        (tmp_path / name / "images").mkdir(parents=True)
        for number, seed in enumerate(seeds):
            cv2.imwrite(str(tmp_path / name / "images" / f"{number}.png"), scene(seed))
    assert main(["duplicates", "--data", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [count["pairs"] for count in told["counts"]] == [0, 1, 1]
    assert [(row["first"], row["second"]) for row in told["pairs"]] == [
        ("one/1.png", "two/0.png"),
        ("two/2.png", "two/3.png"),
    ]
    assert main(["duplicates", "--data", str(tmp_path / "one"), str(tmp_path / "two" / "images")]) == 0
    assert "   1 pairs  one, images" in capsys.readouterr().out
    (tmp_path / "two" / "images" / "9.png").write_bytes(b"")
    assert main(["duplicates", "--data", str(tmp_path)]) == 10
    assert "9.png is empty" in capsys.readouterr().err
    assert main(["duplicates", "--data", str(tmp_path), "--bits", "40"]) == 2
