"""What providers allow, as data with source and date: limits move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .units import GIB, MIB, show_size

_AWS = "AWS Lambda quotas, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
_AWS_ASYNC = "AWS Lambda asynchronous invocation: two more tries after the first"
_OSCAR = "OSCAR v4.1.2, pkg/types/service.go"
_K8S = "Kubernetes resource quantities; a container runtime needs a few MiB to start anything"
_OURS = "maskflow's own bound, to catch slips"


@dataclass(frozen=True, slots=True)
class Limit:
    """A range, both ends included, who set it and when that was looked up."""

    low: float
    high: float
    unit: str
    source: str
    date: str

    def shown(self) -> str:
        """The range in words."""
        if self.unit == "bytes":
            return f"{show_size(int(self.low))} to {show_size(int(self.high))}"
        return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()


RESERVED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
            "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
            "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
        ),
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, as of 2026-08",
    )
)  # fmt: skip
"""Environment variables that Lambda sets itself and refuses from others, with the source."""

LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "lambda-memory": Limit(128 * MIB, 10_240 * MIB, "bytes", _AWS, "2026-08"),
        "lambda-timeout": Limit(1, 900, "seconds", _AWS, "2026-08"),
        "lambda-scratch": Limit(512 * MIB, 10_240 * MIB, "bytes", _AWS, "2026-08"),
        "lambda-attempts": Limit(1, 3, "", _AWS_ASYNC, "2026-08"),
        "log-retention": Limit(1, 3653, "days", "CloudWatch Logs PutRetentionPolicy", "2026-08"),
        "oscar-memory": Limit(4 * MIB, 16_384 * GIB, "bytes", _K8S, "2026-08"),
        "oscar-cpu": Limit(0.001, 1024, "cores", _K8S, "2026-08"),
        "oscar-timeout": Limit(1, 86_400 * 7, "seconds", _OURS, "2026-11"),
        "oscar-scratch": Limit(1 * MIB, 16_384 * GIB, "bytes", _K8S, "2026-08"),
        "attempts": Limit(1, 10, "", _OURS, "2026-11"),
        "backoff": Limit(0, 3600, "seconds", _OURS, "2026-11"),
        "scale": Limit(0, 10_000, "", _OURS, "2026-11"),
        "port": Limit(1, 65_535, "", "TCP", "1981-09"),
        "node-port": Limit(30_000, 32_767, "", "Kubernetes service-node-port-range", "2026-08"),
        "percent": Limit(1, 100, "percent", _OSCAR, "2026-06"),
        "count": Limit(0, 2**31 - 1, "", _OSCAR, "2026-06"),
    }
)

LAMBDA_ENVIRONMENT = Limit(0, 4096, "bytes", _AWS, "2026-08")
"""All names and values of a function's environment together."""
