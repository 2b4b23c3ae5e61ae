"""Custom conditions: variable validation, preconditions and postconditions, the assertions of check blocks.

A condition that is not known yet is neither passed nor failed; it is checked again when it is. That an
assertion fails is never more than a warning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from iac.config.meta import place_of
from iac.config.model import CheckRule
from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError, Severity, SourceRange
from iac.hcl.evaluate import evaluate
from iac.hcl.evaluation.involved import involved_values
from iac.hcl.scope import Scope
from iac.hcl.syntax import Expression
from iac.state.checks import ERROR, FAIL, PASS, UNKNOWN
from iac.values.convert import ConversionError, convert
from iac.values.types import BOOL, STRING
from iac.values.value import EPHEMERAL, SENSITIVE, Value, all_marks, unmark_deep


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one condition: its status, and the message of one that failed, where that may be shown."""

    status: str
    message: str | None = None


def check(
    rule: CheckRule,
    kind: str,
    scope: Scope,
    diagnostics: Diagnostics,
    *,
    subject: SourceRange | None = None,
    validating: bool = False,
    severity: Severity = Severity.ERROR,
    concerns: str | None = None,
) -> Outcome:
    """Evaluates one condition; a failure or a mistake in it goes to the diagnostics.

    `kind` is `validation`, or as in `Resource precondition`, and is used in the summary. While `validating`, a message
    that is made of inputs is not known: what it would explain is said by the plan. `severity` is that of a failure,
    `concerns` the resource instance that it is about: each of several that fail in the same way is told.
    """
    for_validation = kind == "validation"
    problems = Diagnostics()
    condition = _condition(rule, kind, scope, problems)
    message = _evaluated(rule.error_message, scope, problems)
    if message is not None and not for_validation:
        message = _text(message, rule.error_message.range, problems)
    diagnostics.extend(replace(d, concerns=concerns) for d in problems)
    if problems.has_errors or condition is None or message is None:
        return Outcome(ERROR)
    if not condition.is_known:
        return Outcome(UNKNOWN)
    if condition.raw:
        return Outcome(PASS)
    if validating and not message.is_known:
        return Outcome(UNKNOWN)
    if for_validation:
        return _invalid_value(rule, message, scope, diagnostics, subject)
    text = _shown(message)
    values = involved_values(rule.condition, scope)
    summary, detail = f"{kind} failed", text or _INVALID_MESSAGE
    where = rule.condition.range
    diagnostics.add(Diagnostic(severity, summary, detail, where, values=values, concerns=concerns))
    return Outcome(FAIL, text or None)


def validate_rule(rule: CheckRule, scope: Scope, diagnostics: Diagnostics) -> None:
    """Looks for mistakes in a condition and its message whose result is of no interest yet."""
    _evaluated(rule.condition, scope, diagnostics)
    _evaluated(rule.error_message, scope, diagnostics)


def validate_assertion(rule: CheckRule, scope: Scope, diagnostics: Diagnostics) -> None:
    """Looks for mistakes in the message of an assertion; its condition is for the plan, which it cannot stop."""
    message = _evaluated(rule.error_message, scope, diagnostics)
    if message is not None:
        _text(message, rule.error_message.range, diagnostics)


def _evaluated(expression: Expression, scope: Scope, diagnostics: Diagnostics) -> Value | None:
    """The value of an expression; None when that is a mistake, which goes to the diagnostics."""
    try:
        return evaluate(expression, scope)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return None


def _condition(rule: CheckRule, kind: str, scope: Scope, diagnostics: Diagnostics) -> Value | None:
    """The condition as a bool without marks, perhaps unknown; None when it is none, which the diagnostics tell."""
    value = _evaluated(rule.condition, scope, diagnostics)
    if value is None:
        return None
    try:
        condition, _ = unmark_deep(convert(value, BOOL))
    except ConversionError as problem:
        diagnostics.error(*_wrong_result(kind, f"condition result value: {problem}."), rule.condition.range)
        return None
    if condition.is_known and condition.is_null:
        wanted = "condition expression must return either true or false, not null."
        if kind == "validation":
            diagnostics.error("Invalid variable validation result", f"Validation {wanted}", rule.condition.range)
        else:
            diagnostics.error("Invalid condition result", wanted.capitalize(), rule.condition.range)
        return None
    return condition


