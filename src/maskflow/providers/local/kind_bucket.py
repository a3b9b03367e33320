"""`local:bucket/<realm>/<bucket>`: a directory. It may be there already, and stays when the workflow goes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping

from maskflow.deploy.address import Address
from maskflow.deploy.resource import Observed, Resource
from maskflow.deploy.spec import Spec
from maskflow.errors import Place
from maskflow.model import Workflow
from maskflow.runtime.spec import FunctionSpec
from maskflow.storage.base import HIDDEN

from . import functions
from .place import Root

KIND = "bucket"
MARK = HIDDEN + "owner.json"


def address(realm: str, bucket: str) -> Address:
    return Address("local", KIND, f"{realm}/{bucket}")


def wanted(workflow: Workflow) -> Iterator[Resource]:
    seen: dict[Address, Place] = {}
    for function in workflow.functions:
        for port in (*function.inputs, *function.outputs):
            seen.setdefault(address(port.path.storage.realm, port.path.bucket), port.place)
    for at, place in sorted(seen.items()):
        yield Resource(at, Spec({}), workflow.name, place=place, keep=True, shared=True)


def read(root: Root, at: Address) -> Observed | None:
    path = root.buckets / at.name
    if not (path / HIDDEN).is_dir():
        return None  # a directory that merely lies there becomes a bucket by its first mark
    try:
        owner = json.loads((path / MARK).read_text())["workflow"]
    except (OSError, ValueError, KeyError, TypeError):
        owner = None
    return Observed(Spec({}), owner, keep=True)


def owned(root: Root, workflow: str) -> Iterator[Address]:
    """Buckets with the workflow's mark, but those that another workflow has come to use: its data is in them."""
    others = {path for spec in functions.read_all(root).values() if spec.workflow != workflow for path in _paths(spec)}
    for realm in root.realms():
        for bucket in root.storage(realm).buckets():
            found = read(root, address(realm, bucket))
            if found and found.owner == workflow and (realm, bucket) not in others:
                yield address(realm, bucket)


def _paths(spec: FunctionSpec) -> set[tuple[str, str]]:
    return {(port.path.storage.realm, port.path.bucket) for port in (*spec.inputs, *spec.outputs)}


def write(root: Root, resource: Resource) -> Mapping[str, str]:
    realm, _, bucket = resource.address.name.partition("/")
    root.storage(realm).create_bucket(bucket)
    (root.buckets / resource.address.name / MARK).write_text(json.dumps({"workflow": resource.owner}))
    return {}


def delete(root: Root, at: Address) -> None:
    shutil.rmtree(root.buckets / at.name, ignore_errors=True)
