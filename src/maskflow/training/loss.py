"""The loss of a YOLO network: boxes by CIoU, objectness and classes by cross entropy, in YOLOv5's manner.

A face is a target of every anchor whose sides differ by less than a factor of 4, in its own cell and the two nearest
neighbours, because a decoded centre may lie half a cell outside of its cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from maskflow.vision.yolo import Head, Layout

_MAX_RATIO = 4.0
_BALANCE = {2: (1.0, 4.0), 3: (0.4, 1.0, 4.0)}
"""Weight of objectness by number of heads, coarse first: most cells of the finest map are empty (YOLOv5)."""
_BOX, _OBJECT, _CLASS = 0.15, 1.4, 0.5
"""Divided by the number of heads: YOLOv5's gains, with that of classes raised, for two are all that this one is for."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The faces of a batch, one row a face."""

    picture: Tensor
    """(n,) index within the batch."""
    class_id: Tensor
    """(n,)"""
    xywh: Tensor
    """(n, 4) centre and sides in pixels of the input."""

    def to(self, device: torch.device) -> Targets:
        """The same in the memory of `device`."""
        return Targets(self.picture.to(device), self.class_id.to(device), self.xywh.to(device))


@dataclass(frozen=True, slots=True)
class Loss:
    """The parts, as averages; `total` is weighted and what is minimised."""

    total: Tensor
    box: float
    objectness: float
    class_id: float


@dataclass(frozen=True, slots=True)
class _Match:
    picture: Tensor
    anchor: Tensor
    row: Tensor
    column: Tensor
    face: Tensor


def compute(maps: list[Tensor], targets: Targets, layout: Layout) -> Loss:
    """The loss of raw `maps` (as `YoloV3Tiny` returns them) against `targets`; differentiable, in float32."""
    parts = [
        _head_loss(raw.float(), targets, head, len(layout.names)) for raw, head in zip(maps, layout.heads, strict=True)
    ]
    boxes, objects, kinds = zip(*parts, strict=True)
    box, classes = torch.stack(boxes).mean(), torch.stack(kinds).mean()
    balance = _BALANCE[len(maps)]
    objectness = torch.stack([part * weight for part, weight in zip(objects, balance, strict=True)]).mean()
    total = (_BOX * box + _OBJECT * objectness + _CLASS * classes) * len(maps[0])
    return Loss(total, box.item(), objectness.item(), classes.item())


def _head_loss(raw: Tensor, targets: Targets, head: Head, classes: int) -> tuple[Tensor, Tensor, Tensor]:
    batch, _, rows, columns = raw.shape
    cells = raw.view(batch, len(head.anchors), 5 + classes, rows, columns).permute(0, 1, 3, 4, 2)
    anchors = torch.tensor(head.anchors, device=raw.device)
    match = _assign(targets, anchors, head.stride, rows, columns)
    wanted = torch.zeros(cells.shape[:4], device=raw.device)
    box = cls = raw.sum() * 0
    if len(match.face):
        chosen = cells[match.picture, match.anchor, match.row, match.column]
        overlap = ciou(_boxes(chosen, match, anchors, head.stride), targets.xywh[match.face])
        box = (1 - overlap).mean()
        cls = F.binary_cross_entropy_with_logits(
            chosen[:, 5:], F.one_hot(targets.class_id[match.face], classes).float()
        )
        wanted[match.picture, match.anchor, match.row, match.column] = overlap.detach().clamp(0)
    return box, F.binary_cross_entropy_with_logits(cells[..., 4], wanted), cls


def _assign(targets: Targets, anchors: Tensor, stride: int, rows: int, columns: int) -> _Match:
    ratio = targets.xywh[:, None, 2:] / anchors
    face, anchor = torch.nonzero(torch.maximum(ratio, 1 / ratio).amax(2) < _MAX_RATIO, as_tuple=True)
    centre = targets.xywh[face, :2] / stride
    steps = torch.tensor([[0.0, 0.0], [-0.5, 0.0], [0.5, 0.0], [0.0, -0.5], [0.0, 0.5]], device=anchors.device)
    cell = torch.floor(centre + steps[:, None])  # (5, n, 2): own cell, and where half a step leads
    inside = (cell >= 0).all(2) & (cell < torch.tensor([columns, rows], device=cell.device)).all(2)
    fresh = inside & ((cell != cell[0]).any(2) | (steps == 0).all(1)[:, None])
    which, pair = torch.nonzero(fresh, as_tuple=True)
    column, row = cell[which, pair].long().unbind(1)
    return _Match(targets.picture[face[pair]], anchor[pair], row, column, face[pair])


def _boxes(chosen: Tensor, match: _Match, anchors: Tensor, stride: int) -> Tensor:
    unit = 2 * chosen[:, :4].sigmoid()
    cell = torch.stack([match.column, match.row], 1)
    return torch.cat([(unit[:, :2] - 0.5 + cell) * stride, unit[:, 2:] ** 2 * anchors[match.anchor]], 1)


def ciou(a: Tensor, b: Tensor) -> Tensor:
    """Complete IoU (Zheng et al. 2020) of paired boxes (n, 4) given as centre and sides; (n,) in -1.5..1."""
    a1, a2, b1, b2 = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2, b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    inter = (torch.minimum(a2, b2) - torch.maximum(a1, b1)).clamp(0).prod(1)
    iou = inter / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - inter + 1e-7)
    diagonal = (torch.maximum(a2, b2) - torch.minimum(a1, b1)).square().sum(1) + 1e-7
    distance = (a[:, :2] - b[:, :2]).square().sum(1) / diagonal
    shape = (torch.atan(b[:, 2] / b[:, 3]) - torch.atan(a[:, 2] / (a[:, 3] + 1e-7))).square() * (4 / math.pi**2)
    with torch.no_grad():
        weight = shape / (1 - iou + shape + 1e-7)
    return iou - distance - weight * shape
