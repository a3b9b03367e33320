"""Finding a function's entry without running any of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from maskflow import fdl
from maskflow.fdl.code import same_image

WORKFLOW = "functions: {aws: [{lambda: {name: one, source: here}}]}"


def load(folder: Path, function: str, toml: str = "") -> fdl.Loaded:
    here = folder / "here"
    here.mkdir()
    (here / "function.py").write_text(function)
    if toml:
        (here / "function.toml").write_text(toml)
    return fdl.check(WORKFLOW, folder / "workflow.yaml")


@pytest.mark.parametrize(
    "function",
    [
        "def handle(): ...",
        "async def handle(): ...",
        "class handle: ...",
        "def handle():\n    return '\\d' is 1",
        "handle = print",
        "handle: object = print",
        "from os import path as handle",
        "import handle.inner",
        "from something import *",
        "try:\n    from fast import handle\nexcept ImportError:\n    handle = None",
        "if True:\n    def handle(): ...",
        "def other(): ...\nfirst, (handle, *rest) = 1, (2, 3)",
    ],
)
def test_every_way_to_define_a_name_counts(function: str, tmp_path: Path) -> None:
    assert load(tmp_path, function).get().functions[0].entry.name == "function:handle"


@pytest.mark.parametrize(
    "function",
    ["", "def other():\n    handle = 1", "class Other:\n    def handle(self): ...", "print(handle)", "'handle'"],
)
def test_names_inside_of_others_do_not(function: str, tmp_path: Path) -> None:
    assert [problem.code for problem in load(tmp_path, function).problems] == ["bad-entry"]


def test_nothing_is_run(tmp_path: Path) -> None:
    load(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')\ndef handle(): ...").get()
    assert not (tmp_path / "ran").exists()


def test_python_that_cannot_be_read_is_said_at_its_line(tmp_path: Path) -> None:
    problem = load(tmp_path, "x = 1\ndef handle(:\n").problems[0]
    assert problem.code == "bad-entry"
    assert str(problem.place) == f"{tmp_path}/here/function.py:2:1"


@pytest.mark.parametrize("function", ["(" * 100_000, "-" * 100_000 + "1", "\0", "x" * 1_100_000, "a.b" * 50_000])
def test_hostile_python_is_one_problem(function: str, tmp_path: Path) -> None:
    assert [problem.code for problem in load(tmp_path, function).problems] == ["bad-entry"]


@pytest.mark.parametrize("toml", ["entry = ", "entry = 5", "entry = ''", "entry = 'handle'", "\udcff", "x" * 1_100_000])
def test_a_wrong_function_toml_is_said(toml: str, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "function.py").write_text("def handle(): ...")
    (here / "function.toml").write_bytes(toml.encode("utf-8", "surrogateescape"))
    problems = fdl.check(WORKFLOW, tmp_path / "workflow.yaml").problems
    assert [problem.code for problem in problems] == ["bad-entry"]
    assert problems[0].place.file.endswith("function.toml")


@pytest.mark.parametrize("image", ["x", "x:latest", "docker.io/library/x", "library/x:latest", " x "])
def test_spellings_of_one_image_are_one(image: str) -> None:
    assert same_image(image) == "x:latest"


@pytest.mark.parametrize("image", ["x:1", "x@sha256:0", "ghcr.io/x", "host:5000/x", "y/x"])
def test_other_images_are_others(image: str) -> None:
    assert same_image(image) != "x:latest"
    assert same_image(same_image(image)) == same_image(image)
