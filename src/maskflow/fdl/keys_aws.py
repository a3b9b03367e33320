"""The keys of one element of `functions.aws`."""

from __future__ import annotations

from types import MappingProxyType

from .keys import TEXT_BY_NAME, Key, Kind, Record, record
from .keys_shared import ENVIRONMENT, INPUT, LEVELS, OUTPUT, own

_IMAGE_ONLY = "maskflow deploys Lambda functions as container images only"
_NO_UDOCKER = f"{_IMAGE_ONLY}; udocker is not used"
_NO_BATCH = "maskflow does not drive AWS Batch"
_ITS_OWN = "maskflow brings its own runtime instead of faas-supervisor"
_COMMAND = "this is a choice of each command, not of the workflow"
_NO_ZIP = f"{_IMAGE_ONLY}; there is no ZIP package"
_NO_GATEWAY = "maskflow makes no API Gateway, since SCAR's is open to everyone"

_VPC = record("vpc", SubnetIds=Key(Kind.TEXTS, "subnets"), SecurityGroupIds=Key(Kind.TEXTS, "security groups"))
_FILE_SYSTEM = record(
    "a file system", Arn=Key(note="EFS access point", required=True), LocalMountPath=Key(note="/mnt/...", required=True)
)
_SERVICE = {"boto_profile": Key(note="profile of ~/.aws"), "region": Key(note="AWS region")}

_CONTAINER = record(
    "container",
    image=Key(note="container image"),
    image_file=Key(note="a saved image", refused=_NO_UDOCKER, blocks=True),
    create_image=Key(Kind.FLAG, "false: the image is in ECR already"),
    alpine=Key(Kind.FLAG, "the image is Alpine", refused=_ITS_OWN),
    timeout_threshold=Key(Kind.SECONDS, "time kept for uploads", refused="uploads are part of the function's time"),
    environment=ENVIRONMENT,
)

_SUPERVISOR = record("supervisor", version=Key(), layer_name=Key(), license_info=Key())
_DEPLOYMENT = record("deployment", bucket=Key(), max_payload_size=Key(Kind.WHOLE), max_s3_payload_size=Key(Kind.WHOLE))

LAMBDA = Record(
    MappingProxyType(
        {
            **own("lambda-attempts"),
            "name": Key(note="the function's name", required=True),
            "region": Key(note="AWS region"),
            "boto_profile": Key(note="profile of ~/.aws"),
            "description": Key(note="shown in the console"),
            "memory": Key(Kind.MEGABYTES, "memory in MiB", limit="lambda-memory"),
            "timeout": Key(Kind.WHOLE_SECONDS, "longest run", limit="lambda-timeout"),
            "scratch": Key(Kind.MEGABYTES, "size of /tmp in MiB", limit="lambda-scratch", own=True),
            "log_level": Key(note="how much the runtime logs", choices=LEVELS),
            "architectures": Key(Kind.TEXTS, "the processor", choices=("x86_64", "arm64")),
            "vpc": Key(Kind.RECORD, "private network", _VPC),
            "file_system": Key(Kind.RECORDS, "EFS mounts", _FILE_SYSTEM),
            "tags": Key(Kind.RECORD, "tags of the function", TEXT_BY_NAME),
            "environment": ENVIRONMENT,
            "container": Key(Kind.RECORD, "the container", _CONTAINER),
            "init_script": Key(note="the program to run, relative to this file"),
            "input": INPUT,
            "output": OUTPUT,
            "execution_mode": Key(
                choices=("lambda", "lambda-batch", "batch"), refused=_NO_BATCH, honoured=("lambda",), blocks=True
            ),
            "runtime": Key(refused=_IMAGE_ONLY, honoured=("image",)),
            "handler": Key(refused=_ITS_OWN),
            "layers": Key(Kind.TEXTS, refused=_NO_UDOCKER),
            "supervisor": Key(Kind.RECORD, "version of faas-supervisor", _SUPERVISOR, refused=_ITS_OWN),
            "deployment": Key(Kind.RECORD, "ZIP packages", _DEPLOYMENT, refused=_NO_ZIP),
            "extra_payload": Key(refused=_NO_ZIP, blocks=True),
            "image_file": Key(refused=_NO_UDOCKER, blocks=True),
            "run_script": Key(refused=_COMMAND),
            "c_args": Key(Kind.TEXTS, refused=_COMMAND),
            "preheat": Key(Kind.FLAG, refused=_COMMAND, honoured=("false",)),
            "asynchronous": Key(Kind.FLAG, refused=_COMMAND, honoured=("false",)),
            "invocation_type": Key(refused=_COMMAND, honoured=("RequestResponse",)),
            "log_type": Key(refused=_COMMAND, honoured=("Tail",)),
            "timeout_threshold": Key(Kind.SECONDS, refused="uploads are part of the function's time"),
        }
    ),
    what="lambda",
)

