"""Random variations of labelled pictures, the most important one being faces hidden as the product hides them.

The detector runs behind the anonymiser and never sees a clear face, unless the face finder missed it. So faces are
hidden in the source picture, before any geometry, by the very function of the product. Mostly the boxes are those that
the product's own finder gave: several a face, and some where none is, which a detector that knows only neat mosaics
takes for faces. The others are the labelled ones, off by a little, with a few missed and a few invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.training.dataset import SIZE, Picture
from maskflow.vision.anonymise import hide
from maskflow.vision.boxes import Floats, iou

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Recipe:
    """Strength of each variation; shares are probabilities 0..1."""

    size: int = 416
    """Side of what is made, in pixels. A window: less than the input of use, so that a step is cheap."""
    whole: int = SIZE
    """Side of the square to whose area a picture is brought at zoom 1: the size at which the network will be used."""
    mosaic: float = 0.7
    """Share of samples put together from four pictures (YOLOv4)."""
    hidden: float = 0.55
    """Share of source pictures whose faces are hidden."""
    by_finder: float = 0.7
    """Share of the hidden pictures in which that is done by the boxes of the product's finder, where they are known."""
    missed: float = 0.05
    """Share of faces left clear in a hidden picture: what a face finder misses."""
    decoy: float = 0.15
    """Share of hidden pictures with one mosaic where no face is: what a face finder invents."""
    zoom: tuple[float, float] = (0.4, 1.25)
    """Range of the zoom in a mosaic."""
    single: tuple[float, float] = (0.65, 1.4)
    """Range of the zoom of a picture that stands alone."""
    aspect: float = 0.15
    """Greatest change of the aspect ratio, as exponent of e."""
    hsv: tuple[float, float, float] = (0.015, 0.6, 0.4)
    """Greatest relative change of hue, saturation and value (YOLOv5: 0.015, 0.7, 0.4)."""


def sample(pictures: Sequence[Picture], index: int, random: Random, recipe: Recipe) -> Picture:
    """A training picture of `recipe.size` squared made from `pictures[index]`, and three others in a mosaic."""
    if random.random() < recipe.mosaic:
        picture = _mosaic(pictures, index, random, recipe)
    else:
        source = hide_faces(pictures[index], random, recipe)
        picture = _view(source, random, recipe, (recipe.size, recipe.size), recipe.single)
    return _flip_and_colour(picture, random, recipe)


def hide_faces(picture: Picture, random: Random, recipe: Recipe) -> Picture:
    """The picture with its faces hidden, or, with probability 1 - `recipe.hidden`, as it is."""
    if random.random() >= recipe.hidden:
        return picture
    image = picture.image.copy()
    if picture.found is not None and random.random() < recipe.by_finder:
        hide(image, picture.found[::-1], cells=int(random.integers(5, 8)))
        return replace(picture, image=image)
    boxes = _jitter(picture.xyxy, random)[random.random(len(picture.xyxy)) >= recipe.missed]
    if random.random() < recipe.decoy:
        boxes = np.concatenate([boxes, _decoy(picture, random)])
    hide(image, boxes, cells=int(random.integers(4, 9)), grow=float(random.uniform(1.15, 1.6)))
    return replace(picture, image=image)


def _jitter(xyxy: Floats, random: Random) -> Floats:
    sides = xyxy[:, 2:] - xyxy[:, :2]
    centre = (xyxy[:, :2] + xyxy[:, 2:]) / 2 + sides * random.uniform(-0.08, 0.08, sides.shape)
    half = sides * np.exp(random.uniform(-0.15, 0.15, sides.shape)) / 2
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)


def _decoy(picture: Picture, random: Random) -> Floats:
    height, width = picture.image.shape[:2]
    side = random.uniform(0.05, 0.25) * min(height, width)
    corner = random.uniform((0, 0), (width - side, height - side))
    box = np.concatenate([corner, corner + side * np.array([1, 1.2])])[None].astype(np.float32)
    return box if iou(box, picture.xyxy).max(initial=0) == 0 else box[:0]


