"""From an entry to something callable, once for each warm process."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from maskflow.errors import FunctionError, MaskflowError
from maskflow.model import EntryKind

from .contract import Handler
from .process import Program
from .spec import FunctionSpec


def load(spec: FunctionSpec, secrets: Mapping[str, str]) -> Handler:
    """The handler of `spec`. Raises FunctionError when it cannot be had: no such file or name, or its set-up failed."""
    if spec.entry.kind is EntryKind.PROGRAM:
        return Program(Path(spec.entry.source), {**spec.environment, **secrets}, spec.limits.timeout)
    if spec.entry.kind is EntryKind.IMAGE:
        raise FunctionError(
            f"{spec.name} exists only as a container image; it cannot run as a process",
            hint="map its image to a function folder",
        )
    file, _, attribute = spec.entry.name.partition(":")
    try:
        thing: Any = getattr(_module(Path(spec.entry.source), file), attribute or "handle")
        made: Any = _instance(thing, {**spec.environment, **secrets})
        handler: Handler = made
        return handler
    except MaskflowError:
        raise
    except Exception as error:  # anything may go wrong in a user's set-up
        raise FunctionError(f"{spec.name} could not be loaded: {type(error).__name__}: {error}") from error


def _instance(thing: Any, environment: Mapping[str, str]) -> Any:
    if not inspect.isclass(thing):
        return thing
    make: Callable[..., Any] = thing
    return make(environment)


def _module(folder: Path, name: str) -> ModuleType:
    """Import `<folder>/<name>.py`, with the folder first on the path so that its own modules are found."""
    file = folder / f"{name}.py"
    if not file.is_file():
        raise FunctionError(f"{file} does not exist")
    sys.path.insert(0, str(folder))
    module_spec = importlib.util.spec_from_file_location(name, file)
    if module_spec is None or module_spec.loader is None:
        raise FunctionError(f"{file} is not Python")
    module = importlib.util.module_from_spec(module_spec)
    sys.modules[name] = module
    module_spec.loader.exec_module(module)
    return module
