"""Many objects at once: resumed, skipped, kept inside the target, and one bad one never stops the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from contracts.s3_server import S3Server
from maskflow.errors import NotFound, StorageError
from maskflow.model import NO_MAPPING
from maskflow.storage import transfer
from maskflow.storage.base import ObjectInfo, Storage
from maskflow.storage.directory import DirectoryStorage
from maskflow.storage.s3 import S3Storage
from maskflow.storage.transfer import Progress


@pytest.fixture
def storage(tmp_path: Path) -> DirectoryStorage:
    made = DirectoryStorage(tmp_path / "buckets")
    made.create_bucket("box")
    return made


@pytest.fixture
def s3(s3_server: S3Server) -> S3Storage:
    s3_server.create_bucket("box")
    return S3Storage(s3_server.access)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Breaking:
    """A storage whose first get of a key ends in the middle, and which notes where each get begins."""

    def __init__(self, inner: Storage) -> None:
        self.inner = inner
        self.starts: list[int] = []

    def buckets(self) -> tuple[str, ...]:
        return self.inner.buckets()

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        return self.inner.stat(bucket, key)

    def read(self, bucket: str, key: str) -> tuple[bytes, str]:
        return self.inner.read(bucket, key)

    def get(self, bucket: str, key: str, target: Path, *, start: int = 0) -> ObjectInfo:
        self.starts.append(start)
        if len(self.starts) == 1:
            data, _ = self.inner.read(bucket, key)
            target.write_bytes(data[: len(data) // 2])
            raise StorageError("the line is dead")
        return self.inner.get(bucket, key, target, start=start)

    def put(
        self, bucket: str, key: str, source: Path | bytes, *,
        metadata: Mapping[str, str] = NO_MAPPING, expect: str | None = None, consume: bool = False,
    ) -> ObjectInfo:  # fmt: skip
        return self.inner.put(bucket, key, source, metadata=metadata, expect=expect, consume=consume)

    def list(self, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]:
        return self.inner.list(bucket, prefix)

    def delete(self, bucket: str, key: str) -> None:
        self.inner.delete(bucket, key)


def test_keys_are_kept_and_siblings_stay_out(storage: DirectoryStorage, tmp_path: Path) -> None:
    for key in ("res/a.txt", "res/deep/b.txt", "res2/c.txt", "res.txt"):
        storage.put("box", key, key.encode())
    done = transfer.get(storage, "box", "res", tmp_path / "out")
    assert tree(tmp_path / "out") == {"res/a.txt": b"res/a.txt", "res/deep/b.txt": b"res/deep/b.txt"}
    assert [one.key for one in done.moved] == ["res/a.txt", "res/deep/b.txt"]


def test_what_is_there_is_not_moved_again(s3: S3Storage, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / name).write_text(name)
    assert [one.skipped for one in transfer.put(s3, "box", "x", [tmp_path / "in"]).moved] == [False, False]
    assert [one.skipped for one in transfer.put(s3, "box", "x", [tmp_path / "in"]).moved] == [True, True]
    assert [one.skipped for one in transfer.get(s3, "box", "x", tmp_path / "out").moved] == [False, False]
    (tmp_path / "out" / "x" / "b").write_text("B")
    assert [one.skipped for one in transfer.get(s3, "box", "x", tmp_path / "out").moved] == [True, False]
    assert tree(tmp_path / "out") == {"x/a": b"a", "x/b": b"b"}


@pytest.mark.parametrize("kind", ["directory", "s3"])
def test_a_broken_download_is_continued(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    inner: Storage = request.getfixturevalue("storage" if kind == "directory" else "s3")
    inner.put("box", "video", b"0123456789" * 1000)
    breaking = Breaking(inner)
    first = transfer.get(breaking, "box", "", tmp_path / "out")
    assert [(one.name, one.reason) for one in first.failed] == [("video", "the line is dead")]
    assert not (tmp_path / "out" / "video").exists()
    assert [one.key for one in transfer.get(breaking, "box", "", tmp_path / "out").moved] == ["video"]
    assert breaking.starts == [0, 5000]
    assert tree(tmp_path / "out") == {"video": b"0123456789" * 1000}


def test_half_of_an_older_version_is_thrown_away(storage: DirectoryStorage, tmp_path: Path) -> None:
    storage.put("box", "video", b"old " * 1000)
    breaking = Breaking(storage)
    transfer.get(breaking, "box", "", tmp_path / "out")
    storage.put("box", "video", b"new!" * 1000)
    transfer.get(breaking, "box", "", tmp_path / "out")
    assert breaking.starts == [0, 0]
    assert tree(tmp_path / "out") == {"video": b"new!" * 1000}


def test_a_version_that_comes_while_downloading_is_the_one_that_is_kept(
    storage: DirectoryStorage, tmp_path: Path
) -> None:
    storage.put("box", "k", b"1")
    listed = list(storage.list("box"))
    storage.put("box", "k", b"22")
    done = transfer.get_objects(storage, "box", listed, tmp_path / "out")
    assert not done.failed
    assert tree(tmp_path / "out") == {"k": b"22"}


HOSTILE = ["../escaped", "/absolute", "a/../../escaped", "a//b", "./dot", "x" * 300, "ok/../../../escaped"]


def test_hostile_keys_never_leave_the_target(s3: S3Storage, tmp_path: Path) -> None:
    for key in (*HOSTILE, "fine"):
        s3.put("box", key, b"1")
    done = transfer.get(s3, "box", "", tmp_path / "deep" / "er" / "out")
    assert [one.name for one in done.failed] == sorted(HOSTILE)
    assert all(one.reason for one in done.failed)
    assert tree(tmp_path) == {"deep/er/out/fine": b"1"}
    assert not Path("/absolute").exists()


def test_a_link_that_leads_out_is_not_followed(storage: DirectoryStorage, tmp_path: Path) -> None:
    storage.put("box", "link/file", b"1")
    storage.put("box", "name", b"1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "secret").write_bytes(b"untouched")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "out" / "name").symlink_to(tmp_path / "secret")
    done = transfer.get(storage, "box", "", tmp_path / "out")
    assert [one.name for one in done.failed] == ["link/file"]
    assert tree(tmp_path / "elsewhere") == {}
    assert (tmp_path / "secret").read_bytes() == b"untouched"
    assert (tmp_path / "out" / "name").read_bytes() == b"1"


def test_an_object_where_a_folder_must_be_is_said(s3: S3Storage, tmp_path: Path) -> None:
    for key in ("a", "a/b", "c"):
        s3.put("box", key, b"1")
    done = transfer.get(s3, "box", "", tmp_path / "out", threads=1)
    assert [one.key for one in done.moved] == ["a", "c"]
    assert [(one.name, one.reason) for one in done.failed] == [("a/b", "a is a file here and a folder in the storage")]


def test_folders_go_up_with_what_is_in_them(storage: DirectoryStorage, tmp_path: Path) -> None:
    top = tmp_path / "in"
    (top / "sub").mkdir(parents=True)
    for name in ("b.txt", "sub/b.txt", ".maskflow-0123456789abcdef-0123456789abcdef.part"):
        (top / name).write_text(name)
    (top / "loop").symlink_to(top)
    single = tmp_path / "single"
    single.write_text("s")
    done = transfer.put(storage, "box", "p/", [top, single])
    assert [one.key for one in done.moved] == ["p/b.txt", "p/single", "p/sub/b.txt"]


def test_a_file_whose_name_cannot_be_a_key_does_not_stop_the_others(storage: DirectoryStorage, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in (b"bad\xff", b"good"):
        Path(tmp_path / "in" / name.decode("utf-8", "surrogateescape")).write_bytes(b"1")
    done = transfer.put(storage, "box", "", [tmp_path / "in"])
    assert [one.key for one in done.moved] == ["good"]
    assert len(done.failed) == 1


def test_nothing_goes_where_maskflow_keeps_its_own(storage: DirectoryStorage, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("1")
    done = transfer.put(storage, "box", ".maskflow/receipts", [tmp_path / "x"])
    assert [one.reason for one in done.failed] == ["keys below .maskflow/ are maskflow's own"]


def test_progress_is_told_to_the_last_object(storage: DirectoryStorage, tmp_path: Path) -> None:
    for number in range(20):
        storage.put("box", f"n{number}", b"x" * number)
    seen: list[Progress] = []
    transfer.get(storage, "box", "", tmp_path / "out", on_progress=seen.append)
    assert [one.objects for one in seen] == list(range(1, 21))
    assert (seen[-1].bytes, seen[-1].bytes_in_all, seen[-1].objects_in_all) == (190, 190, 20)


def test_a_bucket_that_is_not_there_is_not_found(storage: DirectoryStorage, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        transfer.get(storage, "nobox", "", tmp_path)
    (tmp_path / "x").write_text("1")
    assert [one.name for one in transfer.put(storage, "nobox", "", [tmp_path / "x"]).failed] == [str(tmp_path / "x")]


def test_a_bug_of_a_storage_is_no_failed_object(storage: DirectoryStorage, tmp_path: Path) -> None:
    class Buggy(Breaking):
        def get(self, bucket: str, key: str, target: Path, *, start: int = 0) -> ObjectInfo:
            raise ZeroDivisionError

    storage.put("box", "k", b"1")
    with pytest.raises(ZeroDivisionError):
        transfer.get(Buggy(storage), "box", "", tmp_path / "out")


def test_progress_is_told_while_a_long_download_is_under_way(storage: DirectoryStorage, tmp_path: Path) -> None:
    half = threading.Event()

    class Slow(Breaking):
        def get(self, bucket: str, key: str, target: Path, *, start: int = 0) -> ObjectInfo:
            target.write_bytes(b"x" * 600)
            assert half.wait(30)
            return self.inner.get(bucket, key, target)

    def watch(progress: Progress) -> None:
        seen.append(progress.bytes)
        half.set()

    seen: list[int] = []
    storage.put("box", "k", b"x" * 1000)
    transfer.get(Slow(storage), "box", "", tmp_path / "out", on_progress=watch)
    assert (seen[0], seen[-1]) == (600, 1000)
