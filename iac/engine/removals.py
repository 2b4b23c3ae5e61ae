"""Plans the removal of what the configuration no longer has: orphans, superseded objects, everything on destroy."""

from __future__ import annotations

from iac.address import ResourceInstance
from iac.config.model import ResourceBlock
from iac.engine.change import refuse_prevented
from iac.engine.evaluator import Evaluator
from iac.engine.expansion import COUNT, FOR_EACH, kind_of
from iac.engine.prepare import Prepared
from iac.engine.refresh import Refresher
from iac.plan.model import Action, ActionReason, Change, ResourceChange
from iac.state.model import InstanceObject
from iac.values.value import null


class Removals:
    """Plans deletes for one plan, over the modules that the evaluator has expanded."""

    def __init__(self, prepared: Prepared, evaluator: Evaluator, refresher: Refresher) -> None:
        self.prepared = prepared
        self.evaluator = evaluator
        self.refresher = refresher

    def delete(self, address: ResourceInstance, stored: InstanceObject, *, destroy: bool) -> ResourceChange | None:
        """The delete of one object; None when it is gone already. `destroy` says that everything goes.

        Raises `DiagnosticsError` when its lifecycle forbids it.
        """
        known = self.refresher.read(address, stored)
        if known.is_null:
            return None
        resource = self.prepared.config.resource(address.config)
        refuse_prevented(resource, address)
        schema = self.prepared.schema(stored.provider, address.resource)
        gone = null(schema.block.implied_type)
        return ResourceChange(
            address,
            Change(Action.DELETE, known, gone),
            schema,
            stored.provider,
            gone,
            None if destroy else self._why(address, resource),
            prior_dependencies=stored.dependencies,
            create_before_destroy=stored.create_before_destroy,
            source=resource.range if resource else None,
            prior_version=stored.version,
        )

    def _why(self, address: ResourceInstance, resource: ResourceBlock | None) -> ActionReason:
        if resource is None:
            return ActionReason.DELETE_BECAUSE_NO_RESOURCE_CONFIG
        if address.module not in self.evaluator.repetitions:
            return ActionReason.DELETE_BECAUSE_NO_MODULE
        kind = kind_of(resource)
        if kind == COUNT and isinstance(address.key, int):
            return ActionReason.DELETE_BECAUSE_COUNT_INDEX
        if kind == FOR_EACH and isinstance(address.key, str):
            return ActionReason.DELETE_BECAUSE_EACH_KEY
        return ActionReason.DELETE_BECAUSE_WRONG_REPETITION

    def delete_deposed(self, address: ResourceInstance, key: str, stored: InstanceObject) -> ResourceChange:
        """The delete of an object that its replacement has superseded; a no-op when it is gone already."""
        known = self.refresher.read(address, stored)
        schema = self.prepared.schema(stored.provider, address.resource)
        gone = null(schema.block.implied_type)
        return ResourceChange(
            address,
            Change(Action.NO_OP if known.is_null else Action.DELETE, known, gone),
            schema,
            stored.provider,
            gone,
            deposed=key,
            prior_dependencies=stored.dependencies,
            prior_version=stored.version,
        )
