"""A plan in a file, to be looked at now and applied later, as long as nothing has moved in between.

The file is never executed. Whoever applies it makes the plan again, from the workflow and the clouds as they are then,
and `SavedPlan.check` refuses unless that is the very plan that was saved; so a file holds no secrets and needs none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maskflow.errors import ConfigError, Conflict

from .plan import Fingerprint, Plan
from .render import FORMAT


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a file says about the plan that it was made from; `adopt` and `data` are for making it again."""

    workflow: str
    adopt: bool
    data: bool
    fingerprint: Fingerprint

    @classmethod
    def parse(cls, text: str) -> SavedPlan:
        """Read what `render.plan_json` wrote; ConfigError for anything else."""
        try:
            document: Mapping[str, Any] = json.loads(text)
            if document["format"] != FORMAT:
                raise ConfigError(f"the plan has format {document['format']!r}, not {FORMAT}; make it again")
            prints = document["fingerprint"]
            fingerprint = Fingerprint(str(prints["wanted"]), str(prints["actual"]))
            flags = document["adopt"] is True, document["data"] is True
            return cls(str(document["workflow"]), *flags, fingerprint)
        except (ValueError, LookupError, TypeError) as error:
            raise ConfigError("this is not a saved plan") from error

    def check(self, plan: Plan) -> None:
        """Raise Conflict unless `plan`, made just now, is the one that was saved."""
        if plan.workflow != self.workflow:
            raise Conflict(f"the plan is for workflow {self.workflow!r}, not {plan.workflow!r}")
        if (plan.adopt, plan.data) != (self.adopt, self.data):
            raise Conflict("the plan was made with other permissions to adopt or to delete data")
        if plan.fingerprint.wanted != self.fingerprint.wanted:
            raise Conflict("the workflow has changed since the plan was made", hint="make the plan again")
        if plan.fingerprint.actual != self.fingerprint.actual:
            raise Conflict("the clouds have changed since the plan was made", hint="make the plan again")
