"""The command line against a server: a MinIO of the configuration, and S3 by the standard credentials."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.console import Console
from contracts.s3_server import S3Server

CONFIG = """\
storage_providers:
  minio:
    home:
      endpoint: {endpoint}
      access_key: {{env: TEST_KEY}}
      secret_key: {{file: secret.txt}}
      region: us-east-1
"""


@pytest.fixture
def minio(console: Console, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    folder = console.home / ".config" / "maskflow"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG.format(endpoint=s3_server.access.endpoint))
    (folder / "secret.txt").write_text("test\n")
    monkeypatch.setenv("TEST_KEY", "test")
    s3_server.create_bucket("far")
    return s3_server


def test_objects_travel_to_a_server_and_back(console: Console, minio: S3Server) -> None:
    console.project()
    assert console.run("maskflow put -b far/in -p videos")[:2] == (0, "in/b.mp4\nin/cam1/a.mp4\n")
    assert console.run("maskflow ls -b minio.home:far/in")[1] == "in/b.mp4\nin/cam1/a.mp4\n"
    assert console.run("maskflow get -b far/in -p out")[0] == 0
    assert (console.work / "out" / "in" / "cam1" / "a.mp4").read_text() == "first"
    assert console.run("maskflow get -b far/in -p out")[2] == "downloaded 0 objects, 0 B, 2 objects already there\n"


def test_the_same_bucket_here_and_there_must_be_told_apart(console: Console, minio: S3Server) -> None:
    console.bucket("minio.home", "far")
    code, _, said = console.run("maskflow ls -b far")
    assert code == 2
    assert said.endswith("hint: say which one: local.minio.home:far or minio.home:far\n")
    assert console.run("maskflow ls -b local:far")[0] == 0
    assert console.run("maskflow ls -b far --local")[0] == 0
    code, _, said = console.run("maskflow ls -b minio.home:far")
    assert (code, said) == (0, "")


def test_hostile_keys_are_named_and_the_others_come(console: Console, minio: S3Server) -> None:
    from maskflow.storage.s3 import S3Storage

    storage = S3Storage(minio.access)
    for key in ("ok", "../../evil", "/etc/evil"):
        storage.put("far", key, b"1")
    code, out, said = console.run("maskflow get -b far")
    assert (code, out) == (8, "ok\n")
    assert said.count("warning: ") == 2
    assert said.endswith("error: 2 objects could not be downloaded\n")
    assert not Path(console.work, "../../evil").exists()


def test_doctor_asks_every_side_and_cluster(console: Console, minio: S3Server) -> None:
    (console.home / ".oscar-cli").mkdir()
    cluster = "oscar:\n  lab:\n    endpoint: http://127.0.0.1:9\n    auth_user: oscar\n    memory: 256Mi\n"
    (console.home / ".oscar-cli" / "config.yaml").write_text(cluster)
    code, out, _ = console.run("maskflow doctor --json")
    checks = {check["name"]: check for check in json.loads(out)}
    assert code == 5
    assert checks["side minio.home"]["state"] == "ok"
    assert checks["side minio.home"]["detail"].endswith("1 bucket")
    assert checks["cluster lab"]["state"] == "failed"
    assert checks["python"]["state"] == checks["data root"]["state"] == "ok"


def test_credentials_of_the_environment_make_a_side(
    console: Console, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3_server.create_bucket("cloud")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server.access.endpoint)
    assert console.run("maskflow ls")[1] == "nothing is deployed\n\nBUCKET    SIDE\ncloud     s3\n"
    assert console.run("maskflow ls -b s3:cloud") == (0, "", "")
