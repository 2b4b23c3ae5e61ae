"""Reading Terraform's state file, version 4: from bytes to a state.

Owns what is checked of the format, with Terraform's messages, and the refusal of objects that no provider of iac
knows. Nothing is checked against the state that the file is to replace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from iac.address import (
    DATA,
    MANAGED,
    AbsResource,
    AddressError,
    ConfigResource,
    InstanceKey,
    Resource,
    ResourceInstance,
    module_path,
    parse_target,
)
from iac.diagnostics import Diagnostics, DiagnosticsError, error
from iac.schema import ProviderSchema, ResourceSchema
from iac.state.checks import CheckResult
from iac.state.checks_file import checks_from_file
from iac.state.file import FORMAT_VERSION, TERRAFORM_VERSION
from iac.state.model import InstanceObject, OutputState, State
from iac.values.codec import from_json, typed_from_json, typed_to_json
from iac.values.foreign import read_json
from iac.values.types import type_from_json

_PROVIDER: Final = re.compile(r'(?:module\.\S+\.)?provider\["([^"]+)"\](?:\.[\w-]+)?')
_DEPOSED: Final = re.compile(r"[0-9a-f]{8}")
_UNSUPPORTED: Final = "Unsupported state file format"
_INVALID: Final = "Invalid state file format"
_MOST_LISTED: Final = 20
_LARGEST_SERIAL: Final = (1 << 63) - 2
"""What a database can count, with one to spare."""


class Providers(Protocol):
    """The providers there are."""

    def names(self) -> list[str]:
        """Their local names."""
        ...

    def source(self, name: str) -> str:
        """The source address of one."""
        ...

    def schema(self, name: str) -> ProviderSchema:
        """What one offers."""
        ...


class _WrongError(ValueError):
    """What is wrong with a part of the file; the message says it."""


def read_state_file(content: bytes, providers: Providers, workspace: str) -> State:
    """The state that a file holds, for a workspace. Raises `DiagnosticsError` with everything that is wrong."""
    data = _parse(content)
    _check_version(data)
    reader = _Reader(providers)
    problems = reader.problems
    try:
        lineage = _member(data, "lineage", str, "")
        serial = _member(data, "serial", int, 0)
        if not 0 <= serial <= _LARGEST_SERIAL:
            raise _WrongError(f'The state file field "serial" has invalid value number {serial}')
        outputs = {n: _output(n, o) for n, o in _member(data, "outputs", dict, {}).items()}
        for resource in _member(data, "resources", list, []):
            reader.read(resource)
        checks = _checks(data.get("check_results"))
    except _WrongError as wrong:
        problems.add(error(_INVALID, f"{wrong}."))
    reader.refuse_unknown()
    problems.raise_if_errors()
    return State(workspace, lineage, serial, reader.instances, reader.deposed, outputs, checks)


def _parse(content: bytes) -> Any:
    if not content.strip():
        raise DiagnosticsError(error("No state", "There is no state in the file: it is empty."))
    try:
        return read_json(content)
    except ValueError as problem:
        text = f"The state file could not be parsed as JSON: {problem}."
        raise DiagnosticsError(error(_UNSUPPORTED, text)) from None


def _check_version(data: Any) -> None:
    if not isinstance(data, dict) or "version" not in data:
        text = 'The state file does not have a "version" attribute, which is required to identify the format version.'
        raise DiagnosticsError(error(_UNSUPPORTED, text))
    version = data["version"]
    if not _is(version, int) or version < 1:
        text = "The version in the state file is no positive whole number, which is required."
        raise DiagnosticsError(error(_UNSUPPORTED, text))
    if version != FORMAT_VERSION:
        by = data.get("terraform_version")
        who = f" This state file was created by Terraform {by}." if isinstance(by, str) and by else ""
        advice = (
            "Let Terraform 1.x write it again (terraform apply -refresh-only), then push what it has written."
            if version < FORMAT_VERSION
            else "A newer iac may know it."
        )
        raise DiagnosticsError(
            error(
                _UNSUPPORTED,
                f"The state file uses format version {version}, and iac reads version {FORMAT_VERSION}, that of "
                f"Terraform {TERRAFORM_VERSION}.{who} {advice}",
            )
        )


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _member(data: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    """A member of an object; absent and null are the same, as in Terraform."""
    value = data.get(name)
    if value is None:
        return default
    if not _is(value, kind):
        raise _WrongError(f'The state file field "{name}" is not a {_NAMES[kind]}')
    return value


_NAMES: Final = {str: "string", int: "whole number", list: "list", dict: "object", bool: "boolean"}


def _output(name: str, raw: Any) -> OutputState:
    if not isinstance(raw, dict):
        raise _WrongError(f'The output "{name}" is not an object')
    for member in ("value", "type"):
        if member not in raw:
            raise _WrongError(f'The output "{name}" has no "{member}"')
    try:
        value = from_json(raw["value"], type_from_json(raw["type"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _WrongError(f'The output "{name}" cannot be read: its value does not fit its type') from None
    return OutputState(value, _member(raw, "sensitive", bool, False))


def _checks(raw: Any) -> list[CheckResult]:
    try:
        return checks_from_file(raw)
    except ValueError as wrong:
        raise _WrongError(str(wrong)) from None


@dataclass
class _Reader:
    """Collects objects, and everything that is wrong with them."""

    providers: Providers
    instances: dict[ResourceInstance, InstanceObject] = field(default_factory=dict)
    deposed: dict[tuple[ResourceInstance, str], InstanceObject] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    problems: Diagnostics = field(default_factory=Diagnostics)

    def read(self, raw: Any) -> None:
        """Takes in one of `resources`."""
        if not isinstance(raw, dict):
            raise _WrongError("A resource in the state file is not an object")
        address = self._address(raw)
        if address is None:
            return
        written = _member(raw, "provider", str, "")
        source = _PROVIDER.fullmatch(written)
        if source is None:
            text = f'The resource {address} names "{written}", which is no address of a provider configuration.'
            self.problems.add(error("Invalid provider configuration reference in state", text))
            return
        name = self._provider(source[1])
        schema = self._schema(name, address.resource) if name is not None else None
        if name is None or schema is None:
            self.unknown.append(f"{address} ({source[1]})")
            return
        for instance in _member(raw, "instances", list, []):
            try:
                self._add(_instance(instance, address, name, schema))
            except _WrongError as wrong:
                self.problems.add(error("Invalid resource instance in state", f"{address}: {wrong}."))

    def _address(self, raw: Mapping[str, Any]) -> AbsResource | None:
        mode, type, name = (_member(raw, n, str, "") for n in ("mode", "type", "name"))
        if mode not in (MANAGED, DATA):
            text = f'State contains a resource with mode "{mode}" ("{type}" "{name}") which is not supported.'
            self.problems.add(error("Invalid resource mode in state", text))
            return None
        module = _member(raw, "module", str, "")
        try:
            found = parse_target(".".join(filter(None, (module, str(Resource(mode, type, name))))))
        except AddressError as problem:
            text = f'"{module}" with "{type}" "{name}" makes no address: {problem}.'
            self.problems.add(error("Invalid resource address in state", text))
            return None
        return AbsResource(found.module, Resource(mode, type, name))

    def _provider(self, source: str) -> str | None:
        return next((n for n in self.providers.names() if self.providers.source(n) == source.lower()), None)

    def _schema(self, provider: str, resource: Resource) -> ResourceSchema | None:
        schema = self.providers.schema(provider)
        return (schema.data_sources if resource.mode == DATA else schema.resources).get(resource.type)

    def _add(self, stored: InstanceObject) -> None:
        key = stored.address, stored.deposed
        if stored.address in self.instances if stored.deposed is None else key in self.deposed:
            text = f"Instance {stored.address} appears multiple times in the state file."
            self.problems.add(error("Duplicate resource instance in state", text))
        elif stored.deposed is None:
            self.instances[stored.address] = stored
        else:
            self.deposed[stored.address, stored.deposed] = stored

    def refuse_unknown(self) -> None:
        """Adds an error that lists what no provider of iac knows."""
        if not self.unknown:
            return
        listed = "".join(f"\n  - {name}" for name in self.unknown[:_MOST_LISTED])
        rest = len(self.unknown) - _MOST_LISTED
        more = f"\n  - and {rest} more" if rest > 0 else ""
        types = ", ".join(sorted(t for n in self.providers.names() for t in self.providers.schema(n).resources))
        self.problems.add(
            error(
                "The state has resources that iac does not know",
                f"No provider that comes with iac has the types of these:{listed}{more}\n\nWhat iac can take over is "
                f"{types}. Where these have such types from a provider of another source, give them the one that iac "
                "knows in a copy of the state file: terraform state replace-provider -state=COPY FROM TO. Leave the "
                "others with Terraform: take them out of the copy with terraform state rm -state=COPY ADDRESS, and "
                "push the copy. To have what Terraform does with them in the audit log, use iac record.",
            )
        )


def _instance(raw: Any, resource: AbsResource, provider: str, schema: ResourceSchema) -> InstanceObject:
    if not isinstance(raw, dict):
        raise _WrongError("an instance is not an object")
    address = resource.instance(_key(raw.get("index_key")))
    version = _member(raw, "schema_version", int, 0)
    if version > schema.version:
        raise _WrongError(
            f"the current state of {address} was created by a newer provider version than is currently selected: its "
            f"schema version is {version}, and that of iac is {schema.version}. Upgrade iac to work with this state"
        )
    status = _member(raw, "status", str, "")
    if status not in ("", "tainted"):
        raise _WrongError(f'{address} has the status "{status}", which is not known')
    if raw.get("attributes") is None and raw.get("attributes_flat") is not None:
        raise _WrongError(f"{address} is in the form of Terraform 0.11. Let Terraform 1.x write it again")
    return InstanceObject(
        address,
        provider,
        schema.version,
        _attributes(raw, address, schema),
        tuple(_sensitive_path(p) for p in _member(raw, "sensitive_attributes", list, [])),
        tuple(sorted(_dependency(d) for d in _member(raw, "dependencies", list, []))),
        _member(raw, "create_before_destroy", bool, False),
        status or "ready",
        _deposed(_member(raw, "deposed", str, ""), address),
    )


def _deposed(key: str, address: ResourceInstance) -> str | None:
    if key and not _DEPOSED.fullmatch(key):
        raise _WrongError(f'{address} has the deposed key "{key}", which is not correctly formatted')
    return key or None


def _key(raw: Any) -> InstanceKey:
    if raw is None or isinstance(raw, str) or (_is(raw, int) and raw >= 0):
        return raw  # type: ignore[no-any-return]  # it was just checked
    raise _WrongError("an index key is neither a string nor a whole number")


def _attributes(raw: Mapping[str, Any], address: ResourceInstance, schema: ResourceSchema) -> Mapping[str, Any]:
    attributes = _member(raw, "attributes", dict, {})
    ty = schema.block.implied_type
    strange = sorted(attributes.keys() - ty.attributes.keys())
    if strange:
        raise _WrongError(f'{address} has an attribute "{strange[0]}", which {address.resource.type} does not have')
    try:
        written = typed_to_json(typed_from_json(attributes, ty), ty)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise _WrongError(f"the attributes of {address} do not fit its type: {problem}") from None
    assert isinstance(written, dict)
    return written


def _sensitive_path(raw: Any) -> tuple[Any, ...]:
    """A path as the state keeps it, of steps such as `{"type": "index", "value": {"value": 0, ...}}`."""
    return tuple(_steps(raw))


def _steps(raw: Any) -> Iterator[str | int]:
    for step in raw if isinstance(raw, list) else [raw]:
        value = step.get("value") if isinstance(step, dict) else None
        if isinstance(value, dict) and step.get("type") == "index":
            value = value.get("value")
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise _WrongError("a path of sensitive_attributes cannot be read")
        yield value


def _dependency(raw: Any) -> ConfigResource:
    try:
        found = parse_target(raw if isinstance(raw, str) else "")
    except AddressError:
        found = None
    if found is None or found.resource is None:
        raise _WrongError(f'"{raw}" in dependencies is no address of a resource')
    return ConfigResource(module_path(found.module), found.resource)
