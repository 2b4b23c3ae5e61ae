"""The saved plan: one self-contained file with the plan and the configuration it was made from.

The file is a line that names the format and its version, a line with the SHA-256 of the rest, and the rest:
canonical JSON, compressed. It holds sensitive values, as Terraform's does, and is readable by its owner only.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from iac.address import ConfigResource, Resource, ResourceInstance, parse_instance
from iac.diagnostics import DiagnosticsError, Pos, SourceRange, error
from iac.plan.model import (
    Action,
    ActionReason,
    Change,
    CheckResult,
    DataRead,
    Drift,
    Mode,
    OutputChange,
    Plan,
    ResourceChange,
)
from iac.plan.packing import pack, unpack
from iac.schema import ResourceSchema
from iac.values.codec import canonical, loads
from iac.values.paths import path_from_json, path_to_json

MAGIC = b"iac plan"
VERSION = 1

SchemaOf = Callable[[str, Resource], ResourceSchema]
"""The schema of a resource type of a provider."""


def write_plan(path: Path, plan: Plan, sources: Mapping[str, bytes]) -> None:
    """Writes a plan and the configuration files it was made from. Raises `DiagnosticsError` on I/O errors."""
    body = zlib.compress(canonical(_encode(plan, sources)).encode(), 6)
    digest = hashlib.sha256(body).hexdigest().encode()
    content = b"%s %d\n%s\n%s" % (MAGIC, VERSION, digest, body)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise DiagnosticsError(
            error(
                "Failed to write the plan file",
                f'The plan could not be written to "{path}": {problem.strerror or problem}.',
            )
        ) from None


def read_plan(path: Path, schema_of: SchemaOf) -> tuple[Plan, dict[str, bytes]]:
    """Reads a saved plan: the plan and its configuration files. Raises `DiagnosticsError` for a file that is
    missing, damaged, foreign, or of a newer version."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise _unreadable(path, f"it could not be read: {problem.strerror or problem}") from None
    header, _, rest = content.partition(b"\n")
    digest, _, body = rest.partition(b"\n")
    if not header.startswith(MAGIC + b" "):
        what = (
            "it is a Terraform plan file, which only Terraform can apply"
            if content[:2] == b"PK"
            else "it is not a saved plan"
        )
        raise _unreadable(path, what)
    if header != b"%s %d" % (MAGIC, VERSION):
        raise _unreadable(path, "it was written by a newer version of iac; use that version, or plan again")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise _unreadable(path, "it is damaged: its content does not match its digest. Plan again")
    try:
        return _decode(loads(zlib.decompress(body)), schema_of)
    except (ValueError, KeyError, TypeError, zlib.error, json.JSONDecodeError) as problem:
        raise _unreadable(path, f"its content could not be understood ({type(problem).__name__}). Plan again") from None


def _unreadable(path: Path, why: str) -> DiagnosticsError:
    return DiagnosticsError(error("Failed to load the plan file", f'"{path}" cannot be used as a plan: {why}.'))


# --- encoding --------------------------------------------------------------------------------------------


def _encode(plan: Plan, sources: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "id": plan.id,
        "mode": plan.mode.value,
        "workspace": plan.workspace,
        "lineage": plan.lineage,
        "serial": plan.serial,
        "timestamp": plan.timestamp,
        "variables": {n: pack(v) for n, v in plan.variables.items()},
        "changes": [_encode_change(c) for c in plan.changes],
        "order": list(plan.order),
        "drift": [_encode_drift(d) for d in plan.drift],
        "data": [[str(d.address), d.provider, pack(d.value)] for d in plan.data],
        "forgotten_data": [str(a) for a in plan.forgotten_data],
        "outputs": [[o.name, *_encode_transition(o.change), o.sensitive] for o in plan.outputs],
        "checks": [[c.address, c.kind, c.status, list(c.problems)] for c in plan.checks],
        "targets": list(plan.targets),
        "replace": list(plan.replace),
        "errored": plan.errored,
        "sources": {n: s.decode() for n, s in sources.items()},
    }


def _encode_transition(change: Change) -> list[Any]:
    return [change.action.value, pack(change.before), pack(change.after)]


def _encode_object(address: ResourceInstance, provider: str, change: Change, deposed: str | None) -> list[Any]:
    return [str(address), provider, *_encode_transition(change), deposed]


