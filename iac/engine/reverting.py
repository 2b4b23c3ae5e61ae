"""Plans that undo what events did: the inverse of each, on the objects as they are now.

A change of an object is undone part by part (see `restoring`), a creation by a delete, a delete by a creation with a
new id; all of a run together, in reverse order. What somebody changed later is a conflict: it is said, and left as it
is. Makes ordinary resource changes; carrying them out is left to `revert_run`, finding the objects to `revert_targets`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from iac.address import ConfigResource, ResourceInstance
from iac.audit.comparing import digests
from iac.audit.history import object_at, telling_events
from iac.audit.record import DELETE, Event
from iac.database import Database
from iac.diagnostics import Diagnostic, DiagnosticsError, Severity, warning
from iac.engine.objects import conceal, with_schema_marks
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.engine.restoring import (
    Part,
    UnknownSecretError,
    at,
    changed_parts,
    restored,
    same,
    secret_parts,
    steps_of,
    texts,
    with_part,
)
from iac.engine.revert_targets import Subject, Subjects, Undoing, undoings
from iac.engine.revert_values import config_of, is_required, is_settable, object_json, unset_of, with_unknown_ids
from iac.plan.model import Action, Change, ResourceChange
from iac.providers.planning import proposed_new
from iac.providers.protocol import PlanRequest, PlanResponse
from iac.state.model import State
from iac.values.paths import get, marks_by_path, with_marks_by_path
from iac.values.value import Value, null, unmark_deep


@dataclass
class Reversion:
    """What a plan to undo something consists of.

    `changes` are in the order in which the events are undone, `conflicts` what is left as it is. `extra` is what
    carrying it out needs beyond the changes (`Plan.extra`).
    """

    changes: list[ResourceChange] = field(default_factory=list)
    conflicts: list[Diagnostic] = field(default_factory=list)
    done_already: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def unmanaged(self) -> Sequence[str]:
        """The addresses that only name objects in the plan."""
        found: list[str] = self.extra["revert"]["unmanaged"]
        return found

    @property
    def deleted(self) -> list[ResourceInstance]:
        """Where something is deleted, if only to be replaced."""
        return [c.address for c in self.changes if c.action is Action.DELETE or c.action.is_replace]


def plan_reversion(
    database: Database, prepared: Prepared, state: State, events: Sequence[Event], run: str | None
) -> Reversion:
    """The changes that undo these events (oldest first), of one run or by themselves.

    `prepared` is a configuration without anything in it. Raises `DiagnosticsError` when it cannot be planned.
    """
    return _Reverting(database, prepared, state).plan(undoings(events), run)


class _Reverting:
    """One plan in the making."""

    def __init__(self, database: Database, prepared: Prepared, state: State) -> None:
        self._database = database
        self._providers = Providers(prepared)
        self._digest = digests(database)
        self._subjects = Subjects(database, prepared, state, self._providers)
        self._reversion = Reversion()
        self._events: dict[str, list[str]] = {}
        self._unmanaged: list[str] = []
        self._recreated: dict[str, Subject] = {}
        """What is made again, by the id that it had."""

    def plan(self, wanted: Sequence[Undoing], run: str | None) -> Reversion:
        made = [undoing for undoing in wanted if undoing.before is None]
        deletes = [change for undoing in made if (change := self._delete(undoing)) is not None]
        deletes = self._without_inhabited(deletes)
        freed = {_id(change.change.before) for change in deletes}
        creations = self._creations([u for u in wanted if u.after is None], freed)
        others: list[ResourceChange] = []
        for undoing in wanted:
            if undoing.before is not None:
                change = self._create(*creations[undoing.id]) if undoing.id in creations else self._update(undoing)
                if change is not None:
                    others.append(change)
        self._reversion.changes = _replacements([*deletes, *others])
        if self._reversion.conflicts and not self._reversion.changes:
            raise DiagnosticsError(replace(d, severity=Severity.ERROR) for d in self._reversion.conflicts)
        self._reversion.extra = {
            "revert": {
                "run": run,
                "events": self._events,
                "unmanaged": self._unmanaged,
                "subjects": [undoing.text for undoing in wanted],
                "ids": {id: str(subject.address) for id, subject in self._recreated.items()},
            }
        }
        return self._reversion

    # --- a creation is undone by a delete ---

    def _delete(self, undoing: Undoing) -> ResourceChange | None:
        subject = self._subjects.find(undoing)
        known = subject.present
        if known.is_null:
            self._reversion.done_already.append(undoing.text)
            return None
        if undoing.after is None:
            return None
        present = object_json(known)
        changed = [
            part
            for part in changed_parts(undoing.after, present)
            if is_settable(subject.schema.block, part)
            and not same(at(undoing.after, part), at(present, part), self._digest)
        ]
        if changed:
            self._conflict(undoing, subject, changed[0], "it is not deleted, because it was changed again")
            return None
        self._note(undoing, subject)
        gone = null(subject.schema.block.implied_type)
        return self._change(subject, Change(Action.DELETE, known, gone), gone, ())

    def _without_inhabited(self, deletes: list[ResourceChange]) -> list[ResourceChange]:
        """The deletes of objects in which nothing lives that stays; each other one is a conflict."""
        while True:
            going = {_id(change.change.before) for change in deletes}
            kept = {
                str(change.address): child
                for change in deletes
                if (child := self._subjects.inhabitant(change, going)) is not None
            }
            if not kept:
                return deletes
            for address, child in kept.items():
                del self._events[address]
                text = f"{address} is left as it is: {child} is in it, which is not deleted."
                self._reversion.conflicts.append(warning("Conflict with a later change", text, address=address))
            deletes = [change for change in deletes if str(change.address) not in kept]

    # --- a delete is undone by a creation ---

    def _creations(self, wanted: Sequence[Undoing], freed: set[str | None]) -> dict[str, tuple[Undoing, Subject, Any]]:
        """What is to be made again: with the object as it was, without what cannot be known any more."""
        found: dict[str, tuple[Undoing, Subject, Any]] = {}
        for undoing in wanted:
            subject = self._subjects.for_creation(undoing)
            if not subject.present.is_null:
                self._reversion.done_already.append(undoing.text)
                continue
            if subject.occupant is not None and subject.occupant not in freed:
                self._refuse(
                    undoing, f"its address {subject.address} is that of another object now, {subject.occupant}"
                )
                continue
            data = self._without_secrets(undoing, subject)
            if data is not None:
                found[undoing.id] = (undoing, subject, data)
        while gone := self._lost_references(found):
            for id, why in gone.items():
                self._refuse(found.pop(id)[0], why)
        self._recreated = {id: subject for id, (_, subject, _) in found.items()}
        return found

    def _without_secrets(self, undoing: Undoing, subject: Subject) -> Any:
        """The object as it was without its secrets, each a conflict; None when it cannot be without one."""
        data, block = undoing.before, subject.schema.block
        for part in secret_parts(undoing.before):
            if not is_settable(block, part):
                continue
            name = ".".join(part)
            if is_required(block, part):
                self._refuse(undoing, f"it needs {name}, which is sensitive: the log has only a digest of it")
                return None
            instead = "it is made without; set it in the configuration"
            if (attribute := block.attribute_at(part)) is not None and attribute.computed:
                instead = "unless the configuration sets it, the provider decides on another"
            self._warn(
                "Sensitive value cannot be restored",
                f"{name} of {undoing.text} is sensitive, and the log has only a digest of it: {instead}.",
                subject,
            )
            data = with_part(data, part, unset_of(block, part))
        return data

    def _lost_references(self, found: Mapping[str, tuple[Undoing, Subject, Any]]) -> dict[str, str]:
        """The objects that refer to one that is gone and is not made again, and why they cannot be made."""
        lost = {}
        for id, (_, subject, data) in found.items():
            settable = {n: v for n, v in data.items() if is_settable(subject.schema.block, (n,))}
            for text in texts(settable):
                if text in found or text == id or not self._subjects.is_id(text):
                    continue
                other = object_at(self._database, text)
                if other is not None and other.state is None and other.event is not None:
                    lost[id] = (
                        f"it refers to {other.text}, which event {other.event.sequence} deleted: revert that first"
                    )
        return lost

    def _create(self, undoing: Undoing, subject: Subject, data: Any) -> ResourceChange:
        block = subject.schema.block
        nothing = null(block.implied_type)
        config = config_of(block, data, None)
        after = self._planned(subject, nothing, with_unknown_ids(config, self._recreated)).planned
        self._note(undoing, subject)
        return self._change(subject, Change(Action.CREATE, nothing, after), config, self._dependencies(subject, data))

    # --- a change is undone part by part ---

    def _update(self, undoing: Undoing) -> ResourceChange | None:
        if undoing.after is None:
            return None
        subject = self._subjects.find(undoing)
        known = subject.present
        if known.is_null:
            self._conflict(undoing, subject, (), "it was deleted")
            return None
        present = object_json(known)
        desired = present
        for part in changed_parts(undoing.before, undoing.after):
            if is_settable(subject.schema.block, part):
                desired = self._part_restored(undoing, subject, part, present, desired)
        config = config_of(subject.schema.block, desired, known)
        response = self._planned(subject, known, with_unknown_ids(config, self._recreated))
        plain, _ = unmark_deep(known)
        if unmark_deep(response.planned)[0] == plain:
            if not self._reversion.conflicts:
                self._reversion.done_already.append(undoing.text)
            return None
        if any(get(plain, path) != get(response.planned, path) for path in response.requires_replace):
            self._refuse(undoing, "it cannot be changed back in place")
            return None
        self._note(undoing, subject)
        change = Change(Action.UPDATE, known, response.planned)
        return self._change(subject, change, config, self._dependencies(subject, desired))

    def _part_restored(self, undoing: Undoing, subject: Subject, part: Part, present: Any, desired: Any) -> Any:
        """The object with one part as it was before the event, unless that is a conflict or done already."""
        before, now = at(undoing.before, part), at(present, part)
        if same(before, now, self._digest):
            return desired
        if not same(at(undoing.after, part), now, self._digest):
            self._conflict(undoing, subject, part, "it was changed again")
            return desired
        try:
            return with_part(desired, part, restored(before, now, self._digest))
        except UnknownSecretError:
            name = ".".join(part)
            self._warn(
                "Sensitive value cannot be restored",
                f"{name} of {undoing.text} is sensitive: the log has only a digest of what it was. It is left as it "
                "is.",
                subject,
            )
            return desired

    # --- planning ---

    def _planned(self, subject: Subject, prior: Value, config: Value) -> PlanResponse:
        """What the provider makes of a configuration; its result marked. Raises `DiagnosticsError`."""
        block, type = subject.schema.block, subject.address.resource.type
        (effective, _), (plain, _) = unmark_deep(config), unmark_deep(prior)
        provider = self._providers.by_name(subject.provider)
        problems = provider.validate(subject.address.resource.mode, type, effective)
        if any(d.severity is Severity.ERROR for d in problems):
            raise DiagnosticsError(d.about(str(subject.address)) for d in conceal(problems, config))
        response = provider.plan(PlanRequest(type, plain, effective, proposed_new(block, plain, effective)))
        marked = with_schema_marks(block, with_marks_by_path(response.planned, marks_by_path(config)))
        return replace(response, planned=marked)

    def _change(
        self, subject: Subject, change: Change, config: Value, dependencies: tuple[ConfigResource, ...]
    ) -> ResourceChange:
        stored = subject.stored
        return ResourceChange(
            subject.address,
            change,
            subject.schema,
            subject.provider,
            config,
            dependencies=dependencies,
            prior_dependencies=self._prior_dependencies(subject),
            create_before_destroy=stored.create_before_destroy if stored is not None else False,
            prior_version=stored.version if stored is not None else None,
        )

    def _dependencies(self, subject: Subject, data: Any) -> tuple[ConfigResource, ...]:
        """What the state remembers, and the objects whose ids are in the object."""
        known = subject.stored.dependencies if subject.stored is not None else ()
        found = {*known, *self._blocks(texts(data))}
        return tuple(sorted(found - {subject.address.config}))

    def _prior_dependencies(self, subject: Subject) -> tuple[ConfigResource, ...]:
        known = subject.stored.dependencies if subject.stored is not None else ()
        present = () if subject.present.is_null else self._blocks(texts(object_json(subject.present)))
        return tuple(sorted({*known, *present} - {subject.address.config}))

    def _blocks(self, ids: Iterable[str]) -> set[ConfigResource]:
        found = set()
        for id in ids:
            address = self._recreated[id].address if id in self._recreated else self._subjects.address_of(id)
            if address is not None:
                found.add(address.config)
        return found

    # --- what is said ---

    def _note(self, undoing: Undoing, subject: Subject) -> None:
        address = str(subject.address)
        self._events.setdefault(address, []).extend(event.id for event in undoing.events)
        if not subject.is_managed:
            self._unmanaged.append(address)

    def _conflict(self, undoing: Undoing, subject: Subject, part: Part, what: str) -> None:
        later = self._later(undoing, part)
        who = f" by {later.user} with {later.tool}, event {later.sequence} ({later.timestamp})" if later else ""
        name = f"{'.'.join(part)} of {undoing.text}" if part else undoing.text
        self._warn("Conflict with a later change", f"{name} is left as it is: {what}{who or ' since then'}.", subject)

    def _later(self, undoing: Undoing, part: Part) -> Event | None:
        """The last event that changed the part after those that are to be undone."""
        found = None
        for event in telling_events(self._database, undoing.type, undoing.id, after=undoing.events[-1].sequence):
            steps = [steps_of(operation["path"]) for operation in event.patch]
            if event.event_type == DELETE or any(s[: len(part)] == part[: len(s)] for s in steps):
                found = event
        return found

    def _refuse(self, undoing: Undoing, why: str) -> None:
        text = f"What {undoing.events_text} did to {undoing.text} is not undone: {why}."
        self._reversion.conflicts.append(warning("Cannot be reverted", text))

    def _warn(self, summary: str, detail: str, subject: Subject) -> None:
        # The name that the plan gives to an object without an address would only mislead.
        address = str(subject.address) if subject.is_managed else None
        self._reversion.conflicts.append(warning(summary, detail, address=address))


def _id(value: Value) -> str | None:
    found = value.raw["id"].raw if value.raw.__class__ is dict and "id" in value.raw else None
    return found if isinstance(found, str) else None


def _replacements(changes: Iterable[ResourceChange]) -> list[ResourceChange]:
    """A delete and a creation at one address are one replacement."""
    found: dict[Any, ResourceChange] = {}
    for change in changes:
        other = found.get(change.address)
        if other is None:
            found[change.address] = change
            continue
        both = Change(Action.DELETE_THEN_CREATE, other.change.before, change.change.after)
        found[change.address] = replace(
            change,
            change=both,
            prior_dependencies=other.prior_dependencies,
            prior_version=other.prior_version,
        )
    return list(found.values())
