"""Which pictures are trained on, which are scored, and how often each is drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from maskflow.errors import VisionError
from maskflow.training.splits import load_sets


def test_one_folder_is_split_the_same_way_every_time(folder: Path) -> None:
    one, two = (load_sets(folder, {}, 1.0, 96, 0) for _ in range(2))
    assert [p.name for p in one.valid] == [p.name for p in two.valid]
    assert len(one.valid) == 1
    assert {p.name for p in one.valid}.isdisjoint(p.name for p in one.train)
    assert len(one.train) + len(one.near) == 7


def test_names_tell_the_use(folder: Path) -> None:
    data = folder.parent / "data"
    for name in ("a_train", "b", "c_valid", "d_test"):
        shutil.copytree(folder, data / name)
    for name, kept in (("a_train", "000"), ("b", "001"), ("c_valid", "002"), ("d_test", "003")):
        for file in (data / name).glob("*/*"):
            if file.stem != kept:
                file.unlink()
    sets = load_sets(data, {"b": 2.0}, 1.0, 96, 0)
    assert [p.name for p in sets.train] == ["000", "001"]
    assert sets.weights == (1.0, 2.0)
    assert [p.name for p in sets.valid] == ["002"]
    assert sets.names == {"a_train": 1, "b": 1}


def test_what_is_scored_is_not_trained_on_under_another_name(folder: Path) -> None:
    data = folder.parent / "data"
    shutil.copytree(folder, data / "a")
    shutil.copytree(folder, data / "b_valid")
    for file in (data / "b_valid").glob("*/*"):
        if file.stem != "004":
            file.unlink()
    sets = load_sets(data, {}, 1.0, 96, 0)
    assert "004" in sets.near
    assert {p.name for p in sets.train}.isdisjoint(sets.near)


def test_the_rarer_class_is_drawn_oftener(folder: Path) -> None:
    sets = load_sets(folder, {}, 3.0, 96, 0)
    faces = [p.class_id.tolist() for p in sets.train]
    rarer = min((0, 1), key=lambda n: sum(row.count(n) for row in faces))
    assert sets.weights == tuple(3.0 if rarer in row else 1.0 for row in faces)


def test_strange_folders_and_names_are_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(VisionError, match="nothing to train on"):
        load_sets(tmp_path / "absent", {}, 1.0, 96, 0)
    with pytest.raises(VisionError, match=r"no training folder of this name.*: nowhere"):
        load_sets(folder, {"nowhere": 2.0}, 1.0, 96, 0)


def test_every_unusable_picture_is_named_at_once(folder: Path) -> None:
    (folder / "images" / "001.jpg").write_bytes(b"junk")
    (folder / "labels" / "002.txt").write_text("0 0.5 x 0.1 0.1")
    (folder / "labels" / "003.txt").write_text("7 0.5 0.5 0.1 0.1")
    (folder / "labels" / "004.txt").write_text("1 0.5 0.5 1.5 nan")
    with pytest.raises(VisionError) as caught:
        load_sets(folder, {}, 1.0, 96, 0)
    assert all(name in str(caught.value) for name in ("4 of 8", "001.jpg", "002.txt", "003.txt", "004.txt"))
