"""Workflow files: checked, planned, deployed, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from maskflow import fdl
from maskflow.errors import Problem
from maskflow.model import NO_MAPPING


def validate(files: Sequence[Path], images: Mapping[str, str] = NO_MAPPING) -> tuple[Problem, ...]:
    """Everything that is wrong with the files; needs neither a network nor a configuration."""
    return tuple(problem for file in files for problem in fdl.load(file, images=images).problems)
