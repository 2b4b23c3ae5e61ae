"""Data sources: read while planning where that is possible, else during apply."""

from __future__ import annotations

from iac.diagnostics import Diagnostics, DiagnosticsError, Severity
from iac.engine.change import Subject, located, validate_config_value
from iac.engine.objects import with_schema_marks
from iac.plan.model import Action, ActionReason, Change, DataRead, ResourceChange
from iac.schema import Block
from iac.values.paths import marks_by_path, with_marks_by_path
from iac.values.value import Value, null, object_value, unknown, unmark_deep


def plan_data(subject: Subject, config: Value, *, pending: bool, diagnostics: Diagnostics) -> DataRead | ResourceChange:
    """Reads the data source, or plans to read it when its configuration is not known yet or something that it
    depends on (`pending`) is still to change. Raises `DiagnosticsError` when it cannot be read."""
    marks = marks_by_path(config)
    plain, _ = unmark_deep(config)
    problems = validate_config_value(subject, config)
    if any(d.severity is Severity.ERROR for d in problems):
        raise DiagnosticsError(problems)
    diagnostics.extend(problems)
    if plain.is_wholly_known and not pending:
        return DataRead(subject.address, read_data(subject, config), subject.schema, subject.provider_name)
    block = subject.schema.block
    planned = with_schema_marks(block, with_marks_by_path(_with_unknowns(block, plain), marks))
    reason = (
        ActionReason.READ_BECAUSE_DEPENDENCY_PENDING
        if plain.is_wholly_known
        else ActionReason.READ_BECAUSE_CONFIG_UNKNOWN
    )
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
    except DiagnosticsError as problem:
        raise DiagnosticsError(located(subject, problem.diagnostics, config)) from None
    return with_schema_marks(subject.schema.block, with_marks_by_path(result, marks_by_path(config)))


def _with_unknowns(block: Block, config: Value) -> Value:
    """The configuration with everything that reading will decide unknown."""
    raw = dict(config.raw)
    for name, attribute in block.attributes.items():
        if attribute.computed and raw[name].is_null:
            raw[name] = unknown(attribute.type)
    return object_value(raw)