_API_GATEWAY = record(
    "api_gateway",
    name=Key(refused=_NO_GATEWAY, blocks=True),
    endpoint=Key(), http_method=Key(), path_part=Key(), stage_name=Key(), service_id=Key(),
    source_arn_testing=Key(), source_arn_invocation=Key(),
    method=Key(Kind.ANYTHING), integration=Key(Kind.ANYTHING),
    **_SERVICE,
)  # fmt: skip

_COMPUTE = record(
    "compute_resources",
    security_group_ids=Key(Kind.TEXTS), type=Key(), desired_v_cpus=Key(Kind.WHOLE, limit="count"),
    min_v_cpus=Key(Kind.WHOLE, limit="count"), max_v_cpus=Key(Kind.WHOLE, limit="count"), subnets=Key(Kind.TEXTS),
    instance_types=Key(Kind.TEXTS), launch_template_name=Key(), instance_role=Key(),
)  # fmt: skip
_NODES = record(
    "multi_node_parallel", enabled=Key(Kind.FLAG), number_nodes=Key(Kind.WHOLE), main_node_index=Key(Kind.WHOLE)
)
_BATCH = record(
    "batch",
    vcpus=Key(Kind.WHOLE, limit="count"), memory=Key(Kind.WHOLE, limit="count"), enable_gpu=Key(Kind.FLAG),
    service_role=Key(), state=Key(), type=Key(), environment=ENVIRONMENT,
    compute_resources=Key(Kind.RECORD, record=_COMPUTE), multi_node_parallel=Key(Kind.RECORD, record=_NODES),
    **_SERVICE,
)  # fmt: skip

AWS_FUNCTION = record(
    "an element of 'aws'",
    **{
        "lambda": Key(Kind.RECORD, "the function", LAMBDA, required=True),
        "iam": Key(
            Kind.RECORD,
            "permissions",
            record("iam", role=Key(note="ARN of the role that the function has"), **_SERVICE),
        ),
        "cloudwatch": Key(
            Kind.RECORD,
            "logs",
            record(
                "cloudwatch",
                log_retention_policy_in_days=Key(Kind.WHOLE, "how long logs are kept", limit="log-retention"),
                **_SERVICE,
            ),
        ),
        "ecr": Key(
            Kind.RECORD,
            "image repository",
            record(
                "ecr",
                delete_image=Key(Kind.FLAG, refused="maskflow removes what it made and nothing else"),
                **_SERVICE,
            ),
        ),
        "api_gateway": Key(Kind.RECORD, "HTTP endpoint", _API_GATEWAY),
        "batch": Key(Kind.RECORD, "AWS Batch", _BATCH, refused=_NO_BATCH),
        "s3": Key(
            Kind.RECORD,
            "S3 client",
            record("s3", event=Key(Kind.ANYTHING, refused="maskflow's events are real ones"), **_SERVICE),
        ),
    },
)
