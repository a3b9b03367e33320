"""SCAR's own workflow file runs unchanged on one machine, when its images are said to be our functions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acceptance.desk import REPOSITORY, Desk

NAME = "scar-mask-detector-workflow.yaml"
IMAGES = {"grycap/blurry-faces": "anon-and-split", "grycap/mask-detector-yolo:mini": "mask-detector"}
MAPPING = [f"--image={image}={REPOSITORY / 'functions' / folder}" for image, folder in IMAGES.items()]


@pytest.fixture
def scars() -> Path:
    for folder in (REPOSITORY.parent, REPOSITORY.parents[1]):
        if (file := folder / "shared" / "data" / "fdl" / NAME).is_file():
            return file
    pytest.skip(f"needs {NAME} in ../shared/data/fdl, which is not part of the project")


def test_scars_file_runs_unchanged(desk: Desk, scars: Path, clip: Path) -> None:
    outside = desk.tree()
    desk("validate", scars, *MAPPING)
    desk("init", "-f", scars, "--local", *MAPPING)
    desk("put", "-b", "oscar-anon-and-split/input", clip)
    summary = "s3/scar-mask-detector/result/people/summary.json"
    desk.until(lambda: summary in desk.objects(), "the summary is there")
    desk.until(lambda: not any(desk("ls", "--json").json()["worker"]["waiting"].values()), "nothing is waiting")
    objects = desk.objects()
    frames = [f"{path}/people/{file}" for path in (
        "minio.default/oscar-anon-and-split/output",
        "s3/scar-mask-detector/intermediate",
    ) for file in ("img1.jpg", "manifest.json")]  # fmt: skip
    results = [f"s3/scar-mask-detector/result/people/{file}" for file in ("img1.jpg", "img1.json", "summary.json")]
    assert sorted(objects) == sorted([*frames, *results, "minio.default/oscar-anon-and-split/input/people.mp4"])
    assert len({objects[name] for name in frames if name.endswith(".jpg")}) == 1
    assert json.loads(objects[summary])["frames"] == 1
    assert desk.tree() == outside

    desk("get", "-b", "scar-mask-detector/result", cwd=desk.work)
    assert (desk.work / "result" / "people" / "img1.jpg").read_bytes() == objects[results[0]]
    desk("rm", "-f", scars, "--yes", "--data", *MAPPING)
    desk.until(lambda: not desk.processes(), "the worker is gone")
    assert not desk.objects()
    assert not desk.remains()


def test_without_the_mapping_it_is_said_what_is_missing(desk: Desk, scars: Path, clip: Path) -> None:
    said = desk("run", "-f", scars, clip, code=None)
    print(said)
    assert said.code != 0
    assert "--image" in said.err
    assert not desk.objects()
