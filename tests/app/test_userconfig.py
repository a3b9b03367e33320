"""Three configurations, of which ours goes first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maskflow.app.userconfig import ConfigFiles, read
from maskflow.errors import ConfigError
from maskflow.model import Secret, SecretKind, StorageKind, StorageRef
from maskflow.runtime.secrets import resolve

OURS = """\
storage_providers:
  minio:
    default: {endpoint: "http://minio", access_key: {env: USER}, secret_key: {file: key.txt}, verify: false}
clusters:
  both: {endpoint: "https://ours/", auth_user: me, auth_password: {env: PASS}}
images:
  ghcr.io/x/y: functions/y
"""
SCAR = {
    "scar": {"config_version": "1.1.0"},
    "oscar": {
        "my_oscar": {"endpoint": "", "auth_user": ""},
        "both": {"endpoint": "https://scar"},
        "old": {"endpoint": "https://old/", "auth_user": "u", "auth_password": "p", "ssl_verify": False},
    },
    "aws": {"s3": {"boto_profile": "lab", "region": "eu-west-1"}, "lambda": {"memory": 512}},
}
OSCAR_CLI = "oscar:\n  both: {endpoint: https://cli}\n  cli: {endpoint: https://cli, memory: 1Gi}\ndefault: cli\n"


@pytest.fixture
def files(tmp_path: Path) -> ConfigFiles:
    return ConfigFiles(tmp_path / "config.yaml", tmp_path / "scar.cfg", tmp_path / "oscar.yaml")


def test_nothing_has_to_be_there(files: ConfigFiles) -> None:
    config = read(files)
    assert (dict(config.storages), dict(config.clusters), config.files, config.warnings) == ({}, {}, (), ())


def test_all_three_are_read_and_ours_goes_first(files: ConfigFiles, tmp_path: Path) -> None:
    files.maskflow.write_text(OURS)
    files.scar.write_text(json.dumps(SCAR))
    files.oscar_cli.write_text(OSCAR_CLI)
    config = read(files)
    endpoints = {name: cluster.endpoint for name, cluster in config.clusters.items()}
    assert endpoints == {"both": "https://ours", "old": "https://old", "cli": "https://cli"}
    assert not config.clusters["old"].ssl_verify
    assert (config.aws_profile, config.aws_region) == ("lab", "eu-west-1")
    storage = config.storages[StorageRef(StorageKind.MINIO)]
    assert (storage.endpoint, storage.verify) == ("http://minio", False)
    assert storage.secret_key
    assert storage.secret_key.reference == str(tmp_path / "key.txt")
    assert dict(config.images) == {"ghcr.io/x/y": str(tmp_path / "functions/y")}
    assert len(config.files) == 3
    assert config.warnings == ()


def test_everything_that_is_wrong_is_said_at_once(files: ConfigFiles) -> None:
    files.maskflow.write_text("clusters: 5\nimages: []\n")
    with pytest.raises(ConfigError) as caught:
        read(files)
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0].rsplit("/", 1)[-1] for line in lines] == ["config.yaml:1:11", "config.yaml:2:9"]


@pytest.mark.parametrize("text", ["{", "[1", "\x00"])
def test_what_is_no_text_of_its_kind_is_named(files: ConfigFiles, text: str) -> None:
    for file in (files.maskflow, files.scar, files.oscar_cli):
        file.write_text(text)
        with pytest.raises(ConfigError, match=file.name):
            read(files)
        file.unlink()


def test_secrets_come_from_where_they_are_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from file\n")
    environment = {"NAME": "from environment"}
    assert resolve(Secret(SecretKind.LITERAL, "clear"), {}) == "clear"
    assert resolve(Secret(SecretKind.ENV, "NAME"), environment) == "from environment"
    assert resolve(Secret(SecretKind.FILE, str(tmp_path / "key")), {}) == "from file"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (Secret(SecretKind.ENV, "NAME"), "the environment variable NAME of a secret is not set"),
        (Secret(SecretKind.FILE, "/none"), "the file of a secret cannot be read: /none: No such file or directory"),
    ],
    ids=["env", "file"],
)
def test_a_secret_that_is_not_there_is_said(secret: Secret, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(secret, {})
    assert str(caught.value) == said
