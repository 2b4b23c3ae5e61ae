"""`templatefile` and `templatestring`: text with interpolations, rendered with given variables only.

Parsing and evaluating the template is left to the evaluator, through `FunctionContext.evaluate_template`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import partial

from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.hcl.functions.filesystem import read_text
from iac.hcl.functions.registry import function_table
from iac.hcl.functions.shorthand import anything, text
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Thunk
from iac.hcl.render import go_quote
from iac.hcl.syntax import (
    Expression,
    IndexExpression,
    Literal,
    Parens,
    RelativeTraversal,
    ScopeTraversal,
    Template,
    TemplateWrap,
)
from iac.values.convert import ConversionError, convert
from iac.values.types import DYNAMIC, STRING, Type
from iac.values.value import NO_MARKS, UNKNOWN, UNKNOWN_DYNAMIC, Value, unknown, unmark_deep

_IDENTIFIER = re.compile(r"[^\W\d][\w-]*\Z")
_UNKNOWN_VARIABLE = re.compile(r'no variable named "([^"]+)"')
_UNKNOWN_SUMMARIES = ("Unknown variable", "Variables not allowed")
_TEMPLATE_NAME = "<templatestring argument>"
_NO_REFERENCE = (
    "must be a direct reference to a single string from elsewhere, containing valid Terraform template syntax"
)
_LITERAL = (
    "templatestring is only for rendering templates retrieved dynamically from elsewhere, and so does not "
    "support providing a literal template; consider using a template string expression instead"
)
_INLINE = (
    "templatestring is only for rendering templates retrieved dynamically from elsewhere; to render an inline "
    "template, consider using a plain template string expression"
)
_Table = Mapping[str, Function]
_rendering: ContextVar[bool] = ContextVar("rendering", default=False)


def _variables(value: Value, argument: int) -> Mapping[str, Value]:
    """The variables for a template from a map or object. Raises `FunctionError` for anything else."""
    if value.type.kind not in ("map", "object"):
        raise FunctionError("invalid vars value: must be a map", argument)
    for name in value.raw:
        if not _IDENTIFIER.match(name):
            raise FunctionError(
                f"invalid template variable name {go_quote(name)}: must start with a letter, followed by zero or "
                "more letters, digits, and underscores",
                argument,
            )
    return value.raw  # type: ignore[no-any-return]


def in_words(diagnostics: Sequence[Diagnostic]) -> str:
    """Diagnostics as the reason of another error: the first in full, and how many others there are."""
    first, *others = diagnostics
    place = ""
    if first.subject:
        start, end = first.subject.start, first.subject.end
        place = f"{first.subject}-{'' if start.line == end.line else f'{end.line},'}{end.column}: "
    words = f"{place}{first.summary}; {first.detail}"
    return f"{words}, and {len(others)} other diagnostic(s)" if others else words


def _reason(problem: DiagnosticsError, argument: int) -> FunctionError:
    """The error of a call whose template fails; `argument` is the one with the variables."""
    first = problem.diagnostics[0]
    missing = _UNKNOWN_VARIABLE.search(first.detail) if first.summary in _UNKNOWN_SUMMARIES else None
    if missing and first.subject:
        span = f"{first.subject}-{first.subject.end.column}"
        return FunctionError(f"vars map does not contain key {go_quote(missing[1])}, referenced at {span}", argument)
    return FunctionError(in_words(problem.diagnostics))


def _render(
    context: FunctionContext,
    functions: _Table,
    source: str,
    filename: str,
    variables: Mapping[str, Value],
) -> Value:
    if context.evaluate_template is None:
        raise FunctionError("templates cannot be evaluated here")
    token = _rendering.set(True)
    try:
        result = context.evaluate_template(source, filename, variables, functions)
    except DiagnosticsError as problem:
        raise _reason(problem, 1) from None
    finally:
        _rendering.reset(token)
    if result.raw is None:
        raise FunctionError(f"{filename}: Template result is null; The result of the template is null")
    return result


def _templatefile(context: FunctionContext, functions: _Table, arguments: Sequence[Value], returns: Type) -> Value:
    path, variables = arguments
    if _rendering.get():
        raise FunctionError("cannot recursively call templatefile from inside another template function")
    source = read_text(context.base_directory, path.raw)
    return _render(context, functions, source, path.raw, _variables(variables, 1))


def _is_reference(expression: Expression) -> bool:
    while isinstance(expression, Parens):
        expression = expression.inner
    if isinstance(expression, IndexExpression):
        return _is_reference(expression.collection)
    if isinstance(expression, RelativeTraversal):
        return _is_reference(expression.source)
    return isinstance(expression, ScopeTraversal)


def _template_source(thunk: Thunk) -> Value:
    """The text of a template that is given by reference, as a string value. Raises `FunctionError`."""
    expression = thunk.expression
    if not _is_reference(expression):
        reason = (
            _LITERAL
            if isinstance(expression, Literal) and expression.value.type is STRING
            else _INLINE
            if isinstance(expression, (Template, TemplateWrap))
            else _NO_REFERENCE
        )
        raise FunctionError(f"invalid template expression: {reason}", 0)
    value = thunk()
    if value.type is not STRING and value.raw is not UNKNOWN:
        raise FunctionError("invalid template value: a string is required", 0)
    if value.raw is None:
        raise FunctionError("invalid template value: must not be null", 0)
    return value


def _templatestring(context: FunctionContext, functions: _Table, arguments: Sequence[Thunk], returns: Type) -> Value:
    if _rendering.get():
        raise FunctionError("cannot recursively call templatestring from inside another template function")
    variables = arguments[1]()
    template = _template_source(arguments[0])
    marks = template.marks
    if variables.raw is None:
        raise FunctionError("argument must not be null", 1)
    plain, more = unmark_deep(variables)
    marks = marks | more if template.marks or more else NO_MARKS
    if plain.raw is UNKNOWN and plain.type is DYNAMIC:
        return UNKNOWN_DYNAMIC.with_marks(marks)
    if template.raw is UNKNOWN or plain.raw is UNKNOWN:
        return unknown(STRING).never_null().with_marks(marks)
    rendered = _render(context, functions, template.raw, _TEMPLATE_NAME, _variables(plain, 1))
    try:
        return convert(rendered, STRING).with_marks(marks)
    except ConversionError as problem:
        raise FunctionError(f"invalid template result: {problem.message}") from None


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family, with the context's way to evaluate a template."""
    table = function_table(context)
    return (
        Function(
            "templatefile",
            (text("path", "the file"), anything("vars", "a map or object of variables")),
            DYNAMIC,
            partial(_templatefile, context, table),
            description="Renders a file as a template with the given variables.",
            example='templatefile("hello.tftpl", {name = "Ann"}) = "Hello, Ann"',
        ),
        Function(
            "templatestring",
            (text("template", "a reference to a string"), anything("vars", "a map or object of variables")),
            STRING,
            partial(_templatestring, context, table),
            description="Renders a string from elsewhere in the configuration as a template.",
            example='templatestring(local.greeting, {name = "Ann"}) = "Hello, Ann"',
            lazy=True,
        ),
    )
