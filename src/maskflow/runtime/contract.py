"""What a function is to maskflow: the agreement between the runtime and the code that users write.

A function is a Python callable, or a class whose instances are callable, named `file:attribute` in the workflow:

    def handle(source: Path, output: Path, context: Context) -> None: ...

    class Detector:
        gathers = ".json"                                   # optional: which outputs of the parts `gather` wants
        def __init__(self, environment: Mapping[str, str]) -> None: ...      # once a warm process: load the model
        def __call__(self, source: Path, output: Path, context: Context) -> None: ...
        def gather(self, manifest: Path, parts: Path, output: Path, context: Context) -> None: ...    # optional

It reads `source` (never writes to it), puts files below `output`, and raises when it cannot do its work. Files become
objects only after it has returned, each whole, under `<output path>/<relative path>`. Keys and bytes must be a pure
function of the source's bytes, `context.name` and the environment: then the same event twice gives the same objects
once. Or it is any program with SCAR's environment variables (`process.py`).

Fan-in: when an input folder holds a `manifest.json` (`manifest.py`) and every part that it lists has been worked on in
the listed version, `gather` is called with the manifest and a folder with the parts' outputs whose names end in
`gathers`. What it writes is published like any other output, once however many events notice that the set is whole.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from maskflow.model import NO_MAPPING


@dataclass(frozen=True, slots=True)
class Context:
    """What a function may know about the event that it works on."""

    function: str
    run: str
    bucket: str
    key: str
    """The object's whole key."""
    name: str
    """The key below the trigger's prefix: `cam1/door.mp4` for key `input/cam1/door.mp4` and prefix `input`."""
    etag: str = ""
    time: str = ""
    environment: Mapping[str, str] = NO_MAPPING
    log: logging.Logger = field(default=logging.getLogger("maskflow.function"), compare=False)


class Handler(Protocol):
    """Loaded once, called many times, never concurrently in one process."""

    def __call__(self, source: Path, output: Path, context: Context) -> None: ...


class Gatherer(Protocol):
    """A handler that also brings the parts of a set together."""

    gathers: str

    def gather(self, manifest: Path, parts: Path, output: Path, context: Context) -> None: ...
