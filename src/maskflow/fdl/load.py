"""A file to a workflow or to everything that is wrong with it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import Place, Problem, WorkflowError
from maskflow.model import Workflow

from .checks import check_workflow
from .code import local_of, same_image
from .keys_top import WORKFLOW
from .nodes import Pairs, describe, is_null
from .problems import Report
from .read import read_record
from .scar import read_workflow
from .text import MOST_BYTES, compose
from .values import Context

NO_IMAGES: Mapping[str, str | Path] = {}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The workflow, None when any problem is an error; and all problems in file order."""

    workflow: Workflow | None
    problems: tuple[Problem, ...] = ()

    def get(self) -> Workflow:
        """The workflow; raises WorkflowError with all problems when there is none."""
        if self.workflow is None:
            raise WorkflowError(self.problems)
        return self.workflow


def load(path: str | Path, *, images: Mapping[str, str | Path] = NO_IMAGES, deploying: bool = False) -> Loaded:
    """Read a workflow file. Never raises for what it holds, nor when it cannot be read: that is a problem too.

    `images` maps container images to function folders (`folder` or `folder#file:attribute`) and goes before the
    file's own mapping. `deploying` makes errors of what only hurts in a cloud: placeholders, dangling references.
    """
    report = Report(deploying=deploying)
    data = _read(Path(path), report)
    if data is None:
        return Loaded(None, report.problems())
    return _load(data, Path(path), images, report)


def check(
    text: str | bytes,
    file: str | Path = "workflow.yaml",
    *,
    images: Mapping[str, str | Path] = NO_IMAGES,
    deploying: bool = False,
) -> Loaded:
    """`load` for a text that is at hand; `file` is what places are named by and relative paths start from."""
    return _load(text, Path(file), images, Report(deploying=deploying))


def _load(data: str | bytes, file: Path, images: Mapping[str, str | Path], report: Report) -> Loaded:
    workflow = _understand(data, file, images, report)
    if workflow:
        check_workflow(workflow, report)
    return Loaded(None if report.failed else workflow, report.problems())


def _understand(data: str | bytes, file: Path, images: Mapping[str, str | Path], report: Report) -> Workflow | None:
    root = compose(data, str(file), report)
    if root is None:
        return None
    if is_null(root):
        report.add("empty-file", root.place, "the file says nothing", "a workflow needs at least 'functions:'")
        return None
    if not isinstance(root, Pairs):
        message = f"a workflow is a mapping that begins with 'functions:', not {describe(root)}"
        report.add("wrong-type", root.place, message)
        return None
    top = read_record(root, WORKFLOW, Context(report, file.parent))
    given = {same_image(name): local_of(str(value), Path(), Place("images")) for name, value in images.items()}
    return read_workflow(top, file, given, report) if top else None


def _read(path: Path, report: Report) -> bytes | None:
    """The bytes of a regular file of bearable size; what is wrong with it otherwise is said."""
    place = Place(str(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
            report.add("unreadable", place, f"this is {what}", "name a workflow file")
            return None
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        report.add("unreadable", place, f"the file cannot be read: {reason}", "look at the path and its permissions")
        return None
    if len(data) > MOST_BYTES:
        report.add("too-large", place, f"the file has more than {MOST_BYTES:,} bytes", "no workflow needs that many")
        return None
    return data
