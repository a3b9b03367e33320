"""A reference to a secret becomes its value, at the last moment and in this one place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from maskflow.errors import ConfigError
from maskflow.model import Secret, SecretKind


def reveal(secret: Secret, environment: Mapping[str, str]) -> str:
    """Raises ConfigError, saying where it was looked for and never what was found."""
    match secret.kind:
        case SecretKind.LITERAL:
            return secret.reference
        case SecretKind.ENV:
            return _from_environment(secret.reference, environment)
        case SecretKind.FILE:
            return _from_file(Path(secret.reference))
        case SecretKind.KEYRING:
            return _from_keyring(secret.reference)


def _from_environment(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "")
    if not value:
        raise ConfigError(f"the environment variable {name} of a secret is not set", hint=f"export {name}=...")
    return value


def _from_file(path: Path) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"the file of a secret cannot be read: {path}: {reason}") from None


def _from_keyring(reference: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    service, _, name = reference.partition("/")
    try:
        value = keyring.get_password(service, name)
    except KeyringError as error:
        raise ConfigError(f"the key ring cannot be read: {error}") from None
    if not value:
        raise ConfigError(f"the key ring has no {name!r} of {service!r}", hint=f"keyring set {service} {name}")
    return str(value)
