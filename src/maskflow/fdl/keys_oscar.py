"""The keys of one OSCAR service, `functions.oscar[].<cluster>`, as of OSCAR v4.1 with the spellings of v3."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from .keys import SECRET_BY_NAME, SETTING_BY_NAME, TEXT_BY_NAME, Key, Kind, Record, folded, record
from .keys_shared import BELOW_VARIABLES, INPUT, LEVELS, OUTPUT, PORT, own

_SERVER = "the server writes this, it cannot be set"
_ITS_OWN = "maskflow brings its own runtime instead of faas-supervisor"
_DELEGATION = ("static", "random", "load-based", "topsis")

_ENVIRONMENT = replace(
    folded(
        "environment",
        variables=Key(Kind.RECORD, "name: value", SETTING_BY_NAME, also=("Variables",)),
        secrets=Key(Kind.RECORD, "name: value, kept in a Kubernetes Secret", SECRET_BY_NAME, also=("Secrets",)),
    ),
    advice=BELOW_VARIABLES,
)
_SYNCHRONOUS = folded(
    "synchronous",
    min_scale=Key(Kind.WHOLE, limit="scale"),
    max_scale=Key(Kind.WHOLE, limit="scale"),
)
_EXPOSE = folded(
    "expose",
    min_scale=Key(Kind.WHOLE, limit="scale"),
    max_scale=Key(Kind.WHOLE, limit="scale"),
    api_port=Key(Kind.WHOLES, "one port (before v4.1) or a list", limit="port", also=("port",)),
    nodePort=Key(Kind.WHOLES, limit="node-port", also=("node_port",)),
    cpu_threshold=Key(Kind.WHOLE, limit="percent"),
    rewrite_target=Key(Kind.FLAG),
    default_command=Key(Kind.FLAG),
    set_auth=Key(Kind.FLAG),
    auth_type=Key(choices=("basic", "forward")),
    health_path=Key(),
    probe_mode=Key(choices=("legacy", "direct")),
)
_MEMBER = folded(
    "a member",
    type=Key(choices=("oscar", "endpoint"), required=True),
    cluster_id=Key(),
    service_name=Key(),
    url=Key(),
    ssl_verify=Key(Kind.FLAG),
    priority=Key(Kind.WHOLE, limit="count"),
    headers=Key(Kind.RECORD, record=SETTING_BY_NAME),
)
_FEDERATION = folded(
    "federation",
    group_id=Key(),
    topology=Key(choices=("none", "star", "mesh")),
    delegation=Key(choices=_DELEGATION),
    rescheduler_threshold=Key(Kind.WHOLE, limit="count"),
    members=Key(Kind.RECORDS, "other places where the service runs", _MEMBER),
)
_VOLUME = folded(
    "volume",
    name=Key(),
    size=Key(note="such as 1Gi"),
    mount_path=Key(),
    lifecycle_policy=Key(choices=("delete", "retain")),
)
_KSERVE = folded(
    "kserve",
    type=Key(choices=("inference", "llm_inference"), required=True),
    storage_uri=Key(required=True),
    inference=Key(Kind.RECORD, record=record("inference", model_format=Key(required=True), runtime=Key())),
    llm_inference=Key(Kind.RECORD, record=record("llm_inference", runtime_image=Key())),
    api_version=Key(),
    min_scale=Key(Kind.WHOLE, limit="scale"),
    max_scale=Key(Kind.WHOLE, limit="scale"),
    cpu=Key(),
    memory=Key(),
    args=Key(Kind.TEXTS),
    env=Key(Kind.RECORD, record=SETTING_BY_NAME),
    enable_gpu=Key(Kind.FLAG),
    set_auth=Key(Kind.FLAG),
)
_MOUNT = Record(
    MappingProxyType({**PORT.keys, "options": Key(note="options of rclone")}), fold=True, strict=True, what="mount"
)

SERVICE = Record(
    MappingProxyType(
        {
            **own("attempts"),
            "name": Key(note="the service's name", required=True),
            "image": Key(note="container image"),
            "script": Key(note="the program to run, relative to this file"),
            "memory": Key(Kind.SIZE, "memory limit such as 2Gi", limit="oscar-memory"),
            "cpu": Key(Kind.CORES, "processor limit such as 1.0", limit="oscar-cpu"),
            "timeout": Key(Kind.SECONDS, "longest run", limit="oscar-timeout", own=True),
            "ephemeral_storage_request": Key(Kind.SIZE, "scratch space", limit="oscar-scratch", also=("scratch",)),
            "enable_gpu": Key(Kind.FLAG, "one GPU"),
            "enable_sgx": Key(Kind.FLAG, "SGX"),
            "log_level": Key(note="how much the runtime logs", choices=LEVELS),
            "environment": Key(Kind.RECORD, "environment variables and secrets", _ENVIRONMENT),
            "input": INPUT,
            "output": OUTPUT,
            "cluster_id": Key(note="how other services call the cluster"),
            "endpoint": Key(note="the cluster's URL, as in `clusters`"),
            "auth_user": Key(note="user of the cluster"),
            "auth_password": Key(Kind.SECRET, "password of the cluster"),
            "ssl_verify": Key(Kind.FLAG, "check the cluster's certificate"),
            "total_memory": Key(Kind.SIZE, "all jobs together (YuniKorn)"),
            "total_cpu": Key(Kind.CORES, "all jobs together (YuniKorn)"),
            "image_prefetch": Key(Kind.FLAG, "pull the image to every node"),
            "image_pull_secrets": Key(Kind.TEXTS, "Kubernetes Secrets for the registry"),
            "synchronous": Key(Kind.RECORD, "warm replicas (Knative)", _SYNCHRONOUS),
            "expose": Key(Kind.RECORD, "a service that stays up", _EXPOSE),
            "alpine": Key(Kind.FLAG, refused=_ITS_OWN, honoured=("false",)),
            "file_stage_in": Key(
                Kind.FLAG, refused="maskflow's runtime always fetches the input", honoured=("false",), blocks=True
            ),
            "annotations": Key(Kind.RECORD, record=TEXT_BY_NAME),
            "labels": Key(Kind.RECORD, record=TEXT_BY_NAME),
            "vo": Key(Kind.ONE_TEXT, "virtual organisation"),
            "namespace": Key(note="Kubernetes namespace"),
            "federation": Key(Kind.RECORD, "other places where the service runs (from v4.1)", _FEDERATION),
            "replicas": Key(Kind.RECORDS, "federation.members of v3", _MEMBER),
            "delegation": Key(note="federation.delegation of v3", choices=_DELEGATION),
            "rescheduler_threshold": Key(Kind.WHOLE, "federation.rescheduler_threshold of v3", limit="count"),
            "interlink_node_name": Key(),
            "visibility": Key(choices=("private", "public", "restricted")),
            "allowed_users": Key(Kind.TEXTS),
            "isolation_level": Key(choices=("SERVICE", "USER")),
            "bucket_list": Key(Kind.TEXTS, refused=_SERVER),
            "mount": Key(Kind.RECORD, "a bucket as a folder", _MOUNT),
            "volume": Key(Kind.RECORD, "a disk", _VOLUME, also=("workspace",)),
            "propagate_token": Key(Kind.FLAG, refused="OSCAR has it no more", honoured=("false",)),
            "kserve": Key(Kind.RECORD, "a model server", _KSERVE),
            "token": Key(refused=_SERVER),
            "owner": Key(refused=_SERVER),
            "volume_status": Key(Kind.ANYTHING, refused=_SERVER),
            "deployment": Key(Kind.ANYTHING, refused=_SERVER),
            "storage_providers": Key(
                Kind.ANYTHING, refused="storages are defined once for the whole workflow, at the top level", blocks=True
            ),
            "clusters": Key(
                Kind.ANYTHING, refused="clusters are defined once for the whole workflow, at the top level", blocks=True
            ),
        }
    ),
    fold=True,
    what="the service",
)
