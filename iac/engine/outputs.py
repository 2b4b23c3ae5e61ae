"""What happens to the root module's outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from iac.config.model import Module
from iac.plan.model import Action, Change, OutputChange
from iac.state.model import OutputState
from iac.values.value import ONLY_SENSITIVE, Value, null, unmark_deep


def output_changes(
    root: Module, values: Mapping[str, Value], known: Mapping[str, OutputState], keep: Iterable[str] = ()
) -> list[OutputChange]:
    """The change of every output declared or remembered, by name. `values` are the new values; an output with
    none is deleted, unless it is in `keep`."""
    changes = []
    kept = set(keep)
    for name in sorted({*values, *known} - kept):
        stored = known.get(name)
        declared = root.outputs.get(name)
        sensitive = (stored.sensitive if stored else False) or (declared.sensitive if declared else False)
        before = stored.value if stored else null()
        after = values.get(name, null())
        if stored is None:
            # The state has no outputs that are null.
            action = Action.NO_OP if after.is_null else Action.CREATE
        elif name not in values:
            action = Action.DELETE
        else:
            same = unmark_deep(after)[0] == unmark_deep(before)[0]
            declared_so = declared.sensitive if declared else False
            action = Action.NO_OP if same and stored.sensitive == declared_so else Action.UPDATE
        # A sensitive output is hidden as a whole, wherever in it the secrets are.
        if stored is not None and stored.sensitive:
            before = before.with_marks(ONLY_SENSITIVE)
        if declared is not None and declared.sensitive:
            after = unmark_deep(after)[0].with_marks(ONLY_SENSITIVE)
        changes.append(OutputChange(name, Change(action, before, after), sensitive))
    return changes
