"""Who is one person: what the tests know is what the code must find."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the recogniser needs PyTorch (extra `train`)")

from maskflow.errors import VisionError
from maskflow.training.identity import people, recogniser
from maskflow.training.identity.faces import Face, around, cut, grey, moved, similarity
from maskflow.training.identity.store import kept, remembered

from .conftest import drawn


def unsure(_image: np.ndarray, _box: np.ndarray) -> tuple[float, np.ndarray]:
    """Points in which nobody should believe."""
    return 0.4, np.zeros((5, 2))


def at(*places: float) -> np.ndarray:
    """Vectors on a line."""
    return np.array([[place, 0.0] for place in places], np.float32)


def test_distances_and_who_is_distinct() -> None:
    np.testing.assert_allclose(people.distances(at(0, 3), at(4)), [[4], [1]], atol=1e-6)
    assert people.distinct(at(0, 0.1, 0.5, 0.6, 2), 0.35) == [0, 2, 4]


def test_recurring_people_are_found_and_copies_of_a_picture_are_not() -> None:
    faces = [drawn(person, shot) for person, shot in ((1, 0), (1, 1), (2, 0), (2, 0), (3, 0), (4, 0))]
    faces[5] = replace(faces[5], picture=faces[4].picture)
    shades = np.random.default_rng(0).normal(0, 1, (6, 8, 8)).astype(np.float32)
    shades[3] = shades[2][:, ::-1]  # the same photograph, mirrored
    faces[3] = replace(faces[3], picture="another file")
    vectors = at(0, 0.2, 5, 5.1, 9, 9.1)  # the last two stand in one picture
    assert people.recurring(faces, vectors, shades) == [[0, 1]]


def test_tracks_are_confirmed_by_their_ends_and_only_once() -> None:
    tracks = [[drawn(person, n) for n in range(6)] for person in range(3)]
    vectors = [at(0, 0, 0, 0, 0, 0), at(0.1, 0, 0, 0, 0, 0.1), at(4, 4, 4, 8, 8, 8)]
    assert people.confirmed(tracks, vectors) == [0]
    gallery, probes = people.ends(tracks[0], 7)
    assert {face.person for face in gallery + probes} == {7}
    assert max(face.picture for face in gallery) < min(face.picture for face in probes)


def test_portraits_are_parted_by_their_number() -> None:
    crowd = people.portraits([replace(drawn(1, n), picture=str(n)) for n in (1, 3, 5, 6, 8, 10)])
    assert [face.picture for face in crowd.gallery] == ["1", "3", "5"]
    assert [face.picture for face in crowd.probes] == ["6", "8", "10"]


def test_similarity_finds_turn_scale_and_shift() -> None:
    source = np.array([[0.0, 0], [4, 0], [2, 3]])
    target = np.array([[1.0, 1], [1, 9], [-5, 5]])  # a quarter turn, twice the size
    np.testing.assert_allclose(similarity(source, target), [[0, -2, 1], [2, 0, 1]], atol=1e-9)


def test_a_large_face_is_shrunk_with_its_box_and_one_without_points_is_none() -> None:
    image = np.zeros((900, 900, 3), np.uint8)
    patch, box = around(image, np.array([200, 200, 520, 440], np.float32))
    assert max(box[2:] - box[:2]) == pytest.approx(160)
    assert patch.shape[0] == pytest.approx(240, abs=2)
    assert cut(image, box, unsure, sure=0.5) is None  # type: ignore[arg-type]


def test_a_moved_box_is_another_box_and_a_grey_face_has_no_colour() -> None:
    face = drawn(3, 0)
    assert (moved(face, np.random.default_rng(0)).box != face.box).all()
    assert (np.ptp(grey(face).patch, axis=2) == 0).all()


def test_faces_come_back_from_their_file_and_a_damaged_one_is_made_anew(tmp_path: Path) -> None:
    faces = [drawn(1, 0), replace(drawn(2, 1), patch=drawn(2, 1).patch[:50])]
    asked: list[int] = []

    def find() -> list[Face]:
        asked.append(1)
        return faces

    file = tmp_path / "new" / "faces.npz"
    kept(file, find)
    for one, other in zip(kept(file, find), faces, strict=True):
        np.testing.assert_array_equal(one.patch, other.patch)
        np.testing.assert_array_equal(one.upright, other.upright)
        np.testing.assert_array_equal(one.box, other.box)
        assert (one.person, one.class_id, one.picture) == (other.person, other.class_id, other.picture)
    assert len(asked) == 1
    file.write_bytes(file.read_bytes()[:200])
    kept(file, find)
    assert len(asked) == 2
    assert kept(tmp_path / "none.npz", list) == []
    assert kept(tmp_path / "none.npz", find) == []


def test_a_recogniser_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VisionError, match="cannot read"):
        recogniser.Recogniser(tmp_path / "absent.dat")
    (tmp_path / "other.dat").write_bytes(b"con_4")
    with pytest.raises(VisionError, match="not dlib's published"):
        recogniser.Recogniser(tmp_path / "other.dat")


def test_the_recogniser_gives_dlibs_own_vectors() -> None:
    dlib = pytest.importorskip("dlib", reason="compares with dlib (package dlib-bin)")
    pytest.importorskip(recogniser.PACKAGE, reason="needs the weights (extra `measure`)")
    torch = pytest.importorskip("torch")
    theirs = dlib.face_recognition_model_v1(str(recogniser.published()))
    chip = np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    with torch.inference_mode():
        ours = recogniser.Recogniser(recogniser.published())(torch.from_numpy(chip).permute(2, 0, 1)[None].float())
    np.testing.assert_allclose(ours[0].numpy(), np.array(theirs.compute_face_descriptor(chip)), atol=1e-5)


def test_vectors_are_sought_again_when_there_are_more_faces(tmp_path: Path) -> None:
    file = tmp_path / "vectors.npy"
    first = np.random.default_rng(0).normal(0, 1, (3, 128)).astype(np.float32)
    np.testing.assert_array_equal(remembered(file, lambda: first, 3), first)
    np.testing.assert_array_equal(remembered(file, lambda: first * 2, 3), first)
    np.testing.assert_array_equal(remembered(file, lambda: np.ones((4, 128), np.float32), 4), np.ones((4, 128)))
