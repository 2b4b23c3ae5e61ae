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
    Problems,
    attempt_all,
    compile_all,
    compile_node,
    compiles,
    fold,
    runnable,
    settled,
)
from iac.hcl.functions.strings import known_beginning
from iac.hcl.scope import EMPTY_SCOPE, Scope
from iac.hcl.syntax import Expression, JsonTemplate, Literal, ObjectCons, Parens, Template, TemplateWrap, TupleCons
from iac.values.convert import ConversionError, convert
from iac.values.limits import check_text
from iac.values.types import STRING, Type, object_of
from iac.values.value import (
    NO_MARKS,
    UNKNOWN,
    UNKNOWN_DYNAMIC,
    Marks,
    Value,
    object_value,
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


@compiles(JsonTemplate)
def _json_template(node: JsonTemplate, names: Locals) -> Compiled:
    template, text = runnable(compile_node(node.template, names)), string(node.text)

    def code(scope: Scope, frame: Frame) -> Value:
        return text if scope is EMPTY_SCOPE else template(scope, frame)

    return code


@compiles(TupleCons)
def _tuple(node: TupleCons, names: Locals) -> Compiled:
    compiled = compile_all(node.elements, names)
    codes = [runnable(part) for part in compiled]

    def code(scope: Scope, frame: Frame) -> Value:
        values, problems = attempt_all(codes, scope, frame)
        return settled(tuple_value(values), problems) if problems else tuple_value(values)

    return fold(code, *compiled)


# --- templates -------------------------------------------------------------------------------------------


@compiles(Template)
def _template(node: Template, names: Locals) -> Compiled:
    compiled = compile_all(node.parts, names)
    parts = [(runnable(part), expression) for part, expression in zip(compiled, node.parts, strict=True)]
    codes, place = [code for code, _ in parts], Place(node, names)

    def code(scope: Scope, frame: Frame) -> Value:
        texts: list[str] = []
        values, problems = attempt_all(codes, scope, frame)
        for value in values:
            raw = value.raw
            if raw.__class__ is not str or value.marks or problems:
                return _mixed(values, problems, node.parts, place, scope, frame)
            texts.append(raw)
        return string(_together(texts))

    return fold(code, *compiled)


def _mixed(
    values: Sequence[Value], found: Problems, parts: Sequence[Expression], place: Place, scope: Scope, frame: Frame
) -> Value:
    """A template in which not everything is a plain string; `found` are the errors of its parts."""
    texts: list[str] = []
    problems = list(found)
    marks: Marks = NO_MARKS
    beginning: int | None = None  # how many texts there are before the first that is unknown
    for value, part in zip(values, parts, strict=True):
        marks |= value.marks
        if value.raw is UNKNOWN:
            beginning = len(texts) if beginning is None else beginning
            continue
        try:
            texts.append(_interpolated(value, part, place, scope, frame))
        except DiagnosticsError as problem:
            problems += problem.diagnostics
    if beginning is None:
        return settled(string(_together(texts)).with_marks(marks), problems)
    result = unknown(STRING).never_null(known_beginning("".join(texts[:beginning])))
    return settled(result.with_marks(marks), problems)


def _together(texts: Sequence[str]) -> str:
    check_text(sum(map(len, texts)))
    return "".join(texts)


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
        found, problems = attempt_all(values, scope, frame)
        if not in_order:
            found = [found[i] for i in order]
        shape = tuple([value.type for value in found])
        ty = types.get(shape)
        if ty is None:
            ty = types[shape] = object_of(dict(zip(sorted_keys, shape, strict=True)))
        result = Value(ty, dict(zip(sorted_keys, found, strict=True)))
        return settled(result, problems) if problems else result

    return code


def _computed_object(node: ObjectCons, keys: Sequence[Code], values: Sequence[Code], place: Place) -> Code:
    """An object with keys that are evaluated, or that come twice: the last one then wins."""

    def code(scope: Scope, frame: Frame) -> Value:
        attributes: dict[str, Value] = {}
        problems: list[Diagnostic] = []
        marks: Marks = NO_MARKS
        known = True
        for key_code, value_code, item in zip(keys, values, node.items, strict=True):
            (key, value), found = attempt_all((key_code, value_code), scope, frame)
            problems += found
            marks |= key.marks
            try:
                name = _key(key, item, place, scope, frame)
            except DiagnosticsError as problem:
                problems += problem.diagnostics
                name = None
            if name is None:
                known = False
            else:
                attributes[name] = value
        result = object_value(attributes) if known else UNKNOWN_DYNAMIC
        return settled(result.with_marks(marks), problems)

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
