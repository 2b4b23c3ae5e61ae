"""Parses the native syntax: files, expressions and templates, from text to syntax nodes and diagnostics.

Owns what happens when a text does not parse: each top-level block is tried on its own, so that every mistake
of a file is reported and the sound parts are kept.
"""

from __future__ import annotations

from lark import Token
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from iac.diagnostics import Diagnostic, Pos, SourceRange, error
from iac.hcl import templates
from iac.hcl.builder import Builder, Places
from iac.hcl.grammar import grammar
from iac.hcl.mistakes import explain, top_level_chunks
from iac.hcl.native import NativeBody
from iac.hcl.syntax import Attr, Attribute, Block, Expression, File, Index, Literal, ScopeTraversal
from iac.values.value import NULL

_ORIGIN = Pos(1, 1, 0)
_BOM = "\ufeff"


def parse_native(source: bytes, filename: str) -> tuple[File, list[Diagnostic]]:
    """Parses a file in native syntax; what could not be understood is left out and in the diagnostics."""
    diagnostics: list[Diagnostic] = []
    text = decode(source, filename, diagnostics)
    if text is None:
        nowhere = SourceRange(filename, _ORIGIN, _ORIGIN)
        return File(filename, NativeBody(nowhere, {}, [], nowhere)), diagnostics
    body = _parse_body(text, filename, _ORIGIN, diagnostics)
    if body is None:
        body = _parse_chunks(text, filename, diagnostics)
    return File(filename, body), diagnostics


