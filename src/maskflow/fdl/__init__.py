"""The workflow language: SCAR's and OSCAR's Functions Definition Language, read as they read it, and checked.

    name: mask-detector                     # ours: the workflow's name (default: the file's)
    functions:
      aws:                                  # Lambda functions, always as container images
      - lambda:
          name: mask-detector
          source: functions/mask-detector   # ours: a folder with a Python function
          memory: 1024                      # MiB, or 1Gi
          input:  [{storage_provider: s3, path: masks/intermediate, suffix: .jpg}]
          output: [{storage_provider: s3, path: masks/result}]
        iam: {role: arn:aws:iam::123456789012:role/masks}
      oscar:                                # OSCAR services, each under its cluster's name
      - home:
          name: anon-and-split
          source: functions/anon-and-split
          memory: 2Gi
          cpu: 1.0
          input:  [{storage_provider: minio, path: anon/input}]
          output: [{storage_provider: s3.archive, path: masks/intermediate}]
    storage_providers:
      s3: {archive: {access_key: {env: KEY_ID}, secret_key: {keyring: s3/archive}, region: eu-west-1}}
    clusters:
      home: {endpoint: https://oscar.example, auth_user: me, auth_password: "${env:OSCAR_PASSWORD}"}

A SCAR or OSCAR file loads unchanged. Every key that either knows is in the tables `keys_*.py`; one that maskflow
cannot honour is warned about with the reason, one without which the function would not do what its author expects is
an error when deploying, and an unknown one gets a "did you mean" (an error beside a path, where it would decide what
data goes where). Keys that begin with `x-` are the author's own. Paths of files start from the workflow's folder.

What maskflow adds, the same for every provider:

    source, entry     a folder with a Python function, and `file:attribute` in it. Without `entry` the folder's
                      function.toml says it (`entry = "function:AnonAndSplit"`), else it is function:handle
    retry             {attempts: 3, backoff: 1s}: tries in all, and the pause that doubles
    timeout, scratch  as Lambda has them, for OSCAR too (scratch is ephemeral_storage_request there, /tmp in Lambda)
    secrets           {NAME: reference}: what the function reads as secrets
    name, images      of the whole file. `images: {image: folder[#file:attribute]}` lets a folder stand in for a
                      container image and its script, so that a SCAR file runs where the image is not
    profile           of an S3 storage: a profile of ~/.aws instead of keys
    prefix, suffix    of an input too, on the last part of the key (SCAR filters outputs only)

A secret is a reference, `{env: NAME}`, `{file: path}` or `{keyring: service/name}`, or in short `${env:NAME}`; it may
stand wherever a credential or an environment variable's value may. In a file with several clusters a bare `minio` is
each cluster's own, `minio.<cluster>`.

`load` reads a file, `check` a text; both return `Loaded` with all problems at file:line:column, and with a workflow
when none of them is an error. `schema` is the JSON Schema for editors, `as_json` a problem for machines, `CODES` the
table of all kinds of problems.
"""

from __future__ import annotations

from .load import Loaded, check, load
from .problems import CODES, as_json
from .schema import schema

__all__ = ["CODES", "Loaded", "as_json", "check", "load", "schema"]
