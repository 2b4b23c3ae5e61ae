"""Functions on maps and objects."""

from __future__ import annotations

from collections.abc import Sequence

from iac.hcl.functions.sequences import sequence
from iac.hcl.functions.shorthand import EVERYTHING, anything
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Parameter
from iac.hcl.render import go_quote
from iac.values.convert import ConversionError, convert
from iac.values.types import (
    DYNAMIC,
    EMPTY_OBJECT,
    STRING,
    CollectionType,
    ObjectType,
    TupleType,
    Type,
    list_of,
    map_of,
    object_of,
    tuple_of,
    type_name,
)
from iac.values.value import (
    NO_MARKS,
    Value,
    list_value,
    map_value,
    object_value,
    string,
    unknown,
)


def _keys_type(arguments: Sequence[Value]) -> Type:
    ty = arguments[0].type
    if isinstance(ty, ObjectType):
        return tuple_of([STRING] * len(ty.attributes))
    if ty.kind == "map":
        return list_of(STRING)
    raise FunctionError("must have map or object type", 0)


def _keys(arguments: Sequence[Value], returns: Type) -> Value:
    (mapping,) = arguments
    if isinstance(mapping.type, ObjectType):
        names: list[str] = list(mapping.type.attributes)
    elif mapping.is_known:
        names = list(mapping.raw)
    else:
        return unknown(returns).with_marks(mapping.marks)
    return sequence(returns, [string(name) for name in names], mapping.marks)


def _lookup_type(arguments: Sequence[Value]) -> Type:
    if len(arguments) > 3:
        raise FunctionError(f"lookup() takes two or three arguments, got {len(arguments)}")
    mapping, key, *default = arguments
    ty = mapping.type
    if isinstance(ty, ObjectType):
        if not key.is_known:
            return DYNAMIC
        if key.raw in ty.attributes:
            return ty.attributes[key.raw]
        if default:
            return default[0].type
        raise FunctionError("the given object has no attribute {}", 0, go_quote(key.raw))
    if isinstance(ty, CollectionType) and ty.kind == "map":
        if default:
            try:
                convert(default[0], ty.element)
            except ConversionError:
                raise FunctionError("the default value must have the same type as the map elements", 2) from None
        return ty.element
    raise FunctionError("lookup() requires a map as the first argument", 0)


def _lookup(arguments: Sequence[Value], returns: Type) -> Value:
    mapping, key, *default = arguments
    marks = mapping.marks | key.marks
    if not mapping.is_known or not key.is_known:
        return unknown(returns).with_marks(marks)
    if key.raw in mapping.raw:
        found: Value = mapping.raw[key.raw]
        return found.with_marks(marks)
    if default:
        return convert(default[0], returns).with_marks(marks)
    raise FunctionError("lookup failed to find key {}", None, go_quote(key.raw))


def _merge_type(arguments: Sequence[Value]) -> Type:
    if not arguments:
        return EMPTY_OBJECT
    types = [a.type for a in arguments]
    attributes: dict[str, Type] = {}
    settled = True
    for argument in arguments:
        ty = argument.type
        if ty is DYNAMIC:
            return DYNAMIC
        if isinstance(ty, ObjectType):
            if not argument.is_null:
                attributes.update(ty.attributes)
        elif isinstance(ty, CollectionType) and ty.kind == "map":
            if not argument.is_known:
                settled = False
            elif not argument.is_null:
                attributes.update(dict.fromkeys(argument.raw, ty.element))
        else:
            raise FunctionError(f'arguments must be maps or objects, got "{type_name(ty)}"')
    if len(set(types)) == 1:
        return types[0]
    return object_of(attributes) if settled else DYNAMIC


def _merge(arguments: Sequence[Value], returns: Type) -> Value:
    marks = NO_MARKS.union(*(a.marks for a in arguments))
    present = [a for a in arguments if not a.is_null]
    merged: dict[str, Value] = {}
    for argument in present:
        if argument.type.kind not in ("map", "object"):
            raise FunctionError(f'arguments must be maps or objects, got "{type_name(argument.type)}"')
        merged.update(argument.raw)
    if isinstance(returns, CollectionType):
        return map_value(returns.element, merged).with_marks(marks)
    return object_value(merged).with_marks(marks)


