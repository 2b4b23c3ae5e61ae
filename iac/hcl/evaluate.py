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
from iac.diagnostics import DiagnosticsError
from iac.hcl.evaluation.code import NO_LOCALS, Code, compile_node, runnable
from iac.hcl.functions.spec import Function
from iac.hcl.scope import Scope, VariableScope
from iac.hcl.syntax import Expression
from iac.values.value import Value


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression in a scope. Raises `DiagnosticsError`."""
    try:
        code: Code = expression._code  # type: ignore[attr-defined]  # a slot without a declared type
    except AttributeError:
        code = runnable(compile_node(expression, NO_LOCALS))
        expression._code = code  # type: ignore[attr-defined]
    return code(scope, ())


def evaluate_template(
    source: str, filename: str, variables: Mapping[str, Value], functions: Mapping[str, Function] | None = None
) -> Value:
    """The value of a template in which only `variables` and functions can be referred to.

    `functions` are by default all, with relative paths starting where the process runs. The value is a string
    unless the template is a single interpolation. Raises `DiagnosticsError`.
    """
    from iac.hcl.parser import parse_template

    expression, problems = parse_template(source, filename)
    if problems:
        raise DiagnosticsError(problems)
    return evaluate(expression, VariableScope(variables, _functions() if functions is None else functions))


@cache
def _functions() -> Mapping[str, Function]:
    from iac.hcl.functions.registry import function_table
    from iac.hcl.functions.spec import FunctionContext

    return function_table(FunctionContext(evaluate_template=evaluate_template))
