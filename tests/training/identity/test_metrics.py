"""Recognition worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from maskflow.training.identity.metrics import auc, best_per_person, recognition


def test_the_best_picture_of_each_person_counts() -> None:
    table, people = best_per_person(np.array([[1, 5, 3]], np.float32), np.array([7, 7, 2]))
    assert people.tolist() == [2, 7]
    assert table.tolist() == [[3, 5]]


def test_rank_1_worked_by_hand() -> None:
    scores = np.array([[0.9, 0.1, 0.2], [0.3, 0.2, 0.8], [0.1, 0.6, 0.5]], np.float32)
    found = recognition(scores, np.array([0, 1, 2]), np.array([0, 1, 2]))
    assert found.rank1 == pytest.approx(1 / 3)  # only the first probe is nearest to its own person
    assert found.chance == pytest.approx(1 / 3)
    assert found.auc == pytest.approx(12.5 / 18)  # 0.9 beats all six others, 0.2 two and ties with one, 0.5 four
    assert found.error == pytest.approx(np.std([1, 0, 0], ddof=1) / np.sqrt(3))


def test_auc_worked_by_hand() -> None:
    assert auc(np.array([3, 2], np.float32), np.array([1, 0], np.float32)) == 1
    assert auc(np.array([1, 3], np.float32), np.array([2], np.float32)) == 0.5
    assert auc(np.array([1, 1], np.float32), np.array([1], np.float32)) == 0.5
    assert auc(np.array([0], np.float32), np.array([1, 2, 0], np.float32)) == pytest.approx(0.5 / 3)


def test_an_attacker_who_sees_nothing_is_at_chance() -> None:
    owners = np.repeat(np.arange(10), 3)
    found = recognition(np.zeros((10, 30), np.float32), owners, np.arange(10))
    assert found.rank1 == pytest.approx(0.1)
    assert found.chance == pytest.approx(0.1)
    assert found.auc == 0.5


def test_a_persons_probes_stand_or_fall_together() -> None:
    scores = np.repeat(np.eye(2, dtype=np.float32), 50, axis=0)
    scores[50:] = scores[:50]  # the second person is always taken for the first
    found = recognition(scores, np.array([0, 1]), np.repeat([0, 1], 50))
    assert found.rank1 == 0.5
    assert found.error == pytest.approx(0.5)