def _transpose(arguments: Sequence[Value], returns: Type) -> Value:
    (mapping,) = arguments
    if not mapping.is_wholly_known:
        return unknown(returns)
    found: dict[str, list[str]] = {}
    for key, values in mapping.raw.items():
        if values.raw is None:
            raise FunctionError(f"the list for key {go_quote(key)} is null", 0)
        for value in values.raw:
            if value.raw is None:
                raise FunctionError(f"the list for key {go_quote(key)} contains a null", 0)
            found.setdefault(value.raw, []).append(key)
    strings = {key: list_value(STRING, map(string, sorted(names))) for key, names in found.items()}
    return map_value(list_of(STRING), strings)


def _values_type(arguments: Sequence[Value]) -> Type:
    ty = arguments[0].type
    if isinstance(ty, ObjectType):
        return tuple_of(ty.attributes.values())
    if isinstance(ty, CollectionType) and ty.kind == "map":
        return list_of(ty.element)
    raise FunctionError("values() requires a map as the first argument")


def _values(arguments: Sequence[Value], returns: Type) -> Value:
    (mapping,) = arguments
    return sequence(returns, list(mapping.raw.values()), mapping.marks)


def _zipmap_type(arguments: Sequence[Value]) -> Type:
    keys, values = arguments
    ty = values.type
    if isinstance(ty, CollectionType) and ty.kind == "list":
        return map_of(ty.element)
    if not isinstance(ty, TupleType):
        raise FunctionError("values argument must be a list or tuple value")
    if not keys.is_wholly_known:
        return DYNAMIC
    _check_keys(keys, len(ty.elements))
    return object_of({key.raw: part for key, part in zip(keys.raw, ty.elements, strict=True)})


def _check_keys(keys: Value, count: int) -> None:
    if len(keys.raw) != count:
        raise FunctionError(f"number of keys ({len(keys.raw)}) does not match number of values ({count})")
    for position, key in enumerate(keys.raw):
        if key.raw is None:
            raise FunctionError(f"keys list has null value at index {position}")


def _zipmap(arguments: Sequence[Value], returns: Type) -> Value:
    keys, values = arguments
    marks = keys.marks.union(values.marks, *(key.marks for key in keys.raw))
    if not keys.is_wholly_known:
        return unknown(returns).with_marks(marks)
    _check_keys(keys, len(values.raw))
    result = {key.raw: value for key, value in zip(keys.raw, values.raw, strict=True)}
    if isinstance(returns, CollectionType):
        return map_value(returns.element, result).with_marks(marks)
    return object_value(result).with_marks(marks)


_LISTS_BY_NAME = map_of(list_of(STRING))
_FUNCTIONS = (
    Function(
        "keys",
        (anything("inputMap", "a map or object", allow_unknown=True, allow_marked=True),),
        _keys_type,
        _keys,
        description="The keys of a map or object, sorted.",
        example='keys({b = 1, a = 2}) = ["a", "b"]',
    ),
    Function(
        "lookup",
        (
            anything("inputMap", "a map or object", allow_unknown=True, allow_marked=True),
            Parameter("key", STRING, allow_unknown=True, allow_marked=True, description="the key"),
        ),
        _lookup_type,
        _lookup,
        variadic=anything("default", "the result when the key is not there", **EVERYTHING),
        description="The element of a map under a key, or a default.",
        example='lookup({a = "ay"}, "b", "none") = "none"',
        nullable=True,
    ),
    Function(
        "merge",
        (),
        _merge_type,
        _merge,
        variadic=anything("maps", "maps or objects", allow_null=True, allow_dynamic=True, allow_marked=True),
        description="Puts maps or objects together; for a repeated key the last one wins.",
        example="merge({a = 1}, {a = 2, b = 3}) = {a = 2, b = 3}",
    ),
    Function(
        "transpose",
        (Parameter("values", _LISTS_BY_NAME, description="a map of lists of strings"),),
        _LISTS_BY_NAME,
        _transpose,
        description="Exchanges keys and elements of a map of lists of strings.",
        example='transpose({a = ["1", "2"], b = ["2"]}) = {"1" = ["a"], "2" = ["a", "b"]}',
    ),
    Function(
        "values",
        (anything("mapping", "a map or object", allow_marked=True),),
        _values_type,
        _values,
        description="The values of a map or object, in the order of its keys.",
        example="values({b = 1, a = 2}) = [2, 1]",
    ),
    Function(
        "zipmap",
        (
            Parameter("keys", list_of(STRING), allow_marked=True, description="the keys"),
            anything("values", "a value for each key", allow_marked=True),
        ),
        _zipmap_type,
        _zipmap,
        description="Makes a map of a list of keys and a list of values.",
        example='zipmap(["a", "b"], [1, 2]) = {a = 1, b = 2}',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
