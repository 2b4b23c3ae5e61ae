"""What a function of the language is, and the one place where functions are called.

Owns `Function` and `Parameter` (what a function takes and gives), `FunctionContext` (what it may know of the
run), `Thunk` (an argument that is not evaluated yet) and `call`, which settles once for all functions: how
many arguments, their conversion, null, unknown and marked ones. What each function does is left to the
modules of the families; evaluating arguments and the place of an error in the source to the evaluator.

How an evaluator uses it::

    function = table.get(name)                    # None: "Call to unknown function", its own diagnostic
    if function.lazy:
        result = call(function, [Thunk(e, closure) for e in argument_expressions])
    else:
        result = call(function, [evaluate(e) for e in argument_expressions])

and on `FunctionError` as `problem`: `problem.diagnostic(function)` is the diagnostic without a place;
`problem.argument` is the index of the argument to mark, None for the call as a whole (or, when
`problem.missing`, the closing parenthesis).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from iac.diagnostics import Diagnostic, error
from iac.hcl.render import go_quote
from iac.hcl.syntax import Expression
from iac.values.convert import ConversionError, convert
from iac.values.limits import LimitError, check_parts, check_text
from iac.values.types import DYNAMIC, Type
from iac.values.unify import convertible
from iac.values.value import (
    EPHEMERAL,
    NO_MARKS,
    SENSITIVE,
    UNKNOWN,
    UNKNOWN_DYNAMIC,
    Marks,
    Value,
    all_marks,
    unknown,
    unmark_deep,
)

_HIDING = frozenset({SENSITIVE, EPHEMERAL})
HIDDEN = "(sensitive value)"
"""What stands in an error message for something that came from a sensitive argument."""


class FunctionError(Exception):
    """A call that cannot be: `message` says why, `argument` is the index of the argument at fault, if one is.

    `message` may hold `{}` for each of `shown`: texts taken from the arguments, which `call` hides when an
    argument is sensitive.
    """

    def __init__(self, message: str, argument: int | None = None, *shown: object, summary: str = "") -> None:
        super().__init__(message.format(*shown) if shown else message)
        self.template = message
        self.shown = shown
        self.argument = argument
        self.summary = summary
        self.others: tuple[FunctionError, ...] = ()

    @property
    def all(self) -> tuple[FunctionError, ...]:
        """This error and those of other arguments of the same call that do not fit either."""
        return (self, *self.others)

    @property
    def message(self) -> str:
        """Why, in full."""
        return str(self)

    @property
    def missing(self) -> bool:
        """Whether arguments are missing: the place is then where the next one should have stood."""
        return self.summary == _TOO_FEW

    def redacted(self) -> FunctionError:
        """The same error with everything that was taken from the arguments hidden."""
        if not self.shown:
            return self
        return FunctionError(self.template, self.argument, *(HIDDEN for _ in self.shown), summary=self.summary)

    def diagnostic(self, function: Function) -> Diagnostic:
        """The error as Terraform words it, for a call of `function`; without a place."""
        if self.summary:
            return error(self.summary, self.message)
        if self.argument is None:
            return error(
                "Error in function call", f"Call to function {go_quote(function.name)} failed: {self.message}."
            )
        parameter = function.parameter(self.argument)
        return error(
            "Invalid function argument",
            f"Invalid value for {go_quote(parameter.name)} parameter: {self.message}.",
        )


_TOO_FEW = "Not enough function arguments"
_TOO_MANY = "Too many function arguments"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a function takes in one place, and what the function wants to see itself.

    Without the flags `call` refuses null, answers an unknown argument with an unknown result, and takes the
    marks off (all, however deep) to put them on the result. `allow_dynamic` says that the function can tell
    its return type from a value of unknown type.
    """

    name: str
    type: Type
    allow_null: bool = False
    allow_unknown: bool = False
    allow_dynamic: bool = False
    allow_marked: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Thunk:
    """An argument of a lazy function: its `expression`, and `evaluate`, which gives its value or raises
    `DiagnosticsError`. Calling the thunk evaluates it."""

    expression: Expression
    evaluate: Callable[[], Value]

    def __call__(self) -> Value:
        return self.evaluate()


Implementation: TypeAlias = Callable[[Sequence[Any], Type], Value]
"""From the arguments, as the parameters promise them, and the return type, to the result.

Raises `FunctionError`.
"""


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    `returns` is its return type, or says it from the arguments (which may be unknown then), raising
    `FunctionError` where the types alone are wrong. When `lazy`, the arguments reach `implementation` as
    `Thunk`s, unconverted and unchecked but for their number: `try`, `can`, `templatestring`. When `nullable`, nothing
    is promised of an unknown result; of others it is known that they will not be null.
    `example` is a call and its result, as documentation has it.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: Type | Callable[[Sequence[Value]], Type]
    implementation: Implementation = field(repr=False)
    variadic: Parameter | None = None
    description: str = ""
    example: str = ""
    lazy: bool = False
    nullable: bool = False

    def parameter(self, index: int) -> Parameter:
        """The parameter that the argument at `index` belongs to."""
        if index < len(self.parameters):
            return self.parameters[index]
        return self.variadic or self.parameters[-1]


