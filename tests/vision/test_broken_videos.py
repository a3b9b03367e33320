"""Never silent: a broken file gives the frames that can be had and says what is missing, or it is an error."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.frames import Limits, Sampling
from paintedclips import add_silence


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.mp4", b""),
        ("text.mp4", b"this is no video\n" * 200),
        ("noise.mp4", np.random.default_rng(1).bytes(20_000)),
        ("playlist.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"),
        ("concat.mp4", b"ffconcat version 1.0\nfile other.mp4\n"),
        ("zeros.mkv", bytes(5000)),
    ],
)
def test_what_is_no_video_is_an_error(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(VisionError, match=name):
        list(Sampling(write(tmp_path / name, data)))


def test_an_absent_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VisionError, match=r"gone\.mp4"):
        list(Sampling(tmp_path / "gone.mp4"))


def test_a_cut_mp4_without_its_index_is_an_error(clip: Any) -> None:
    path = clip("cut.mp4", 100)
    with pytest.raises(VisionError, match=r"cut\.mp4"):
        list(Sampling(write(path, path.read_bytes()[: path.stat().st_size // 2]), 1))


@pytest.mark.parametrize("mode", ["exact", "keyframe"])
@pytest.mark.parametrize("name", ["cut.mkv", "cut.ts", "cut.avi", "cut.mp4"])
def test_a_cut_file_gives_the_frames_that_it_has(
    clip: Any, read_number: Callable[[Any], int], name: str, mode: Any
) -> None:
    path = clip(
        name,
        200,
        codec="mpeg4" if name.endswith("avi") else "libx264",
        options={"g": "20", **({} if name.endswith("avi") else {"sc_threshold": "0"})},
        container_options={"movflags": "+faststart"} if name.endswith("mp4") else {},
    )
    whole = path.stat().st_size
    sampling = Sampling(write(path, path.read_bytes()[: int(whole * 0.6)]), 0.4, mode=mode)
    frames = list(sampling)
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert all(read_number(frame.bgr) == round(frame.time_s * 25) for frame in frames)
    assert all(abs(frame.time_s - frame.index * 0.4) < (0.01 if mode == "exact" else 0.21) for frame in frames)
    assert 4 <= len(frames) < 20
    assert sampling.warnings or name.endswith("ts")  # which says nowhere how long it is


@pytest.mark.parametrize("mode", ["exact", "keyframe"])
@pytest.mark.parametrize("filling", ["noise", "zeros"])
@pytest.mark.parametrize("suffix", ["ts", "mkv", "mp4"])
def test_a_hole_in_the_middle_costs_few_frames_and_is_told(
    clip: Any, read_number: Callable[[Any], int], suffix: str, filling: str, mode: Any
) -> None:
    path = clip(
        f"hurt.{suffix}",
        200,
        options={"x264-params": "keyint=20:bframes=2:scenecut=0"},
        container_options={"cluster_time_limit": "1000"} if suffix == "mkv" else {},
    )
    data = bytearray(path.read_bytes())
    middle, size = len(data) // 2, len(data) // 20
    data[middle : middle + size] = np.random.default_rng(2).bytes(size) if filling == "noise" else bytes(size)
    sampling = Sampling(write(path, bytes(data)), 0.4, mode=mode)
    frames = list(sampling)
    assert [frame.index for frame in frames] == sorted({frame.index for frame in frames})
    assert all(read_number(frame.bgr) == round(frame.time_s * 25) for frame in frames)
    right = [frame for frame in frames if abs(frame.time_s - frame.index * 0.4) <= (0.01 if mode == "exact" else 0.21)]
    assert len(right) >= 15
    assert sampling.warnings


@pytest.mark.parametrize("mode", ["exact", "keyframe"])
@pytest.mark.parametrize(
    ("suffix", "factor"), [("mp4", 10.0), ("mp4", 0.2), ("mkv", 10.0), ("mkv", 0.2), ("avi", 10.0)]
)
def test_a_wrong_duration_in_the_header_changes_nothing(
    clip: Any, read_number: Callable[[Any], int], suffix: str, factor: float, mode: Any
) -> None:
    codec = "mpeg4" if suffix == "avi" else "libx264"
    path = clip(f"long.{suffix}", 100, codec=codec, options={"g": "20", "sc_threshold": "0"})
    lying = write(path, lie(path.read_bytes(), factor))
    sampling = Sampling(lying, 0.4, mode=mode)
    assert [read_number(frame.bgr) for frame in sampling] == list(range(0, 100, 10))
    assert all("its pictures end at 4.0 s" in warning for warning in sampling.warnings)
    assert bool(sampling.warnings) == (factor > 1 and suffix != "mp4")  # FFmpeg corrects MP4's by its table of samples


def lie(data: bytes, factor: float) -> bytes:
    """The file with all durations in its headers multiplied."""
    changed = bytearray(data)
    for box, offset in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20), (b"avih", 24), (b"strh", 40)):
        place = changed.find(box)
        if place >= 0:
            order: Any = "little" if box in (b"avih", b"strh") else "big"
            value = int.from_bytes(changed[place + offset : place + offset + 4], order)
            changed[place + offset : place + offset + 4] = round(value * factor).to_bytes(4, order)
    place = changed.find(b"\x44\x89\x88")  # Matroska's Duration, a float of 8 bytes
    if place >= 0:
        (value,) = struct.unpack(">d", changed[place + 3 : place + 11])
        changed[place + 3 : place + 11] = struct.pack(">d", value * factor)
    assert changed != data
    return bytes(changed)


def test_sound_alone_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        add_silence(container, container.add_stream("aac", rate=8000), 0.1)
    with pytest.raises(VisionError, match="no video stream, only audio"):
        list(Sampling(path))


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        cover: Any = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        sound = container.add_stream("aac", rate=8000)
        container.mux(cover.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="bgr24")))
        container.mux(cover.encode(None))
        add_silence(container, sound, 0.1)
    with pytest.raises(VisionError, match="no video stream, only audio and cover art"):
        list(Sampling(path))


def test_huge_frames_are_refused_before_decoding(clip: Any) -> None:
    with pytest.raises(VisionError, match="limit"):
        list(Sampling(clip("huge.mp4", 5), limits=Limits(pixels=159 * 96)))


def test_a_picture_is_no_video(tmp_path: Path) -> None:
    import cv2

    assert cv2.imwrite(str(tmp_path / "p.png"), np.zeros((32, 32, 3), np.uint8))
    os.rename(tmp_path / "p.png", tmp_path / "p.mp4")
    with pytest.raises(VisionError, match=r"p\.mp4"):
        list(Sampling(tmp_path / "p.mp4"))


def test_a_header_without_frames_is_an_error(clip: Any) -> None:
    path = clip("bare.mkv", 30)
    with pytest.raises(VisionError):
        list(Sampling(write(path, path.read_bytes()[:700])))
