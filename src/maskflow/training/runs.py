"""A run's folder: what was asked, what came of each epoch, the curves, the state to go on from, the network so far.

config.json     the settings and the data; a run is only gone on with under the same
metrics.jsonl   a line an epoch
curves.png      the same as pictures
last.pt         everything that the next epoch builds on
model.onnx      the averaged weights after the last epoch, ready for use
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maskflow.errors import VisionError

Metrics = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run at `path`, which need not exist yet."""

    path: Path

    @property
    def state(self) -> Path:
        return self.path / "last.pt"

    @property
    def model(self) -> Path:
        return self.path / "model.onnx"

    def begin(self, config: Mapping[str, Any]) -> None:
        """Note `config`, or hold it against what was noted. Raises VisionError naming every setting that differs."""
        file = self.path / "config.json"
        wanted = json.loads(json.dumps(config))
        if not self.state.exists():
            self._write(file, json.dumps(wanted, indent=2) + "\n")
            (self.path / "metrics.jsonl").unlink(missing_ok=True)
            return
        known = _read_json(file)
        differing = sorted(key for key in {*known, *wanted} if known.get(key) != wanted.get(key))
        if differing:
            lines = [f"{key}: {known.get(key)!r} then, {wanted.get(key)!r} now" for key in differing]
            hint = "repeat the words of the first command to go on, or give another folder to begin anew"
            raise VisionError(f"{self.path} holds a run with other settings: " + "; ".join(lines), hint=hint)

    def metrics(self) -> list[dict[str, float]]:
        """The lines of the epochs so far, in order."""
        file = self.path / "metrics.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def add(self, epoch: int, metrics: Metrics) -> None:
        """Note what `epoch` (from 1) gave; lines of a run that was cut behind its last state are written anew."""
        kept = [line for line in self.metrics() if line["epoch"] < epoch]
        lines = [json.dumps(line) for line in [*kept, {"epoch": epoch, **metrics}]]
        self._write(self.path / "metrics.jsonl", "\n".join(lines) + "\n")

    def _write(self, file: Path, text: str) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(text)
        os.replace(part, file)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise VisionError(f"{file} cannot be read: {error}", hint="give another folder to begin anew") from error
    return content if isinstance(content, dict) else {}
