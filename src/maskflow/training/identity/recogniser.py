"""A face recogniser that everybody can have: dlib's residual network, its published weights read into PyTorch.

King, D. E., "High quality face recognition with deep metric learning" (dlib.net, 2017): 99.38 % on Labeled Faces in the
Wild; the weights are in the public domain (CC0). Its vectors equal dlib's own to 4e-7 (six faces, float32), at a
thirtieth of the time of a dlib without BLAS. It is an attacker's tool and no part of the product: extra `measure`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional as F

from maskflow.errors import VisionError

SIDE = 150
"""Pixels of the square chip that the network looks at."""

POINTS = ((48.4, 43.2), (101.6, 43.2), (75.0, 74.3), (52.4, 98.6), (97.6, 98.6))
"""Where YuNet's five points (eyes, nose, corners of the mouth, from left to right) lie in a chip: the medians, made
symmetric, over 169 frontal faces in chips that dlib itself had cut by its 68 landmarks (padding 0.25)."""

INSTALL = "pip install 'maskflow[measure]'"
PACKAGE, MEMBER = "face_recognition_models", "models/dlib_face_recognition_resnet_model_v1.dat"
SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"

_MEAN = (122.782, 117.001, 104.298)
_STAGES = ((32, False, 3), (64, True, 3), (128, True, 2), (256, True, 2), (256, True, 0))
"""Channels, whether the stage begins by halving the picture, and plain residual blocks."""

_LAYERS = re.compile(rb"con_4|affine_|fc_2")
_BATCH = 32

VECTOR = 128
"""Numbers of a vector."""

Vectors = npt.NDArray[np.float32]


class Eye(Protocol):
    """What an attacker recognises with."""

    def embed(self, chips_bgr: npt.NDArray[np.uint8]) -> Vectors:
        """Vectors (n, d) of chips uint8 BGR (n, 150, 150, 3); the nearer two are, the more alike the faces."""


class Recogniser(nn.Module):  # type: ignore[misc]
    """The network; called with chips it gives one vector a face. Faces of one person lie within about 0.6."""

    def __init__(self, weights: Path) -> None:
        """Read dlib's file; VisionError where it is absent or not the published one."""
        super().__init__()
        tensors = _tensors(_content(weights))
        self.first = _convolution(tensors, 3, 32, 7, stride=2)
        blocks, channels = [], 32
        for out, halves, plain in _STAGES:
            for stride in [2] * halves + [1] * plain:
                blocks.append(_Residual(tensors, channels, out, stride))
                channels = out
        self.blocks = nn.Sequential(*blocks)
        self.last = nn.Parameter(next(tensors).reshape(channels, VECTOR))
        self.eval()

    def forward(self, rgb: torch.Tensor) -> torch.Tensor:
        """Float RGB 0..255 (n, 3, 150, 150) to vectors (n, 128)."""
        x = (rgb - torch.tensor(_MEAN)[:, None, None]) / 256
        x = F.max_pool2d(F.relu(self.first(x)), 3, 2)
        return torch.as_tensor(self.blocks(x).mean((2, 3)) @ self.last)

    def embed(self, chips_bgr: npt.NDArray[np.uint8]) -> Vectors:
        """Vectors (n, 128) of chips uint8 BGR (n, 150, 150, 3)."""
        found = [np.zeros((0, VECTOR), np.float32)]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for start in range(0, len(chips_bgr), _BATCH):
                batch = torch.from_numpy(np.ascontiguousarray(chips_bgr[start : start + _BATCH, ..., ::-1]))
                x = batch.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)
                found.append(self(x).float().numpy())
        return np.concatenate(found)


class _Residual(nn.Module):  # type: ignore[misc]
    def __init__(self, tensors: Iterator[torch.Tensor], channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.one = _convolution(tensors, channels, out, 3, stride=stride, padding=stride % 2)
        self.two = _convolution(tensors, out, out, 3, padding=1)
        self.halves = stride == 2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.two(F.relu(self.one(x)))
        x = F.avg_pool2d(x, 2, 2) if self.halves else x
        shape = [max(a, b) for a, b in zip(x.shape[1:], y.shape[1:], strict=True)]
        return F.relu(_padded(x, shape) + _padded(y, shape))


def _padded(x: torch.Tensor, shape: list[int]) -> torch.Tensor:
    """dlib adds tensors of different shapes as if the smaller one went on with zeros."""
    missing = [want - have for have, want in zip(x.shape[1:], shape, strict=True)]
    return F.pad(x, (0, missing[2], 0, missing[1], 0, missing[0]))


def _convolution(
    tensors: Iterator[torch.Tensor], channels: int, out: int, size: int, *, stride: int = 1, padding: int = 0
) -> nn.Conv2d:
    """The next convolution with the affine layer behind it folded in."""
    weights, affine = next(tensors).reshape(-1), next(tensors).reshape(2, out)
    layer = nn.Conv2d(channels, out, size, stride, padding)
    kernel = weights[:-out].reshape(out, channels, size, size)
    layer.weight = nn.Parameter((kernel * affine[0][:, None, None, None]).contiguous(memory_format=torch.channels_last))
    layer.bias = nn.Parameter(weights[-out:] * affine[0] + affine[1])
    return layer


def published() -> Path:
    """Where the package with the weights keeps them; it is only looked at, not imported."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise VisionError("the face recogniser is not installed", hint=INSTALL)
    return Path(spec.submodule_search_locations[0]) / MEMBER


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VisionError(f"cannot read the recogniser {path}: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise VisionError(f"{path} is not dlib's published recogniser")
    return content


def _tensors(content: bytes) -> Iterator[torch.Tensor]:
    """The parameters of all layers from the picture to the vector, in dlib's serialization.

    An integer is a byte that says how many follow, lowest first; a tensor is its version (2), four sizes, raw float32.
    """
    for layer in _LAYERS.finditer(content):
        at = layer.end()
        header = []
        for _ in range(7 if layer.group() == b"fc_2" else 5):  # a full connection first says both its sizes
            size = content[at] & 15
            header.append(int.from_bytes(content[at + 1 : at + 1 + size], "little"))
            at += 1 + size
        shape = header[-4:]
        values = np.frombuffer(content, np.float32, int(np.prod(shape)), at)
        yield torch.from_numpy(values.reshape(shape).copy())
