"""Following boxes: one track a face and a shot, and only what is certainly one person is kept."""

from __future__ import annotations

import numpy as np
import pytest

from maskflow.training.identity.tracks import PATIENCE, follow, new_shot, persons


def box(x: float, side: float = 30) -> list[float]:
    return [x, 10, x + side, 10 + side]


def boxes(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def test_two_faces_that_move_are_two_tracks() -> None:
    found = [(n, n == 0, boxes(box(100 - 2 * n), box(2 * n))) for n in range(10)]
    tracks = follow(found)
    assert sorted(track.boxes[0][0] for track in tracks) == [0, 100]
    assert all(track.frames == list(range(10)) for track in tracks)
    assert sorted(track.boxes[-1][0] for track in tracks) == [18, 82]
    assert all(track.side == pytest.approx(30) for track in tracks)


def test_a_face_is_awaited_for_a_few_frames_and_no_longer() -> None:
    here, gone = boxes(box(5)), boxes()
    short = [(0, True, here)] + [(n, False, gone) for n in range(1, PATIENCE)] + [(PATIENCE, False, here)]
    assert [track.frames for track in follow(short)] == [[0, PATIENCE]]
    long = [(0, True, here)] + [(n, False, gone) for n in range(1, PATIENCE + 1)] + [(PATIENCE + 1, False, here)]
    assert [track.frames for track in follow(long)] == [[0], [PATIENCE + 1]]


def test_no_track_goes_on_into_the_next_shot() -> None:
    tracks = follow([(0, True, boxes(box(5))), (1, False, boxes(box(5))), (2, True, boxes(box(5)))])
    assert [track.frames for track in tracks] == [[0, 1], [2]]


def test_each_box_goes_to_the_track_that_it_overlaps_most() -> None:
    tracks = follow([(0, True, boxes(box(0), box(12))), (1, False, boxes(box(10)))])
    assert sorted((float(t.boxes[0][0]), t.frames) for t in tracks) == [(0, [0]), (12, [0, 1])]


def test_short_small_and_doubled_tracks_are_no_persons() -> None:
    found = [(n, n == 0, boxes(box(0), box(14), box(200, 9), *([box(300)] if n < 5 else []))) for n in range(10)]
    chosen = persons(follow(found), frames=6, side=20)
    assert [float(track.boxes[0][0]) for track in chosen] == [0]


def test_a_cut_is_told_from_a_walk() -> None:
    dark, light = np.full((36, 64), 40, np.uint8), np.full((36, 64), 90, np.uint8)
    assert new_shot(None, dark)
    assert not new_shot(dark, dark + 10)
    assert new_shot(light, dark)
