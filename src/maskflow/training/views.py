"""What the detector may be shown of a labelled picture: the picture itself, or the picture with its faces hidden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from maskflow.training.dataset import Picture
from maskflow.vision.anonymise import Frame, hide
from maskflow.vision.conceal import Style, conceal
from maskflow.vision.faces import FaceFinder
from maskflow.vision.pictures import decode_picture, encode_picture

View = Callable[[Picture], Frame]
"""What is shown, uint8 BGR of the picture's size; the picture stays as it is."""


def clear(picture: Picture) -> Frame:
    """The picture as it is."""
    return picture.image


def hidden_by_labels(picture: Picture) -> Frame:
    """Every labelled face hidden in the product's style: what a perfect face finder would leave."""
    style = Style()
    return hide(picture.image.copy(), picture.xyxy, method=style.method, cells=style.cells, grow=style.grow)


def hidden_by_finder(model: Path) -> View:
    """What the product publishes: faces sought, hidden, and the frame written as a JPEG file; labels play no part."""
    finder = FaceFinder(model)

    def view(picture: Picture) -> Frame:
        frame = picture.image.copy()
        conceal(frame, finder, Style(), finder.near)
        return decode_picture(encode_picture(frame), picture.name)

    return view
