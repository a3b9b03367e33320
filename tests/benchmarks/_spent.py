"""What a command costs with everything that it starts: CPU seconds and the largest process."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SUBREAPER = 36
"""prctl(2): orphans of the command become ours, so that their time is counted. Linux only."""


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds, user and system, the peak memory of the largest process in MiB, and the bytes read (0: unknown)."""

    cpu: float = 0.0
    peak: float = 0.0
    read: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.cpu + other.cpu, max(self.peak, other.peak), self.read + other.read)

    def times(self, count: float) -> Spent:
        return Spent(self.cpu * count, self.peak, round(self.read * count))


def command(words: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Spent:
    """Run it to its end and to the end of all that it started; exits with what it said when it fails."""
    return measured(words, environment)[0]


def measured(words: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> tuple[Spent, str]:
    """The same, with what it said."""
    before = _read()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    process = subprocess.Popen(
        [str(word) for word in words],
        env={**_kept(), **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    total, status = Spent(), 0
    while True:
        try:
            pid, code, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        status = os.waitstatus_to_exitcode(code) if pid == process.pid else status
        peak = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
        total += Spent(usage.ru_utime + usage.ru_stime, peak)
    process.returncode = status
    if status:
        sys.exit(f"{words[0]} ended with {status}:\n{said.decode(errors='replace')[-2000:]}")
    return Spent(total.cpu, total.peak, max(0, _read() - before - len(said))), said.decode(errors="replace")


def _kept() -> dict[str, str]:
    """Our environment, but bytecode may be kept: to compile TensorFlow at every start costs more than to import it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _read() -> int:
    """The bytes read so far by this process and those that it has waited for; 0 where the kernel does not tell."""
    told = Path("/proc/self/io")
    return int(told.read_text().split()[1]) if told.exists() else 0
