"""Where an output came from: the names under which its metadata says so, and the run that it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from maskflow.model import ObjectCreated

from .spec import FunctionSpec

PARENT = "maskflow-parent"
PARENT_ETAG = "maskflow-parent-etag"
FUNCTION = "maskflow-function"
WORKFLOW = "maskflow-workflow"
CODE = "maskflow-code"
RUN = "maskflow-run"


def run_id(event: ObjectCreated) -> str:
    """The name of everything that comes of one upload: the same version of the same object is the same run."""
    return hashlib.sha256(f"{event}@{event.etag}".encode("utf-8", "surrogateescape")).hexdigest()[:12]


def metadata(spec: FunctionSpec, event: ObjectCreated) -> Mapping[str, str]:
    """The metadata of every output of `event`."""
    return {
        PARENT: str(event),
        PARENT_ETAG: event.etag,
        FUNCTION: spec.name,
        RUN: event.run,
        CODE: spec.code,
        WORKFLOW: spec.workflow,
    }
