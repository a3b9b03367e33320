"""What sampling costs against decoding everything: `tests/benchmarks/sampling.py [--video FILE] [--seconds 60]`.

Without a video, a noisy 1080p25 H.264 clip with 3 B-frames is made for each GOP of 1, 2 and 10 s. Times are CPU s, the
median of interleaved rounds; the interval begins off the key frames (4.96 s), so that seeking gets no luck.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from maskflow.vision.frames import Sampling
from maskflow.vision.video import Limits, open_video, upright
from maskflow.vision.video_scan import Clock, scan

INTERVAL = 4.96


def make(path: Path, seconds: int, gop: int) -> Path:
    noise = [np.random.default_rng(n).integers(-12, 12, (1080, 1920, 3)) for n in range(4)]
    base = np.linspace(40, 200, 1920)[None, :, None] + np.linspace(0, 40, 1080)[:, None, None]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        stream.bit_rate = 5_000_000
        stream.options = {"preset": "veryfast", "x264-params": f"keyint={gop}:min-keyint={gop}:bframes=3:scenecut=0"}
        for number in range(seconds * 25):
            picture = np.roll(base, number * 3, axis=1) + noise[number % 4]
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sampled(path: Path) -> list[float]:
    return [round(frame.time_s, 3) for frame in Sampling(path, INTERVAL)]


def decoded(path: Path) -> list[float]:
    with open_video(path, Limits()) as video:
        times = []
        for frame in scan(Clock(video, Fraction(INTERVAL).limit_denominator(1000), 1e9), []):
            upright(frame)
            times.append(round(video.seconds(frame.pts), 3))
        return times


def cost(work: Callable[[Path], list[float]], path: Path) -> tuple[float, list[float]]:
    began = time.process_time()
    times = work(path)
    return time.process_time() - began, times


def compare(name: str, path: Path, rounds: int) -> None:
    costs: dict[str, list[float]] = {"sampled": [], "decoded": []}
    for _ in range(rounds):
        spent, ours = cost(sampled, path)
        costs["sampled"].append(spent)
        spent, theirs = cost(decoded, path)
        costs["decoded"].append(spent)
        if ours != theirs:
            sys.exit(f"{name}: other frames: {ours} and {theirs}")
    ours_s, theirs_s = (statistics.median(costs[key]) for key in ("sampled", "decoded"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:16} {ours_s:6.2f} s sampled {theirs_s:6.2f} s decoded {theirs_s / ours_s:5.1f}x  peak {peak:.0f} MB")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--video", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    if chosen.video:
        compare(chosen.video.name, chosen.video, chosen.rounds)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for gop in (25, 50, 250):
            compare(f"GOP {gop // 25} s", make(Path(folder) / f"{gop}.mp4", chosen.seconds, gop), chosen.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
