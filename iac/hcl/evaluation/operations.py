"""Operators and conditionals."""

from __future__ import annotations

from collections.abc import Sequence

from iac.diagnostics import DiagnosticsError, SourceRange
from iac.hcl.evaluation.code import (
    Code,
    Compiled,
    Frame,
    Locals,
    Place,
    Problems,
    attempt,
    attempt_all,
    compile_node,
    compiles,
    fold,
    runnable,
    settled,
    several,
)
from iac.hcl.evaluation.mismatch import describe_mismatch
from iac.hcl.failure import Failure
from iac.hcl.operators import BINARY, UNARY, Operator, binary, equality, operand, unary
from iac.hcl.scope import Scope
from iac.hcl.syntax import Binary, Conditional, Expression, TemplateIf, Unary
from iac.values.convert import ConversionError, convert
from iac.values.types import BOOL, DYNAMIC, NUMBER, Type
from iac.values.unify import unify
from iac.values.value import FALSE, TRUE, UNKNOWN, Value, null, string, unknown


@compiles(Binary)
def _binary(node: Binary, names: Locals) -> Compiled:
    compiled = compile_node(node.left, names), compile_node(node.right, names)
    left, right = map(runnable, compiled)
    if node.operator in ("==", "!="):
        negated, both = node.operator == "!=", (left, right)

        def compare(scope: Scope, frame: Frame) -> Value:
            (a, b), problems = attempt_all(both, scope, frame)
            return settled(unknown(BOOL), problems) if problems else equality(a, b, negated=negated)

        return fold(compare, *compiled)
    operator, place = BINARY[node.operator], Place(node, names)
    if operator.deciding is not None:
        return fold(_logical(node, operator, operator.deciding, (left, right), place), *compiled)
    both = (left, right)

    def code(scope: Scope, frame: Frame) -> Value:
        (a, b), problems = attempt_all(both, scope, frame)
        if not problems:
            try:
                return binary(operator, a, b)
            except Failure as failure:
                if failure.operand is None:
                    found = place.error(scope, frame, failure.summary, failure.detail)
                    raise several(found.diagnostics, unknown(operator.gives)) from None
        raise _unfit(operator, node, (a, b), problems, place, scope, frame)

    return fold(code, *compiled)


def _unfit(
    operator: Operator,
    node: Binary | Unary,
    operands: Sequence[Value],
    problems: Problems,
    place: Place,
    scope: Scope,
    frame: Frame,
) -> DiagnosticsError:
    """The errors of an operation whose operands are wrong: theirs, and of each that does not fit the operator."""
    found = list(problems)
    parts = (node.operand,) if isinstance(node, Unary) else (node.left, node.right)
    sides = ("unary",) if isinstance(node, Unary) else ("left", "right")
    for index, (value, part, side) in enumerate(zip(operands, parts, sides, strict=False)):
        try:
            operand(value, operator.takes, index, side)
        except Failure as failure:
            found += place.error(scope, frame, failure.summary, failure.detail, of=part).diagnostics
    return several(found, unknown(operator.gives))


def _logical(node: Binary, operator: Operator, deciding: bool, both: tuple[Code, Code], place: Place) -> Code:
    """`&&` and `||`: where the left operand decides, the right one is not evaluated (as in Terraform 1.12)."""
    decided = TRUE if deciding else FALSE
    left, right = both

    def code(scope: Scope, frame: Frame) -> Value:
        a, problems = attempt(left, scope, frame)
        if not problems:
            try:
                a = operand(a, BOOL, 0, "left")
            except Failure:
                b, problems = attempt(right, scope, frame)
                raise _unfit(operator, node, (a, b), problems, place, scope, frame) from None
            if a.raw is deciding:
                return decided.with_marks(a.marks)
        b, more = attempt(right, scope, frame)
        problems = (*problems, *more)
        if not problems:
            try:
                return binary(operator, a, b)
            except Failure as failure:
                if failure.operand is None:
                    raise place.error(scope, frame, failure.summary, failure.detail) from None
        raise _unfit(operator, node, (a, b), problems, place, scope, frame)

    return code


