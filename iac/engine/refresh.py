"""Refreshing: looking at the real objects, and noting where they differ from what was last applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iac.address import ResourceInstance
from iac.engine.objects import decode, with_schema_marks
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.plan.model import Action, Change, Drift
from iac.state.model import InstanceObject
from iac.values.paths import marks_by_path, with_marks_by_path
from iac.values.value import Value, unmark_deep

Progress = Callable[[str, ResourceInstance, Value], None]
"""Called with what is being done (`refresh`, `import`) to what, and the object so far; and with what was done
(`refreshed`, or `read` of a data source), and the object then."""


def silent(action: str, address: ResourceInstance, value: Value) -> None:
    """The progress nobody looks at."""


class Refresher:
    """Reads objects for one plan; `drift` is what was found to differ. When not `enabled` it believes the state.

    `previous` has the address in the state of every object that moved; `shows_moves` says that moving alone is
    drift, too.
    """

    def __init__(
        self,
        prepared: Prepared,
        providers: Providers,
        progress: Progress,
        *,
        enabled: bool,
        previous: Mapping[ResourceInstance, ResourceInstance],
        shows_moves: bool,
    ) -> None:
        self.prepared = prepared
        self.providers = providers
        self.progress = progress
        self.enabled = enabled
        self.previous = previous
        self.shows_moves = shows_moves
        self.drift: list[Drift] = []

    def read(self, address: ResourceInstance, stored: InstanceObject, provider_name: str | None = None) -> Value:
        """The object as it is now, marked like the state's; null when it is gone.

        `address` is where the object will be, which differs from the stored one after a move.
        """
        name = provider_name or stored.provider
        schema = self.prepared.schema(name, address.resource)
        known = decode(stored, schema)
        if not self.enabled:
            return known
        self.progress("refresh", address, known)
        plain, _ = unmark_deep(known)
        current = self.providers.by_name(name).read(address.resource.type, plain)
        self.progress("refreshed", address, current)
        if current == plain:
            if self.shows_moves and address in self.previous:
                self._found(Action.NO_OP, address, stored, name, known, known)
            return known
        marked = with_schema_marks(schema.block, with_marks_by_path(current, marks_by_path(known)))
        if current.is_null:
            marked = current  # what is gone has no secrets
        action = Action.DELETE if current.is_null else Action.UPDATE
        self._found(action, address, stored, name, known, marked)
        return marked

    def _found(
        self, action: Action, address: ResourceInstance, stored: InstanceObject, name: str, before: Value, after: Value
    ) -> None:
        schema = self.prepared.schema(name, address.resource)
        change = Change(action, before, after)
        previous = self.previous.get(address)
        self.drift.append(Drift(address, change, schema, name, stored.deposed, previous, stored.version))
