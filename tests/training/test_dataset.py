"""Reading YOLO folders: units, merging of masks worn wrongly, errors with the file's name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.training.dataset import load_folder, read_labels


def test_boxes_are_pixels_of_the_shrunk_picture(folder: Path) -> None:
    full, small = load_folder(folder), load_folder(folder, long_side=48)
    assert [p.name for p in full] == [f"{n:03d}" for n in range(8)]
    assert full[0].image.shape == (96, 96, 3)
    assert small[0].image.shape == (48, 48, 3)
    np.testing.assert_allclose(small[0].xyxy * 2, full[0].xyxy, rtol=1e-5)


def test_a_mask_worn_wrongly_becomes_no_mask_only_where_the_boxes_agree(folder: Path) -> None:
    (folder / "labels" / "000.txt").write_text("1 0.3 0.3 0.2 0.2\n1 0.7 0.7 0.2 0.2\n")
    (folder / "labels3" / "000.txt").write_text("2 0.31 0.3 0.2 0.2\n1 0.7 0.7 0.2 0.2\n2 0.1 0.9 0.1 0.1\n")
    assert load_folder(folder, relabel=True)[0].class_id.tolist() == [0, 1]
    assert load_folder(folder)[0].class_id.tolist() == [1, 1]


def test_no_faces_and_no_file_are_alike(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    for name in ("empty.txt", "absent.txt"):
        classes, corners = read_labels(tmp_path / name)
        assert classes.shape == (0,)
        assert corners.shape == (0, 4)


@pytest.mark.parametrize("text", ["0 0.1 0.2 0.3", "0 a b c d", "0 1 1 1 1\n0 1 1 1"])
def test_a_broken_label_names_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.txt").write_text(text)
    with pytest.raises(VisionError, match=r"x\.txt"):
        read_labels(tmp_path / "x.txt")


def test_missing_and_broken_pictures_raise(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(VisionError, match="no pictures"):
        load_folder(tmp_path / "nowhere")
    (folder / "images" / "000.jpg").write_bytes(b"not a picture")
    with pytest.raises(VisionError, match=r"cannot decode .*000\.jpg"):
        load_folder(folder)
