"""The training loop: SGD with a cosine, an exponential moving average of the weights, and checkpoints to go on from.

Every random choice of a sample is a function of (seed, epoch, place in the epoch), so a run that was cut and resumed at
a checkpoint gives the same weights as one that was not.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from maskflow.training import checkpoint
from maskflow.training.augment import Recipe, sample
from maskflow.training.dataset import Picture
from maskflow.training.loss import Targets, compute
from maskflow.training.model import YoloV3Tiny


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run depends on besides the pictures."""

    epochs: int
    seed: int = 0
    batch: int = 16
    rate: float = 0.008
    """Peak learning rate."""
    floor: float = 0.02
    """Learning rate at the end, as a share of the peak."""
    warmup: float = 1.5
    """Epochs in which the rate rises from zero."""
    momentum: float = 0.937
    decay: float = 5e-4
    """Weight decay, on kernels only."""
    average: float = 0.999
    """Decay of the moving average; after n steps it is at most (1 + n) / (10 + n), to forget the start (TensorFlow)."""
    clip: float = 10.0
    """Greatest norm of the gradient."""
    plain: int = 3
    """Last epochs without mosaics, to end on pictures like those in use."""
    frozen: int = 2
    """First layers that keep their weights: edges and colours are alike in COCO, and two layers cost a third."""
    bfloat16: bool = True
    replicas: int = 1
    """Copies of the network that share its weights and each take a part of a batch, one a core: two are nearly twice as
    fast as one, where torch's own two threads are 1.2 times."""
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True, slots=True)
class Report:
    """What an epoch was like: mean losses, seconds of CPU and of wall clock; epochs count from 1."""

    epoch: int
    total: float
    box: float
    objectness: float
    class_id: float
    rate: float
    """Learning rate of the last step."""
    cpu_s: float
    wall_s: float


Watch = Callable[[Iterable[Any], int, int], Iterable[Any]]
"""Is handed an epoch's batches, their number and the epoch, and hands them on: where progress is shown."""


@dataclass(slots=True)
class State:
    """Everything that changes during a run; what a checkpoint holds."""

    model: YoloV3Tiny
    averaged: YoloV3Tiny
    optimiser: torch.optim.Optimizer
    epoch: int = 0
    """Epochs completed."""
    steps: int = 0
    replicas: list[YoloV3Tiny] = field(default_factory=list)
    """The model itself, then its copies."""


def start(model: YoloV3Tiny, settings: Settings, device: str = "cpu") -> State:
    """A fresh run from `model`'s present weights on "cpu" or "cuda"; the average is a copy of them."""
    model.to(device)
    averaged = YoloV3Tiny(model.layout, model.width)
    averaged.to(device).load_state_dict(model.state_dict())
    kernels = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": kernels, "weight_decay": settings.decay}, {"params": others, "weight_decay": 0.0}]
    optimiser = torch.optim.SGD(groups, lr=settings.rate, momentum=settings.momentum, nesterov=True)
    model.to(memory_format=torch.channels_last)
    return State(
        model, averaged.eval(), optimiser, replicas=[model, *(_twin(model) for _ in range(settings.replicas - 1))]
    )


def _twin(model: YoloV3Tiny) -> YoloV3Tiny:
    """A copy on the same weights in memory, with gradients and batch statistics of its own."""
    twin = copy.deepcopy(model)
    for mine, shared in zip(twin.parameters(), model.parameters(), strict=True):
        mine.data = shared.data
    return twin


