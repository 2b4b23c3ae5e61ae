"""Evaluating expressions: from a node and a scope to a value. The door to `iac.hcl.evaluation`.

A node is compiled when it is first evaluated and keeps its code, so that evaluating it again, in another
scope, costs no look at the syntax. Every mistake is a `DiagnosticsError` with Terraform's words and the place
of the part at fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

# These register the compilers of their nodes.
import iac.hcl.evaluation.calls
import iac.hcl.evaluation.constructors
import iac.hcl.evaluation.iteration
import iac.hcl.evaluation.operations
import iac.hcl.evaluation.traversals  # noqa: F401
from iac.diagnostics import DiagnosticsError, SourceRange, error
from iac.hcl.evaluation.code import NO_LOCALS, Code, compile_node, runnable
from iac.hcl.functions.spec import Function, FunctionError
from iac.hcl.references import references
from iac.hcl.render import go_quote
from iac.hcl.scope import Scope, VariableScope
from iac.hcl.syntax import Expression
from iac.values.value import Value


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression in a scope.

    Raises `DiagnosticsError` with every error found in it, each with its place and the values of the references
    that took part.
    """
    try:
        code: Code = expression._code  # type: ignore[attr-defined]  # a slot without a declared type
    except AttributeError:
        code = _compiled(expression)
    try:
        return code(scope, ())
    except RecursionError:
        raise _too_deep(expression) from None


def _compiled(expression: Expression) -> Code:
    try:
        code = runnable(compile_node(expression, NO_LOCALS))
    except RecursionError:
        raise _too_deep(expression) from None
    expression._code = code  # type: ignore[attr-defined]
    return code


def _too_deep(expression: Expression) -> DiagnosticsError:
    return DiagnosticsError(
        error(
            "Expression too complex",
            "The parts of this expression are nested too deeply to be evaluated. Move some of them to local values.",
            expression.range,
        )
    )


def evaluate_template(
    source: str, filename: str, variables: Mapping[str, Value], functions: Mapping[str, Function] | None = None
) -> Value:
    """The value of a template in which only `variables` and functions can be referred to.

    `functions` are by default all, with relative paths starting where the process runs. The value is a string
    unless the template is a single interpolation. Raises `DiagnosticsError`, and `FunctionError` about the second
    argument of `templatefile` and `templatestring` when the template refers to a variable that is not given.
    """
    from iac.hcl.parser import parse_template

    expression, problems = parse_template(source, filename)
    if problems:
        raise DiagnosticsError(problems)
    for reference in references(expression):
        if reference.root not in variables:
            place = _place(reference.range)
            raise FunctionError(f"vars map does not contain key {go_quote(reference.root)}, referenced at {place}", 1)
    return evaluate(expression, VariableScope(variables, _functions() if functions is None else functions))


def _place(range: SourceRange) -> str:
    """A range as Terraform has it in a sentence: `file:1,3-8`, over several lines `file:1,3-2,4`."""
    start, end = range.start, range.end
    return f"{range}-{end.column}" if start.line == end.line else f"{range}-{end.line},{end.column}"


@cache
def _functions() -> Mapping[str, Function]:
    from iac.hcl.functions.registry import function_table
    from iac.hcl.functions.spec import FunctionContext

    return function_table(FunctionContext(evaluate_template=evaluate_template))
