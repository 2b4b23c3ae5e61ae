"""The JSON of a plan, as `terraform show -json` and `tofu show -json` write it: read and checked.

Owns which members are read and what they must be; members that are not named here are ignored, as the format wants
it. Leaves their meaning to `conversion` and `happenings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from iac.address import AddressError, ResourceInstance, parse_instance
from iac.diagnostics import DiagnosticsError, error
from iac.plan.model import Action
from iac.providers.iac.provider import iac_schema
from iac.providers.terraform import terraform_schema
from iac.recording.masks import masked_paths
from iac.values.foreign import read_json

FORMAT_MAJOR: Final = "1"
"""The part of `format_version` that must be known: a later minor version only adds members."""

ACTIONS: Final = {tuple(a.json_actions): a for a in Action}


@dataclass(frozen=True, slots=True)
class JsonChange:
    """One of `resource_changes` or `resource_drift`.

    `before` and `after` are the object's JSON, None where it does not exist; `unknown` says which parts of `after` are
    known only after apply, `before_sensitive` and `after_sensitive` which are sensitive: true, or by part.
    """

    address: ResourceInstance
    provider: str
    action: Action
    before: Any
    after: Any
    unknown: Any = None
    before_sensitive: Any = None
    after_sensitive: Any = None
    replace_paths: Sequence[Sequence[str | int]] = ()
    reason: str | None = None
    deposed: str | None = None
    previous_address: ResourceInstance | None = None
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class JsonPlan:
    """A plan of another program. `document` is all of its JSON, secrets included; `sensitive_variables` are the
    variables whose values are to be kept secret."""

    document: Mapping[str, Any]
    terraform_version: str
    timestamp: str
    changes: Sequence[JsonChange]
    drift: Sequence[JsonChange]
    outputs: Mapping[str, Mapping[str, Any]]
    variables: Mapping[str, Any]
    sensitive_variables: frozenset[str]
    checks: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    errored: bool = False


class WrongError(ValueError):
    """What is wrong with a document; the message says it."""


def member(data: Any, name: str, kind: type, default: Any = None) -> Any:
    """A member of an object. Absent and null are the same; without a default it must be there."""
    if not isinstance(data, Mapping):
        raise WrongError(f'where "{name}" should be is no object')
    value = data.get(name)
    if value is None:
        if default is None:
            raise WrongError(f'it has no "{name}"')
        return default
    if not isinstance(value, kind):
        raise WrongError(f'its "{name}" is no {_NAMES[kind]}')
    return value


_NAMES: Final = {str: "string", list: "list", dict: "object", bool: "boolean", int: "whole number"}


def read_plan_json(content: bytes) -> JsonPlan:
    """The plan in a document. Raises `DiagnosticsError` when it is none, damaged, or of an unknown format."""
    data = _parse(content)
    _check_format(data)
    try:
        return _plan(data)
    except WrongError as wrong:
        raise DiagnosticsError(error("Invalid plan", f"The JSON of the plan cannot be read: {wrong}.")) from None


def _parse(content: bytes) -> Any:
    if content[:2] == b"PK":
        raise DiagnosticsError(
            error(
                "Not the JSON of a plan",
                "This is a saved plan itself. Give its JSON: terraform show -json tfplan | iac record -",
            )
        )
    try:
        return read_json(content)
    except ValueError as problem:
        text = f"It could not be parsed: {problem}."
        raise DiagnosticsError(error("Not the JSON of a plan", text)) from None


def _check_format(data: Any) -> None:
    version = data.get("format_version") if isinstance(data, dict) else None
    if not isinstance(version, str):
        raise DiagnosticsError(
            error(
                "Not the JSON of a plan",
                'It has no "format_version". What is recorded is what terraform show -json writes for a saved plan; '
                "the lines of terraform apply -json are given with -applied.",
            )
        )
    if version.partition(".")[0] != FORMAT_MAJOR:
        raise DiagnosticsError(
            error(
                "Unsupported plan format",
                f"The JSON of the plan has the format version {version}, and this version of iac reads version "
                f"{FORMAT_MAJOR}.x, that of Terraform since 1.1 and of OpenTofu.",
            )
        )
    if "planned_values" not in data and "resource_changes" not in data:
        raise DiagnosticsError(
            error(
                "Not the JSON of a plan",
                "It has neither planned values nor changes: without the name of a saved plan, terraform show -json "
                "writes the state.",
            )
        )


def _plan(data: Mapping[str, Any]) -> JsonPlan:
    variables = member(data, "variables", dict, {})
    return JsonPlan(
        data,
        member(data, "terraform_version", str, ""),
        member(data, "timestamp", str, ""),
        [_change(c) for c in member(data, "resource_changes", list, [])],
        [_change(c) for c in member(data, "resource_drift", list, [])],
        {n: _output(n, o) for n, o in member(data, "output_changes", dict, {}).items()},
        {n: v.get("value") if isinstance(v, dict) else None for n, v in variables.items()},
        _sensitive_variables(data, variables),
        [c for c in member(data, "checks", list, []) if isinstance(c, dict)],
        member(data, "errored", bool, False),
    )


def _sensitive_variables(data: Mapping[str, Any], variables: Mapping[str, Any]) -> frozenset[str]:
    """Only the configuration says which are; of one that it does not have, nobody knows."""
    declared = member(member(member(data, "configuration", dict, {}), "root_module", dict, {}), "variables", dict, {})
    return frozenset(
        n
        for n in variables
        if not isinstance(declared.get(n), dict) or declared[n].get("sensitive") not in (None, False)
    )


def _change(raw: Any) -> JsonChange:
    text = member(raw, "address", str)
    change = member(raw, "change", dict)
    actions = member(change, "actions", list)
    try:
        action = ACTIONS.get(tuple(actions))
    except TypeError:
        action = None
    if action is None:
        raise WrongError(f"{text} has the actions {actions}, which are not known")
    for name in ("before", "after"):
        if not isinstance(change.get(name), dict | None):
            raise WrongError(f'"{name}" of {text} is no object')
    address = _address(text)
    previous = member(raw, "previous_address", str, "")
    importing = member(change, "importing", dict, {})
    return JsonChange(
        address,
        member(raw, "provider_name", str, ""),
        action,
        change.get("before"),
        change.get("after"),
        change.get("after_unknown"),
        _with_copies(change.get("before_sensitive"), address.resource.type),
        _with_copies(change.get("after_sensitive"), address.resource.type),
        [_path(p, text) for p in member(change, "replace_paths", list, [])],
        member(raw, "action_reason", str, "") or None,
        member(raw, "deposed", str, "") or None,
        _address(previous) if previous else None,
        # By an identity instead of an id: then there is none to tell.
        (importing.get("id") if isinstance(importing.get("id"), str) else "") if importing else None,
    )


def _with_copies(mask: Any, type: str) -> Any:
    """The mask with every computed copy of something sensitive in it: Terraform marks the original alone."""
    if not isinstance(mask, dict):
        return mask
    hidden = [n for n, original in _copies(type) if next(masked_paths(mask.get(original)), None) is not None]
    return {**mask, **dict.fromkeys(hidden, True)}


@cache
def _copies(type: str) -> Sequence[tuple[str, str]]:
    """The attributes of a type that iac knows which repeat another, with that one."""
    schema = {**terraform_schema().resources, **iac_schema().resources}.get(type)
    return () if schema is None else [(n, a.copies) for n, a in schema.block.attributes.items() if a.copies]


def _address(text: str) -> ResourceInstance:
    try:
        return parse_instance(text)
    except AddressError:
        raise WrongError(f'"{text}" is no address of a resource instance') from None


def _path(raw: Any, where: str) -> Sequence[str | int]:
    if isinstance(raw, list) and all(isinstance(step, str | int) for step in raw):
        return raw
    raise WrongError(f"a path of replace_paths of {where} cannot be read")


def _output(name: str, raw: Any) -> Mapping[str, Any]:
    actions = member(raw, "actions", list)
    if tuple(map(str, actions)) not in ACTIONS:
        raise WrongError(f'the output "{name}" has the actions {actions}, which are not known')
    assert isinstance(raw, dict)
    return raw
