"""`replace_triggered_by`: whether the plan so far changes something that a resource is to be replaced with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iac.address import AbsResource, InstanceKey
from iac.config.meta import trigger_parts
from iac.engine.change import Subject
from iac.engine.evaluator import Evaluator, ModuleScope
from iac.hcl.evaluate import evaluate
from iac.hcl.syntax import Attr, Expression, Index, Step
from iac.plan.model import Action, ResourceChange
from iac.values.paths import get


def is_triggered(
    subject: Subject,
    evaluator: Evaluator,
    scope: ModuleScope,
    planned: Mapping[AbsResource, Sequence[ResourceChange]],
) -> bool:
    """Whether one of the changes planned so far, by resource, is named by the subject's `replace_triggered_by`."""
    for expression in subject.resource.lifecycle.replace_triggered_by:
        parts = trigger_parts(expression)
        assert parts is not None
        traversal, key_expression, rest = parts
        reference = evaluator.reference(traversal)
        assert reference.resource is not None
        changes = planned.get(AbsResource(subject.address.module, reference.resource), ())
        key = _trigger_key(scope, key_expression, rest)
        if key is not None:
            changes = [c for c in changes if c.address.key == key]
        path = tuple(s.name for s in rest if isinstance(s, Attr))
        if any(_triggers(change, path) for change in changes):
            return True
    return False


def _triggers(change: ResourceChange, path: tuple[str, ...]) -> bool:
    if change.action in (Action.NO_OP, Action.READ, Action.CREATE):
        return False
    if change.action.is_replace or not path:
        return True
    before, after = get(change.change.before, path), get(change.change.after, path)
    return before != after or (after is not None and not after.is_wholly_known)


def _trigger_key(scope: ModuleScope, key: Expression | None, rest: Sequence[Step]) -> InstanceKey:
    """The instance key that an expression of replace_triggered_by names, or None for all instances."""
    value = None
    if key is not None:
        value = evaluate(key, scope).raw
    elif rest and isinstance(rest[0], Index):
        value = rest[0].key.raw
    return value if isinstance(value, (str, int)) else None
