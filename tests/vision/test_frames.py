"""The frame shown at each time, whatever the container, the codec, the GOP or the clock."""

from __future__ import annotations

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
    "keyint=60:bframes=3:scenecut=0",
    "keyint=12:bframes=3:open-gop=1",
}


def numbers(sampling: Sampling, read_number: Read) -> list[int]:
    return [read_number(frame.bgr) for frame in sampling]


@pytest.mark.parametrize("interval", [0.04, 0.28, 0.98, 5.0])
@pytest.mark.parametrize("gop", sorted(GOPS))
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_h264_is_exact_to_the_frame(clip: Any, read_number: Read, suffix: str, gop: str, interval: float) -> None:
    path = clip(f"a.{suffix}", 150, options={"x264-params": gop})
    sampling = Sampling(path, interval)
    wanted = [int(k * interval * 25 + 1e-6) for k in range(200)]
    assert numbers(sampling, read_number) == [n for n in wanted if n < 150]
    assert sampling.warnings == []


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.avi", "mpeg4", {"g": "12", "bf": "2"}),
        ("a.webm", "libvpx-vp9", {"g": "15", "deadline": "realtime", "cpu-used": "8"}),
        ("a.mp4", "libx265", {"x265-params": "keyint=20:bframes=3:log-level=none", "preset": "ultrafast"}),
        ("a.mp4", "mpeg4", {"g": "12", "bf": "2"}),
        ("a.ts", "mpeg2video", {"g": "12", "bf": "2", "b": "3000000"}),
        ("a.mkv", "mjpeg", {"qmin": "2", "qmax": "4"}),
    ],
)
def test_other_codecs(clip: Any, read_number: Read, name: str, codec: str, options: dict[str, str]) -> None:
    path = clip(name, 100, codec=codec, options=options, pix_fmt="yuvj420p" if codec == "mjpeg" else "yuv420p")
    assert numbers(Sampling(path, 0.52), read_number) == list(range(0, 100, 13))


def test_gif_builds_on_all_frames_before(clip: Any, read_number: Read) -> None:
    path = clip("a.gif", 60, codec="gif", rate=20, pix_fmt="rgb8")
    assert numbers(Sampling(path, 0.5), read_number) == list(range(0, 60, 10))


def test_raw_h264_has_no_times_and_says_so(clip: Any, read_number: Read) -> None:
    sampling = Sampling(clip("a.h264", 50, options={"x264-params": "bframes=0"}), 0.4)
    assert numbers(sampling, read_number) == list(range(0, 50, 10))


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_variable_frame_rate_goes_by_times(clip: Any, read_number: Read, suffix: str) -> None:
    steps = [40, 40, 10, 300, 40, 900, 33, 33, 34, 40] * 8
    times = [sum(steps[:n]) for n in range(len(steps))]
    sampling = Sampling(clip(f"v.{suffix}", times, options={"x264-params": "keyint=9:bframes=2"}), 0.25)
    frames = list(sampling)
    wanted = [max(n for n, time in enumerate(times) if time <= 250 * k) for k in range((times[-1] + 10) // 250 + 1)]
    assert [read_number(frame.bgr) for frame in frames][: len(wanted)] == wanted
    for frame, number in zip(frames, wanted, strict=False):
        assert frame.time_s == pytest.approx(times[number] / 1000, abs=0.002)


def test_a_still_is_sampled_for_as_long_as_it_is_shown(clip: Any) -> None:
    frames = list(Sampling(clip("s.mkv", [0, 60, 10_040]), 5))
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.06, 0.06], abs=0.002)
    assert [frame.index for frame in frames] == [0, 1, 2]


def test_one_frame(clip: Any) -> None:
    (frame,) = Sampling(clip("one.mp4", 1), 5)
    assert isinstance(frame, Frame)
    assert (frame.index, frame.time_s, frame.bgr.shape, frame.bgr.dtype) == (0, 0.0, (96, 160, 3), np.uint8)


@pytest.mark.parametrize(("rotation", "turns"), [(90, 1), (180, 2), (-90, 3)])
def test_the_display_matrix_is_applied(clip: Any, read_number: Read, rotation: int, turns: int) -> None:
    plain = next(iter(Sampling(clip("plain.mp4", 3), 5))).bgr
    turned = next(iter(Sampling(clip("turned.mp4", 3, rotation=rotation), 5))).bgr
    assert np.array_equal(turned, np.rot90(plain, turns))


def test_times_start_with_the_first_frame(clip: Any, read_number: Read) -> None:
    path = clip("late.ts", [3000 + 40 * n for n in range(50)], options={"x264-params": "keyint=10:bframes=3"})
    frames = list(Sampling(path, 0.4))
    assert [read_number(frame.bgr) for frame in frames] == list(range(0, 50, 10))
    assert [frame.time_s for frame in frames] == pytest.approx([0.4 * n for n in range(5)])


def test_long_videos_stop_at_the_limit(clip: Any) -> None:
    sampling = Sampling(clip("l.mp4", 100), 0.4, limits=Limits(seconds=1.2))
    assert [round(frame.time_s, 2) for frame in sampling] == [0, 0.4, 0.8, 1.2]
    assert "left out" in sampling.warnings[0]


@pytest.mark.parametrize("interval", [0, -1, float("nan"), float("inf")])
def test_an_interval_must_make_sense(tmp_path: Path, interval: float) -> None:
    with pytest.raises(VisionError, match="interval"):
        Sampling(tmp_path / "x.mp4", interval)


def test_each_frame_belongs_to_the_receiver(clip: Any) -> None:
    frames = list(Sampling(clip("own.mp4", 60), 1))
    assert all(frame.bgr.flags.writeable for frame in frames)
    assert all(not np.shares_memory(a.bgr, b.bgr) for a, b in pairwise(frames))


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_a_clip_cut_by_copying_begins_at_its_own_start(clip: Any, read_number: Read, suffix: str) -> None:
    whole = clip("whole.mp4", 200, options={"x264-params": "keyint=50:bframes=3:scenecut=0"})
    path = whole.with_name(f"part.{suffix}")
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        copied = target.add_stream_from_template(stream)
        source.seek(int(3.3 / stream.time_base), stream=stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                target.mux(packet)
    frames = list(Sampling(path, 0.36))
    assert [read_number(frame.bgr) for frame in frames] == list(range(50, 200, 9))
    assert [frame.time_s for frame in frames] == pytest.approx([0.36 * n for n in range(len(frames))], abs=0.001)
