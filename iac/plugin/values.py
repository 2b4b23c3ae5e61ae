"""Values as the protocol carries them: MessagePack after cty's rules, guided by the type.

Unknown values are extension 0; a refined unknown value (extension 12) is read as an unknown one, because what it is
refined by is not needed to plan. Where the type is `any`, a value comes in an array with its type. Marks have no
place in the protocol: Terraform keeps them to itself.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgpack

from iac.plugin.messages import message
from iac.values import numbers
from iac.values.codec import number_to_json, structure
from iac.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    CollectionType,
    ObjectType,
    TupleType,
    Type,
    type_from_json,
    type_to_json,
)
from iac.values.value import (
    UNKNOWN,
    Value,
    boolean,
    null,
    string,
    unknown,
)

_UNKNOWN_EXTENSION: Final = msgpack.ExtType(0, b"\0")
_LOWEST, _HIGHEST = -(1 << 63), (1 << 64) - 1


def encode(value: Value, ty: Type) -> Any:
    """The message `DynamicValue` of a value at a place of type `ty`."""
    return message("DynamicValue", msgpack=msgpack.packb(_encoded(value, ty)))


def decode(dynamic: Any, ty: Type) -> Value:
    """The value of type `ty` in a message `DynamicValue`; null when the message is empty.

    Raises ValueError when it does not fit the type.
    """
    if not dynamic.msgpack:
        if dynamic.json:
            raise ValueError("a value in MessagePack is required")
        return null(ty)
    return _decoded(msgpack.unpackb(dynamic.msgpack, ext_hook=_extension, strict_map_key=False), ty)


def _extension(code: int, data: bytes) -> Any:
    return UNKNOWN


def _encoded(value: Value, ty: Type) -> Any:
    raw = value.raw
    if ty is DYNAMIC and value.type is not DYNAMIC:
        return [json.dumps(type_to_json(value.type)).encode(), _encoded(value, value.type)]
    if raw is UNKNOWN:
        return _UNKNOWN_EXTENSION
    if raw is None:
        return None
    if ty is NUMBER:
        return _number(raw)
    if isinstance(ty, ObjectType):
        return {name: _encoded(part, ty.attributes[name]) for name, part in raw.items()}
    if isinstance(ty, TupleType):
        return [_encoded(part, t) for part, t in zip(raw, ty.elements, strict=True)]
    if isinstance(ty, CollectionType):
        if ty.kind == "map":
            return {key: _encoded(part, ty.element) for key, part in raw.items()}
        return [_encoded(part, ty.element) for part in raw]
    return raw


def _number(raw: numbers.Number) -> int | float | str:
    """An integer or a double where that is exact, else decimal digits."""
    if type(raw) is int:
        return raw if _LOWEST <= raw <= _HIGHEST else str(raw)
    if numbers.is_infinite(raw):
        return float(raw)
    plain = number_to_json(raw)
    return plain if isinstance(plain, float) and numbers.from_float(plain) == raw else numbers.format_number(raw)


def _decoded(raw: Any, ty: Type) -> Value:
    if raw is None:
        return null(ty)
    if raw is UNKNOWN:
        return unknown(ty)
    if ty is DYNAMIC:
        type_json, inner = raw
        return _decoded(inner, type_from_json(json.loads(type_json)))
    if ty is STRING and isinstance(raw, str):
        return string(raw)
    if ty is BOOL and isinstance(raw, bool):
        return boolean(raw)
    if ty is NUMBER and not isinstance(raw, bool):
        return _decoded_number(raw)
    if isinstance(ty, ObjectType) and isinstance(raw, dict) and raw.keys() != ty.attributes.keys():
        raise ValueError(f"the attributes {sorted(ty.attributes)} are required, and there are {sorted(raw)}")
    return structure(raw, ty, _decoded)


def _decoded_number(raw: Any) -> Value:
    if isinstance(raw, int):
        return Value(NUMBER, numbers.normal(raw))
    if isinstance(raw, float):
        return Value(NUMBER, numbers.from_float(raw))
    return Value(NUMBER, numbers.parse(raw))
