"""Function calls: finding the function, evaluating and expanding its arguments, placing its errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from iac.diagnostics import Diagnostic, DiagnosticsError, FailedCall, Pos, SourceRange, did_you_mean, error
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
    runnable,
    several,
)
from iac.hcl.functions.spec import Function, FunctionError, Thunk, call, unsuitable
from iac.hcl.render import go_quote
from iac.hcl.scope import Scope
from iac.hcl.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    IndexExpression,
    Literal,
    ObjectCons,
    Parens,
    Splat,
    Template,
    TemplateIf,
    TupleCons,
    Unary,
)
from iac.values.types import DYNAMIC
from iac.values.value import NULL, UNKNOWN, UNKNOWN_DYNAMIC, Value


@compiles(Call)
def _call(node: Call, names: Locals) -> Compiled:
    codes = [runnable(compile_node(argument, names)) for argument in node.arguments]
    place = Place(node, names)
    table: Mapping[str, Function] | None = None
    function: Function | None = None

    def code(scope: Scope, frame: Frame) -> Value:
        nonlocal table, function
        if scope.functions is not table or function is None:
            function = _find(node, place, scope, frame)
            table = scope.functions
        written, expressions = codes, list(node.arguments)
        if node.expand_final:
            expanded = _expanded(node, function, codes[-1], place, scope, frame)
            if expanded is None:
                return UNKNOWN_DYNAMIC
            written = [*codes[:-1], *map(runnable, expanded)]
            expressions[-1:] = expressions[-1:] * len(expanded)
        if function.lazy:
            thunks = [Thunk(e, partial(c, scope, frame)) for e, c in zip(expressions, written, strict=True)]
            return _call_with(function, thunks, (), node, place, scope, frame)
        if not _takes(function, len(written)):
            # How many there are is the first thing to be refused.
            return _call_with(function, [NULL] * len(written), (), node, place, scope, frame)
        values, problems = attempt_all(written, scope, frame)
        return _call_with(function, values, problems, node, place, scope, frame)

    return code


def _call_with(
    function: Function,
    arguments: list[Any],
    problems: Problems,
    node: Call,
    place: Place,
    scope: Scope,
    frame: Frame,
) -> Value:
    """The result of a call, unless there were problems with its arguments."""
    try:
        if not problems:
            return call(function, arguments)
        unfit: Sequence[FunctionError] = unsuitable(function, arguments)
    except FunctionError as problem:
        unfit = problem.all
    except DiagnosticsError as problem:
        raise several(problem.diagnostics) from None  # of an argument that the function evaluates itself
    raise several((*problems, *(_failed(p, function, node, place, scope, frame) for p in unfit)))


def _takes(function: Function, count: int) -> bool:
    """Whether the function can be called with so many arguments."""
    least = len(function.parameters)
    return count >= least if function.variadic else count == least


def _find(node: Call, place: Place, scope: Scope, frame: Frame) -> Function:
    try:
        return scope.functions[node.name]
    except KeyError:
        pass
    if not scope.functions:
        raise place.error(scope, frame, "Function calls not allowed", "Functions may not be called here.")
    if "::" in node.name:
        detail = _no_provider_function(node.name, scope.functions)
        raise place.error(scope, frame, "Unknown provider function", detail, subject=node.name_range)
    raise place.error(
        scope,
        frame,
        "Call to unknown function",
        f"There is no function named {go_quote(node.name)}.{did_you_mean(node.name, scope.functions)}",
        subject=node.name_range,
    )


def _no_provider_function(name: str, functions: Mapping[str, Function]) -> str:
    """Why there is no function of a name with a namespace."""
    namespace, *inside = name.split("::")
    if namespace != "provider":
        return (
            f'The function namespace "{namespace}" is not valid. Provider function calls must use the "provider::" '
            "namespace prefix."
        )
    if len(inside) < 2:
        return 'The function call must include the provider name after the "provider::" prefix.'
    provider, function = inside[0], inside[-1]
    if len(inside) == 2 and any(known.startswith(f"provider::{provider}::") for known in functions):
        return f'The function "{function}" is not available from the provider "{provider}".'
    return (
        f'There is no function named "{name}". Ensure that provider name "{provider}" is declared in this module\'s '
        f'required_providers block, and that this provider offers a function named "{function}".'
    )


def _expanded(
    node: Call, function: Function, code: Code, place: Place, scope: Scope, frame: Frame
) -> list[Value] | None:
    """The values that the last argument stands for; None when how many these are is not known."""
    expanding, problems = attempt(code, scope, frame)
    if problems:
        raise several(problems)
    last = node.arguments[-1]
    detail = ""
    if expanding.raw is None and (expanding.type is DYNAMIC or expanding.type.kind in ("list", "set", "tuple")):
        detail = "The expanding argument (indicated by ...) must not be null."
    elif expanding.type is not DYNAMIC and expanding.type.kind not in ("list", "set", "tuple"):
        detail = "The expanding argument (indicated by ...) must be of a tuple, list, or set type."
    if detail:
        problem = error("Invalid expanding argument value", detail, call=_called(node, function, place))
        raise several([place.diagnostic(scope, frame, problem, of=last)])
    if expanding.raw is UNKNOWN:
        return None
    return [element.with_marks(expanding.marks) for element in expanding.raw]


def _failed(
    problem: FunctionError, function: Function, node: Call, place: Place, scope: Scope, frame: Frame
) -> Diagnostic:
    """The error of a call at its place: the argument at fault, where one is missing, or the call."""
    written, index = node.arguments, problem.argument
    about: Expression = node
    if problem.missing:
        end = node.range.end
        subject = SourceRange(node.range.filename, Pos(end.line, end.column - 1, end.byte - 1), end)
    elif index is None or not written:
        subject = start_range(node)
    else:
        argument = written[min(index, len(written) - 1)]
        # A surplus argument is marked where it starts, unless `...` made several of one.
        expanded = node.expand_final and argument is written[-1]
        subject = argument.range if expanded else start_range(argument)
        about = node if problem.summary else argument
    diagnostic = replace(problem.diagnostic(function), call=_called(node, function, place))
    return place.diagnostic(scope, frame, diagnostic, of=about, subject=subject)


def _called(node: Call, function: Function, place: Place) -> FailedCall:
    """What a diagnostic says of the call; as with Terraform, little inside of `for`."""
    return FailedCall(node.name, None if place.names.slots else function)


def start_range(node: Expression) -> SourceRange:
    """The beginning of an expression, which Terraform marks for errors about a whole argument."""
    if isinstance(node, Call):
        end = node.name_range.end
        return SourceRange(node.range.filename, node.name_range.start, Pos(end.line, end.column + 1, end.byte + 1))
    if isinstance(node, (Conditional, TemplateIf)):
        return start_range(node.condition)
    if isinstance(node, Binary):
        return start_range(node.left)
    if isinstance(node, Parens):
        return start_range(node.inner)
    if isinstance(node, Template) and node.parts:
        first = node.parts[0]
        return first.range if isinstance(first, Literal) else start_range(first)
    if isinstance(node, Splat):
        return node.marker_range
    if isinstance(node, IndexExpression):
        return _first_character(node.collection.range.end, node.range)
    if isinstance(node, (Unary, TupleCons, ObjectCons, For)):
        return _first_character(node.range.start, node.range)
    if isinstance(node, Literal) and isinstance(node.value.raw, str):
        return _inside_quotes(node)
    return node.range


def _first_character(start: Pos, around: SourceRange) -> SourceRange:
    return SourceRange(around.filename, start, Pos(start.line, start.column + 1, start.byte + 1))


def _inside_quotes(node: Literal) -> SourceRange:
    start, end = node.range.start, node.range.end
    if not node.value.raw:
        return SourceRange(node.range.filename, end, end)
    if start.line != end.line:
        return node.range
    return SourceRange(
        node.range.filename,
        Pos(start.line, start.column + 1, start.byte + 1),
        Pos(end.line, end.column - 1, end.byte - 1),
    )
