"""A frame in, the same frame with its faces marked and a JSON of them out; when all of a video are done, a summary."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from maskflow.errors import FunctionError
from maskflow.runtime.contract import Context
from maskflow.runtime.manifest import Manifest, loads
from maskflow.vision.boxes import Detections
from maskflow.vision.draw import annotate
from maskflow.vision.masks import SCORE, MaskDetector
from maskflow.vision.pictures import encode_picture, read_picture

MODEL = Path(__file__).with_name("mask-detector.onnx")
MASKED = "mask"
"""The class that counts as masked; every other one is a bare face."""
SUMMARY_NAME = "summary.json"


@dataclass(frozen=True, slots=True)
class Counts:
    """Faces of a picture or of a whole video."""

    faces: int = 0
    masked: int = 0

    @property
    def bare(self) -> int:
        return self.faces - self.masked

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.faces + other.faces, self.masked + other.masked)

    def verdict(self, alert_below: float) -> str:
        """ "no faces", "ok", or "alert" when less than `alert_below` (0..1) of the faces are masked."""
        if not self.faces:
            return "no faces"
        return "alert" if self.masked < alert_below * self.faces else "ok"

    def document(self) -> dict[str, int]:
        return {"faces": self.faces, "masked": self.masked, "bare": self.bare}


class Detector(Protocol):
    """What `vision.masks.MaskDetector` is to this file."""

    @property
    def names(self) -> Sequence[str]: ...

    def __call__(self, frame_bgr: npt.NDArray[np.uint8]) -> Detections: ...


class DetectMasks:
    """Loads the mask detector once; then judges pictures, and sums up a video from its pictures' JSON."""

    gathers = ".json"

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        model: Path = MODEL,
        detector: Detector | None = None,
    ) -> None:
        self._alert_below = _share(environment, "ALERT_BELOW", 0.75)
        self._detector: Detector = detector or MaskDetector(model, score=_share(environment, "SCORE", SCORE))

    def __call__(self, source: Path, output: Path, context: Context) -> None:
        name = _relative(context.name or source.name)
        picture = read_picture(source)
        found = self._detector(picture)
        counts = self._count(found)
        target = output / name
        target.parent.mkdir(parents=True, exist_ok=True)
        annotated = annotate(picture, found, self._detector.names, verdict=counts.verdict(self._alert_below))
        target.write_bytes(encode_picture(annotated, name.suffix or ".jpg"))
        target.with_suffix(".json").write_bytes(_canonical(self._report(name.name, picture, found, counts)))

    def gather(self, manifest: Path, parts: Path, output: Path, context: Context) -> None:
        """Write `summary.json` into the manifest's folder, from the JSON files of its parts."""
        listed = loads(manifest.read_bytes())
        if listed is None:
            raise FunctionError(f"{context.name} is no manifest of frames")
        target = output / _relative(context.name).with_name(SUMMARY_NAME)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_canonical(self._summary(listed, parts)))

    def _count(self, found: Detections) -> Counts:
        masked = [self._detector.names[int(number)] == MASKED for number in found.class_id]
        return Counts(len(masked), sum(masked))

    def _report(self, file: str, picture: npt.NDArray[np.uint8], found: Detections, counts: Counts) -> dict[str, Any]:
        names = self._detector.names
        faces = [
            {"box": [round(float(x), 1) for x in box], "class": names[int(number)], "score": round(float(score), 4)}
            for box, number, score in zip(found.xyxy, found.class_id, found.score, strict=True)
        ]
        size = {"width": picture.shape[1], "height": picture.shape[0]}
        return {"file": file, "size": size, "counts": counts.document(), "faces": faces}

    def _summary(self, listed: Manifest, parts: Path) -> dict[str, Any]:
        counted = [(part, _counted(parts / PurePosixPath(part.name).with_suffix(".json"))) for part in listed.parts]
        total = sum((counts for _, counts in counted), Counts())
        frames = [{"file": part.name, "time": round(part.time, 3), **counts.document()} for part, counts in counted]
        return {
            "video": listed.source,
            "frames": len(frames),
            **total.document(),
            "share_masked": round(total.masked / total.faces, 4) if total.faces else None,
            "alert_below": self._alert_below,
            "verdict": total.verdict(self._alert_below),
            "per_frame": frames,
            "notes": list(listed.notes),
        }


def _relative(name: str) -> PurePosixPath:
    """The object's name as a path below the output folder; raises FunctionError for one that would lead out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.name:
        raise FunctionError(f"the object's name {name!r} cannot become a file of the output")
    return path


def _counted(file: Path) -> Counts:
    try:
        counts = json.loads(file.read_bytes())["counts"]
        return Counts(int(counts["faces"]), int(counts["masked"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FunctionError(f"the result {file.name} of a frame is missing or damaged: {error!r}") from error


def _canonical(document: Mapping[str, Any]) -> bytes:
    """Equal documents are equal bytes, whoever writes them."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode()


def _share(environment: Mapping[str, str], key: str, usual: float) -> float:
    text = environment.get(key, "").strip()
    try:
        value = float(text) if text else usual
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise FunctionError(f"{key}={text!r} must be a number between 0 and 1")
    return value
