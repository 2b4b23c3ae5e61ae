"""A plan without its secrets: every sensitive value as a keyed digest and no ephemeral ones, so that it can be kept
and shown to anybody.

The digests are those of the audit log: equal values have equal digests within one database, so that two plans can
still be compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from iac.audit.sensitive import Digest
from iac.plan.model import Change, OutputChange, Plan
from iac.schema import Block, ResourceSchema
from iac.values.codec import to_json
from iac.values.types import CollectionType, Type, list_of, set_of
from iac.values.value import EPHEMERAL, SENSITIVE, Value, null, object_value, string, tuple_value, unmark_deep


def redact_plan(plan: Plan, digest: Digest) -> Plan:
    """The plan with digests in the place of everything sensitive; the values there stay marked."""

    def value(found: Value) -> Value:
        return redact_value(found, digest)

    return replace(
        plan,
        variables={n: value(v) for n, v in plan.variables.items() if EPHEMERAL not in v.marks},
        changes=[
            replace(c, change=_redact_change(c.change, c.schema, digest), config=value(c.config)) for c in plan.changes
        ],
        drift=[replace(d, change=_redact_change(d.change, d.schema, digest)) for d in plan.drift],
        # A data source tells of objects of others, and does not say what in them is a secret.
        data=[],
        outputs=[replace(o, change=_redact_output(o, value)) for o in plan.outputs],
    )


def _redact_output(output: OutputChange, value: Callable[[Value], Value]) -> Change:
    marks = frozenset((SENSITIVE,)) if output.sensitive else frozenset()
    change = output.change
    return replace(change, before=value(change.before.with_marks(marks)), after=value(change.after.with_marks(marks)))


def _redact_change(change: Change, schema: ResourceSchema, digest: Digest) -> Change:
    block = schema.block
    before, after = (_redact_object(v, block, digest) for v in (change.before, change.after))
    return replace(change, before=before, after=after)


def _redact_object(value: Value, block: Block, digest: Digest) -> Value:
    """An object of a schema. Nested blocks keep their form, which whoever shows them goes by: those that are sensitive
    as a whole are left out, as digests cannot stand for blocks."""
    if not value.has_marks or value.raw.__class__ is not dict:
        return value
    parts = {}
    for name, part in value.raw.items():
        nested = block.blocks.get(name)
        if nested is None:
            parts[name] = redact_value(part, digest)
        elif part.marks or part.raw.__class__ not in (tuple, dict):
            parts[name] = _emptied(part)
        elif part.raw.__class__ is dict and nested.nesting == "map":
            blocks = {key: _redact_object(each, nested.block, digest) for key, each in part.raw.items()}
            parts[name] = object_value(blocks)
        elif part.raw.__class__ is dict:
            parts[name] = _redact_object(part, nested.block, digest)
        else:
            blocks_in_order = tuple([_redact_object(each, nested.block, digest) for each in part.raw])
            parts[name] = _rebuilt(part.type, blocks_in_order)
    return object_value(parts).with_marks(value.marks)


def _emptied(part: Value) -> Value:
    if part.raw.__class__ is tuple:
        return Value(part.type, (), part.marks)
    return null(part.type).with_marks(part.marks) if part.raw.__class__ is dict else part


def redact_value(value: Value, digest: Digest) -> Value:
    """The value with digests for its sensitive parts, which stay marked; null and unknown parts stay what they are."""
    if not value.has_marks:
        return value
    if SENSITIVE in value.marks:
        plain, marks = unmark_deep(value)
        if plain.is_null or not plain.is_known:
            return value
        return string(_text(digest(to_json(plain, lambda _: None)))).with_marks(frozenset(marks) | {SENSITIVE})
    raw = value.raw
    if raw.__class__ is dict:
        return object_value({n: redact_value(v, digest) for n, v in raw.items()}).with_marks(value.marks)
    if raw.__class__ is tuple:
        return _rebuilt(value.type, tuple([redact_value(v, digest) for v in raw])).with_marks(value.marks)
    return value


def _rebuilt(ty: Type, parts: tuple[Value, ...]) -> Value:
    """A list or set of the parts where they still have one type, else a tuple."""
    types = {part.type for part in parts}
    if isinstance(ty, CollectionType) and len(types) == 1:
        return Value((set_of if ty.kind == "set" else list_of)(types.pop()), parts)
    return tuple_value(parts)


def _text(found: object) -> str:
    return str(next(iter(found.values()))) if isinstance(found, dict) else str(found)