def _wrong_result(kind: str, what: str) -> tuple[str, str]:
    """Summary and detail for a condition that is no bool."""
    if kind == "validation":
        return "Invalid variable validation result", f"Invalid validation {what}"
    return "Invalid condition result", f"Invalid {what}"


def check_assertion(rule: CheckRule, scope: Scope, diagnostics: Diagnostics) -> Outcome:
    """Evaluates one assertion of a check block; what there is to say goes to the diagnostics as warnings."""
    problems = Diagnostics()
    outcome = check(rule, "Check block assertion", scope, problems)
    if outcome.status == UNKNOWN:
        problems.warning(
            "Check block assertion known after apply",
            "The condition could not be evaluated at this time, a result will be known when this plan is applied.",
            rule.condition.range,
            values=involved_values(rule.condition, scope),
        )
    diagnostics.extend(problems if outcome.status == ERROR else as_check_warnings(problems))
    return outcome


def as_check_warnings(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics of a check block: whatever it is, it stops nothing."""
    return [replace(d, severity=Severity.WARNING, from_check=True) for d in problems]


_INVALID_MESSAGE = (
    "This check failed, but has an invalid error message as described in the other accompanying messages."
)
_NO_MESSAGE = "Failed to evaluate condition error message."


def _text(value: Value, where: SourceRange, diagnostics: Diagnostics) -> Value | None:
    """A message as a string, whatever its condition is; None when it is none, which the diagnostics tell.

    One with marks is not shown, which is a warning.
    """
    try:
        message: Value = convert(value, STRING)
    except ConversionError as problem:
        diagnostics.error("Invalid error message", f"Unsuitable value for error message: {problem}.", where)
        return None
    if message.is_known and message.is_null:
        diagnostics.error("Invalid error message", "Unsuitable value for error message: must not be null.", where)
        return None
    mark = _hiding(message)
    if mark is not None and message.is_known:
        diagnostics.add(_refers_to(mark, Severity.WARNING, where))
    return message


def _shown(message: Value) -> str:
    """The text of a message; nothing for one that is not known or must not be shown."""
    plain, _ = unmark_deep(message)
    return str(plain.raw).strip() if plain.is_known and _hiding(message) is None else ""


def _hiding(message: Value) -> str | None:
    """The mark for which a message is not shown."""
    marks = all_marks(message)
    return next((mark for mark in (SENSITIVE, EPHEMERAL) if mark in marks), None)


def _invalid_value(
    rule: CheckRule, value: Value, scope: Scope, diagnostics: Diagnostics, subject: SourceRange | None
) -> Outcome:
    """Says that the value of a variable is invalid."""
    where = rule.error_message.range
    text, shown = "", None
    if not value.is_known:
        diagnostics.error(
            "Invalid error message",
            "Unsuitable value for error message: expression refers to values that won't be known until the apply "
            "phase.",
            where,
        )
        return Outcome(ERROR)
    try:
        message: Value = convert(value, STRING)
    except ConversionError as problem:
        diagnostics.error("Invalid error message", f"Unsuitable value for error message: {problem}.", where)
    else:
        mark = _hiding(message)
        if mark is not None:
            diagnostics.add(_refers_to(mark, Severity.ERROR, where))
            text = "The error message included a sensitive value, so it will not be displayed."
        elif message.is_known and not message.is_null:
            text = shown = _shown(message)
    declared = rule.range
    diagnostics.error(
        "Invalid value for variable",
        f"{text or _NO_MESSAGE}\n\nThis was checked by the validation rule at {place_of(declared)},"
        f"{declared.start.column}-{declared.end.column}.",
        subject or rule.condition.range,
        values=involved_values(rule.condition, scope),
    )
    return Outcome(FAIL, shown or None)


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
    hidden = ". iac will" if severity is Severity.ERROR else ", so iac will"
    return Diagnostic(
        severity,
        f"Error message refers to {mark} values",
        f"The error expression used to explain this condition refers to {mark} values{hidden} not display the "
        f"resulting message.\n\nYou can correct this {remedy}.",
        where,
    )
