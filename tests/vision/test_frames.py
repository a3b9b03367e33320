"""The frame shown at each time, or the key frame near it, whatever the container, the codec, the GOP or the clock."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.frames import Frame, Limits, Sampling

Read = Callable[[Any], int]
GOPS = {
    "keyint=12:min-keyint=12:bframes=3:scenecut=0",
    "keyint=60:bframes=3:scenecut=0:b-pyramid=strict",
    "keyint=30:min-keyint=30:bframes=5:b-adapt=0:b-pyramid=normal:ref=5:scenecut=0",
    "keyint=12:bframes=3:open-gop=1",
}
X265 = {"x265-params": "keyint=20:min-keyint=20:bframes=4:b-pyramid=1:scenecut=0:log-level=none", "preset": "ultrafast"}
X265_OPEN = {"x265-params": "keyint=20:bframes=3:open-gop=1:scenecut=0:log-level=none", "preset": "ultrafast"}
MPEG4 = {"g": "12", "bf": "2"}
MPEG2 = {"g": "12", "bf": "2", "b": "3000000"}
VP9 = {"g": "15", "deadline": "realtime", "cpu-used": "8"}
AV1 = {"g": "24", "preset": "13", "svtav1-params": "lp=1"}
MJPEG = {"qmin": "2", "qmax": "4"}

FORMATS = [
    ("a.avi", "libx264", {"x264-params": "keyint=20:bframes=0"}),
    ("a.mov", "libx264", {"x264-params": "keyint=20:bframes=3"}),
    ("a.flv", "libx264", {"x264-params": "keyint=20:bframes=3"}),
    ("a.mp4", "libx265", X265),
    ("a.mkv", "libx265", X265_OPEN),
    ("a.ts", "libx265", X265_OPEN),
    ("a.webm", "libvpx-vp9", VP9),
    ("a.mp4", "libvpx-vp9", VP9),
    (
        "a.mkv",
        "libvpx-vp9",
        {"g": "30", "deadline": "good", "cpu-used": "5", "auto-alt-ref": "1", "lag-in-frames": "16"},
    ),
    ("a.mp4", "libsvtav1", AV1),
    ("a.webm", "libsvtav1", AV1),
    ("a.avi", "mpeg4", MPEG4),
    ("a.mp4", "mpeg4", MPEG4),
    ("a.mkv", "mpeg4", MPEG4),
    ("a.ts", "mpeg2video", MPEG2),
    ("a.mpg", "mpeg2video", MPEG2),
    ("a.mkv", "mjpeg", MJPEG),
    ("a.avi", "mjpeg", MJPEG),
    ("a.mov", "mjpeg", MJPEG),
]
UNEVEN = [40, 40, 10, 300, 40, 900, 33, 33, 34, 40] * 8
"""Milliseconds that each frame is shown."""


def numbers(sampling: Sampling, read_number: Read) -> list[int]:
    return [read_number(frame.bgr) for frame in sampling]


def shown(count: int, interval: float, rate: int = 25) -> list[int]:
    """The numbers of the frames at 0, N, 2N, ... s of a clip of so many frames."""
    return [int(k * interval * rate + 1e-6) for k in range(math.ceil(count / rate / interval - 1e-9))]


def near_keys(keys: list[int], count: int, interval: float, tolerance: float, rate: int = 25) -> list[int]:
    """What `keyframe` owes, found by trying every key frame."""
    given: list[int] = []
    for k in range(math.ceil(count / rate / interval - 1e-9)):
        time = round(k * interval * rate, 6)
        new = [key for key in keys if not given or key > given[-1]]
        near = [key for key in new if abs(key - time) <= min(tolerance, interval / 2) * rate + 1e-6]
        number = min(near, key=lambda key: (abs(key - time), key)) if near else int(time + 1e-6)
        if not given or number > given[-1]:
            given.append(number)
    return given


def keys_of(path: Path, read_number: Read) -> list[int]:
    """The numbers of the key frames, by decoding all of the file."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [read_number(frame.to_ndarray(format="bgr24")) for frame in frames if frame.key_frame]


@pytest.mark.parametrize("gop", sorted(GOPS))
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_h264_is_exact_to_the_frame(clip: Any, read_number: Read, suffix: str, gop: str) -> None:
    path = clip(f"a.{suffix}", 150, options={"x264-params": gop})
    for interval in (0.04, 0.28, 0.98, 5.0):
        sampling = Sampling(path, interval)
        assert numbers(sampling, read_number) == shown(150, interval)
        assert sampling.warnings == []


