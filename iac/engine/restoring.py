"""Putting back what an event changed, in plain JSON: which parts it changed, and what they were.

A part is what is put back as a whole: an attribute, a key of a map, an attribute of a nested block. Lists and sets
are one part each, because their elements have no names by which a later change could be told from another. A part
that somebody changed again is not put back; nor is a sensitive one, of which only the digest is known. Owns these
rules; leaves providers, plans and what is said to the user to `reverting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from iac.audit.patch import make_patch
from iac.audit.sensitive import Digest, is_digest
from iac.values.codec import canonical

Part: TypeAlias = tuple[str, ...]
"""The names that lead to a part of an object."""

ABSENT: Final = object()
"""What stands where there is nothing: a key that a map does not have."""


class UnknownSecretError(Exception):
    """A sensitive value is wanted of which the log has only a digest."""


def changed_parts(before: Any, after: Any) -> list[Part]:
    """The parts that differ between two states of an object."""
    found = {}
    for operation in make_patch(before, after):
        found[_part(before, after, steps_of(operation["path"]))] = True
    return list(found)


def steps_of(pointer: str) -> tuple[str, ...]:
    """The steps of a JSON pointer."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _part(before: Any, after: Any, steps: Iterable[str]) -> Part:
    """The path up to the first list: what is below that has no name of its own."""
    found: list[str] = []
    for step in steps:
        if not any(isinstance(state, Mapping) and not is_digest(state) for state in (before, after)):
            break
        found.append(step)
        before, after = _member(before, step), _member(after, step)
    return tuple(found)


def _member(state: Any, name: str) -> Any:
    return state.get(name, ABSENT) if isinstance(state, Mapping) else ABSENT


def at(state: Any, part: Part) -> Any:
    """What a state has at a part, or ABSENT."""
    for name in part:
        state = _member(state, name)
    return state


def with_part(state: Any, part: Part, value: Any) -> Any:
    """The state with another value at a part, or (with ABSENT) without it; the one given is not changed."""
    if not part:
        return value
    members = dict(state) if isinstance(state, Mapping) else {}
    name, rest = part[0], part[1:]
    if rest:
        members[name] = with_part(members.get(name), rest, value)
    elif value is ABSENT:
        members.pop(name, None)
    else:
        members[name] = value
    return members


def same(logged: Any, present: Any, digest: Digest) -> bool:
    """Whether the present value is the one that the log has, secrets by their digests."""
    if logged is ABSENT or present is ABSENT:
        return logged is present
    if is_digest(logged) or is_digest(present):
        return bool(digest(logged) == digest(present))
    if isinstance(logged, Mapping) and isinstance(present, Mapping):
        return logged.keys() == present.keys() and all(same(logged[n], present[n], digest) for n in logged)
    if isinstance(logged, (list, tuple)) and isinstance(present, (list, tuple)):
        pairs = zip(logged, present, strict=False)
        return len(logged) == len(present) and all(same(one, other, digest) for one, other in pairs)
    return canonical(logged) == canonical(present)


def restored(logged: Any, present: Any, digest: Digest) -> Any:
    """A value of the log in plain: secrets are taken from the present where they are the same still.

    Raises `UnknownSecretError` where they are not.
    """
    if is_digest(logged):
        if present is not ABSENT and digest(present) == logged:
            return present
        raise UnknownSecretError
    if isinstance(logged, Mapping):
        return {name: restored(part, _member(present, name), digest) for name, part in logged.items()}
    if isinstance(logged, (list, tuple)):
        others = present if isinstance(present, (list, tuple)) else ()
        return [restored(part, others[n] if n < len(others) else ABSENT, digest) for n, part in enumerate(logged)]
    return logged


def secret_parts(state: Any, part: Part = ()) -> Iterator[Part]:
    """The parts of a state of the log that are sensitive or have something sensitive in them."""
    if is_digest(state):
        yield part
    elif isinstance(state, Mapping):
        for name, member in state.items():
            yield from secret_parts(member, (*part, name))
    elif isinstance(state, (list, tuple)) and any(True for element in state for _ in secret_parts(element)):
        yield part


def texts(state: Any) -> Iterator[str]:
    """Every text in a state, names not."""
    if isinstance(state, str):
        yield state
    elif isinstance(state, (list, tuple)) or (isinstance(state, Mapping) and not is_digest(state)):
        for element in state.values() if isinstance(state, Mapping) else state:
            yield from texts(element)