def _encode_drift(drift: Drift) -> list[Any]:
    previous = str(drift.previous_address) if drift.previous_address else None
    return [*_encode_object(drift.address, drift.provider, drift.change, drift.deposed), previous]


def _encode_change(change: ResourceChange) -> dict[str, Any]:
    return {
        "object": _encode_object(change.address, change.provider, change.change, change.deposed),
        "config": pack(change.config),
        "reason": change.reason.value if change.reason else None,
        "replace_paths": [path_to_json(p) for p in change.replace_paths],
        "previous_address": str(change.previous_address) if change.previous_address else None,
        "import_id": change.import_id,
        "dependencies": [_encode_block(d) for d in change.dependencies],
        "prior_dependencies": [_encode_block(d) for d in change.prior_dependencies],
        "create_before_destroy": change.create_before_destroy,
        "source": _encode_range(change.source),
        "prior_version": change.prior_version,
    }


def _encode_block(address: ConfigResource) -> list[Any]:
    return [list(address.module), list(address.resource)]


def _encode_range(range: SourceRange | None) -> list[Any] | None:
    return [range.filename, list(range.start), list(range.end)] if range else None


# --- decoding --------------------------------------------------------------------------------------------


def _decode(raw: dict[str, Any], schema_of: SchemaOf) -> tuple[Plan, dict[str, bytes]]:
    plan = Plan(
        id=raw["id"],
        mode=Mode(raw["mode"]),
        workspace=raw["workspace"],
        lineage=raw["lineage"],
        serial=raw["serial"],
        timestamp=raw["timestamp"],
        variables={n: unpack(v) for n, v in raw["variables"].items()},
        changes=[_decode_change(c, schema_of) for c in raw["changes"]],
        order=raw["order"],
        drift=[_decode_drift(d, schema_of) for d in raw["drift"]],
        data=[_decode_data(d, schema_of) for d in raw["data"]],
        forgotten_data=[parse_instance(a) for a in raw["forgotten_data"]],
        outputs=[OutputChange(o[0], _decode_transition(*o[1:4]), o[4]) for o in raw["outputs"]],
        checks=[CheckResult(c[0], c[1], c[2], tuple(c[3])) for c in raw["checks"]],
        targets=raw["targets"],
        replace=raw["replace"],
        errored=raw["errored"],
    )
    return plan, {n: s.encode() for n, s in raw["sources"].items()}


def _decode_transition(action: str, before: Any, after: Any) -> Change:
    return Change(Action(action), unpack(before), unpack(after))


def _decode_drift(raw: list[Any], schema_of: SchemaOf) -> Drift:
    address = parse_instance(raw[0])
    previous = parse_instance(raw[6]) if raw[6] else None
    schema = schema_of(raw[1], address.resource)
    return Drift(address, _decode_transition(*raw[2:5]), schema, raw[1], raw[5], previous)


def _decode_data(raw: list[Any], schema_of: SchemaOf) -> DataRead:
    address = parse_instance(raw[0])
    return DataRead(address, unpack(raw[2]), schema_of(raw[1], address.resource), raw[1])


def _decode_change(raw: dict[str, Any], schema_of: SchemaOf) -> ResourceChange:
    text, provider, action, before, after, deposed = raw["object"]
    address = parse_instance(text)
    schema = schema_of(provider, address.resource)
    ty = schema.block.implied_type
    return ResourceChange(
        address,
        _decode_transition(action, before, after),
        schema,
        provider,
        unpack(raw["config"]),
        ActionReason(raw["reason"]) if raw["reason"] else None,
        tuple(path_from_json(p, ty) for p in raw["replace_paths"]),
        deposed,
        parse_instance(raw["previous_address"]) if raw["previous_address"] else None,
        raw["import_id"],
        tuple(_decode_block(d) for d in raw["dependencies"]),
        tuple(_decode_block(d) for d in raw["prior_dependencies"]),
        raw["create_before_destroy"],
        _decode_range(raw["source"]),
        raw["prior_version"],
    )


def _decode_block(raw: list[Any]) -> ConfigResource:
    return ConfigResource(tuple(raw[0]), Resource(*raw[1]))


def _decode_range(raw: list[Any] | None) -> SourceRange | None:
    return SourceRange(raw[0], Pos(*raw[1]), Pos(*raw[2])) if raw else None
