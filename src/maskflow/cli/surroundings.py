"""What commands know about where they run: data root, configuration files, environment. Read here only."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_root() -> Path:
    """$MASKFLOW_HOME, or the place that this system has for the data of applications."""
    if home := os.environ.get("MASKFLOW_HOME"):
        return Path(home).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("maskflow")


def config_home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()


def on_terminal() -> bool:
    """Whether somebody sits there and can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
