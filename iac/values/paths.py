"""Paths into a value: how a place inside an object is named.

A path is a tuple of steps. A step is a `str` for an attribute (`.name`) or a `Key` for an index
(`["key"]`, `[0]`, or a whole value for an element of a set). Owns paths, walking along them, and the marks
of a value by path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from iac.values.types import CollectionType
from iac.values.value import UNKNOWN, Marks, Value, rebuild


class Key(NamedTuple):
    """An index step: a map key, a list or tuple index, or the value of a set element."""

    key: str | int | Value


Step: TypeAlias = str | Key
Path: TypeAlias = tuple[Step, ...]
PathMarks: TypeAlias = tuple[tuple[Path, Marks], ...]


def children(value: Value) -> Iterator[tuple[Step, Value]]:
    """The steps into a known value and what each leads to; nothing for primitives, null and unknown."""
    raw = value.raw
    if raw.__class__ is dict:
        if value.type.kind == "object":
            yield from raw.items()
        else:
            for key, element in raw.items():
                yield Key(key), element
    elif raw.__class__ is tuple:
        if value.type.kind == "set":
            for element in raw:
                yield Key(element), element
        else:
            for index, element in enumerate(raw):
                yield Key(index), element


def get(value: Value, path: Path) -> Value | None:
    """What stands at `path`, or None when nothing does (or something on the way is null or unknown)."""
    for step in path:
        raw = value.raw
        found: Value | None = None
        if raw.__class__ is dict:
            found = raw.get(step.key if isinstance(step, Key) else step)
        elif raw.__class__ is tuple and isinstance(step, Key):
            key = step.key
            if isinstance(key, Value):
                found = key if key in raw else None
            elif isinstance(key, int) and 0 <= key < len(raw):
                found = raw[key]
        if found is None:
            return None
        value = found
    return value


def transform(value: Value, change: Callable[[Path, Value], Value], path: Path = ()) -> Value:
    """The value rebuilt bottom up, each part replaced by what `change` makes of it at its path."""
    raw = value.raw
    if raw.__class__ is dict or raw.__class__ is tuple:
        old = list(children(value))
        new = [transform(element, change, (*path, step)) for step, element in old]
        if any(n is not o for n, (_, o) in zip(new, old, strict=True)):
            value = rebuild(value, new)
    return change(path, value)


def marks_by_path(value: Value) -> PathMarks:
    """Every marked place in a value with its marks, outermost first."""
    if not value.has_marks:
        return ()
    found: list[tuple[Path, Marks]] = []

    def visit(part: Value, path: Path) -> None:
        if not part.has_marks:
            return
        if part.marks:
            found.append((path, part.marks))
        for step, element in children(part):
            visit(element, (*path, step))

    visit(value, ())
    return tuple(found)


def with_marks_by_path(value: Value, marks: Iterable[tuple[Path, Marks]]) -> Value:
    """The value with the given marks put on; a path that leads nowhere marks the nearest part above it.

    An object that is gone, null as a whole, has no parts: a mark of one of them would hide what it was.
    """
    for path, more in marks:
        if value.raw is not None or not path:
            value = _mark_at(value, path, more)
    return value


def _mark_at(value: Value, path: Path, marks: Marks) -> Value:
    raw = value.raw
    if not path or raw is None or raw is UNKNOWN or value.type.kind == "set":
        return value.with_marks(marks)
    step, rest = path[0], path[1:]
    key: Any = step.key if isinstance(step, Key) else step
    if raw.__class__ is dict and key in raw:
        new = dict(raw)
        new[key] = _mark_at(raw[key], rest, marks)
        return Value(value.type, new, value.marks)
    if raw.__class__ is tuple and isinstance(key, int) and 0 <= key < len(raw):
        items = (*raw[:key], _mark_at(raw[key], rest, marks), *raw[key + 1 :])
        return Value(value.type, items, value.marks)
    # What was marked is gone (a shorter list, a removed key): nothing is left to hide.
    return value if raw.__class__ in (dict, tuple) else value.with_marks(marks)


def format_path(path: Path) -> str:
    """The path as it is written behind a name: `.ports[0].name`, `.tags["a"]`."""
    from iac.values.codec import quote

    parts = []
    for step in path:
        if not isinstance(step, Key):
            parts.append(f".{step}")
        elif isinstance(step.key, str):
            parts.append(f"[{quote(step.key)}]")
        elif isinstance(step.key, int):
            parts.append(f"[{step.key}]")
        else:
            parts.append("[...]")
    return "".join(parts)


def path_to_json(path: Path) -> list[Any]:
    """The path as in plan JSON: `["ports", 0, "name"]`; a set element stands as its JSON value."""
    from iac.values.codec import to_json

    return [
        step if not isinstance(step, Key) else to_json(step.key) if isinstance(step.key, Value) else step.key
        for step in path
    ]


def path_from_json(raw: Iterable[Any], ty: Any) -> Path:
    """The reverse of `path_to_json` for a value of type `ty`; a step into a set ends the path."""
    steps: list[Step] = []
    for part in raw:
        if isinstance(ty, CollectionType):
            if ty.kind == "set":
                break
            steps.append(Key(part))
            ty = ty.element
        elif ty is not None and ty.kind == "object":
            steps.append(part)
            ty = ty.attributes.get(part)
        elif ty is not None and ty.kind == "tuple":
            steps.append(Key(part))
            ty = ty.elements[part] if part < len(ty.elements) else None
        else:
            steps.append(Key(part) if isinstance(part, int) else part)
            ty = None
    return tuple(steps)
