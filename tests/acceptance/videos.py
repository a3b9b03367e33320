"""Video files as the world has them: good ones of many kinds, odd ones and broken ones, each written by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from maskflow.vision.drawnface import drawn_face

Picture = np.ndarray[Any, Any]
Maker = Callable[[Path], None]
WIDTH, HEIGHT = 320, 192


def scene(number: int, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """A face on a wall whose colour tells the frame's number."""
    picture = np.full((height, width, 3), 60 + number % 120, np.uint8)
    side = min(width, height) // 2
    if side > 8:
        picture[side // 2 : side // 2 + side, side // 2 : side // 2 + side] = drawn_face(side)
    return picture


def video(
    path: Path,
    frames: int = 12,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (WIDTH, HEIGHT),
    pix_fmt: str = "yuv420p",
    rotation: int = 0,
    times: Callable[[int], int] = lambda number: number * 100,
    form: str | None = None,
    options: Mapping[str, str] | None = None,
    sound: bool = False,
) -> None:
    """`times` gives each frame's moment in thousandths of a second."""
    with av.open(str(path), "w", format=form, options=dict(options or {})) as container:
        stream: Any = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.codec_context.thread_count = 1
        base = Fraction(1, 10) if codec in {"mpeg4", "mjpeg", "gif"} else Fraction(1, 1000)
        stream.codec_context.time_base = base
        if rotation:
            stream.set_display_rotation(rotation)
        noise: Any = container.add_stream("aac", rate=44_100) if sound else None
        for number in range(frames):
            frame: Any = av.VideoFrame.from_ndarray(scene(number, *size), format="bgr24")
            frame.pts, frame.time_base = int(Fraction(times(number), 1000) / base), base
            container.mux(stream.encode(frame.reformat(format=pix_fmt)))
        container.mux(stream.encode(None))
        if noise:
            silence(container, noise)


def silence(container: Any, stream: Any) -> None:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
    frame.sample_rate, frame.pts = 44_100, 0
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        silence(container, container.add_stream("aac", rate=44_100))


def song_with_cover(path: Path) -> None:
    with av.open(str(path), "w") as container:
        cover: Any = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        sound = container.add_stream("aac", rate=44_100)
        container.mux(cover.encode(av.VideoFrame.from_ndarray(scene(0, 64, 64), format="bgr24")))
        container.mux(cover.encode(None))
        silence(container, sound)


def picture(path: Path) -> None:
    done, data = cv2.imencode(".png", scene(0))
    assert done
    path.write_bytes(data.tobytes())


def data(content: bytes) -> Maker:
    def make(path: Path) -> None:
        path.write_bytes(content)

    return make


def of(**arguments: Any) -> Maker:
    def make(path: Path) -> None:
        video(path, **arguments)

    return make


def cut(make: Maker, share: float, of_which: slice = slice(None)) -> Maker:
    """The beginning (or with a negative share the end) of a good file."""

    def cut_(path: Path) -> None:
        make(path)
        whole = path.read_bytes()
        length = int(len(whole) * abs(share))
        path.write_bytes(whole[:length] if share > 0 else whole[-length:])

    return cut_


def damaged(make: Maker, begin: float, end: float) -> Maker:
    def damage(path: Path) -> None:
        make(path)
        whole = bytearray(path.read_bytes())
        first, last = int(len(whole) * begin), int(len(whole) * end)
        whole[first:last] = np.random.default_rng(1).bytes(last - first)
        path.write_bytes(bytes(whole))

    return damage


def no_frames(path: Path) -> None:
    """A header and nothing else."""
    video(path)
    path.write_bytes(path.read_bytes()[:600])


FAST = {"movflags": "+faststart"}
HTML = b"<!doctype html><html><head><title>404 Not Found</title></head><body>No such video</body></html>\n"
NOISE = np.random.default_rng(7).bytes(40_000)

GOOD: Mapping[str, Maker] = {
    "plain.mp4": of(),
    "one-frame.mp4": of(frames=1),
    "two-frames.mp4": of(frames=2),
    "turned-90.mp4": of(rotation=90),
    "turned-180.mp4": of(rotation=180),
    "turned-270.mp4": of(rotation=270),
    "variable-rate.mp4": of(times=lambda number: number * number * 15),
    "long-pause.mp4": of(times=lambda number: number * 100 + (60_000 if number > 5 else 0)),
    "starts-late.mp4": of(times=lambda number: 30_000 + number * 100),
    "with-sound.mp4": of(sound=True),
    "fast-start.mp4": of(options=FAST),
    "fragmented.mp4": of(options={"movflags": "frag_keyframe+empty_moov"}),
    "ten-bit.mp4": of(pix_fmt="yuv420p10le"),
    "full-colour.mp4": of(pix_fmt="yuv444p"),
    "grey.mp4": of(pix_fmt="gray"),
    "odd-size.mp4": of(size=(161, 91), pix_fmt="yuv444p"),
    "tiny.avi": of(codec="mjpeg", pix_fmt="yuvj444p", size=(1, 1)),
    "narrow.avi": of(codec="mjpeg", pix_fmt="yuvj444p", size=(2, 300)),
    "flat.avi": of(codec="mjpeg", pix_fmt="yuvj444p", size=(300, 2)),
    "matroska.mkv": of(),
    "quick-time.mov": of(),
    "mpeg4.avi": of(codec="mpeg4"),
    "motion-jpeg.avi": of(codec="mjpeg", pix_fmt="yuvj420p"),
    "lossless.mkv": of(codec="ffv1", pix_fmt="bgr0"),
    "vp8.webm": of(codec="libvpx"),
    "vp9.webm": of(codec="libvpx-vp9"),
    "hevc.mp4": of(codec="libx265"),
    "hevc-matroska.mkv": of(codec="libx265"),
    "no-suffix": of(form="mp4"),
    "UPPER.MP4": of(),
    "with space, ünïcode 影.mp4": of(),
    "percent%2Fslash+plus.mp4": of(),
    "-starts-with-dash.mp4": of(),
    "two.dots.mp4": of(),
    "transport.ts": of(form="mpegts"),
    "animation.gif": of(codec="gif", pix_fmt="rgb8"),
    "matroska-named.mp4": of(form="matroska"),
    "transport-named.mp4": of(form="mpegts"),
    "avi-named.mp4": of(form="avi", codec="mpeg4"),
    "shortened.ts": cut(of(form="mpegts", frames=60), 0.9),
    "shortened-matroska.mkv": cut(of(frames=60), 0.6),
    "shortened-avi.avi": cut(of(codec="mpeg4", frames=60), 0.6),
    "shortened-fast-start.mp4": cut(of(frames=60, options=FAST), 0.8),
    "hurt.ts": damaged(of(form="mpegts", frames=60), 0.5, 0.55),
    "rubbish-behind.mp4": lambda path: (video(path), path.write_bytes(path.read_bytes() + NOISE))[0],
}
"""Odd, but each has frames to show, some with a warning. Stems differ: `a.mp4` and `a.mkv` would both become `a/`."""

BAD: Mapping[str, Maker] = {
    "empty.mp4": data(b""),
    "empty.mkv": data(b""),
    "one-byte.mp4": data(b"\0"),
    "newline.mp4": data(b"\n"),
    "zeros.mp4": data(bytes(40_000)),
    "text.mp4": data(b"this is no video\n" * 500),
    "page.mp4": data(HTML),
    "xml.mp4": data(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    "json.mp4": data(b'{"Records": []}'),
    "noise.mp4": data(NOISE),
    "noise.mkv": data(NOISE),
    "noise.avi": data(NOISE),
    "noise.webm": data(NOISE),
    "noise.mov": data(NOISE),
    "zip.mp4": data(b"PK\3\4" + NOISE),
    "program.mp4": data(b"\x7fELF" + NOISE),
    "pdf.mp4": data(b"%PDF-1.4\n" + NOISE),
    "playlist.mp4": data(b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"),
    "concat.mp4": data(b"ffconcat version 1.0\nfile plain.mp4\n"),
    "sdp.mp4": data(b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"),
    "subtitles.mkv": data(b"1\n00:00:01,000 --> 00:00:02,000\nhello\n"),
    "picture.mp4": picture,
    "sound.mp4": sound_only,
    "sound.mkv": sound_only,
    "cover.mp4": song_with_cover,
    "only-ftyp.mp4": data(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"),
    "huge-box.mp4": data(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\x7f\xff\xff\xffmoov" + NOISE),
    "cut-1.mp4": cut(of(), 0.01),
    "cut-10.mp4": cut(of(), 0.1),
    "cut-50.mp4": cut(of(), 0.5),
    "cut-90.mp4": cut(of(), 0.9),
    "cut-5.mkv": cut(of(), 0.05),
    "cut-2.avi": cut(of(codec="mpeg4"), 0.02),
    "end-only.mp4": cut(of(), -0.3),
    "end-only-short.avi": cut(of(codec="mpeg4"), -0.02),
    "header.mkv": no_frames,
    "hurt-head.mp4": damaged(of(options=FAST), 0.0, 0.4),
}
"""None of these has a frame that could be shown."""
