"""What events are about, in a cell of a table: `service:api`, and `service:api (staging)` where another object of the
table has the same type and name."""

from __future__ import annotations

from typing import Protocol

from iac.audit.query import TargetSummary
from iac.audit.record import Event


class Places(Protocol):
    """Finds where objects are; `iac.audit.places` has one."""

    def path(self, event: Event) -> tuple[str, ...]:
        """The names of what the object lives in, from the nearest on, and at last its workspace."""
        ...

    def address(self, event: Event) -> str | None:
        """The address of the object by then."""
        ...


class TargetNames:
    """Names the objects of one table so that they can be told apart; without places all are named as they are.

    Objects that came after each other in one place have one name. Places are looked for only where a type and name
    are those of several; of each object its place is kept.
    """

    def __init__(self, places: Places | None = None) -> None:
        self._places = places
        self._named: dict[tuple[str, str], _Namesakes] = {}

    def note(self, event: Event) -> None:
        """Takes account of an event that the table has, before it is named."""
        if self._places is not None:
            name = event.target_type, event.target_name
            self._named.setdefault(name, _Namesakes(self._places)).note(event)

    def text(self, event: Event) -> str:
        """The target of an event that was noted. Not made visible."""
        namesakes = self._named.get((event.target_type, event.target_name))
        mark = namesakes.mark(event) if namesakes is not None else ""
        return f"{target_text(event)} ({mark})" if mark else target_text(event)

    def address(self, event: Event) -> str:
        """The address of an event's object; empty where there is none. Not made visible."""
        return (event.address if self._places is None else self._places.address(event)) or ""


class _Namesakes:
    """The objects with one type and name, and what there is on each level of their paths."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: set[str] = set()
        self._waiting: list[Event] = []
        self._paths: dict[str, tuple[str, ...]] = {}
        self._different: set[tuple[str, ...]] = set()
        self._levels: list[set[str]] = []
        self._beginnings: list[set[tuple[str, ...]]] = []

    def note(self, event: Event) -> None:
        """Takes account of the object of an event; its place is looked for once there is another."""
        if _identity(event) in self._known:
            return
        self._known.add(_identity(event))
        self._waiting.append(event)
        if len(self._known) > 1:
            for one in self._waiting:
                if one.target_id:
                    self._place(one, self._places.path(one))
            self._waiting.clear()

    def _place(self, event: Event, path: tuple[str, ...]) -> None:
        self._paths[_identity(event)] = path
        self._different.add(path)
        is_deeper = len(path) > len(self._levels)
        if is_deeper:
            self._levels, self._beginnings = [set() for _ in path], [set() for _ in path]
        for one in self._different if is_deeper else (path,):
            for level, (values, beginnings) in enumerate(zip(self._levels, self._beginnings, strict=True)):
                values.add(_part(one, level))
                beginnings.add(one[: level + 1])

    def mark(self, event: Event) -> str:
        """What tells the object from the others: the name on the first level on which all differ, else as much of the
        path as it takes. What never came to be is only known by its address."""
        if len(self._known) < 2:
            return ""
        path = self._paths.get(_identity(event))
        if path is None:
            return event.address or ""
        number = len(self._different)
        if number < 2:
            return ""
        for level, values in enumerate(self._levels):
            if len(values) == number:
                return _part(path, level)
        depth = next(d for d, found in enumerate(self._beginnings, 1) if len(found) == number)
        return "/".join(reversed(path[:depth]))


def _part(path: tuple[str, ...], level: int) -> str:
    return path[level] if level < len(path) else ""


def _identity(event: Event) -> str:
    return event.target_id or f"{event.workspace} {event.address}"


def target_text(event: Event | TargetSummary) -> str:
    """`environment:staging`; with the id where there is no name. Not made visible."""
    if isinstance(event, TargetSummary):
        return f"{event.type}:{event.name or event.id}"
    return f"{event.target_type}:{event.target_name or event.target_id}"
