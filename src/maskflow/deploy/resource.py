"""What the engine and the providers say to each other: what is wanted, what was found, and who does the work.

Everything that may influence a decision is data here, declared by the provider that owns the kind, so that the engine
can decide without knowing any kind. The six members of `Provider` are all that a cloud has to bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from maskflow.errors import Place
from maskflow.model import NO_MAPPING, Workflow

from .address import Address
from .spec import UNKNOWN, Ref, Scalar, Sealed, Spec, Unknown, Value, refs

__all__ = [
    "UNKNOWN",
    "Address",
    "Observed",
    "Provider",
    "Ref",
    "Resource",
    "Scalar",
    "Sealed",
    "Spec",
    "Unknown",
    "Value",
]


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that a workflow wants to exist."""

    address: Address
    spec: Spec
    owner: str
    """The workflow's name: the mark that the provider writes with it and that `Observed.owner` brings back."""
    needs: tuple[Address, ...] = ()
    """What must stand before this; the address of every `Ref` in the spec counts as well without being named here."""
    place: Place | None = field(default=None, compare=False)
    """Where in the workflow file this comes from, for conflicts."""
    replace_on: frozenset[str] = frozenset()
    """Dotted paths of the spec that cannot change in place (`package_type`); a change below one counts too."""
    volatile: frozenset[str] = frozenset()
    """Attributes that an update may give new values (a version); others keep theirs until a replacement."""
    keep: bool = False
    """It holds data: it is deleted or replaced only when the user has asked for data to go."""
    inside: Address | None = None
    """It is a part of that one (a function's policy) and vanishes with it, so a replacement makes it anew."""
    shared: bool = False
    """It may be somebody else's (a bucket that exists already): then it is used as it is and never changed."""

    @property
    def waits_for(self) -> frozenset[Address]:
        """Everything that must stand before this, however it was said."""
        inside = () if self.inside is None else (self.inside,)
        return frozenset((*self.needs, *inside, *(ref.address for ref in refs(self.spec))))


@dataclass(frozen=True, slots=True)
class Observed:
    """What a provider found at an address.

    `needs` and `keep` say for something that is no longer wanted what the wanted resource said: in which order it
    goes, and whether it holds data.
    """

    spec: Spec
    owner: str | None
    """The workflow named in the ownership mark, or None when there is none."""
    attributes: Mapping[str, str] = NO_MAPPING
    revision: str = ""
    """Changes whenever something in the spec or the mark changes, and with nothing else: other steps of the same plan
    must not move it. Empty: a digest of the spec stands in."""
    needs: tuple[Address, ...] = ()
    keep: bool = False

    @property
    def stamp(self) -> str:
        """What two readings must agree on to be of the same state."""
        return f"{self.owner or ''}@{self.revision or self.spec.digest}"


class Provider(Protocol):
    """One place that resources live in. Providers are handed to the engine by name, the `Address.provider` they serve.

    Every method may be called from several threads at once, with different addresses. Failures are ProviderError (or
    another MaskflowError); anything else counts as a bug.
    """

    def wanted(self, workflow: Workflow) -> Sequence[Resource]:
        """What the workflow wants here; pure. What cannot be done is a WorkflowError with all problems and places."""
        ...

    def read(self, address: Address) -> Observed | None:
        """What stands at the address now, whoever owns it, or None; GET, LIST and DESCRIBE only.

        The spec has at least every field that `wanted` may set and the cloud can tell, in the same form.
        """
        ...

    def owned(self, workflow: str) -> Sequence[Address]:
        """Everything here that bears the workflow's mark, wanted or not; reads only."""
        ...

    def create(self, resource: Resource) -> Mapping[str, str]:
        """Make it, with its mark, and return its attributes as `read` would; Conflict when something stands there.

        The spec has no `Ref` left, and `needs` names everything that it waited for.

        When it returns, the thing can be used by what needs it. When it was killed halfway, `read` shows what there
        is and a later `update` finishes it: so the mark goes on with the first write.
        """
        ...

    def update(self, resource: Resource, before: Observed) -> Mapping[str, str]:
        """Bring what stands there to the spec and the mark, and return its attributes as `read` would.

        `before` is what the engine read a moment ago, `before.owner` None when it is being adopted. Fields that the
        spec does not set stay as they are, except below an exact mapping.
        """
        ...

    def delete(self, address: Address, before: Observed) -> None:
        """Remove it; something that is gone already is fine. Only ever called for what bears our mark."""
        ...
