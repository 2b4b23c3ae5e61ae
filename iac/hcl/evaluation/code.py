"""What all compiled nodes share: their form, the names bound around them, constants, errors.

A node is compiled once to a closure from a scope and a frame to a value. The frame is a tuple of the values
of the names that `for` and splat bind, innermost last; which name is which slot is known when compiling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from iac.diagnostics import Diagnostic, DiagnosticsError, SourceRange, error
from iac.hcl.evaluation.involved import LocalScope, involved_values
from iac.hcl.scope import EMPTY_SCOPE, Scope
from iac.hcl.syntax import Expression
from iac.values.value import UNKNOWN_DYNAMIC, Value

Frame: TypeAlias = tuple[Value, ...]
Code: TypeAlias = Callable[[Scope, Frame], Value]
Compiled: TypeAlias = Code | Value
"""A compiled node: a closure, or the value itself of a constant."""


@dataclass(frozen=True, slots=True)
class Locals:
    """The names bound around a node, by slot of the frame; `element` is the slot of a splat's element."""

    slots: Mapping[str, int] = field(default_factory=dict)
    size: int = 0
    element: int | None = None

    def bind(self, *names: str) -> Locals:
        """With further names in the next slots."""
        slots = {**self.slots, **{name: self.size + i for i, name in enumerate(names)}}
        return Locals(slots, self.size + len(names), self.element)

    def bind_element(self) -> Locals:
        """With a splat's element in the next slot."""
        return Locals(self.slots, self.size + 1, self.size)

    def over(self, scope: Scope, frame: Frame) -> Scope:
        """The scope with the names bound here on top."""
        # While a constant part is folded there is no frame: nothing that it could refer to is bound yet.
        if not self.slots or not frame:
            return scope
        return LocalScope(scope, {name: frame[slot] for name, slot in self.slots.items()})


NO_LOCALS = Locals()

_COMPILERS: dict[type[Expression], Callable[[Any, Locals], Compiled]] = {}
_Compiler = TypeVar("_Compiler", bound=Callable[[Any, Locals], Compiled])


def compiles(*kinds: type[Expression]) -> Callable[[_Compiler], _Compiler]:
    """Declares the function that compiles nodes of these kinds."""

    def register(compiler: _Compiler) -> _Compiler:
        _COMPILERS.update(dict.fromkeys(kinds, compiler))
        return compiler

    return register


def compile_node(node: Expression, names: Locals) -> Compiled:
    """Compiles a node inside the given names."""
    return _COMPILERS[type(node)](node, names)


def compile_all(nodes: Iterable[Expression], names: Locals) -> list[Compiled]:
    """Compiles several nodes."""
    return [compile_node(node, names) for node in nodes]


def runnable(compiled: Compiled) -> Code:
    """The closure of a compiled node, constants included."""
    if not isinstance(compiled, Value):
        return compiled
    value = compiled

    def constant(scope: Scope, frame: Frame) -> Value:
        return value

    return constant


def fold(code: Code, *parts: Compiled) -> Compiled:
    """The value of `code` itself when all that it is made of is constant; an error waits until it is run."""
    if all(isinstance(part, Value) for part in parts):
        try:
            return code(EMPTY_SCOPE, ())
        except DiagnosticsError:
            pass
    return code


class MistakenError(DiagnosticsError):
    """The errors of a node together with the value that what is around it goes on with, to find further mistakes.

    As in HCL, where nothing better is known that is an unknown value of unknown type.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], value: Value) -> None:
        super().__init__(diagnostics)
        self.value = value


Problems: TypeAlias = Sequence[Diagnostic]


def attempt(code: Code, scope: Scope, frame: Frame) -> tuple[Value, Problems]:
    """The value of a closure and no errors; or its errors, and the value to go on with."""
    try:
        return code(scope, frame), ()
    except DiagnosticsError as problem:
        return instead(problem), problem.diagnostics


def instead(problem: DiagnosticsError) -> Value:
    """The value to go on with after an error."""
    return problem.value if isinstance(problem, MistakenError) else UNKNOWN_DYNAMIC


def attempt_all(codes: Sequence[Code], scope: Scope, frame: Frame) -> tuple[list[Value], Problems]:
    """The values of several closures, and the errors of all of them."""
    values: list[Value] = []
    try:
        for code in codes:
            values.append(code(scope, frame))  # noqa: PERF401  how many there are tells where it failed
    except DiagnosticsError as first:
        values.append(instead(first))
        problems = list(first.diagnostics)
        for code in codes[len(values) :]:
            value, more = attempt(code, scope, frame)
            values.append(value)
            problems += more
        return values, problems
    return values, ()


def settled(value: Value, problems: Problems) -> Value:
    """The value, or an exception with the problems, if there are any, that lets evaluation go on with it."""
    if problems:
        raise several(problems, value)
    return value


def several(problems: Iterable[Diagnostic], value: Value = UNKNOWN_DYNAMIC) -> MistakenError:
    """An exception with several diagnostics, each once, and the value to go on with."""
    return MistakenError(dict.fromkeys(problems), value)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the errors of a node go: the node, and the names bound around it."""

    node: Expression
    names: Locals

    def error(
        self,
        scope: Scope,
        frame: Frame,
        summary: str,
        detail: str,
        *,
        of: Expression | None = None,
        subject: SourceRange | None = None,
    ) -> DiagnosticsError:
        """An error about the node, or the part `of` it, marked at that part unless `subject` says otherwise,
        with the node around it as context and the values of what it refers to."""
        return DiagnosticsError(self.diagnostic(scope, frame, error(summary, detail), of=of, subject=subject))

    def diagnostic(
        self,
        scope: Scope,
        frame: Frame,
        problem: Diagnostic,
        *,
        of: Expression | None = None,
        subject: SourceRange | None = None,
    ) -> Diagnostic:
        """The same for a diagnostic that has its words already."""
        about = of or self.node
        place = subject or about.range
        return Diagnostic(
            problem.severity,
            problem.summary,
            problem.detail,
            place,
            None if place == self.node.range else self.node.range,
            values=involved_values(about, self.names.over(scope, frame)),
            call=problem.call,
        )
