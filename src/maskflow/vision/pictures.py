"""Reads and writes single pictures; refuses those that are cut off or far too large before decoding them.

OpenCV answers a truncated JPEG with a grey lower half and a huge one with an allocation: both are wrong silently, so
the container is walked first, marker by marker.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError

Picture = npt.NDArray[np.uint8]

MAX_PIXELS = 16384 * 8192
QUALITY = 88
"""Of written JPEG files, 0..100: half the bytes of 95 for the same detections."""

_PNG = b"\x89PNG\r\n\x1a\n"
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_NOT_FRAMES = frozenset({0xC4, 0xC8, 0xCC})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file's headers say: sides in pixels, and whether its last block is there."""

    width: int
    height: int
    complete: bool


def read_picture(path: Path, *, max_pixels: int = MAX_PIXELS) -> Picture:
    """A JPEG or PNG file as uint8 BGR (h, w, 3), turned upright by its EXIF orientation, without alpha.

    Raises VisionError for other files, for cut ones and for more than `max_pixels`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VisionError(f"cannot read {path.name}: {error.strerror}") from error
    facts = examine(data)
    if facts is None:
        raise VisionError(f"{path.name} is no JPEG or PNG picture ({len(data)} bytes)")
    if facts.width * facts.height > max_pixels:
        raise VisionError(f"{path.name} has {facts.width}x{facts.height} pixels; the limit is {max_pixels}")
    if not facts.complete:
        raise VisionError(f"{path.name} is cut off after {len(data)} bytes")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise VisionError(f"{path.name} cannot be decoded: {error.err}") from error
    if picture is None:
        raise VisionError(f"{path.name} cannot be decoded")
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


def examine(data: bytes) -> Facts | None:
    """The facts of a JPEG or PNG, read from its blocks without decoding; None when it is neither."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
    except (struct.error, IndexError):
        return Facts(0, 0, complete=False)
    return None


def _png(data: bytes) -> Facts:
    width, height = struct.unpack(">II", data[16:24])
    at = len(_PNG)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        at += 12 + length
        if kind == b"IEND":
            return Facts(width, height, complete=at <= len(data))
    return Facts(width, height, complete=False)


def _jpeg(data: bytes) -> Facts:
    at, width, height = 2, 0, 0
    while True:
        while data[at] != 0xFF or data[at + 1] in (0x00, 0xFF) or data[at + 1] in _BARE_MARKERS:
            at = _next_ff(data, at)
            if at < 0:
                return Facts(width, height, complete=False)
        marker = data[at + 1]
        if marker == 0xD9:
            return Facts(width, height, complete=True)
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
        at += 2 + length


def _next_ff(data: bytes, at: int) -> int:
    """The next 0xFF behind `at`: compressed data between two markers is passed over."""
    return data.find(b"\xff", at + 1)
