"""Every kind of problem that a workflow file can have, with a stable name, and the collector of what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maskflow.errors import Place, Problem, Severity

MOST_PROBLEMS = 100
"""More than this of a file nobody reads; the rest is counted."""

MOST_MESSAGE = 500

MOST_SHOWN = 60
"""Characters of the user's text that a message repeats."""


@dataclass(frozen=True, slots=True)
class Code:
    """How bad a kind of problem is when a file is only looked at, and when it is about to be deployed."""

    offline: Severity
    deploying: Severity
    summary: str


def _error(summary: str) -> Code:
    return Code(Severity.ERROR, Severity.ERROR, summary)


def _warning(summary: str) -> Code:
    return Code(Severity.WARNING, Severity.WARNING, summary)


def _blocks(summary: str) -> Code:
    return Code(Severity.WARNING, Severity.ERROR, summary)


CODES: Mapping[str, Code] = MappingProxyType(
    {
        # the text
        "unreadable": _error("the file is missing, is no regular file or may not be read"),
        "too-large": _error("the file, its nesting or what its aliases stand for is beyond any real workflow"),
        "encoding": _error("the bytes are not UTF-8 text"),
        "yaml": _error("the text is not YAML"),
        "yaml-tag": _error("a YAML tag asks for something else than text, numbers, lists and mappings"),
        "yaml-alias": _error("a YAML alias names nothing, or contains itself"),
        "many-documents": _error("the file holds more than one YAML document"),
        "empty-file": _error("the file says nothing"),
        "duplicate-key": _error("a key stands twice in one mapping"),
        # the keys
        "unknown-key": _warning("a key that neither SCAR, OSCAR nor maskflow knows"),
        "unknown-port-key": _error("an unknown key beside what decides where data goes"),
        "missing-key": _error("a required key is missing or has no value"),
        "wrong-type": _error("a value is of the wrong type"),
        "wrong-value": _error("a value is none of those allowed"),
        "out-of-range": _error("a number is beyond what the provider allows"),
        "spelling": _warning("a key in a spelling that only some servers take"),
        "ignored-key": _warning("a key that has no meaning in maskflow"),
        "not-supported": _blocks("something asked for that maskflow cannot do"),
        "reserved-variable": _blocks("an environment variable that Lambda keeps for itself"),
        "environment-conflict": _warning("the two environments of one function disagree"),
        # names and references
        "bad-name": _error("a name that the provider would refuse"),
        "duplicate-name": _error("two functions of one provider share a name"),
        "bad-path": _error("a path that is no bucket with an optional folder"),
        "bare-bucket": _warning("a path without a folder, which OSCAR reads differently"),
        "unknown-storage": _blocks("a storage that `storage_providers` does not define"),
        "incomplete-storage": _blocks("a storage that lacks what is needed to reach it"),
        "unknown-cluster": _blocks("a cluster that `clusters` does not define"),
        "cluster-conflict": _error("one cluster is described in two ways"),
        "no-functions": _error("the workflow has no function"),
        # code
        "missing-script": _error("a script that does not exist"),
        "missing-source": _error("a source folder, or the file of its entry, that does not exist"),
        "bad-entry": _error("an entry that is not `file:attribute`, or that its file does not define"),
        "no-code": _blocks("a service with neither script nor source"),
        "unused-image": _warning("a mapped image that no function uses"),
        # events
        "output-in-input": _error("a function would be triggered by its own output"),
        "loop": _error("functions would trigger each other for ever"),
        "possible-loop": _warning("functions would trigger each other, depending on the names of what they write"),
        "overlapping-triggers": _error("one object would start two functions, which S3 refuses"),
        "shared-trigger": _warning("one object starts two functions, which S3 would refuse"),
        "filter-never-matches": _warning("a filter that no object's name can pass"),
        # secrets
        "placeholder": _blocks("a credential that is still the example's placeholder"),
        "plain-secret": _warning("a secret written in clear"),
        "empty-secret": _warning("a credential without a value"),
        "bad-secret": _error("a reference to a secret that cannot be understood"),
        "more-problems": _warning("too many problems to list"),
    }
)


def shown(text: str) -> str:
    """The user's text for a message: quoted, without control characters, and not endless."""
    short = text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
    return repr(short)


def _bearable(text: str) -> str:
    """A message in which the user's names and paths cannot play tricks on a terminal, nor fill it."""
    short = text if len(text) <= MOST_MESSAGE else text[: MOST_MESSAGE - 1] + "…"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in short)


def as_json(problem: Problem) -> dict[str, str | int]:
    """A problem for machines; the names of these keys are stable."""
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "severity": problem.severity.value,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    }


class Report:
    """Collects problems while a file is read; `deploying` makes some warnings errors."""

    def __init__(self, *, deploying: bool = False) -> None:
        self._deploying = deploying
        self._found: dict[Problem, None] = {}
        self._more = 0
        self.failed = False

    def add(self, code: str, place: Place, message: str, hint: str | Callable[[], str] = "") -> None:
        """Take up a problem; a hint that is costly to find is given as a function, for the case that it is wanted."""
        kind = CODES[code]
        severity = kind.deploying if self._deploying else kind.offline
        self.failed = self.failed or severity is Severity.ERROR
        if len(self._found) < MOST_PROBLEMS:
            text = hint if isinstance(hint, str) else hint()
            self._found[Problem(place, severity, code, _bearable(message), _bearable(text))] = None
        else:
            self._more += 1

    def problems(self) -> tuple[Problem, ...]:
        """All of them in file order."""
        found = sorted(self._found)
        if self._more:
            severity = Severity.ERROR if self.failed else Severity.WARNING
            place = Place(found[-1].place.file)
            found.append(Problem(place, severity, "more-problems", f"and {self._more} more problems"))
        return tuple(found)
