"""What commands know about where they run: data root, configuration files, environment. Read here only."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maskflow.app.sides import Side
    from maskflow.app.userconfig import ConfigFiles


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


def config_files() -> ConfigFiles:
    from maskflow.app.userconfig import ConfigFiles

    scar = os.environ.get("SCAR_CONFIG_FOLDER") or "~/.scar"
    return ConfigFiles(
        maskflow=config_home() / "maskflow" / "config.yaml",
        scar=Path(scar).expanduser() / "scar.cfg",
        oscar_cli=Path("~/.oscar-cli/config.yaml").expanduser(),
    )


def configured_sides(*, local: bool = False) -> tuple[Side, ...]:
    """All sides that may have buckets; with `local` those of this machine, and then no configuration is read."""
    from maskflow.app.sides import sides
    from maskflow.app.userconfig import UserConfig, read

    config = UserConfig() if local else read(config_files())
    return sides(data_root(), config, os.environ, local=local)
