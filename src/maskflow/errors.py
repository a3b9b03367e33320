"""Every error that maskflow raises on purpose, in one tree, each class with an exit code of its own.

    MaskflowError                    (abstract: catch this at the border)
    ├── UsageError              2    the command line cannot be understood
    ├── WorkflowError           4    the workflow file is wrong; carries every Problem found, not only the first
    ├── ConfigError             5    the user's own configuration or credentials are missing or wrong
    ├── ProviderError           7    a cloud, a cluster or the local worker refused or could not be reached
    │   └── Conflict            7    something that is not ours stands where we would write
    ├── StorageError            8    bytes could not be read, written, listed or deleted
    │   ├── NotFound            8    the object or bucket does not exist
    │   └── PreconditionFailed  8    a conditional write found something else there
    ├── ImageError              9    a container image could not be built, pushed or resolved
    └── FunctionError          10    a function failed on an object
        └── VisionError        10    pixels could not be read, checked or hidden

Success is 0, an interrupt (Ctrl-C) 130, and anything else, a bug of ours, 3 with a log file. A subclass shares the
code of its parent; two sisters never do, and a test holds that. Messages say where, what, and what to do next;
they carry no words of the command line (hints that name commands live in `cli/`).

Standard library only: this module is imported by everything, containers included.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

EXIT_UNEXPECTED = 3
EXIT_INTERRUPTED = 130


class Severity(enum.StrEnum):
    """How bad a `Problem` is: an error stops the work, a warning is said and the work goes on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a text file; line and column count from 1, and 0 means that it is not known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with a file, said so that the reader can mend it."""

    place: Place
    severity: Severity
    code: str
    """A stable kebab-case name of the kind of problem, for machines and for searching: `unknown-key`."""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        tail = f" ({self.hint})" if self.hint else ""
        return f"{self.place}: {self.severity}: {self.message}{tail}"


class MaskflowError(Exception):
    """The root of the tree; `hint` says what to do next when the message does not."""

    exit_code: ClassVar[int] = EXIT_UNEXPECTED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(MaskflowError):
    exit_code = 2


class WorkflowError(MaskflowError):
    """The workflow file cannot be used. `problems` holds all of them, warnings included, in file order."""

    exit_code = 4

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(MaskflowError):
    exit_code = 5


class ProviderError(MaskflowError):
    exit_code = 7


class Conflict(ProviderError):
    pass


class StorageError(MaskflowError):
    exit_code = 8


class NotFound(StorageError):
    pass


class PreconditionFailed(StorageError):
    pass


class ImageError(MaskflowError):
    exit_code = 9


class FunctionError(MaskflowError):
    """`retryable`: whether the same input may fare better at another try."""

    exit_code = 10
    retryable: ClassVar[bool] = True


class VisionError(FunctionError):
    """The pixels themselves are at fault, or the means to judge them: the next try would see the same."""

    retryable = False
