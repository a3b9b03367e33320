"""The face finders' files are what their card says, and their makers refuse other sources."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from maskflow.errors import VisionError
from maskflow.training import centerface as centerface_file
from maskflow.training import yunet as yunet_file
from maskflow.training.wheels import published
from maskflow.vision import centerface, faces, onnx

FOLDER = Path(__file__).parents[2] / "functions" / "anon-and-split"


FILES = {
    "yunet": (yunet_file.SOURCE, yunet_file.METADATA, faces.MODEL_SHA256, "Shenzhen Institute"),
    "centerface": (centerface_file.SOURCE, centerface_file.METADATA, centerface.MODEL_SHA256, "CenterFace"),
}


@pytest.mark.parametrize("name", FILES)
def test_the_file_its_digest_and_its_card_agree(name: str) -> None:
    source, _, digest, owner = FILES[name]
    assert hashlib.sha256((FOLDER / f"{name}.onnx").read_bytes()).hexdigest() == digest
    card = (FOLDER / "MODEL.md").read_text()
    assert digest in card
    assert source.sha256 in card
    assert owner in (FOLDER / f"LICENSE.{name}").read_text()


@pytest.mark.parametrize("name", FILES)
def test_the_file_says_where_it_comes_from(name: str) -> None:
    wanted = FILES[name][1]
    metadata = onnx.load(FOLDER / f"{name}.onnx").metadata
    assert {key: metadata[key] for key in wanted} == wanted


@pytest.mark.parametrize("name", FILES)
def test_another_source_is_refused(tmp_path: Path, name: str) -> None:
    source = FILES[name][0]
    wheel = tmp_path / "a.whl"
    with pytest.raises(VisionError, match="holds no"):
        published(wheel, source)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(source.member, b"another model")
    with pytest.raises(VisionError, match="not the published model"):
        published(wheel, source)
