"""Putting a whole state, as a state file holds it, in the place of the one there is.

Owns the rules, which are those of Terraform's `state push`: lineage and serial protect against overwriting another
state or a newer one. Each object that comes or goes is an event. Objects are not touched: the next plan finds out how
they are. Leaves reading the file to `state.file_reader`, lock and transaction to `project`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from iac.address import MANAGED, ResourceInstance
from iac.audit.groups import changed_groups
from iac.audit.record import IMPORT, UPDATE, Operation
from iac.diagnostics import Diagnostic, DiagnosticsError, error, warning
from iac.engine.objects import decode, encode, sensitive_paths
from iac.engine.prepare import Catalog
from iac.engine.state_edits import StateEditor
from iac.schema import ResourceSchema
from iac.state.checks import CheckResult
from iac.state.model import InstanceObject, State
from iac.values.codec import to_json
from iac.values.paths import path_to_json
from iac.values.value import Value, unmark_deep

_FORGET: Final = "FORGET"
_MOST_LISTED: Final = 20

_Place = tuple[ResourceInstance, str | None]


@dataclass(frozen=True, slots=True)
class Push:
    """What a pushed state changes: objects that go, that come, and (before, after) of those that stay and differ.

    An object with another id at the same address goes and comes. `serial` is the one to have afterwards.
    """

    pushed: State
    serial: int
    gone: tuple[InstanceObject, ...]
    new: tuple[InstanceObject, ...]
    changed: tuple[tuple[InstanceObject, InstanceObject], ...]
    outputs: frozenset[str]
    checks: tuple[CheckResult, ...]
    """The results of conditions that there are."""

    @property
    def is_empty(self) -> bool:
        """Whether the state has all of it already."""
        same_checks = self.checks == tuple(self.pushed.checks)
        return same_checks and not (self.gone or self.new or self.changed or self.outputs)


def plan_push(current: State, pushed: State, catalog: Catalog, *, force: bool) -> Push:
    """What pushing a state would change. Raises `DiagnosticsError` when lineage or serial forbid it, unless `force`,
    and when an object does not fit its schema."""
    before = _everything(current)
    after = {place: _normal(stored, catalog) for place, stored in _everything(pushed).items()}
    stay = [p for p in before.keys() & after.keys() if _same_object(before[p], after[p])]
    differ = sorted((p for p in stay if _without_version(before[p]) != after[p]), key=_order)
    outputs = {
        name
        for name in current.outputs.keys() | pushed.outputs.keys()
        if current.outputs.get(name) != pushed.outputs.get(name)
    }
    push = Push(
        pushed,
        pushed.serial,
        tuple(before[p] for p in sorted(before.keys() - set(stay), key=_order)),
        tuple(after[p] for p in sorted(after.keys() - set(stay), key=_order)),
        tuple((before[p], after[p]) for p in differ),
        frozenset(outputs),
        tuple(current.checks),
    )
    if not _is_untouched(current):
        if not force:
            _refuse_unrelated(current, pushed, push)
        # Never back: a saved plan is known to be stale by the serial.
        if push.serial <= current.serial:
            push = replace(push, serial=current.serial + (not push.is_empty or current.lineage != pushed.lineage))
    return push


def _is_untouched(state: State) -> bool:
    """Whether nothing was ever written: then there is nothing to protect."""
    return not state.lineage or (state.serial == 0 and state.is_empty)


def _refuse_unrelated(current: State, pushed: State, push: Push) -> None:
    problem = ""
    if pushed.lineage and pushed.lineage != current.lineage:
        problem = (
            f'cannot import state with lineage "{pushed.lineage}" over unrelated state with lineage "{current.lineage}"'
        )
    elif pushed.serial < current.serial:
        problem = f"cannot import state with serial {pushed.serial} over newer state with serial {current.serial}"
    elif pushed.serial == current.serial and not push.is_empty:
        problem = (
            f"cannot overwrite existing state with serial {current.serial} with a different state that has the same "
            "serial"
        )
    if problem:
        advice = "If this state is to replace the other nevertheless, use -force; every object that goes is an event."
        raise DiagnosticsError(error("Failed to write state", f"{problem[0].upper()}{problem[1:]}. {advice}"))


def _everything(state: State) -> dict[_Place, InstanceObject]:
    current: dict[_Place, InstanceObject] = {(a, None): o for a, o in state.instances.items()}
    current.update(((a, key), o) for (a, key), o in state.deposed.items())
    return current


def _order(place: _Place) -> tuple[object, ...]:
    return (place[0].sort_key(), place[1] or "")


def _schema(stored: InstanceObject, catalog: Catalog) -> ResourceSchema:
    schema = catalog.schema(stored.provider)
    resource = stored.address.resource
    return (schema.resources if resource.mode == MANAGED else schema.data_sources)[resource.type]


def _normal(stored: InstanceObject, catalog: Catalog) -> InstanceObject:
    """The object as iac itself would store it: with every place that is sensitive by the schema."""
    schema = _schema(stored, catalog)
    try:
        value = decode(stored, schema)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):  # a path leads to what is not there
        text = f"The sensitive_attributes of {stored.address} do not fit its attributes."
        raise DiagnosticsError(error("Invalid resource instance in state", text)) from None
    return encode(
        stored.address,
        stored.provider,
        schema,
        value,
        dependencies=stored.dependencies,
        create_before_destroy=stored.create_before_destroy,
        status=stored.status,
        deposed=stored.deposed,
    )


def _without_version(stored: InstanceObject) -> InstanceObject:
    return replace(stored, version=0)


def _same_object(one: InstanceObject, other: InstanceObject) -> bool:
    return one.provider == other.provider and one.attributes.get("id") == other.attributes.get("id")


def missing_objects(push: Push, catalog: Catalog) -> list[Diagnostic]:
    """A warning that names the pushed objects of the platform that are not there; none when all are."""
    missing = [o for o in (*push.new, *(o for _, o in push.changed)) if _actual(o, catalog) is None]
    if not missing:
        return []
    listed = "".join(f"\n  - {o.address} (id {o.attributes.get('id')})" for o in missing[:_MOST_LISTED])
    rest = len(missing) - _MOST_LISTED
    more = f"\n  - and {rest} more" if rest > 0 else ""
    return [
        warning(
            "The state has objects that do not exist",
            f"The platform of this database has no object with the id of these:{listed}{more}\n\nThey are kept in the "
            "state as they are. The next plan finds them gone, and creates them anew where the configuration has them.",
        )
    ]


def _actual(stored: InstanceObject, catalog: Catalog) -> Value | None:
    """The object as it is now, with the marks that the state has; None when it is gone."""
    remembered = decode(stored, _schema(stored, catalog))
    provider = catalog.create(stored.provider)
    if stored.address.resource.mode != MANAGED or not provider.records_events:
        return remembered
    if not isinstance(stored.attributes.get("id"), str):
        return None
    found = provider.read(stored.address.resource.type, unmark_deep(remembered)[0])
    if found.is_null:
        return None
    schema = _schema(stored, catalog)
    actual = encode(stored.address, stored.provider, schema, found)
    return decode(replace(actual, sensitive_paths=stored.sensitive_paths), schema)


# --- doing it -----------------------------------------------------------------------------------------------


def carry_out(push: Push, editor: StateEditor) -> None:
    """Writes the pushed state with its events, inside the transaction of the edit."""
    told = {"state_push": {"lineage": push.pushed.lineage, "serial": push.pushed.serial}}
    for stored in push.gone:
        editor.writer.remove(stored.address, stored.deposed)
        _record(editor, _FORGET, stored, told)
    for stored in push.new:
        editor.writer.put(stored)
        _record(editor, IMPORT, stored, told)
    for before, after in push.changed:
        editor.writer.put(after)
        for event_type in _what_happened(before, after, editor.catalog):
            _record(editor, event_type, after, told, before)
    for name in push.outputs:
        output = push.pushed.outputs.get(name)
        if output is None:
            editor.writer.remove_output(name)
        else:
            editor.writer.put_output(name, output)
    editor.writer.put_checks(push.pushed.checks, push.checks)
    editor.writer.adopt(push.pushed.lineage, push.serial)


def _what_happened(before: InstanceObject, after: InstanceObject, catalog: Catalog) -> Iterator[str]:
    if (before.attributes, before.sensitive_paths) != (after.attributes, after.sensitive_paths):
        # Where the state is all there is of an object, another state is another object.
        yield IMPORT if catalog.create(after.provider).records_events else UPDATE
    if before.status != after.status:
        yield "TAINT" if after.is_tainted else "UNTAINT"


def _record(
    editor: StateEditor,
    event_type: str,
    stored: InstanceObject,
    told: Mapping[str, Any],
    before: InstanceObject | None = None,
) -> None:
    if stored.address.resource.mode != MANAGED:
        return
    schema = _schema(stored, editor.catalog)
    value = decode(stored, schema)
    if event_type == IMPORT:
        value = _actual(stored, editor.catalog) or value
    target_type, target_id, name = editor.catalog.create(stored.provider).target(stored.address.resource.type, value)
    data = to_json(unmark_deep(value)[0])
    old, paths = data, {tuple(path_to_json(p)) for p in sensitive_paths(value)}
    if before is not None and event_type == UPDATE:
        previous = decode(before, schema)
        old = to_json(unmark_deep(previous)[0])
        paths |= {tuple(path_to_json(p)) for p in sensitive_paths(previous)}
    origin = replace(editor.origin, context={**editor.origin.context, **told})
    editor.log.record(
        Operation(origin, str(stored.address)),
        event_type=event_type,
        target_type=target_type,
        target_id=target_id,
        target_name=name or str(stored.address),
        before=old,
        after=data,
        sensitive=sorted(paths, key=str),
        change=changed_groups(schema.block, old, data),
    )
