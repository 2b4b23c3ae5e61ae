"""A plan of another program as one of iac: so it is kept, shown and compared like every other.

Its types are those that JSON tells, and the schemas of its resources are made of the attributes that they have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from iac.address import MANAGED, Resource
from iac.database import Database
from iac.plan.encoding import SchemaOf
from iac.plan.model import (
    Action,
    ActionReason,
    Change,
    Drift,
    Mode,
    OutputChange,
    Plan,
    ResourceChange,
)
from iac.plan.records import load_plan
from iac.recording.masks import value_of
from iac.recording.plan_json import ACTIONS, JsonChange, JsonPlan
from iac.schema import Attribute, Block, ResourceSchema
from iac.state.checks import CheckResult
from iac.values.codec import implied
from iac.values.paths import Key
from iac.values.types import DYNAMIC
from iac.values.value import ONLY_SENSITIVE, Value, null

_REASONS: Final = {reason.value: reason for reason in ActionReason}
_NO_SCHEMA: Final = ResourceSchema(Block())


def to_plan(plan: JsonPlan, id: str, workspace: str) -> Plan:
    """The plan with an id of iac's. It has secrets in it, marked."""
    changes = sorted(map(_change, plan.changes), key=lambda c: (c.address.sort_key(), c.deposed or ""))
    return Plan(
        id,
        Mode.DESTROY if _is_destroy(plan) else Mode.NORMAL,
        workspace,
        "",
        0,
        plan.timestamp,
        {n: _variable(v, n in plan.sensitive_variables) for n, v in plan.variables.items()},
        changes,
        list(range(len(changes))),
        [_drift(d) for d in plan.drift],
        outputs=[_output(n, o) for n, o in plan.outputs.items()],
        checks=[_check(c) for c in plan.checks],
        errored=plan.errored,
        extra={"recorded": {"terraform_version": plan.terraform_version}},
    )


def _is_destroy(plan: JsonPlan) -> bool:
    """Whether it was made with -destroy: then deletes have no reason, which they have otherwise."""
    managed = [c for c in plan.changes if c.address.resource.mode == MANAGED and c.deposed is None]
    return bool(managed) and all(c.action is Action.DELETE and c.reason is None for c in managed)


def _variable(raw: Any, sensitive: bool) -> Value:
    value = implied(raw)
    return value.with_marks(ONLY_SENSITIVE) if sensitive else value


def _values(change: JsonChange) -> Change:
    before = value_of(change.before, None, change.before_sensitive)
    return Change(change.action, before, value_of(change.after, change.unknown, change.after_sensitive))


def _change(change: JsonChange) -> ResourceChange:
    return ResourceChange(
        change.address,
        _values(change),
        _NO_SCHEMA,
        change.provider,
        null(),
        _REASONS.get(change.reason or ""),
        tuple(tuple(Key(s) if isinstance(s, int) else s for s in path) for path in change.replace_paths),
        change.deposed,
        change.previous_address,
        change.import_id,
    )


def _drift(change: JsonChange) -> Drift:
    return Drift(change.address, _values(change), _NO_SCHEMA, change.provider, change.deposed, change.previous_address)


def _output(name: str, raw: Mapping[str, Any]) -> OutputChange:
    masks = raw.get("before_sensitive"), raw.get("after_sensitive")
    before = value_of(raw.get("before"), None, masks[0])
    after = value_of(raw.get("after"), raw.get("after_unknown"), masks[1])
    return OutputChange(name, Change(ACTIONS[tuple(raw["actions"])], before, after), True in masks)


def _check(raw: Mapping[str, Any]) -> CheckResult:
    address = raw.get("address")
    names = address if isinstance(address, dict) else {}
    instances = raw.get("instances")
    problems = [
        str(problem["message"])
        for instance in (instances if isinstance(instances, list) else ())
        if isinstance(instance, dict) and isinstance(instance.get("problems"), list)
        for problem in instance["problems"]
        if isinstance(problem, dict) and "message" in problem
    ]
    return CheckResult(
        str(names.get("to_display", "")), str(names.get("kind", "")), str(raw.get("status", "")), tuple(problems)
    )


# --- reading it again ---------------------------------------------------------------------------------------


def load_any_plan(database: Database, plan_id: str, schema_of: SchemaOf) -> Plan:
    """A recorded plan, whoever made it, ready to be shown. Raises `DiagnosticsError`.

    `schema_of` gives the schema of a type of iac's providers, and raises KeyError for others.
    """

    def any_schema(provider: str, resource: Resource) -> ResourceSchema:
        try:
            return schema_of(provider, resource)
        except KeyError:
            return _NO_SCHEMA

    plan = load_plan(database, plan_id, any_schema)
    if "recorded" not in plan.extra:
        return plan
    return replace(
        plan,
        changes=[replace(c, schema=_own_schema(c.change)) for c in plan.changes],
        drift=[replace(d, schema=_own_schema(d.change)) for d in plan.drift],
    )


def _own_schema(change: Change) -> ResourceSchema:
    """A schema with the attributes that an object has, before or after."""
    parts = [v.raw for v in (change.before, change.after) if isinstance(v.raw, dict)]
    names = sorted({name for raw in parts for name in raw})
    return ResourceSchema(Block({name: Attribute(DYNAMIC, optional=True, computed=True) for name in names}))
