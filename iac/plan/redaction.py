"""A plan without its secrets: every sensitive value as a keyed digest and no ephemeral ones, so that it can be kept
and shown to anybody.

The digests are those of the audit log: equal values have equal digests within one database, so that two plans can
still be compared.
"""

from __future__ import annotations

from dataclasses import replace

from iac.audit.sensitive import Digest
from iac.plan.model import Change, Plan
from iac.values.codec import to_json
from iac.values.types import CollectionType, Type, list_of, set_of
from iac.values.value import EPHEMERAL, SENSITIVE, Value, object_value, string, tuple_value, unmark_deep


def redact_plan(plan: Plan, digest: Digest) -> Plan:
    """The plan with digests in the place of everything sensitive; the values there stay marked."""

    def change(item: Change) -> Change:
        return replace(item, before=redact_value(item.before, digest), after=redact_value(item.after, digest))

    return replace(
        plan,
        variables={n: redact_value(v, digest) for n, v in plan.variables.items() if EPHEMERAL not in v.marks},
        changes=[replace(c, change=change(c.change), config=redact_value(c.config, digest)) for c in plan.changes],
        drift=[replace(d, change=change(d.change)) for d in plan.drift],
        data=[replace(d, value=redact_value(d.value, digest)) for d in plan.data],
        outputs=[replace(o, change=change(_as_sensitive(o.change) if o.sensitive else o.change)) for o in plan.outputs],
    )


def _as_sensitive(change: Change) -> Change:
    marks = frozenset((SENSITIVE,))
    return replace(change, before=change.before.with_marks(marks), after=change.after.with_marks(marks))


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