@pytest.mark.parametrize("gop", sorted(GOPS))
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_h264_at_key_frames(clip: Any, read_number: Read, suffix: str, gop: str) -> None:
    path = clip(f"a.{suffix}", 150, options={"x264-params": gop})
    keys = keys_of(path, read_number)
    for interval, tolerance in ((0.04, 1.0), (0.28, 0.1), (0.92, 0.08), (0.92, 9.0), (1.96, 0.4)):
        sampling = Sampling(path, interval, mode="keyframe", tolerance=tolerance)
        frames = list(sampling)
        found = [read_number(frame.bgr) for frame in frames]
        assert found == near_keys(keys, 150, interval, tolerance), (interval, tolerance)
        assert [round(frame.time_s * 25) for frame in frames] == found
        assert sampling.warnings == []


@pytest.mark.parametrize(("name", "codec", "options"), FORMATS)
def test_every_container_and_codec_in_both_modes(
    clip: Any, read_number: Read, name: str, codec: str, options: dict[str, str]
) -> None:
    path = clip(name, 100, codec=codec, options=options, pix_fmt="yuvj420p" if codec == "mjpeg" else "yuv420p")
    assert numbers(Sampling(path, 0.52), read_number) == shown(100, 0.52)
    untimed = name in ("a.avi", "a.mpg") and codec != "mjpeg"
    keys = [] if untimed else keys_of(path, read_number)  # without times to go by all are exact
    found = numbers(Sampling(path, 0.68, mode="keyframe", tolerance=0.2), read_number)
    assert found == near_keys(keys, 100, 0.68, 0.2)


@pytest.mark.parametrize("mode", ["exact", "keyframe"])
def test_gif_builds_on_all_frames_before(clip: Any, read_number: Read, mode: Any) -> None:
    path = clip("a.gif", 60, codec="gif", rate=20, pix_fmt="rgb8")
    assert numbers(Sampling(path, 0.5, mode=mode), read_number) == list(range(0, 60, 10))


@pytest.mark.parametrize("mode", ["exact", "keyframe"])
def test_raw_h264_has_no_times_and_says_so(clip: Any, read_number: Read, mode: Any) -> None:
    sampling = Sampling(clip("a.h264", 50, options={"x264-params": "bframes=0"}), 0.4, mode=mode)
    assert numbers(sampling, read_number) == list(range(0, 50, 10))
    assert any("no times" in warning for warning in sampling.warnings)


def test_the_pixels_are_those_of_a_full_decode(clip: Any, read_number: Read) -> None:
    for name, codec, options in [
        ("a.mp4", "libx264", {"x264-params": "keyint=30:bframes=5:b-adapt=0:b-pyramid=normal:ref=5"}),
        ("a.ts", "libx264", {"x264-params": "keyint=25:bframes=3:open-gop=1:scenecut=0"}),
        ("a.mp4", "libx264", {"x264-params": "keyint=25:bframes=0:intra-refresh=1:scenecut=0"}),
        ("a.mkv", "libx265", X265_OPEN),
        ("a.mp4", "libsvtav1", AV1),
    ]:
        path = clip(name, 150, codec=codec, options=options)
        with av.open(str(path)) as container:
            whole = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
        for mode, interval in (("exact", 0.28), ("exact", 2.2), ("keyframe", 0.48)):
            frames = list(Sampling(path, interval, mode=mode))
            assert len(frames) >= (2 if interval == 2.2 else 10)
            assert all(np.array_equal(frame.bgr, whole[read_number(frame.bgr)]) for frame in frames), (codec, mode)
            assert all(round(frame.time_s * 25) == read_number(frame.bgr) for frame in frames), (codec, mode)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_variable_frame_rate_goes_by_times(clip: Any, read_number: Read, suffix: str) -> None:
    times = [sum(UNEVEN[:n]) for n in range(len(UNEVEN))]
    path = clip(f"v.{suffix}", times, options={"x264-params": "keyint=9:bframes=2"})
    frames = list(Sampling(path, 0.25))
    wanted = [max(n for n, time in enumerate(times) if time <= 250 * k) for k in range((times[-1] + 10) // 250 + 1)]
    assert [read_number(frame.bgr) for frame in frames][: len(wanted)] == wanted
    for frame, number in zip(frames, wanted, strict=False):
        assert frame.time_s == pytest.approx(times[number] / 1000, abs=0.002)
    keyed = list(Sampling(path, 0.25, mode="keyframe"))
    assert [read_number(frame.bgr) for frame in keyed] == sorted({read_number(frame.bgr) for frame in keyed})
    for frame in keyed:
        assert abs(frame.time_s - times[read_number(frame.bgr)] / 1000) < 0.002
        assert abs(frame.time_s - frame.index * 0.25) <= 0.125 + 0.002 or read_number(frame.bgr) == wanted[frame.index]


def test_a_still_is_sampled_for_as_long_as_it_is_shown(clip: Any) -> None:
    path = clip("s.mkv", [0, 60, 10_040])
    frames = list(Sampling(path, 5))
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.06, 0.06], abs=0.002)
    assert [frame.index for frame in frames] == [0, 1, 2]


