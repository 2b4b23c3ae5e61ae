"""count and for_each: how many instances a block has, and what `each` and `count` are in them.

The rules and the wording of the errors are Terraform's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from iac.address import InstanceKey
from iac.config.model import ResourceBlock
from iac.diagnostics import Diagnostic, DiagnosticsError, SourceRange, error
from iac.hcl.evaluate import evaluate
from iac.hcl.evaluation.involved import involved_values
from iac.hcl.scope import Scope
from iac.hcl.syntax import Expression
from iac.values.convert import ConversionError, convert
from iac.values.limits import INSTANCES
from iac.values.types import DYNAMIC, NUMBER, STRING, CollectionType, type_name
from iac.values.value import EPHEMERAL, SENSITIVE, Value, number, string

SINGLE, COUNT, FOR_EACH = "single", "count", "for_each"


EPHEMERAL_FOR_EACH = (
    'The given "for_each" value is derived from an ephemeral value, which means that iac cannot persist it between '
    "plan/apply rounds. Use only non-ephemeral values to specify a resource's instance keys."
)


def kind_of(resource: ResourceBlock) -> str:
    """How a block repeats, as it is written."""
    if resource.count is not None:
        return COUNT
    return FOR_EACH if resource.for_each is not None else SINGLE


class Repetition(NamedTuple):
    """What the expressions inside one instance see: its key, and `each.value` where there is for_each."""

    key: InstanceKey = None
    each_value: Value | None = None

    def lookup(self, root: str, name: str) -> Value | None:
        """`each.key`, `each.value` or `count.index`, or None when it has no such thing."""
        if root == "count" and name == "index" and isinstance(self.key, int):
            return number(self.key)
        if root == "each" and (isinstance(self.key, str) or self.each_value is not None):
            key = string(self.key) if isinstance(self.key, str) else number(self.key or 0)
            return key if name == "key" else self.each_value
        return None


class Expansion(NamedTuple):
    """How a block repeats (`SINGLE`, `COUNT`, `FOR_EACH`), and its instances."""

    kind: str
    instances: tuple[Repetition, ...]


ONE = Expansion(SINGLE, (Repetition(),))


def expand(count: Expression | None, for_each: Expression | None, scope: Scope) -> Expansion:
    """The instances of a block. Raises `DiagnosticsError` for a count or for_each that cannot be used."""
    try:
        if count is not None:
            return Expansion(COUNT, tuple(Repetition(i) for i in range(_count(count, scope))))
        if for_each is not None:
            return Expansion(FOR_EACH, tuple(Repetition(k, v) for k, v in _for_each(for_each, scope)))
    except DiagnosticsError as problem:
        raise DiagnosticsError([_with_values(d, count or for_each, scope) for d in problem.diagnostics]) from None
    return ONE


def _with_values(diagnostic: Diagnostic, expression: Expression | None, scope: Scope) -> Diagnostic:
    """The diagnostic with the values that took part, unless it has some."""
    if diagnostic.values or expression is None:
        return diagnostic
    values = involved_values(
        expression,
        scope,
        unknown="cannot be determined until apply" in diagnostic.detail,
        sensitive=diagnostic.detail.startswith("Sensitive values"),
    )
    return replace(diagnostic, values=values)


_UNSUITABLE_COUNT = 'The given "count" argument value is unsuitable:'


def _count(expression: Expression, scope: Scope) -> int:
    where = expression.range
    value = evaluate(expression, scope)
    if EPHEMERAL in value.marks:
        raise _invalid(
            "count",
            'The given "count" is derived from an ephemeral value, which means that iac cannot persist it between '
            "plan/apply rounds. Use only non-ephemeral values to specify the number of resource instances.",
            where,
        )
    value = value.without_own_marks()
    if value.is_null:
        raise _invalid("count", 'The given "count" argument value is null. An integer is required.', where)
    if not value.is_known:
        raise _invalid(
            "count",
            'The "count" value depends on resource attributes that cannot be determined until apply, so iac cannot '
            "predict how many instances will be created. To work around this, use the -target argument to first apply "
            "only the resources that the count depends on.",
            where,
        )
    try:
        amount = convert(value, NUMBER).raw
    except ConversionError as problem:
        raise DiagnosticsError(error("Incorrect value type", f"Invalid expression value: {problem}.", where)) from None
    if type(amount) is not int:
        raise _invalid(
            "count",
            f"{_UNSUITABLE_COUNT} value must be a whole number, between -9223372036854775808 and 9223372036854775807.",
            where,
        )
    if amount > INSTANCES:
        raise _invalid(
            "count", f"{_UNSUITABLE_COUNT} a block may have {INSTANCES:,} instances, and this is {amount}.", where
        )
    if amount < 0:
        raise _invalid(
            "count",
            f"{_UNSUITABLE_COUNT} must be greater than or equal to zero.",
            where,
        )
    return amount


def _for_each(expression: Expression, scope: Scope) -> list[tuple[str, Value]]:
    where = expression.range
    value = evaluate(expression, scope)
    ty = value.type
    if SENSITIVE in value.marks:
        raise _invalid(
            "for_each",
            "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If "
            "used, the sensitive value could be exposed as a resource instance key.",
            where,
        )
    if EPHEMERAL in value.marks:
        raise _invalid(
            "for_each",
            EPHEMERAL_FOR_EACH,
            where,
        )
    value = value.without_own_marks()
    unsuitable = 'The given "for_each" argument value is unsuitable:'
    if value.is_null:
        raise _invalid(
            "for_each",
            f'{unsuitable} the given "for_each" argument value is null. A map, or set of strings is allowed.',
            where,
        )
    if not value.is_known:
        raise _unknown_for_each(ty.kind, where)
    if ty.kind not in ("map", "object", "set"):
        raise _invalid(
            "for_each",
            f'{unsuitable} the "for_each" argument must be a map, or set of strings, and you have provided a value of '
            f"type {type_name(ty)}.",
            where,
        )
    if len(value.raw) > INSTANCES:
        raise _invalid(
            "for_each",
            f"{unsuitable} a block may have {INSTANCES:,} instances, and this has {len(value.raw)} elements.",
            where,
        )
    if not isinstance(ty, CollectionType) or ty.kind == "map":
        return list(value.raw.items())
    if any(not e.is_known for e in value.raw):
        raise _unknown_for_each("set", where)
    if value.raw and ty.element not in (STRING, DYNAMIC):
        raise _invalid(
            "for_each set",
            f'{unsuitable} "for_each" supports maps and sets of strings, but you have provided a set containing type '
            f"{type_name(ty.element)}.",
            where,
        )
    if any(e.is_null for e in value.raw):
        raise _invalid("for_each set", f'{unsuitable} "for_each" sets must not contain null values.', where)
    return [(e.raw, e) for e in value.raw]


def _unknown_for_each(kind: str, where: SourceRange) -> DiagnosticsError:
    what = "set" if kind == "set" else "map"
    advice = (
        "the full set of keys that will identify the instances of this resource.\n\nWhen working with unknown values "
        "in for_each, it's better to use a map value where the keys are defined statically in your configuration and "
        "where only the values contain apply-time results."
        if what == "set"
        else "the full set of keys that will identify the instances of this resource.\n\nWhen working with unknown "
        "values in for_each, it's better to define the map keys statically in your configuration and place apply-time "
        "results only in the map values."
    )
    contents = "set includes values derived from" if what == "set" else "map includes keys derived from"
    return _invalid(
        "for_each",
        f'The "for_each" {contents} resource attributes that cannot be determined until apply, and so iac cannot '
        f"determine {advice}\n\nAlternatively, you could use the -target planning option to first apply only the "
        "resources that the for_each value depends on, and then apply a second time to fully converge.",
        where,
    )


def _invalid(argument: str, detail: str, where: SourceRange) -> DiagnosticsError:
    name, _, more = argument.partition(" ")
    summary = f"Invalid {name}{' ' + more if more else ''} argument"
    return DiagnosticsError(error(summary, detail, where))
