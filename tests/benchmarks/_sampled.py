"""One rival of sampling.py in a process of its own: `_sampled.py all|exact|keyframe VIDEO INTERVAL OUT`.

Writes the top left corner of each frame, grey, one after the other into OUT, and prints what each stands for: its place
on the clock and its time in seconds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from maskflow.vision.frames import Frame, Sampling

WIDTH, HEIGHT = 576, 48


def everything(path: Path, interval: float) -> Iterator[Frame]:
    """Every frame decoded, the one shown at each time converted: the usual loop."""
    shown: Any = None
    count = 0
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for frame in container.decode(video=0):
            while shown is not None and frame.time > count * interval + 1e-6:
                yield Frame(count, shown.time, shown.to_ndarray(format="bgr24"))
                count += 1
            shown = frame


def main() -> None:
    way, path, interval, out = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4])
    frames = everything(path, interval) if way == "all" else Sampling(path, interval, mode=way)  # type: ignore[arg-type]
    said = []
    with out.open("wb") as corners:
        for frame in frames:
            corners.write(frame.bgr[:HEIGHT, :WIDTH, 1].tobytes())
            said.append([frame.index, round(frame.time_s, 6)])
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
