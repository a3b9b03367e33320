"""Picture files as the world has them, each written by its name."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from acceptance.videos import HTML, NOISE, data, scene

Maker = Callable[[Path], None]


def encoded(suffix: str, picture: np.ndarray[Any, Any], options: tuple[int, ...] = ()) -> bytes:
    done, found = cv2.imencode(suffix, picture, options)
    assert done
    return found.tobytes()


JPEG = encoded(".jpg", scene(1))
PNG = encoded(".png", scene(1))


def of(suffix: str = ".jpg", picture: np.ndarray[Any, Any] | None = None, *options: int) -> Maker:
    return data(encoded(suffix, scene(1) if picture is None else picture, options))


def big(width: int, height: int) -> Maker:
    def make(path: Path) -> None:
        path.write_bytes(encoded(".jpg", scene(1, width, height)))

    return make


def turned(orientation: int) -> Maker:
    """A JPEG whose EXIF says how the camera was held."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    exif = b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff
    return data(JPEG[:2] + exif + JPEG[2:])


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says that it is huge."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def cmyk() -> bytes:
    """A baseline JPEG of four components, 8 x 8, every coefficient zero: Adobe's way to store CMYK."""

    def segment(marker: int, content: bytes) -> bytes:
        return struct.pack(">HH", marker, len(content) + 2) + content

    frame = struct.pack(">BHHB", 8, 8, 8, 4) + b"".join(bytes((number, 0x11, 0)) for number in range(1, 5))
    scan = bytes([4]) + b"".join(bytes((number, 0)) for number in range(1, 5)) + bytes((0, 63, 0))
    codes = bytes([1]) + bytes(15) + bytes([0])
    return (
        b"\xff\xd8"
        + segment(0xFFEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, 0))
        + segment(0xFFDB, bytes([0]) + bytes([16] * 64))
        + segment(0xFFC0, frame)
        + segment(0xFFC4, bytes([0x00]) + codes)
        + segment(0xFFC4, bytes([0x10]) + codes)
        + segment(0xFFDA, scan)
        + b"\x00"
        + b"\xff\xd9"
    )


ALPHA = np.dstack([scene(1), np.full(scene(1).shape[:2], 128, np.uint8)])

GOOD: Mapping[str, Maker] = {
    "plain.jpg": of(),
    "progressive.jpg": of(".jpg", None, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "poor.jpg": of(".jpg", None, cv2.IMWRITE_JPEG_QUALITY, 1),
    "grey.jpg": of(".jpg", scene(1)[..., 0]),
    "one-pixel.jpg": of(".jpg", scene(1, 1, 1)),
    "narrow.jpg": of(".jpg", scene(1, 1, 500)),
    "flat.jpg": of(".jpg", scene(1, 500, 1)),
    "odd.jpg": of(".jpg", scene(1, 417, 233)),
    "png.png": of(".png"),
    "alpha.png": of(".png", ALPHA),
    "deep.png": of(".png", (scene(1).astype(np.uint16) * 257)),
    "png-grey.png": of(".png", scene(1)[..., 0]),
    "deeper-grey.png": of(".png", (scene(1)[..., 0].astype(np.uint16) * 257)),
    "webp.webp": of(".webp"),
    "bmp.bmp": of(".bmp"),
    "png-named.jpg": of(".png"),
    "UPPER.JPG": of(),
    "no-suffix": of(),
    "with space, ünïcode 影.jpg": of(),
    "percent%2Fslash+plus.jpg": of(),
    "-starts-with-dash.jpg": of(),
    "two.dots.jpg": of(),
    "rubbish-behind.jpg": data(JPEG + NOISE),
    **{f"turned-{number}.jpg": turned(number) for number in range(1, 9)},
    "turned-impossibly.jpg": turned(77),
    "cmyk.jpg": data(cmyk()),
}
"""Odd, but pictures."""

BAD: Mapping[str, Maker] = {
    "gif.jpg": data(b"GIF89a" + NOISE),
    "empty.jpg": data(b""),
    "empty.png": data(b""),
    "one-byte.jpg": data(b"\xff"),
    "text.jpg": data(b"this is no picture\n" * 100),
    "page.jpg": data(HTML),
    "noise.jpg": data(NOISE),
    "noise.png": data(NOISE),
    "zeros.jpg": data(bytes(5_000)),
    "json.jpg": data(b'{"a": 1}'),
    "svg.jpg": data(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    "pdf.jpg": data(b"%PDF-1.4\n" + NOISE),
    "zip.jpg": data(b"PK\3\4" + NOISE),
    "head.jpg": data(JPEG[:20]),
    "cut-10.jpg": data(JPEG[: len(JPEG) // 10]),
    "cut-50.jpg": data(JPEG[: len(JPEG) // 2]),
    "cut-90.jpg": data(JPEG[: len(JPEG) * 9 // 10]),
    "end-only.jpg": data(JPEG[len(JPEG) // 2 :]),
    "head.png": data(PNG[:30]),
    "cut-10.png": data(PNG[: len(PNG) // 10]),
    "cut-50.png": data(PNG[: len(PNG) // 2]),
    "cut-99.png": data(PNG[: len(PNG) * 99 // 100]),
    "bomb.png": data(bomb(50_000, 50_000)),
    "long-bomb.png": data(bomb(2**31 - 1, 1)),
    "no-pixels.png": data(bomb(0, 0)),
}
"""No pictures, or of kinds that are not read."""