TemplateEvaluator: TypeAlias = Callable[[str, str, Mapping[str, Value], Mapping[str, Function]], Value]
"""From source, file name, variables and functions to the value of a template."""


@dataclass(frozen=True, slots=True)
class FunctionContext:
    """What functions may know of the run.

    `base_directory` is where relative paths of the file functions start (the root directory, as in
    Terraform). `timestamp` is what `timestamp()` gives, None while planning: unknown then. `plan_timestamp`
    is what `plantimestamp()` gives, None where no plan is being made. `evaluate_template` parses and
    evaluates a template in native syntax (source, file name, variables, functions) that sees nothing but those
    variables and functions; it raises `DiagnosticsError`. None where templates cannot be evaluated.
    `during_plan`: `uuid` and `bcrypt` are unknown, as their results must not differ between plan and apply.
    """

    base_directory: Path = field(default_factory=Path)
    timestamp: str | None = None
    plan_timestamp: str | None = None
    during_plan: bool = False
    evaluate_template: TemplateEvaluator | None = None


def call(function: Function, arguments: Sequence[Any]) -> Value:
    """Calls a function with evaluated arguments (or `Thunk`s, when it is lazy).

    Every argument is converted to its parameter's type; then nulls are refused, an unknown argument makes
    the result unknown, and marks are taken off and put on the result, each unless the parameter says
    otherwise. Raises `FunctionError`. The rules are those of cty's functions and HCL's calls.
    """
    _check_arity(function, len(arguments))
    if function.lazy:
        return function.implementation(arguments, DYNAMIC)
    try:
        converted = [_convert(function, index, value) for index, value in enumerate(arguments)]
    except FunctionError:
        first, *others = unsuitable(function, arguments)
        first.others = tuple(others)
        raise first from None
    try:
        return _within_limits(_call_converted(function, converted))
    except LimitError as problem:
        raise FunctionError(problem.message) from None
    except FunctionError as problem:
        if problem.shown and any(_HIDING & all_marks(value) for value in arguments):
            raise problem.redacted() from None
        raise


def _within_limits(result: Value) -> Value:
    raw = result.raw
    if raw.__class__ is str:
        check_text(len(raw))
    elif raw.__class__ is tuple or raw.__class__ is dict:
        check_parts(result.size)
    return result


def unsuitable(function: Function, arguments: Sequence[Value]) -> list[FunctionError]:
    """The error of every argument that does not convert to the type of its parameter."""
    found = []
    for index, value in enumerate(arguments):
        try:
            _convert(function, index, value)
        except FunctionError as problem:
            found.append(problem)
    return found


def _check_arity(function: Function, count: int) -> None:
    expected = len(function.parameters)
    if count < expected:
        least = " at least" if function.variadic else ""
        raise FunctionError(
            f"Function {go_quote(function.name)} expects{least} {expected} argument(s). "
            f"Missing value for {go_quote(function.parameters[count].name)}.",
            summary=_TOO_FEW,
        )
    if count > expected and function.variadic is None:
        raise FunctionError(
            f"Function {go_quote(function.name)} expects only {expected} argument(s).",
            expected,
            summary=_TOO_MANY,
        )


def _convert(function: Function, index: int, value: Value) -> Value:
    want = function.parameter(index).type
    if value.type is want:
        return value
    try:
        return convert(value, want)
    except ConversionError as problem:
        # A type that never fits is described with the place in it, a value that happens not to fit without.
        fits = convertible(value.type, want, unsafe=True)
        raise FunctionError(problem.message if fits else str(problem), index) from None


def _call_converted(function: Function, values: list[Value]) -> Value:
    marks: Marks = NO_MARKS
    any_unknown = any_dynamic = is_open = False
    for index, value in enumerate(values):
        parameter = function.parameter(index)
        raw = value.raw
        if raw is None:
            if not parameter.allow_null and not is_open:
                raise FunctionError("argument must not be null", index)
        elif raw is UNKNOWN and not parameter.allow_unknown:
            any_unknown = True
        if value.type is DYNAMIC and not parameter.allow_dynamic:
            any_dynamic = True
            is_open = is_open or raw is UNKNOWN
        if not parameter.allow_marked and value.has_marks:
            values[index], more = unmark_deep(value)
            marks |= more
    if is_open:
        return UNKNOWN_DYNAMIC.with_marks(marks)  # not even the type of the result is known
    returns = function.returns
    if not isinstance(returns, Type):
        returns = DYNAMIC if any_dynamic else returns(values)
    result = unknown(returns) if any_unknown else function.implementation(values, returns)
    if result.raw is UNKNOWN and not function.nullable:
        result = result.never_null()
    return result.with_marks(marks) if marks else result