def decode(source: bytes, filename: str, diagnostics: list[Diagnostic]) -> str | None:
    """The text of a file: UTF-8, a byte order mark dropped. None, and a diagnostic, when it is not text."""
    try:
        text = source.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as problem:
        before = source[: problem.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        start = Pos(line, len(before) - before.rfind("\n"), problem.start)
        where = SourceRange(filename, start, Pos(line, start.column + 1, problem.start + 1))
        diagnostics.append(
            error(
                "Invalid character encoding",
                "All input files must be UTF-8 encoded. Ensure that UTF-8 encoding is selected in your editor.",
                where,
            )
        )
        return None
    if "\0" in text:
        index = text.index("\0")
        where_pos = Places(filename, text, _ORIGIN).at(index)
        where = SourceRange(
            filename, where_pos, where_pos._replace(column=where_pos.column + 1, byte=where_pos.byte + 1)
        )
        diagnostics.append(error("Invalid character", "The null character is not used within the language.", where))
        return None
    return text


def _parse_body(text: str, filename: str, start: Pos, diagnostics: list[Diagnostic]) -> NativeBody | None:
    """The body of a text, or None (and nothing reported) when it does not parse as a whole."""
    places = Places(filename, text, start)
    found: list[Diagnostic] = []
    try:
        tree = grammar("start").parse(text if text.endswith("\n") else f"{text}\n")
        builder = Builder(places, found, _embedded(filename, found))
        whole = SourceRange(filename, start, places.at(len(text)))
        body = builder.file(tree, whole)
    except LarkError:
        return None
    except RecursionError:
        diagnostics.append(_too_deep(filename, start))
        return NativeBody(SourceRange(filename, start, start), {}, [], SourceRange(filename, start, start))
    diagnostics.extend(found)
    return body


def _parse_chunks(text: str, filename: str, diagnostics: list[Diagnostic]) -> NativeBody:
    """Parses each top-level block and argument on its own; reports those that are wrong."""
    places = Places(filename, text, _ORIGIN)
    whole = SourceRange(filename, _ORIGIN, places.at(len(text)))
    body = NativeBody(whole, {}, [], whole)
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for begin, end in top_level_chunks(text):
        chunk = text[begin:end]
        if not chunk.strip():
            continue
        start = places.at(begin)
        parsed = _parse_body(chunk, filename, start, diagnostics)
        if parsed is None:
            diagnostics.append(_syntax_error(chunk, filename, start))
        else:
            attributes.update(parsed.attributes)
            blocks.extend(parsed.blocks)
    if not any(diagnostics):
        diagnostics.append(_syntax_error(text, filename, _ORIGIN))
    body.attributes, body.blocks = attributes, blocks
    return body


def _syntax_error(text: str, filename: str, start: Pos) -> Diagnostic:
    """What is wrong with a text that does not parse, as well as can be told."""
    places = Places(filename, text, start)
    padded = text if text.endswith("\n") else f"{text}\n"
    try:
        grammar("start").parse(padded)
    except (UnexpectedToken, UnexpectedCharacters, UnexpectedEOF) as problem:
        offset, token = _failure_place(problem, padded)
        return explain(padded, offset, token, places)
    except LarkError:
        pass
    where = SourceRange(filename, start, start)
    return error("Invalid expression", "This could not be understood as part of a configuration.", where)


def _failure_place(problem: LarkError, text: str) -> tuple[int, Token | None]:
    if isinstance(problem, UnexpectedToken) and problem.token.type != "$END":
        return problem.token.start_pos or 0, problem.token
    if isinstance(problem, UnexpectedCharacters):
        return problem.pos_in_stream or 0, None
    return len(text), None


def _too_deep(filename: str, start: Pos) -> Diagnostic:
    return error(
        "Expression nested too deeply",
        "This is nested more deeply than iac can read. Split it into several local values.",
        SourceRange(filename, start, start),
    )


def _embedded(filename: str, diagnostics: list[Diagnostic]):  # type: ignore[no-untyped-def]  # a ParseEmbedded
    def parse(text: str, start: Pos) -> Expression | None:
        expression, problems = parse_expression(text, filename, start)
        diagnostics.extend(problems)
        return None if problems else expression

    return parse


def parse_expression(text: str, filename: str, start: Pos = _ORIGIN) -> tuple[Expression, list[Diagnostic]]:
    """Parses one expression whose first character is at `start`; newlines mean nothing in it.

    When there are diagnostics the expression is a null literal.
    """
    places = Places(filename, text, start)
    diagnostics: list[Diagnostic] = []
    whole = SourceRange(filename, start, places.at(len(text)))
    if not text.strip():
        diagnostics.append(
            error("Missing expression", "Expected the start of an expression, but found the end of the file.", whole)
        )
        return Literal(whole, NULL), diagnostics
    padded = text if text.endswith("\n") else f"{text}\n"
    try:
        tree = grammar("expression").parse(padded)
        expression = Builder(places, diagnostics, _embedded(filename, diagnostics)).expression(tree)
    except (UnexpectedToken, UnexpectedCharacters, UnexpectedEOF) as problem:
        offset, token = _failure_place(problem, padded)
        diagnostics.append(explain(padded, min(offset, len(text)), token, places, expression=True))
    except LarkError:
        diagnostics.append(error("Invalid expression", "This is no expression.", whole))
    except RecursionError:
        diagnostics.append(_too_deep(filename, start))
    else:
        return expression, diagnostics
    return Literal(whole, NULL), diagnostics


def parse_template(text: str, filename: str, start: Pos = _ORIGIN) -> tuple[Expression, list[Diagnostic]]:
    """Parses raw template text, as in a template file or a string of JSON syntax: no quotes, no escapes."""
    diagnostics: list[Diagnostic] = []
    places = Places(filename, text, start)
    builder = Builder(places, diagnostics, _embedded(filename, diagnostics))
    whole = SourceRange(filename, start, places.at(len(text)))
    parts = builder.raw_parts(text, 0)
    return templates.build(parts, whole, diagnostics), diagnostics


def parse_traversal(text: str, filename: str, start: Pos = _ORIGIN) -> tuple[ScopeTraversal | None, list[Diagnostic]]:
    """Parses text that must be a static reference, such as `iac_service.api["eu"].id`."""
    expression, diagnostics = parse_expression(text, filename, start)
    if diagnostics:
        return None, diagnostics
    if isinstance(expression, ScopeTraversal) and all(isinstance(s, Attr | Index) for s in expression.steps):
        return expression, []
    return None, [error("Invalid expression", "A single static variable reference is required.", expression.range)]
