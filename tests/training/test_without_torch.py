"""Without the extra `train`, the commands that need it say how to get it, before anything was done."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from maskflow.errors import UsageError
from maskflow.training.__main__ import main


@pytest.mark.parametrize("command", ["train", "export"])
def test_a_missing_package_is_named(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("maskflow.training") and not name.endswith("__")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main([command, "--data", str(tmp_path)]) == UsageError.exit_code
    assert "needs torch (pip install 'maskflow[train]')" in capsys.readouterr().err


def test_another_missing_module_is_a_bug_and_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ModuleNotFoundError):
        main(["export"])
