"""Evaluating expressions: from a node and a scope to a value. The door to `iac.hcl.evaluation`.

A node is compiled when it is first evaluated and keeps its code, so that evaluating it again, in another
scope, costs no look at the syntax. Every mistake is a `DiagnosticsError` with Terraform's words and the place
of the part at fault.
"""

from __future__ import annotations

from collections.abc import Mapping

# These register the compilers of their nodes.
import iac.hcl.evaluation.calls
import iac.hcl.evaluation.constructors
import iac.hcl.evaluation.iteration
import iac.hcl.evaluation.operations
import iac.hcl.evaluation.traversals  # noqa: F401
from iac.diagnostics import DiagnosticsError, error
from iac.hcl.evaluation.code import NO_LOCALS, Code, compile_node, runnable
from iac.hcl.evaluation.iteration import ROUNDS_MADE
from iac.hcl.functions.spec import Function
from iac.hcl.references import references
from iac.hcl.scope import Scope, VariableScope
from iac.hcl.syntax import Expression
from iac.values.limits import DEPTH, LimitError, check_parts
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
    ROUNDS_MADE.made = 0
    try:
        value = code(scope, ())
        if value.raw.__class__ is tuple or value.raw.__class__ is dict:
            if value.depth > DEPTH:
                raise _too_deep(expression)
            check_parts(value.size)
    except RecursionError:
        raise _too_deep(expression) from None
    except LimitError as problem:
        raise _too_large(expression, problem) from None
    return value


def _compiled(expression: Expression) -> Code:
    try:
        code = runnable(compile_node(expression, NO_LOCALS))
    except RecursionError:
        raise _too_deep(expression) from None
    except LimitError as problem:
        raise _too_large(expression, problem) from None
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


def _too_large(expression: Expression, problem: LimitError) -> DiagnosticsError:
    detail = f"This expression cannot be evaluated: {problem.message}. Divide the work, or do it outside of iac."
    return DiagnosticsError(error("Value too large", detail, expression.range))


def evaluate_template(
    source: str, filename: str, variables: Mapping[str, Value], functions: Mapping[str, Function]
) -> Value:
    """The value of a template in native syntax in which only `variables` and `functions` can be referred to.

    The value is a string unless the template is a single interpolation. Raises `DiagnosticsError`; for a variable
    that is not given even where the template would do without it, as Terraform does.
    """
    from iac.hcl.parser import parse_template

    template, problems = parse_template(source, filename)
    if problems:
        raise DiagnosticsError(problems)
    scope = VariableScope(variables, functions)
    for reference in references(template):
        scope.lookup(reference)
    return evaluate(template, scope)
