"""The demo's clip made short and small."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from acceptance.desk import REPOSITORY
from maskflow.training.democlip import glide, portraits, wall
from maskflow.vision.video_write import write_video

WIDTH, HEIGHT, RATE = 480, 270, 10
PICTURES = REPOSITORY / "workflows" / "demo" / "pictures"


def people(target: Path, seconds: int = 3) -> Path:
    """The camera's whole way along the wall of portraits, in that many seconds."""
    frames = islice(glide(wall(portraits(PICTURES))), 0, None, 450 // (seconds * RATE))
    small = (np.asarray(cv2.resize(frame, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8) for frame in frames)
    write_video(target, islice(small, seconds * RATE), rate=RATE)
    return target
