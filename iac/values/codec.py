"""Values to JSON and back, and text forms of strings.

The JSON is cty's: lists, sets and tuples are arrays, maps and objects are objects, numbers are JSON numbers
with all their digits, null is null. Marks are not in it; they travel beside it, by path. Canonical JSON
(RFC 8785 for everything a double can hold; longer numbers in their shortest plain decimal) is what is stored
and hashed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from iac.values import numbers
from iac.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    CollectionType,
    ObjectType,
    TupleType,
    Type,
    list_of,
    map_of,
    type_from_json,
    type_to_json,
)
from iac.values.value import (
    UNKNOWN,
    Value,
    boolean,
    list_value,
    map_value,
    null,
    object_value,
    set_value,
    string,
    tuple_value,
)


class ExactNumber:
    """A JSON number with more digits than a double holds; `text` is written as it is."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExactNumber) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text

    def __deepcopy__(self, memo: object) -> ExactNumber:
        return self


def number_to_json(value: numbers.Number) -> int | float | ExactNumber:
    """A JSON number: an int, a float when the shortest decimal is the same, else an `ExactNumber`."""
    if type(value) is int:
        return value
    text = numbers.format_number(value)
    approximate = float(value)
    if math.isfinite(approximate) and numbers.format_number(numbers.parse(repr(approximate))) == text:
        return approximate
    return ExactNumber(text)


def to_json(value: Value, unknown: Callable[[Value], Any] | None = None) -> Any:
    """The JSON form of a value as Python data. `unknown` says what stands for an unknown part.

    Raises ValueError for an unknown part when `unknown` is not given.
    """
    raw = value.raw
    kind = raw.__class__
    if kind is tuple:
        return [to_json(e, unknown) for e in raw]
    if kind is dict:
        return {k: to_json(e, unknown) for k, e in raw.items()}
    if raw is UNKNOWN:
        if unknown is None:
            raise ValueError("an unknown value has no JSON form")
        return unknown(value)
    if value.type is NUMBER and kind is not int and raw is not None:
        return number_to_json(raw)
    return raw


def from_json(raw: Any, ty: Type) -> Value:
    """The value of type `ty` that JSON data describes. Raises ValueError when it does not fit.

    Where `ty` is `any`, the type is implied by the data: arrays become tuples, objects objects.
    """
    if raw is None:
        return null(ty)
    if ty is DYNAMIC:
        return implied(raw)
    if ty is STRING and isinstance(raw, str):
        return string(raw)
    if ty is BOOL and isinstance(raw, bool):
        return boolean(raw)
    if ty is NUMBER and not isinstance(raw, (str, bool, list, dict)):
        return Value(NUMBER, _number_from_json(raw))
    if isinstance(ty, ObjectType) and isinstance(raw, dict):
        unknown_names = raw.keys() - ty.attributes.keys()
        if unknown_names:
            raise ValueError(f"unsupported attribute {sorted(unknown_names)[0]!r}")
    return structure(raw, ty, from_json)


def structure(raw: Any, ty: Type, part: Callable[[Any, Type], Value]) -> Value:
    """The collection, object or tuple of type `ty` from data in a list or dict, each part read by `part`. Raises
    ValueError when it does not fit. Attributes that are not there are read from None."""
    if isinstance(ty, CollectionType):
        if ty.kind == "map" and isinstance(raw, dict):
            parts = {k: part(v, ty.element) for k, v in raw.items()}
            return map_value(_element(list(parts.values()), ty.element), parts)
        if ty.kind != "map" and isinstance(raw, list):
            items = [part(v, ty.element) for v in raw]
            make = list_value if ty.kind == "list" else set_value
            return make(_element(items, ty.element), items)
    if isinstance(ty, ObjectType) and isinstance(raw, dict):
        parts = {n: part(raw.get(n), t) for n, t in ty.attributes.items()}
        if not ty.optional and all(v.type is t for v, t in zip(parts.values(), ty.attributes.values(), strict=True)):
            return Value(ty, parts)
        return object_value(parts)
    if isinstance(ty, TupleType) and isinstance(raw, list) and len(raw) == len(ty.elements):
        return tuple_value(part(v, t) for v, t in zip(raw, ty.elements, strict=True))
    raise ValueError(f"{ty!r} required")


