"""Values as text for people: in full as `terraform console` shows them, and in a few words for diagnostics.

Nothing sensitive or ephemeral is ever shown.
"""

from __future__ import annotations

from iac.values import numbers
from iac.values.types import BOOL, NUMBER, STRING, ObjectType, Type, type_name
from iac.values.value import EPHEMERAL, SENSITIVE, UNKNOWN, Value

_GO_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


def go_quote(text: str) -> str:
    """The text in quotes with escapes as Go's `%q` has them, which is what Terraform's messages use."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{"".join(map(go_escape, text))}"'


def go_escape(char: str) -> str:
    """A character as it stands between such quotes."""
    known = _GO_ESCAPES.get(char)
    if known is not None:
        return known
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def render_value(value: Value) -> str:
    """The value as `terraform console` prints it."""
    return _render(value, 0)


def _render(value: Value, indent: int) -> str:
    if SENSITIVE in value.marks:
        return "(sensitive value)"
    if EPHEMERAL in value.marks:
        return "(ephemeral value)"
    raw, ty = value.raw, value.type
    if raw is UNKNOWN:
        return "(known after apply)"
    if raw is None:
        return _null(ty)
    if ty is STRING:
        return _string(raw, indent)
    if ty is NUMBER:
        return numbers.format_number(raw)
    if ty is BOOL:
        return "true" if raw else "false"
    if raw.__class__ is dict:
        text = _members(value, indent)
    else:
        text = _elements(value, indent)
    return f"to{ty.kind}({text})" if ty.is_collection else text


def _null(ty: Type) -> str:
    if ty.is_primitive:
        return f"to{ty.kind}(null)"
    if ty.is_collection:
        return f"to{ty.kind}(null) /* of {type_name(ty.element)} */"  # type: ignore[attr-defined]  # a collection
    return "null" if ty.kind == "dynamic" else f"null /* {type_name(ty)} */"


def _string(text: str, indent: int) -> str:
    lines = text.split("\n")
    if len(lines) < 2:
        return go_quote(text)
    pad = " " * indent
    start = "<<-EOT" if indent else "<<EOT"
    return "\n".join([start, *(pad + line for line in lines), f"{pad}EOT"])


def _members(value: Value, indent: int) -> str:
    if not value.raw:
        return "{}"
    pad = " " * (indent + 2)
    lines = [f"{pad}{_string(k, indent + 2)} = {_render(v, indent + 2)}" for k, v in value.raw.items()]
    return "\n".join(["{", *lines, " " * indent + "}"])


def _elements(value: Value, indent: int) -> str:
    if not value.raw:
        return "[]"
    pad = " " * (indent + 2)
    lines = [f"{pad}{_render(v, indent + 2)}," for v in value.raw]
    return "\n".join(["[", *lines, " " * indent + "]"])


def brief(value: Value) -> str:
    """The value in a few words, as the list of values beside a failed expression has it: `object with 2
    attributes`. Shows no part of a container, so that marks inside it need no care."""
    if SENSITIVE in value.marks:
        return "(sensitive value)"
    if EPHEMERAL in value.marks:
        return "(ephemeral value)"
    raw, ty = value.raw, value.type
    if raw is UNKNOWN:
        return f"a {type_name(ty)}"
    if raw is None:
        return "null"
    if ty is STRING:
        return go_quote(raw)
    if ty is NUMBER:
        return brief_number(raw)
    if ty is BOOL:
        return "true" if raw else "false"
    count = len(raw)
    if isinstance(ty, ObjectType):
        if count == 1:
            return f"object with 1 attribute {go_quote(next(iter(raw)))}"
        return f"object with {count or 'no'} attributes"
    name = type_name(ty)
    if not count:
        return f"empty {name}"
    return f"{name} with {count} element{'s' if count > 1 else ''}"


def brief_number(value: numbers.Number) -> str:
    """A number with ten digits at most, as Go's `%.10g` has it."""
    if type(value) is int and abs(value) < 10**10:
        return str(value)
    if numbers.is_infinite(value):
        return numbers.format_number(value)
    text = f"{value:.10g}" if type(value) is int else format(value, ".10g")
    if "e" not in text and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text
