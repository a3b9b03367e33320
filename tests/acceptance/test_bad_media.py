"""Files that cameras, networks and people spoil, through both functions: a result or one clear line, never both."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from acceptance import pictures, videos
from acceptance.desk import Desk, copied_workflow
from acceptance.videos import Maker

ANY_NAME = """
        suffix: [.mp4, .mkv, .avi, .mov, .webm, .m4v, .ts, .MP4, .MOV]   # S3's rule: case counts"""


class Batch:
    """Many files worked on in one run."""

    def __init__(self, folder: Path, makers: Mapping[str, Maker], *options: str) -> None:
        self.desk = Desk(folder / "desk")
        self.names = list(makers)
        files = self.desk.work / "files"
        files.mkdir()
        for name, make in makers.items():
            make(files / name)
        (files / "folder.mp4").mkdir()
        workflow = copied_workflow(self.desk.work / "mask.yaml", [(ANY_NAME, "")])
        outside = self.desk.tree()
        self.said = self.desk("run", "-f", workflow, *options, "--json", "files", code=None)
        self.outside = {name for name in self.desk.tree() if name not in outside} | {
            name for name in outside if self.desk.tree().get(name) != outside[name]
        }
        self.listed = self.desk("ls", "--json").json()
        self.failures = {Path(one["object"].partition("/")[2]).name: one["reason"] for one in self.document["failures"]}
        self.objects = self.desk.objects()
        self.desk.until(lambda: not self.desk.processes(), "no process is left")

    @property
    def document(self) -> Any:
        return self.said.json()

    def check(self, bad: Mapping[str, Maker]) -> None:
        """What holds for every batch, whatever is in it."""
        assert set(self.failures) == set(bad)
        assert self.said.code == (10 if bad else 0)
        assert not self.outside
        assert not self.desk.remains()
        letters = {Path(one["object"]).name: one["reason"] for one in self.listed["dead_letters"]}
        assert letters == self.failures

    def unclear(self, name: str) -> str:
        """Nothing, when the reason is one line that says which file, and nothing that only we understand."""
        reason = self.failures[name]
        inside = any(word in reason for word in ("Errno", "Error:", "Traceback", "cv2.", "object at 0x"))
        return reason if inside or name not in reason or not reason.isprintable() or len(reason) > 300 else ""

    def lacking(self, *keys: str) -> list[str]:
        return [key for key in keys if f"s3/mask-results/{key}" not in self.objects]

    def json(self, key: str) -> Any:
        return json.loads(self.objects[f"s3/mask-results/{key}"])

    def traces(self, name: str) -> list[str]:
        """Objects that came of a file."""
        stem = Path(name).stem
        return [key for key in self.objects if f"/{stem}/" in key]


def frames_of(films: Batch, name: str) -> list[str]:
    """What is wrong with the results of a video, or nothing."""
    stem = Path(name).with_suffix("").as_posix()
    if lacking := films.lacking(f"frames/{stem}/manifest.json", f"result/{stem}/summary.json"):
        return lacking
    manifest, summary = films.json(f"frames/{stem}/manifest.json"), films.json(f"result/{stem}/summary.json")
    if (manifest["source"], summary["video"]) != (name, name) or not summary["frames"] == len(manifest["parts"]) >= 1:
        return [str(summary)]
    parts = [part["name"] for part in manifest["parts"]]
    return films.lacking(*(f"{folder}/{stem}/{part}" for folder in ("frames", "result") for part in parts))


def judgement_of(photos: Batch, name: str) -> list[str]:
    judged = f"result/{Path(name).with_suffix('.json').as_posix()}"
    lacking = photos.lacking(f"result/{name}", judged)
    return lacking or ([] if photos.json(judged)["file"] == name else [name])


def wrong(found: Mapping[str, object]) -> dict[str, object]:
    return {name: one for name, one in found.items() if one}


def test_films_are_worked_on_or_said_to_be_bad(tmp_path: Path) -> None:
    """Forty that are odd, forty that are spoilt, in one run."""
    films = Batch(tmp_path, {**videos.GOOD, **videos.BAD})
    films.check(videos.BAD)
    assert not wrong({name: films.unclear(name) for name in videos.BAD})
    assert not wrong({name: films.traces(name) for name in videos.BAD})
    assert not wrong({name: frames_of(films, name) for name in videos.GOOD})


def test_photos_are_judged_or_said_to_be_bad(tmp_path: Path) -> None:
    photos = Batch(tmp_path, {**pictures.GOOD, **pictures.BAD}, "--name", "mask-detector")
    photos.check(pictures.BAD)
    assert not wrong({name: photos.unclear(name) for name in pictures.BAD})
    assert not wrong({name: f"s3/mask-results/result/{name}" in photos.objects for name in pictures.BAD})
    assert not wrong({name: judgement_of(photos, name) for name in pictures.GOOD})


def test_one_bad_film_in_words(desk: Desk) -> None:
    (desk.work / "empty.mp4").touch()
    workflow = copied_workflow(desk.work / "mask.yaml")
    said = desk("run", "-f", workflow, "-o", "results", "empty.mp4", code=10)
    assert len([line for line in said.lines if "empty.mp4" in line]) == 1
    assert not (desk.work / "results").exists() or not list((desk.work / "results").iterdir())
    assert "empty.mp4" in desk("ls").out


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("absent.mp4", 2, "does not exist"),
        ("folder.mp4", 8, "no file in it"),
        ("notes.txt", 2, "names must end in"),
        ("no-suffix", 2, "names must end in"),
        ("link-to-nothing.mp4", 2, "does not exist"),
        ("pipe.mp4", 8, "pipe.mp4"),
        ("a\x01b.mp4", 10, "x01"),
        ("long" * 62 + ".mp4", 10, "longlong"),
    ],
)
def test_what_cannot_be_put_is_said(desk: Desk, name: str, code: int, words: str) -> None:
    path = desk.work / name
    match name:
        case "absent.mp4":
            pass
        case "folder.mp4":
            path.mkdir()
        case "link-to-nothing.mp4":
            path.symlink_to("nothing")
        case "pipe.mp4":
            os.mkfifo(path)
        case _:
            path.write_bytes(b"no video")
    workflow = copied_workflow(desk.work / "mask.yaml")
    said = desk("run", "-f", workflow, name, code=code)
    assert words in said.err
    assert desk.remains() == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_frames_as_large_as_the_law_allows(tmp_path: Path) -> None:
    """8K: either there is a result, or one line says what was too much."""
    films = Batch(
        tmp_path,
        {"8k.avi": videos.of(frames=1, codec="mjpeg", pix_fmt="yuvj420p", size=(7680, 4320)), "plain.mp4": videos.of()},
    )
    assert films.said.code in (0, 10)
    if films.failures:
        assert not films.unclear("8k.avi")
        assert films.traces("8k.avi") == []
    photos = Batch(tmp_path / "photos", {"8k.jpg": pictures.big(7680, 4320)}, "--name", "mask-detector")
    photos.check({})
