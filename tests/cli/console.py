"""A console for tests: a home, a work folder and a data root of their own, and what commands say, made comparable."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from maskflow.cli.main import run
from maskflow.providers.local import control
from maskflow.providers.local.place import Root

FUNCTION = """\
from pathlib import Path

def shout(source, output, context):
    text = source.read_text()
    if "bad" in text:
        raise ValueError("bad words")
    (output / (Path(context.name).stem + ".up")).write_text(text.upper())

def count(source, output, context):
    folder = output / Path(context.name).stem
    folder.mkdir()
    size = source.stat().st_size
    (folder / "summary.json").write_text('{"file": "%s", "bytes": %d, "lines": [1, 2]}' % (context.name, size))
"""

WORKFLOW = """\
name: cctv
functions:
  oscar:
  - home:
      name: anon-and-split
      source: code
      entry: function:shout
      input:
      - {storage_provider: minio.default, path: cctv/input, suffix: [.mp4]}
      output:
      - {storage_provider: s3.default, path: mask-results/frames}
  aws:
  - lambda:
      name: mask-detector
      source: code
      entry: function:count
      input:
      - {storage_provider: s3.default, path: mask-results/frames}
      output:
      - {storage_provider: s3.default, path: mask-results/result}
"""

_UNSTEADY = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00)?"), "TIME"),
    (re.compile(r"(?<=process )\d+"), "PID"),
    (re.compile(r'(?<="pid": )\d+'), "0"),
    (re.compile(r'(?<="sequencer": ")[0-9a-f]+'), "SEQUENCER"),
    (re.compile(r'(?<="modified": )[0-9.e+-]+'), "0"),
    (re.compile(r'(?<="seconds": )[0-9.e+-]+'), "0"),
    (re.compile(r"(?<=\s)\d+\.\d\d$", re.MULTILINE), "S.SS"),
    (re.compile(r'(?<=code: ")[0-9a-f]{16,64}|(?<="wanted": ")[0-9a-f]+|(?<="actual": ")[0-9a-f]+'), "DIGEST"),
    (re.compile(r'(?<="after": ")[0-9a-f]{16,64}'), "DIGEST"),
    (re.compile(r"^! (?:running|uploading|downloading): .*\n", re.MULTILINE), ""),
)
_UNWANTED = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "SCAR_CONFIG_FOLDER", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "NO_COLOR")
_STEP = re.compile(r"! [-+~@=] local:")


@dataclass(frozen=True)
class Console:
    """`home` is $HOME, `work` the current folder, `root` the data root; all below one temporary folder."""

    home: Path
    work: Path
    root: Path
    capture: pytest.CaptureFixture[str]

    def run(self, line: str) -> tuple[int, str, str]:
        """Carry out `maskflow ...`; exit code, standard output, standard error, as they are."""
        program, *arguments = shlex.split(line.partition(" > ")[0])
        assert program == "maskflow"
        self.capture.readouterr()
        code = run(arguments)
        said = self.capture.readouterr()
        return code, said.out, said.err

    def transcript(self, line: str) -> str:
        """The same as one comparable text: standard error after `! `, and the exit code if it is not 0."""
        code, out, err = self.run(line)
        text = out + "".join(f"! {one}\n" for one in err.splitlines()) + (f"[{code}]\n" if code else "")
        return self.steady(text)

    def steady(self, text: str) -> str:
        text = text.replace(str(self.home.parent), "/tmp")
        for pattern, instead in _UNSTEADY:
            text = pattern.sub(instead, text)
        return "".join(_sorted_steps(text.splitlines(keepends=True)))

    def project(self) -> None:
        """The folder `cctv` with a workflow that needs no models, and some files named like videos."""
        code = self.work / "cctv" / "code"
        code.mkdir(parents=True)
        (code / "function.py").write_text(FUNCTION)
        (self.work / "cctv" / "workflow.yaml").write_text(WORKFLOW)
        (self.work / "door.mp4").write_text("hello")
        (self.work / "videos" / "cam1").mkdir(parents=True)
        (self.work / "videos" / "cam1" / "a.mp4").write_text("first")
        (self.work / "videos" / "b.mp4").write_text("second")

    def bucket(self, realm: str, name: str) -> None:
        Root(self.root).storage(realm).create_bucket(name)


def _sorted_steps(lines: list[str]) -> Iterator[str]:
    """Independent changes are done in parallel, so their order among themselves says nothing."""
    steps: list[str] = []
    for line in lines:
        if _STEP.match(line):
            steps.append(line)
            continue
        yield from sorted(steps)
        steps = []
        yield line
    yield from sorted(steps)


def console(folder: Path, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> Iterator[Console]:
    made = Console(folder / "home", folder / "work", folder / "root", capture)
    for path in (made.home, made.work):
        path.mkdir()
    for name in (
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "SCAR_CONFIG_FOLDER",
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "NO_COLOR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.setenv("MASKFLOW_HOME", str(made.root))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(made.work)
    yield made
    control.stop(Root(made.root))
