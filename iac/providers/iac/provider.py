"""The provider `iac` over the platform: resources and data sources `iac_cluster`, `iac_environment` and
`iac_service`.

Owns what is special to these types in planning and looking up; leaves what holds for every type to
`planning`, rules over several arguments to `rules`, and the objects, with their events, to the platform.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from iac.audit.log import AuditLog
from iac.database import Database
from iac.diagnostics import Diagnostic, DiagnosticsError, error
from iac.platform.api import Platform
from iac.platform.rows import Attributes
from iac.platform.schemas import KINDS, Kind
from iac.platform.schemas.service import DATABASE_ATTRIBUTES, SOURCES
from iac.providers.iac.configuration import (
    PROVIDER_BLOCK,
    Configuration,
    location_problems,
    read_configuration,
    secret_problems,
)
from iac.providers.iac.rules import check
from iac.providers.planning import ANY_CHANGE, plan_from_schema, validate_from_schema
from iac.providers.protocol import ApplyRequest, ImportedObject, PlanRequest, PlanResponse
from iac.schema import Attribute, Block, ProviderSchema, ResourceSchema
from iac.values.codec import from_json, to_json
from iac.values.paths import path_to_json
from iac.values.value import UNKNOWN, Value, null, object_value

SOURCE: Final = "registry.terraform.io/iac/iac"
_PREFIX: Final = "iac_"

_RECOMPUTED: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "cluster": {"updated_at": ANY_CHANGE},
    "environment": {"updated_at": ANY_CHANGE},
    "service": {
        "updated_at": ANY_CHANGE,
        "external_hosts": frozenset({"port", "custom_domains"}),
        **{name: frozenset({"database"}) for name in ("host", "host_port")},
    },
}
"""The computed attributes that an update decides anew, and what makes it so."""


def iac_schema() -> ProviderSchema:
    """What the provider offers."""
    return ProviderSchema(
        PROVIDER_BLOCK,
        {_PREFIX + kind.name: ResourceSchema(kind.block) for kind in KINDS.values()},
        {_PREFIX + kind.name: ResourceSchema(_data_block(kind)) for kind in KINDS.values()},
    )


def _data_block(kind: Kind) -> Block:
    """The schema of a data source: everything computed, but for the id, or name and parent, to find it by."""
    keys = {"id", "name", kind.parent_attribute}
    attributes = {}
    for name, attribute in kind.block.attributes.items():
        attributes[name] = Attribute(
            attribute.type,
            attribute.description,
            optional=name in keys,
            computed=True,
            sensitive=attribute.sensitive,
            group=attribute.group,
            copies=attribute.copies,
        )
    for name, nested in kind.block.blocks.items():
        attributes[name] = Attribute(
            nested.implied_type,
            nested.block.description,
            computed=True,
            sensitive=nested.block.has_sensitive,
            group=nested.group or "config",
        )
    return Block(attributes, description=kind.block.description)


class IacProvider:
    """The provider. `database` opens the database; it is called by the first operation that needs it. `location` is
    where that is, when a `provider` block has to agree with it."""

    name = "iac"
    source = SOURCE
    records_events = True

    def __init__(self, database: Callable[[], Database], schema: ProviderSchema, location: str | None = None) -> None:
        self._open = database
        self._schema = schema
        self._location = location
        self._configuration = Configuration()

    @cached_property
    def _platform(self) -> Platform:
        database = self._open()
        return Platform(database, AuditLog(database))

    def schema(self) -> ProviderSchema:
        """Everything it offers."""
        return self._schema

    def configure(self, config: Value) -> Sequence[Diagnostic]:
        """Takes the user and the message for events; the database has to be the one that is open."""
        self._configuration = read_configuration(config)
        if self._location is None:
            return ()
        return [*location_problems(config, self._location), *secret_problems(config)]

    def validate(self, mode: str, type: str, config: Value) -> Sequence[Diagnostic]:
        """What is wrong with the configuration of a resource or data source; may have unknown parts."""
        kind = _kind(type)
        if mode == "data":
            return _lookup_problems(kind, config)
        return [*validate_from_schema(kind.block, config), *check(kind.name, kind.block, config)]

    def read(self, type: str, state: Value) -> Value:
        """The object as it is now; null when it is gone."""
        kind = _kind(type)
        return _value(kind, self._platform.read(kind.name, state.raw["id"].raw))

    def plan(self, request: PlanRequest) -> PlanResponse:
        """What the object will be."""
        kind = _kind(request.type)
        response = plan_from_schema(kind.block, request, _RECOMPUTED[kind.name])
        if kind.name != "service" or response.planned.raw is None:
            return response
        response = _without_database(response)
        return replace(
            response, requires_replace=(*response.requires_replace, *_other_source(request.prior, response.planned))
        )

    def apply(self, request: ApplyRequest) -> Value:
        """Creates, updates or deletes the object, with its event; returns it as it is then.

        Deleting what is gone already is no error and no event.
        """
        kind, operation = _kind(request.type), self._configuration.applied(request.operation)
        prior, planned = request.prior.raw, request.planned.raw
        if planned is None:
            if self._platform.read(kind.name, prior["id"].raw) is not None:
                self._platform.delete(kind.name, prior["id"].raw, operation)
            return null(kind.block.implied_type)
        given = _known(planned)
        sensitive = [path_to_json(path) for path in request.sensitive]
        if prior is None:
            found = self._platform.create(kind.name, given, operation, sensitive)
        else:
            found = self._platform.update(kind.name, prior["id"].raw, given, operation, sensitive)
        return _applied(kind, request.planned, given, found)

    def import_state(self, type: str, id: str) -> Sequence[ImportedObject]:
        """The object with this id, or with this name after those of what it lives in (`CLUSTER/ENVIRONMENT`); empty
        when there is none."""
        kind = _kind(type)
        found = self._platform.read(kind.name, id) or self._named(kind, id)
        return [ImportedObject(type, _value(kind, found))] if found is not None else []

    def _named(self, kind: Kind, path: str) -> Attributes | None:
        if not kind.parent:
            return self._platform.find(kind.name, path)
        outer, _, name = path.rpartition("/")
        parent = self._named(KINDS[kind.parent], outer)
        return self._platform.find(kind.name, name, parent["id"]) if parent else None

    def target(self, type: str, object: Value) -> tuple[str, str, str]:
        """Kind, id and name; a sensitive name stays empty."""
        raw = object.raw if object.raw.__class__ is dict else {}
        id, name = (raw[key].raw if key in raw and not raw[key].is_sensitive else None for key in ("id", "name"))
        return _kind(type).name, id if isinstance(id, str) else "", name if isinstance(name, str) else ""

    def read_data(self, type: str, config: Value) -> Value:
        """The object found by its id, or by its name and parent. Raises `DiagnosticsError` when there is none."""
        kind = _kind(type)
        id, name = config.raw["id"].raw, config.raw["name"].raw
        if id is not None:
            found, what = self._platform.read(kind.name, id), f'with the id "{id}"'
        else:
            parent = config.raw[kind.parent_attribute].raw if kind.parent else None
            found, what = self._platform.find(kind.name, name, parent), f'named "{name}"'
            if kind.parent:
                what += f' in the {kind.parent} with the id "{parent}"'
        if found is None:
            raise DiagnosticsError(
                error(
                    f"{kind.name.capitalize()} not found",
                    f"There is no {kind.name} {what}.",
                    path=("id" if id is not None else "name",),
                )
            )
        return from_json(found, self._schema.data_sources[type].block.implied_type)


def _kind(type: str) -> Kind:
    return KINDS[type.removeprefix(_PREFIX)]


def _value(kind: Kind, attributes: Mapping[str, Any] | None) -> Value:
    return from_json(attributes, kind.block.implied_type)


def _known(planned: Mapping[str, Value]) -> dict[str, Any]:
    """What is decided of a planned object, as plain JSON; the platform decides the rest."""
    return {name: to_json(value) if value.is_known else None for name, value in planned.items()}


def _applied(kind: Kind, planned: Value, given: Mapping[str, Any], found: Mapping[str, Any]) -> Value:
    """The platform's object as a value. What is as it was planned is taken from there: that is cheaper."""
    types = kind.block.implied_type
    raw = {
        name: value if value.is_known and given[name] == found[name] else from_json(found[name], types.attributes[name])
        for name, value in planned.raw.items()
    }
    return Value(types, raw)


