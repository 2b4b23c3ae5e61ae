"""Operators and conditionals."""

from __future__ import annotations

from iac.diagnostics import DiagnosticsError, SourceRange
from iac.hcl.evaluation.code import (
    Code,
    Compiled,
    Frame,
    Locals,
    Place,
    compile_node,
    compiles,
    fold,
    run_all,
    runnable,
    several,
)
from iac.hcl.evaluation.mismatch import describe_mismatch
from iac.hcl.failure import Failure
from iac.hcl.operators import BINARY, UNARY, Operator, binary, equality, operand, unary
from iac.hcl.scope import Scope
from iac.hcl.syntax import Binary, Conditional, Expression, TemplateIf, Unary
from iac.values.convert import ConversionError, convert, unify
from iac.values.types import BOOL, DYNAMIC, Type
from iac.values.value import FALSE, TRUE, UNKNOWN, UNKNOWN_DYNAMIC, Value, string, unknown


@compiles(Binary)
def _binary(node: Binary, names: Locals) -> Compiled:
    compiled = compile_node(node.left, names), compile_node(node.right, names)
    left, right = map(runnable, compiled)
    if node.operator in ("==", "!="):
        negated, both = node.operator == "!=", (left, right)

        def compare(scope: Scope, frame: Frame) -> Value:
            a, b = run_all(both, scope, frame)
            return equality(a, b, negated=negated)

        return fold(compare, *compiled)
    operator, place = BINARY[node.operator], Place(node, names)
    if operator.deciding is not None:
        return fold(_logical(node, operator, operator.deciding, (left, right), place), *compiled)
    both = (left, right)

    def code(scope: Scope, frame: Frame) -> Value:
        a, b = run_all(both, scope, frame)
        try:
            return binary(operator, a, b)
        except Failure as failure:
            raise _located(failure, operator, b, node, place, scope, frame) from None

    return fold(code, *compiled)


def _located(
    failure: Failure, operator: Operator, right: Value | None, node: Binary, place: Place, scope: Scope, frame: Frame
) -> DiagnosticsError:
    """The error of a binary operation; when the left operand does not fit, the right one is looked at too."""
    part = None if failure.operand is None else (node.left, node.right)[failure.operand]
    first = place.error(scope, frame, failure.summary, failure.detail, of=part)
    if failure.operand == 0 and right is not None:
        try:
            operand(right, operator.takes, 1, "right")
        except Failure as second:
            other = place.error(scope, frame, second.summary, second.detail, of=node.right)
            return several((*first.diagnostics, *other.diagnostics))
    return first


def _logical(node: Binary, operator: Operator, deciding: bool, both: tuple[Code, Code], place: Place) -> Code:
    """`&&` and `||`: where the left operand decides, the right one is not evaluated (as in Terraform 1.12)."""
    decided = TRUE if deciding else FALSE
    left, right = both

    def code(scope: Scope, frame: Frame) -> Value:
        try:
            a = operand(left(scope, frame), BOOL, 0, "left")
        except Failure as failure:
            raise _located(failure, operator, None, node, place, scope, frame) from None
        except DiagnosticsError:
            run_all(both, scope, frame)
            raise
        if a.raw is deciding:
            return decided.with_marks(a.marks)
        b = right(scope, frame)
        try:
            return binary(operator, a, b)
        except Failure as failure:
            raise _located(failure, operator, b, node, place, scope, frame) from None

    return code


@compiles(Unary)
def _unary(node: Unary, names: Locals) -> Compiled:
    compiled = compile_node(node.operand, names)
    value, operator, place = runnable(compiled), UNARY[node.operator], Place(node, names)

    def code(scope: Scope, frame: Frame) -> Value:
        try:
            return unary(operator, value(scope, frame))
        except Failure as failure:
            part = None if failure.operand is None else node.operand
            raise place.error(scope, frame, failure.summary, failure.detail, of=part) from None

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
        then, then_error = _attempt(then_code, scope, frame)
        other, other_error = _attempt(otherwise_code, scope, frame)
        ty = _result_type(then, other)
        if ty is None:
            raise _inconsistent(node, place, scope, frame, then, other)
        chosen = condition(scope, frame)
        marks = chosen.marks | then.marks | other.marks
        if chosen.raw is UNKNOWN:
            return unknown(ty).with_marks(marks)
        if _truth(node, place, scope, frame, chosen):
            result, problem, arm = then, then_error, node.then
        else:
            result, problem, arm = other, other_error, node.otherwise or node
        if problem is not None:
            raise problem
        return _converted(result, ty, arm, node, place, scope, frame).with_marks(marks)

    return fold(code, *compiled)


def _attempt(code: Code, scope: Scope, frame: Frame) -> tuple[Value, DiagnosticsError | None]:
    try:
        return code(scope, frame), None
    except DiagnosticsError as problem:
        return UNKNOWN_DYNAMIC, problem


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
