"""Ways to hide: the product's is the product's, each covers the same regions, and noise is drawn anew."""

from __future__ import annotations

import numpy as np
import pytest

from maskflow.training.identity.hidings import Hiding, hidings
from maskflow.vision.anonymise import COLOUR_STEP, covered, hide

WAYS = {way.name: way for way in hidings()}
BOX = np.array([[30, 20, 70, 80]], np.float32)


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (100, 120, 3), dtype=np.uint8)


def shown(way: Hiding, seed: int = 1) -> np.ndarray:
    return way(noise(), BOX, np.random.default_rng(seed))


def test_names_are_distinct_and_files_of_their_names_too() -> None:
    names = ["".join(c if c.isalnum() else "-" for c in name) for name in WAYS]
    assert len(set(names)) == len(hidings())


@pytest.mark.parametrize("cells", [3, 6, 12])
def test_the_products_mosaic_is_the_products(cells: int) -> None:
    np.testing.assert_array_equal(shown(WAYS[f"mosaic {cells}"]), hide(noise(), BOX, cells=cells))
    assert COLOUR_STEP == 32  # "4 levels" and "all colours" are named after what differs from this


@pytest.mark.parametrize("way", hidings(), ids=lambda way: way.name)
def test_nothing_beyond_the_region_changes_and_everything_in_it_does(way: Hiding) -> None:
    ((x1, y1, x2, y2),) = covered(BOX, 120, 100, 1.3)
    frame = shown(way)
    changed = (frame != noise()).any(axis=2)
    assert changed[y1:y2, x1:x2].mean() > (-1 if way.name == "clear" else 0.9)
    changed[y1:y2, x1:x2] = False
    assert not changed.any()


@pytest.mark.parametrize("name", ["mosaic 6, all colours", "mosaic 4, 4 levels", "bands 4"])
def test_blocks_say_as_little_as_their_name_tells(name: str) -> None:
    ((x1, y1, x2, y2),) = covered(BOX, 120, 100, 1.3)
    values = np.unique(shown(WAYS[name])[y1:y2, x1:x2].reshape(-1, 3), axis=0)
    assert len(values) <= {"mosaic 6, all colours": 24, "mosaic 4, 4 levels": 12, "bands 4": 4}[name]
    if "4 levels" in name:
        assert set(np.unique(values)) <= {32, 96, 160, 224}


def test_noise_is_drawn_anew_and_the_same_seed_gives_the_same() -> None:
    way = WAYS["mosaic 6, noise 32"]
    np.testing.assert_array_equal(shown(way, 1), shown(way, 1))
    assert (shown(way, 1) != shown(way, 2)).any()
    np.testing.assert_array_equal(shown(WAYS["mosaic 6"], 1), shown(WAYS["mosaic 6"], 2))
