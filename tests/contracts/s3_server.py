"""An S3 server in the tests' own process, on a port of this machine that the system chooses."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import boto3
from moto.server import ThreadedMotoServer

from maskflow.storage.s3 import S3Access


@dataclass(frozen=True)
class S3Server:
    access: S3Access
    server: ThreadedMotoServer

    def create_bucket(self, name: str) -> None:
        boto3.client(
            "s3",
            endpoint_url=self.access.endpoint,
            aws_access_key_id=self.access.access_key,
            aws_secret_access_key=self.access.secret_key,
            region_name="us-east-1",
        ).create_bucket(Bucket=name)

    def forget(self) -> None:
        import urllib.request

        request = urllib.request.Request(f"{self.access.endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(request).close()


def start() -> S3Server:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return S3Server(S3Access(f"http://{host}:{port}", "us-east-1", access_key="test", secret_key="test"), server)
