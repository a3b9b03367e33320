"""The local provider as the engine sees it: the same six members that every cloud has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maskflow.deploy.address import Address
from maskflow.deploy.resource import Observed, Resource
from maskflow.errors import Conflict, ProviderError
from maskflow.model import Workflow

from . import kind_bucket, kind_function, kind_worker
from .place import Root


class LocalProvider:
    """Everything that a workflow wants, on this machine, whatever provider its functions name.

    `worker`: whether the background worker is part of what is wanted; a run in the foreground brings its own.
    """

    def __init__(self, root: Root, *, worker: bool = True) -> None:
        self.root = root
        self.worker = worker
        self._workflow: Workflow | None = None

    def wanted(self, workflow: Workflow) -> Sequence[Resource]:
        self._workflow = workflow
        found = [*kind_bucket.wanted(workflow), *kind_function.wanted(self.root, workflow)]
        return found + list(kind_worker.wanted(workflow)) if self.worker else found

    def read(self, address: Address) -> Observed | None:
        match address.kind:
            case kind_bucket.KIND:
                return kind_bucket.read(self.root, address)
            case kind_function.KIND:
                return kind_function.read(self.root, address)
            case kind_worker.KIND:
                return kind_worker.read(self.root)
        raise ProviderError(f"{address} is of no kind that this machine has")

    def owned(self, workflow: str) -> Sequence[Address]:
        return [
            *kind_bucket.owned(self.root, workflow),
            *kind_function.owned(self.root, workflow),
            *kind_worker.owned(self.root, workflow),
        ]

    def create(self, resource: Resource) -> Mapping[str, str]:
        if resource.address.kind != kind_worker.KIND and self.read(resource.address):
            raise Conflict(f"{resource.address} has come to stand there since the plan was made", hint="plan again")
        return self._write(resource)

    def update(self, resource: Resource, before: Observed) -> Mapping[str, str]:
        return self._write(resource)

    def _write(self, resource: Resource) -> Mapping[str, str]:
        match resource.address.kind:
            case kind_bucket.KIND:
                return kind_bucket.write(self.root, resource)
            case kind_worker.KIND:
                return kind_worker.write(self.root)
        workflow = self._workflow
        named = [f for f in workflow.functions if f.name == resource.address.name] if workflow else []
        if workflow is None or not named:
            raise ProviderError(f"{resource.address} is not in the workflow that was planned")
        return kind_function.write(self.root, workflow.name, named[0])

    def delete(self, address: Address, before: Observed) -> None:
        match address.kind:
            case kind_bucket.KIND:
                kind_bucket.delete(self.root, address)
            case kind_function.KIND:
                kind_function.delete(self.root, address)
            case kind_worker.KIND:
                kind_worker.delete(self.root)
