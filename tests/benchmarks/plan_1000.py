"""CPU seconds to plan 1,000 functions with all that belongs to them: python tests/benchmarks/plan_1000.py

Three plans: nothing stands yet, everything stands as wanted, every function has changed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence

from maskflow.deploy.planner import make_plan
from maskflow.deploy.render import plan_json, plan_text
from maskflow.deploy.resource import Address, Observed, Ref, Resource, Spec
from maskflow.deploy.spec import resolve

FUNCTIONS = 1000


def one_function(number: int, memory: int) -> list[Resource]:
    """A role, a log group, an image's repository, a function, a permission and a bucket's notifications."""
    name = f"function-{number:04}"

    def resource(kind: str, spec: Mapping[str, object], *needs: Resource) -> Resource:
        return Resource(Address("aws", kind, name), Spec(spec), "big", tuple(need.address for need in needs))

    statements = [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"arn:{name}-{n}"} for n in range(4)]
    role = resource("role", {"trust": "lambda", "policy": {"Version": "2012-10-17", "Statement": statements}})
    logs = resource("logs", {"retention": 30})
    images = resource("repository", {"scan": True})
    environment = Spec({f"VARIABLE_{n}": f"value {n}" for n in range(20)}, exact=True)
    spec = {"role": Ref(role.address, "arn"), "memory": memory, "timeout": 300, "environment": environment}
    function = resource("function", spec, logs, images)
    permission = resource("permission", {"source": f"arn:aws:s3:::bucket-{number}"}, function)
    rules = [{"function": Ref(function.address, "arn"), "events": ["s3:ObjectCreated:*"], "prefix": "input/"}]
    return [role, logs, images, function, permission, resource("notification", {"rules": rules}, permission)]


def wanted(memory: int) -> list[Resource]:
    return [resource for number in range(FUNCTIONS) for resource in one_function(number, memory)]


def standing(resources: Sequence[Resource]) -> dict[Address, Observed]:
    """What a cloud holds after an apply."""

    def seen(resource: Resource) -> Observed:
        spec = resolve(resource.spec, lambda ref: f"arn:{ref.address}")
        assert isinstance(spec, Spec)
        return Observed(spec, "big", {"arn": f"arn:{resource.address}"}, f"r-{resource.address}")

    return {resource.address: seen(resource) for resource in resources}


def main() -> None:
    resources = wanted(512)
    actual = standing(resources)
    cases = {
        "all to create": (resources, {}),
        "no changes": (resources, actual),
        "all to update": (wanted(1024), actual),
    }
    for name, (ours, theirs) in cases.items():
        begun = time.process_time()
        plan = make_plan("big", ours, theirs)
        planned = time.process_time()
        size = len(plan_text(plan)) + len(plan_json(plan))
        rendered = time.process_time()
        sys.stdout.write(
            f"{name}: {len(ours)} resources, {len(plan.writes)} writes, {planned - begun:.2f} CPU s to plan, "
            f"{rendered - planned:.2f} to render {size / 1e6:.1f} MB\n"
        )


if __name__ == "__main__":
    main()
