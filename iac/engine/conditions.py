"""Custom conditions: variable validation, preconditions and postconditions, the assertions of check blocks.

A condition that is not known yet is neither passed nor failed; it is checked again when it is. That an
assertion fails is never more than a warning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from iac.config.meta import place_of
from iac.config.model import CheckRule
from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError, Severity, SourceRange
from iac.hcl.evaluate import evaluate
from iac.hcl.evaluation.involved import involved_values
from iac.hcl.scope import Scope
from iac.values.convert import ConversionError, convert
from iac.values.types import BOOL, STRING
from iac.values.value import EPHEMERAL, SENSITIVE, Value, unmark_deep

PASS, FAIL, UNKNOWN, ERROR = "pass", "fail", "unknown", "error"


def check(
    rule: CheckRule, kind: str, scope: Scope, diagnostics: Diagnostics, *, subject: SourceRange | None = None
) -> str:
    """Evaluates one condition; a failure or a mistake in it goes to the diagnostics. Returns the status.

    `kind` is `validation`, or as in `Resource precondition`, and is used in the summary.
    """
    try:
        condition, _ = unmark_deep(convert(evaluate(rule.condition, scope), BOOL))
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return ERROR
    except ConversionError as problem:
        diagnostics.error(*_wrong_result(kind, f"condition result value: {problem}."), rule.condition.range)
        return ERROR
    if not condition.is_known:
        return UNKNOWN
    if condition.is_null:
        diagnostics.error(
            "Invalid condition result",
            "Condition expression must return either true or false, not null.",
            rule.condition.range,
        )
        return ERROR
    if condition.raw:
        return PASS
    problems = Diagnostics()
    message = _message(rule, scope, problems, for_validation=kind == "validation")
    diagnostics.extend(problems)
    if message is None:
        return ERROR
    if kind == "validation":
        where = rule.range
        diagnostics.error(
            "Invalid value for variable",
            f"{message}\n\nThis was checked by the validation rule at {place_of(where)},{where.start.column}-"
            f"{where.end.column}.",
            subject or rule.condition.range,
            values=involved_values(rule.condition, scope),
        )
    else:
        diagnostics.error(
            f"{kind} failed", message, rule.condition.range, values=involved_values(rule.condition, scope)
        )
    return FAIL


def _wrong_result(kind: str, what: str) -> tuple[str, str]:
    """Summary and detail for a condition that is no bool."""
    if kind == "validation":
        return "Invalid variable validation result", f"Invalid validation {what}"
    return "Invalid condition result", f"Invalid {what}"


def check_assertion(rule: CheckRule, scope: Scope, diagnostics: Diagnostics) -> tuple[str, str | None]:
    """Evaluates one assertion of a check block; what there is to say goes to the diagnostics as warnings.

    Returns the status, and the message of one that failed.
    """
    problems = Diagnostics()
    status = check(rule, "Check block assertion", scope, problems)
    if status == UNKNOWN:
        problems.warning(
            "Check block assertion known after apply",
            "The condition could not be evaluated at this time, a result will be known when this plan is applied.",
            rule.condition.range,
            values=involved_values(rule.condition, scope),
        )
    if status == ERROR:
        diagnostics.extend(problems)
        return status, None
    diagnostics.extend(as_check_warnings(problems))
    message = next((d.detail for d in problems if d.summary == "Check block assertion failed"), None)
    return status, None if message == _INVALID_MESSAGE else message


def as_check_warnings(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics of a check block: whatever it is, it stops nothing."""
    return [replace(d, severity=Severity.WARNING, from_check=True) for d in problems]


_INVALID_MESSAGE = (
    "This check failed, but has an invalid error message as described in the other accompanying messages."
)


def _message(rule: CheckRule, scope: Scope, diagnostics: Diagnostics, *, for_validation: bool) -> str | None:
    """What a failed condition says; None when that is wrong in a way that hides the failure itself."""
    where = rule.error_message.range
    unusable = "Failed to evaluate condition error message." if for_validation else _INVALID_MESSAGE
    try:
        value: Value = convert(evaluate(rule.error_message, scope), STRING)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return unusable
    except ConversionError as problem:
        diagnostics.error("Invalid error message", f"Unsuitable value for error message: {problem}.", where)
        return unusable if for_validation else None
    plain, marks = unmark_deep(value)
    for mark in (SENSITIVE, EPHEMERAL):
        if mark in marks:
            severity = Severity.ERROR if for_validation else Severity.WARNING
            diagnostics.add(_refers_to(mark, severity, where))
            if for_validation:
                return "The error message included a sensitive value, so it will not be displayed."
            return _INVALID_MESSAGE
    if not plain.is_known:
        return unusable
    if plain.is_null:
        if for_validation:
            return unusable
        diagnostics.error("Invalid error message", "Unsuitable value for error message: must not be null.", where)
        return None
    return str(plain.raw)


def _refers_to(mark: str, severity: Severity, where: SourceRange) -> Diagnostic:
    """What is said when an error message is made of marked values: it is not shown."""
    if mark == SENSITIVE:
        remedy = (
            "by removing references to sensitive values, or by carefully using the nonsensitive() function if the "
            "expression will not reveal the sensitive data"
        )
    elif severity is Severity.ERROR:
        remedy = (
            "by removing references to ephemeral values, or by carefully using the ephemeralasnull() function if the "
            "expression will not reveal the ephemeral data"
        )
    else:
        remedy = (
            "by removing references to ephemeral values, or by using the ephemeralasnull() function on the references "
            "to not reveal ephemeral data"
        )
    hidden = ". iac will" if mark == EPHEMERAL and severity is Severity.ERROR else ", so iac will"
    return Diagnostic(
        severity,
        f"Error message refers to {mark} values",
        f"The error expression used to explain this condition refers to {mark} values{hidden} not display the "
        f"resulting message.\n\nYou can correct this {remedy}.",
        where,
    )