def _element(parts: Sequence[Value], element: Type) -> Type:
    # Where the element type is any, the elements say what it is.
    return parts[0].type if element.has_dynamic and parts else element


def _number_from_json(raw: Any) -> numbers.Number:
    if type(raw) is int:
        return numbers.normal(raw)
    return numbers.parse(raw.text if isinstance(raw, ExactNumber) else repr(raw))


def implied(raw: Any) -> Value:
    """The value that JSON data means on its own (as `jsondecode` gives it)."""
    if raw is None:
        return null()
    if isinstance(raw, bool):
        return boolean(raw)
    if isinstance(raw, str):
        return string(raw)
    if isinstance(raw, list):
        return tuple_value(implied(v) for v in raw)
    if isinstance(raw, dict):
        return object_value({string(k).raw: implied(v) for k, v in raw.items()})
    return Value(NUMBER, _number_from_json(raw))


def typed_to_json(value: Value, ty: Type) -> Any:
    """Like `to_json` for a place declared as `ty`: where that is `any`, the type is written beside the value
    (`{"value": ..., "type": ...}`, as in Terraform's state), so that list and tuple are told apart again."""
    if not ty.has_dynamic or value.raw is None:
        if value.raw is None and ty is DYNAMIC and value.type is not DYNAMIC:
            return {"value": None, "type": type_to_json(value.type)}
        return to_json(value)
    if ty is DYNAMIC:
        return {"value": to_json(value), "type": type_to_json(value.type)}
    if isinstance(ty, ObjectType):
        return {n: typed_to_json(v, ty.attributes[n]) for n, v in value.raw.items()}
    if isinstance(ty, TupleType):
        return [typed_to_json(v, t) for v, t in zip(value.raw, ty.elements, strict=True)]
    assert isinstance(ty, CollectionType)
    if ty.kind == "map":
        return {k: typed_to_json(v, ty.element) for k, v in value.raw.items()}
    return [typed_to_json(v, ty.element) for v in value.raw]


def typed_from_json(raw: Any, ty: Type) -> Value:
    """The reverse of `typed_to_json`."""
    if not ty.has_dynamic:
        return from_json(raw, ty)
    if raw is None:
        return null(ty)
    if ty is DYNAMIC:
        if not isinstance(raw, dict) or raw.keys() != {"value", "type"}:
            raise ValueError("a value with its type is required")
        return from_json(raw["value"], type_from_json(raw["type"]))
    if isinstance(ty, ObjectType):
        return object_value({n: typed_from_json(raw.get(n), t) for n, t in ty.attributes.items()})
    if isinstance(ty, TupleType):
        return tuple_value(typed_from_json(v, t) for v, t in zip(raw, ty.elements, strict=True))
    assert isinstance(ty, CollectionType)
    if ty.kind == "map":
        parts = {k: typed_from_json(v, ty.element) for k, v in raw.items()}
        return Value(map_of(ty.element), parts)
    items = tuple(typed_from_json(v, ty.element) for v in raw)
    return Value(list_of(ty.element) if ty.kind == "list" else ty, items)


# --- JSON text -------------------------------------------------------------------------------------------

_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")


def _parse_float(text: str) -> float | ExactNumber:
    value = float(text)
    if math.isfinite(value) and numbers.parse(repr(value)) == numbers.parse(text):
        return value
    return ExactNumber(numbers.format_number(numbers.parse(text)))


def loads(text: str | bytes) -> Any:
    """Parses JSON, keeping every digit of numbers (`ExactNumber`). Raises `json.JSONDecodeError`."""
    decoded = text if isinstance(text, str) else text.decode()
    try:
        return _DECODER.decode(decoded)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of more digits than Python converts, such as 1e5000 is stored as
        return _DECODER_OF_LONG_INTEGERS.decode(decoded)


def _parse_integer(text: str) -> int | ExactNumber:
    return int(text) if len(text) < _MANY_DIGITS else ExactNumber(numbers.format_number(numbers.parse(text)))


