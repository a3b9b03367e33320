"""What callers rely on: paths, images, raising, machine-readable problems, and published files as they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from datacases import CASES, Case
from maskflow import fdl
from maskflow.errors import WorkflowError
from maskflow.model import EntryKind

HERE = CASES / "fdl"
PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "fdl"
IMAGES = {
    "grycap/blurry-faces": HERE / "functions" / "split",
    "grycap/mask-detector-yolo:mini": f"{HERE}/functions/detect#function:handle",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the inputs of all cases as files, and the functions that they name."""
    shutil.copytree(HERE / "functions", tmp_path / "functions")
    shutil.copy(HERE / "run.sh", tmp_path)
    for path in HERE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(Case(path).input)
    return tmp_path


def published(name: str) -> Path:
    for folder in (PUBLISHED, Path(__file__).parents[4] / "shared" / "data" / "fdl"):
        if (folder / name).is_file():
            return folder / name
    pytest.skip(f"needs the published file {name} in ../shared/data/fdl, which is not part of the project")


def test_scar_s_own_file_loads_unchanged_with_its_images_mapped() -> None:
    workflow = fdl.load(published("scar-mask-detector-workflow.yaml"), images=IMAGES).get()
    cloud, home = workflow.functions
    assert (cloud.name, home.name) == ("scar-mask-detector", "oscar-anon-and-split")
    assert [function.entry.kind for function in workflow.functions] == [EntryKind.PYTHON] * 2
    assert home.entry.name == "function:AnonAndSplit"
    assert str(home.outputs[1].path) == "s3.my_s3:scar-mask-detector/intermediate"
    assert home.limits.memory == 2 * 2**30


def test_scar_s_own_file_is_not_deployed_with_its_placeholders() -> None:
    loaded = fdl.load(published("scar-mask-detector-workflow.yaml"), images=IMAGES, deploying=True)
    assert [problem.code for problem in loaded.problems] == ["placeholder", "placeholder"]
    assert loaded.workflow is None


def test_scar_s_sample_of_every_key_has_only_its_scripts_missing() -> None:
    loaded = fdl.load(published("fdl-example.yaml"))
    assert {problem.code for problem in loaded.problems if problem.severity == "error"} == {"missing-script"}
    assert "did you mean 'timeout_threshold'?" in [problem.hint for problem in loaded.problems]


def test_paths_start_from_the_file_s_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    function = fdl.load(folder / "good-mask-workflow.yaml").get().functions[0]
    assert function.entry.source == str(folder / "functions" / "detect")


def test_a_relative_file_gives_absolute_sources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert fdl.load("good-scar-style.yaml").get().functions[0].entry.source == str(folder / "run.sh")


def test_images_given_go_before_the_file_s_own(folder: Path) -> None:
    images = {"example/detector:latest": str(folder / "functions" / "split")}
    functions = fdl.load(folder / "good-images.yaml", images=images).get().functions
    assert functions[0].entry.name == "function:AnonAndSplit"


def test_get_raises_with_all_problems(folder: Path) -> None:
    loaded = fdl.load(folder / "ranges-aws.yaml")
    with pytest.raises(WorkflowError, match="127") as caught:
        loaded.get()
    assert caught.value.problems == loaded.problems
    assert len(loaded.problems) > 3


def test_problems_are_json(folder: Path) -> None:
    problem = fdl.load(folder / "unknown-port-key.yaml").problems[0]
    assert json.loads(json.dumps(fdl.as_json(problem))) == {
        "file": str(folder / "unknown-port-key.yaml"),
        "line": 7,
        "column": 52,
        "severity": "error",
        "code": "unknown-port-key",
        "message": "an input or output has no key 'sufix'",
        "hint": "did you mean 'suffix'?",
    }


def test_no_problem_shows_a_secret(folder: Path) -> None:
    for path in sorted(folder.glob("*.yaml")):
        text = "\n".join(map(str, fdl.load(path).problems))
        assert "hunter2" not in text


@pytest.mark.parametrize("name", ["caf\u00e9 Ärger", "a" * 90, "___", "x.y.z"])
def test_a_workflow_without_a_name_has_its_file_s(name: str) -> None:
    text = "functions: {aws: [{lambda: {name: a, container: {image: b}}}]}"
    workflow = fdl.check(text, f"{name}.yaml").get()
    assert fdl.check(f"name: {workflow.name}\n{text}").get().name == workflow.name, "it would be a valid one to write"
