"""Import blocks while planning: which instance takes over which existing object.

Owns evaluating the blocks and finding the object. What is then planned for it is left to `change`. Rules and wording
are Terraform's.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from iac.address import ROOT, AbsResource, ConfigResource, InstanceKey, ModuleStep, ResourceInstance
from iac.config.model import Config, ImportBlock, ImportTarget
from iac.diagnostics import Diagnostic, DiagnosticsError, Pos, SourceRange, error
from iac.engine.evaluator import Evaluator
from iac.engine.expansion import COUNT, EPHEMERAL_FOR_EACH, SINGLE, Repetition, kind_of
from iac.engine.objects import with_schema_marks
from iac.engine.refresh import Progress
from iac.hcl.evaluate import evaluate
from iac.hcl.evaluation.involved import involved_values
from iac.hcl.scope import Scope
from iac.hcl.syntax import Expression, Literal
from iac.providers.protocol import Provider
from iac.schema import ResourceSchema
from iac.values.convert import ConversionError, convert
from iac.values.types import STRING
from iac.values.value import EPHEMERAL, SENSITIVE, Value, number, string, unmark_deep

_HIDDEN = "(sensitive value)"
_ASKED: Final = "<import-address>"
"""The file of blocks that nobody has written."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One object to import: by its id, for an instance. `shown_id` is the id as it may be shown."""

    id: str
    shown_id: str
    range: SourceRange


def import_block(address: ResourceInstance, id: str) -> ImportBlock:
    """The block that asks to import an object, where nobody has written one."""
    where = SourceRange(_ASKED, Pos(1, 1, 0), Pos(1, 1, 0))
    keys = [_literal(step.key, where) for step in address.module]
    target = ImportTarget(address.config, keys, _literal(address.key, where), where)
    return ImportBlock(target, Literal(where, string(id)), None, where)


