"""Pictures in and out: every usual form is read; cut, huge and foreign files are errors; EXIF stays behind."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.containers import examine
from maskflow.vision.pictures import encode_picture, read_picture

GRADIENT = np.dstack([np.tile(np.arange(64, dtype=np.uint8) * 3, (48, 1))] * 3)


def exif(data: bytes, orientation: int) -> bytes:
    """A JPEG with an EXIF block that holds an orientation, and a whole thumbnail to confuse readers."""
    tiff = (
        b"II*\0\x08\0\0\0"
        + struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
        + encode_picture(GRADIENT[:8, :8])
    )
    block = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]


def file(tmp_path: Path, data: bytes, name: str = "a.jpg") -> Path:
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".png", ".bmp", ".tiff", ".webp"])
def test_round_trip(tmp_path: Path, suffix: str) -> None:
    picture = read_picture(file(tmp_path, encode_picture(GRADIENT, suffix)))
    assert picture.shape == (48, 64, 3)
    assert np.abs(picture.astype(int) - GRADIENT).max() <= 4


def test_equal_pixels_equal_bytes_without_metadata() -> None:
    data = encode_picture(GRADIENT)
    assert data == encode_picture(GRADIENT.copy())
    assert b"Exif" not in data


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, turns: int) -> None:
    data = encode_picture(GRADIENT)
    plain = read_picture(file(tmp_path, data))
    assert np.array_equal(read_picture(file(tmp_path, exif(data, orientation))), np.rot90(plain, turns))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tiff", ".webp"])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.995])
def test_cut_files_are_errors(tmp_path: Path, suffix: str, share: float) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    data = encode_picture(noise, suffix)
    with pytest.raises(VisionError, match=r"cut off|no JPEG|cannot be decoded"):
        read_picture(file(tmp_path, data[: int(len(data) * share)]))


def test_a_cut_jpeg_with_a_whole_thumbnail_is_cut(tmp_path: Path) -> None:
    data = exif(encode_picture(GRADIENT), 1)
    with pytest.raises(VisionError, match="cut off"):
        read_picture(file(tmp_path, data[:-20]))


@pytest.mark.parametrize("data", [b"\xff", b"hello", b"\x89PNG", b"RIFF\x09\0\0\0WAVEfmt ", b"\0\0\0\x1cftypavif"])
def test_other_files_are_errors(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(VisionError, match=r"a\.jpg is no JPEG, PNG"):
        read_picture(file(tmp_path, data))


@pytest.mark.parametrize(
    "data", [b"GIF89a" + bytes(50), b"BM" + bytes(8), b"II*\0" + bytes(40), b"RIFF\0\0\0\0WEBPVP8 "]
)
def test_a_header_without_a_picture_is_cut(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(VisionError, match="cut off"):
        read_picture(file(tmp_path, data))


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    with pytest.raises(VisionError, match=r"a\.jpg is empty"):
        read_picture(file(tmp_path, b""))


def test_all_headers_give_the_same_sides() -> None:
    noise = np.random.default_rng(4).integers(0, 256, (50, 70, 3), np.uint8)
    for suffix in (".jpg", ".png", ".bmp", ".tiff", ".webp"):
        facts = examine(encode_picture(noise, suffix))
        assert facts is not None
        assert (facts.width, facts.height, facts.complete) == (70, 50, True), suffix


GIF = bytes.fromhex(
    "47494638376104000300810000ff00000000ff0000000000002c000000000400030000080c000100081040204183010202003b"
)
"""4 x 3 pixels, the left half red, the right one blue."""


def test_a_gif_is_walked_and_read(tmp_path: Path) -> None:
    facts = examine(GIF)
    assert facts is not None
    assert (facts.width, facts.height, facts.complete) == (4, 3, True)
    picture = read_picture(file(tmp_path, GIF, "a.gif"))
    assert picture[1].tolist() == [[0, 0, 255]] * 2 + [[255, 0, 0]] * 2
    with pytest.raises(VisionError, match="cut off"):
        read_picture(file(tmp_path, GIF[:-3]))


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    end = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    with pytest.raises(VisionError, match="60000x60000"):
        read_picture(file(tmp_path, b"\x89PNG\r\n\x1a\n" + chunk + end, "bomb.png"))


def test_progressive_and_restart_markers_are_walked() -> None:
    noise = np.random.default_rng(4).integers(0, 256, (80, 96, 3), np.uint8)
    for options in ([cv2.IMWRITE_JPEG_PROGRESSIVE, 1], [cv2.IMWRITE_JPEG_RST_INTERVAL, 2]):
        good, data = cv2.imencode(".jpg", noise, options)
        assert good
        facts: Any = examine(bytes(data))
        assert (facts.width, facts.height, facts.complete) == (96, 80, True)


def test_trailing_bytes_do_no_harm(tmp_path: Path) -> None:
    assert read_picture(file(tmp_path, encode_picture(GRADIENT) + bytes(100))).shape == (48, 64, 3)


CMYK = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUG"
    "BKUVJP/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EABcAAAMBAAAAAAAAAAAAAAAAAAAGBwX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oADgRDAE0A"
    "WQBLAAA/AGwkkNTkXVZpB//Z"
)
"""16 x 8 pixels, the left half red (200, 40, 30), the right one green (30, 180, 60), stored as inverted CMYK."""


def test_cmyk_becomes_bgr(tmp_path: Path) -> None:
    picture = read_picture(file(tmp_path, CMYK))
    assert picture.shape == (8, 16, 3)
    assert np.abs(picture[4, [3, 12]].astype(int) - [[30, 40, 200], [60, 180, 30]]).max() <= 4


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_of_sixteen_bits_the_upper_ones_are_kept(tmp_path: Path, suffix: str, channels: int) -> None:
    deep = GRADIENT.astype(np.uint16) * 256 + 77
    deep = np.dstack([deep, deep[..., :1]])[..., :channels] if channels > 1 else deep[..., 0]
    picture = read_picture(file(tmp_path, encode_picture(deep, suffix)))
    assert picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - GRADIENT).max() <= 1


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".bmp", ".jpg", ".webp"])
def test_grey_and_transparent_pictures_become_bgr(tmp_path: Path, suffix: str) -> None:
    grey = read_picture(file(tmp_path, encode_picture(GRADIENT[..., 0], suffix)))
    alpha = np.dstack([GRADIENT, np.full((48, 64, 1), 255, np.uint8)])
    for picture in (grey, read_picture(file(tmp_path, encode_picture(alpha, suffix)))):
        assert picture.shape == (48, 64, 3)
        assert np.abs(picture.astype(int) - GRADIENT).max() <= 4


def test_the_colours_below_transparency_are_kept(tmp_path: Path) -> None:
    clear = np.dstack([GRADIENT, np.zeros((48, 64, 1), np.uint8)])
    assert np.array_equal(read_picture(file(tmp_path, encode_picture(clear, ".png"))), GRADIENT)


def test_a_picture_may_be_read_as_it_is_stored(tmp_path: Path) -> None:
    path = file(tmp_path, exif(encode_picture(GRADIENT), 6))
    assert read_picture(path).shape == (64, 48, 3)
    assert read_picture(path, upright=False).shape == (48, 64, 3)


def test_an_unknown_suffix_is_an_error() -> None:
    with pytest.raises(VisionError, match="cannot be written"):
        encode_picture(GRADIENT, ".xyz")
