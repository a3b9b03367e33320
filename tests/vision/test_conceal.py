"""The second look: what the first one left is hidden too, and a frame that never comes to rest is hidden whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.boxes import Detections
from maskflow.vision.conceal import BLOT, Style, conceal


def found(boxes: Sequence[Sequence[float]], score: float = 0.9) -> Detections:
    n = len(boxes)
    return Detections(np.array(boxes, np.float32).reshape(n, 4), np.full(n, score, np.float32), np.zeros(n, np.int64))


class Script:
    """A finder that gives prepared answers, the last one for ever, and keeps what it was shown."""

    def __init__(self, *answers: Detections) -> None:
        self.answers = list(answers)
        self.seen: list[np.ndarray[Any, Any]] = []

    def __call__(self, frame: np.ndarray[Any, Any]) -> Detections:
        self.seen.append(frame.copy())
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def noise() -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)


def changed(before: Any, after: Any) -> Any:
    return (before != after).any(axis=2)


def test_hides_what_is_found_and_nothing_else() -> None:
    frame, before = noise(), noise()
    done = conceal(frame, Script(found([[40, 40, 80, 80]]), found([])), Style(grow=1.0))
    assert not done.whole
    assert changed(before, frame)[40:80, 40:80].mean() > 0.95
    assert changed(before, frame).sum() <= 1600


def test_a_frame_without_faces_stays_as_it_is() -> None:
    frame = noise()
    finder = Script(found([]))
    conceal(frame, finder, Style())
    assert np.array_equal(frame, noise())
    assert len(finder.seen) == 1  # the second look would be at the very same pixels


def test_the_second_look_hides_what_the_first_missed() -> None:
    frame = noise()
    finder = Script(found([[40, 40, 80, 80]]), found([[100, 20, 130, 50], [42, 42, 78, 78]]), found([]))
    done = conceal(frame, finder, Style(grow=1.0))
    assert changed(noise(), frame)[20:50, 100:130].mean() > 0.95
    assert len(done.boxes) == 2
    assert (finder.seen[1][40:80, 40:80] == BLOT).all()


def test_the_second_look_can_be_at_what_changed() -> None:
    shown: list[Any] = []

    def again(blotted: np.ndarray[Any, Any], regions: np.ndarray[Any, Any]) -> Detections:
        shown.append((blotted.copy(), regions.tolist()))
        return found([[100, 20, 130, 50]]) if len(shown) == 1 else found([])

    frame = noise()
    finder = Script(found([[40, 40, 80, 80], [50, 50, 60, 60]]))
    conceal(frame, finder, Style(grow=1.0), again)
    assert len(finder.seen) == 1
    assert [regions for _, regions in shown] == [[[40, 40, 80, 80]], [[100, 20, 130, 50]]]
    assert (shown[1][0][20:50, 100:130] == BLOT).all()
    assert changed(noise(), frame)[20:50, 100:130].mean() > 0.95


def test_a_frame_that_never_comes_to_rest_is_hidden_whole() -> None:
    frame = noise()
    answers = [found([[n * 30, 0, n * 30 + 20, 20]]) for n in range(5)]
    done = conceal(frame, Script(*answers), Style(grow=1.0, cells=4))
    assert done.whole
    assert len(np.unique(frame.reshape(-1, 3), axis=0)) <= 16


def test_an_error_in_the_second_look_is_an_error() -> None:
    class Fails(Script):
        def __call__(self, frame: np.ndarray[Any, Any]) -> Detections:
            if self.seen:
                raise VisionError("no memory")
            return super().__call__(frame)

    with pytest.raises(VisionError, match="no memory"):
        conceal(noise(), Fails(found([[4, 4, 9, 9]])), Style())


@pytest.mark.parametrize("boxes", [[[4, 4, 9, 9]], []])
def test_an_unknown_method_changes_nothing(boxes: Any) -> None:
    frame = noise()
    with pytest.raises(VisionError, match="unknown way"):
        conceal(frame, Script(found(boxes)), Style(method="wish"))
    assert np.array_equal(frame, noise())


def test_pixels_under_the_mosaic_do_not_matter_beyond_their_mean() -> None:
    flat = np.full((120, 160, 3), 100, np.uint8)
    checked = flat.copy()
    checked[40:80:2, 40:80:2] += 3
    for frame in (flat, checked):
        conceal(frame, Script(found([[40, 40, 80, 80]]), found([])), Style(grow=1.0, cells=4))
    assert np.array_equal(flat, checked)


def test_the_surest_box_lies_on_top_whatever_is_around_it() -> None:
    """Best first: a less sure part of a face adds nothing; a face in a false giant keeps a mosaic of its own."""
    large, small = [20, 20, 100, 100], [40, 40, 60, 60]
    outer, part, face, alone = noise(), noise(), noise(), noise()
    conceal(outer, Script(found([large]), found([])), Style(grow=1.0))
    conceal(part, Script(found([large, small]), found([])), Style(grow=1.0))
    conceal(face, Script(found([small, large]), found([])), Style(grow=1.0))
    conceal(alone, Script(found([small]), found([])), Style(grow=1.0))
    assert np.array_equal(outer, part)
    assert np.array_equal(face[40:60, 40:60], alone[40:60, 40:60])
    face[40:60, 40:60] = outer[40:60, 40:60]
    assert np.array_equal(face, outer)
