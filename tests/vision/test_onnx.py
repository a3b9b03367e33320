"""The library that runs the models keeps to itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_onnxruntime_does_not_report_home(tmp_path: Path) -> None:
    """It leaves a session's id in TMPDIR and a device's id in HOME as soon as it means to report."""
    unset = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", "import maskflow.vision.onnx"], env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
