"""Reads and writes single pictures; refuses those that are cut off or far too large before decoding them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.vision.containers import KINDS, examine

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # the errors below say it, with the file's name

Picture = npt.NDArray[np.uint8]

MAX_PIXELS = 16384 * 8192
QUALITY = 88
"""Of written JPEG files, 0..100: half the bytes of 95 for the same detections."""


def read_picture(path: Path, *, max_pixels: int = MAX_PIXELS, upright: bool = True) -> Picture:
    """The picture file at `path`; see `decode_picture`. VisionError for one that cannot be read, too."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VisionError(f"cannot read {path.name}: {error.strerror}") from error
    return decode_picture(data, path.name, max_pixels=max_pixels, upright=upright)


def decode_picture(data: bytes, name: str, *, max_pixels: int = MAX_PIXELS, upright: bool = True) -> Picture:
    """A JPEG, PNG, BMP, GIF (its first picture), TIFF or WebP file as uint8 BGR (h, w, 3).

    Grey becomes three equal channels, CMYK is converted, of 16 bits the upper 8 are kept, and alpha is dropped. The
    picture is turned by its EXIF orientation unless `upright` is False: labels are drawn on pictures as stored. Raises
    VisionError, with `name` in it, for other files, for cut ones and for more than `max_pixels`.
    """
    if not data:
        raise VisionError(f"{name} is empty")
    facts = examine(data)
    if facts is None:
        raise VisionError(f"{name} is no {KINDS} picture ({len(data)} bytes)")
    if facts.width * facts.height > max_pixels:
        raise VisionError(f"{name} has {facts.width}x{facts.height} pixels; the limit is {max_pixels}")
    if not facts.complete:
        raise VisionError(f"{name} is cut off after {len(data)} bytes")
    flags = cv2.IMREAD_COLOR if upright else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise VisionError(f"{name} cannot be decoded: {error.err}") from error
    if picture is None:
        raise VisionError(f"{name} cannot be decoded")
    return np.asarray(picture, np.uint8)


def encode_picture(picture: Picture, suffix: str = ".jpg") -> bytes:
    """The picture as a file of the kind that `suffix` names (".jpg", ".jpeg", ".png"): pixels only, no metadata.

    Raises VisionError when the encoder fails; equal pixels give equal bytes.
    """
    options = [] if suffix.lower() == ".png" else [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    try:
        good, data = cv2.imencode(suffix.lower(), picture, options)
    except cv2.error as error:
        raise VisionError(f"a picture cannot be written as {suffix}: {error.err}") from error
    if not good:
        raise VisionError(f"a picture cannot be written as {suffix}")
    return bytes(data)
