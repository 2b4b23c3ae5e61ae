"""The statements of `moved` blocks: what one does to an address, in which order they are followed, and what is wrong
with them. Wording is Terraform's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from iac.address import (
    InstanceKey,
    ModuleInstance,
    ModulePath,
    ModuleStep,
    Resource,
    ResourceInstance,
    Target,
    key_text,
    module_path,
)
from iac.config.model import MoveBlock
from iac.diagnostics import Diagnostic, Diagnostics, SourceRange, error
from iac.engine.ordering import Circular, sorted_by_need


@dataclass(frozen=True, slots=True)
class Statement:
    """One move: from where to where, in every instance of the module that it stands in."""

    module: ModulePath
    block: MoveBlock

    @property
    def source(self) -> Target:
        """From where, relative to the module."""
        return self.block.source

    @property
    def destination(self) -> Target:
        """To where, relative to the module."""
        return self.block.destination

    def moved(self, address: ResourceInstance) -> ResourceInstance | None:
        """The address that an object has after the move; None when the statement is not about it."""
        depth = len(self.module)
        around, inside = address.module[:depth], address.module[depth:]
        if module_path(around) != self.module:
            return None
        source, destination, exact = self.source, self.destination, self.block.has_key
        if source.resource is not None:
            if inside != source.module or address.resource != source.resource:
                return None
            if exact and address.key != source.key:
                return None
            assert destination.resource is not None
            key = destination.key if exact else address.key
            return ResourceInstance((*around, *destination.module), destination.resource, key)
        last = len(source.module) - 1
        if len(inside) <= last or inside[:last] != source.module[:last]:
            return None
        call, wanted = inside[last], source.module[last]
        if call.name != wanted.name or (exact and call.key != wanted.key):
            return None
        return address._replace(module=(*around, *_call(destination, call.key, exact), *inside[last + 1 :]))

    def may_fill(self, address: ResourceInstance) -> bool:
        """Whether the statement may move something to an address, or to what it is a part of."""
        wanted = _Pattern(tuple((s.name, s.key) for s in address.module), address.resource, address.key)
        return _pattern(self, self.destination).contains(wanted)

    def unit(self, old: ResourceInstance) -> Target:
        """What moves as one, of which `old` is a part: an instance, a resource or a module instance."""
        return self._unit(old, self.source)

    def unit_of_new(self, new: ResourceInstance) -> Target:
        """What `unit` becomes, by the new address of a part."""
        return self._unit(new, self.destination)

    def _unit(self, address: ResourceInstance, end: Target) -> Target:
        if end.resource is None:
            return Target(address.module[: len(self.module) + len(end.module)], None, None, True)
        exact = self.block.has_key
        return Target(address.module, address.resource, address.key if exact else None, exact)


def _call(destination: Target, key: InstanceKey, exact: bool) -> ModuleInstance:
    last = destination.module[-1]
    return (*destination.module[:-1], last if exact else ModuleStep(last.name, key))


# --- patterns: what a statement may be about, whatever instances there are -----------------------------------

_ANY = "*"


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Module steps with a key, or with any; and a resource with a key or any, or none for a whole module."""

    modules: tuple[tuple[str, InstanceKey | tuple[str]], ...]
    resource: Resource | None
    key: InstanceKey | tuple[str]

    def __str__(self) -> str:
        parts = [f"module.{name}{_pattern_key(key)}" for name, key in self.modules]
        if self.resource is not None:
            parts.append(f"{self.resource}{_pattern_key(self.key)}")
        return ".".join(parts)

    def contains(self, other: _Pattern) -> bool:
        """Whether the other may be the same or inside this one."""
        if len(self.modules) > len(other.modules):
            return False
        for (name, key), (other_name, other_key) in zip(self.modules, other.modules, strict=False):
            if name != other_name or not _compatible(key, other_key):
                return False
        if self.resource is None:
            return True
        same_place = len(self.modules) == len(other.modules) and self.resource == other.resource
        return same_place and _compatible(self.key, other.key)


def _pattern_key(key: InstanceKey | tuple[str]) -> str:
    return "[*]" if isinstance(key, tuple) else key_text(key)


def _compatible(one: InstanceKey | tuple[str], other: InstanceKey | tuple[str]) -> bool:
    return isinstance(one, tuple) or isinstance(other, tuple) or one == other


def _pattern(statement: Statement, end: Target) -> _Pattern:
    any_key = (_ANY,)
    exact = statement.block.has_key
    modules: list[tuple[str, InstanceKey | tuple[str]]] = [(name, any_key) for name in statement.module]
    modules += [(step.name, step.key) for step in end.module]
    if end.resource is None:
        if not exact:
            modules[-1] = (modules[-1][0], any_key)
        return _Pattern(tuple(modules), None, None)
    return _Pattern(tuple(modules), end.resource, end.key if exact else any_key)


# --- order -------------------------------------------------------------------------------------------------