def without_place(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics, those of a block that nobody has written at no place."""
    return [
        replace(d, subject=None, context=None) if d.subject and d.subject.filename == _ASKED else d for d in problems
    ]


def _literal(key: InstanceKey, where: SourceRange) -> Expression | None:
    if key is None:
        return None
    return Literal(where, string(key) if isinstance(key, str) else number(key))


class Imports:
    """The import blocks of a configuration, or some of them, evaluated when the resource that they are for is
    planned."""

    def __init__(self, config: Config, evaluator: Evaluator, blocks: Sequence[ImportBlock] | None = None) -> None:
        self._config = config
        self._evaluator = evaluator
        self._by_block: dict[ConfigResource, list[ImportBlock]] = {}
        for block in config.root.imports if blocks is None else blocks:
            self._by_block.setdefault(block.to.resource, []).append(block)

    def without_target(self) -> list[DiagnosticsError]:
        """An error for every import of something that the configuration does not have."""
        return [
            _no_target(block)
            for address, blocks in self._by_block.items()
            if self._config.resource(address) is None
            for block in blocks
        ]

    def of(self, block: ConfigResource) -> Mapping[ResourceInstance, ImportRequest]:
        """The imports for the instances of one block. Raises `DiagnosticsError`."""
        found: dict[ResourceInstance, ImportRequest] = {}
        for wanted in self._by_block.get(block, ()):
            for repetition in self._repetitions(wanted):
                scope = self._evaluator.scope(ROOT, repetition)
                found[self._address(wanted, scope)] = _request(wanted, scope)
        return found

    def _repetitions(self, block: ImportBlock) -> list[Repetition]:
        if block.for_each is None:
            return [Repetition()]
        scope = self._evaluator.scope(ROOT)
        value, marks = unmark_deep(evaluate(block.for_each, scope))
        if EPHEMERAL in marks:
            raise DiagnosticsError(error("Invalid for_each argument", EPHEMERAL_FOR_EACH, block.for_each.range))
        if value.is_null:
            return []
        if not value.is_known:
            raise DiagnosticsError(
                error(
                    "Invalid for_each argument",
                    'The "for_each" expression includes values derived from other resource attributes that cannot be '
                    "determined until apply, and so iac cannot determine the full set of values that might be used to "
                    "import this resource.",
                    block.for_each.range,
                    values=involved_values(block.for_each, scope, unknown=True),
                )
            )
        if value.type.kind not in ("map", "object", "set", "list", "tuple"):
            detail = "The for_each expression of an import block must be a collection."
            raise DiagnosticsError(error("Invalid for_each argument", detail, block.for_each.range))
        if isinstance(value.raw, dict):
            return [Repetition(name, part) for name, part in value.raw.items()]
        return [Repetition(_key_of(i, e, is_set=value.type.kind == "set"), e) for i, e in enumerate(value.raw)]

    def _address(self, block: ImportBlock, scope: Scope) -> ResourceInstance:
        target = block.to
        steps = [
            ModuleStep(name, _key(expression, scope, target.range))
            for name, expression in zip(target.resource.module, target.module_keys, strict=True)
        ]
        key = _key(target.key, scope, target.range)
        resource = self._config.resource(target.resource)
        if resource is not None and key is not None and kind_of(resource) == SINGLE:
            word = "count" if isinstance(key, int) else "for_each"
            raise DiagnosticsError(
                error("Invalid import 'to' expression", f"The target resource does not use {word}.", target.range)
            )
        if resource is not None and kind_of(resource) == COUNT and isinstance(key, str):
            detail = "The target resource does not use for_each."
            raise DiagnosticsError(error("Invalid import 'to' expression", detail, target.range))
        return AbsResource(tuple(steps), target.resource.resource).instance(key)


def refuse_missing(
    requests: Mapping[ResourceInstance, ImportRequest], instances: Container[ResourceInstance]
) -> list[DiagnosticsError]:
    """An error for every import for an instance that the configuration does not have."""
    return [
        DiagnosticsError(
            error(
                "Configuration for import target does not exist",
                f"The configuration for the given import target {address} does not exist. All target instances must "
                "have an associated configuration to be imported.",
                request.range,
            )
        )
        for address, request in requests.items()
        if address not in instances
    ]


def import_object(
    address: ResourceInstance, provider: Provider, schema: ResourceSchema, request: ImportRequest, progress: Progress
) -> Value:
    """The existing object, as the provider reads it. Raises `DiagnosticsError` when there is none."""
    type = address.resource.type
    progress("import", address, string(request.shown_id))
    try:
        found = [o.state for o in provider.import_state(type, request.id) if o.type == type]
    except DiagnosticsError as problem:
        raise DiagnosticsError(d.at(request.range) for d in problem.diagnostics) from None
    if found:
        progress("refresh", address, found[0])
    current = provider.read(type, found[0]) if found else None
    if current is not None:
        progress("refreshed", address, current)
    if current is None or current.is_null:
        raise DiagnosticsError(
            error(
                "Cannot import non-existent remote object",
                f'While attempting to import an existing object to "{address}", the provider detected that no '
                "object exists with the given id. Only pre-existing objects can be imported; check that the id is "
                "correct and that it is associated with the provider's configured region or endpoint, or use "
                '"iac apply" to create a new remote object for this resource.',
                request.range,
            )
        )
    return with_schema_marks(schema.block, current)


def _no_target(block: ImportBlock) -> DiagnosticsError:
    address = block.to.resource
    advice = "All target instances must have an associated configuration to be imported."
    if not address.module:
        advice = (
            "If you wish to automatically generate config for this resource, use the -generate-config-out option "
            "within iac plan. Otherwise, make sure the target resource exists within your configuration. For "
            "example:\n\n  iac plan -generate-config-out=generated.tf"
        )
    return DiagnosticsError(
        error(
            "Configuration for import target does not exist",
            f"The configuration for the given import target {address} does not exist. {advice}",
            block.to.range,
        )
    )


def _request(block: ImportBlock, scope: Scope) -> ImportRequest:
    where = block.id.range
    value, marks = unmark_deep(evaluate(block.id, scope))
    if value.is_null:
        raise _invalid_id("The import ID cannot be null.", where)
    if not value.is_known:
        raise _invalid_id(
            'The import block "id" argument depends on resource attributes that cannot be determined until apply, so '
            "iac cannot plan to import this resource.",
            where,
        )
    try:
        text = str(convert(value, STRING).raw)
    except ConversionError as problem:
        raise DiagnosticsError(error("Incorrect value type", f"Invalid expression value: {problem}.", where)) from None
    if not text:
        raise _invalid_id("The import ID value evaluates to an empty string, please provide a non-empty value.", where)
    return ImportRequest(text, _HIDDEN if SENSITIVE in marks else text, block.to.range)


def _invalid_id(detail: str, where: SourceRange) -> DiagnosticsError:
    return DiagnosticsError(error("Invalid import id argument", detail, where))


def _key(expression: Expression | None, scope: Scope, where: SourceRange) -> InstanceKey:
    if expression is None:
        return None
    value, _ = unmark_deep(evaluate(expression, scope))
    raw = value.raw if value.is_known else None
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        detail = "Invalid resource instance key: either a string or an integer is required."
        raise DiagnosticsError(error("Invalid address", detail, where))
    return raw


def _key_of(index: int, element: Value, *, is_set: bool) -> InstanceKey:
    """`each.key` of an element: itself for a set, its index for a list."""
    return element.raw if is_set and isinstance(element.raw, (str, int)) else index
