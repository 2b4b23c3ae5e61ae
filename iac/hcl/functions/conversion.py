"""Conversion between types, marks, and the two functions that catch errors: `try` and `can`."""

from __future__ import annotations

from collections.abc import Sequence

from iac.diagnostics import Diagnostic, DiagnosticsError, SourceRange
from iac.hcl.functions.shorthand import EVERYTHING, anything
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Implementation, Thunk
from iac.hcl.render import go_quote
from iac.values.convert import ConversionError, convert
from iac.values.paths import Path, transform
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING, Type, constraint_name, list_of, map_of, set_of, type_name
from iac.values.unify import convertible
from iac.values.value import (
    EPHEMERAL,
    FALSE,
    ONLY_SENSITIVE,
    SENSITIVE,
    TRUE,
    UNKNOWN,
    UNKNOWN_DYNAMIC,
    Value,
    all_marks,
    null,
    unknown,
)


def _converter(want: Type) -> Implementation:
    def implementation(arguments: Sequence[Value], returns: Type) -> Value:
        (value,) = arguments
        if not convertible(value.type, want, unsafe=True):
            raise FunctionError(f"cannot convert {type_name(value.type)} to {constraint_name(want)}", 0)
        if value.raw is UNKNOWN:
            return unknown(want).with_marks(value.marks)
        try:
            return convert(value, want)
        except ConversionError:
            raise _no_conversion(value, want) from None

    return implementation


def _no_conversion(value: Value, want: Type) -> FunctionError:
    have = type_name(value.type)
    if SENSITIVE in all_marks(value):
        return FunctionError(f"cannot convert this sensitive {have} to {constraint_name(want)}", 0)
    if value.type is STRING and want is BOOL:
        return FunctionError(
            f'cannot convert {go_quote(value.raw)} to bool; only the strings "true" or "false" are allowed', 0
        )
    if value.type is STRING and want is NUMBER:
        text = go_quote(value.raw)
        return FunctionError(
            f"cannot convert {text} to number; given string must be a decimal representation of a number", 0
        )
    return FunctionError(f"cannot convert {have} to {constraint_name(want)}", 0)


def _same_type(arguments: Sequence[Value]) -> Type:
    return arguments[0].type


def _sensitive(arguments: Sequence[Value], returns: Type) -> Value:
    return arguments[0].with_marks(ONLY_SENSITIVE)


def _nonsensitive(arguments: Sequence[Value], returns: Type) -> Value:
    (value,) = arguments
    return value.without_own_marks().with_marks(value.marks - ONLY_SENSITIVE)


def _issensitive(arguments: Sequence[Value], returns: Type) -> Value:
    (value,) = arguments
    if value.is_sensitive:
        return TRUE
    return FALSE if value.is_known else unknown(BOOL)


def _ephemeralasnull(arguments: Sequence[Value], returns: Type) -> Value:
    def replace(path: Path, part: Value) -> Value:
        if EPHEMERAL not in part.marks:
            return part
        # An unknown one stays unknown: its type may not be settled yet.
        empty = unknown(part.type) if part.raw is UNKNOWN else null(part.type)
        return empty.with_marks(part.marks - {EPHEMERAL})

    return transform(arguments[0], replace)


def _try(arguments: Sequence[Thunk], returns: Type) -> Value:
    if not arguments:
        raise FunctionError("at least one argument is required")
    problems: list[Diagnostic] = []
    for thunk in arguments:
        try:
            value = thunk()
        except DiagnosticsError as problem:
            problems += problem.diagnostics
            continue
        # Something unknown may yet turn out to be an error, so nothing can be said about the result.
        return value if value.is_wholly_known else UNKNOWN_DYNAMIC.with_marks(all_marks(value))
    raise FunctionError(_no_success(problems))


def _no_success(problems: Sequence[Diagnostic]) -> str:
    listed = "\n".join(f"- {problem.summary}{_at(problem.subject)}\n  {problem.detail}" for problem in problems)
    return f"no expression succeeded:\n{listed}\n\nAt least one expression must produce a successful result"


def _at(place: SourceRange | None) -> str:
    if place is None:
        return ""
    end = place.end
    last = f"{end.column}" if end.line == place.start.line else f"{end.line},{end.column}"
    return f" (at {place}-{last})"


def _can(arguments: Sequence[Thunk], returns: Type) -> Value:
    try:
        value = arguments[0]()
    except DiagnosticsError:
        return FALSE
    return TRUE if value.is_wholly_known else unknown(BOOL)


_VALUE = anything("value", "any value", **EVERYTHING)
_TYPES: tuple[tuple[str, Type, str, str], ...] = (
    ("tobool", BOOL, "Converts a value to a bool.", 'tobool("true") = true'),
    ("tolist", list_of(DYNAMIC), "Converts a value to a list.", 'tolist(["a", 1]) = ["a", "1"]'),
    ("tomap", map_of(DYNAMIC), "Converts a value to a map.", "tomap({a = 1}) = {a = 1}"),
    ("tonumber", NUMBER, "Converts a value to a number.", 'tonumber("1") = 1'),
    ("toset", set_of(DYNAMIC), "Converts a value to a set.", 'toset(["b", "a", "b"]) = ["a", "b"]'),
    ("tostring", STRING, "Converts a value to a string.", 'tostring(1) = "1"'),
)
_FUNCTIONS = (
    *(
        Function(
            name,
            (anything("v", "the value", **EVERYTHING),),
            want if not want.has_dynamic else DYNAMIC,
            _converter(want),
            description=description,
            example=example,
            nullable=True,
        )
        for name, want, description, example in _TYPES
    ),
    Function(
        "can",
        (anything("expression", "what to try"),),
        BOOL,
        _can,
        description="Tells whether an expression can be evaluated without an error.",
        example="can(local.settings.name) = false",
        lazy=True,
    ),
    Function(
        "ephemeralasnull",
        (_VALUE,),
        _same_type,
        _ephemeralasnull,
        description="The value with everything ephemeral in it replaced by null.",
        example="ephemeralasnull(var.token) = null",
        nullable=True,
    ),
    Function(
        "issensitive",
        (_VALUE,),
        BOOL,
        _issensitive,
        description="Tells whether a value is marked as sensitive.",
        example="issensitive(sensitive(1)) = true",
        nullable=True,
    ),
    Function(
        "nonsensitive",
        (_VALUE,),
        _same_type,
        _nonsensitive,
        description="The value without its mark as sensitive.",
        example="nonsensitive(sensitive(1)) = 1",
        nullable=True,
    ),
    Function(
        "sensitive",
        (_VALUE,),
        _same_type,
        _sensitive,
        description="The value, marked as sensitive.",
        example="sensitive(1) = (sensitive value)",
        nullable=True,
    ),
    Function(
        "try",
        (),
        DYNAMIC,
        _try,
        variadic=anything("expressions", "what to try, in order"),
        description="The first of several expressions that can be evaluated without an error.",
        example='try(local.settings.name, "none") = "none"',
        lazy=True,
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