def _mosaic(pictures: Sequence[Picture], index: int, random: Random, recipe: Recipe) -> Picture:
    size = recipe.size
    split_x, split_y = (int(n) for n in random.uniform(0.3 * size, 0.7 * size, 2))
    canvas = np.empty((size, size, 3), np.uint8)
    chosen = [index, *(int(n) for n in random.integers(0, len(pictures), 3))]
    tiles = (
        (0, 0, split_x, split_y),
        (split_x, 0, size, split_y),
        (0, split_y, split_x, size),
        (split_x, split_y, size, size),
    )
    boxes, classes = [], []
    for number, slot in zip(chosen, random.permutation(4), strict=True):
        x1, y1, x2, y2 = tiles[slot]
        source = hide_faces(pictures[number], random, recipe)
        tile = _view(source, random, recipe, (x2 - x1, y2 - y1), recipe.zoom)
        canvas[y1:y2, x1:x2] = tile.image
        boxes.append(tile.xyxy + np.array([x1, y1, x1, y1], np.float32))
        classes.append(tile.class_id)
    return Picture(pictures[index].name, canvas, np.concatenate(boxes), np.concatenate(classes))


def _view(picture: Picture, random: Random, recipe: Recipe, out: tuple[int, int], zoom: tuple[float, float]) -> Picture:
    """A window of `out` (width, height) pixels at a random place of the zoomed picture."""
    aspect = np.exp(random.uniform(-recipe.aspect, recipe.aspect) / 2)
    extent = np.array(picture.image.shape[1::-1])
    factor = np.exp(random.uniform(*np.log(zoom))) * recipe.whole / np.sqrt(extent.prod())
    whole = np.maximum(np.rint(np.array(out) / (factor * np.array([aspect, 1 / aspect]))), 1).astype(int)
    start = np.rint(random.uniform(np.minimum(0, extent - whole), np.maximum(0, extent - whole))).astype(int)
    image = _cut(picture.image, start, whole, out)
    moved = (picture.xyxy - np.tile(start, 2)) * np.tile(np.array(out) / whole, 2)
    limit = np.tile(np.array(out), 2)
    clipped = np.clip(moved, 0, limit).astype(np.float32)
    keep = _visible(moved, clipped)
    return Picture(picture.name, image, clipped[keep], picture.class_id[keep])


def _cut(
    image: npt.NDArray[np.uint8], start: npt.NDArray[np.int64], whole: npt.NDArray[np.int64], out: tuple[int, int]
) -> npt.NDArray[np.uint8]:
    (x, y), (w, h) = start, whole
    inner = image[max(y, 0) : y + h, max(x, 0) : x + w]
    bottom, right = h - inner.shape[0] - max(-y, 0), w - inner.shape[1] - max(-x, 0)
    if inner.shape[:2] != (h, w):
        grey = (114, 114, 114)
        inner = cv2.copyMakeBorder(inner, max(-y, 0), bottom, max(-x, 0), right, cv2.BORDER_CONSTANT, value=grey)
    shrinks = w >= out[0] and h >= out[1]
    return np.asarray(cv2.resize(inner, out, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8)


def _visible(moved: npt.NDArray[np.float64], clipped: Floats) -> npt.NDArray[np.bool_]:
    """Faces of which a quarter is left, and at least 3 pixels a side: less could be recognised by nobody."""
    left = clipped[:, 2:] - clipped[:, :2]
    whole = np.prod(moved[:, 2:] - moved[:, :2], axis=1)
    return np.asarray((left.min(axis=1, initial=np.inf) >= 3) & (np.prod(left, axis=1) >= 0.25 * whole))


def _flip_and_colour(picture: Picture, random: Random, recipe: Recipe) -> Picture:
    image, xyxy = picture.image, picture.xyxy
    if random.random() < 0.5:
        image = image[:, ::-1]
        xyxy = np.stack([recipe.size - xyxy[:, 2], xyxy[:, 1], recipe.size - xyxy[:, 0], xyxy[:, 3]], axis=1)
    gains = 1 + random.uniform(-1, 1, 3) * np.array(recipe.hsv)
    ramp = np.arange(256)
    tables = [(ramp * gains[0]) % 180, np.clip(ramp * gains[1], 0, 255), np.clip(ramp * gains[2], 0, 255)]
    planes = cv2.split(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_BGR2HSV))
    mixed = cv2.merge([cv2.LUT(p, t.astype(np.uint8)) for p, t in zip(planes, tables, strict=True)])
    return Picture(picture.name, np.asarray(cv2.cvtColor(mixed, cv2.COLOR_HSV2BGR), np.uint8), xyxy, picture.class_id)
