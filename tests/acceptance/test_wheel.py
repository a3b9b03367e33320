"""What a person has who typed `pip install maskflow`: no source folder, the templates out of the wheel."""

from __future__ import annotations

import json
import subprocess
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from acceptance.desk import REPOSITORY, Desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MOST_BYTES = 40 << 20


UNREACHABLE = ("Could not find a version", "No matching distribution", "ConnectionError", "Max retries", "ReadTimeout")


def pip(python: Path, *arguments: str | Path) -> None:
    """Skips where the index that has the build back end is out of reach; else fails with what pip said."""
    command = [python, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode and any(words in done.stderr for words in UNREACHABLE):
        pytest.skip("needs the package index, for the build back end hatchling")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment; the libraries that maskflow needs are borrowed from this one."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(site) / "zz-borrowed.pth").write_text("".join(f"{path}\n" for path in sorted(borrowed)))
    return python


@pytest.fixture(scope="module")
def wheel(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Installed, too."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(python, "wheel", "--no-deps", "--wheel-dir", folder, REPOSITORY)
    (found,) = folder.glob("maskflow-*.whl")
    pip(python, "install", "--no-deps", "--no-index", "--ignore-installed", found)
    return found


def test_the_wheel_holds_what_is_needed_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    models = [name for name in names if name.endswith(".onnx")]
    assert sorted(models) == [
        "maskflow/templates/functions/anon-and-split/centerface.onnx",
        "maskflow/templates/functions/anon-and-split/yunet.onnx",
        "maskflow/templates/functions/mask-detector/mask-detector.onnx",
    ]
    assert "maskflow/templates/workflows/mask.yaml" in names
    assert "maskflow/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "functions/"))]
    assert wheel.stat().st_size < MOST_BYTES


def test_a_new_project_runs_from_the_wheel_alone(python: Path, wheel: Path, tmp_path: Path, clip: Path) -> None:
    assert wheel.is_file()
    desk = Desk(tmp_path / "desk", python=str(python), modules=None)
    where = subprocess.run(
        [python, "-c", "import maskflow; print(maskflow.__file__)"], capture_output=True, text=True, check=True,
        env=desk.environment, cwd=desk.work,
    )  # fmt: skip
    assert str(python.parents[1]) in where.stdout
    assert [one["name"] for one in desk("new", "--list", "--json").json()] == ["mask"]
    desk("new", "cctv")
    assert (desk.work / "cctv" / "functions" / "mask-detector" / "mask-detector.onnx").is_file()
    desk("validate", "cctv/workflow.yaml")
    said = desk("run", "-f", "cctv/workflow.yaml", "-o", "results", clip, "--json")
    assert [hop["failed"] for hop in said.json()["hops"]] == [0, 0]
    summary = json.loads((desk.work / "results" / "result" / "people" / "summary.json").read_text())
    assert (summary["video"], summary["frames"]) == ("people.mp4", 1)
    assert (desk.work / "results" / "result" / "people" / "img1.jpg").is_file()
    desk.until(lambda: not desk.processes(), "no process is left")
    assert not desk.remains()
    script = subprocess.run(
        [python.parent / "maskflow", "--version"], capture_output=True, env=desk.environment, check=True
    )
    assert script.stdout.startswith(b"maskflow")
