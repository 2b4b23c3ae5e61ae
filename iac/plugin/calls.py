"""Terraform's calls, answered by the provider that iac itself uses.

Each takes the session and a request message and returns the response message. `DiagnosticsError` from any of them
becomes its response's diagnostics in `answer`. Owns the translation; leaves threads and the wire to `server`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from iac.diagnostics import Diagnostic, DiagnosticsError, error
from iac.plugin.applying import apply_object
from iac.plugin.messages import message
from iac.plugin.problems import diagnostic_messages, path_message, unexpected
from iac.plugin.schemas import schema_message
from iac.plugin.session import Session
from iac.plugin.states import empty_object, upgraded
from iac.plugin.values import decode, encode
from iac.providers.protocol import PlanRequest
from iac.schema import ResourceSchema
from iac.values.paths import Path, format_path
from iac.values.value import Value

Call = Callable[[Session, Any], Any]

_FORCED_BY: Final = "forced_by"


def answer(name: str, session: Session, request: Any, report: Callable[[BaseException], None]) -> Any:
    """The response to a call by its name. Everything that goes wrong is in the response's diagnostics; what nobody
    expected is also given to `report`."""
    try:
        return CALLS[name](session, request)
    except DiagnosticsError as problem:
        return _failed(name, problem.diagnostics)
    except Exception as problem:
        report(problem)
        return _failed(name, [unexpected(problem)])


def _failed(name: str, diagnostics: Any) -> Any:
    return message(f"{name}Response", diagnostics=diagnostic_messages(diagnostics))


# --- the provider itself -------------------------------------------------------------------------------------


def _get_metadata(session: Session, request: Any) -> Any:
    return message(
        "GetMetadataResponse",
        server_capabilities=_capabilities(),
        resources=[message("TypeName", type_name=name) for name in session.schema.resources],
        data_sources=[message("TypeName", type_name=name) for name in session.schema.data_sources],
    )


def _get_provider_schema(session: Session, request: Any) -> Any:
    schema = session.schema
    return message(
        "GetProviderSchemaResponse",
        provider=schema_message(ResourceSchema(schema.provider)),
        resource_schemas={name: schema_message(s) for name, s in schema.resources.items()},
        data_source_schemas={name: schema_message(s) for name, s in schema.data_sources.items()},
        server_capabilities=_capabilities(),
    )


def _capabilities() -> Any:
    # Nothing is to be decided when an object will be destroyed, so Terraform need not ask.
    return message("ServerCapabilities", plan_destroy=False, get_provider_schema_optional=True)


def _configure_provider(session: Session, request: Any) -> Any:
    config = decode(request.config, session.schema.provider.implied_type)
    session.configure(config, request.terraform_version)
    return message("ConfigureProviderResponse")


def _stop_provider(session: Session, request: Any) -> Any:
    session.stopping = True
    return message("StopProviderResponse")


# --- resources -----------------------------------------------------------------------------------------------


def _validate_resource_config(session: Session, request: Any) -> Any:
    return _validated(session, request, "managed", "ValidateResourceConfigResponse")


def _validate_data_resource_config(session: Session, request: Any) -> Any:
    return _validated(session, request, "data", "ValidateDataResourceConfigResponse")


def _validated(session: Session, request: Any, mode: str, response: str) -> Any:
    config = decode(request.config, session.type_of(mode, request.type_name))
    found = session.provider.validate(mode, request.type_name, config)
    return message(response, diagnostics=diagnostic_messages(found))


def _upgrade_resource_state(session: Session, request: Any) -> Any:
    schema = session.schema.resources[request.type_name]
    state = upgraded(request.type_name, schema, request.version, request.raw_state.json)
    return message("UpgradeResourceStateResponse", upgraded_state=encode(state, schema.block.implied_type))


def _read_resource(session: Session, request: Any) -> Any:
    ty = session.type_of("managed", request.type_name)
    current = session.provider.read(request.type_name, decode(request.current_state, ty))
    return message("ReadResourceResponse", new_state=encode(current, ty), private=request.private)


def _plan_resource_change(session: Session, request: Any) -> Any:
    ty = session.type_of("managed", request.type_name)
    prior, config, proposed = (
        decode(part, ty) for part in (request.prior_state, request.config, request.proposed_new_state)
    )
    if proposed.is_null:
        return message("PlanResourceChangeResponse", planned_state=request.proposed_new_state)
    found = session.provider.plan(PlanRequest(request.type_name, prior, config, proposed))
    private = request.prior_private if prior.is_null else _private(found.requires_replace)
    return message(
        "PlanResourceChangeResponse",
        planned_state=encode(found.planned, ty),
        requires_replace=[path_message(path) for path in found.requires_replace],
        planned_private=private,
        diagnostics=diagnostic_messages(found.diagnostics),
    )


def _private(requires_replace: Any) -> bytes:
    """What forces a replacement, kept for the event: Terraform brings it back when it applies."""
    paths: list[Path] = list(requires_replace)
    if not paths:
        return b""
    return json.dumps({_FORCED_BY: [format_path(path).lstrip(".") for path in paths]}).encode()


def _apply_resource_change(session: Session, request: Any) -> Any:
    ty = session.type_of("managed", request.type_name)
    prior, planned, config = (decode(p, ty) for p in (request.prior_state, request.planned_state, request.config))
    forced_by = json.loads(request.planned_private or b"{}").get(_FORCED_BY, ())
    try:
        new = apply_object(session, request.type_name, prior, planned, config, forced_by)
    except DiagnosticsError as problem:
        # The object is as it was, and that is what Terraform has to keep in its state.
        return message(
            "ApplyResourceChangeResponse",
            new_state=request.prior_state,
            diagnostics=diagnostic_messages(problem.diagnostics),
        )
    return message("ApplyResourceChangeResponse", new_state=encode(new, ty))


def _import_resource_state(session: Session, request: Any) -> Any:
    schema = session.schema.resources[request.type_name]
    ty = schema.block.implied_type
    found = session.provider.import_state(request.type_name, request.id)
    # Of an object that does not exist Terraform learns when it reads it, and says so in its own words.
    states = [(o.type, o.state) for o in found] or [(request.type_name, empty_object(schema.block, request.id))]
    return message(
        "ImportResourceStateResponse",
        imported_resources=[message("ImportedResource", type_name=t, state=encode(state, ty)) for t, state in states],
    )


def _move_resource_state(session: Session, request: Any) -> Any:
    raise DiagnosticsError(
        error(
            "Move across resource types not supported",
            f"A {request.source_type_name} of the provider {request.source_provider_address} cannot become a "
            f"{request.target_type_name}. Use a removed block for the one and an import block for the other.",
        )
    )


def _read_data_source(session: Session, request: Any) -> Any:
    ty = session.type_of("data", request.type_name)
    result: Value = session.provider.read_data(request.type_name, decode(request.config, ty))
    return message("ReadDataSourceResponse", state=encode(result, ty))


# --- what there is none of -----------------------------------------------------------------------------------


def _no_ephemeral(session: Session, request: Any) -> Any:
    raise DiagnosticsError(_unsupported("ephemeral resources"))


def _call_function(session: Session, request: Any) -> Any:
    text = f'There is no function "{request.name}": this provider has no functions.'
    return message("CallFunctionResponse", error=message("FunctionError", text=text))


def _unsupported(what: str) -> Diagnostic:
    return error("Not supported", f"The provider iac has no {what}.")


def _nothing(name: str) -> Call:
    return lambda session, request: message(name)


CALLS: Final[Mapping[str, Call]] = {
    "GetMetadata": _get_metadata,
    "GetProviderSchema": _get_provider_schema,
    "ValidateProviderConfig": _nothing("ValidateProviderConfigResponse"),
    "ConfigureProvider": _configure_provider,
    "ValidateResourceConfig": _validate_resource_config,
    "ValidateDataResourceConfig": _validate_data_resource_config,
    "UpgradeResourceState": _upgrade_resource_state,
    "ReadResource": _read_resource,
    "PlanResourceChange": _plan_resource_change,
    "ApplyResourceChange": _apply_resource_change,
    "ImportResourceState": _import_resource_state,
    "MoveResourceState": _move_resource_state,
    "ReadDataSource": _read_data_source,
    "ValidateEphemeralResourceConfig": _no_ephemeral,
    "OpenEphemeralResource": _no_ephemeral,
    "RenewEphemeralResource": _no_ephemeral,
    "CloseEphemeralResource": _no_ephemeral,
    "GetFunctions": _nothing("GetFunctionsResponse"),
    "CallFunction": _call_function,
    "StopProvider": _stop_provider,
}

WRITING: Final = frozenset({"ApplyResourceChange"})
"""The calls that change objects: one after the other."""

READING: Final = frozenset({"ReadResource", "ReadDataSource", "ImportResourceState"})
"""The calls that read the database, and may have to wait for it. All others are only computed."""
