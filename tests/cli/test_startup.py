"""What is loaded before anything is asked for: click and little else."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"boto3", "botocore", "kubernetes", "minio", "numpy", "cv2", "onnxruntime", "av", "rich", "tabulate", "yaml",
         "psutil", "watchfiles", "keyring", "platformdirs", "difflib", "asyncio", "urllib.request"}  # fmt: skip

PROGRAM = """
import os, sys
from maskflow.cli.main import run
os.environ.update({environment!r})
code = run({arguments!r})
sys.stderr.write(" ".join(sys.modules))
sys.exit(code)
"""


def loaded_by(arguments: list[str], **environment: str) -> tuple[set[str], str]:
    program = PROGRAM.format(arguments=arguments, environment=environment)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stderr.split()), done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["completion", "bash"], ["run", "--help"], ["stop", "--help"]])
def test_a_light_command_loads_nothing_heavy(arguments: list[str]) -> None:
    loaded, said = loaded_by(arguments)
    assert said
    assert not loaded & HEAVY


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completing_loads_nothing_heavy(shell: str) -> None:
    words = {"COMP_WORDS": "maskflow va", "COMP_CWORD": "va" if shell == "fish" else "1"}
    loaded, said = loaded_by([], _MASKFLOW_COMPLETE=f"{shell}_complete", **words)
    assert "validate" in said
    assert not loaded & HEAVY


def test_validate_needs_no_engine_and_no_cloud() -> None:
    loaded, _ = loaded_by(["validate", "--help"])
    assert not loaded & {"maskflow.providers", "maskflow.deploy", "boto3"}
