"""Bodies read by a schema: resource, data and provider blocks, with nested and `dynamic` blocks.

A body is compiled once per block and evaluated once per instance. Owns the expansion of `dynamic`, the
conversion of arguments to their schema types and the way back from a path inside the object to the place in
the file. Leaves compiling to `compiling`, the meaning of values to the providers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from iac.diagnostics import Diagnostics, DiagnosticsError, SourceRange, error
from iac.hcl.evaluate import evaluate
from iac.hcl.functions.spec import Function
from iac.hcl.references import references
from iac.hcl.scope import Scope
from iac.hcl.syntax import (
    Expression,
    ObjectCons,
    Parens,
    ScopeTraversal,
    TupleCons,
)
from iac.schema import Attribute, Block, NestedBlock
from iac.values.convert import ConversionError, convert
from iac.values.paths import Key, Path, children
from iac.values.types import ObjectType
from iac.values.value import (
    NO_MARKS,
    Marks,
    Value,
    list_value,
    map_value,
    null,
    number,
    object_value,
    set_value,
    string,
    unknown,
)


@dataclass(frozen=True, slots=True)
class Static:
    """A nested block written out."""

    body: CompiledBody
    label: str | None
    range: SourceRange

    def evaluate(self, scope: Scope, diagnostics: Diagnostics) -> tuple[list[tuple[str | None, Value]], Marks]:
        return [(self.label, self.body.evaluate(scope, diagnostics))], NO_MARKS

    def references(self) -> Iterator[ScopeTraversal]:
        return self.body.references()


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A `dynamic` block: one nested block for each element of `for_each`."""

    body: CompiledBody
    iterator: str
    for_each: Expression
    range: SourceRange

    def evaluate(self, scope: Scope, diagnostics: Diagnostics) -> tuple[list[tuple[str | None, Value]] | None, Marks]:
        """The blocks with the marks of `for_each`; None when how many there are is not known."""
        collection = evaluate(self.for_each, scope)
        marks, collection = collection.marks, collection.without_own_marks()
        if not collection.is_known:
            return None, marks
        if collection.is_null or collection.raw.__class__ not in (tuple, dict):
            raise DiagnosticsError(
                error(
                    "Invalid dynamic for_each value",
                    "Cannot use a null value in for_each."
                    if collection.is_null
                    else f"Cannot use a {collection.type.kind} value in for_each. An iterable collection is required.",
                    self.for_each.range,
                )
            )
        found: list[tuple[str | None, Value]] = []
        for step, element in children(collection):
            key = _step_value(step)
            inner = _IteratorScope(scope, self.iterator, object_value({"key": key, "value": element}))
            found.append((None, self.body.evaluate(inner, diagnostics)))
        return found, marks

    def references(self) -> Iterator[ScopeTraversal]:
        yield from references(self.for_each)
        yield from (r for r in self.body.references() if r.root != self.iterator)


def _step_value(step: str | Key) -> Value:
    key = step.key if isinstance(step, Key) else step
    if isinstance(key, Value):
        return key
    return string(key) if isinstance(key, str) else number(key)


class _IteratorScope:
    """A scope with the iterator of a `dynamic` block on top."""

    __slots__ = ("_name", "_object", "_outer", "functions")
    functions: Mapping[str, Function]

    def __init__(self, outer: Scope, name: str, object: Value) -> None:
        self._outer, self._name, self._object = outer, name, object
        self.functions = outer.functions

    def lookup(self, traversal: ScopeTraversal) -> tuple[Value, int]:
        if traversal.root == self._name:
            return self._object, 0
        return self._outer.lookup(traversal)

    def lookup_index(self, traversal: ScopeTraversal, key: Value) -> Value | None:
        return None if traversal.root == self._name else self._outer.lookup_index(traversal, key)


