"""From references to values, at the last moment and in the process that needs them. Values are never written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from maskflow.errors import ConfigError
from maskflow.model import Secret, SecretKind


def resolve(secret: Secret, environment: Mapping[str, str] = os.environ) -> str:
    """The value. Raises ConfigError, which names the reference and never the value."""
    match secret.kind:
        case SecretKind.LITERAL:
            return secret.reference
        case SecretKind.ENV:
            return _from_environment(secret.reference, environment)
        case SecretKind.FILE:
            return _from_file(Path(secret.reference).expanduser())
        case SecretKind.KEYRING:
            return _from_keyring(secret.reference)


def resolve_all(secrets: Mapping[str, Secret]) -> dict[str, str]:
    return {name: resolve(secret) for name, secret in secrets.items()}


def _from_environment(name: str, environment: Mapping[str, str]) -> str:
    if name not in environment:
        raise ConfigError(f"the environment variable {name} of a secret is not set", hint=f"export {name}=...")
    return environment[name]


def _from_file(path: Path) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"the file of a secret cannot be read: {path}: {reason}") from None


def _from_keyring(reference: str) -> str:
    import keyring  # it searches the machine for back ends at import: only when asked for
    from keyring.errors import KeyringError

    service, _, user = reference.partition("/")
    try:
        value = keyring.get_password(service, user)
    except KeyringError as error:
        raise ConfigError(f"the key ring cannot be read: {error}") from None
    if value is None:
        raise ConfigError(f"the key ring holds nothing for {reference}", hint=f"keyring set {service} {user}")
    return str(value)
