"""The face finder's file is what its card says, and its maker refuses other sources."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from maskflow.errors import VisionError
from maskflow.training.yunet import MEMBER, METADATA, PUBLISHED_SHA256, published
from maskflow.vision import onnx
from maskflow.vision.faces import MODEL_SHA256

FOLDER = Path(__file__).parents[2] / "functions" / "anon-and-split"


def test_the_file_its_digest_and_its_card_agree() -> None:
    assert hashlib.sha256((FOLDER / "yunet.onnx").read_bytes()).hexdigest() == MODEL_SHA256
    card = (FOLDER / "MODEL.md").read_text()
    assert MODEL_SHA256 in card
    assert PUBLISHED_SHA256 in card
    assert "Shenzhen Institute" in (FOLDER / "LICENSE.yunet").read_text()


def test_the_file_says_where_it_comes_from() -> None:
    metadata = onnx.load(FOLDER / "yunet.onnx").metadata
    assert {key: metadata[key] for key in METADATA} == METADATA


def test_another_source_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "a.whl"
    with pytest.raises(VisionError, match="holds no"):
        published(wheel)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, b"another model")
    with pytest.raises(VisionError, match="not the published model"):
        published(wheel)
