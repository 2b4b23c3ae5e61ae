"""Parses the native syntax: files, expressions and templates, from text to syntax nodes and diagnostics.

Owns what happens when a text does not parse: `mistakes` says what is wrong with it, and the sound parts of a file
are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from iac.diagnostics import Diagnostic, Pos, SourceRange, error
from iac.hcl.build_expressions import ExpressionBuilder, is_transparent
from iac.hcl.builder import BodyBuilder
from iac.hcl.cache import collections_paused
from iac.hcl.grammar import tables
from iac.hcl.heredocs import with_distinct_markers
from iac.hcl.lalr import Action, Parser, TooComplex
from iac.hcl.lexing import Unparsed
from iac.hcl.mistakes import check_expression, check_file, check_template, too_deep, too_long
from iac.hcl.native import NativeBody
from iac.hcl.places import ORIGIN, Places
from iac.hcl.syntax import Attribute, Block, Expression, File, Literal, ScopeTraversal
from iac.hcl.templates import Refused
from iac.values.value import NULL

_BOM = "\ufeff"
_FAILURES = (Unparsed, Refused, RecursionError)
"""What parsing raises for a text that is wrong, or too deep."""
_LONGEST_EXPLAINED = 2 << 20
"""Characters: in a longer text only the place of the first mistake is told, as finding all takes memory."""


def parse_native(source: bytes, filename: str) -> tuple[File, list[Diagnostic]]:
    """Parses a file in native syntax; what could not be understood is left out and in the diagnostics."""
    diagnostics: list[Diagnostic] = []
    text = decode(source, filename, diagnostics)
    start = Pos(1, 1, 3) if source.startswith(_BOM.encode()) else ORIGIN
    places = Places(filename, text or "", start)
    if text is None:
        return File(filename, _empty_body(places)), diagnostics
    with collections_paused():
        try:
            return File(filename, _parse_body(text, places)), []
        except _FAILURES as problem:
            body, diagnostics = _salvage(text, places, problem)
            return File(filename, body), diagnostics


def decode(source: bytes, filename: str, diagnostics: list[Diagnostic]) -> str | None:
    """The text of a file: UTF-8, a byte order mark dropped. None, and a diagnostic, when it is not text."""
    try:
        text = source.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as problem:
        before = source[: problem.start].decode("utf-8")
        start = Places(filename, before).end()
        end = Pos(start.line, start.column + 1, start.byte + 1)
        detail = "All input files must be UTF-8 encoded. Ensure that UTF-8 encoding is selected in your editor."
        diagnostics.append(error("Invalid character encoding", detail, SourceRange(filename, start, end)))
        return None
    return text


def parse_expression(text: str, filename: str, start: Pos = ORIGIN) -> tuple[Expression, list[Diagnostic]]:
    """Parses one expression whose first character is at `start`; newlines mean nothing in it.

    When there are diagnostics the expression is a null literal.
    """
    places = Places(filename, text, start)
    return _or_null(_parse_expression, check_expression, text, places)


def parse_template(text: str, filename: str, start: Pos = ORIGIN) -> tuple[Expression, list[Diagnostic]]:
    """Parses raw template text, as in a template file or a string of JSON syntax: no quotes, no escapes.

    When there are diagnostics the expression is a null literal.
    """
    places = Places(filename, text, start)
    return _or_null(_parse_template, check_template, text, places)


def parse_traversal(text: str, filename: str, start: Pos = ORIGIN) -> tuple[ScopeTraversal | None, list[Diagnostic]]:
    """Parses text that must be a static reference, such as `iac_service.api["eu"].id`."""
    expression, diagnostics = parse_expression(text, filename, start)
    if diagnostics:
        return None, diagnostics
    if isinstance(expression, ScopeTraversal):
        return expression, []
    return None, [error("Invalid expression", "A single static variable reference is required.", expression.range)]


# --- texts that parse -----------------------------------------------------------------------------------------


@cache
def _parser(start: str) -> Parser:
    """The parser of whole files (`start`) or of an `expression`."""
    return Parser(tables(start), is_transparent, newlines=start == "start")


def _parse_body(text: str, places: Places) -> NativeBody:
    body: NativeBody = _parsed("start", text, BodyBuilder(places, _embedded(places.filename)).actions)
    return body


def _parse_expression(text: str, places: Places) -> Expression:
    builder = ExpressionBuilder(places, _embedded(places.filename))
    expression: Expression = _parsed("expression", text, builder.actions)
    return expression


def _parsed(start: str, text: str, actions: Mapping[str, Action]) -> Any:
    parser, ended = _parser(start), _ended(text)
    try:
        return parser.parse(ended, actions)
    except (Unparsed, Refused):
        distinct = with_distinct_markers(ended) if "<<" in ended else ended
        if distinct == ended:
            raise
        return parser.parse(distinct, actions)


def _parse_template(text: str, places: Places) -> Expression:
    builder = ExpressionBuilder(places, _embedded(places.filename))
    return builder.strings.raw(text, SourceRange(places.filename, places.start, places.end()))


def _ended(text: str) -> str:
    """The text with a newline at its end: the grammar's comments and heredocs want one."""
    return text if text.endswith("\n") else f"{text}\n"


