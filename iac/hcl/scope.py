"""Scopes: what references and function names mean where an expression is evaluated.

Owns the protocol and two plain scopes: the empty one, for constants, and one over a mapping, for templates.
Names that an expression binds itself (`for`, splat) never reach a scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from iac.diagnostics import DiagnosticsError, Pos, SourceRange, did_you_mean, error
from iac.hcl.functions.spec import Function
from iac.hcl.syntax import ScopeTraversal
from iac.values.value import Value


class Scope(Protocol):
    """What an expression can refer to."""

    @property
    def functions(self) -> Mapping[str, Function]:
        """The functions by name; an empty mapping where none may be called."""
        ...

    def lookup(self, traversal: ScopeTraversal) -> tuple[Value, int]:
        """The value of the root and as many steps as the scope resolves itself, and how many those are.

        Raises `DiagnosticsError` for what cannot be referred to.
        """
        ...

    def lookup_index(self, traversal: ScopeTraversal, key: Value) -> Value | None:
        """The value of `traversal[key]` where the scope has it at hand, else None: the whole is then built.

        Saves building a resource of thousands of instances to take one of them out.
        """
        ...


def _root_range(traversal: ScopeTraversal) -> SourceRange:
    """The place of the first name of a reference."""
    start, root = traversal.range.start, traversal.root
    end = Pos(start.line, start.column + len(root), start.byte + len(root.encode()))
    return SourceRange(traversal.range.filename, start, end)


class EmptyScope:
    """A scope in which nothing may be referred to and nothing called."""

    functions: Mapping[str, Function] = MappingProxyType({})

    def lookup(self, traversal: ScopeTraversal) -> tuple[Value, int]:
        """Refuses every reference."""
        raise DiagnosticsError(
            error("Variables not allowed", "Variables may not be used here.", _root_range(traversal))
        )

    def lookup_index(self, traversal: ScopeTraversal, key: Value) -> Value | None:
        """Has nothing at hand."""
        return None


EMPTY_SCOPE = EmptyScope()


class VariableScope:
    """A scope of plain variables by name."""

    def __init__(self, variables: Mapping[str, Value], functions: Mapping[str, Function]) -> None:
        self.variables = variables
        self.functions = functions

    def lookup(self, traversal: ScopeTraversal) -> tuple[Value, int]:
        """The variable that the root names."""
        value = self.variables.get(traversal.root)
        if value is None:
            hint = did_you_mean(traversal.root, self.variables)
            detail = f'There is no variable named "{traversal.root}".{hint}'
            raise DiagnosticsError(error("Unknown variable", detail, _root_range(traversal)))
        return value, 0

    def lookup_index(self, traversal: ScopeTraversal, key: Value) -> Value | None:
        """Has nothing at hand."""
        return None
