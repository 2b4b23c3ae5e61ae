"""Plans one managed resource instance: from prior object and configuration to a change.

The life cycle and its rules are Terraform's: validate, merge configuration and prior object, ask the
provider, compare, and decide between update and replacement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from iac.address import ConfigResource, ResourceInstance
from iac.config.body import CompiledBody
from iac.config.model import ResourceBlock
from iac.database import SchemaDamaged
from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError, Severity, error
from iac.engine.objects import conceal, with_schema_marks
from iac.plan.model import Action, ActionReason, Change, ResourceChange
from iac.providers.planning import proposed_new
from iac.providers.protocol import PlanRequest, PlanResponse, Provider
from iac.schema import Block, ResourceSchema
from iac.values.paths import Key, Path, get, marks_by_path, with_marks_by_path
from iac.values.value import UNKNOWN, Value, null, rebuild, unmark_deep


@dataclass(frozen=True, slots=True)
class Subject:
    """The instance that is planned, and what is known of it beyond its values."""

    address: ResourceInstance
    resource: ResourceBlock
    body: CompiledBody
    schema: ResourceSchema
    provider: Provider
    provider_name: str
    dependencies: tuple[ConfigResource, ...]
    create_before_destroy: bool
    prior_dependencies: tuple[ConfigResource, ...] = ()
    tainted: bool = False
    requested: bool = False
    triggered: bool = False
    previous_address: ResourceInstance | None = None
    prior_version: int | None = None
    import_id: str | None = None


def validate_config_value(subject: Subject, config: Value) -> list[Diagnostic]:
    """What the provider has against a configuration (which may be marked), each with its place."""
    plain, _ = unmark_deep(config)
    found = subject.provider.validate(subject.address.resource.mode, subject.address.resource.type, plain)
    return located(subject, found, config)


def located(subject: Subject, found: Sequence[Diagnostic], config: Value) -> list[Diagnostic]:
    """A provider's diagnostics with the place in the file and the address, and without what is sensitive in
    the configuration that they are about."""
    found = conceal(found, config)
    return [d.at(subject.body.locate(d.path or ())).about(str(subject.address)) for d in found]


def plan_change(subject: Subject, config: Value, prior: Value, diagnostics: Diagnostics) -> ResourceChange:
    """The change that brings `prior` (null when there is none) to `config`; both may be marked.

    Raises `DiagnosticsError` when the configuration or the plan is not acceptable.
    """
    problems = validate_config_value(subject, config)
    if any(d.severity is Severity.ERROR for d in problems):
        raise DiagnosticsError(problems)
    diagnostics.extend(problems)
    plain_prior, _ = unmark_deep(prior)
    block = subject.schema.block
    marked = with_ignored(subject.resource, block, config, prior)
    effective, _ = unmark_deep(marked)
    response = _ask(subject, plain_prior, effective, marked, diagnostics)
    planned = response.planned
    replace_paths = _really_changed(response.requires_replace, plain_prior, planned)
    action, reason = _decide(subject, plain_prior, planned, replace_paths)
    if action.is_replace:
        # A new object is made as the configuration says: there is nothing yet whose changes could be ignored.
        marked = config
        effective, _ = unmark_deep(marked)
        planned = _ask(subject, null(block.implied_type), effective, marked, diagnostics).planned
    after = with_schema_marks(block, with_marks_by_path(planned, marks_by_path(marked)))
    if action is Action.NO_OP and marks_by_path(after) != marks_by_path(prior):
        action = Action.UPDATE
    if action.is_replace:
        refuse_prevented(subject.resource, subject.address)
    return ResourceChange(
        subject.address,
        Change(action, prior, after),
        subject.schema,
        subject.provider_name,
        marked,
        reason,
        tuple(replace_paths) if action.is_replace else (),
        previous_address=subject.previous_address,
        import_id=subject.import_id,
        dependencies=subject.dependencies,
        prior_dependencies=subject.prior_dependencies,
        create_before_destroy=subject.create_before_destroy,
        source=subject.resource.range,
        prior_version=subject.prior_version,
    )


def _ask(subject: Subject, prior: Value, config: Value, marked: Value, diagnostics: Diagnostics) -> PlanResponse:
    proposed = proposed_new(subject.schema.block, prior, config)
    type = subject.address.resource.type
    try:
        response = subject.provider.plan(PlanRequest(type, prior, config, proposed))
    except SchemaDamaged:
        raise
    except DiagnosticsError as problem:
        raise DiagnosticsError(located(subject, problem.diagnostics, marked)) from None
    problems = located(subject, response.diagnostics, marked)
    if any(d.severity is Severity.ERROR for d in problems):
        raise DiagnosticsError(problems)
    diagnostics.extend(problems)
    return response


def _really_changed(paths: Sequence[Path], prior: Value, planned: Value) -> list[Path]:
    """The paths of `requires_replace` at which something differs or may differ."""
    if prior.is_null:
        return []
    found: dict[Path, None] = {}
    for path in paths:
        before, after = get(prior, path), get(planned, path)
        if before != after or (after is not None and not after.is_wholly_known):
            found[path] = None
    return list(found)


def _decide(
    subject: Subject, prior: Value, planned: Value, replace_paths: Sequence[Path]
) -> tuple[Action, ActionReason | None]:
    if prior.is_null:
        return Action.CREATE, None
    replace = Action.CREATE_THEN_DELETE if subject.create_before_destroy else Action.DELETE_THEN_CREATE
    if subject.tainted:
        return replace, ActionReason.REPLACE_BECAUSE_TAINTED
    if replace_paths:
        return replace, ActionReason.REPLACE_BECAUSE_CANNOT_UPDATE
    if subject.requested:
        return replace, ActionReason.REPLACE_BY_REQUEST
    if subject.triggered:
        return replace, ActionReason.REPLACE_BY_TRIGGERS
    if planned == prior:
        return Action.NO_OP, None
    return Action.UPDATE, None


def refuse_prevented(resource: ResourceBlock | None, address: ResourceInstance) -> None:
    """Raises `DiagnosticsError` when the resource's lifecycle forbids what would destroy the instance."""
    if resource is not None and resource.lifecycle.prevent_destroy:
        raise DiagnosticsError(
            error(
                "Instance cannot be destroyed",
                f"Resource {address} has lifecycle.prevent_destroy set, but the plan calls for this resource to be "
                "destroyed. To avoid this error and continue with the plan, either disable lifecycle.prevent_destroy "
                "or reduce the scope of the plan using the -target option.",
                resource.range,
                address=str(address),
            )
        )