def test_at_key_frames_a_still_comes_once_and_keeps_its_place(clip: Any) -> None:
    path = clip("s.mkv", [0, 60, 10_040, 20_100])
    frames = list(Sampling(path, 5, mode="keyframe"))
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.06, 10.04], abs=0.002)
    assert [frame.index for frame in frames] == [0, 1, 3]


@pytest.mark.parametrize("mode", ["exact", "keyframe"])
def test_one_frame(clip: Any, mode: Any) -> None:
    (frame,) = Sampling(clip("one.mp4", 1), 5, mode=mode)
    assert isinstance(frame, Frame)
    assert (frame.index, frame.time_s, frame.bgr.shape, frame.bgr.dtype) == (0, 0.0, (96, 160, 3), np.uint8)


def test_a_frame_shown_longer_than_the_interval_comes_for_each_time(clip: Any, read_number: Read) -> None:
    path = clip("one.mp4", 3)
    assert numbers(Sampling(path, 0.01), read_number) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
    assert numbers(Sampling(path, 0.01, mode="keyframe"), read_number) == [0, 1, 2]


@pytest.mark.parametrize("mode", ["exact", "keyframe"])
@pytest.mark.parametrize(("rotation", "turns"), [(90, 1), (180, 2), (-90, 3)])
def test_the_display_matrix_is_applied(clip: Any, rotation: int, turns: int, mode: Any) -> None:
    plain = next(iter(Sampling(clip("plain.mp4", 3), 5, mode=mode))).bgr
    turned = next(iter(Sampling(clip("turned.mp4", 3, rotation=rotation), 5, mode=mode))).bgr
    assert np.array_equal(turned, np.rot90(plain, turns))


@pytest.mark.parametrize("suffix", ["ts", "mp4", "mkv"])
def test_times_start_with_the_first_frame(clip: Any, read_number: Read, suffix: str) -> None:
    late = [3000 + 40 * n for n in range(50)]
    path = clip(f"late.{suffix}", late, options={"x264-params": "keyint=10:bframes=3:scenecut=0"})
    for mode in ("exact", "keyframe"):
        frames = list(Sampling(path, 0.4, mode=mode))
        assert [read_number(frame.bgr) for frame in frames] == list(range(0, 50, 10))
        assert [frame.time_s for frame in frames] == pytest.approx([0.4 * n for n in range(5)], abs=0.001)


def copy(source: Path, target: Path, first: int, begin: int, **options: str) -> Path:
    """Copy the packets from the key frame at or before number `first` on, so that number `begin` gets time 0."""
    with av.open(str(source)) as whole, av.open(str(target), "w", options=options) as container:
        stream = whole.streams.video[0]
        copied = container.add_stream_from_template(stream)
        whole.seek(int(first / 25 / stream.time_base), stream=stream)
        for packet in whole.demux(stream):
            if packet.dts is not None and packet.pts is not None:
                packet.pts -= int(begin / 25 / stream.time_base)
                packet.dts -= int(begin / 25 / stream.time_base)
                packet.stream = copied
                container.mux(packet)
    return target


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_a_clip_cut_by_copying_begins_at_its_own_start(clip: Any, read_number: Read, suffix: str) -> None:
    whole = clip("whole.mp4", 200, options={"x264-params": "keyint=50:bframes=3:scenecut=0"})
    path = copy(whole, whole.with_name(f"part.{suffix}"), 82, 0)
    frames = list(Sampling(path, 0.36))
    assert [read_number(frame.bgr) for frame in frames] == list(range(50, 200, 9))
    assert [frame.time_s for frame in frames] == pytest.approx([0.36 * n for n in range(len(frames))], abs=0.001)
    keyed = numbers(Sampling(path, 1.2, mode="keyframe", tolerance=0.5), read_number)
    assert keyed == [50 + n for n in near_keys([0, 50, 100], 150, 1.2, 0.5)]


def test_an_edit_list_cuts_away_what_lies_before(clip: Any, read_number: Read) -> None:
    whole = clip("whole.mp4", 200, options={"x264-params": "keyint=50:bframes=3:scenecut=0"})
    path = copy(whole, whole.with_name("edited.mp4"), 57, 57, avoid_negative_ts="disabled", use_editlist="1")
    with av.open(str(path)) as container:
        assert sum(bool(packet.is_discard) for packet in container.demux(video=0)) == 7
    assert numbers(Sampling(path, 0.36), read_number) == list(range(57, 200, 9))
    assert numbers(Sampling(path, 0.04), read_number) == list(range(57, 200))
    keyed = numbers(Sampling(path, 1.2, mode="keyframe", tolerance=0.5), read_number)
    assert keyed == [57 + n for n in near_keys([43, 93], 143, 1.2, 0.5)]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_sound_that_goes_on_longer_adds_no_frames(clip: Any, read_number: Read, suffix: str) -> None:
    path = clip(f"sound.{suffix}", 100, options={"x264-params": "keyint=20:bframes=3:scenecut=0"}, sound=11)
    for mode in ("exact", "keyframe"):
        sampling = Sampling(path, 0.8, mode=mode)
        assert numbers(sampling, read_number) == [0, 20, 40, 60, 80]
        assert sampling.warnings == []


