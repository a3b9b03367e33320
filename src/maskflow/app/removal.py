"""What is deployed, found by name without any file, and the plan that takes it away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from maskflow import fdl
from maskflow.deploy.address import Address
from maskflow.deploy.plan import Plan
from maskflow.deploy.planner import make_plan
from maskflow.deploy.reading import plan_removal
from maskflow.errors import UsageError
from maskflow.fdl.suggest import did_you_mean
from maskflow.providers.local import functions, kind_function
from maskflow.providers.local.place import Root

from .workflows import Providers


def deployed(root: Path) -> Mapping[str, tuple[str, ...]]:
    """The functions of every workflow that is deployed on this machine."""
    found: dict[str, list[str]] = {}
    for name, spec in functions.read_all(Root(root)).items():
        found.setdefault(spec.workflow, []).append(name)
    return {workflow: tuple(names) for workflow, names in sorted(found.items())}


def workflow_name(file: Path, images: Mapping[str, str]) -> str:
    """Under which name a file is deployed. Raises WorkflowError when the file cannot be understood."""
    return fdl.load(file, images=images).get().name


def of_workflow(workflow: str, providers: Providers, *, data: bool) -> Plan:
    return plan_removal(workflow, providers, data=data)


def of_names(root: Path, names: Collection[str], providers: Providers, *, data: bool) -> tuple[Plan, ...]:
    """Of functions and workflows. A workflow all of whose functions go is removed as a whole."""
    present = deployed(root)
    known = {*present, *(name for names_of in present.values() for name in names_of)}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) if known else "nothing is deployed on this machine"
            raise UsageError(f"no function and no workflow is called {name!r}", hint=hint)
    plans = []
    for workflow, functions_of in present.items():
        going = functions_of if workflow in names else tuple(name for name in functions_of if name in names)
        if set(going) == set(functions_of):
            plans.append(plan_removal(workflow, providers, data=data))
        elif going:
            plans.append(_of_functions(workflow, [kind_function.address(name) for name in going], providers))
    return tuple(plans)


def _of_functions(workflow: str, addresses: Collection[Address], providers: Providers) -> Plan:
    found = {address: providers[address.provider].read(address) for address in addresses}
    return make_plan(workflow, (), {address: observed for address, observed in found.items() if observed})