def in_order(statements: Sequence[Statement], diagnostics: Diagnostics) -> list[Statement]:
    """The statements, each after those that may move something to where it moves from. A cycle is an error."""
    if len(statements) < 2:
        return list(statements)
    sources = [_pattern(s, s.source) for s in statements]
    destinations = [_pattern(s, s.destination) for s in statements]
    by_path = _Index(destinations)
    inner = _Index(sources)
    needs: list[list[int]] = []
    for index, source in enumerate(sources):
        found = [i for i in by_path.near(source) if i != index and _overlap(destinations[i], source)]
        # Of two that are about the same thing, the one about a part of it comes first.
        found += [i for i in inner.near(source) if i != index and i not in found and _is_inside(sources[i], source)]
        # Of two that lead to the same place, the one that fills only a part of it comes last.
        found += [
            i
            for i in by_path.near(destinations[index])
            if i != index and i not in found and _is_inside(destinations[index], destinations[i])
        ]
        needs.append(found)
    return [statements[i] for i in _sorted(needs, statements, sources, destinations, diagnostics)]


def _is_inside(part: _Pattern, whole: _Pattern) -> bool:
    return whole.contains(part) and not part.contains(whole)


def _overlap(one: _Pattern, other: _Pattern) -> bool:
    return one.contains(other) or other.contains(one)


class _Index:
    """Patterns by the path of module names, so that not all pairs need be compared."""

    def __init__(self, patterns: Sequence[_Pattern]) -> None:
        self.whole: dict[tuple[ModulePath, Resource | None], list[int]] = {}
        self.below: dict[ModulePath, list[int]] = {}
        for index, pattern in enumerate(patterns):
            path = tuple(name for name, _ in pattern.modules)
            self.whole.setdefault((path, pattern.resource), []).append(index)
            for depth in range(len(path) + 1):
                self.below.setdefault(path[:depth], []).append(index)

    def near(self, pattern: _Pattern) -> Iterator[int]:
        """The patterns that may overlap with one."""
        path = tuple(name for name, _ in pattern.modules)
        if pattern.resource is None:
            yield from self.below.get(path, ())
            above = range(len(path))
        else:
            yield from self.whole.get((path, pattern.resource), ())
            above = range(len(path) + 1)
        for depth in above:
            yield from self.whole.get((path[:depth], None), ())


def _sorted(
    needs: Sequence[Sequence[int]],
    statements: Sequence[Statement],
    sources: Sequence[_Pattern],
    destinations: Sequence[_Pattern],
    diagnostics: Diagnostics,
) -> list[int]:
    try:
        return sorted_by_need(dict(enumerate(needs)))
    except Circular as circle:
        diagnostics.add(_cycle(sorted(circle.members), statements, sources, destinations))
        return []


def _cycle(
    members: Sequence[int],
    statements: Sequence[Statement],
    sources: Sequence[_Pattern],
    destinations: Sequence[_Pattern],
) -> Diagnostic:
    listed = "".join(f"\n  - {_place(statements[i].block.range)}: {sources[i]} → {destinations[i]}" for i in members)
    return error(
        "Cyclic dependency in move statements",
        "The following chained move statements form a cycle, and so there is no final location to move objects to:"
        f"{listed}\n\nA chain of move statements must end with an address that doesn't appear in any other statements, "
        "and which typically also refers to an object still declared in the configuration.",
    )


# --- mistakes ----------------------------------------------------------------------------------------------


def check_statements(statements: Sequence[Statement], diagnostics: Diagnostics) -> None:
    """Adds what is wrong with the statements by themselves: redundant and ambiguous ones."""
    sources: dict[_Pattern, Statement] = {}
    destinations: dict[_Pattern, Statement] = {}
    for statement in statements:
        source, destination = _pattern(statement, statement.source), _pattern(statement, statement.destination)
        if source == destination:
            diagnostics.error(
                "Redundant move statement",
                f"This statement declares a move from {_text(statement, statement.source)} to the same address, which "
                "is the same as not declaring this move at all.",
                statement.block.range,
            )
            continue
        noun = _noun(statement)
        first = sources.setdefault(source, statement)
        if _pattern(first, first.destination) != destination:
            diagnostics.error(
                "Ambiguous move statements",
                f"A statement at {_place(first.block.range)} declared that {_text(first, first.source)} moved to "
                f"{_text(first, first.destination)}, but this statement instead declares that it moved to "
                f"{_text(statement, statement.destination)}.\n\nEach {noun} can move to only one destination "
                f"{noun}.",
                statement.block.range,
            )
            continue
        first = destinations.setdefault(destination, statement)
        if _pattern(first, first.source) != source:
            diagnostics.error(
                "Ambiguous move statements",
                f"A statement at {_place(first.block.range)} declared that {_text(first, first.source)} moved to "
                f"{_text(first, first.destination)}, but this statement instead declares that "
                f"{_text(statement, statement.source)} moved there.\n\nEach {noun} can have moved from only "
                f"one source {noun}.",
                statement.block.range,
            )


def still_exists(statement: Statement, declared: SourceRange) -> Diagnostic:
    """The error about a statement that moves away from what the configuration still declares."""
    noun = _noun(statement)
    return error(
        "Moved object still exists",
        f"This statement declares a move from {_text(statement, statement.source)}, but that {noun} is still declared "
        f"at {_place(declared)}.\n\nChange your configuration so that this {noun} will be declared as "
        f"{_text(statement, statement.destination)} instead.",
        statement.block.range,
    )


def _noun(statement: Statement) -> str:
    noun = "module" if statement.source.resource is None else "resource"
    return f"{noun} instance" if statement.block.has_key else noun


def _text(statement: Statement, end: Target) -> str:
    prefix = "".join(f"module.{name}." for name in statement.module)
    return f"{prefix}{end}"


def _place(range: SourceRange) -> str:
    return f"{range.filename}:{range.start.line},{range.start.column}"