def test_long_videos_stop_at_the_limit(clip: Any) -> None:
    for mode in ("exact", "keyframe"):
        sampling = Sampling(clip("l.mp4", 100), 0.4, mode=mode, limits=Limits(seconds=1.2))
        assert [round(frame.time_s, 2) for frame in sampling] == [0, 0.4, 0.8, 1.2]
        assert "left out" in sampling.warnings[0]


@pytest.mark.parametrize("interval", [0, -1, float("nan"), float("inf")])
def test_an_interval_must_make_sense(tmp_path: Path, interval: float) -> None:
    with pytest.raises(VisionError, match="interval"):
        Sampling(tmp_path / "x.mp4", interval)


def test_mode_and_tolerance_must_make_sense(tmp_path: Path) -> None:
    wrong: Any = "fast"
    with pytest.raises(VisionError, match="exact or keyframe, not 'fast'"):
        Sampling(tmp_path / "x.mp4", mode=wrong)
    for tolerance in (-1, float("nan")):
        with pytest.raises(VisionError, match="tolerance"):
            Sampling(tmp_path / "x.mp4", mode="keyframe", tolerance=tolerance)


def test_each_frame_belongs_to_the_receiver(clip: Any) -> None:
    frames = list(Sampling(clip("own.mp4", 60), 1))
    assert all(frame.bgr.flags.writeable for frame in frames)
    assert all(not np.shares_memory(a.bgr, b.bgr) for a, b in pairwise(frames))


COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (128, 128, 128), (60, 120, 200)]
"""Blue, green, red, as in the pictures returned."""


@pytest.mark.parametrize(
    ("pix_fmt", "matrix", "full"),
    [
        ("yuv420p", "DEFAULT", False),
        ("yuv420p", "ITU709", False),
        ("yuv420p", "ITU709", True),
        ("yuvj420p", "ITU601", True),
        ("yuv422p", "ITU601", False),
        ("yuv444p", "ITU709", False),
        ("yuv420p10le", "ITU709", False),
        ("yuv420p10le", "ITU709", True),
        ("yuv422p10le", "ITU601", False),
    ],
)
def test_colours_are_right(tmp_path: Path, pix_fmt: str, matrix: str, full: bool) -> None:
    patches = np.repeat(np.repeat(np.array([COLOURS], np.uint8), 32, axis=1), 64, axis=0)
    space, extent = av.video.reformatter.Colorspace[matrix], av.video.reformatter.ColorRange["JPEG" if full else "MPEG"]
    told = {} if matrix == "DEFAULT" else {"dst_colorspace": space, "dst_color_range": extent}
    with av.open(str(tmp_path / "c.mp4"), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25, options={"crf": "5"})
        stream.height, stream.width, stream.pix_fmt = *patches.shape[:2], pix_fmt
        frame: Any = av.VideoFrame.from_ndarray(patches, format="bgr24").reformat(format=pix_fmt, **told)
        if told:
            for place in (stream.codec_context, frame):
                place.colorspace, place.color_range = space, extent
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (sampled,) = Sampling(tmp_path / "c.mp4")
    assert np.abs(sampled.bgr[32, 16::32].astype(int) - COLOURS).max() <= 6


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
def test_interlaced_frames_come_whole(clip: Any, read_number: Read, codec: str) -> None:
    how = {"x264-params": "keyint=20:bframes=2:tff=1"} if codec == "libx264" else {"flags": "+ildct+ilme", "g": "12"}
    path = clip("i.ts", 60, codec=codec, options=how)
    assert numbers(Sampling(path, 0.28), read_number) == shown(60, 0.28)
    found = numbers(Sampling(path, 0.6, mode="keyframe", tolerance=0.1), read_number)
    assert found == near_keys(keys_of(path, read_number), 60, 0.6, 0.1)


def test_pixels_that_are_not_square_are_not_stretched(clip: Any) -> None:
    path = clip("wide.mp4", 3, options={"x264-params": "sar=64/45"})
    with av.open(str(path)) as container:
        assert container.streams.video[0].sample_aspect_ratio != 1
    assert next(iter(Sampling(path))).bgr.shape == (96, 160, 3)
