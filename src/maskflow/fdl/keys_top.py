"""The keys of the whole file: functions, storages, clusters, and what maskflow adds."""

from __future__ import annotations

from dataclasses import replace

from .keys import TEXT_BY_NAME, Key, Kind, Record, named, record
from .keys_aws import AWS_FUNCTION
from .keys_oscar import SERVICE

_EACH = "each service says its own"
_VERIFY = Key(Kind.FLAG, "check the server's certificate")

_S3 = record(
    "an S3 account",
    access_key=Key(Kind.SECRET, "access key id"),
    secret_key=Key(Kind.SECRET, "secret access key"),
    region=Key(note="AWS region"),
    profile=Key(note="profile of ~/.aws instead of keys", own=True),
)
_MINIO = record(
    "a MinIO server",
    endpoint=Key(note="URL"),
    verify=_VERIFY,
    region=Key(),
    access_key=Key(Kind.SECRET, "user"),
    secret_key=Key(Kind.SECRET, "password"),
)
_ONEDATA = record(
    "a Onedata account",
    oneprovider_host=Key(required=True),
    token=Key(Kind.SECRET, required=True),
    space=Key(required=True),
)
_WEBDAV = record(
    "a WebDAV server",
    hostname=Key(required=True),
    login=Key(),
    password=Key(Kind.SECRET),
)
_RUCIO = record(
    "a Rucio account",
    host=Key(required=True),
    account=Key(required=True),
    rse=Key(required=True),
    auth_host=Key(required=True),
    access_token=Key(Kind.SECRET),
    refresh_token=Key(Kind.SECRET),
    client_id=Key(),
    token_endpoint=Key(),
    oidc_audience=Key(),
    scopes=Key(Kind.TEXTS),
)

STORAGES = record(
    "storage_providers",
    s3=Key(Kind.RECORD, "S3 accounts", named("s3", _S3)),
    minio=Key(Kind.RECORD, "MinIO servers", named("minio", _MINIO)),
    onedata=Key(Kind.RECORD, "Onedata accounts", named("onedata", _ONEDATA)),
    webdav=Key(Kind.RECORD, "WebDAV servers (dCache)", named("webdav", _WEBDAV)),
    rucio=Key(Kind.RECORD, "Rucio accounts", named("rucio", _RUCIO)),
)

CLUSTER = record(
    "a cluster",
    endpoint=Key(note="URL"),
    auth_user=Key(),
    auth_password=Key(Kind.SECRET),
    ssl_verify=Key(Kind.FLAG, "check the server's certificate"),
    memory=Key(refused=_EACH),
    cpu=Key(refused=_EACH),
    log_level=Key(refused=_EACH),
)

FUNCTIONS = replace(
    record(
        "functions",
        aws=Key(Kind.RECORDS, "functions on AWS Lambda", AWS_FUNCTION),
        oscar=Key(
            Kind.RECORDS,
            "services on OSCAR clusters: cluster name, then the service",
            named("an element of 'oscar'", SERVICE),
        ),
    ),
    advice="it is ignored: functions stand below 'aws' or 'oscar'",
)

WORKFLOW: Record = record(
    "the workflow",
    name=Key(note="the workflow's name; default: the file's", own=True),
    functions=Key(Kind.RECORD, "what runs, and where", FUNCTIONS, required=True),
    storage_providers=Key(Kind.RECORD, "where bytes live", STORAGES),
    clusters=Key(Kind.RECORD, "OSCAR clusters", named("clusters", CLUSTER)),
    images=Key(Kind.RECORD, "container image: function folder[#file:attribute] to run instead", TEXT_BY_NAME, own=True),
    scar=Key(Kind.ANYTHING, refused="it is SCAR's own configuration"),
)
