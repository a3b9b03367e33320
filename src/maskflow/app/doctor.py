"""Whether this machine can do what will be asked of it, and which sides answer. Nothing is changed."""

from __future__ import annotations

import enum
import os
import platform
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import ConfigError, MaskflowError
from maskflow.model import Cluster

from . import userconfig
from .sides import Side, sides
from .templates import models
from .userconfig import ConfigFiles, UserConfig

LEAST_FREE = 1 << 30
LEAST_WATCHES = 8192
PATIENCE = 5.0


class State(enum.StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `hint` says what to do when it is not well."""

    name: str
    state: State
    detail: str
    hint: str = ""


def examine(
    root: Path, files: ConfigFiles, environment: Mapping[str, str], *, proc: Path = Path("/proc")
) -> list[Check]:
    """Everything, in an order from near to far."""
    config, checks = _config(files)
    found = [_python(), _data_root(root), *_inotify(proc), *_models(), *checks]
    asked: list[Callable[[], Check]] = [_asking(side) for side in sides(root, config, environment)]
    asked += [_greeting(cluster) for _, cluster in sorted(config.clusters.items())]
    if asked:
        with ThreadPoolExecutor(len(asked)) as pool:
            found += pool.map(lambda question: question(), asked)
    return found


def _python() -> Check:
    return Check("python", State.OK, f"{sys.version.split()[0]} on {platform.system()} {platform.machine()}")


def _data_root(root: Path) -> Check:
    there = root
    while not there.exists():
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Check("data root", State.FAILED, f"{root} cannot be written", "set MASKFLOW_HOME to a folder of yours")
    free = shutil.disk_usage(there).free
    detail = f"{root}, {free / 1e9:.1f} GB free"
    if free < LEAST_FREE:
        return Check("data root", State.WARNING, detail, "videos need room: free some, or set MASKFLOW_HOME")
    return Check("data root", State.OK, detail)


def _inotify(proc: Path) -> Iterator[Check]:
    """Linux only: how many folders may be watched."""
    limit = proc / "sys" / "fs" / "inotify" / "max_user_watches"
    try:
        number = int(limit.read_text())
    except (OSError, ValueError):
        return
    enough = number >= LEAST_WATCHES
    hint = "" if enough else f"sudo sysctl fs.inotify.max_user_watches={LEAST_WATCHES * 8}"
    yield Check("file events", State.OK if enough else State.WARNING, f"{number:,} folders can be watched", hint)


def _models() -> Iterator[Check]:
    """Every model that is shipped is loaded, which also proves the engine."""
    for path in models():
        name = f"model {path.parent.name}/{path.name}"
        try:
            from maskflow.vision import onnx

            onnx.load(path)
        except (MaskflowError, ImportError) as error:
            yield Check(name, State.FAILED, str(error), "install maskflow again")
        else:
            yield Check(name, State.OK, f"loads, {path.stat().st_size / 1e6:.1f} MB")


def _config(files: ConfigFiles) -> tuple[UserConfig, Sequence[Check]]:
    try:
        config = userconfig.read(files)
    except ConfigError as error:
        return UserConfig(), [Check("configuration", State.FAILED, str(error), error.hint or "mend the file")]
    read = ", ".join(str(path) for path in config.files)
    if not read:
        return config, [Check("configuration", State.OK, f"none, and none is needed; it would be {files.maskflow}")]
    warnings = [Check("configuration", State.WARNING, str(problem)) for problem in config.warnings]
    return config, [Check("configuration", State.OK, read), *warnings]


def _asking(side: Side) -> Callable[[], Check]:
    def ask() -> Check:
        name = f"side {side.name}"
        try:
            number = len(side.open().buckets())
        except MaskflowError as error:
            return Check(name, State.FAILED, str(error), error.hint)
        return Check(name, State.OK, f"{side.where}, {number} bucket{'' if number == 1 else 's'}")

    return ask


def _greeting(cluster: Cluster) -> Callable[[], Check]:
    def greet() -> Check:
        name = f"cluster {cluster.name}"
        if not cluster.endpoint.startswith(("http://", "https://")):
            return Check(name, State.FAILED, f"its endpoint {cluster.endpoint!r} is no http(s) address")
        try:
            with urllib.request.urlopen(f"{cluster.endpoint}/health", timeout=PATIENCE) as answer:  # noqa: S310 - above
                return Check(name, State.OK, f"{cluster.endpoint} answers {answer.status}")
        except (OSError, ValueError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            return Check(name, State.FAILED, f"{cluster.endpoint}: {reason}", "is it up, and reachable from here?")

    return greet
