"""The messages of the plugin protocol as tables: names, numbers and types of fields.

Facts of Terraform's plugin protocol 6 and of go-plugin, as far as they are used here. A type is a scalar, the name
of a message, `[...]` for repeated, `{...}` for a map by string, or `?...` for a field whose absence is told apart
from zero (which is also what the alternatives of a `oneof` look like on the wire). Classes are made of these tables by
`messages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

Fields: TypeAlias = Mapping[str, tuple[int, str]]

_DIAGNOSTICS = "[Diagnostic]"
_TYPE_NAME: Final[Fields] = {"type_name": (1, "string")}

MESSAGES: Final[Mapping[str, Fields]] = {
    "DynamicValue": {"msgpack": (1, "bytes"), "json": (2, "bytes")},
    "RawState": {"json": (1, "bytes")},
    "AttributePath": {"steps": (1, "[Step]")},
    "Step": {
        "attribute_name": (1, "?string"),
        "element_key_string": (2, "?string"),
        "element_key_int": (3, "?int64"),
    },
    "Diagnostic": {
        "severity": (1, "int32"),
        "summary": (2, "string"),
        "detail": (3, "string"),
        "attribute": (4, "AttributePath"),
    },
    "FunctionError": {"text": (1, "string")},
    "Schema": {"version": (1, "int64"), "block": (2, "Block")},
    "Block": {
        "version": (1, "int64"),
        "attributes": (2, "[Attribute]"),
        "block_types": (3, "[NestedBlock]"),
        "description": (4, "string"),
    },
    "Attribute": {
        "name": (1, "string"),
        "type": (2, "bytes"),
        "description": (3, "string"),
        "required": (4, "bool"),
        "optional": (5, "bool"),
        "computed": (6, "bool"),
        "sensitive": (7, "bool"),
        "deprecated": (9, "bool"),
    },
    "NestedBlock": {
        "type_name": (1, "string"),
        "block": (2, "Block"),
        "nesting": (3, "int32"),
        "min_items": (4, "int64"),
        "max_items": (5, "int64"),
    },
    "ServerCapabilities": {
        "plan_destroy": (1, "bool"),
        "get_provider_schema_optional": (2, "bool"),
        "move_resource_state": (3, "bool"),
    },
    "TypeName": _TYPE_NAME,
    "ImportedResource": {"type_name": (1, "string"), "state": (2, "DynamicValue"), "private": (3, "bytes")},
}

SEVERITIES: Final = {"error": 1, "warning": 2}
NESTINGS: Final = {"single": 1, "list": 2, "set": 3, "map": 4}

_CONFIG_OF_TYPE: Final[Fields] = {"type_name": (1, "string"), "config": (2, "DynamicValue")}
_PRIVATE_OF_TYPE: Final[Fields] = {"type_name": (1, "string"), "private": (2, "bytes")}
_ONLY_DIAGNOSTICS: Final[Fields] = {"diagnostics": (1, _DIAGNOSTICS)}

RPCS: Final[Mapping[str, tuple[Fields, Fields]]] = {
    "GetMetadata": (
        {},
        {
            "server_capabilities": (1, "ServerCapabilities"),
            "diagnostics": (2, _DIAGNOSTICS),
            "data_sources": (3, "[TypeName]"),
            "resources": (4, "[TypeName]"),
        },
    ),
    "GetProviderSchema": (
        {},
        {
            "provider": (1, "Schema"),
            "resource_schemas": (2, "{Schema}"),
            "data_source_schemas": (3, "{Schema}"),
            "diagnostics": (4, _DIAGNOSTICS),
            "server_capabilities": (6, "ServerCapabilities"),
        },
    ),
    "ValidateProviderConfig": ({"config": (1, "DynamicValue")}, {"diagnostics": (2, _DIAGNOSTICS)}),
    "ConfigureProvider": (
        {"terraform_version": (1, "string"), "config": (2, "DynamicValue")},
        _ONLY_DIAGNOSTICS,
    ),
    "ValidateResourceConfig": (_CONFIG_OF_TYPE, _ONLY_DIAGNOSTICS),
    "ValidateDataResourceConfig": (_CONFIG_OF_TYPE, _ONLY_DIAGNOSTICS),
    "UpgradeResourceState": (
        {"type_name": (1, "string"), "version": (2, "int64"), "raw_state": (3, "RawState")},
        {"upgraded_state": (1, "DynamicValue"), "diagnostics": (2, _DIAGNOSTICS)},
    ),
    "ReadResource": (
        {"type_name": (1, "string"), "current_state": (2, "DynamicValue"), "private": (3, "bytes")},
        {"new_state": (1, "DynamicValue"), "diagnostics": (2, _DIAGNOSTICS), "private": (3, "bytes")},
    ),
    "PlanResourceChange": (
        {
            "type_name": (1, "string"),
            "prior_state": (2, "DynamicValue"),
            "proposed_new_state": (3, "DynamicValue"),
            "config": (4, "DynamicValue"),
            "prior_private": (5, "bytes"),
        },
        {
            "planned_state": (1, "DynamicValue"),
            "requires_replace": (2, "[AttributePath]"),
            "planned_private": (3, "bytes"),
            "diagnostics": (4, _DIAGNOSTICS),
        },
    ),
    "ApplyResourceChange": (
        {
            "type_name": (1, "string"),
            "prior_state": (2, "DynamicValue"),
            "planned_state": (3, "DynamicValue"),
            "config": (4, "DynamicValue"),
            "planned_private": (5, "bytes"),
        },
        {"new_state": (1, "DynamicValue"), "private": (2, "bytes"), "diagnostics": (3, _DIAGNOSTICS)},
    ),
    "ImportResourceState": (
        {"type_name": (1, "string"), "id": (2, "string")},
        {"imported_resources": (1, "[ImportedResource]"), "diagnostics": (2, _DIAGNOSTICS)},
    ),
    "MoveResourceState": (
        {
            "source_provider_address": (1, "string"),
            "source_type_name": (2, "string"),
            "target_type_name": (5, "string"),
        },
        {"target_state": (1, "DynamicValue"), "diagnostics": (2, _DIAGNOSTICS)},
    ),
    "ReadDataSource": (_CONFIG_OF_TYPE, {"state": (1, "DynamicValue"), "diagnostics": (2, _DIAGNOSTICS)}),
    "ValidateEphemeralResourceConfig": (_CONFIG_OF_TYPE, _ONLY_DIAGNOSTICS),
    "OpenEphemeralResource": (_CONFIG_OF_TYPE, _ONLY_DIAGNOSTICS),
    "RenewEphemeralResource": (_PRIVATE_OF_TYPE, _ONLY_DIAGNOSTICS),
    "CloseEphemeralResource": (_PRIVATE_OF_TYPE, _ONLY_DIAGNOSTICS),
    "GetFunctions": ({}, {"diagnostics": (2, _DIAGNOSTICS)}),
    "CallFunction": ({"name": (1, "string")}, {"error": (2, "FunctionError")}),
    "StopProvider": ({}, {"Error": (1, "string")}),
}
"""Terraform's calls: what is asked and what is answered. Fields that are not read are left out."""

PLUGIN_MESSAGES: Final[Mapping[str, Fields]] = {
    "Empty": {},
    "StdioData": {"channel": (1, "int32"), "data": (2, "bytes")},
    "ConnInfo": {"service_id": (1, "uint32"), "network": (2, "string"), "address": (3, "string")},
    "HealthRequest": {"service": (1, "string")},
    "HealthResponse": {"status": (1, "int32")},
}
"""What go-plugin says beside that."""
