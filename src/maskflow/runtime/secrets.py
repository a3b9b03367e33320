"""From references to values, at the last moment and in the process that needs them. Values are never written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from maskflow.errors import ConfigError
from maskflow.model import Secret, SecretKind


def resolve(secret: Secret) -> str:
    """The value. Raises ConfigError, which names the reference and never the value."""
    if secret.kind is SecretKind.LITERAL:
        return secret.reference
    if secret.kind is SecretKind.ENV:
        if secret.reference not in os.environ:
            raise ConfigError(f"environment variable {secret.reference} is not set")
        return os.environ[secret.reference]
    if secret.kind is SecretKind.FILE:
        try:
            return Path(secret.reference).expanduser().read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"secret file {secret.reference} cannot be read: {error}") from error
    return _from_keyring(secret.reference)


def resolve_all(secrets: Mapping[str, Secret]) -> dict[str, str]:
    return {name: resolve(secret) for name, secret in secrets.items()}


def _from_keyring(reference: str) -> str:
    import keyring  # it searches the machine for back ends at import: only when asked for

    service, _, user = reference.partition("/")
    value = keyring.get_password(service, user)
    if value is None:
        raise ConfigError(f"the key ring holds nothing for {reference}")
    return str(value)
