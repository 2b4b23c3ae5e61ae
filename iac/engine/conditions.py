"""Custom conditions: variable validation, preconditions and postconditions, the assertions of check blocks.

A condition that is not known yet is neither passed nor failed; it is checked again when it is. What an assertion
says is never more than a warning.
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
from iac.values.value import SENSITIVE, Value, unmark_deep

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
        diagnostics.error(
            "Invalid condition result", f"Invalid condition result value: {problem}.", rule.condition.range
        )
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
    message = _message(rule, scope, diagnostics)
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
    diagnostics.extend(as_check_warnings(problems))
    message = next((d.detail for d in problems if d.summary == "Check block assertion failed"), None)
    return status, message


def as_check_warnings(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics of a check block: whatever it is, it stops nothing."""
    return [replace(d, severity=Severity.WARNING, from_check=True) for d in problems]


def _message(rule: CheckRule, scope: Scope, diagnostics: Diagnostics) -> str:
    try:
        value: Value = convert(evaluate(rule.error_message, scope), STRING)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return "The condition did not hold, and its error message could not be evaluated."
    except ConversionError as problem:
        return f"The condition did not hold, and its error message is invalid: {problem}."
    plain, marks = unmark_deep(value)
    if SENSITIVE in marks:
        diagnostics.error(
            "Error message refers to sensitive values",
            "The error expression used to explain this condition refers to sensitive values, so iac will not display "
            "the resulting message.\n\nYou can correct this by removing references to sensitive values, or by "
            "carefully using the nonsensitive() function if the expression will not reveal the sensitive data.",
            rule.error_message.range,
        )
        return "The condition did not hold, and its message refers to sensitive values."
    if not plain.is_known or plain.is_null:
        return "The condition did not hold, and its error message is not known yet."
    return str(plain.raw)
