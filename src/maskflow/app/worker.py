"""The background worker of this machine."""

from __future__ import annotations

from pathlib import Path

from maskflow.providers.local import control
from maskflow.providers.local.place import Root


def stop(root: Path) -> bool:
    """False when there was none."""
    return control.stop(Root(root))
