"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.s3_server import S3Server, start

pytest_plugins = ["datacases"]
pytest.register_assert_rewrite("contracts.provider", "contracts.storage")


@pytest.fixture(scope="session")
def _one_s3_server() -> Iterator[S3Server]:
    server = start()
    yield server
    server.server.stop()


@pytest.fixture
def s3_server(_one_s3_server: S3Server) -> S3Server:
    """An S3 server without a bucket."""
    _one_s3_server.forget()
    return _one_s3_server
