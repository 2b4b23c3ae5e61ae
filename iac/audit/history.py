"""Objects rebuilt from events: what there was at a moment, under which name and address, and which event says so.

The state of an object is the `post_state` of the last event that tells of it: CREATE, UPDATE, DELETE, or the BASELINE
that pruning leaves. Failed operations and events of other writers tell of no state. Where pruning took those events
away, an event that only repeats the state (MOVE, TAINT, ...) is believed, or the state before the first that is left.

Sensitive values are digests, as in the log. Owns finding objects; leaves their attributes to `blame` and `comparing`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from iac.address import AddressError, parse_instance
from iac.address import parse_target as parse_address
from iac.audit.chain import COLUMNS, event_from_row, not_intact, read_pruned
from iac.audit.clauses import checked, distinct, glob_matches
from iac.audit.external import OURS, is_external
from iac.audit.filters import EventFilter, TargetFilter, format_time, is_glob
from iac.audit.patch import apply_patch, inverse
from iac.audit.pruned import prunings
from iac.audit.query import targets
from iac.audit.record import BASELINE, CREATE, DELETE, IMPORT, UPDATE, Event
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error

TELLING: Final = (CREATE, UPDATE, DELETE, BASELINE)
"""The types of events whose `post_state` is the state that they made (or, of BASELINE, kept)."""

_FORGET: Final = "FORGET"


def _types(names: Sequence[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return f"event_type IN ({listed}) AND {OURS}"


_TELLING: Final = _types(TELLING)
_SETTING: Final = _types((*TELLING, IMPORT))
_REPEATING: Final = f"post_state <> 'null' AND {OURS}"
_TYPE: Final = checked("target_type")
_MOST_NAMED: Final = 10
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class PastObject:
    """One object at one moment.

    `state` is None once it is deleted. `event` is the last that tells of the state, None where pruning took it away.
    `address` is the last that is known, and `is_managed` whether a state still bound the object to it then.
    """

    type: str
    id: str
    name: str
    address: str | None
    workspace: str
    is_managed: bool
    state: Any
    event: Event | None

    @property
    def text(self) -> str:
        """How it is named: `service:api`; with the id where there is no name."""
        return f"{self.type}:{self.name or self.id}"

    def exists(self, lasting: Collection[str]) -> bool:
        """Whether there was such an object: it has a state, and is of a type of `lasting` objects or still managed;
        other types are nowhere but in the state."""
        return self.state is not None and (self.is_managed or self.type in lasting)


def tells(event: Event) -> bool:
    """Whether the event says what the object was after it."""
    return event.event_type in TELLING and not is_external(event)


def state_before(event: Event) -> Any:
    """The object before an event; None where there was none. Raises `DiagnosticsError` when the event contradicts
    itself: somebody altered it."""
    try:
        return apply_patch(event.post_state, inverse(event.patch)) if event.patch else event.post_state
    except (ValueError, KeyError):
        raise not_intact(event.sequence) from None


# --- The inventory ------------------------------------------------------------------------------------------


def inventory(database: Database, lasting: Collection[str], moment: datetime | None = None) -> list[PastObject]:
    """The objects that there were at a moment (None: now), by type, name and id.

    `lasting` are the target types of objects that exist outside of any state. Raises `DiagnosticsError` when the
    moment is before what the log still has.
    """
    until = None if moment is None else sequence_at(database, moment)
    found = []
    for id in distinct(database, "target_id"):
        past = object_at(database, id, lasting, until)
        if past is not None and past.exists(lasting):
            found.append(past)
    return sorted(found, key=lambda o: (o.type, o.name, o.id))


def sequence_at(database: Database, moment: datetime) -> int:
    """The sequence number of the last event up to a moment, that included; 0 when there was none yet.

    Raises `DiagnosticsError` when the events of that time were pruned.
    """
    text = format_time(moment)
    last = next(prunings(database), None)
    if last is not None and text < last.last_timestamp:
        raise DiagnosticsError(
            error(
                "The log does not reach back so far",
                f"Events up to {last.last_timestamp} were pruned (up to event {last.last}), so nothing can be said of "
                f"{text}. An export that was made before may tell.",
            )
        )
    row = database.query_one(
        "SELECT sequence FROM event WHERE timestamp <= ? ORDER BY timestamp DESC, sequence DESC LIMIT 1", [text]
    )
    return read_pruned(database).sequence if row is None else int(row[0])


def object_at(
    database: Database, id: str, lasting: Collection[str] = (), until: int | None = None
) -> PastObject | None:
    """The object with an id as it was after the event `until` (None: the last); None when there was none yet."""
    condition, params = "", [id]
    if until is not None:
        condition, params = f" AND sequence <= {int(until)}", [id]
    last = _last(database, f"{_TELLING}{condition}", params) or _last(database, f"{_REPEATING}{condition}", params)
    if last is None:
        return None if until is None else _before_the_first(database, id, until, lasting)
    named = _last(database, f"address IS NOT NULL AND {OURS}{condition}", params)
    return _object(last, named, last.post_state, last)


def _object(last: Event, named: Event | None, state: Any, event: Event | None) -> PastObject:
    latest = named if named is not None and named.sequence > last.sequence else last
    return PastObject(
        type=last.target_type,
        id=last.target_id,
        name=latest.target_name,
        address=None if named is None else named.address,
        workspace=(named or last).workspace,
        is_managed=named is not None and named.event_type != _FORGET,
        state=state,
        event=event,
    )


def _before_the_first(database: Database, id: str, until: int, lasting: Collection[str]) -> PastObject | None:
    """An object whose events up to then were pruned, by the first that is left."""
    if not read_pruned(database).sequence:
        return None
    first = _last(database, f"sequence > {int(until)} AND {OURS}", [id], order="ASC")
    if first is None or (first.event_type not in TELLING and first.target_type not in lasting):
        return None
    state = state_before(first)
    if state is None:
        return None
    named = first if first.address is not None else None
    return _object(first, named, state, first if first.event_type == BASELINE else None)


def _last(database: Database, condition: str, params: Sequence[Any], order: str = "DESC") -> Event | None:
    row = database.query_one(
        f"SELECT {COLUMNS} FROM event WHERE target_id = ? AND {condition} ORDER BY sequence {order} LIMIT 1", params
    )
    return None if row is None else event_from_row(row)


# --- One object ---------------------------------------------------------------------------------------------


def telling_events(database: Database, type: str, id: str, *, after: int = 0) -> Iterator[Event]:
    """The events after a sequence number that tell of an object's state, oldest first; IMPORT, which repeats it, too:
    for what is only in a state it is the beginning."""
    while True:
        rows = database.query(
            f"SELECT {COLUMNS} FROM event WHERE target_id = ? AND {_TYPE} = ? AND sequence > ? AND {_SETTING}"
            f" ORDER BY sequence LIMIT {_PAGE}",
            [id, type, after],
        )
        for row in rows:
            found = event_from_row(row)
            after = found.sequence
            yield found
        if len(rows) < _PAGE:
            return


def previous_event(database: Database, event: Event) -> Event | None:
    """The event of the same object before this one, of the same sort: what tells of a state, or another writer's."""
    if not event.target_id:  # of nothing, for its creation failed
        return None
    sort = f"NOT ({OURS})" if is_external(event) else _SETTING
    row = database.query_one(
        f"SELECT {COLUMNS} FROM event WHERE target_id = ? AND {_TYPE} = ? AND sequence < ? AND {sort}"
        " ORDER BY sequence DESC LIMIT 1",
        [event.target_id, event.target_type, event.sequence],
    )
    return None if row is None else event_from_row(row)


