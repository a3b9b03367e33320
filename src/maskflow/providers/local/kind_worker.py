"""`local:worker/background`: the process that watches and runs, one for all workflows of a data root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from maskflow import __version__
from maskflow.deploy.address import Address
from maskflow.deploy.resource import Observed, Resource
from maskflow.deploy.spec import Spec
from maskflow.model import Workflow

from . import control, functions, kind_function
from .place import Root

KIND = "worker"
ADDRESS = Address("local", KIND, "background")


def wanted(workflow: Workflow) -> Iterator[Resource]:
    needs = tuple(kind_function.address(function.name) for function in workflow.functions)
    if needs:
        yield Resource(ADDRESS, Spec({"version": __version__}), workflow.name, needs=needs, shared=True)


def read(root: Root) -> Observed | None:
    """The worker that is alive. It belongs to the workflow that alone is deployed here, else to nobody."""
    state = control.state(root)
    if state is None or state.version != __version__:
        return None
    deployed = functions.read_all(root).values()
    owners = {spec.workflow for spec in deployed}
    needs = tuple(kind_function.address(spec.name) for spec in deployed)
    owner = owners.pop() if len(owners) == 1 else None
    pid = str(state.pid)
    return Observed(Spec({"version": state.version}), owner, {"pid": pid}, revision=pid, needs=needs)


def owned(root: Root, workflow: str) -> Iterator[Address]:
    found = read(root)
    if found and found.owner == workflow:
        yield ADDRESS


def write(root: Root) -> Mapping[str, str]:
    """Start it; one of another version of maskflow is stopped first."""
    state = control.state(root)
    if state and state.version != __version__:
        control.stop(root)
    return {"pid": str(control.start(root).pid)}


def delete(root: Root) -> None:
    control.stop(root)
