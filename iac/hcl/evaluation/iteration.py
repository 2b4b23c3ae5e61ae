"""`for` expressions and `%{ for }` in templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from iac.diagnostics import DiagnosticsError
from iac.hcl.evaluation.code import (
    Code,
    Compiled,
    Frame,
    Locals,
    Place,
    Problems,
    attempt,
    compile_node,
    compiles,
    instead,
    runnable,
    settled,
)
from iac.hcl.render import go_quote
from iac.hcl.scope import Scope
from iac.hcl.syntax import Expression, For, TemplateFor
from iac.values.convert import ConversionError, convert
from iac.values.limits import PARTS, ROUNDS, LimitError, check_parts, check_text
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING, type_name
from iac.values.value import (
    NO_MARKS,
    UNKNOWN,
    UNKNOWN_DYNAMIC,
    Marks,
    Value,
    object_value,
    string,
    tuple_value,
    unknown,
)


class Rounds:
    """How many rounds the `for` of the expression at hand have made: loops in loops must come to an end."""

    def __init__(self) -> None:
        self.made = 0

    def add(self, rounds: int) -> None:
        """Counts further rounds. Raises `LimitError` when there are too many."""
        self.made += rounds
        if self.made > ROUNDS:
            raise LimitError(f"its 'for' would make more than {ROUNDS:,} rounds")


ROUNDS_MADE = Rounds()


@dataclass(slots=True)
class _Harvest:
    """What an iteration has brought so far: marks, whether all is known, and errors."""

    marks: Marks = NO_MARKS
    known: bool = True
    problems: Problems = ()

    def report(self, problems: Problems) -> None:
        if problems:
            self.problems = (*self.problems, *problems)

    def refuse(self, problem: DiagnosticsError) -> None:
        """Reports what an element may not be, but once only: others may follow from it."""
        if self.known:
            self.report(problem.diagnostics)
        self.known = False

    def settled(self, result: Value) -> Value:
        """The result with the marks, unless it is not known; raised if there were errors."""
        return settled((result if self.known else UNKNOWN_DYNAMIC).with_marks(self.marks), self.problems)


class _Loop:
    """The part that all iterations share: the collection, and which elements of it are included."""

    __slots__ = ("_collection", "_condition", "_condition_node", "_node", "_place", "_with_key", "inner")

    def __init__(self, node: For | TemplateFor, condition: Expression | None, names: Locals) -> None:
        self._node = node
        self._place = Place(node, names)
        self._collection = runnable(compile_node(node.collection, names))
        self._with_key = node.key_name is not None
        bound = (node.key_name, node.value_name) if node.key_name is not None else (node.value_name,)
        inner = names.bind(*bound)
        self.inner = Place(node, inner)
        self._condition_node = condition
        self._condition = runnable(compile_node(condition, inner)) if condition is not None else None

    def frames(self, scope: Scope, frame: Frame, harvest: _Harvest) -> Iterable[Frame]:
        """The frame of each element that is included. Nothing where the collection is not known."""
        collection, problems = attempt(self._collection, scope, frame)
        harvest.report(problems)
        harvest.marks |= collection.marks
        if collection.raw is None:
            detail = "A null value cannot be used as the collection in a 'for' expression."
            return self._refused(harvest, scope, frame, "Iteration over null value", detail)
        if collection.type.is_primitive:
            detail = (
                f"A value of type {type_name(collection.type)} cannot be used as the collection in a 'for' expression."
            )
            return self._refused(harvest, scope, frame, "Iteration over non-iterable value", detail)
        if collection.raw is UNKNOWN:
            if self._condition is not None and collection.type is not DYNAMIC:
                self._holds_in_general(self._condition, scope, frame, harvest)
            harvest.known = False
            return ()
        ROUNDS_MADE.add(len(collection.raw))
        frames = self._all_frames(collection, frame)
        return frames if self._condition is None else self._included(frames, self._condition, scope, frame, harvest)

    def _refused(self, harvest: _Harvest, scope: Scope, frame: Frame, summary: str, detail: str) -> Iterable[Frame]:
        """No frames, and an error about the collection."""
        harvest.refuse(self._place.error(scope, frame, summary, detail, of=self._node.collection))
        return ()

    def _all_frames(self, collection: Value, frame: Frame) -> Iterable[Frame]:
        raw = collection.raw
        if not self._with_key:
            return [(*frame, element) for element in (raw.values() if raw.__class__ is dict else raw)]
        if raw.__class__ is dict:
            return [(*frame, Value(STRING, key), element) for key, element in raw.items()]
        if collection.type.kind == "set":
            return [(*frame, element, element) for element in raw]
        return [(*frame, Value(NUMBER, position), element) for position, element in enumerate(raw)]

    def _included(
        self, frames: Iterable[Frame], condition: Code, scope: Scope, outer: Frame, harvest: _Harvest
    ) -> Iterable[Frame]:
        if not self._holds_in_general(condition, scope, outer, harvest):
            return
        for frame in frames:
            try:
                answer = condition(scope, frame)
            except DiagnosticsError as problem:
                harvest.report(problem.diagnostics)
                harvest.known = False
                continue
            if answer.marks:
                harvest.marks |= answer.marks
            if answer.raw is UNKNOWN:
                harvest.known = False
                continue
            if answer.type is not BOOL or answer.raw is None:
                try:
                    answer = self._bool(answer, self.inner, scope, frame)
                except DiagnosticsError as problem:
                    harvest.refuse(problem)
                    continue
            if answer.raw:
                yield frame

    def _holds_in_general(self, condition: Code, scope: Scope, frame: Frame, harvest: _Harvest) -> bool:
        """Tries the condition with unknown elements, so that one that is wrong for all is reported once."""
        trial = (*frame, *[UNKNOWN_DYNAMIC] * (1 + self._with_key))
        answer, problems = attempt(condition, scope, trial)
        harvest.report(problems)
        harvest.known = not problems
        try:
            if answer.raw is None:
                summary, detail = "Condition is null", "The value of the 'if' clause must not be null."
                raise self._place.error(scope, frame, summary, detail, of=self._condition_node)
            if answer.type is not BOOL:
                self._bool(answer, self._place, scope, frame)
        except DiagnosticsError as problem:
            harvest.known = False
            harvest.report(problem.diagnostics)
        return harvest.known

    def _bool(self, answer: Value, place: Place, scope: Scope, frame: Frame) -> Value:
        detail = "The value of the 'if' clause must not be null."
        if answer.raw is not None:
            try:
                return convert(answer, BOOL)
            except ConversionError as problem:
                detail = f"The 'if' clause value is invalid: {problem.message}."
        raise place.error(scope, frame, "Invalid 'for' condition", detail, of=self._condition_node)


@compiles(For)
def _for(node: For, names: Locals) -> Compiled:
    loop = _Loop(node, node.condition, names)
    value = runnable(compile_node(node.value, loop.inner.names))
    if node.key is None:
        return _tuple_for(loop, value)
    return _object_for(node, node.key, loop, runnable(compile_node(node.key, loop.inner.names)), value)


def _tuple_for(loop: _Loop, value: Code) -> Code:
    def code(scope: Scope, frame: Frame) -> Value:
        harvest = _Harvest()
        return harvest.settled(tuple_value(_bodies(loop, value, scope, frame, harvest)))

    return code


def _bodies(loop: _Loop, body: Code, scope: Scope, frame: Frame, harvest: _Harvest) -> list[Value]:
    found = []
    parts = 0
    for inner in loop.frames(scope, frame, harvest):
        try:
            value = body(scope, inner)
            parts += value.size
            if parts > PARTS:
                check_parts(parts)
            found.append(value)
        except DiagnosticsError as problem:
            harvest.report(problem.diagnostics)
            found.append(instead(problem))
    return found


def _object_for(node: For, key_node: Expression, loop: _Loop, key: Code, value: Code) -> Code:
    def code(scope: Scope, frame: Frame) -> Value:
        harvest = _Harvest()
        groups: dict[str, list[Value]] = {}
        parts = 0
        for inner in loop.frames(scope, frame, harvest):
            found, problems = attempt(key, scope, inner)
            harvest.report(problems)
            name = _object_key(found, key_node, loop, scope, inner, harvest)
            if name is None:
                continue
            item, problems = attempt(value, scope, inner)
            harvest.report(problems)
            parts += item.size
            check_parts(parts)
            if name in groups and not node.group:
                harvest.report(_duplicate(name, key_node, loop, scope, inner).diagnostics)
            groups.setdefault(name, []).append(item)
        if node.group:
            return harvest.settled(object_value({name: tuple_value(items) for name, items in groups.items()}))
        return harvest.settled(object_value({name: items[0] for name, items in groups.items()}))

    return code


def _object_key(
    key: Value, key_node: Expression, loop: _Loop, scope: Scope, frame: Frame, harvest: _Harvest
) -> str | None:
    """The key of one element; None when it is not known."""
    harvest.marks |= key.marks
    raw = key.raw
    if raw.__class__ is str:
        return raw
    if raw is UNKNOWN:
        harvest.known = False
        return None
    detail = "Key expression in 'for' expression must not produce a null value."
    if raw is not None:
        try:
            return str(convert(key, STRING).raw)
        except ConversionError as problem:
            detail = f"The key expression produced an invalid result: {problem.message}."
    harvest.refuse(loop.inner.error(scope, frame, "Invalid object key", detail, of=key_node))
    return None


def _duplicate(name: str, key_node: Expression, loop: _Loop, scope: Scope, frame: Frame) -> DiagnosticsError:
    return loop.inner.error(
        scope,
        frame,
        "Duplicate object key",
        f"Two different items produced the key {go_quote(name)} in this 'for' expression. If duplicates are expected, "
        "use the ellipsis (...) after the value expression to enable grouping by key.",
        of=key_node,
    )


@compiles(TemplateFor)
def _template_for(node: TemplateFor, names: Locals) -> Compiled:
    loop = _Loop(node, None, names)
    body = runnable(compile_node(node.body, loop.inner.names))

    def code(scope: Scope, frame: Frame) -> Value:
        harvest = _Harvest()
        texts = _bodies(loop, body, scope, frame, harvest)
        return _joined(texts, harvest)

    return code


def _joined(texts: Sequence[Value], harvest: _Harvest) -> Value:
    """The texts of all rounds as one; the body of a loop is a template, so each is a string or unknown."""
    for text in texts:
        harvest.marks |= text.marks
        harvest.known = harvest.known and text.raw is not UNKNOWN
    if harvest.known:
        check_text(sum([len(text.raw) for text in texts]))
    result = string("".join([text.raw for text in texts])) if harvest.known else unknown(STRING)
    return settled(result.with_marks(harvest.marks), harvest.problems)
