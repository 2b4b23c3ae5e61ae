"""Literals, templates, and written-out tuples and objects."""

from __future__ import annotations

from collections.abc import Sequence

from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.hcl.evaluation.code import (
    Code,
    Compiled,
    Frame,
    Locals,
    Place,
    compile_all,
    compile_node,
    compiles,
    fold,
    run_all,
    runnable,
    several,
)
from iac.hcl.scope import Scope
from iac.hcl.syntax import Expression, Literal, ObjectCons, Parens, Template, TemplateWrap, TupleCons
from iac.values.convert import ConversionError, convert
from iac.values.types import STRING, Type, object_of
from iac.values.value import (
    NO_MARKS,
    UNKNOWN,
    UNKNOWN_DYNAMIC,
    Marks,
    Value,
    string,
    tuple_value,
    unknown,
)


@compiles(Literal)
def _literal(node: Literal, names: Locals) -> Compiled:
    return node.value


@compiles(Parens)
def _parens(node: Parens, names: Locals) -> Compiled:
    return compile_node(node.inner, names)


@compiles(TemplateWrap)
def _template_wrap(node: TemplateWrap, names: Locals) -> Compiled:
    return compile_node(node.wrapped, names)


@compiles(TupleCons)
def _tuple(node: TupleCons, names: Locals) -> Compiled:
    compiled = compile_all(node.elements, names)
    codes = [runnable(part) for part in compiled]
    return fold(lambda scope, frame: tuple_value(run_all(codes, scope, frame)), *compiled)


# --- templates -------------------------------------------------------------------------------------------


@compiles(Template)
def _template(node: Template, names: Locals) -> Compiled:
    compiled = compile_all(node.parts, names)
    parts = [(runnable(part), expression) for part, expression in zip(compiled, node.parts, strict=True)]
    codes, place = [code for code, _ in parts], Place(node, names)

    def code(scope: Scope, frame: Frame) -> Value:
        texts: list[str] = []
        values = run_all(codes, scope, frame)
        for value in values:
            raw = value.raw
            if raw.__class__ is not str or value.marks:
                return _mixed(values, node.parts, place, scope, frame)
            texts.append(raw)
        return string("".join(texts))

    return fold(code, *compiled)


def _mixed(values: Sequence[Value], parts: Sequence[Expression], place: Place, scope: Scope, frame: Frame) -> Value:
    """A template in which not everything is a plain string."""
    texts: list[str] = []
    problems: list[Diagnostic] = []
    marks: Marks = NO_MARKS
    known = True
    for value, part in zip(values, parts, strict=True):
        marks |= value.marks
        if value.raw is UNKNOWN:
            known = False
            continue
        try:
            texts.append(_interpolated(value, part, place, scope, frame))
        except DiagnosticsError as problem:
            problems += problem.diagnostics
    if problems:
        raise several(problems)
    return (string("".join(texts)) if known else unknown(STRING)).with_marks(marks)


def _interpolated(value: Value, part: Expression, place: Place, scope: Scope, frame: Frame) -> str:
    detail = "The expression result is null. Cannot include a null value in a string template."
    if value.raw is not None:
        try:
            return str(convert(value, STRING).raw)
        except ConversionError as problem:
            detail = f"Cannot include the given value in a string template: {problem.message}."
    raise place.error(scope, frame, "Invalid template interpolation value", detail, of=part)


# --- objects ---------------------------------------------------------------------------------------------


@compiles(ObjectCons)
def _object(node: ObjectCons, names: Locals) -> Compiled:
    keys = compile_all((key for key, _ in node.items), names)
    compiled = compile_all((value for _, value in node.items), names)
    values = [runnable(part) for part in compiled]
    constant = [k.raw for k in keys if isinstance(k, Value) and k.type is STRING and k.raw.__class__ is str]
    if len(set(constant)) == len(keys):
        return fold(_fixed_object(constant, values), *compiled)
    return fold(_computed_object(node, [runnable(key) for key in keys], values, Place(node, names)), *keys, *compiled)


def _fixed_object(keys: Sequence[str], values: Sequence[Code]) -> Code:
    """An object whose keys are constant: its type depends only on the types of its values."""
    order = sorted(range(len(keys)), key=keys.__getitem__)
    in_order = order == list(range(len(keys)))
    sorted_keys = [keys[i] for i in order]
    types: dict[tuple[Type, ...], Type] = {}

    def code(scope: Scope, frame: Frame) -> Value:
        found = run_all(values, scope, frame)
        if not in_order:
            found = [found[i] for i in order]
        shape = tuple([value.type for value in found])
        ty = types.get(shape)
        if ty is None:
            ty = types[shape] = object_of(dict(zip(sorted_keys, shape, strict=True)))
        return Value(ty, dict(zip(sorted_keys, found, strict=True)))

    return code


def _computed_object(node: ObjectCons, keys: Sequence[Code], values: Sequence[Code], place: Place) -> Code:
    """An object with keys that are evaluated, or that come twice: the last one then wins."""
    codes = [code for pair in zip(keys, values, strict=True) for code in pair]

    def code(scope: Scope, frame: Frame) -> Value:
        found = run_all(codes, scope, frame)
        attributes: dict[str, Value] = {}
        problems: list[Diagnostic] = []
        marks: Marks = NO_MARKS
        known = True
        for key, value, item in zip(found[::2], found[1::2], node.items, strict=True):
            marks |= key.marks
            try:
                name = _key(key, item, place, scope, frame)
            except DiagnosticsError as problem:
                problems += problem.diagnostics
                continue
            if name is None:
                known = False
            else:
                attributes[name] = value
        if problems:
            raise several(problems)
        if not known:
            return UNKNOWN_DYNAMIC.with_marks(marks)
        ordered = dict(sorted(attributes.items(), key=lambda pair: pair[0]))
        return Value(object_of({n: v.type for n, v in ordered.items()}), ordered, marks)

    return code


def _key(key: Value, item: tuple[Expression, Expression], place: Place, scope: Scope, frame: Frame) -> str | None:
    """The name that a key means; None when it is not known."""
    if key.raw is None:
        raise place.error(
            scope, frame, "Null value as key", "Can't use a null value as a key.", of=item[0], subject=item[1].range
        )
    try:
        name = convert(key, STRING).raw
    except ConversionError as problem:
        detail = f"Can't use this value as a key: {problem.message}."
        raise place.error(scope, frame, "Incorrect key type", detail, of=item[0]) from None
    return None if name is UNKNOWN else str(name)
