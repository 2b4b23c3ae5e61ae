"""`type(value)`, the function that only the console has: the type of a value, for people to read.

Its result is a text that carries a mark, wherever it goes: so the console tells `type(1)`, which it shows without
quotes, from a string, and refuses to use a type inside of another expression. The form is that of Terraform's console.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from iac.diagnostics import DiagnosticsError, error
from iac.hcl.functions.registry import CORE
from iac.hcl.functions.shorthand import EVERYTHING, anything
from iac.hcl.functions.spec import Function
from iac.hcl.render import render_value
from iac.values.types import STRING, CollectionType, ObjectType, TupleType, Type, object_of, tuple_of
from iac.values.value import Value, all_marks

_MARK: Final = "type"
_INDENT: Final = "    "


_TYPE: Final = Type("type")
"""What a type is said to be itself."""


def _type(arguments: Sequence[Any], returns: Type) -> Value:
    return Value(STRING, render_type(_type_of(arguments[0])), frozenset({_MARK}))


def _type_of(value: Value) -> Type:
    """The type of a value, in which types may stand."""
    if _MARK not in all_marks(value):
        return value.type
    if value.raw.__class__ is tuple and isinstance(value.type, TupleType):
        return tuple_of(map(_type_of, value.raw))
    if value.raw.__class__ is dict and isinstance(value.type, ObjectType):
        return object_of({name: _type_of(part) for name, part in value.raw.items()})
    return _TYPE if value.type is STRING else value.type


TYPE_FUNCTION: Final = Function(
    "type",
    (anything("value", "any value", **EVERYTHING),),
    STRING,
    _type,
    description="The type of a value; in the console alone.",
    example='type("a") = string',
)


_NAMES: Final = (TYPE_FUNCTION.name, f"{CORE}{TYPE_FUNCTION.name}")


class _WithType(Mapping[str, Function]):
    """A table of functions with one more, so that looking at it loads no family."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions

    def __getitem__(self, name: str) -> Function:
        return TYPE_FUNCTION if name in _NAMES else self._functions[name]

    def __contains__(self, name: object) -> bool:
        return name in _NAMES or name in self._functions

    def __iter__(self) -> Iterator[str]:
        yield from self._functions
        yield TYPE_FUNCTION.name

    def __len__(self) -> int:
        return len(self._functions) + 1


def with_type_function(functions: Mapping[str, Function]) -> Mapping[str, Function]:
    """The functions, and `type`."""
    return _WithType(functions)


def render_type(ty: Type, indent: int = 0) -> str:
    """A type over several lines, as `type` shows it."""
    pad = _INDENT * (indent + 1)
    end = _INDENT * indent
    if isinstance(ty, CollectionType):
        if isinstance(ty.element, (ObjectType, TupleType)):
            return f"{ty.kind}(\n{pad}{render_type(ty.element, indent + 1)},\n{end})"
        return f"{ty.kind}({render_type(ty.element, indent)})"
    if isinstance(ty, ObjectType):
        if not ty.attributes:
            return "object({})"
        lines = [f"{pad}{name}: {render_type(t, indent + 1)},\n" for name, t in ty.attributes.items()]
        return f"object({{\n{''.join(lines)}{end}}})"
    if isinstance(ty, TupleType):
        if not ty.elements:
            return "tuple([])"
        lines = [f"{pad}{render_type(t, indent + 1)},\n" for t in ty.elements]
        return f"tuple([\n{''.join(lines)}{end}])"
    return ty.kind


def render_result(value: Value) -> str:
    """What the console prints for a value: a type as it is, everything else as `render_value` has it.

    Raises `DiagnosticsError` where the result of `type` is a part of something else.
    """
    if _MARK not in all_marks(value):
        return render_value(value)
    if value.type is STRING and value.is_known and value.marks == {_MARK}:
        return str(value.raw)
    raise DiagnosticsError(
        error(
            "Invalid use of type function",
            'The console-only "type" function cannot be used as part of an expression.',
        )
    )
