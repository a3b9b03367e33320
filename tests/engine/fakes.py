"""A cloud in memory: what the engine is driven against, and a model for whoever writes a provider.

It is strict where real clouds are: nothing is made before what it needs, nothing goes while something needs it, and a
share of its behaviour (defaults that it adds, attributes that it makes up) is what the engine must not trip over.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from maskflow.deploy.resource import Address, Observed, Ref, Resource, Sealed, Spec
from maskflow.deploy.spec import refs
from maskflow.errors import Conflict, ProviderError
from maskflow.model import Workflow


class Crash(BaseException):
    """The process dies here. No Exception, so that no handler of ours can pretend that it did not."""


@dataclass
class Cloud:
    """What stands, and everything that was ever written, in order: (verb, address)."""

    things: dict[Address, Observed] = field(default_factory=dict)
    writes: list[tuple[str, Address]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    serial: itertools.count[int] = field(default_factory=itertools.count)

    def put(self, address: Address, seen: Observed) -> None:
        """Set something as if by another hand: no write of ours, a new revision."""
        with self.lock:
            self.things[address] = replace(seen, revision=f"r{next(self.serial)}")

    def drop(self, address: Address) -> None:
        """Lose something, and its parts with it, as if by another hand."""
        with self.lock:
            self.things.pop(address, None)
            for part in [part for part in self.things if part.name.startswith(f"{address.name}/")]:
                del self.things[part]


def nothing(verb: str, address: Address) -> None:
    """No mishap."""


def anything(address: Address) -> None:
    """No objection."""


@dataclass
class FakeProvider:
    """Serves `wants` for each workflow name (and file, if it has one).

    `before`, `halfway` (of a creation) and `after` are called around every effect, `removing` before a deletion; all
    may raise. `down` is the message of an outage; without `versions` an update makes no new version.
    """

    cloud: Cloud = field(default_factory=Cloud)
    wants: dict[str, list[Resource]] = field(default_factory=dict)
    before: Callable[[str, Address], None] = nothing
    halfway: Callable[[str, Address], None] = nothing
    after: Callable[[str, Address], None] = nothing
    removing: Callable[[Address], None] = anything
    down: str = ""
    versions: bool = True

    def wanted(self, workflow: Workflow) -> Sequence[Resource]:
        return self.wants.get(workflow.name + workflow.file, ())

    def read(self, address: Address) -> Observed | None:
        self.reachable()
        with self.cloud.lock:
            return self.cloud.things.get(address)

    def owned(self, workflow: str) -> Sequence[Address]:
        self.reachable()
        with self.cloud.lock:
            return [address for address, seen in self.cloud.things.items() if seen.owner == workflow]

    def create(self, resource: Resource) -> Mapping[str, str]:
        self.reachable()
        self.before("create", resource.address)
        with self.cloud.lock:
            if resource.address in self.cloud.things:
                raise Conflict(f"{resource.address} exists")
            self.check(resource)
            made = {"id": f"id{next(self.cloud.serial)}", "version": f"v{next(self.cloud.serial)}"}
            begun = Spec({key: resource.spec[key] for key in resource.replace_on if key in resource.spec})
            self.write("create", resource, begun, made)
            self.halfway("create", resource.address)
            spec = Spec({"added_by_cloud": 1, **stored(resource.spec)})
            self.show(resource, spec, made)
        self.after("create", resource.address)
        return made

    def update(self, resource: Resource, before: Observed) -> Mapping[str, str]:
        self.reachable()
        self.before("update", resource.address)
        with self.cloud.lock:
            now = self.cloud.things[resource.address]
            assert now.owner in (None, resource.owner), "the engine must not touch what belongs to others"
            assert now.stamp == before.stamp
            self.check(resource)
            for fixed in resource.replace_on:
                assert now.spec.get(fixed) == resource.spec.get(fixed), f"{fixed} cannot change"
            made = dict(now.attributes)
            if self.versions:
                made["version"] = f"v{next(self.cloud.serial)}"
            self.write("update", resource, merge(now.spec, stored(resource.spec)), made)
        self.after("update", resource.address)
        return made

    def delete(self, address: Address, before: Observed) -> None:
        self.reachable()
        self.before("delete", address)
        with self.cloud.lock:
            now = self.cloud.things.get(address)
            if now is not None:
                assert now.owner == before.owner is not None, "the engine must not touch what belongs to others"
                self.removing(address)
                self.cloud.writes.append(("delete", address))
                self.cloud.drop(address)
        self.after("delete", address)

    def calm(self) -> None:
        """No more trouble."""
        self.before = self.halfway = self.after = nothing
        self.removing = anything

    def reachable(self) -> None:
        if self.down:
            raise ProviderError(self.down)

    def check(self, resource: Resource) -> None:
        assert not refs(resource.spec), "every reference must have been resolved"
        for need in resource.waits_for:
            assert need in self.cloud.things, f"{resource.address} is made before {need}, which it needs"

    def write(self, verb: str, resource: Resource, spec: Spec, attributes: Mapping[str, str]) -> None:
        self.cloud.writes.append((verb, resource.address))
        self.show(resource, spec, attributes)

    def show(self, resource: Resource, spec: Spec, attributes: Mapping[str, str]) -> None:
        seen = Observed(spec, resource.owner, attributes, "", tuple(sorted(resource.waits_for)), resource.keep)
        self.cloud.put(resource.address, seen)


def stored(spec: Spec) -> Spec:
    """What a cloud remembers: of secrets only the mark."""
    kept = {key: Sealed(value.mark) if isinstance(value, Sealed) else value for key, value in spec.items()}
    return Spec(kept, exact=spec.exact)


def merge(old: Spec, new: Spec) -> Spec:
    """The old fields with the new ones over them; an exact mapping replaces what was there, null removes a field."""
    if new.exact:
        return new
    merged = dict(old)
    for key, value in new.items():
        earlier = old.get(key)
        merged[key] = merge(earlier, value) if isinstance(value, Spec) and isinstance(earlier, Spec) else value
        if value is None:
            del merged[key]
    return Spec(merged)


def fake(name: str, workflow: str = "app", kind: str = "function", **spec: object) -> Resource:
    """A wanted resource in a few words; `needs`, `keep` and the like are set with `dataclasses.replace`."""
    return Resource(Address("fake", kind, name), Spec(spec), workflow)


def ref(resource: Resource, attribute: str = "id") -> Ref:
    return Ref(resource.address, attribute)
