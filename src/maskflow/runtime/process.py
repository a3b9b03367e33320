"""Functions that are programs: SCAR's contract, with its faults mended.

The program finds `INPUT_FILE_PATH` (its own copy), `TMP_INPUT_DIR`, `TMP_OUTPUT_DIR`, `STORAGE_OBJECT_KEY` (decoded,
below the bucket), `EVENT_TIME` and the workflow's variables. Unlike faas-supervisor, a shebang is honoured, what it
prints is logged as it is printed, and an exit status other than 0 is a failure that publishes nothing.
"""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from maskflow.errors import FunctionError

from .contract import Context

KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER")
"""Of the worker's own environment, what a program gets: enough to run, nothing that is the user's secret."""
LAST_LINES = 5


class Program:
    """A `Handler` that runs `script` once for each object. `private` tells the runtime to give it a copy."""

    private = True

    def __init__(self, script: Path, environment: Mapping[str, str], timeout: float | None) -> None:
        if not script.is_file():
            raise FunctionError(f"script {script} does not exist")
        self.command = command(script)
        self.environment = environment
        self.timeout = timeout

    def __call__(self, source: Path, output: Path, context: Context) -> None:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= self.environment
        environment |= {
            "INPUT_FILE_PATH": str(source),
            "TMP_INPUT_DIR": str(source.parent),
            "TMP_OUTPUT_DIR": str(output),
            "STORAGE_OBJECT_KEY": context.key,
            "EVENT_TIME": context.time,
        }
        with subprocess.Popen(
            self.command,
            env=environment,
            cwd=source.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            last = _log_lines(process, context)
        if process.returncode:
            said = "; it said: " + " | ".join(last) if last else ""
            raise FunctionError(f"program ended with exit status {process.returncode}{said}")


def command(script: Path) -> list[str]:
    """How to start `script`: itself when it has a shebang or is a binary, else with the shell."""
    with open(script, "rb") as file:
        start = file.read(256)
    if start.startswith(b"#!"):
        return [*start.splitlines()[0][2:].decode(errors="replace").strip().split(None, 1), str(script)]
    if start.startswith((b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")):
        return [str(script)]
    return ["/bin/sh", str(script)]


def _log_lines(process: subprocess.Popen[bytes], context: Context) -> list[str]:
    last: deque[str] = deque(maxlen=LAST_LINES)
    assert process.stdout is not None
    for line in process.stdout:
        text = line.decode(errors="replace").rstrip()
        if text:
            last.append(text)
            context.log.info(text)
    return list(last)
