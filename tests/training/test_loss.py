"""The loss: zero at the truth for boxes, more for wrong ones, and targets where the decoder would look."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs PyTorch (extra `train`)")


import torch

from maskflow.training.loss import Targets, ciou, compute
from maskflow.training.model import NAMES
from maskflow.vision.yolo import Head, Layout, decode, grid

HEADS = (
    Head(32, ((81.0, 82.0), (135.0, 169.0), (344.0, 319.0))),
    Head(16, ((10.0, 14.0), (23.0, 27.0), (37.0, 58.0))),
)
LAYOUT = Layout(NAMES, 96, HEADS)


def targets(*faces: tuple[int, float, float, float, float]) -> Targets:
    rows = torch.tensor(faces, dtype=torch.float32).reshape(-1, 5)
    return Targets(torch.zeros(len(rows), dtype=torch.long), rows[:, 0].long(), rows[:, 1:])


def empty_maps() -> list[torch.Tensor]:
    maps = [torch.zeros(1, 21, 96 // head.stride, 96 // head.stride) for head in HEADS]
    for raw in maps:
        raw.view(1, 3, 7, -1)[:, :, 4] = -8
    return [raw.requires_grad_() for raw in maps]


def test_ciou_is_one_for_equal_boxes_and_falls_with_distance() -> None:
    box = torch.tensor([[50.0, 50, 20, 30]])
    assert ciou(box, box).item() == pytest.approx(1, abs=1e-5)
    near, far = (ciou(box, box + torch.tensor([shift, 0, 0, 0])).item() for shift in (5.0, 90.0))
    assert 1 > near > 0 > far > -1.5


def test_minimising_puts_the_decoded_box_on_the_face() -> None:
    wanted = targets((1, 41.0, 35.0, 24.0, 30.0))
    maps = empty_maps()
    optimiser = torch.optim.Adam(maps, lr=0.1)
    for _ in range(150):
        optimiser.zero_grad()
        compute(maps, wanted, LAYOUT).total.backward()
        optimiser.step()
    rows = torch.cat([m.detach().view(1, 3, 7, -1).transpose(2, 3).reshape(-1, 7) for m in maps])
    found = decode(rows.numpy(), grid(LAYOUT, 96, 96), 0.5)
    assert len(found) >= 3
    assert set(found.class_id.tolist()) == {1}
    np.testing.assert_allclose(found.xyxy, np.tile([[29, 20, 53, 50]], (len(found), 1)), atol=1.5)


def test_no_faces_and_faces_at_the_edge_are_finite() -> None:
    for faces in ((), ((0, 0.5, 0.5, 9.0, 9.0), (1, 95.9, 95.9, 60.0, 60.0)), ((0, 48.0, 48.0, 3.0, 90.0),)):
        maps = empty_maps()
        loss = compute(maps, targets(*faces), LAYOUT)
        loss.total.backward()
        assert torch.isfinite(loss.total)
        assert all(torch.isfinite(m.grad).all() for m in maps)