def _lookup_problems(kind: Kind, config: Value) -> list[Diagnostic]:
    raw = config.raw
    by_name = ["name", *([kind.parent_attribute] if kind.parent else [])]
    given = [n for n in by_name if raw[n].raw is not None]
    if raw["id"].raw is not None:
        if given and raw["id"].is_known:
            wanted = " and ".join(f'"{n}"' for n in by_name)
            return [error("Conflicting arguments", f'Set either "id" or {wanted}, not both.', path=(given[0],))]
        return []
    missing = [n for n in by_name if n not in given]
    if not missing:
        return []
    wanted = " and ".join(f'"{n}"' for n in by_name)
    return [
        error(
            "Missing required argument",
            f'{kind.name.capitalize()}s are found by "id", or by {wanted}: set one or the other.',
            path=(given[0],) if given else (),
        )
    ]


def _without_database(response: PlanResponse) -> PlanResponse:
    """The attributes that only databases have are null for everything else, and unknown when it becomes one."""
    raw = dict(response.planned.raw)
    database = raw["database"]
    if not database.is_known:
        return response
    for name in DATABASE_ATTRIBUTES:
        if database.raw is None:
            raw[name] = null(raw[name].type)
    return replace(response, planned=object_value(raw))


def _other_source(prior: Value, planned: Value) -> list[tuple[str, ...]]:
    """The blocks that show that a service would run something of another kind: that makes another service."""
    if prior.raw is None:
        return []
    return [
        (name,)
        for name in SOURCES
        if planned.raw[name].raw is not UNKNOWN and (prior.raw[name].raw is None) != (planned.raw[name].raw is None)
    ]