def find_object(
    database: Database, target: TargetFilter, lasting: Collection[str], workspace: str | None = None
) -> PastObject:
    """The one object that is meant: one that exists before one that is deleted, one that has the name or address
    now before one that had it once. An address is first of all one of the `workspace`, if anything has it there.

    Raises `DiagnosticsError` when there is none, or more than one.
    """
    ids = dict.fromkeys(t.id for t in targets(database, EventFilter(targets=(target,))))
    known = [o for o in (object_at(database, id, lasting) for id in ids) if o is not None]
    if target.address is not None:
        known = [o for o in known if o.workspace == workspace] or known
    current = matcher(target)
    existing = [o for o in known if o.exists(lasting)]
    found = [o for o in existing if current(o)] or existing
    if not found and known:
        found = [max(known, key=lambda o: 0 if o.event is None else o.event.sequence)]
    if not found:
        raise DiagnosticsError(
            error(
                "Object not found",
                f"The audit log knows no object {describe(target)}. To see which there are: iac events targets",
            )
        )
    if len(found) > 1:
        raise DiagnosticsError(
            error(
                "More than one object",
                f"Several objects are {describe(target)}. Name one by its id or address:{_listed(found)}",
            )
        )
    return found[0]


def _listed(found: Sequence[PastObject]) -> str:
    """The objects a line each, with the workspace where there are several."""
    several = len({o.workspace for o in found}) > 1
    lines = []
    for past in found[:_MOST_NAMED]:
        place = f"(workspace {past.workspace})" if several else ""
        lines.append("\n  " + " ".join(filter(None, (past.text, past.address, past.id, place))))
    if len(found) > _MOST_NAMED:
        lines.append(f"\n  and {len(found) - _MOST_NAMED} more")
    return "".join(lines)


def describe(target: TargetFilter) -> str:
    """What a target filter asks for, in words."""
    if target.address is not None:
        return f"with the address {target.address}"
    if target.type is not None and target.name is not None:
        return f'of the type "{target.type}" with the name "{target.name}"'
    if target.type is not None:
        return f'of the type "{target.type}"'
    if target.name is not None:
        return f'with the name "{target.name}"'
    return f'with the type or id "{target.word or target.id}"'


def matcher(target: TargetFilter) -> Callable[[PastObject], bool]:
    """Whether an object is what a target filter asks for, by its type, name, id and address at its moment."""
    at_address = None if target.address is None else _address_matcher(target.address)

    def matches(past: PastObject) -> bool:
        return (
            (target.type is None or glob_matches(target.type, past.type))
            and (target.name is None or glob_matches(target.name, past.name))
            and (target.word is None or target.word in (past.type, past.id))
            and (target.id is None or target.id == past.id)
            and (at_address is None or (past.address is not None and at_address(past.address)))
        )

    return matches


def _address_matcher(text: str) -> Callable[[str], bool]:
    if is_glob(text):
        return lambda address: glob_matches(text, address)
    try:
        wanted = parse_address(text)
    except AddressError:
        return lambda address: address == text

    def contains(address: str) -> bool:
        try:
            return wanted.contains(parse_instance(address))
        except AddressError:
            return False

    return contains


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)
