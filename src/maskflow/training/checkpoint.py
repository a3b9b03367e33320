"""Training states on disk, written so that a crash never leaves half a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from maskflow.errors import VisionError

if TYPE_CHECKING:
    from maskflow.training.train import State


def save(state: State, path: Path) -> None:
    """Write `state` to `path` through a neighbour that is renamed when complete; parents are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    content = {
        "model": state.model.state_dict(),
        "averaged": state.averaged.state_dict(),
        "optimiser": state.optimiser.state_dict(),
        "epoch": state.epoch,
        "steps": state.steps,
    }
    torch.save(content, part)
    os.replace(part, path)


def restore(state: State, path: Path) -> None:
    """Put the content of `path` into `state`, which must come from a model of the same layout and width."""
    content = _read(path)
    try:
        for replica in state.replicas:  # the weights are shared, the batch statistics are not
            replica.load_state_dict(content["model"])
        state.averaged.load_state_dict(content["averaged"])
        state.optimiser.load_state_dict(content["optimiser"])
        state.epoch, state.steps = content["epoch"], content["steps"]
    except (KeyError, RuntimeError, ValueError) as error:
        raise VisionError(f"{path} is not a checkpoint of this model: {error}") from error


def load_averaged(model: torch.nn.Module, path: Path) -> None:
    """Put the averaged weights of the checkpoint `path`, the ones to use, into `model`."""
    try:
        model.load_state_dict(_read(path)["averaged"])
    except (KeyError, RuntimeError) as error:
        raise VisionError(f"{path} is not a checkpoint of this model: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch lets whatever its unpickler stumbles over through
        raise VisionError(f"cannot read the checkpoint {path}: {error}") from error
    if not isinstance(content, dict):
        raise VisionError(f"{path} is not a checkpoint")
    return content
