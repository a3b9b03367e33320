"""What the headers of picture files say, read without decoding a pixel: sides, and whether the last block is there.

OpenCV answers a truncated JPEG with a grey lower half and a huge one with an allocation: both are wrong silently, so
the container is walked first, block by block.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

KINDS = "JPEG, PNG, BMP, GIF, TIFF or WebP"
"""The containers that are known."""

_PNG = b"\x89PNG\r\n\x1a\n"
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_NOT_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
_TIFF_LENGTHS = {1: "B", 3: "H", 4: "I"}
_UNPACKED = frozenset({0, 3})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file's headers say: sides in pixels, and whether its last block is there."""

    width: int
    height: int
    complete: bool


def examine(data: bytes) -> Facts | None:
    """The facts of a picture file; None when it is none of `KINDS`."""
    for start, read in _READERS:
        if data.startswith(start):
            try:
                return read(data)
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
            at = data.find(b"\xff", at + 1)  # compressed data between two markers is passed over
            if at < 0:
                return Facts(width, height, complete=False)
        marker = data[at + 1]
        if marker == 0xD9:
            return Facts(width, height, complete=True)
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
        at += 2 + length


def _bmp(data: bytes) -> Facts:
    begin, header = struct.unpack("<II", data[10:18])
    if header == 12:  # OS/2
        width, height, _, depth = struct.unpack("<HHHH", data[18:26])
        packing = size = 0
    else:
        width, height, _, depth, packing, size = struct.unpack("<iiHHII", data[18:38])
    if packing in _UNPACKED:
        size = (abs(width) * depth + 31) // 32 * 4 * abs(height)
    return Facts(abs(width), abs(height), complete=begin + size <= len(data))


def _gif(data: bytes) -> Facts:
    width, height, flags = struct.unpack("<HHB", data[6:11])
    at = 13 + _palette(flags)
    while data[at] != 0x3B:
        if data[at] == 0x2C:
            at += 11 + _palette(data[at + 9])
        elif data[at] == 0x21:
            at += 2
        else:
            return Facts(width, height, complete=False)
        while data[at]:
            at += 1 + data[at]
        at += 1
    return Facts(width, height, complete=True)


def _palette(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _webp(data: bytes) -> Facts | None:
    (size,) = struct.unpack("<I", data[4:8])
    form, kind = data[8:12], data[12:16]
    if form != b"WEBP":
        return None
    if kind == b"VP8 ":
        width, height = (n & 0x3FFF for n in struct.unpack("<HH", data[26:30]))
    elif kind == b"VP8L":
        (bits,) = struct.unpack("<I", data[21:25])
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    return Facts(width, height, complete=size + 8 <= len(data))


def _tiff(data: bytes) -> Facts:
    """The first picture of the file. The strips or tiles of pixels may lie anywhere in it."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack(f"{order}I", data[4:8])
    (count,) = struct.unpack(f"{order}H", data[at : at + 2])
    tags: dict[int, tuple[int, ...]] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack(f"{order}HHI", data[entry : entry + 8])
        if letter := _TIFF_LENGTHS.get(kind):
            size = struct.calcsize(f"{order}{letter}") * length
            (far,) = struct.unpack(f"{order}I", data[entry + 8 : entry + 12])
            value = data[entry + 8 : entry + 8 + size] if size <= 4 else data[far : far + size]
            tags[tag] = struct.unpack(f"{order}{min(length, len(data))}{letter}", value)
    begins, sizes = (tags.get(strips) or tags.get(tiles) or () for strips, tiles in ((273, 324), (279, 325)))
    ends = [begin + size for begin, size in zip(begins, sizes, strict=False)]
    width, height = (tags.get(tag, (0,))[0] for tag in (256, 257))
    return Facts(width, height, complete=bool(ends) and max(ends) <= len(data))


_READERS = (
    (b"\xff\xd8", _jpeg),
    (_PNG, _png),
    (b"BM", _bmp),
    (b"GIF8", _gif),
    (b"RIFF", _webp),
    (b"II*\0", _tiff),
    (b"MM\0*", _tiff),
)
