"""Checks the audit log against what there is: the present, rebuilt from events, beside the objects themselves.

Objects of the platform are compared with its rows; those of other providers, which are nowhere else, with the states
of all workspaces. Sensitive values are compared by their digests. What another program did to its own objects, as
`iac record` has it, cannot be checked. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from iac.address import MANAGED
from iac.audit.chain import read_head
from iac.audit.comparing import alike, differences, digests
from iac.audit.external import RECORDED, is_recorded
from iac.audit.history import PastObject, inventory, object_at
from iac.audit.sensitive import Digest, JsonPath, redact, sensitive_paths
from iac.database import Database
from iac.engine.objects import decode
from iac.engine.objects import sensitive_paths as marked_paths
from iac.engine.prepare import Catalog
from iac.platform.rows import from_row, statements
from iac.platform.schemas import KINDS
from iac.schema import Block
from iac.state.model import InstanceObject
from iac.state.store import StateReader, workspaces
from iac.values.codec import to_json
from iac.values.paths import path_to_json
from iac.values.value import unmark_deep

MISSING: Final = "missing"
EXTRA: Final = "extra"
ATTRIBUTE: Final = "attribute"


@dataclass(frozen=True, slots=True)
class LogProblem:
    """One difference. `kind` is missing (the log has the object, nothing else does), extra (the log does not have
    it) or attribute: at `path` there is `found` where the log has `expected`. `sequence` is that of the last event
    that tells of the object, 0 when there is none."""

    kind: str
    type: str
    id: str
    target: str
    in_state: bool
    sequence: int = 0
    path: tuple[str | int, ...] = ()
    found: Any = None
    expected: Any = None


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What was found: all differences, how many objects there are in either, and how many agree."""

    problems: tuple[LogProblem, ...]
    total: int
    agreeing: int


class _Identity(NamedTuple):
    type: str
    id: str


_Present: TypeAlias = dict[_Identity, list[Any]]
"""What there is: the state of each object, sensitive values as digests; several where objects share an id."""


def check_log(database: Database, catalog: Catalog) -> LogCheck:
    """Compares the present that follows from the log with the objects there are."""
    digest = digests(database)
    while True:
        head = read_head(database)
        logged = {_Identity(past.type, past.id): past for past in inventory(database, KINDS)}
        present = _present(database, catalog, digest)
        foreign = _foreign(database, logged, present)
        # Another process may have committed between the queries.
        if read_head(database) == head:
            break
    problems: list[LogProblem] = []
    agreeing = 0
    identities = sorted((logged.keys() | present.keys()) - foreign)
    for identity in identities:
        found = list(_compare(database, identity, logged.get(identity), present.get(identity, []), digest))
        problems += found
        agreeing += not found
    return LogCheck(tuple(problems), len(identities), agreeing)


def _foreign(database: Database, logged: Mapping[_Identity, PastObject], present: _Present) -> set[_Identity]:
    """The objects that another program manages, or whose state is known from its plans alone."""
    rows = database.query("SELECT DISTINCT target_id FROM event WHERE context LIKE ?", [f'%"{RECORDED}":true%'])
    recorded = {id for (id,) in rows}
    return {
        identity
        for identity, past in logged.items()
        if identity.id in recorded and (identity not in present or past.event is None or is_recorded(past.event))
    }


def _compare(
    database: Database, identity: _Identity, past: PastObject | None, states: list[Any], digest: Digest
) -> Iterator[LogProblem]:
    in_state = identity.type not in KINDS
    if past is None:
        known = object_at(database, identity.id)
        sequence = known.event.sequence if known is not None and known.event is not None else 0
        yield LogProblem(EXTRA, *identity, f"{identity.type}:{identity.id}", in_state, sequence)
        return
    sequence = 0 if past.event is None else past.event.sequence
    target = _label(past.text, past.id)
    if not states:
        yield LogProblem(MISSING, *identity, target, in_state, sequence)
        return
    pairs = [alike(past.state, state, digest) for state in states]
    for difference in min((differences(*pair) for pair in pairs), key=len):
        yield LogProblem(
            ATTRIBUTE, *identity, target, in_state, sequence, difference.path, difference.after, difference.before
        )


def _label(target: str, id: str) -> str:
    return target if target.endswith(f":{id}") else f"{target} ({id})"


def _present(database: Database, catalog: Catalog, digest: Digest) -> _Present:
    """Everything that there is."""
    found: _Present = {}
    for name, kind in KINDS.items():
        for row in database.query(statements(name).all):
            attributes, paths = from_row(kind, row)
            secret = with_copies(kind.block, [*paths, *sensitive_paths(kind.block, attributes)])
            found[_Identity(name, attributes["id"])] = [redact(attributes, secret, digest)]
    for name in workspaces(database):
        state = StateReader(database, name).load()
        for stored in (*state.instances.values(), *state.deposed.values()):
            if stored.address.resource.mode == MANAGED:
                _add_stored(found, stored, catalog, digest)
    return found


def _add_stored(found: _Present, stored: InstanceObject, catalog: Catalog, digest: Digest) -> None:
    type = stored.address.resource.type
    value = decode(stored, catalog.schema(stored.provider).resources[type])
    kind, id, _ = catalog.create(stored.provider).target(type, value)
    if kind not in KINDS:
        secret = [path_to_json(path) for path in marked_paths(value)]
        found.setdefault(_Identity(kind, id), []).append(redact(to_json(unmark_deep(value)[0]), secret, digest))


def with_copies(block: Block, paths: Sequence[JsonPath]) -> list[JsonPath]:
    """The paths, and those of computed attributes that repeat something sensitive."""
    secret = {path[0] for path in paths}
    return [*paths, *((name,) for name, attribute in block.attributes.items() if attribute.copies in secret)]
