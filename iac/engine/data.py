"""Data sources: read while planning where that is possible, else during apply."""

from __future__ import annotations

from collections.abc import Mapping

from iac.address import DATA, ConfigResource, Resource
from iac.config.model import ResourceBlock
from iac.database import SchemaDamaged
from iac.diagnostics import Diagnostics, DiagnosticsError, Severity
from iac.engine.change import Subject, located, validate_config_value
from iac.engine.conditions import as_check_warnings
from iac.engine.graph import Node
from iac.engine.objects import with_schema_marks
from iac.engine.prepare import Prepared
from iac.plan.model import Action, ActionReason, Change, DataRead, ResourceChange
from iac.schema import Block
from iac.values.paths import marks_by_path, with_marks_by_path
from iac.values.value import Value, null, object_value, unknown, unmark_deep


def is_pending(resource: ResourceBlock, prepared: Prepared, changed: Mapping[ConfigResource, bool]) -> bool:
    """Whether something that the data source, or its module, depends on is still to change.

    Naming a managed resource in its arguments counts as `depends_on` for a data source (Terraform): it is to see
    what comes of it.
    """
    graph = prepared.graph
    needs = graph.resource_dependencies[resource.config_address]
    explicit = bool(resource.depends_on)
    for depth in range(1, len(resource.module) + 1):
        parent = prepared.config.modules[resource.module[: depth - 1]]
        explicit = explicit or bool(parent.calls[resource.module[depth - 1]].depends_on)
    if not explicit:
        named = {
            ConfigResource(n.module, n.name)
            for n in graph.dependencies[Node("resource", resource.module, resource.address)]
            if isinstance(n.name, Resource) and n.name.mode != DATA
        }
        needs = frozenset(named).union(*(graph.resource_dependencies[address] for address in named))
    return any(changed.get(need) for need in needs if need.resource.mode != DATA)


def plan_data(subject: Subject, config: Value, *, pending: bool, diagnostics: Diagnostics) -> DataRead | ResourceChange:
    """Reads the data source, or plans to read it when its configuration is not known yet or something that it
    depends on (`pending`) is still to change. Raises `DiagnosticsError` when it cannot be read."""
    marks = marks_by_path(config)
    plain, _ = unmark_deep(config)
    problems = validate_config_value(subject, config)
    if any(d.severity is Severity.ERROR for d in problems):
        raise DiagnosticsError(problems)
    diagnostics.extend(problems)
    block = subject.schema.block
    planned = with_schema_marks(block, with_marks_by_path(_with_unknowns(block, plain), marks))
    reason = ActionReason.READ_BECAUSE_CONFIG_UNKNOWN
    if plain.is_wholly_known:
        reason = ActionReason.READ_BECAUSE_DEPENDENCY_PENDING
        if not pending and subject.resource.check is None:
            return DataRead(subject.address, read_data(subject, config), subject.schema, subject.provider_name)
        if not pending:
            # It is read again during apply, when what the check is about has changed.
            reason = ActionReason.READ_BECAUSE_CHECK_NESTED
            planned = read_for_check(subject, config, diagnostics) or planned
    return ResourceChange(
        subject.address,
        Change(Action.READ, null(block.implied_type), planned),
        subject.schema,
        subject.provider_name,
        config,
        reason,
        dependencies=subject.dependencies,
        source=subject.resource.range,
    )


def read_data(subject: Subject, config: Value) -> Value:
    """The result of a data source for a wholly known configuration, marked."""
    plain, _ = unmark_deep(config)
    try:
        result = subject.provider.read_data(subject.address.resource.type, plain)
    except SchemaDamaged:
        raise
    except DiagnosticsError as problem:
        raise DiagnosticsError(located(subject, problem.diagnostics, config)) from None
    return with_schema_marks(subject.schema.block, with_marks_by_path(result, marks_by_path(config)))


def read_for_check(subject: Subject, config: Value, diagnostics: Diagnostics) -> Value | None:
    """The result of a data source that stands in a check block; None, and a warning, when it cannot be read."""
    try:
        return read_data(subject, config)
    except DiagnosticsError as problem:
        diagnostics.extend(as_check_warnings(d.about(str(subject.address)) for d in problem.diagnostics))
        return None


def _with_unknowns(block: Block, config: Value) -> Value:
    """The configuration with everything that reading will decide unknown."""
    raw = dict(config.raw)
    for name, attribute in block.attributes.items():
        if attribute.computed and raw[name].is_null:
            raw[name] = unknown(attribute.type)
    return object_value(raw)
