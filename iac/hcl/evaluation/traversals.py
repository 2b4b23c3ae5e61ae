"""References, attribute access, indexing and splat."""

from __future__ import annotations

from collections.abc import Sequence

from iac.diagnostics import Diagnostic, DiagnosticsError, SourceRange
from iac.hcl.access import index, take
from iac.hcl.evaluation.code import (
    Code,
    Compiled,
    Frame,
    Locals,
    Place,
    compile_node,
    compiles,
    fold,
    run_all,
    runnable,
    several,
)
from iac.hcl.failure import Failure
from iac.hcl.scope import Scope
from iac.hcl.syntax import (
    IndexExpression,
    RelativeTraversal,
    ScopeTraversal,
    Splat,
    SplatElement,
    Step,
)
from iac.values.convert import unify
from iac.values.types import DYNAMIC, EMPTY_TUPLE, CollectionType, TupleType, Type, list_of, tuple_of
from iac.values.value import (
    UNKNOWN,
    UNKNOWN_DYNAMIC,
    Value,
    tuple_value,
    unknown,
)


@compiles(ScopeTraversal)
def _scope_traversal(node: ScopeTraversal, names: Locals) -> Compiled:
    steps, place = node.steps, Place(node, names)
    slot = names.slots.get(node.root)
    if slot is not None:
        if not steps:
            return lambda scope, frame: frame[slot]
        return lambda scope, frame: _follow(frame[slot], steps, place, scope, frame)
    count = len(steps)

    def code(scope: Scope, frame: Frame) -> Value:
        value, used = scope.lookup(node)
        return value if used == count else _follow(value, steps[used:], place, scope, frame)

    return code


def _follow(value: Value, steps: Sequence[Step], place: Place, scope: Scope, frame: Frame) -> Value:
    for step in steps:
        try:
            value = take(value, step)
        except Failure as failure:
            raise place.error(scope, frame, failure.summary, failure.detail, subject=step.range) from None
    return value


@compiles(RelativeTraversal)
def _relative_traversal(node: RelativeTraversal, names: Locals) -> Compiled:
    compiled = compile_node(node.source, names)
    source, steps, place = runnable(compiled), node.steps, Place(node, names)
    return fold(lambda scope, frame: _follow(source(scope, frame), steps, place, scope, frame), compiled)


@compiles(IndexExpression)
def _index_expression(node: IndexExpression, names: Locals) -> Compiled:
    compiled = compile_node(node.collection, names), compile_node(node.key, names)
    collection, key = map(runnable, compiled)
    place = Place(node, names)
    brackets = SourceRange(node.range.filename, node.collection.range.end, node.range.end)

    def take_index(scope: Scope, frame: Frame, whole: Value, wanted: Value) -> Value:
        try:
            return index(whole, wanted)
        except Failure as failure:
            raise place.error(scope, frame, failure.summary, failure.detail, subject=brackets) from None

    def code(scope: Scope, frame: Frame) -> Value:
        whole, wanted = run_all((collection, key), scope, frame)
        return take_index(scope, frame, whole, wanted)

    reference = node.collection
    if not isinstance(reference, ScopeTraversal) or reference.root in names.slots:
        return fold(code, *compiled)

    def code_by_reference(scope: Scope, frame: Frame) -> Value:
        wanted = key(scope, frame)
        found = scope.lookup_index(reference, wanted)
        return found if found is not None else take_index(scope, frame, collection(scope, frame), wanted)

    return code_by_reference


@compiles(SplatElement)
def _splat_element(node: SplatElement, names: Locals) -> Compiled:
    slot = names.element
    assert slot is not None, "a splat element outside a splat"
    return lambda scope, frame: frame[slot]


@compiles(Splat)
def _splat(node: Splat, names: Locals) -> Compiled:
    source = runnable(compile_node(node.source, names))
    each = runnable(compile_node(node.each, names.bind_element())) if node.each is not None else None
    place = Place(node, names)

    def code(scope: Scope, frame: Frame) -> Value:
        value = source(scope, frame)
        ty = value.type
        if ty.kind in ("list", "set", "tuple"):
            if value.raw is None:
                raise place.error(
                    scope,
                    frame,
                    "Splat of null value",
                    "Splat expressions (with the * symbol) cannot be applied to null sequences.",
                    of=node.source,
                )
            if value.raw is UNKNOWN:
                result = unknown(_result_type(ty, each, scope, frame))
                return result.with_marks(value.marks)
            return _splat_elements(ty, value.raw, each, scope, frame).with_marks(value.marks)
        # Anything else is taken as a sequence of one, and null as an empty one.
        if value.raw is None:
            return Value(EMPTY_TUPLE, ())
        if ty is DYNAMIC:
            return UNKNOWN_DYNAMIC.with_marks(value.marks)
        item = each(scope, (*frame, value)) if each else value
        # Whether there will be one element or none is not known: the value may turn out to be null.
        return UNKNOWN_DYNAMIC.with_marks(value.marks) if value.raw is UNKNOWN else tuple_value((item,))

    return code


def _splat_elements(ty: Type, elements: Sequence[Value], each: Code | None, scope: Scope, frame: Frame) -> Value:
    items: Sequence[Value] = elements
    if each is not None:
        items = _each_element(elements, each, scope, frame)
    if isinstance(ty, TupleType):
        return tuple_value(items)
    if not items:
        return Value(_result_type(ty, each, scope, frame), ())
    element = unify([item.type for item in items])
    return tuple_value(items) if element is None else Value(list_of(element), tuple(items))


def _each_element(elements: Sequence[Value], each: Code, scope: Scope, frame: Frame) -> list[Value]:
    items: list[Value] = []
    problems: list[Diagnostic] = []
    for element in elements:
        try:
            items.append(each(scope, (*frame, element)))
        except DiagnosticsError as problem:
            problems += problem.diagnostics
    if problems:
        raise several(problems)
    return items


def _result_type(ty: Type, each: Code | None, scope: Scope, frame: Frame) -> Type:
    """The type of a splat's result, found by trying it with an unknown element."""

    def of(element: Type) -> Type:
        return element if each is None else each(scope, (*frame, unknown(element))).type

    if isinstance(ty, TupleType):
        return tuple_of(of(element) for element in ty.elements)
    assert isinstance(ty, CollectionType)
    return list_of(of(ty.element))
