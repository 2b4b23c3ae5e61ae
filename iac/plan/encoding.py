"""A plan as JSON data with nothing lost, and back: what saved and recorded plans consist of.

Types of objects are not in it: they come from the schemas of the providers when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from iac.address import ConfigResource, Resource, ResourceInstance, parse_instance
from iac.diagnostics import Pos, SourceRange
from iac.plan.model import (
    Action,
    ActionReason,
    Change,
    DataRead,
    Drift,
    Mode,
    OutputChange,
    Plan,
    ResourceChange,
)
from iac.plan.packing import TypeTable, pack, read_types, unpack
from iac.schema import ResourceSchema
from iac.state.checks import STATUSES, CheckResult
from iac.values.paths import path_from_json, path_to_json
from iac.values.types import Type
from iac.values.value import EPHEMERAL

SchemaOf = Callable[[str, Resource], ResourceSchema]
"""The schema of a resource type of a provider."""


def encode_plan(plan: Plan) -> dict[str, Any]:
    """The plan as JSON data."""
    types = TypeTable()
    encoded = {
        "id": plan.id,
        "mode": plan.mode.value,
        "workspace": plan.workspace,
        "lineage": plan.lineage,
        "serial": plan.serial,
        "timestamp": plan.timestamp,
        "variables": {n: pack(v, types) for n, v in sorted(plan.variables.items()) if EPHEMERAL not in v.marks},
        "ephemeral_variables": list(plan.ephemeral_variables),
        "changes": [_encode_change(c, types) for c in plan.changes],
        "order": list(plan.order),
        "drift": [_encode_drift(d, types) for d in plan.drift],
        "data": [[str(d.address), d.provider, pack(d.value, types)] for d in plan.data],
        "forgotten_data": [str(a) for a in plan.forgotten_data],
        "outputs": [[o.name, *_encode_transition(o.change, types), o.sensitive] for o in plan.outputs],
        "checks": [[c.address, c.kind, c.status, list(c.problems), c.evaluated] for c in plan.checks],
        "targets": list(plan.targets),
        "replace": list(plan.replace),
        "errored": plan.errored,
        "extra": dict(plan.extra),
    }
    return {**encoded, "types": types.to_json()}


def _encode_transition(change: Change, types: TypeTable) -> list[Any]:
    return [change.action.value, pack(change.before, types), pack(change.after, types)]


def _encode_object(
    address: ResourceInstance, provider: str, change: Change, deposed: str | None, types: TypeTable
) -> list[Any]:
    return [str(address), provider, *_encode_transition(change, types), deposed]


def _encode_drift(drift: Drift, types: TypeTable) -> list[Any]:
    previous = str(drift.previous_address) if drift.previous_address else None
    return [
        *_encode_object(drift.address, drift.provider, drift.change, drift.deposed, types),
        previous,
        drift.prior_version,
    ]


def _encode_change(change: ResourceChange, types: TypeTable) -> dict[str, Any]:
    return {
        "object": _encode_object(change.address, change.provider, change.change, change.deposed, types),
        "config": pack(change.config, types),
        "reason": change.reason.value if change.reason else None,
        "replace_paths": [path_to_json(p) for p in change.replace_paths],
        "previous_address": str(change.previous_address) if change.previous_address else None,
        "import_id": change.import_id,
        "dependencies": [_encode_block(d) for d in change.dependencies],
        "prior_dependencies": [_encode_block(d) for d in change.prior_dependencies],
        "create_before_destroy": change.create_before_destroy,
        "source": _encode_range(change.source),
        "prior_version": change.prior_version,
        **({"generated_config": change.generated_config} if change.generated_config is not None else {}),
    }


def _encode_block(address: ConfigResource) -> list[Any]:
    return [list(address.module), list(address.resource)]


def _encode_range(range: SourceRange | None) -> list[Any] | None:
    return [range.filename, list(range.start), list(range.end)] if range else None


def decode_plan(raw: dict[str, Any], schema_of: SchemaOf) -> Plan:
    """The reverse of `encode_plan`. Raises ValueError, KeyError or TypeError for anything else."""
    for name, kind in _KINDS.items():
        if type(raw[name]) is not kind:
            raise TypeError(f"{name} is no {kind.__name__}")
    types = read_types(raw["types"])
    return Plan(
        id=raw["id"],
        mode=Mode(raw["mode"]),
        workspace=raw["workspace"],
        lineage=raw["lineage"],
        serial=raw["serial"],
        timestamp=raw["timestamp"],
        variables={n: unpack(v, types) for n, v in raw["variables"].items()},
        changes=[_decode_change(c, schema_of, types) for c in raw["changes"]],
        order=_places(raw["order"], len(raw["changes"])),
        drift=[_decode_drift(d, schema_of, types) for d in raw["drift"]],
        data=[_decode_data(d, schema_of, types) for d in raw["data"]],
        forgotten_data=[parse_instance(a) for a in raw["forgotten_data"]],
        outputs=[OutputChange(o[0], _decode_transition(types, *o[1:4]), o[4]) for o in raw["outputs"]],
        checks=[_decode_check(c) for c in raw["checks"]],
        targets=_texts(raw["targets"]),
        replace=_texts(raw["replace"]),
        errored=raw["errored"],
        extra=raw.get("extra", {}),
        ephemeral_variables=_texts(raw["ephemeral_variables"]),
    )


_KINDS = {
    **dict.fromkeys(("id", "mode", "workspace", "lineage", "timestamp"), str),
    **dict.fromkeys(("variables", "extra"), dict),
    "serial": int,
    "errored": bool,
}


def _texts(raw: Any) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(text, str) for text in raw):
        raise TypeError("it is no list of texts")
    return raw


def _places(raw: Any, count: int) -> list[int]:
    if not isinstance(raw, list) or not all(type(place) is int and 0 <= place < count for place in raw):
        raise TypeError("it is no list of places in another")
    return raw


def _decode_check(raw: list[Any]) -> CheckResult:
    address, kind, status, problems, evaluated = raw
    if status not in STATUSES:
        raise ValueError(f"{status!r} is no status of a check")
    _texts([address, kind])
    return CheckResult(address, kind, status, tuple(_texts(problems)), bool(evaluated))


def _decode_transition(types: Sequence[Type], action: str, before: Any, after: Any) -> Change:
    return Change(Action(action), unpack(before, types), unpack(after, types))


def _decode_drift(raw: list[Any], schema_of: SchemaOf, types: Sequence[Type]) -> Drift:
    address = parse_instance(raw[0])
    previous = parse_instance(raw[6]) if raw[6] else None
    schema = schema_of(raw[1], address.resource)
    return Drift(address, _decode_transition(types, *raw[2:5]), schema, raw[1], raw[5], previous, raw[7])


def _decode_data(raw: list[Any], schema_of: SchemaOf, types: Sequence[Type]) -> DataRead:
    address = parse_instance(raw[0])
    return DataRead(address, unpack(raw[2], types), schema_of(raw[1], address.resource), raw[1])


def _decode_change(raw: dict[str, Any], schema_of: SchemaOf, types: Sequence[Type]) -> ResourceChange:
    text, provider, action, before, after, deposed = raw["object"]
    _texts([text, provider, *(t for t in (deposed, raw["import_id"], raw.get("generated_config")) if t is not None)])
    address = parse_instance(text)
    schema = schema_of(provider, address.resource)
    ty = schema.block.implied_type
    return ResourceChange(
        address,
        _decode_transition(types, action, before, after),
        schema,
        provider,
        unpack(raw["config"], types),
        ActionReason(raw["reason"]) if raw["reason"] else None,
        tuple(path_from_json(p, ty) for p in raw["replace_paths"]),
        deposed,
        parse_instance(raw["previous_address"]) if raw["previous_address"] else None,
        raw["import_id"],
        tuple(_decode_block(d) for d in raw["dependencies"]),
        tuple(_decode_block(d) for d in raw["prior_dependencies"]),
        bool(raw["create_before_destroy"]),
        _decode_range(raw["source"]),
        raw["prior_version"],
        raw.get("generated_config"),
    )


def _decode_block(raw: list[Any]) -> ConfigResource:
    return ConfigResource(tuple(_texts(raw[0])), Resource(*_texts(raw[1])))


def _decode_range(raw: list[Any] | None) -> SourceRange | None:
    return SourceRange(raw[0], Pos(*raw[1]), Pos(*raw[2])) if raw else None
