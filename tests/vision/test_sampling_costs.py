"""What sampling reads and decodes, counted: it grows with the samples, from a path and from any seekable reader."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.frames import Sampling
from maskflow.vision.video import Limits, Video, open_video
from maskflow.vision.video_exact import exact
from maskflow.vision.video_keys import keyframes
from maskflow.vision.video_scan import Clock
from paintedclips import numbered

Read = Callable[[Any], int]
GOP = "keyint=50:min-keyint=50:bframes=3:b-adapt=0:scenecut=0"


class Counting(io.BytesIO):
    """A reader that counts what is asked of it."""

    requests = 0
    sent = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.requests += 1
        self.sent += len(data)
        return data


class Counted:
    """A stream, or a container, of PyAV that counts the packets decoded."""

    def __init__(self, real: Any, tally: dict[str, int]) -> None:
        self._real, self._tally = real, tally

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def demux(self, stream: Counted) -> Iterator[Any]:
        return self._real.demux(stream._real)  # type: ignore[no-any-return]

    def seek(self, offset: int, *, stream: Counted, backward: bool) -> None:
        self._tally["seeks"] += 1
        self._real.seek(offset, stream=stream._real, backward=backward)

    def decode(self, packet: Any) -> Any:
        skipping = self._real.codec_context.skip_frame in ("NONREF", "nonref")
        self._tally["of references" if skipping else "in full"] += packet is not None
        return self._real.decode(packet)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Path]:
    """A clip of so many times 10 s at 4 Mb/s, GOP 2 s: 10 s encoded once, then copied."""
    folder = tmp_path_factory.mktemp("noisy")
    chance = np.random.default_rng(5)
    with av.open(str(folder / "once.mp4"), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.options = {"preset": "ultrafast", "qp": "4", "x264-params": GOP}
        for number in range(250):
            picture = numbered(number).copy()
            picture[16:] = chance.integers(0, 256, picture[16:].shape)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))

    def repeated(suffix: str, times: int) -> Path:
        path = folder / f"{times}.{suffix}"
        with av.open(str(path), "w", options={"movflags": "+faststart"} if suffix == "mp4" else {}) as container:
            target: Any = None
            for count in range(times):
                with av.open(str(folder / "once.mp4")) as source:
                    stream = source.streams.video[0]
                    target = target or container.add_stream_from_template(stream)
                    for packet in source.demux(stream):
                        if packet.pts is not None and packet.dts is not None:
                            packet.pts += int(count * 10 / stream.time_base)
                            packet.dts += int(count * 10 / stream.time_base)
                            packet.stream = target
                            container.mux(packet)
        return path

    return repeated


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_reader_is_asked_for_little(noisy: Any, read_number: Read, suffix: str) -> None:
    path = noisy(suffix, 6)
    shares = {}
    for mode in ("exact", "keyframe"):
        reader = Counting(path.read_bytes())
        frames = list(Sampling(reader, 5.2, mode=mode))
        assert [frame.time_s for frame in frames] == [frame.time_s for frame in Sampling(path, 5.2, mode=mode)]
        assert [read_number(frame.bgr) for frame in frames] == [round(frame.time_s * 25) % 250 for frame in frames]
        assert len(frames) == 12
        assert not reader.closed
        assert reader.requests <= 15 * len(frames)
        shares[mode] = reader.sent / path.stat().st_size
    assert shares["exact"] <= 0.30
    assert shares["keyframe"] <= 0.20


@pytest.mark.parametrize("mode", ["exact", "keyframe"])
def test_what_is_read_grows_with_the_samples_not_with_the_length(noisy: Any, mode: Any) -> None:
    sent = []
    for times, interval in ((3, 4.6), (9, 13.8)):
        reader = Counting(noisy("mp4", times).read_bytes())
        assert len(list(Sampling(reader, interval, mode=mode))) == 7
        sent.append(reader.sent)
    assert sent[1] < 1.3 * sent[0]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_little_is_decoded(noisy: Any, suffix: str) -> None:
    tally = {"seeks": 0, "of references": 0, "in full": 0}
    for way, length in (("exact", 3), ("keyframe", 3), ("exact", 9)):
        with open_video(noisy(suffix, length), Limits()) as video:
            tally.update(dict.fromkeys(tally, 0))
            fake = Video(Counted(video.container, tally), Counted(video.stream, tally), video.start, video.time_base)
            clock = Clock(fake, Fraction(length), 1e9)  # at 0, 3, 6, ... s, in the middle of a GOP and at its start
            frames = list(exact(clock, []) if way == "exact" else keyframes(clock, int(1 / video.time_base), []))
        assert len(frames) == 10
        if way == "keyframe":
            assert tally["in full"] == 10
            assert tally["of references"] == 0
        else:
            assert tally["in full"] == 10
            assert tally["of references"] <= 10 * 27


def test_a_gop_with_many_samples_is_decoded_once(noisy: Any) -> None:
    tally = {"seeks": 0, "of references": 0, "in full": 0}
    for suffix in ("mp4", "mkv", "ts"):
        with open_video(noisy(suffix, 1), Limits()) as video:
            tally.update(dict.fromkeys(tally, 0))
            fake = Video(Counted(video.container, tally), Counted(video.stream, tally), video.start, video.time_base)
            assert len(list(exact(Clock(fake, Fraction(1, 25), 1e9), []))) == 250
        assert tally["in full"] == 250
        assert tally["of references"] == 0
        assert tally["seeks"] <= 10


def test_a_reader_that_fails_is_no_video_that_ends(noisy: Any) -> None:
    class Failing(Counting):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.requests == 4:
                raise ConnectionResetError("reset by peer")
            return super().read(size)

    with pytest.raises(VisionError, match="could not be read: reset by peer"):
        list(Sampling(Failing(noisy("mp4", 3).read_bytes()), 1))


def test_messages_name_a_reader_when_it_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"nothing")
    with (tmp_path / "x.mp4").open("rb") as file, pytest.raises(VisionError, match=r"^x\.mp4 cannot be read"):
        list(Sampling(file))
    with pytest.raises(VisionError, match=r"^the video cannot be read"):
        list(Sampling(io.BytesIO(b"nothing")))
