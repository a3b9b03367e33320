"""YOLOv3-tiny in PyTorch: Redmon's network with two heads, or its usual variant with a third one at stride 8.

The pool after the sixth layer has stride 1 and pads right and bottom only, and the finer head joins the upsampled layer
before the fifth; both as in darknet's `yolov3-tiny.cfg`, so that weights trained on COCO can be the start. The third
head is darknet's `yolov3-tiny_3l.cfg`: half of the faces of a crowd are smaller than two cells of stride 16.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from maskflow.errors import VisionError
from maskflow.training.dataset import NAMES, SIZE
from maskflow.vision.yolo import Head, Layout

HEADS = (
    Head(32, ((58.0, 70.0), (91.0, 110.0), (161.0, 201.0))),
    Head(16, ((23.0, 26.0), (30.0, 35.0), (41.0, 48.0))),
    Head(8, ((7.0, 8.0), (11.0, 14.0), (16.0, 19.0))),
)
"""Medians of nine clusters (k-means by IoU) of the training faces, pictures brought to an area of 544 x 544 and zoomed
as in training; the coarse head comes first."""


def product_layout(size: int = SIZE) -> Layout:
    """The shipped network's layout: two classes, three heads, an input of `size` x `size` pixels in area."""
    return Layout(NAMES, size, HEADS, fit="aspect")


_WIDTHS = (16, 32, 64, 128, 256, 512, 1024)


class Convolution(nn.Module):  # type: ignore[misc]  # torch is not analysed
    """Convolution, batch norm, leaky ReLU 0.1, padded to keep the side length."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-6, momentum=0.03)

    def forward(self, x: Tensor) -> Tensor:
        """(b, inputs, h, w) to (b, outputs, h, w)."""
        return _leaky(self.linear(x))

    def linear(self, x: Tensor) -> Tensor:
        """The same before the activation."""
        normed: Tensor = self.norm(self.conv(x))
        return normed


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)


def _join(coarse: Tensor, before: Tensor) -> Tensor:
    """A map doubled in height and width beside an earlier layer that has that size, still to be activated."""
    return torch.cat([F.interpolate(coarse, scale_factor=2.0, mode="nearest"), _leaky(before)], dim=1)


def _halve(x: Tensor) -> Tensor:
    """Maximum of 2 x 2; where no gradient flows, comparing slices takes a third of the pool's time."""
    if x.requires_grad:
        return F.max_pool2d(x, 2, 2)
    rows = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
    return torch.maximum(rows[..., ::2], rows[..., 1::2])


class YoloV3Tiny(nn.Module):  # type: ignore[misc]  # torch is not analysed
    """Pictures float (b, 3, s, s), RGB 0..1, s a multiple of 32, to raw maps, one a head of the layout.

    Each map is (b, anchors * (5 + classes), s / stride, s / stride), channels anchor-major: x, y, w, h, objectness,
    classes. `width` scales every channel count (1.0 is the published network; tests use less). Heads have the strides
    32, 16 and, where the layout has three, 8.
    """

    def __init__(self, layout: Layout, width: float = 1.0) -> None:
        super().__init__()
        self.layout = layout
        self.width = width
        w = [max(4, round(n * width)) for n in _WIDTHS]
        self.backbone = nn.ModuleList(Convolution(a, b, 3) for a, b in zip([3, *w], w, strict=False))
        self.neck = Convolution(w[6], w[4], 1)
        self.coarse = Convolution(w[4], w[5], 3)
        self.lateral = Convolution(w[4], w[3], 1)
        self.fine = Convolution(w[3] + w[4], w[4], 3)
        if [head.stride for head in layout.heads] not in ([32, 16], [32, 16, 8]):
            raise VisionError("heads of YOLOv3-tiny have the strides 32 and 16, or 32, 16 and 8")
        self.finest_lateral = Convolution(w[4], w[3], 1) if len(layout.heads) == 3 else None
        self.finest = Convolution(2 * w[3], w[3], 3) if len(layout.heads) == 3 else None
        outputs = [len(head.anchors) * (5 + len(layout.names)) for head in layout.heads]
        self.heads = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in zip((w[5], w[4], w[3]), outputs, strict=False))
        self._set_priors()

    def forward(self, x: Tensor) -> list[Tensor]:
        """The raw maps, coarse head first."""
        before = []
        for layer in self.backbone[:5]:  # pooled before the activation, which is monotonic: a quarter of its cost
            before.append(layer.linear(x))
            x = _leaky(_halve(before[-1]))
        x = F.max_pool2d(F.pad(self.backbone[5](x), (0, 1, 0, 1), value=-torch.inf), 2, 1)
        x = self.neck(self.backbone[6](x))
        features = [self.coarse(x), self.fine(_join(self.lateral(x), before[4]))]
        if self.finest is not None and self.finest_lateral is not None:
            features.append(self.finest(_join(self.finest_lateral(features[1]), before[3])))
        return [head(feature) for head, feature in zip(self.heads, features, strict=True)]

    def raw(self, x: Tensor) -> Tensor:
        """The raw rows (b, n, 5 + classes) in the order of `maskflow.vision.yolo.grid`."""
        width = 5 + len(self.layout.names)
        maps = self.forward(x)
        return torch.cat(
            [m.view(len(m), -1, width, m.shape[2] * m.shape[3]).transpose(2, 3).flatten(1, 2) for m in maps], 1
        )

    def _set_priors(self) -> None:
        """Start from "hardly any cell holds a face", or the first steps only unlearn false alarms (RetinaNet, §4.1)."""
        for conv, head in zip(self.heads, self.layout.heads, strict=True):
            nn.init.normal_(conv.weight, std=0.01)
            bias = torch.zeros(len(head.anchors), 5 + len(self.layout.names))
            bias[:, 4] = math.log(4 / (self.layout.size / head.stride) ** 2)
            conv.bias = nn.Parameter(bias.flatten())

    def freeze(self, layers: int) -> None:
        """Keep the first `layers` of the backbone as they are, batch statistics included, in training too."""
        for layer in self.backbone[:layers]:
            layer.eval()
            layer.requires_grad_(False)

    def convolutions(self) -> list[Convolution]:
        """The normalised convolutions, 11 or 13, in darknet's order (heads left out)."""
        return [layer for _, layer in self.named_convolutions() if isinstance(layer, Convolution)]

    def named_convolutions(self) -> list[tuple[str, nn.Module]]:
        """All convolutions, heads last, by the names that they have in the exported file."""
        backbone = [(f"backbone_{n}", layer) for n, layer in enumerate(self.backbone, start=1)]
        names = ("neck", "coarse", "lateral", "fine", "finest_lateral", "finest")
        others = [(name, getattr(self, name)) for name in names if getattr(self, name) is not None]
        return [*backbone, *others, *((f"head_{n}", head) for n, head in enumerate(self.heads))]
