"""The sanity of the whole: clear faces are recognised nearly always, of filled ones nothing is left but chance."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the recogniser needs PyTorch (extra `train`)")

from maskflow.training.__main__ import main
from maskflow.training.identity import report
from maskflow.training.identity.attack import SAME_PICTURE
from maskflow.training.identity.hidings import Hiding, hidings
from maskflow.training.identity.learn import Learned
from maskflow.training.identity.material import Material, described, seen
from maskflow.training.identity.measure import Outcome, identity
from maskflow.training.identity.people import Crowd

from .conftest import Thumbnail, drawn

WAYS = {way.name: way for way in hidings()}


@pytest.fixture
def material(crowd: Crowd, eye: Thumbnail) -> Material:
    """People to attack, and 60 others, half of them with a mask of one blue over the mouth, to learn from."""
    strangers = tuple(drawn(person, 0) for person in range(200, 260))
    for face in strangers:
        face.patch[55:80, 25:70] = (200, 90, 30) if face.class_id else face.patch[55:80, 25:70]
    clear = seen(eye, (*crowd.gallery, *crowd.others))
    return Material((crowd,), strangers[:40], seen(eye, strangers[:40]), (clear,), strangers[40:])


def outcome(way: Hiding, material: Material, eye: Thumbnail) -> Outcome:
    return identity(way, material, eye)


def test_clear_faces_are_recognised_and_filled_ones_are_not(material: Material, eye: Thumbnail) -> None:
    clear, fill = (outcome(WAYS[name], material, eye) for name in ("clear", "fill"))
    naive = next(a for a in clear.attacks if a.attacker == "naive")
    assert naive.one.rank1 > 0.9
    assert naive.one.auc > 0.95
    assert naive.one.chance == pytest.approx(1 / 30)
    assert clear.strongest("drawn").several.rank1 > 0.9
    assert clear.evidence > 0.95
    for attack in fill.attacks:  # the box itself differs a little from picture to picture
        assert attack.one.rank1 < 0.2, attack
        assert 0.3 < attack.one.auc < 0.7, attack
    pixels = next(a for a in fill.attacks if a.attacker == "parrot, pixels")
    assert pixels.one.rank1 == pytest.approx(1 / 30)
    assert pixels.one.auc == 0.5
    assert fill.evidence == pytest.approx(0.5)


def test_who_owns_the_very_picture_finds_it_through_a_mosaic(material: Material, eye: Thumbnail) -> None:
    through = outcome(WAYS["mosaic 6, all colours"], material, eye)
    assert through.same_picture("drawn").one.rank1 > 0.9
    assert through.strongest("drawn").attacker != SAME_PICTURE


def test_stronger_hiding_leaves_less(material: Material, eye: Thumbnail) -> None:
    weak, strong = (outcome(WAYS[name], material, eye) for name in ("mosaic 12", "mosaic 4, noise 64"))
    assert weak.strongest("drawn").one.rank1 > strong.strongest("drawn").one.rank1 + 0.2


def test_what_was_learned_is_found_again_and_nothing_in_grey() -> None:
    random = np.random.default_rng(0)
    regions = random.integers(0, 256, (80, 16, 16, 3), dtype=np.uint8)
    worn = np.arange(80) % 2
    regions[worn == 1, 8:] //= 4
    targets = np.where(worn, 1.0, -1.0)[:, None].astype(np.float32)
    guess = Learned(regions[:60], targets[:60])(regions[60:])[:, 0]
    assert ((guess > 0) == (worn[60:] == 1)).all()
    flat = Learned(np.full_like(regions, 128), targets)(np.full_like(regions, 128))
    assert np.ptp(flat) == 0


def test_report_and_back(material: Material, eye: Thumbnail) -> None:
    done = outcome(WAYS["mosaic 6"], material, eye)
    assert report.restored(json.dumps(report.document(done))) == done
    text = report.table([done])
    best = done.strongest("drawn")
    assert f"{100 * best.one.rank1:6.1f} {100 * best.several.rank1:7.1f}" in text
    assert text.splitlines()[-1].split() == ["guessing", "3.3", "3.3"]
    assert next(described(material)) == "drawn: 20 people, 40 pictures in the gallery, 40 probes"


def test_the_command_shows_what_stands_in_its_folder(
    material: Material, eye: Thumbnail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="curves need matplotlib (extra `train`)")
    for name in ("mosaic 6", "fill"):
        text = json.dumps(report.document(outcome(WAYS[name], material, eye)))
        (tmp_path / f"{name.replace(' ', '-')}.json").write_text(text)
    words = ["reidentify", "--data", str(tmp_path), "--out", str(tmp_path), "--ways", "mosaic 6", "fill"]
    assert main(words) == 0
    assert "guessing" in capsys.readouterr().out
    assert (tmp_path / "curves.png").read_bytes()[1:4] == b"PNG"
    assert main([*words, "--json"]) == 0
    assert {one["way"] for one in json.loads(capsys.readouterr().out)} == {"mosaic 6", "fill"}


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["reidentify", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main([*words, "--ways", "sandpaper"]) == 2
    assert "mosaic 6" in capsys.readouterr().err
