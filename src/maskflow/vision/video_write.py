"""Writes pictures as a video: for the demo's clip and for tests, never on the way of a workflow."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError

_ENCODERS = (("libx264", {"preset": "veryfast", "crf": "24"}), ("mpeg4", {"qscale": "4"}))


def write_video(path: Path, pictures: Iterable[npt.NDArray[np.uint8]], *, rate: int = 25, gop: int = 50) -> int:
    """Write uint8 BGR pictures of one even size, `rate` a second, a key frame at least every `gop`; returns how many.

    H.264 where this FFmpeg has x264, else MPEG-4, in the container that the suffix of `path` names. One thread, so that
    equal pictures give equal bytes. Raises VisionError for no pictures or when the file cannot be written.
    """
    name, options = next((name, options) for name, options in _ENCODERS if name in av.codecs_available)
    count = 0
    try:
        with av.open(str(path), "w", options={"movflags": "+faststart"} if path.suffix == ".mp4" else {}) as container:
            stream = container.add_stream(name, rate=rate, options=options)
            stream.codec_context.thread_count = 1
            stream.codec_context.gop_size = gop
            stream.pix_fmt = "yuv420p"
            for picture in pictures:
                if not count:
                    stream.height, stream.width = picture.shape[:2]
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
                count += 1
            if count:
                container.mux(stream.encode(None))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VisionError(f"{path.name} cannot be written: {error}") from error
    if not count:
        raise VisionError(f"{path.name} would hold no picture")
    return count
