"""Functions of the built-in provider `terraform`: values to text of the language, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.hcl.functions.shorthand import anything, text
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError
from iac.hcl.functions.templates import in_words
from iac.values import numbers
from iac.values.codec import quote
from iac.values.types import DYNAMIC, STRING, Type
from iac.values.value import Value, object_value, string, unknown

_NAMESPACE = "provider::terraform::"
_FILE_NAME = "<decode_tfvars argument>"
_IDENTIFIER = re.compile(r"[^\W\d][\w-]*\Z")
_INDENT = "  "


def expression_text(value: Value, level: int = 0) -> str:
    """The value as an expression, laid out as `terraform fmt` would: objects over several lines."""
    raw = value.raw
    if raw is None:
        return "null"
    if raw.__class__ is str:
        return quote(raw)
    if raw.__class__ is bool:
        return "true" if raw else "false"
    if raw.__class__ is tuple:
        return "[" + ", ".join(expression_text(part, level) for part in raw) + "]"
    if raw.__class__ is dict:
        if not raw:
            return "{}"
        pad = _INDENT * (level + 1)
        lines = "".join(f"{pad}{line}\n" for line in _assignments(raw, level + 1))
        return f"{{\n{lines}{_INDENT * level}}}"
    return numbers.format_number(raw)


def _assignments(parts: dict[str, Value], level: int) -> Iterator[str]:
    """`key = value` for each part; the equals signs of neighbours that take one line are aligned."""
    rows = [
        (key if _IDENTIFIER.match(key) else quote(key), expression_text(part, level)) for key, part in parts.items()
    ]
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and "\n" not in rows[end][1]:
            end += 1
        group = rows[start:end] or [rows[start]]
        width = max(len(key) for key, _ in group)
        for key, body in group:
            yield f"{key.ljust(width)} = {body}"
        start += len(group)


def _encode_expr(arguments: Sequence[Value], returns: Type) -> Value:
    (value,) = arguments
    return string(expression_text(value)) if value.is_wholly_known else unknown(STRING)


def _encode_tfvars(arguments: Sequence[Value], returns: Type) -> Value:
    (value,) = arguments
    if value.type.kind not in ("object", "map"):
        raise FunctionError(
            "invalid value to encode: must be an object whose attribute names will become the encoded variable names"
        )
    if not value.is_wholly_known:
        return unknown(STRING)
    for name in value.raw:
        if not _IDENTIFIER.match(name):
            raise FunctionError(
                f"invalid variable name {quote(name)}: must be a valid identifier, per Terraform's rules for "
                "input variable declarations"
            )
    return string("".join(f"{line}\n" for line in _assignments(value.raw, 0)))


def _refuse(what: str, diagnostics: Sequence[Diagnostic]) -> None:
    if diagnostics:
        raise FunctionError(f"{what}: {in_words(diagnostics)}")


def _decode_tfvars(arguments: Sequence[Value], returns: Type) -> Value:
    from iac.hcl.evaluate import evaluate
    from iac.hcl.parser import parse_native
    from iac.hcl.scope import EMPTY_SCOPE

    file, diagnostics = parse_native(arguments[0].raw.encode(), _FILE_NAME)
    _refuse("invalid tfvars syntax", diagnostics)
    attributes, diagnostics = file.body.just_attributes()
    _refuse("invalid tfvars content", diagnostics)
    values: dict[str, Value] = {}
    for name, attribute in attributes.items():
        try:
            values[name] = evaluate(attribute.expression, EMPTY_SCOPE)
        except DiagnosticsError as problem:
            _refuse(f"invalid expression for variable {quote(name)}", problem.diagnostics)
    return object_value(values)


_FUNCTIONS = (
    Function(
        f"{_NAMESPACE}decode_tfvars",
        (text("src", "the contents of a .tfvars file"),),
        DYNAMIC,
        _decode_tfvars,
        description="Reads a text in the syntax of .tfvars files: an object of its variables.",
        example='provider::terraform::decode_tfvars("a = 1") = {a = 1}',
    ),
    Function(
        f"{_NAMESPACE}encode_expr",
        (anything("value", "any value"),),
        STRING,
        _encode_expr,
        description="Writes a value as an expression of the language.",
        example='provider::terraform::encode_expr(["a", 1]) = "[\\"a\\", 1]"',
    ),
    Function(
        f"{_NAMESPACE}encode_tfvars",
        (anything("value", "an object"),),
        STRING,
        _encode_tfvars,
        description="Writes an object as the contents of a .tfvars file.",
        example='provider::terraform::encode_tfvars({a = 1}) = "a = 1\\n"',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family, under their full names."""
    return _FUNCTIONS
