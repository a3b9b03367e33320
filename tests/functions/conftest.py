"""The shipped functions, imported from their folders as the runtime does."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from maskflow.runtime.contract import Context

FUNCTIONS = Path(__file__).parents[2] / "functions"


def _module(name: str) -> ModuleType:
    alias = "shipped_" + name.replace("-", "_")
    if alias not in sys.modules:
        spec = importlib.util.spec_from_file_location(alias, FUNCTIONS / name / "function.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[alias] = module
        spec.loader.exec_module(module)
    return sys.modules[alias]


@pytest.fixture(scope="session")
def anon() -> ModuleType:
    return _module("anon-and-split")


@pytest.fixture(scope="session")
def masks() -> ModuleType:
    return _module("mask-detector")


@pytest.fixture
def context() -> Callable[[str], Context]:
    return lambda name: Context("f", "run-1", "bucket", f"input/{name}", name)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "output"
    folder.mkdir()
    return folder
