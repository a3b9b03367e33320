"""The storage contract, kept by directories."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.storage import StorageContract
from maskflow.storage.directory import DirectoryStorage


class TestDirectory(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> DirectoryStorage:
        storage = DirectoryStorage(tmp_path / "buckets")
        storage.create_bucket("box")
        return storage

    def test_a_key_may_have_a_new_line(self, storage: DirectoryStorage) -> None:
        storage.put("box", "new\nline\ttab", b"1")
        assert [info.key for info in storage.list("box")] == ["new\nline\ttab"]
