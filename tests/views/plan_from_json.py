"""Builds our plan values out of Terraform's plan JSON: the test's own decoder.

It knows the schema of `terraform_data` and nothing of how plans are made.
"""

from __future__ import annotations

from typing import Any

from iac.address import parse_instance
from iac.plan.model import (
    Action,
    ActionReason,
    Change,
    CheckResult,
    Mode,
    OutputChange,
    Plan,
    ResourceChange,
)
from iac.schema import Attribute, Block, ResourceSchema
from iac.values.codec import implied
from iac.values.paths import Key, Path
from iac.values.types import DYNAMIC, EMPTY_OBJECT, EMPTY_TUPLE, STRING, Type
from iac.values.value import ONLY_SENSITIVE, Value, null, object_value, tuple_value, unknown

TERRAFORM_DATA = ResourceSchema(
    Block(
        {
            "id": Attribute(STRING, computed=True),
            "input": Attribute(DYNAMIC, optional=True),
            "output": Attribute(DYNAMIC, computed=True),
            "triggers_replace": Attribute(DYNAMIC, optional=True),
        }
    )
)
ACTIONS = {tuple(a.json_actions): a for a in Action}


def decode(known: Any, unknowns: Any, sensitives: Any, present: bool = True) -> Value:
    """One value from its three parts: what is known, what is unknown, what is sensitive."""
    if unknowns is True:
        value = unknown(EMPTY_OBJECT if sensitives == {} else EMPTY_TUPLE if sensitives == [] else DYNAMIC)
    elif isinstance(known, dict) or (isinstance(unknowns, dict) and unknowns and known is None):
        parts = known or {}
        more = unknowns if isinstance(unknowns, dict) else {}
        hidden = sensitives if isinstance(sensitives, dict) else {}
        names = dict.fromkeys([*parts, *more])
        value = object_value({n: decode(parts.get(n), more.get(n), hidden.get(n)) for n in names})
    elif isinstance(known, list):
        value = tuple_value(decode(k, _nth(unknowns, i), _nth(sensitives, i)) for i, k in enumerate(known))
    else:
        value = implied(known)
    return value.with_marks(ONLY_SENSITIVE) if sensitives is True else value


def _nth(parts: Any, index: int) -> Any:
    return parts[index] if isinstance(parts, list) and index < len(parts) else None


def decode_object(known: Any, unknowns: Any, sensitives: Any, block: Block) -> Value:
    """An object with every attribute of the schema; null when there is none."""
    ty: Type = block.implied_type
    if known is None:
        return null(ty)
    more = unknowns if isinstance(unknowns, dict) else {}
    hidden = sensitives if isinstance(sensitives, dict) else {}
    return object_value({n: decode(known.get(n), more.get(n), hidden.get(n)) for n in block.attributes})


def decode_change(raw: dict[str, Any], block: Block) -> Change:
    """A resource's change."""
    before = decode_object(raw["before"], None, raw["before_sensitive"], block)
    after = decode_object(raw["after"], raw["after_unknown"], raw["after_sensitive"], block)
    return Change(ACTIONS[tuple(raw["actions"])], before, after)


def decode_path(raw: list[Any]) -> Path:
    """A path of `replace_paths`: the first step is an attribute."""
    return tuple(step if i == 0 else Key(step) for i, step in enumerate(raw))


def decode_resource(raw: dict[str, Any]) -> ResourceChange:
    """One of `resource_changes`."""
    previous = raw.get("previous_address")
    return ResourceChange(
        address=parse_instance(raw["address"]),
        change=decode_change(raw["change"], TERRAFORM_DATA.block),
        schema=TERRAFORM_DATA,
        provider=raw["provider_name"],
        config=null(),
        reason=ActionReason(raw["action_reason"]) if "action_reason" in raw else None,
        replace_paths=tuple(map(decode_path, raw["change"].get("replace_paths", []))),
        deposed=raw.get("deposed"),
        previous_address=parse_instance(previous) if previous else None,
        import_id=raw["change"].get("importing", {}).get("id"),
    )


def decode_output(name: str, raw: dict[str, Any]) -> OutputChange:
    """One of `output_changes`."""
    before = decode(raw["before"], None, raw["before_sensitive"])
    after = decode(raw.get("after"), raw["after_unknown"], raw["after_sensitive"])
    sensitive = raw["before_sensitive"] is True or raw["after_sensitive"] is True
    return OutputChange(name, Change(ACTIONS[tuple(raw["actions"])], before, after), sensitive)


def decode_plan(raw: dict[str, Any], options: list[str]) -> Plan:
    """The whole plan; its mode is told by the command's options."""
    mode = Mode.DESTROY if "-destroy" in options else Mode.NORMAL
    checks = [
        CheckResult(
            check["address"]["to_display"],
            check["address"]["kind"],
            check["status"],
            tuple(p["message"] for i in check.get("instances", []) for p in i.get("problems", [])),
        )
        for check in raw.get("checks", [])
    ]
    return Plan(
        id="p",
        mode=Mode.REFRESH_ONLY if "-refresh-only" in options else mode,
        workspace="default",
        lineage="",
        serial=1,
        timestamp="2025-01-01T00:00:00Z",
        variables={n: implied(v.get("value")) for n, v in raw.get("variables", {}).items()},
        changes=[decode_resource(r) for r in raw.get("resource_changes", [])],
        outputs=[decode_output(n, o) for n, o in raw.get("output_changes", {}).items()],
        checks=checks,
        extra={"relevant_attributes": raw.get("relevant_attributes", [])},
    )
