"""The provider contract, kept by the cloud in memory: so the fake is as honest as the real ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.provider import ProviderContract, Subject
from engine.fakes import FakeProvider, fake, ref
from maskflow.deploy.resource import Address, Observed, Resource, Sealed, Spec
from maskflow.model import Secret, SecretKind, Workflow


def resources(version: int) -> list[Resource]:
    bucket = replace(fake("data", kind="bucket", size=1), keep=True)
    role = fake("role", policy={"allow": ["a", "b"]})
    secret = Sealed("mark", Secret(SecretKind.LITERAL, "hunter2"))
    function = fake(
        "split", memory=512 * version, package="image", token=secret, role=ref(role), env=Spec({"A": "1"}, exact=True)
    )
    function = replace(function, needs=(bucket.address,))
    alias = fake("alias", kind="alias", version=ref(function, "version"))
    part = replace(fake("split/policy", source="s3"), inside=function.address)
    found = [alias, part, function, bucket, role, fake("old" if version == 1 else "new")]
    return [replace(resource, volatile=frozenset({"version"})) for resource in found]


class TestFake(ProviderContract):
    @pytest.fixture
    def subject(self) -> Subject:
        provider = FakeProvider()
        function = Address("fake", "function", "split")

        def plant(resource: Resource) -> None:
            provider.cloud.put(resource.address, Observed(Spec({"memory": 1}), None, {"id": "x", "version": "y"}))

        def meddle(address: Address) -> None:
            seen = provider.cloud.things[address]
            provider.cloud.put(address, replace(seen, spec=Spec({**seen.spec, "memory": 7})))

        first, second, other = (
            Workflow(name, (), file=file) for name, file in [("app", "1"), ("app", "2"), ("else", "")]
        )
        provider.wants = {"app1": resources(1), "app2": resources(2), "else": [fake("theirs", "else")]}
        return Subject("fake", provider, first, second, other, plant, meddle, function, function, ("hunter2",))
