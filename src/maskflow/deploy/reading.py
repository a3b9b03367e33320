"""Everything that is asked of the clouds before a plan can be made; reads only, many at once.

What is wrong is gathered like everything else: all problems of the workflow in one error, all providers that cannot
be reached in another, before anything has been decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from maskflow.errors import MaskflowError, Problem, ProviderError, WorkflowError
from maskflow.model import Workflow

from .address import Address
from .plan import Plan
from .planner import make_plan
from .resource import Observed, Provider, Resource

READERS = 16
K = TypeVar("K")
T = TypeVar("T")


def plan_for(workflow: Workflow, providers: Mapping[str, Provider], *, adopt: bool = False, data: bool = False) -> Plan:
    """What has to be done so that the clouds hold what the workflow wants."""
    wanted = wanted_by(workflow, providers)
    return make_plan(workflow.name, wanted, held(workflow.name, wanted, providers), adopt=adopt, data=data)


def plan_removal(workflow: str, providers: Mapping[str, Provider], *, data: bool = False) -> Plan:
    """What has to be done so that nothing of the workflow is left; its file is not needed for that."""
    return make_plan(workflow, (), held(workflow, (), providers), data=data)


def wanted_by(workflow: Workflow, providers: Mapping[str, Provider]) -> list[Resource]:
    """What the workflow wants of all providers together; WorkflowError with the problems of all of them."""
    found: list[Resource] = []
    problems: list[Problem] = []
    for name in sorted(providers):
        try:
            found += providers[name].wanted(workflow)
        except WorkflowError as error:
            problems += error.problems
    if problems:
        raise WorkflowError(sorted(problems))
    return found


def held(workflow: str, wanted: Sequence[Resource], providers: Mapping[str, Provider]) -> dict[Address, Observed]:
    """What stands at every wanted address, and everything that bears the workflow's mark."""
    for resource in wanted:
        if resource.address.provider not in providers:
            raise ProviderError(f"{resource.address}: nobody knows how to reach {resource.address.provider!r}")
    # First one question a provider: one that is down says so once, and not after a thousand waits in vain.
    marked = _together({name: partial(provider.owned, workflow) for name, provider in sorted(providers.items())})
    addresses = sorted({resource.address for resource in wanted}.union(*marked.values()))
    found = _together({address: partial(providers[address.provider].read, address) for address in addresses})
    return {address: seen for address, seen in found.items() if seen is not None}


def _together(questions: Mapping[K, Callable[[], T]]) -> dict[K, T]:
    """The answers to all questions, asked at once; ProviderError with everything that went wrong."""
    pool = ThreadPoolExecutor(READERS, thread_name_prefix="read")
    try:
        asked = {key: pool.submit(question) for key, question in questions.items()}
        answers: dict[K, T] = {}
        errors: list[MaskflowError] = []
        for key, answer in asked.items():
            try:
                answers[key] = answer.result()
            except MaskflowError as error:
                errors.append(error)
    finally:
        pool.shutdown(cancel_futures=True)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ProviderError("\n".join(sorted({str(error) for error in errors}))) from errors[0]
    return answers
