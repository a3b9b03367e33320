"""What every `Storage` must do, whatever stands behind it. A test class inherits this and gives the `storage` fixture,
which has an empty bucket `box`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from maskflow.errors import NotFound, PreconditionFailed, StorageError
from maskflow.storage.base import ABSENT, Storage

BAD_KEYS = ["", "a\0b", "bad\udc80name", "x" * 1025]
KEYS = [
    "plain.txt",
    "deep/er/than/that.bin",
    "with space/ünïcode — 漢字 😀.jpg",
    "plus+and%20percent&amp;?query#hash=1.jpg",
    "quote'\"back\\slash",
    ".hidden",
    "trailing.",
    "-dash",
    "~/home",
]


def keys(storage: Storage, prefix: str = "") -> list[str]:
    return [info.key for info in storage.list("box", prefix)]


class StorageContract:
    def test_what_was_put_is_got(self, storage: Storage, tmp_path: Path) -> None:
        put = storage.put("box", "a/b.txt", b"hello")
        got = storage.get("box", "a/b.txt", tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == b"hello"
        assert storage.read("box", "a/b.txt") == (b"hello", put.etag)
        assert (put.key, put.size, put.etag) == (got.key, got.size, got.etag) == ("a/b.txt", 5, put.etag)
        assert put.etag.strip('"') == put.etag != ""

    def test_a_file_is_put_like_bytes(self, storage: Storage, tmp_path: Path) -> None:
        (tmp_path / "in").write_bytes(b"x" * 100_000)
        assert storage.put("box", "f", tmp_path / "in").etag == storage.put("box", "g", b"x" * 100_000).etag

    def test_a_file_that_is_not_needed_any_more_may_be_taken(self, storage: Storage, tmp_path: Path) -> None:
        (tmp_path / "in").write_bytes(b"taken")
        info = storage.put("box", "k", tmp_path / "in", metadata={"a": "b"}, consume=True)
        assert storage.read("box", "k") == (b"taken", info.etag)
        assert storage.stat("box", "k").metadata == {"a": "b"}

    def test_a_refused_put_leaves_what_is_there(self, storage: Storage, tmp_path: Path) -> None:
        (tmp_path / "in").write_bytes(b"new")
        storage.put("box", "k", b"old")
        with pytest.raises(PreconditionFailed):
            storage.put("box", "k", tmp_path / "in", expect=ABSENT, consume=True)
        assert storage.read("box", "k")[0] == b"old"

    def test_nothing_is_an_object_too(self, storage: Storage, tmp_path: Path) -> None:
        storage.put("box", "empty", b"")
        assert storage.get("box", "empty", tmp_path / "out").size == 0
        assert (tmp_path / "out").read_bytes() == b""

    def test_get_from_the_middle_appends(self, storage: Storage, tmp_path: Path) -> None:
        storage.put("box", "k", b"0123456789")
        (tmp_path / "out").write_bytes(b"0123")
        info = storage.get("box", "k", tmp_path / "out", start=4)
        assert (tmp_path / "out").read_bytes() == b"0123456789"
        assert info.size == 10

    @pytest.mark.parametrize("key", KEYS)
    def test_any_decent_key_is_kept(self, storage: Storage, tmp_path: Path, key: str) -> None:
        storage.put("box", key, b"1")
        assert keys(storage) == [key]
        assert storage.get("box", key, tmp_path / "out").key == key

    @pytest.mark.parametrize("key", BAD_KEYS)
    def test_a_key_that_cannot_be_is_refused(self, storage: Storage, tmp_path: Path, key: str) -> None:
        for attempt in (
            lambda: storage.put("box", key, b"1"),
            lambda: storage.get("box", key, tmp_path / "out"),
            lambda: storage.stat("box", key),
            lambda: storage.delete("box", key),
        ):
            with pytest.raises(StorageError):
                attempt()
        assert keys(storage) == []

    def test_metadata_comes_back(self, storage: Storage, tmp_path: Path) -> None:
        metadata = {"maskflow-parent": "s3:box/ünï code+%41.mp4", "maskflow-run": "r-1"}
        assert storage.put("box", "k", b"1", metadata=metadata).metadata == metadata
        assert storage.stat("box", "k").metadata == metadata
        assert storage.get("box", "k", tmp_path / "out").metadata == metadata

    def test_a_second_put_replaces(self, storage: Storage) -> None:
        first = storage.put("box", "k", b"1", metadata={"a": "1"})
        second = storage.put("box", "k", b"2")
        assert first.etag != second.etag == storage.stat("box", "k").etag
        assert storage.stat("box", "k").metadata == {}

    def test_put_only_where_nothing_is(self, storage: Storage, tmp_path: Path) -> None:
        storage.put("box", "k", b"1", expect=ABSENT)
        with pytest.raises(PreconditionFailed):
            storage.put("box", "k", b"2", expect=ABSENT)
        storage.get("box", "k", tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == b"1"

    def test_put_only_over_a_version(self, storage: Storage) -> None:
        first = storage.put("box", "k", b"1")
        storage.put("box", "k", b"2", expect=first.etag)
        with pytest.raises(PreconditionFailed):
            storage.put("box", "k", b"3", expect=first.etag)
        assert storage.stat("box", "k").size == 1

    def test_of_many_conditional_puts_one_wins(self, storage: Storage, tmp_path: Path) -> None:
        def attempt(number: int) -> int | None:
            try:
                storage.put("box", "k", str(number).encode(), expect=ABSENT)
            except PreconditionFailed:
                return None
            return number

        with ThreadPoolExecutor(4) as pool:
            winners = [number for number in pool.map(attempt, range(8)) if number is not None]
        storage.get("box", "k", tmp_path / "out")
        assert [(tmp_path / "out").read_text()] == [str(number) for number in winners]

    def test_a_listing_goes_by_whole_segments_in_byte_order(self, storage: Storage) -> None:
        for key in ("res/b", "res2/x", "res/a/z", "res-1", "res/a.txt", "ret", "res/é", "res/z"):
            storage.put("box", key, b"1")
        assert keys(storage, "res") == ["res/a.txt", "res/a/z", "res/b", "res/z", "res/é"]
        assert keys(storage, "res/") == keys(storage, "res")
        assert keys(storage, "re") == []
        assert keys(storage) == ["res-1", "res/a.txt", "res/a/z", "res/b", "res/z", "res/é", "res2/x", "ret"]

    def test_a_listing_of_a_key_is_that_object(self, storage: Storage) -> None:
        storage.put("box", "a/b.txt", b"1")
        storage.put("box", "a/b.txt2", b"1")
        assert keys(storage, "a/b.txt") == ["a/b.txt"]

    def test_what_is_maskflows_own_is_not_listed(self, storage: Storage) -> None:
        storage.put("box", ".maskflow/done/x", b"1")
        storage.put("box", ".maskflows", b"1")
        assert keys(storage) == [".maskflows"]

    def test_more_than_a_page_is_listed(self, storage: Storage) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: storage.put("box", f"n/{number:04}", b"1"), range(1_010)))
        assert keys(storage, "n") == [f"n/{number:04}" for number in range(1_010)]

    def test_deleting_twice_is_no_error(self, storage: Storage) -> None:
        storage.put("box", "a/k", b"1")
        storage.delete("box", "a/k")
        storage.delete("box", "a/k")
        assert keys(storage) == []
        with pytest.raises(NotFound):
            storage.stat("box", "a/k")

    def test_what_is_not_there_is_not_found(self, storage: Storage, tmp_path: Path) -> None:
        storage.put("box", "folder/file", b"1")
        for attempt in (
            lambda: storage.stat("box", "none"),
            lambda: storage.stat("box", "folder"),
            lambda: storage.get("box", "none", tmp_path / "out"),
            lambda: storage.read("box", "none"),
            lambda: storage.put("nobox", "k", b"1"),
            lambda: storage.get("nobox", "k", tmp_path / "out"),
            lambda: list(storage.list("nobox")),
            lambda: storage.put("nobox", "k", b"1", expect=ABSENT),
        ):
            with pytest.raises(NotFound):
                attempt()

    def test_buckets_are_named(self, storage: Storage) -> None:
        assert storage.buckets() == ("box",)
