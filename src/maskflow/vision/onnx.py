"""Runs ONNX files; the only file that knows onnxruntime, so that another engine would be one other file.

From 1.29 on, onnxruntime's wheels report to Microsoft at every import, with a device's id, model names and digests,
unless a variable of the environment says no before the import (microsoft/onnxruntime#27379). We say no.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime


class Network:
    """A loaded model. Calls are safe from several threads; results depend on the input alone."""

    def __init__(self, session: Any, path: Path) -> None:
        self._session = session
        self.path = path
        self.inputs: tuple[str, ...] = tuple(port.name for port in session.get_inputs())
        self.outputs: tuple[str, ...] = tuple(port.name for port in session.get_outputs())
        self.metadata: Mapping[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        """What the file says about itself: text by name."""

    def run(self, *arrays: npt.NDArray[Any]) -> Sequence[npt.NDArray[np.float32]]:
        """The outputs, in the file's order, for one array an input, in the file's order.

        Raises VisionError where the number, the shapes or the types do not fit the model.
        """
        try:
            return list(self._session.run(None, dict(zip(self.inputs, arrays, strict=True))))
        except Exception as error:  # onnxruntime's exceptions have no common base below Exception
            raise VisionError(f"{self.path.name} could not be run: {error}") from error


def load(path: Path, *, sha256: str = "") -> Network:
    """Load the model at `path`, on one thread that does not spin while waiting (a small function has one core or less).

    With `sha256` (hex), the file must have that digest: a damaged or exchanged model must not decide what is hidden.
    Raises VisionError for an absent, damaged or exchanged file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VisionError(f"cannot read the model {path}: {error.strerror}") from error
    digest = hashlib.sha256(content).hexdigest()
    if sha256 and digest != sha256.lower():
        raise VisionError(f"the model {path} is not the expected file: its SHA-256 is {digest}, not {sha256}")
    try:
        session = onnxruntime.InferenceSession(content, _options(), providers=["CPUExecutionProvider"])
    except Exception as error:  # as above
        raise VisionError(f"{path} is not a model that can be loaded: {error}") from error
    return Network(session, path)


def _options() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options
