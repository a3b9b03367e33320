"""The local provider keeps the contract of every provider, its background worker included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.provider import ProviderContract, Subject
from maskflow.deploy.address import Address
from maskflow.deploy.reading import plan_for
from maskflow.deploy.resource import Resource
from maskflow.model import (
    BucketPath,
    Entry,
    EntryKind,
    Function,
    Port,
    ProviderKind,
    ProviderRef,
    Secret,
    SecretKind,
    StorageKind,
    StorageRef,
    Workflow,
)
from maskflow.providers.local import code, control, functions, kind_function
from maskflow.providers.local.place import Root
from maskflow.providers.local.provider import LocalProvider

PASSWORD = "correct horse battery staple"


def function(folder: Path, name: str, bucket: str, **environment: str) -> Function:
    source = folder / "code" / name
    source.mkdir(parents=True, exist_ok=True)
    (source / "function.py").write_text("def handle(source, output, context): ...\n")
    ports = [Port(BucketPath(StorageRef(StorageKind.MINIO), bucket, prefix)) for prefix in ("in", "out")]
    return Function(
        name,
        ProviderRef(ProviderKind.OSCAR, "home"),
        Entry(EntryKind.PYTHON, str(source), "function:handle"),
        inputs=(ports[0],),
        outputs=(ports[1],),
        environment=environment,
        secrets={"PASSWORD": Secret(SecretKind.LITERAL, PASSWORD)},
    )


class TestLocal(ProviderContract):
    @pytest.fixture
    def root(self, tmp_path: Path) -> Iterator[Root]:
        root = Root(tmp_path / "home")
        yield root
        control.stop(root)

    @pytest.fixture
    def subject(self, root: Root, tmp_path: Path) -> Subject:
        one, two, three = (function(tmp_path, name, "shared") for name in ("one", "two", "three"))
        changed = replace(one, environment={"MODE": "other"})

        def plant(resource: Resource) -> None:
            """A function of somebody who wrote the document by hand and named no workflow of ours."""
            root.prepare()
            spec = kind_function.deployment("", replace(one, name=resource.address.name))
            functions.write(root, replace(spec, entry=code.snapshot(root, spec.entry)))

        def meddle(address: Address) -> None:
            path = functions.document(root, address.name)
            path.write_text(json.dumps(json.loads(path.read_text()) | {"log_level": "DEBUG"}))

        at = kind_function.address("one")
        return Subject(
            name="local",
            provider=LocalProvider(root),
            first=Workflow("first", (one, two)),
            second=Workflow("first", (changed, three)),
            other=Workflow("other", (function(tmp_path, "else", "elsewhere"),)),
            plant=plant,
            meddle=meddle,
            planted=at,
            meddled=at,
            secrets=(PASSWORD,),
        )

    def test_a_killed_worker_shows_in_the_plan(self, subject: Subject, root: Root) -> None:
        """The plan tells the truth about processes too: who is dead has to be started again."""
        subject.deploy(subject.first)
        control.stop(root)
        plan = plan_for(subject.first, subject.providers)
        assert [str(change.address) for change in plan.writes] == ["local:worker/background"]
        subject.apply(plan)
        assert not plan_for(subject.first, subject.providers).writes

    def test_two_workflows_share_the_worker(self, subject: Subject, root: Root) -> None:
        subject.deploy(subject.first)
        subject.deploy(subject.other)
        subject.remove(subject.first)
        assert control.state(root)
        subject.remove(subject.other)
        assert not control.state(root)

    def test_a_bucket_that_another_workflow_uses_is_kept(self, subject: Subject, root: Root, tmp_path: Path) -> None:
        subject.deploy(subject.first)
        second = Workflow("second", (function(tmp_path, "guest", "shared"),))
        subject.deploy(second)
        root.storage("minio.default").put("shared", "in/precious", b"x")
        subject.remove(subject.first)
        assert root.storage("minio.default").read("shared", "in/precious")[0] == b"x"

    def test_code_that_nobody_uses_is_removed(self, subject: Subject, root: Root) -> None:
        subject.deploy(subject.first)
        assert list(root.code.iterdir())
        subject.remove(subject.first)
        assert not list(root.code.iterdir())
