"""Plans the removal of what the configuration no longer has: orphans, superseded objects, everything on destroy."""

from __future__ import annotations

from collections.abc import Sequence

from iac.address import ResourceInstance, module_path
from iac.config.model import ResourceBlock
from iac.diagnostics import Diagnostic, warning
from iac.engine.change import refuse_prevented
from iac.engine.evaluator import Evaluator
from iac.engine.expansion import COUNT, FOR_EACH, kind_of
from iac.engine.moves import Moves
from iac.engine.prepare import Prepared
from iac.engine.refresh import Refresher
from iac.plan.model import Action, ActionReason, Change, ResourceChange
from iac.state.model import InstanceObject
from iac.values.value import null


class Removals:
    """Plans deletes for one plan, over the modules that the evaluator has expanded."""

    def __init__(self, prepared: Prepared, evaluator: Evaluator, refresher: Refresher, moves: Moves) -> None:
        self.prepared = prepared
        self.moves = moves
        self.evaluator = evaluator
        self.refresher = refresher

    def delete(self, address: ResourceInstance, stored: InstanceObject, *, destroy: bool) -> ResourceChange | None:
        """The delete of one object, or the forgetting of it where a `removed` block asks for that; None when it is
        gone already. `destroy` says that everything goes.

        Raises `DiagnosticsError` when its lifecycle forbids it.
        """
        known = self.refresher.read(address, stored)
        if known.is_null:
            return None
        resource = self.prepared.config.resource(address.config)
        action = Action.FORGET if not destroy and self._is_forgotten(address) else Action.DELETE
        if action is Action.DELETE:
            refuse_prevented(resource, address)
        schema = self.prepared.schema(stored.provider, address.resource)
        gone = null(schema.block.implied_type)
        return ResourceChange(
            address,
            Change(action, known, gone),
            schema,
            stored.provider,
            gone,
            None if destroy else self._why(address, resource),
            previous_address=self.moves.previous.get(address),
            prior_dependencies=stored.dependencies,
            create_before_destroy=stored.create_before_destroy,
            source=resource.range if resource else None,
            prior_version=stored.version,
        )

    def _why(self, address: ResourceInstance, resource: ResourceBlock | None) -> ActionReason:
        if resource is None and address in self.moves.previous:
            return ActionReason.DELETE_BECAUSE_NO_MOVE_TARGET
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

    def _is_forgotten(self, address: ResourceInstance) -> bool:
        """Whether a `removed` block says that the object is to stay where it is."""
        path = module_path(address.module)
        for module in self.prepared.config.modules.values():
            for block in module.removals:
                source = (*module.path, *module_path(block.source.module))
                if block.source.resource is None:
                    found = path[: len(source)] == source
                else:
                    found = path == source and address.resource == block.source.resource
                if found:
                    return not block.destroy
        return False

    def delete_deposed(self, address: ResourceInstance, key: str, stored: InstanceObject) -> ResourceChange:
        """The delete of an object that its replacement has superseded; a no-op when it is gone already."""
        known = self.refresher.read(address, stored)
        schema = self.prepared.schema(stored.provider, address.resource)
        gone = null(schema.block.implied_type)
        action = Action.FORGET if self._is_forgotten(address) else Action.DELETE
        return ResourceChange(
            address,
            Change(Action.NO_OP if known.is_null else action, known, gone),
            schema,
            stored.provider,
            gone,
            deposed=key,
            previous_address=self.moves.previous.get(address),
            prior_dependencies=stored.dependencies,
            prior_version=stored.version,
        )


def forgotten_warning(addresses: Sequence[str]) -> Diagnostic | None:
    """What to say of the objects that are only forgotten; None when there are none."""
    if not addresses:
        return None
    listed = "".join(f"\n - {address}" for address in addresses)
    return warning(
        "Some objects will no longer be managed by iac",
        "If you apply this plan, iac will discard its tracking information for the following objects, but it will not "
        f"delete them:{listed}\n\nAfter applying this plan, iac will no longer manage these objects. You will need to "
        "import them into iac to manage them again.",
    )
