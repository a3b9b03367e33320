"""Secrets as references: `{env: NAME}`, `{file: path}`, `{keyring: service/name}`, and `${env:NAME}` for short.

A value written in clear works and is warned about; a placeholder is said, since deploying it would only fail later.
"""

from __future__ import annotations

import re
from pathlib import Path

from maskflow.errors import Place
from maskflow.model import Secret, SecretKind

from .nodes import Items, Node, Pairs, Scalar, describe
from .problems import Report, shown
from .suggest import did_you_mean

_KINDS = {"env": SecretKind.ENV, "file": SecretKind.FILE, "keyring": SecretKind.KEYRING}
_SHORT = re.compile(r"\$\{([a-z]+):([^{}]+)\}")
_VALID = {
    SecretKind.ENV: re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
    SecretKind.FILE: re.compile(r".+"),
    SecretKind.KEYRING: re.compile(r"[^/]+/.+"),
}
_PLACEHOLDER = re.compile(r"x{3,}|\*{3,}|\.{3,}|<.*>|\[.*\]|change.?me|your[-_ ].*|todo|placeholder", re.IGNORECASE)
_TELLING = re.compile(r"secret|passw|token|access_?key|api_?key|credential", re.IGNORECASE)

HOW = "write {env: NAME}, {file: path} or {keyring: service/name}"


def is_placeholder(text: str) -> bool:
    return bool(_PLACEHOLDER.fullmatch(text.strip()))


def tells_a_secret(name: str) -> bool:
    """Whether an environment variable of that name is likely to hold a secret."""
    return bool(_TELLING.search(name))


def bracketed(node: Node) -> str:
    """`[some_key]`: a placeholder in brackets, which YAML takes for a list; nothing when the node is none."""
    only = node.items[0] if isinstance(node, Items) and len(node.items) == 1 else None
    return f"[{only.text}]" if isinstance(only, Scalar) else ""


def looks_like_reference(node: Node) -> bool:
    """Whether a value that may be text or a secret is a secret."""
    return isinstance(node, Pairs) or (isinstance(node, Scalar) and bool(_SHORT.fullmatch(node.text)))


def read_secret(node: Node, name: str, report: Report, folder: Path) -> Secret | None:
    """The secret that a node refers to; None when it cannot be understood (said)."""
    if isinstance(node, Scalar):
        return _short(node, name, report, folder)
    if text := bracketed(node):
        return _short(Scalar(node.place, text, quoted=True), name, report, folder)
    if isinstance(node, Pairs) and len(node.pairs) == 1 and isinstance(node.pairs[0].value, Scalar):
        pair = node.pairs[0]
        return _reference(pair.key.text, node.pairs[0].value.text, node.place, report, folder)
    report.add("bad-secret", node.place, f"{shown(name)} must be a secret, not {describe(node)}", HOW)
    return None


def _short(node: Scalar, name: str, report: Report, folder: Path) -> Secret | None:
    if match := _SHORT.fullmatch(node.text):
        return _reference(match.group(1), match.group(2), node.place, report, folder)
    if not node.text or node.null:
        report.add("empty-secret", node.place, f"{shown(name)} has no value", HOW)
        return None
    if is_placeholder(node.text):
        report.add("placeholder", node.place, f"{shown(name)} is still a placeholder", HOW)
    else:
        report.add("plain-secret", node.place, f"{shown(name)} is written in clear", HOW)
    return Secret(SecretKind.LITERAL, node.text)


def _reference(kind: str, text: str, place: Place, report: Report, folder: Path) -> Secret | None:
    if kind not in _KINDS:
        message = f"a secret cannot come from {shown(kind)}"
        report.add("bad-secret", place, message, lambda: did_you_mean(kind, _KINDS) or HOW)
        return None
    if not _VALID[_KINDS[kind]].fullmatch(text):
        report.add("bad-secret", place, f"this is no {kind} reference", HOW)  # not shown: it may be the secret
        return None
    if kind == "file":
        text = str(folder / text)
    return Secret(_KINDS[kind], text)
