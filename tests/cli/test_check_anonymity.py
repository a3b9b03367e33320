"""`maskflow check-anonymity`: a face that is seen ends with 10, whatever kind of file shows it; so does no answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cli.console import Console
from maskflow.vision.drawnface import drawn_face
from maskflow.vision.pictures import read_picture

FACE = (300, 200, 48)
"""Left, top and side of the drawn face in the scene."""


def scene() -> np.ndarray[Any, Any]:
    picture = np.full((400, 700, 3), 90, np.uint8)
    left, top, side = FACE
    picture[top : top + side, left : left + side] = drawn_face(side)
    return picture


def plain() -> np.ndarray[Any, Any]:
    return np.full((90, 160, 3), 90, np.uint8)


def kinds() -> dict[str, np.ndarray[Any, Any]]:
    """The same scene as every kind of pixels that a file may hold."""
    picture = scene()
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return {
        "colour.jpg": picture,
        "grey.jpg": grey,
        "grey.png": grey,
        "deep.png": picture.astype(np.uint16) * 257,
        "deep-grey.tiff": grey.astype(np.uint16) * 257,
        "alpha.png": np.dstack([picture, np.zeros(picture.shape[:2], np.uint8)]),
        "colour.webp": picture,
        "colour.bmp": picture,
    }


def write(folder: Path, pictures: dict[str, np.ndarray[Any, Any]]) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    for name, picture in pictures.items():
        assert cv2.imwrite(str(folder / name), picture)


def test_nobody_seen_is_0(console: Console) -> None:
    write(console.work / "frames", {"a.jpg": plain(), "b.png": plain()})
    assert console.run("maskflow check-anonymity frames") == (0, "", "0 faces seen in 0 of 2 pictures\n")


@pytest.mark.parametrize("name", kinds())
def test_a_face_is_seen_in_every_kind_of_picture(console: Console, name: str) -> None:
    write(console.work, {name: kinds()[name]})
    code, out, _ = console.run(f"maskflow check-anonymity --json --finder centerface --score 0.2 {name}")
    (picture,) = json.loads(out)["pictures"]
    assert code == 10
    assert (picture["path"], picture["width"], picture["height"]) == (name, 700, 400)
    x1, y1, x2, y2 = picture["faces"][0]["box"]
    left, top, side = FACE
    assert left < (x1 + x2) / 2 < left + side
    assert top < (y1 + y2) / 2 < top + side
    assert picture["faces"][0]["finder"] == "centerface"
    assert 0.2 <= picture["faces"][0]["score"] <= 1


def test_every_finder_that_is_named_looks(console: Console) -> None:
    write(console.work, {"a.png": scene()})
    code, out, _ = console.run("maskflow check-anonymity --finder yunet --finder centerface --score 0.2 a.png")
    assert code == 10
    assert "yunet" in out
    assert "centerface" in out


def test_a_high_score_sees_less(console: Console) -> None:
    write(console.work, {"a.png": scene()})
    assert console.run("maskflow check-anonymity --score 0.99 a.png")[0] == 0


def test_what_cannot_be_read_is_told_all_at_once_and_is_no_pass(console: Console) -> None:
    write(console.work / "frames", {"good.jpg": plain(), "cut.jpg": scene(), "bad.png": plain()})
    cut = console.work / "frames" / "cut.jpg"
    cut.write_bytes(cut.read_bytes()[:-200])
    (console.work / "frames" / "bad.png").write_bytes(b"no picture")
    (console.work / "frames" / "empty.jpg").write_bytes(b"")
    size = (30_000).to_bytes(4, "big") * 2
    bomb = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + b"\x08\x02\x00\x00\x00" + bytes(4)
    (console.work / "frames" / "huge.png").write_bytes(bomb + b"\x00\x00\x00\x00IEND" + bytes(4))
    code, out, said = console.run("maskflow check-anonymity frames absent.jpg")
    assert (code, out) == (10, "")
    lines = said.splitlines()
    for name, reason in (
        ("frames/bad.png", "is no JPEG"),
        ("frames/cut.jpg", "is cut off"),
        ("frames/empty.jpg", "is empty"),
        ("frames/huge.png", "30000x30000 pixels; the limit is"),
        ("absent.jpg", "No such file"),
    ):
        assert any(name in line and reason in line for line in lines), said
    assert lines[-1] == "0 faces seen in 0 of 1 picture"


def test_folders_are_searched_and_no_picture_is_looked_at_twice(console: Console) -> None:
    write(console.work / "frames" / "cam1", {"a.jpg": plain(), "B.PNG": plain()})
    (console.work / "frames" / "manifest.json").write_text("{}")
    code, out, _ = console.run("maskflow check-anonymity --json frames frames/cam1/a.jpg")
    assert code == 0
    assert [one["path"] for one in json.loads(out)["pictures"]] == ["frames/cam1/B.PNG", "frames/cam1/a.jpg"]


def test_no_picture_at_all_is_a_usage_error(console: Console) -> None:
    (console.work / "empty").mkdir()
    code, _, said = console.run("maskflow check-anonymity empty")
    assert code == 2
    assert "no pictures in empty" in said


def test_what_is_seen_can_be_drawn(console: Console) -> None:
    write(console.work / "frames" / "cam1", {"a.png": scene(), "b.png": plain()})
    console.run("maskflow check-anonymity --score 0.2 --draw seen frames")
    drawn = sorted(path.relative_to(console.work).as_posix() for path in console.work.glob("seen/**/*.*"))
    assert drawn == ["seen/cam1/a.png.jpg"]
    shown = read_picture(console.work / "seen" / "cam1" / "a.png.jpg")
    assert shown.shape[1] == 700
    assert np.abs(shown[-400:].astype(int) - scene()).max() > 60


def test_names_cannot_steer_the_terminal(console: Console) -> None:
    (console.work / "a\x1b[31m.jpg").write_bytes(b"")
    _, _, said = console.run("maskflow check-anonymity .")
    assert "\x1b" not in said
