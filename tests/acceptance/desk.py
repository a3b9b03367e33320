"""A user's desk for tests: a shell with a home of its own, in which the real command line is typed as a process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from maskflow.providers.local.journal import read
from maskflow.providers.local.place import Root

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 300.0
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """Of standard error, without the progress."""
        return [line for line in self.err.splitlines() if not line.startswith("running: ")]


class Desk:
    """`folder` holds all that commands may touch: the data root, the user's home and work folder, temporary files."""

    def __init__(
        self, folder: Path, *, python: str = sys.executable, modules: Path | None = REPOSITORY / "src"
    ) -> None:
        self.folder = folder
        self.python = python
        self.root = Root(folder / "root")
        self.work = folder / "work"
        for path in (self.work, folder / "user", folder / "tmp"):
            path.mkdir(parents=True)
        self.environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment |= {
            "HOME": str(folder / "user"),
            "TMPDIR": str(folder / "tmp"),
            "MASKFLOW_HOME": str(self.root.path),
            "COLUMNS": "200",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if modules:
            self.environment["PYTHONPATH"] = str(modules)

    def __call__(self, *arguments: str | Path, code: int | None = 0, cwd: Path | None = None) -> Said:
        """Type `maskflow ARGUMENTS` and wait for its end, which must be with `code` (None: however)."""
        with self.spawn(*arguments, cwd=cwd) as process:
            out, err = process.communicate(timeout=PATIENCE)
        said = Said(process.returncode, out.decode(), err.decode())
        assert "Traceback" not in said.err, said.err
        assert code is None or said.code == code, (arguments, said, list(read(self.root.journal))[-5:])
        return said

    def spawn(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.python, "-m", "maskflow", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd or self.work,
            env=self.environment,
            start_new_session=True,
        )

    def objects(self) -> dict[str, bytes]:
        """Every object of every bucket, as `realm/bucket/key`."""
        top = self.root.buckets
        paths = (path for path in top.rglob("*") if path.is_file())
        return {
            path.relative_to(top).as_posix(): path.read_bytes()
            for path in paths
            if path.relative_to(top).parts[2] != ".maskflow"
        }

    def remains(self) -> list[Path]:
        """Temporary files, which must not be left by anything that has ended."""
        tmp = [path for path in self.root.buckets.glob("*/*/.maskflow/tmp/*") if path.is_file()]
        scratch = [path for path in self.root.scratch.rglob("*") if path.is_file()]
        return [*tmp, *scratch, *self.root.code.glob("*.new"), *(self.folder / "tmp").iterdir()]

    def processes(self) -> list[psutil.Process]:
        """What works on this data root: each of them names it in its command line or its environment."""
        return list(_naming(str(self.root.path)))

    def tree(self) -> Mapping[str, bytes]:
        """All files of the desk but those below the data root."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.is_relative_to(self.root.path)
        }

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {what}"
            time.sleep(0.02)

    def clear(self) -> None:
        """End whatever still works here."""
        for process in self.processes():
            end(process)
        self.until(lambda: not self.processes(), "all processes are gone")


def end(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()


def _naming(text: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if text in " ".join(process.cmdline()) or process.environ().get("MASKFLOW_HOME") == text:
                yield process


def copied_workflow(target: Path, changes: Sequence[tuple[str, str]] = ()) -> Path:
    """The shipped `workflows/mask.yaml` at another place, each change made exactly where it fits."""
    text = (REPOSITORY / "workflows" / "mask.yaml").read_text()
    for old, new in (("../functions/", f"{REPOSITORY}/functions/"), *changes):
        assert old in text, old
        text = text.replace(old, new)
    target.write_text(text)
    return target