# --- ignore_changes --------------------------------------------------------------------------------------


def with_ignored(resource: ResourceBlock, block: Block, config: Value, prior: Value) -> Value:
    """The configuration with what `ignore_changes` names taken from the prior object."""
    ignored = resource.lifecycle.ignore_changes
    if prior.is_null:
        return config
    if ignored is None:
        parts = [prior.raw[n] if n in block.blocks or _settable(block, n) else v for n, v in config.raw.items()]
        return rebuild(config, parts)
    for path in ignored:
        config = _taken_from(config, prior, path)
    return config


def _settable(block: Block, name: str) -> bool:
    attribute = block.attributes[name]
    return attribute.required or attribute.optional


def _taken_from(config: Value, prior: Value, path: Path) -> Value:
    """`config` with what stands at `path` as it is in `prior`, a map key that is missing there removed."""
    if not path:
        return prior
    if config.raw is None or config.raw is UNKNOWN or prior.raw is None:
        return config
    step, rest = path[0], path[1:]
    key = step.key if isinstance(step, Key) else step
    marks = config.marks | prior.marks
    if config.raw.__class__ is dict and prior.raw.__class__ is dict:
        new = dict(config.raw)
        if key not in prior.raw:
            if config.type.kind == "map":
                new.pop(key, None)
        elif key in new:
            new[key] = _taken_from(new[key], prior.raw[key], rest)
        elif not rest:
            new[key] = prior.raw[key]
        keys = sorted(new)
        return rebuild(Value(config.type, dict.fromkeys(keys), marks), [new[k] for k in keys])
    both_sequences = config.raw.__class__ is tuple and prior.raw.__class__ is tuple
    if both_sequences and isinstance(key, int) and key < min(len(config.raw), len(prior.raw)):
        items = list(config.raw)
        items[key] = _taken_from(items[key], prior.raw[key], rest)
        return rebuild(config, items).with_marks(marks)
    return config
