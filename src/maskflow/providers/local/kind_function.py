"""`local:function/<name>`: a document for the worker, a snapshot of the code, and the folders that trigger it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from maskflow.deploy.address import Address
from maskflow.deploy.resource import Observed, Resource
from maskflow.deploy.spec import Sealed, Spec
from maskflow.errors import Problem, ProviderError, Severity, WorkflowError
from maskflow.model import EntryKind, Function, Limits, Secret, SecretKind, Workflow
from maskflow.runtime import spec as specs
from maskflow.runtime.spec import FunctionSpec

from . import code, functions, kind_bucket, watch
from .place import Root

KIND = "function"
SHOWN = 16
"""Hex digits of a code digest that a plan shows and compares: 64 bits."""


def address(name: str) -> Address:
    return Address("local", KIND, name)


def wanted(root: Root, workflow: Workflow) -> list[Resource]:
    """Raises WorkflowError naming each function that this machine cannot run."""
    problems: list[Problem] = []
    resources = []
    for function in workflow.functions:
        try:
            resources.append(_resource(root, workflow, function))
        except ProviderError as error:
            place = function.place
            problems.append(Problem(place, Severity.ERROR, "cannot-run-locally", str(error), error.hint))
    if problems:
        raise WorkflowError(problems)
    return resources


def deployment(workflow: str, function: Function) -> FunctionSpec:
    """The document of a function, with its code where it lies now."""
    if function.entry.kind is EntryKind.IMAGE:
        raise ProviderError(
            f"{function.name} is given as the container image {function.image or '(none)'} only, "
            "and this machine runs functions as processes",
            hint=f"map the image to a function folder: --image {function.image or 'IMAGE'}=FOLDER",
        )
    return FunctionSpec(
        name=function.name,
        workflow=workflow,
        code=code.code_digest(function, code.digest(function.entry)),
        entry=function.entry,
        inputs=function.inputs,
        outputs=function.outputs,
        limits=function.limits,
        retry=function.retry,
        environment=function.environment,
        secrets=function.secrets,
        log_level=function.log_level,
    )


def read(root: Root, at: Address) -> Observed | None:
    spec = functions.read(root, at.name)
    if spec is None:
        return None
    needs = {kind_bucket.address(p.path.storage.realm, p.path.bucket) for p in (*spec.inputs, *spec.outputs)}
    # Of the document alone: the trigger folders may be those of other functions, which the same plan makes.
    revision = hashlib.sha256(specs.dumps(spec).encode()).hexdigest()
    found = _described(root, spec, _ready(root, spec))
    return Observed(found, spec.workflow or None, revision=revision, needs=tuple(sorted(needs)))


def owned(root: Root, workflow: str) -> Iterator[Address]:
    for spec in functions.read_all(root).values():
        if spec.workflow == workflow:
            yield address(spec.name)


def write(root: Root, workflow: str, function: Function) -> Mapping[str, str]:
    root.prepare()
    spec = deployment(workflow, function)
    for number in range(len(spec.inputs)):
        watch.trigger_folder(root, spec, number).mkdir(parents=True, exist_ok=True)
    with code.exclusive(root):
        functions.write(root, replace(spec, entry=code.snapshot(root, spec.entry)))
        _clear_code(root)
    root.poke()
    return {}


def delete(root: Root, at: Address) -> None:
    with code.exclusive(root):
        functions.remove(root, at.name)
        _clear_code(root)
    root.poke()


def _resource(root: Root, workflow: Workflow, function: Function) -> Resource:
    spec = deployment(workflow.name, function)
    buckets = {kind_bucket.address(p.path.storage.realm, p.path.bucket) for p in (*function.inputs, *function.outputs)}
    return Resource(
        address(function.name),
        _described(root, spec, ready=True),
        workflow.name,
        needs=tuple(sorted(buckets)),
        place=function.place,
    )


def _described(root: Root, spec: FunctionSpec, ready: bool) -> Spec:
    """What a plan compares and shows: everything that was asked for, as people write it, and no secret."""
    limits = {name: getattr(spec.limits, name) for name in Limits.__dataclass_fields__}
    return Spec(
        {
            "code": spec.code[:SHOWN],
            "entry": f"{spec.entry.kind} {spec.entry.name}".strip(),
            "inputs": [str(port) for port in spec.inputs],
            "outputs": [str(port) for port in spec.outputs],
            "limits": Spec({name: value for name, value in limits.items() if value}, exact=True),
            "retry": {"attempts": spec.retry.attempts, "backoff": spec.retry.backoff},
            "environment": Spec(spec.environment, exact=True),
            "secrets": Spec({name: Sealed(_mark(root, s)) for name, s in spec.secrets.items()}, exact=True),
            "log_level": spec.log_level,
            "triggers": "watched" if ready else "missing",
        }
    )


def _ready(root: Root, spec: FunctionSpec) -> bool:
    folders = (watch.trigger_folder(root, spec, number) for number in range(len(spec.inputs)))
    return all(folder.is_dir() for folder in folders) and Path(spec.entry.source).exists()


def _mark(root: Root, secret: Secret) -> str:
    """What tells one secret from another without telling it: keyed with something that never leaves this machine."""
    if secret.kind is not SecretKind.LITERAL:
        return f"{secret.kind}:{secret.reference}"
    return hmac.new(_key(root), secret.reference.encode(), hashlib.sha256).hexdigest()


def _key(root: Root) -> bytes:
    path = root.functions.parent / "key"
    if not path.exists():
        root.prepare()
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()


def _clear_code(root: Root) -> None:
    code.clear(root, {part for spec in functions.read_all(root).values() for part in Path(spec.entry.source).parts})