_MANY_DIGITS = 640
"""Fewer digits than this Python always converts, whatever `sys.set_int_max_str_digits` says."""

_DECODER = json.JSONDecoder(parse_float=_parse_float)
_DECODER_OF_LONG_INTEGERS = json.JSONDecoder(parse_float=_parse_float, parse_int=_parse_integer)


class _InexactError(Exception):
    pass


def _refuse(value: object) -> Any:
    raise _InexactError


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_refuse)


def canonical(data: Any) -> str:
    """Canonical JSON text (RFC 8785): no white space, members sorted by UTF-16, shortest numbers."""
    try:
        text = _ENCODER.encode(data)
    except _InexactError:
        return _canonical_slow(data)
    if _has_float(data) or _BEYOND_BMP.search(text):
        return _canonical_slow(data)
    return text


def _has_float(data: Any) -> bool:
    kind = data.__class__
    if kind is dict:
        return any(map(_has_float, data.values()))
    if kind is list or kind is tuple:
        return any(map(_has_float, data))
    return kind is float


def _canonical_slow(data: Any) -> str:
    if isinstance(data, ExactNumber):
        return data.text
    if isinstance(data, float):
        return _ecmascript_number(data)
    if isinstance(data, dict):
        members = sorted(data.items(), key=lambda item: item[0].encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_canonical_slow(v)}" for k, v in members) + "}"
    if isinstance(data, (list, tuple)):
        return "[" + ",".join(map(_canonical_slow, data)) + "]"
    return json.dumps(data, ensure_ascii=False)


def _ecmascript_number(value: float) -> str:
    """A double as ECMAScript writes it (RFC 8785, 3.2.2.3)."""
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    power = int(exponent)
    if -6 <= power < 0:
        return f"{value:.{-power - 1 + len(mantissa.replace('.', '').lstrip('-'))}f}"
    return f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"


def line(data: Any) -> str:
    """JSON text on one line, members in the order they have."""
    if _contains_exact(data):
        return _line_exact(data)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _line_exact(data: Any) -> str:
    if isinstance(data, ExactNumber):
        return data.text
    if isinstance(data, dict):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_line_exact(v)}" for k, v in data.items()) + "}"
    if isinstance(data, (list, tuple)):
        return "[" + ",".join(map(_line_exact, data)) + "]"
    return json.dumps(data, ensure_ascii=False)


def pretty(data: Any, indent: int = 2) -> str:
    """JSON text for people, members in the order they have."""
    if _contains_exact(data):
        return _pretty_exact(data, indent, 0)
    return json.dumps(data, ensure_ascii=False, indent=indent)


def _contains_exact(data: Any) -> bool:
    if isinstance(data, dict):
        return any(map(_contains_exact, data.values()))
    if isinstance(data, (list, tuple)):
        return any(map(_contains_exact, data))
    return isinstance(data, ExactNumber)


def _pretty_exact(data: Any, indent: int, level: int) -> str:
    if isinstance(data, ExactNumber):
        return data.text
    pad, end = "\n" + " " * indent * (level + 1), "\n" + " " * indent * level
    if isinstance(data, dict) and data:
        items = (f"{json.dumps(k, ensure_ascii=False)}: {_pretty_exact(v, indent, level + 1)}" for k, v in data.items())
        return "{" + pad + f",{pad}".join(items) + end + "}"
    if isinstance(data, (list, tuple)) and data:
        return "[" + pad + f",{pad}".join(_pretty_exact(v, indent, level + 1) for v in data) + end + "]"
    return json.dumps(data, ensure_ascii=False)


_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_SPECIAL = re.compile(r'[\n\r\t"\\]|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|[$%](?=\{)')


def quote(text: str) -> str:
    """The string as an HCL literal: quoted, control characters escaped, `${` and `%{` doubled."""

    def escape(match: re.Match[str]) -> str:
        char = match.group()
        if char in "$%":
            return char * 2
        return _ESCAPES.get(char) or f"\\u{ord(char):04x}"

    return '"' + _SPECIAL.sub(escape, text) + '"'