def _embedded(filename: str) -> Callable[[str, Pos], Expression]:
    """What parses the expressions that stand in heredocs."""
    return lambda text, start: _parse_expression(text, Places(filename, text, start))


# --- texts that do not ----------------------------------------------------------------------------------------


def _empty_body(places: Places) -> NativeBody:
    end = places.end()
    return NativeBody(SourceRange(places.filename, places.start, end), {}, (), SourceRange(places.filename, end, end))


def _salvage(text: str, places: Places, problem: Exception) -> tuple[NativeBody, list[Diagnostic]]:
    """What is wrong with the text of a file, and a body of its sound items."""
    body = _empty_body(places)
    if isinstance(problem, RecursionError) or len(text) > _LONGEST_EXPLAINED:
        return body, [_unexplained(text, places, problem)]
    diagnostics, sound = check_file(text, places)
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for begin, end in sound:
        item = text[begin:end]
        within = Places(places.filename, item, places.at(begin))
        try:
            parsed = _parse_body(item, within)
        except _FAILURES as reason:
            diagnostics.append(_unexplained(item, within, reason))
            continue
        attributes.update(parsed.attributes)
        blocks += parsed.blocks
    body.attributes, body.blocks = attributes, tuple(blocks)
    return body, diagnostics or [_unexplained(text, places, problem)]


def _or_null(
    parse: Callable[[str, Places], Expression],
    check: Callable[[str, Places], list[Diagnostic]],
    text: str,
    places: Places,
) -> tuple[Expression, list[Diagnostic]]:
    """What `parse` makes of a text, or a null literal and what `check` says is wrong with it."""
    try:
        return parse(text, places), []
    except _FAILURES as problem:
        nothing = Literal(SourceRange(places.filename, places.start, places.end()), NULL)
        is_explained = not isinstance(problem, RecursionError) and len(text) <= _LONGEST_EXPLAINED
        found = check(text, places) if is_explained else []
        return nothing, found or [_unexplained(text, places, problem)]


def _unexplained(text: str, places: Places, problem: Exception) -> Diagnostic:
    """The diagnostic for a text that the parser refuses and `mistakes` finds nothing wrong with."""
    if isinstance(problem, TooComplex):
        where = places.range(problem.offset, problem.offset + 1)
        return too_long(where) if problem.is_long else too_deep(where)
    if isinstance(problem, RecursionError):
        return too_deep(SourceRange(places.filename, places.start, places.start))
    if isinstance(problem, Refused) and problem.diagnostic is not None:
        return problem.diagnostic
    if isinstance(problem, Refused):
        where = problem.range
    else:
        offset = problem.offset if isinstance(problem, Unparsed) else len(text)
        where = places.range(offset, offset + 1)
    return error("Invalid syntax", "This could not be understood as part of a configuration.", where)
