"""Names of buckets and keys that would lead elsewhere, and those that only look alike."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.console import Console
from maskflow.providers.local.place import Root


@pytest.fixture
def shop(console: Console) -> Console:
    """Two buckets of one side and one of another; in the first, folders with names that begin alike."""
    for realm, name in (("s3", "cctv"), ("s3", "cctv2"), ("minio.default", "barn")):
        console.bucket(realm, name)
    storage = Root(console.root).storage("s3")
    for key in ("res/a.txt", "res/b/c.txt", "res2/d.txt", "res", "resource.txt"):
        if key != "res":
            storage.put("cctv", key, key.encode())
    storage.put("cctv2", "res/z.txt", b"z")
    (console.work / "a.txt").write_text("a")
    (console.home / "secret.txt").write_text("secret")
    return console


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".maskflow" not in path.parts
    }


def outside(shop: Console) -> dict[str, bytes]:
    return {**files(shop.home), **{f"work/{name}": data for name, data in files(shop.work).items()}}


NO_PLACE = ["", "/", ":", "::", "s3:", ":cctv", "/cctv", "s3:/cctv/x:", "a:b:c"]
NO_BUCKET = [
    "nothing",
    "..",
    ".",
    "../cctv",
    "s3:..",
    "s3:../cctv",
    "CCTV",
    "cctv\0",
    "cct",
    ".maskflow",
    "c" * 300,
    "cc tv",
    "azure:cctv",
    "minio:cctv",
    "barn.default:barn",
    "s3:barn",
    "cctv*",
    "~",
    "$HOME",
    "漢字",
]
NO_PREFIX = [
    "cctv/..",
    "cctv/../cctv2",
    "cctv/res/../../cctv2",
    "cctv/./res",
    "cctv/res//a.txt",
    "cctv/\0",
    "cctv/" + "x" * 256,
    "cctv/" + "x/" * 600,
    "cctv/.maskflow",
    "cctv/.maskflow/owner.json",
    "cctv/\ud800",
]


@pytest.mark.parametrize("place", NO_PLACE + NO_BUCKET + NO_PREFIX, ids=lambda place: repr(place)[:40])
@pytest.mark.parametrize("command", ["ls", "get", "put"])
def test_a_place_that_is_none_is_refused(shop: Console, command: str, place: str) -> None:
    from maskflow.cli.main import run

    before, inside = outside(shop), files(shop.root)
    shop.capture.readouterr()
    code = run([command, "-b", place, *(["a.txt"] if command == "put" else [])])
    said = shop.capture.readouterr()
    if place.startswith("cctv/.maskflow") and command != "put" and code == 0:
        assert said.out == ""  # it is hidden, not there
    elif place in ("cctv/res//a.txt", "cctv/./res") and code == 0:
        pytest.fail("a path is no key")
    else:
        assert code in (2, 8), said
        assert said.err.startswith(("error: ", "warning: ", "Usage: "))
    assert "bug of maskflow" not in said.err
    assert outside(shop) == before
    assert files(shop.root) == inside


def test_siblings_are_no_part(shop: Console) -> None:
    assert shop.run("maskflow ls -b cctv/res")[1].split() == ["res/a.txt", "res/b/c.txt"]
    assert shop.run("maskflow ls -b cctv/re")[1] == ""
    assert shop.run("maskflow get -b cctv/res -p out")[0] == 0
    assert sorted(files(shop.work / "out")) == ["res/a.txt", "res/b/c.txt"]
    assert shop.run("maskflow get -b cctv/re -p none")[0] == 8
    assert shop.run("maskflow ls -b cctv2/")[1].split() == ["res/z.txt"]
    assert shop.run("maskflow ls -b cctv/res/")[1].split() == ["res/a.txt", "res/b/c.txt"]


@pytest.mark.parametrize(
    "name", ["..", "../up", "a/../../up", "/etc/up", "~/up", "C:\\up", "a\nb", "-p", "--help", " ", "ü", "a\x1bb"]
)
def test_strange_file_names_go_up_and_come_back(shop: Console, name: str, tmp_path: Path) -> None:
    """What can be a file below a folder is kept as it is; nothing of it is ever taken for a way."""
    folder = shop.work / "up"
    file = folder / name.lstrip("/").replace("..", "dots")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(name.encode())
    code, _, err = shop.run("maskflow put -b barn/in -p up")
    assert code == 0, err
    assert shop.run("maskflow get -b barn/in -p back")[0] == 0
    assert files(shop.work / "back" / "in") == files(folder)
    assert "\x1b" not in err


def test_links_lead_nowhere(shop: Console) -> None:
    """Neither out of what is put, nor out of a bucket, nor out of the folder that is fetched into."""
    secret = shop.home / "secret.txt"
    bucket = shop.root / "buckets" / "s3" / "cctv"
    os.symlink(shop.home, bucket / "home")
    assert shop.run("maskflow get -b cctv/home -p got")[0] == 8
    assert "secret.txt" not in shop.run("maskflow ls -b cctv")[1]
    assert shop.run("maskflow put -b cctv/home a.txt")[0] == 8
    assert not (shop.home / "a.txt").exists()
    os.unlink(bucket / "home")
    (shop.work / "out").mkdir()
    os.symlink(shop.home, shop.work / "out" / "res")
    shop.run("maskflow get -b cctv/res -p out")
    assert sorted(files(shop.home)) == ["secret.txt"]
    assert secret.read_text() == "secret"


def test_a_target_that_cannot_be_one_is_said(shop: Console) -> None:
    for line in (
        "maskflow get -b cctv/res -p a.txt",
        "maskflow put -b cctv/res absent.txt",
        "maskflow put -b cctv/res",
        "maskflow get",
        "maskflow put a.txt",
    ):
        code, _, err = shop.run(line)
        assert code == 2, (line, err)
    (shop.work / "got").mkdir()
    (shop.work / "got" / "res").write_text("in the way")
    code, _, err = shop.run("maskflow get -b cctv/res -p got")
    assert code == 8
    assert "bug of maskflow" not in err
