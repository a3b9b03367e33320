"""The loop: it learns, and a run that was cut gives the same weights as one that was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs PyTorch (extra `train`)")


import torch

from maskflow.errors import VisionError
from maskflow.training import checkpoint
from maskflow.training.augment import Recipe
from maskflow.training.dataset import Picture, load_folder
from maskflow.training.model import HEADS, NAMES, YoloV3Tiny
from maskflow.training.train import Report, Settings, State, batches, run, start
from maskflow.vision.yolo import Layout

SETTINGS = Settings(epochs=3, batch=4, warmup=0.0, rate=0.02, bfloat16=False, plain=1, recipe=Recipe(size=96, whole=96))


def fresh(width: float = 0.125) -> State:
    torch.manual_seed(0)
    return start(YoloV3Tiny(Layout(NAMES, 96, HEADS), width), SETTINGS)


def train(state: State, pictures: list[Picture], **options: object) -> list[Report]:
    reports: list[Report] = []
    weights = [1.0] * len(pictures)
    run(state, pictures, weights, SETTINGS, report=reports.append, **options)  # type: ignore[arg-type]
    return reports


def test_two_steps_an_epoch_reduce_the_loss(folder: Path) -> None:
    reports = train(fresh(), load_folder(folder))
    assert [r.epoch for r in reports] == [1, 2, 3]
    assert reports[-1].total < reports[0].total


def test_resumed_equals_uninterrupted(folder: Path, tmp_path: Path) -> None:
    pictures = load_folder(folder)
    whole, cut = fresh(), fresh()
    train(whole, pictures)
    train(cut, pictures, folder=tmp_path, until=1)
    resumed = fresh()
    checkpoint.restore(resumed, tmp_path / "last.pt")
    assert resumed.epoch == 1
    train(resumed, pictures)
    for one, two in ((whole.model, resumed.model), (whole.averaged, resumed.averaged)):
        for name, value in one.state_dict().items():
            assert torch.equal(value, two.state_dict()[name]), name


def test_replicas_share_the_weights_and_learn_alike(folder: Path) -> None:
    """Two replicas see half a batch each: other batch statistics, so not the same numbers, but the same course."""
    settings = replace(SETTINGS, replicas=2)
    one = fresh()
    torch.manual_seed(0)
    two = start(YoloV3Tiny(Layout(NAMES, 96, HEADS), 0.125), settings)
    pictures = load_folder(folder)
    reports: list[Report] = []
    run(two, pictures, [1.0] * 8, settings, report=reports.append)
    alone = train(one, pictures)
    first, second = (dict(replica.named_parameters()) for replica in two.replicas)
    assert all(first[name].data_ptr() == second[name].data_ptr() for name in first)
    assert all(torch.equal(a, b) for a, b in zip(*(r.buffers() for r in two.replicas), strict=True))
    assert reports[-1].total < reports[0].total
    assert reports[0].total == pytest.approx(alone[0].total, rel=0.2)


def test_the_averaged_weights_are_the_ones_loaded(folder: Path, tmp_path: Path) -> None:
    state = fresh()
    train(state, load_folder(folder), folder=tmp_path, until=1)
    model = fresh().model
    checkpoint.load_averaged(model, tmp_path / "last.pt")
    for name, value in state.averaged.state_dict().items():
        assert torch.equal(value, model.state_dict()[name])
    assert not (tmp_path / "last.part").exists()


def test_files_that_are_no_checkpoint_of_this_model_raise(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(VisionError, match="cannot read"):
        checkpoint.restore(fresh(), tmp_path / "absent.pt")
    (tmp_path / "junk.pt").write_bytes(b"junk")
    with pytest.raises(VisionError):
        checkpoint.restore(fresh(), tmp_path / "junk.pt")
    checkpoint.save(fresh(), tmp_path / "narrow.pt")
    with pytest.raises(VisionError, match="not a checkpoint of this model"):
        checkpoint.restore(fresh(0.25), tmp_path / "narrow.pt")


def test_weights_say_how_often_a_picture_is_drawn(folder: Path) -> None:
    pictures = load_folder(folder)
    settings = Settings(epochs=9, batch=8, recipe=Recipe(size=64, mosaic=0.0, hidden=0.0))
    (((_, even),),) = batches(pictures, [1.0] * 8, settings, 0)
    assert len(even.class_id) <= 16
    (((images, only),),) = batches(pictures, [1.0] + [0.0] * 7, settings, 0)
    assert images.shape == (8, 3, 64, 64)
    assert set(only.class_id.tolist()) <= set(pictures[0].class_id.tolist())
