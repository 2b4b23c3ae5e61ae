"""References, attribute access, indexing and splat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from iac.diagnostics import SourceRange
from iac.hcl.access import index, take
from iac.hcl.evaluation.code import (
    Code,
    Compiled,
    Frame,
    Locals,
    Place,
    Problems,
    attempt,
    attempt_all,
    compile_node,
    compiles,
    fold,
    runnable,
    settled,
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
from iac.values.types import DYNAMIC, EMPTY_TUPLE, TupleType, Type, list_of, tuple_of
from iac.values.unify import unify
from iac.values.value import (
    UNKNOWN,
    UNKNOWN_DYNAMIC,
    Marks,
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

    def code(scope: Scope, frame: Frame) -> Value:
        value, problems = attempt(source, scope, frame)
        if not problems:
            return _follow(value, steps, place, scope, frame)
        found, more = attempt(lambda scope, frame: _follow(value, steps, place, scope, frame), scope, frame)
        raise several((*problems, *more), found)

    return fold(code, compiled)


@compiles(IndexExpression)
def _index_expression(node: IndexExpression, names: Locals) -> Compiled:
    compiled = compile_node(node.collection, names), compile_node(node.key, names)
    both = collection, key = [runnable(part) for part in compiled]
    place = Place(node, names)
    brackets = SourceRange(node.range.filename, node.collection.range.end, node.range.end)

    def take_index(scope: Scope, frame: Frame, whole: Value, wanted: Value, problems: Problems) -> Value:
        try:
            return settled(index(whole, wanted), problems)
        except Failure as failure:
            found = place.error(scope, frame, failure.summary, failure.detail, subject=brackets)
            raise several((*problems, *found.diagnostics)) from None

    def code(scope: Scope, frame: Frame) -> Value:
        (whole, wanted), problems = attempt_all(both, scope, frame)
        return take_index(scope, frame, whole, wanted, problems)

    reference = node.collection
    if not isinstance(reference, ScopeTraversal) or reference.root in names.slots:
        return fold(code, *compiled)

    def code_by_reference(scope: Scope, frame: Frame) -> Value:
        wanted, problems = attempt(key, scope, frame)
        found = None if problems else scope.lookup_index(reference, wanted)
        if found is not None:
            return found
        whole, more = attempt(collection, scope, frame)
        return take_index(scope, frame, whole, wanted, (*more, *problems))

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
        value, problems = attempt(source, scope, frame)
        if problems:
            # What follows the splat may be wrong whatever the elements are.
            more = attempt(each, scope, (*frame, UNKNOWN_DYNAMIC))[1] if each else ()
            raise several((*problems, *more))
        ty, raw = value.type, value.raw
        if ty.kind in ("list", "set", "tuple"):
            if raw is None:
                raise place.error(
                    scope,
                    frame,
                    "Splat of null value",
                    "Splat expressions (with the * symbol) cannot be applied to null sequences.",
                    of=node.source,
                )
            return _spread(ty, raw, each, scope, frame, value.marks)
        # Anything else is taken as a sequence of one, and null as an empty one.
        if raw is None:
            return Value(EMPTY_TUPLE, (), value.marks)
        if ty is DYNAMIC:
            return UNKNOWN_DYNAMIC.with_marks(value.marks)
        plain = value.without_own_marks()

        def single(scope: Scope, frame: Frame) -> Value:
            return _spread(tuple_of((ty,)), (plain,), each, scope, frame, value.marks)

        if value.is_never_null:
            return single(scope, frame)
        # Whether there will be one element or none is not known: the value may turn out to be null.
        return settled(UNKNOWN_DYNAMIC.with_marks(value.marks), attempt(single, scope, frame)[1])

    return code


def _spread(ty: Type, elements: Any, each: Code | None, scope: Scope, frame: Frame, marks: Marks) -> Value:
    """What `each` makes of all elements, or of elements that are not known."""
    if elements is UNKNOWN:
        result_type, problems = _result_type(ty, each, scope, frame)
        return settled(unknown(result_type).never_null().with_marks(marks), problems)
    items: list[Value] = list(elements)
    if each is not None:
        taken = [attempt(each, scope, (*frame, element)) for element in elements]
        items = [item for item, _ in taken]
        if any(found for _, found in taken):
            result_type, _ = _result_type(ty, each, scope, frame)
            raise several([p for _, found in taken for p in found], unknown(result_type).with_marks(marks))
    if isinstance(ty, TupleType):
        return tuple_value(items).with_marks(marks)
    if not items:
        result_type, problems = _result_type(ty, each, scope, frame)
        return settled(Value(result_type, (), marks), problems)
    element = unify([item.type for item in items])
    result = tuple_value(items) if element is None else Value(list_of(element), tuple(items))
    return result.with_marks(marks)


def _result_type(ty: Type, each: Code | None, scope: Scope, frame: Frame) -> tuple[Type, Problems]:
    """The type of a splat's result, found by trying it with an unknown element; and the errors of that."""
    if each is None:
        return (ty if isinstance(ty, TupleType) else list_of(ty.element)), ()  # type: ignore[attr-defined]  # a sequence
    elements = ty.elements if isinstance(ty, TupleType) else (ty.element,)  # type: ignore[attr-defined]
    tried = [attempt(each, scope, (*frame, unknown(element))) for element in elements]
    types = [value.type for value, _ in tried]
    result = tuple_of(types) if isinstance(ty, TupleType) else list_of(types[0])
    return result, [problem for _, found in tried for problem in found]
