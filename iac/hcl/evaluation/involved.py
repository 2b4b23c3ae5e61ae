"""The values behind a failed evaluation: which references took part in it, and what they were, in a few words.

The rules are those of Terraform's diagnostics: the longest part of each reference that has a value, nothing
about sensitive or unknown values unless they are what the problem is about.
"""

from __future__ import annotations

from collections.abc import Mapping

from iac.diagnostics import DiagnosticsError
from iac.hcl.access import follow
from iac.hcl.failure import Failure
from iac.hcl.functions.spec import Function
from iac.hcl.references import references
from iac.hcl.render import brief
from iac.hcl.scope import Scope
from iac.hcl.syntax import Attr, Expression, ScopeTraversal
from iac.values.types import DYNAMIC, type_name
from iac.values.value import EPHEMERAL, SENSITIVE, UNKNOWN, Value


class LocalScope:
    """A scope with names on top that an expression binds itself."""

    def __init__(self, outer: Scope, names: Mapping[str, Value]) -> None:
        self._outer = outer
        self._names = names

    @property
    def functions(self) -> Mapping[str, Function]:
        """The functions of the scope beneath."""
        return self._outer.functions

    def lookup(self, traversal: ScopeTraversal) -> tuple[Value, int]:
        """The bound name, else what the scope beneath says."""
        value = self._names.get(traversal.root)
        return (value, 0) if value is not None else self._outer.lookup(traversal)

    def lookup_index(self, traversal: ScopeTraversal, key: Value) -> Value | None:
        """Only the scope beneath can have it at hand."""
        return None if traversal.root in self._names else self._outer.lookup_index(traversal, key)


def involved_values(
    expression: Expression, scope: Scope, *, unknown: bool = False, sensitive: bool = False
) -> tuple[tuple[str, str], ...]:
    """The references of an expression, each with a statement of its value: `("var.count", "is 3")`.

    `unknown` and `sensitive` say that the problem is that a value is unknown or sensitive: only then those
    that are are mentioned as such.
    """
    found: dict[str, str] = {}
    for traversal in references(expression):
        shown = _resolve(traversal, scope)
        if shown is None:
            continue
        text, value = shown
        statement = _statement(value, unknown, sensitive)
        if statement is not None:
            found[text] = statement
    return tuple(sorted(found.items()))


def _resolve(traversal: ScopeTraversal, scope: Scope) -> tuple[str, Value] | None:
    """The longest part of a traversal that has a value, as text, and that value."""
    for count in range(len(traversal.steps), 0, -1):
        part = ScopeTraversal(traversal.range, traversal.root, traversal.steps[:count])
        try:
            value, used = scope.lookup(part)
            return traversal_text(part), follow(value, part.steps[used:])
        except (DiagnosticsError, Failure):
            continue
    return None


def traversal_text(traversal: ScopeTraversal) -> str:
    """The reference as text: `aws_x.a["k"].b`."""
    return traversal.root + "".join(
        f".{step.name}" if isinstance(step, Attr) else f"[{brief(step.key)}]" for step in traversal.steps
    )


def _statement(value: Value, unknown: bool, sensitive: bool) -> str | None:
    if EPHEMERAL in value.marks:
        return None
    if SENSITIVE in value.marks:
        return "has a sensitive value" if sensitive else None
    if value.raw is UNKNOWN:
        if value.type is DYNAMIC:
            return "will be known only after apply" if unknown else None
        return f"is a {type_name(value.type)}{', known only after apply' if unknown else ''}"
    return f"is {brief(value)}"
