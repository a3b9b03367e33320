"""How long until the command line does something: `maskflow --help` beside `python -c "import click"`, CPU seconds."""

from __future__ import annotations

import os
import statistics
import sys

ROUNDS = 15
COMMANDS = {
    "import click": ["-c", "import click"],
    "maskflow --help": ["-m", "maskflow", "--help"],
    "maskflow run --help": ["-m", "maskflow", "run", "--help"],
    "maskflow completion bash": ["-m", "maskflow", "completion", "bash"],
    "maskflow schema": ["-m", "maskflow", "schema"],
    "maskflow ls --local": ["-m", "maskflow", "ls", "--local"],
}
AIM = 3.0


def cpu_seconds(arguments: list[str]) -> float:
    """User and system time of one call, its output thrown away."""
    actions = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    environment = {**os.environ, "MASKFLOW_HOME": "/nonexistent", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = os.posix_spawn(sys.executable, [sys.executable, *arguments], environment, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    assert status == 0, arguments
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            times[name].append(cpu_seconds(arguments))
    base = statistics.median(times["import click"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:26} {median * 1000:6.0f} ms  {median / base:5.2f} x import click")
    ratio = statistics.median(times["maskflow --help"]) / base
    print(f"maskflow --help is {ratio:.2f} x import click; the aim is at most {AIM:.0f} x")


if __name__ == "__main__":
    main()
