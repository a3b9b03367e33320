"""The description of a YOLO network inside its own file: text by name, written by the export, read by the detector."""

from __future__ import annotations

import json
from collections.abc import Mapping

from maskflow.errors import VisionError
from maskflow.vision.yolo import DECODE, FITS, Head, Layout

_COLOUR = "RGB 0..1"


def write_layout(layout: Layout) -> Mapping[str, str]:
    """The metadata of a model file with this layout."""
    return {
        "names": json.dumps(layout.names),
        "size": str(layout.size),
        "heads": json.dumps([[head.stride, head.anchors] for head in layout.heads]),
        "decode": DECODE,
        "fit": layout.fit,
        "colour": _COLOUR,
    }


def read_layout(metadata: Mapping[str, str]) -> Layout:
    """The layout that `metadata` describes; VisionError where it is incomplete or not ours to decode."""
    for key, known in (("decode", (DECODE,)), ("fit", FITS), ("colour", (_COLOUR,))):
        if metadata.get(key) not in known:
            raise VisionError(
                f"the model's metadata say {key}={metadata.get(key)!r}; only {' and '.join(known)} are known",
                hint="convert the model with `python -m maskflow.training export`",
            )
    try:
        heads = tuple(
            Head(int(stride), tuple((float(w), float(h)) for w, h in anchors))
            for stride, anchors in json.loads(metadata["heads"])
        )
        names = tuple(str(name) for name in json.loads(metadata["names"]))
        layout = Layout(names, int(metadata["size"]), heads, metadata["fit"])
    except (KeyError, TypeError, ValueError) as error:
        raise VisionError(f"the model's metadata are incomplete or wrong: {error!r}") from error
    if not layout.names or not layout.heads or any(layout.size % head.stride for head in layout.heads):
        raise VisionError("the model's metadata name no classes or no heads, or its size is no multiple of a stride")
    return layout