class CompiledBody:
    """A body sorted by its schema: for each attribute the expression, for each block type the blocks."""

    __slots__ = ("_fields", "_type", "attributes", "blocks", "range", "schema")

    def __init__(
        self,
        schema: Block,
        attributes: Mapping[str, Expression],
        blocks: Mapping[str, Sequence[Static | Dynamic]],
        range: SourceRange,
    ) -> None:
        self.schema = schema
        self.attributes = attributes
        self.blocks = blocks
        self.range = range
        self._type: ObjectType | None = None if schema.implied_type.has_dynamic else schema.implied_type
        self._fields: list[tuple[str, Attribute | NestedBlock, Expression | None, Value]] = []
        for name, ty in schema.implied_type.attributes.items():
            attribute = schema.attributes.get(name)
            if attribute is not None:
                self._fields.append((name, attribute, attributes.get(name), null(ty)))
            else:
                self._fields.append((name, schema.blocks[name], None, _no_blocks(schema.blocks[name])))

    def evaluate(self, scope: Scope, diagnostics: Diagnostics) -> Value:
        """The object that the body describes, with the schema's implied type and the values' marks.

        What cannot be evaluated is reported and stands as unknown.
        """
        raw: dict[str, Value] = {}
        for name, spec, expression, absent in self._fields:
            if expression is not None:
                assert isinstance(spec, Attribute)
                raw[name] = _argument(name, spec, expression, scope, diagnostics)
            elif spec.__class__ is NestedBlock and name in self.blocks:
                raw[name] = _nested(name, spec, self.blocks[name], self.range, scope, diagnostics)
            else:
                raw[name] = absent
        return Value(self._type, raw) if self._type is not None else object_value(raw)

    def references(self) -> Iterator[ScopeTraversal]:
        """Every reference in it, those to the iterators of its own `dynamic` blocks left out."""
        for expression in self.attributes.values():
            yield from references(expression)
        for blocks in self.blocks.values():
            for block in blocks:
                yield from block.references()

    def written_blocks(self, name: str) -> Iterator[tuple[str | None, CompiledBody]]:
        """Label and body of each block of a type that is written out; those that `dynamic` will make are not."""
        for block in self.blocks.get(name, ()):
            if isinstance(block, Static):
                yield block.label, block.body

    def locate(self, path: Path) -> SourceRange:
        """The place in the file of what stands at a path: the expression, else the nearest block around it."""
        if not path:
            return self.range
        name, rest = path[0], path[1:]
        if isinstance(name, str) and name in self.attributes:
            return _locate_in(self.attributes[name], rest)
        blocks = self.blocks.get(name, ()) if isinstance(name, str) else ()
        if not blocks:
            return self.range
        index = 0
        if rest and isinstance(rest[0], Key):
            index = rest[0].key if isinstance(rest[0].key, int) else 0
            rest = rest[1:]
        block = blocks[min(index, len(blocks) - 1)]
        return block.body.locate(rest) if rest else block.range


def _no_blocks(spec: NestedBlock) -> Value:
    inner = spec.block.implied_type
    if spec.nesting == "single":
        return null(inner)
    if spec.nesting == "map":
        return map_value(inner, {})
    return list_value(inner, ()) if spec.nesting == "list" else set_value(inner, ())


def _argument(name: str, spec: Attribute, expression: Expression, scope: Scope, diagnostics: Diagnostics) -> Value:
    try:
        value = evaluate(expression, scope)
        if value.type is not spec.type:
            value = convert(value, spec.type)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return unknown(spec.type)
    except ConversionError as problem:
        diagnostics.error(
            "Incorrect attribute value type",
            f'Inappropriate value for attribute "{name}": {problem}.',
            expression.range,
        )
        return unknown(spec.type)
    if spec.required and value.is_null:
        diagnostics.error(
            "Missing required argument",
            f'The argument "{name}" is required, but its value is null.',
            expression.range,
        )
    return value


def _nested(
    name: str,
    spec: object,
    blocks: Sequence[Static | Dynamic],
    around: SourceRange,
    scope: Scope,
    diagnostics: Diagnostics,
) -> Value:
    assert isinstance(spec, NestedBlock)
    items: list[tuple[str | None, Value]] = []
    marks = NO_MARKS
    for block in blocks:
        try:
            found, more = block.evaluate(scope, diagnostics)
        except DiagnosticsError as problem:
            diagnostics.extend(problem.diagnostics)
            return unknown(spec.implied_type)
        marks |= more
        if found is None:
            return unknown(spec.implied_type).with_marks(marks)
        items.extend(found)
    _check_count(name, spec, items, blocks, around, diagnostics)
    inner = spec.block.implied_type
    values = [value for _, value in items]
    if spec.nesting == "single":
        result = values[0] if values else null(inner)
    elif spec.nesting == "map":
        result = map_value(inner, {label or "": value for label, value in items})
    elif spec.nesting == "list":
        result = list_value(inner, values)
    else:
        result = set_value(inner, values)
    return result.with_marks(marks)


def _check_count(
    name: str,
    spec: NestedBlock,
    items: Sequence[object],
    blocks: Sequence[Static | Dynamic],
    around: SourceRange,
    diagnostics: Diagnostics,
) -> None:
    if spec.nesting == "single" and len(items) > 1:
        first = blocks[0].range
        diagnostics.error(
            f"Duplicate {name} block",
            f"Only one {name} block is allowed. Another was defined at {first.filename}:{first.start.line},"
            f"{first.start.column}.",
            blocks[-1].range,
        )
    elif spec.max_items and len(items) > spec.max_items:
        diagnostics.error(
            f"Too many {name} blocks",
            f'No more than {spec.max_items} "{name}" blocks are allowed',
            blocks[-1].range,
        )
    elif len(items) < spec.min_items:
        diagnostics.error(
            f"Insufficient {name} blocks", f'At least {spec.min_items} "{name}" blocks are required.', around
        )


def _locate_in(expression: Expression, path: Path) -> SourceRange:
    """The part of a written-out object or list that a path leads to."""
    while isinstance(expression, Parens):
        expression = expression.inner
    if path:
        step = path[0]
        key = step.key if isinstance(step, Key) else step
        if isinstance(expression, ObjectCons):
            for name, value in expression.items:
                literal = getattr(name, "value", None)
                if isinstance(literal, Value) and literal.raw == key:
                    return _locate_in(value, path[1:])
        elif isinstance(expression, TupleCons) and isinstance(key, int) and key < len(expression.elements):
            return _locate_in(expression.elements[key], path[1:])
    return expression.range
