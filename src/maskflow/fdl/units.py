"""Amounts as people write them: `2Gi`, `512Mi`, `500m`, `90s`, and back."""

from __future__ import annotations

import math
import re

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

_SIZES = {
    "": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
    "Ki": KIB, "Mi": MIB, "Gi": GIB, "Ti": 1 << 40,
    "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": KIB, "MiB": MIB, "GiB": GIB,
}  # fmt: skip
_TIMES = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_AMOUNT = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})(?:[eE]([+-]?[0-9]{1,2}))? ?([A-Za-z]*)")


def _amount(text: str) -> tuple[float, str] | None:
    match = _AMOUNT.fullmatch(text.strip())
    if not match:
        return None
    number, exponent, unit = match.groups()
    return float(number) * 10.0 ** int(exponent or 0), unit


def size(text: str, bare: int = 1) -> int | None:
    """Bytes of a Kubernetes quantity; a number without a unit counts `bare` bytes. None when it is no size."""
    amount = _amount(text)
    if amount is None or amount[1] not in _SIZES:
        return None
    return round(amount[0] * (_SIZES[amount[1]] if amount[1] else bare))


def megabytes(text: str) -> int | None:
    """Bytes of an amount that must be whole MiB, which a number without a unit counts."""
    number = size(text, bare=MIB)
    return None if number is None or number % MIB else number


def cores(text: str) -> float | None:
    """Processor cores: `1.0`, `2`, `500m`."""
    amount = _amount(text)
    if amount is None or amount[1] not in ("", "m"):
        return None
    return amount[0] / 1000 if amount[1] else amount[0]


def seconds(text: str) -> float | None:
    """A time: `300`, `90s`, `5m`, `1h`, `250ms`."""
    amount = _amount(text)
    if amount is None or amount[1] not in _TIMES:
        return None
    return amount[0] * _TIMES[amount[1]]


def whole_seconds(text: str) -> float | None:
    """A time without a fraction of a second."""
    number = seconds(text)
    return number if number is not None and number.is_integer() else None


def show_size(number: int) -> str:
    """The shortest exact Kubernetes quantity of so many bytes."""
    for unit, factor in (("Gi", GIB), ("Mi", MIB), ("Ki", KIB)):
        if number and number % factor == 0:
            return f"{number // factor}{unit}"
    return str(number)


def show_cores(number: float) -> str:
    """The Kubernetes quantity of so many cores: `1`, `0.5`."""
    return f"{number:g}" if math.isfinite(number) else "0"
