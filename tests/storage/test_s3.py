"""The storage contract, kept by S3: a real client and a real server (moto) over HTTP on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.s3_server import S3Server
from contracts.storage import StorageContract
from maskflow.errors import StorageError
from maskflow.storage.etags import same
from maskflow.storage.s3 import PART, S3Access, S3Storage


class TestS3(StorageContract):
    @pytest.fixture
    def storage(self, s3_server: S3Server) -> S3Storage:
        s3_server.create_bucket("box")
        return S3Storage(s3_server.access)


def test_a_large_file_travels_in_parts_and_is_known_again(s3_server: S3Server, tmp_path: Path) -> None:
    s3_server.create_bucket("box")
    storage = S3Storage(s3_server.access)
    big = tmp_path / "big"
    big.write_bytes(b"0123456789abcdef" * (PART // 16) + b"end")
    info = storage.put("box", "big", big, metadata={"m": "1"})
    assert info.etag.endswith("-2")
    assert info.metadata == {"m": "1"}
    assert same(big, info.size, info.etag)
    big.write_bytes(b"0123456789abcdeX" * (PART // 16) + b"end")
    assert not same(big, info.size, info.etag)


def test_a_server_that_is_not_there_is_named(s3_server: S3Server) -> None:
    access = S3Access("http://127.0.0.1:9", "us-east-1", access_key="a", secret_key="b")
    with pytest.raises(StorageError, match=r"^http://127\.0\.0\.1:9: "):
        S3Storage(access).buckets()


def test_a_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(StorageError, match="nosuchprofile"):
        S3Storage(S3Access(profile="nosuchprofile"))


def test_an_access_never_shows_its_keys() -> None:
    assert "hush" not in repr(S3Access(access_key="hush", secret_key="hush", token="hush"))
