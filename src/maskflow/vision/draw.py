"""Draws verdicts on pictures: a box a face, a header strip with the counts; sizes follow the picture's."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.vision.boxes import Detections

Frame = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

_GREEN: Colour = (60, 160, 40)
_RED: Colour = (40, 40, 220)
_GREY: Colour = (140, 120, 110)
_DARK: Colour = (40, 34, 30)
_WHITE: Colour = (255, 255, 255)
_LOOKS = {"mask": ("Mask", _GREEN), "no_mask": ("No mask", _RED)}
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def annotate(frame_bgr: Frame, found: Detections, names: Sequence[str], *, verdict: str = "") -> Frame:
    """A new picture: `frame_bgr`, uint8 (h, w, 3), below a strip with the counts and `verdict`, with a box a face.

    `names` are the detector's class names; "mask" is drawn green, "no_mask" red, others grey. Text is a few percent of
    the shorter side and at least 11 pixels high. The result is (h + strip, w, 3). Raises VisionError for a class number
    without a name.
    """
    if len(found) and not 0 <= int(found.class_id.min()) <= int(found.class_id.max()) < len(names):
        raise VisionError(
            f"detections name classes that the model does not have: {sorted(set(found.class_id.tolist()))}"
        )
    picture = frame_bgr.copy()
    unit = max(11, round(min(picture.shape[:2]) * 0.028))
    for row in range(len(found))[::-1]:  # the best last, on top
        text, colour = _look(names[int(found.class_id[row])])
        label = f"{text} {100 * float(found.score[row]):.0f}%"
        _box(picture, found.xyxy[row], label, colour, unit)
    return np.concatenate([_strip(picture.shape[1], found, names, verdict, unit), picture])


def _look(name: str) -> tuple[str, Colour]:
    return _LOOKS.get(name, (name, _GREY))


def _box(picture: Frame, xyxy: npt.NDArray[np.float32], label: str, colour: Colour, unit: int) -> None:
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = (int(n) for n in np.rint(xyxy))
    cv2.rectangle(picture, (x1, y1), (x2, y2), colour, max(2, unit // 6))
    text_width, pad = _width(label, unit), unit // 3
    left = max(0, min(x1, width - text_width - 2 * pad))
    tall = unit + 2 * pad
    top = y1 - tall if y1 >= tall else min(y2, height - tall)  # above the face, or below one at the upper edge
    cv2.rectangle(picture, (left, top), (left + text_width + 2 * pad, top + tall), colour, cv2.FILLED)
    _text(picture, label, (left + pad, top + pad + unit), _WHITE, unit)


def _strip(width: int, found: Detections, names: Sequence[str], verdict: str, unit: int) -> Frame:
    counts = [(*_look(name), int((found.class_id == n).sum())) for n, name in enumerate(names)]
    parts = [(f"{text} {count}", colour) for text, colour, count in counts]
    texts = [text for text, _ in parts] + ([verdict] if verdict else [])
    gap = unit
    need = sum(_width(text, unit) + 2 * gap for text in texts) + gap * (len(texts) + 1)
    if need > width:  # a narrow picture: smaller letters rather than cut ones
        unit = gap = max(6, int(unit * width / need))
    strip = np.full((round(2.4 * unit), width, 3), _DARK, np.uint8)
    x, base = gap, round(1.65 * unit)
    for text, colour in parts:
        right = x + _width(text, unit) + gap
        cv2.rectangle(strip, (x, unit // 3), (right, len(strip) - unit // 3), colour, cv2.FILLED)
        _text(strip, text, (x + gap // 2, base), _WHITE, unit)
        x = right + gap
    _text(strip, verdict, (x, base), _WHITE, unit)
    return strip


def _scale(unit: int) -> float:
    """The font scale at which capitals are about `unit` pixels high: Hershey's are 21 at scale 1."""
    return unit / 21


def _width(text: str, unit: int) -> int:
    return int(cv2.getTextSize(text, _FONT, _scale(unit), _thick(unit))[0][0])


def _thick(unit: int) -> int:
    return max(1, round(unit / 10))


def _text(picture: Frame, text: str, origin: tuple[int, int], colour: Colour, unit: int) -> None:
    cv2.putText(picture, text, origin, _FONT, _scale(unit), colour, _thick(unit), cv2.LINE_AA)