def run(
    state: State,
    pictures: Sequence[Picture],
    weights: Sequence[float],
    settings: Settings,
    *,
    folder: Path | None = None,
    report: Callable[[Report], None] = lambda _: None,
    watch: Watch = lambda batches, _number, _epoch: batches,
    until: int | None = None,
) -> None:
    """Train `state` in place from its epoch to `until` (default: `settings.epochs`).

    `weights` says how often each picture is drawn relative to the others. After every epoch `report` is called, then
    the state is written to `folder`/last.pt, where one is given: what was cut in between is done and reported again.
    """
    while state.epoch < (until or settings.epochs):
        ready = batches(pictures, weights, settings, state.epoch)
        done = _epoch(
            state, watch(ready, -(-len(pictures) // settings.batch), state.epoch + 1), len(pictures), settings
        )
        report(done)
        if folder is not None:
            checkpoint.save(state, folder / "last.pt")


def _epoch(state: State, ready: Iterable[list[tuple[Tensor, Targets]]], pictures: int, settings: Settings) -> Report:
    cpu, wall = time.process_time(), time.monotonic()
    for replica in state.replicas:
        replica.train()
        replica.freeze(settings.frozen)
    losses = []
    with ThreadPoolExecutor(len(state.replicas), initializer=torch.set_num_threads, initargs=(1,)) as threads:
        for parts in ready:
            _set_rate(state, pictures / settings.batch, settings)
            losses.append(_step(state, parts, settings, threads))
    state.epoch += 1
    total, box, objectness, class_id = (float(n) for n in np.mean(losses, axis=0))
    rate = float(state.optimiser.param_groups[0]["lr"])
    spent = time.process_time() - cpu, time.monotonic() - wall
    return Report(state.epoch, total, box, objectness, class_id, rate, *spent)


def _step(
    state: State, parts: list[tuple[Tensor, Targets]], settings: Settings, threads: ThreadPoolExecutor
) -> tuple[float, float, float, float]:
    """One update from the parts of a batch, one part a replica."""
    jobs = [
        threads.submit(_gradient, replica, *part, settings)
        for replica, part in zip(state.replicas, parts, strict=False)
    ]
    losses = [job.result() for job in jobs]
    _gather(state.replicas[: len(parts)])
    nn.utils.clip_grad_norm_(state.model.parameters(), settings.clip)
    state.optimiser.step()
    state.steps += 1
    _average(state, settings)
    total, *others = (sum(column) / len(losses) for column in zip(*losses, strict=True))
    return total, others[0], others[1], others[2]


def _gradient(
    model: YoloV3Tiny, images: Tensor, targets: Targets, settings: Settings
) -> tuple[float, float, float, float]:
    device = next(model.parameters()).device
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=settings.bfloat16):
        maps = model(images.to(device, memory_format=torch.channels_last))
    loss = compute(maps, targets.to(device), model.layout)
    model.zero_grad()
    loss.total.backward()
    return loss.total.item() / len(images), loss.box, loss.objectness, loss.class_id


def _gather(replicas: list[YoloV3Tiny]) -> None:
    """The sum of the gradients in the first replica, and the mean of the batch statistics in all of them."""
    with torch.no_grad():
        for mine, *others in zip(*(replica.parameters() for replica in replicas), strict=True):
            for other in others:
                if mine.grad is not None:
                    mine.grad += other.grad
        for statistics in zip(*(replica.buffers() for replica in replicas), strict=True):
            if statistics[0].is_floating_point() and len(statistics) > 1:
                mean = torch.stack(statistics).mean(0)
                for one in statistics:
                    one.copy_(mean)


def _set_rate(state: State, steps_an_epoch: float, settings: Settings) -> None:
    done = state.steps / steps_an_epoch
    cosine = (1 + math.cos(math.pi * min(1.0, done / settings.epochs))) / 2
    rate = settings.rate * (settings.floor + (1 - settings.floor) * cosine)
    for group in state.optimiser.param_groups:
        group["lr"] = rate * min(1.0, (done + 1e-3) / settings.warmup) if settings.warmup else rate


def _average(state: State, settings: Settings) -> None:
    keep = min(settings.average, (1 + state.steps) / (10 + state.steps))
    with torch.no_grad():
        for mean, value in zip(state.averaged.state_dict().values(), state.model.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)


def batches(
    pictures: Sequence[Picture], weights: Sequence[float], settings: Settings, epoch: int
) -> Iterator[list[tuple[Tensor, Targets]]]:
    """The batches of `epoch` (from 0), in parts for the replicas: images float (b, 3, size, size) in 0..1, their faces.

    As many samples as there are pictures, drawn by `weights`; one batch is made ahead in a thread.
    """
    random = np.random.default_rng([settings.seed, epoch])
    share = np.asarray(weights) / np.sum(weights)
    order = _spread(share, random)
    starts = range(0, len(order) - len(order) % settings.batch or len(order), settings.batch)
    with ThreadPoolExecutor(1) as ahead:
        job = ahead.submit(_batch, pictures, order, 0, settings, epoch)
        for begin in starts:
            ready = job.result()
            if begin + settings.batch in starts:
                job = ahead.submit(_batch, pictures, order, begin + settings.batch, settings, epoch)
            yield ready


def _spread(share: np.ndarray, random: np.random.Generator) -> list[int]:
    """Systematic sampling: each picture comes floor or ceil of its expected times, in random order."""
    edges = np.cumsum(share) * len(share)
    places = np.arange(len(share)) + random.random()
    return [int(n) for n in random.permutation(np.searchsorted(edges, places % edges[-1]))]


def _batch(
    pictures: Sequence[Picture], order: Sequence[int], begin: int, settings: Settings, epoch: int
) -> list[tuple[Tensor, Targets]]:
    recipe = settings.recipe
    if epoch >= settings.epochs - settings.plain:
        recipe = replace(recipe, mosaic=0.0)
    places = range(begin, min(begin + settings.batch, len(order)))
    made = [sample(pictures, order[n], np.random.default_rng([settings.seed, epoch, n]), recipe) for n in places]
    size = -(-len(made) // settings.replicas)
    return [collate(made[n : n + size]) for n in range(0, len(made), size)]


def collate(made: Sequence[Picture]) -> tuple[Tensor, Targets]:
    """Square pictures of one size as one tensor, RGB in 0..1, with their faces as centre and sides."""
    stack = np.stack([p.image for p in made])[..., ::-1].transpose(0, 3, 1, 2)
    images = torch.from_numpy(np.ascontiguousarray(stack)).float() / 255
    xyxy = torch.from_numpy(np.concatenate([p.xyxy for p in made]).astype(np.float32))
    picture = torch.from_numpy(np.repeat(np.arange(len(made)), [len(p.class_id) for p in made]))
    class_id = torch.from_numpy(np.concatenate([p.class_id for p in made]))
    xywh = torch.cat([(xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]], 1)
    return images, Targets(picture, class_id, xywh)
