"""Source positions and diagnostics: how a user's mistake is described.

Owns `Pos`, `SourceRange`, `Severity`, `Diagnostic`, the collector `Diagnostics` and the exception
`DiagnosticsError` that carries them out of a function. Does no I/O: how a diagnostic is drawn, and where
the source line comes from, is left to `iac.views.diagnostics`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NamedTuple


class Pos(NamedTuple):
    """A place in a file: line and column count from 1 (columns in characters), byte from 0 (UTF-8)."""

    line: int
    column: int
    byte: int


class SourceRange(NamedTuple):
    """A half-open stretch of a file, from `start` up to and without `end`."""

    filename: str
    start: Pos
    end: Pos

    def __str__(self) -> str:
        return f"{self.filename}:{self.start.line},{self.start.column}"


class Severity(Enum):
    """How bad it is: an error stops the operation, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A function call that failed: the name it was called by, and what the function is where that is known (an
    `iac.hcl.functions.spec.Function`, which this layer does not look into)."""

    called_as: str
    function: Any = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake or warning, as Terraform words it.

    `summary` is a short headline, `detail` says what is wrong and what to do. `subject` is the place to
    mark, `context` a larger stretch to show around it. `values` are the references involved in a failed
    evaluation, each with its value already rendered ("is 3"), sensitive ones hidden; `call` is the function
    call that failed. `address` is the resource instance or module it concerns. `path` names an attribute
    inside the object that was validated; whoever holds the syntax turns it into `subject`.
    """

    severity: Severity
    summary: str
    detail: str = ""
    subject: SourceRange | None = None
    context: SourceRange | None = None
    address: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    path: tuple[Any, ...] | None = None
    call: FailedCall | None = None
    from_check: bool = False
    """Whether a `check` block says it: apply repeats such ones when it is done."""
    concerns: str | None = None
    """The resource instance it concerns where Terraform's JSON names none, as with conditions: for the text alone."""

    def at(self, subject: SourceRange | None, context: SourceRange | None = None) -> Diagnostic:
        """The same diagnostic with a place, unless it has one already."""
        if self.subject is not None or subject is None:
            return self
        return replace(self, subject=subject, context=context)

    def about(self, address: str) -> Diagnostic:
        """The same diagnostic with the address it concerns, unless it has one already."""
        return self if self.address is not None or self.concerns is not None else replace(self, address=address)


def error(
    summary: str,
    detail: str = "",
    subject: SourceRange | None = None,
    context: SourceRange | None = None,
    **more: object,
) -> Diagnostic:
    """A `Diagnostic` of severity error; `more` are further fields of it by name."""
    return Diagnostic(Severity.ERROR, summary, detail, subject, context, **more)  # type: ignore[arg-type]  # checked by the dataclass


def warning(
    summary: str,
    detail: str = "",
    subject: SourceRange | None = None,
    context: SourceRange | None = None,
    **more: object,
) -> Diagnostic:
    """A `Diagnostic` of severity warning; `more` are further fields of it by name."""
    return Diagnostic(Severity.WARNING, summary, detail, subject, context, **more)  # type: ignore[arg-type]  # checked by the dataclass


class DiagnosticsError(Exception):
    """Carries one or more diagnostics, at least one an error, to where they are shown."""

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic) -> None:
        items = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__("; ".join(d.summary for d in items))
        self.diagnostics = items


MOST = 1000
"""How many diagnostics are collected: more would be read by nobody."""
_TOO_MANY = f"There are more problems than the {MOST:,} before this. Correct those first, and the others will be shown."


@dataclass(slots=True)
class Diagnostics:
    """Collects diagnostics, in order, so that all mistakes are reported and not the first alone; `MOST` at most."""

    items: list[Diagnostic] = field(default_factory=list)
    _seen: set[Diagnostic] = field(default_factory=set, repr=False)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def add(self, diagnostic: Diagnostic) -> None:
        """Appends one, unless exactly this one is there already."""
        if len(self.items) >= MOST:
            diagnostic = Diagnostic(diagnostic.severity, "Too many problems", _TOO_MANY)
        if diagnostic not in self._seen:
            self._seen.add(diagnostic)
            self.items.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Appends several."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def error(
        self,
        summary: str,
        detail: str = "",
        subject: SourceRange | None = None,
        context: SourceRange | None = None,
        **more: object,
    ) -> None:
        """Appends an error."""
        self.add(error(summary, detail, subject, context, **more))

    def warning(
        self,
        summary: str,
        detail: str = "",
        subject: SourceRange | None = None,
        context: SourceRange | None = None,
        **more: object,
    ) -> None:
        """Appends a warning."""
        self.add(warning(summary, detail, subject, context, **more))

    @property
    def has_errors(self) -> bool:
        """Whether any of them is an error."""
        return any(d.severity is Severity.ERROR for d in self.items)

    @property
    def errors(self) -> list[Diagnostic]:
        """The errors alone."""
        return [d for d in self.items if d.severity is Severity.ERROR]

    def raise_if_errors(self) -> None:
        """Raises `DiagnosticsError` with everything collected when any of it is an error."""
        if self.has_errors:
            raise DiagnosticsError(self.items)


_LONGEST_NAME = 200
_MOST_COMPARED = 100_000
_compared = 0


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` was probably meant to be, or None.

    Comparing is slow: there is no answer for very long names, nor after very many comparisons.
    """
    global _compared
    if len(name) > _LONGEST_NAME or _compared > _MOST_COMPARED:
        return None
    names = [candidate for candidate in candidates if len(candidate) <= _LONGEST_NAME]
    _compared += len(names)
    matches = difflib.get_close_matches(name, names, n=1, cutoff=0.65)
    return matches[0] if matches else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """` Did you mean "x"?` with a leading space, or an empty string."""
    match = nearest(name, candidates)
    return f' Did you mean "{match}"?' if match else ""
