"""What differs between two events of one object, or any two states of one.

The two states are first made alike: where one has the digest of a sensitive value and the other the value itself,
both have the digest. So only a real change shows, and a value that came to be sensitive is shown no more. Owns the
difference as data: as RFC 6902, and as a list for people. Drawing it is left to the views.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Final

from iac.audit.chain import digest_key
from iac.audit.external import is_external
from iac.audit.history import previous_event, state_before
from iac.audit.patch import make_patch
from iac.audit.query import event as find_event
from iac.audit.record import Event
from iac.audit.sensitive import MARKER, Digest, digester, is_digest
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error
from iac.values.codec import ExactNumber, canonical


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states of one object. `first` is None when there was no event before; `before` and `after` are None where
    the object did not exist. Sensitive values are digests on both sides."""

    first: Event | None
    second: Event
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two states differ. `kind` is added, removed, changed or type changed."""

    path: tuple[str | int, ...]
    kind: str
    before: Any
    after: Any


def compare_events(database: Database, first: str, second: str | None = None) -> Comparison:
    """Compares two events of one object, or an event with the one before it of that object.

    Raises `DiagnosticsError` when there is no such event, or they are of different objects.
    """
    one = find_event(database, first)
    if second is None:
        earlier = previous_event(database, one)
        before = None if is_external(one) else state_before(one)
        return _comparison(database, earlier, one, before if earlier is None else earlier.post_state)
    other = find_event(database, second)
    if (one.target_type, one.target_id) != (other.target_type, other.target_id):
        raise DiagnosticsError(
            error(
                "Events of different targets",
                f"Event {one.sequence} is of {_named(one)} and event {other.sequence} of {_named(other)}; only events "
                "of one object can be compared.",
            )
        )
    return _comparison(database, one, other, one.post_state)


def _comparison(database: Database, first: Event | None, second: Event, before: Any) -> Comparison:
    return Comparison(first, second, *alike(before, second.post_state, digests(database)))


def _named(event: Event) -> str:
    return f"{event.target_type}:{event.target_name or event.target_id} ({event.target_id})"


def digests(database: Database) -> Digest:
    """What makes the digests of this database's log."""
    return digester(digest_key(database))


def alike(one: Any, other: Any, digest: Digest) -> tuple[Any, Any]:
    """Both with a digest wherever either has one."""
    if is_digest(one) or is_digest(other):
        return digest(one), digest(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        pairs = {name: alike(one[name], other[name], digest) for name in one if name in other}
        return (
            {name: pairs[name][0] if name in pairs else part for name, part in one.items()},
            {name: pairs[name][1] if name in pairs else part for name, part in other.items()},
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        elements = [alike(a, b, digest) for a, b in zip(one, other, strict=False)]
        shared = len(elements)
        return [*(e[0] for e in elements), *one[shared:]], [*(e[1] for e in elements), *other[shared:]]
    return one, other


# --- As data ------------------------------------------------------------------------------------------------


def rfc6902(before: Any, after: Any) -> list[dict[str, Any]]:
    """The patch from one state to the other, with nothing in it but what RFC 6902 has.

    Raises ValueError when it does not lead there, which is a bug.
    """
    import jsonpatch

    operations = [
        {name: part for name, part in operation.items() if name != "old"} for operation in make_patch(before, after)
    ]
    patch = jsonpatch.JsonPatch(operations)
    if make_patch(patch.apply(before), after):
        raise ValueError("the patch does not lead from one state to the other")
    return list(patch.patch)


_KINDS: Final = {
    "dictionary_item_added": "added",
    "iterable_item_added": "added",
    "dictionary_item_removed": "removed",
    "iterable_item_removed": "removed",
    "values_changed": "changed",
    "type_changes": "type changed",
}


def differences(before: Any, after: Any) -> list[Difference]:
    """Every place in which two states differ, nested ones each by itself, in the order of their paths.

    An object that comes to be or goes is one difference, as is a sensitive value.
    """
    from deepdiff import DeepDiff

    if before is None or after is None:
        kind = "added" if before is None else "removed"
        return [] if before is after else [Difference((), kind, before, after)]
    if canonical(before) == canonical(after):
        return []  # as most are: deepdiff takes far longer to say so
    tree = DeepDiff(*_aligned(before, after), view="tree", threshold_to_diff_deeper=0)
    found: dict[tuple[str | int, ...], Difference] = {}
    for report, levels in tree.items():
        for level in levels:
            path, kind = level.path(output_format="list"), _KINDS[report]
            if path and path[-1] == MARKER:  # a sensitive value is one thing
                path, level = path[:-1], level.up
            steps = tuple(_index(step) if isinstance(step, int) else step for step in path)
            old = None if kind == "added" else _stored(level.t1)
            new = None if kind == "removed" else _stored(level.t2)
            found[tuple(path)] = Difference(steps, kind, old, new)
    return sorted(found.values(), key=lambda difference: _order(difference.path))


def _order(path: Sequence[str | int]) -> list[tuple[int, str]]:
    return [(step, "") if isinstance(step, int) else (0, step) for step in path]


def _aligned(before: Any, after: Any) -> tuple[Any, Any]:
    """Both for deepdiff, which compares lists of objects position by position: lists as objects by index, in which
    elements that correspond have the same; what is only in the old list has a negative one."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        pairs = {name: _aligned(before[name], after[name]) for name in before if name in after}
        return (
            {name: pairs[name][0] if name in pairs else _comparable(part) for name, part in before.items()},
            {name: pairs[name][1] if name in pairs else _comparable(part) for name, part in after.items()},
        )
    if not (isinstance(before, (list, tuple)) and isinstance(after, (list, tuple))):
        return _comparable(before), _comparable(after)
    old: dict[int, Any] = {}
    new: dict[int, Any] = {}
    texts = [canonical(e) for e in before], [canonical(e) for e in after]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        paired = 0 if tag == "equal" else min(i2 - i1, j2 - j1)
        for offset in range(paired):
            old[j1 + offset], new[j1 + offset] = _aligned(before[i1 + offset], after[j1 + offset])
        if tag != "equal":
            old.update((-1 - i, _comparable(before[i])) for i in range(i1 + paired, i2))
            new.update((j, _comparable(after[j])) for j in range(j1 + paired, j2))
    return old, new


def _index(step: int) -> int:
    return step if step >= 0 else -1 - step


def _comparable(data: Any) -> Any:
    """Numbers that no float holds as decimals, which deepdiff knows."""
    if isinstance(data, ExactNumber):
        return Decimal(data.text)
    if isinstance(data, Mapping):
        return {name: _comparable(part) for name, part in data.items()}
    return [_comparable(part) for part in data] if isinstance(data, (list, tuple)) else data


def _stored(data: Any) -> Any:
    """The reverse of `_comparable`."""
    if isinstance(data, Decimal):
        return ExactNumber(f"{data:f}")
    if isinstance(data, Mapping):
        return {name: _stored(part) for name, part in data.items()}
    return [_stored(part) for part in data] if isinstance(data, list) else data


def leaves(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every part of a state that has no parts: its path and value. A digest is one, as is an empty list or object."""
    if isinstance(data, Mapping) and data and not is_digest(data):
        for name in sorted(data):
            yield from leaves(data[name], (*path, name))
    elif isinstance(data, (list, tuple)) and data:
        for index, part in enumerate(data):
            yield from leaves(part, (*path, index))
    else:
        yield path, data