@compiles(Unary)
def _unary(node: Unary, names: Locals) -> Compiled:
    compiled = compile_node(node.operand, names)
    value, operator, place = runnable(compiled), UNARY[node.operator], Place(node, names)

    def code(scope: Scope, frame: Frame) -> Value:
        a, problems = attempt(value, scope, frame)
        if not problems:
            try:
                return unary(operator, a)
            except Failure as failure:
                if failure.operand is None:
                    found = place.error(scope, frame, failure.summary, failure.detail)
                    raise several(found.diagnostics, unknown(operator.gives)) from None
        raise _unfit(operator, node, (a,), problems, place, scope, frame)

    return fold(code, compiled)


# --- conditionals ----------------------------------------------------------------------------------------


@compiles(Conditional, TemplateIf)
def _conditional(node: Conditional | TemplateIf, names: Locals) -> Compiled:
    place = Place(node, names)
    otherwise = compile_node(node.otherwise, names) if node.otherwise is not None else string("")
    compiled = compile_node(node.condition, names), compile_node(node.then, names), otherwise
    condition, then_code, otherwise_code = map(runnable, compiled)

    def code(scope: Scope, frame: Frame) -> Value:
        # Both arms are evaluated, as the type of the result depends on both; the error of the arm that is
        # not chosen does not matter.
        then, then_problems = attempt(then_code, scope, frame)
        other, other_problems = attempt(otherwise_code, scope, frame)
        ty = _result_type(then, other)
        if ty is None:
            raise _inconsistent(node, place, scope, frame, then, other)
        chosen, problems = attempt(condition, scope, frame)
        marks = chosen.marks | then.marks | other.marks
        if chosen.raw is UNKNOWN:
            return settled(_undecided(then, other, ty).with_marks(marks), problems)
        try:
            if _truth(node, place, scope, frame, chosen):
                result, more, arm = then, then_problems, node.then
            else:
                result, more, arm = other, other_problems, node.otherwise or node
            if more:
                problems = (*problems, *more)
            result = _converted(result, ty, arm, node, place, scope, frame).with_marks(marks)
        except DiagnosticsError as problem:
            raise several((*problems, *problem.diagnostics), unknown(ty).with_marks(marks)) from None
        return settled(result, problems) if problems else result

    return fold(code, *compiled)


def _undecided(then: Value, other: Value, ty: Type) -> Value:
    """The result of a conditional whose condition is not known."""
    if then.raw is None and other.raw is None:
        return null(ty)
    if ty is NUMBER and then.type is other.type is NUMBER and then.is_known and then.raw == other.raw:
        return then.without_own_marks()  # whichever it is
    return unknown(ty).never_null() if then.is_never_null and other.is_never_null else unknown(ty)


def _result_type(then: Value, other: Value) -> Type | None:
    """The type of a conditional with these arms; None when they have nothing in common."""
    a, b = then.type, other.type
    if a is b:
        return a
    if a is DYNAMIC:
        return b if then.raw is None else a
    if b is DYNAMIC:
        return a if other.raw is None else b
    return unify((a, b), unsafe=True)


def _inconsistent(
    node: Conditional | TemplateIf, place: Place, scope: Scope, frame: Frame, then: Value, other: Value
) -> DiagnosticsError:
    last = node.otherwise or node.then
    both = SourceRange(node.range.filename, node.then.range.start, last.range.end)
    return place.error(
        scope,
        frame,
        "Inconsistent conditional result types",
        "The true and false result expressions must have consistent types. "
        f"{describe_mismatch(then.type, other.type)}.",
        subject=both,
    )


def _truth(node: Conditional | TemplateIf, place: Place, scope: Scope, frame: Frame, chosen: Value) -> bool:
    if chosen.type is BOOL and chosen.raw is not None:
        return bool(chosen.raw)
    if chosen.raw is None:
        raise place.error(
            scope,
            frame,
            "Null condition",
            "The condition value is null. Conditions must either be true or false.",
            of=node.condition,
        )
    try:
        return bool(convert(chosen, BOOL).raw)
    except ConversionError:
        raise place.error(
            scope,
            frame,
            "Incorrect condition type",
            "The condition expression must be of type bool.",
            of=node.condition,
        ) from None


def _converted(
    result: Value, ty: Type, arm: Expression, node: Conditional | TemplateIf, place: Place, scope: Scope, frame: Frame
) -> Value:
    if result.type is ty:
        return result
    try:
        return convert(result, ty)
    except ConversionError as problem:
        which = "true" if arm is node.then else "false"
        raise place.error(
            scope,
            frame,
            "Inconsistent conditional result types",
            f"The {which} result value has the wrong type: {problem.message}.",
            of=arm,
        ) from None
