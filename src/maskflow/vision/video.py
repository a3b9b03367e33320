"""Opens one video, its limits checked before a single pixel is decoded; the one way from FFmpeg's frames to arrays.

What comes in was written by strangers. Only containers on a list are read, only from the file itself (a play list
could name other files or hosts), and a picture larger than the limits is refused before memory is asked for.

A video is a path or any seekable binary reader. An error of the reader is its own and ends everything: it must never
pass for a video that breaks off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol, TypeVar

import av
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError

Answer = TypeVar("Answer")
Picture = npt.NDArray[np.uint8]

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1,obu,ivf,flv,gif,apng,mjpeg,"
    "asf,ogg,mxf,nut,rm,dv,wtv,yuv4mpegpipe"
)
"""FFmpeg's names of what is read. Single pictures, text ("tty") and play lists are not videos."""


STATING = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "flv"})
"""Containers whose duration is written down; of others FFmpeg guesses it, from the bit rate for one."""

BUFFER = 128 * 1024
"""Bytes asked of a reader at a time. More means fewer requests and more bytes that nobody needs: a sample costs half of
it on average, and a key frame of 1080p is about this large."""


class Reader(Protocol):
    """What a video can be read from, as `io` defines it: binary, seekable. An open file, `io.BytesIO`, ranged GETs."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


Source = Path | Reader


@dataclass(frozen=True, slots=True)
class Limits:
    """What a video may cost. Beyond `pixels` a frame is refused; after `seconds` sampling stops with a warning."""

    pixels: int = 8192 * 8192
    seconds: float = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Video:
    """An open file and its picture stream. Times inside are integer ticks (`pts`) of `time_base` seconds."""

    container: Any
    stream: Any
    start: int
    """The pts that counts as t = 0: edit lists and cut files do not begin at 0."""
    time_base: Fraction
    reading: _Reading | None = None
    """What FFmpeg reads through where the source is no path."""

    def ticks(self, seconds: Fraction) -> int:
        """The last pts that is not after `seconds`: a frame is shown at t when its pts <= this < pts + duration."""
        return self.start + int(seconds / self.time_base)

    def seconds(self, pts: int) -> float:
        """The time of `pts` from the start of the video, in seconds."""
        return float((pts - self.start) * self.time_base)

    @property
    def made_up_times(self) -> bool:
        """AVI holds neither presentation times nor, with B-frames, reliable marks of key frames."""
        return bool(self.container.format.name == "avi")

    @property
    def stated_end(self) -> float | None:
        """When the file says that its pictures end, in seconds from the start; None where it says nothing of them."""
        kind, lone = self.container.format.name, len(self.container.streams) == 1
        if kind in STATING and self.stream.duration is not None:
            return float(self.stream.duration * self.time_base)
        if kind in STATING and lone and self.container.duration is not None:
            return float(self.container.duration / av.time_base)
        return None

    def check_reader(self) -> None:
        """Raise VisionError when the reader has failed; FFmpeg itself would take that for the end of the file."""
        _check(self.reading)


class _Reading:
    """A reader as FFmpeg gets it: under a name that is always text. After its first error it is at its end."""

    def __init__(self, reader: Reader) -> None:
        self.name = name_of(reader)
        self.error: Exception | None = None
        self._reader = reader

    def read(self, size: int) -> bytes:
        return self._asked(lambda: self._reader.read(size), b"")

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._asked(lambda: self._reader.seek(offset, whence), -1)

    def tell(self) -> int:
        return self._asked(self._reader.tell, 0)

    def _asked(self, ask: Callable[[], Answer], failed: Answer) -> Answer:
        if self.error is None:
            try:
                return ask()
            except Exception as error:  # whatever a store's client may raise; PyAV would print and drop it
                self.error = error
        return failed


def _check(reading: _Reading | None) -> None:
    if reading and reading.error:
        raise VisionError(f"{reading.name} could not be read: {reading.error}") from reading.error


def name_of(source: Source) -> str:
    """What messages call it: the file's name without its folders, where it has one."""
    name = getattr(source, "name", None)
    return Path(name).name if isinstance(name, str) and name else "the video"


@contextmanager
def open_video(source: Source, limits: Limits) -> Iterator[Video]:
    """The best picture stream of the file, with one decoder thread; cover art is no picture stream.

    A reader is read from its beginning and left open. Raises VisionError when the source is no video, has no picture
    stream, cannot be read, or when its frames exceed `limits`.
    """
    name = name_of(source)
    reading = None if isinstance(source, Path) else _Reading(source)
    safe = {"format_whitelist": CONTAINERS, "protocol_whitelist": "none" if reading else "file"}
    try:
        if reading:
            reading.seek(0)
        container = av.open(reading or str(source), options=safe, buffer_size=BUFFER)
    except (av.FFmpegError, ValueError, OSError) as error:
        _check(reading)
        raise VisionError(f"{name} cannot be read as a video: {_reason(error)}") from error
    with container:
        stream = _picture_stream(container, name)
        for other in container.streams:
            if other is not stream:
                other.discard = av.stream.Discard.all  # where sound lies apart, it is then not even read
        _check_size(stream, limits, name)
        context = stream.codec_context
        context.thread_count = 1  # each flush throws away what more threads have decoded ahead
        context.thread_type = "NONE"
        context.options = {"max_pixels": str(limits.pixels)}  # for streams that grow after their header
        yield Video(container, stream, stream.start_time or 0, Fraction(stream.time_base), reading)


class Upright:
    """Turns decoded frames into uint8 BGR (h, w, 3), by the matrix and range that they state, and as their display
    matrix says: a sideways face is easily missed. Kept for all frames of a video, for setting it up costs more than its
    use.
    """

    def __init__(self) -> None:
        self._reformatter = av.video.reformatter.VideoReformatter()

    def __call__(self, frame: Any) -> Picture:
        picture = self._reformatter.reformat(frame, format="bgr24", threads=1).to_ndarray()
        turns = round(getattr(frame, "rotation", 0) / 90) % 4  # degrees counter-clockwise, as np.rot90 counts
        return np.ascontiguousarray(np.rot90(picture, turns))


def _picture_stream(container: Any, name: str) -> Any:
    streams = [s for s in container.streams.video if "attached_pic" not in _dispositions(s)]
    if not streams:
        raise VisionError(f"{name} has no video stream{_others(container)}")
    known = [s for s in streams if s.codec_context is not None]
    if not known:
        raise VisionError(f"{name} uses a video codec that this FFmpeg cannot decode")
    return max(known, key=lambda s: s.codec_context.width * s.codec_context.height)


def _dispositions(stream: Any) -> tuple[str, ...]:
    flags = stream.disposition
    return tuple(flag.name for flag in type(flags) if flag in flags)


def _others(container: Any) -> str:
    kinds = sorted({"cover art" if s.type == "video" else str(s.type) for s in container.streams})
    return f", only {' and '.join(kinds)}" if kinds else " and no other"


def _check_size(stream: Any, limits: Limits, name: str) -> None:
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > limits.pixels:
        raise VisionError(f"{name} has frames of {width}x{height}; the limit is {limits.pixels} pixels")


WORDS = {
    "End of file": "it ends before a picture begins",
    "Invalid argument": "its headers make no sense",
    "Input/output error": "it is cut off",
    "Invalid data found when processing input": "it is no video, or a damaged one",
}
"""FFmpeg's words for what is wrong with a file, and ours."""


def _reason(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return WORDS.get(said, said)
