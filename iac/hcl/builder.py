"""From Lark's trees to syntax nodes, each with its source range.

Owns the shape of the conversion, one method a grammar rule. Opening the grammar is left to `grammar`, what to
do when a text does not parse to `parser`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from lark import Token, Tree

from iac.diagnostics import Diagnostic, Pos, SourceRange, error
from iac.hcl import templates
from iac.hcl.native import NativeBody
from iac.hcl.syntax import (
    Attr,
    Attribute,
    Binary,
    Block,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    IndexExpression,
    Literal,
    ObjectCons,
    Parens,
    RelativeTraversal,
    ScopeTraversal,
    Splat,
    SplatElement,
    Step,
    TupleCons,
    Unary,
)
from iac.hcl.templates import Part
from iac.values import numbers
from iac.values.types import NUMBER
from iac.values.value import FALSE, NULL, TRUE, Value, string

_CONSTANTS = {"TRUE": TRUE, "FALSE": FALSE, "NULL": NULL}
_LAYOUT = frozenset({"new_line_or_comment"})

ParseEmbedded = Callable[[str, Pos], "Expression | None"]
"""Parses an expression that stands inside a heredoc, given the place of its first character."""


class Places:
    """Where the characters of a text are, when its first character is at `start` in the file."""

    def __init__(self, filename: str, text: str, start: Pos) -> None:
        self.filename = filename
        self.start = start
        self._ascii = text.isascii()
        self._text = text
        self._lines: list[int] | None = None

    def byte(self, offset: int) -> int:
        """The byte offset in the file of a character offset in the text."""
        if self._ascii:
            return self.start.byte + offset
        line = bisect_right(self._line_starts(), offset) - 1
        begin = self._line_starts()[line]
        return self._line_bytes[line] + len(self._text[begin:offset].encode("utf-8", "surrogatepass"))

    def _line_starts(self) -> list[int]:
        if self._lines is None:
            self._lines, self._line_bytes = [0], [self.start.byte]
            total = self.start.byte
            for line in self._text.splitlines(keepends=True):
                total += len(line.encode("utf-8", "surrogatepass"))
                self._lines.append(self._lines[-1] + len(line))
                self._line_bytes.append(total)
        return self._lines

    def pos(self, line: int, column: int, offset: int) -> Pos:
        """The place in the file of Lark's line, column and offset."""
        if line == 1:
            return Pos(self.start.line, self.start.column + column - 1, self.byte(offset))
        return Pos(self.start.line + line - 1, column, self.byte(offset))

    def at(self, offset: int) -> Pos:
        """The place in the file of an offset in the text."""
        before = self._text[:offset]
        line = before.count("\n")
        column = offset - (before.rfind("\n") + 1)
        return self.pos(line + 1, column + 1, offset)

    def token(self, token: Token) -> SourceRange:
        """The range of a token."""
        assert token.line is not None
        assert token.column is not None
        assert token.start_pos is not None
        start = self.pos(token.line, token.column, token.start_pos)
        if token.end_line == token.line:
            length = len(token)
            end = Pos(start.line, start.column + length, self.byte(token.start_pos + length))
        else:
            end = self.at(token.start_pos + len(token))
        return SourceRange(self.filename, start, end)


class Builder:
    """Converts the trees of one text."""

    def __init__(self, places: Places, diagnostics: list[Diagnostic], parse_embedded: ParseEmbedded) -> None:
        self.places = places
        self.diagnostics = diagnostics
        self.parse_embedded = parse_embedded
        self._rules: dict[str, Callable[[Sequence[Any]], Any]] = {}

    def _range(self, first: SourceRange, last: SourceRange) -> SourceRange:
        return SourceRange(first.filename, first.start, last.end)

    def _fail(self, summary: str, detail: str, range: SourceRange) -> None:
        self.diagnostics.append(error(summary, detail, range))

    # --- bodies ---

    def file(self, tree: Tree[Token], whole: SourceRange) -> NativeBody:
        """The body of a whole file."""
        body = tree.children[0]
        assert isinstance(body, Tree)
        end = SourceRange(whole.filename, whole.end, whole.end)
        return self.body(body.children, whole, end, one_line=False)

    def body(self, children: Sequence[Any], whole: SourceRange, missing: SourceRange, *, one_line: bool) -> NativeBody:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        last: Attribute | Block | None = None
        for child in children:
            if child.data == "new_line_or_comment":
                last = None
                continue
            item = self.attribute(child.children) if child.data == "attribute" else self.block(child.children)
            if last is not None:
                self._missing_newline(last, item)
            if isinstance(item, Block):
                blocks.append(item)
            elif item.name in attributes:
                first = attributes[item.name].range
                self._fail(
                    "Attribute redefined",
                    f'The argument "{item.name}" was already set at {first.filename}:{first.start.line},'
                    f"{first.start.column}-{first.start.column + len(item.name)}. Each argument may be set only once.",
                    item.name_range,
                )
            else:
                attributes[item.name] = item
            last = item
        if last is not None and not one_line and whole.end != missing.end:
            self._missing_newline(last, None)
        return NativeBody(whole, attributes, blocks, missing)

    def _missing_newline(self, last: Attribute | Block, following: Attribute | Block | None) -> None:
        if isinstance(last, Block):
            summary, detail = "Missing newline after block definition", "A block definition must end with a newline."
            end = last.full_range.end
        else:
            summary, detail = "Missing newline after argument", "An argument definition must end with a newline."
            end = last.range.end
        where = SourceRange(last.range.filename, end, Pos(end.line, end.column + 1, end.byte + 1))
        if isinstance(following, Attribute):
            where = following.name_range
        elif isinstance(following, Block):
            where = following.type_range
        self._fail(summary, detail, where)

    def name(self, child: Any) -> tuple[str, SourceRange]:
        """An identifier, or a keyword where it is just a name."""
        token = child.children[0] if isinstance(child, Tree) else child
        assert isinstance(token, Token)
        return str(token), self.places.token(token)

    def attribute(self, children: Sequence[Any]) -> Attribute:
        name, name_range = self.name(children[0])
        expression = self.expression(children[2])
        return Attribute(self._range(name_range, expression.range), name, name_range, expression)

    def block(self, children: Sequence[Any]) -> Block:
        name, type_range = self.name(children[0])
        labels: list[str] = []
        ranges: list[SourceRange] = []
        for child in children[1:-3]:
            if child.data == "string":
                literal = self.string(child.children)
                if isinstance(literal, Literal) and isinstance(literal.value.raw, str):
                    labels.append(literal.value.raw)
                else:
                    self._fail(
                        "Invalid string literal",
                        'Template sequences are not allowed in this string. To include a literal "$", double it (as '
                        '"$$") to escape it.',
                        literal.range,
                    )
                    labels.append("")
                ranges.append(literal.range)
            else:
                label, where = self.name(child)
                labels.append(label)
                ranges.append(where)
        opening, closing = self.places.token(children[-3]), self.places.token(children[-1])
        inner: Sequence[Any] = children[-2].children
        one_line = opening.start.line == closing.start.line
        begins_with_newline = not inner or inner[0].data in _LAYOUT
        if not begins_with_newline:
            self._check_one_line(inner, opening, closing)
        whole = self._range(opening, closing)
        missing = SourceRange(closing.filename, closing.start, closing.start)
        header = self._range(type_range, ranges[-1] if ranges else type_range)
        body = self.body(inner, whole, missing, one_line=one_line or not begins_with_newline)
        body.missing_range = header
        return Block(header, name, type_range, labels, ranges, body, self._range(type_range, closing))

    def _check_one_line(self, inner: Sequence[Any], opening: SourceRange, closing: SourceRange) -> None:
        items = [c for c in inner if c.data not in _LAYOUT]
        if items and items[0].data == "block":
            self._fail(
                "Invalid single-argument block definition",
                "A single-line block definition cannot contain another block definition. Place the nested block on "
                "lines of its own.",
                opening,
            )
        elif len(items) > 1 or opening.start.line != closing.start.line:
            first = self.attribute(items[0].children).range
            end = Pos(first.end.line, first.end.column + 1, first.end.byte + 1)
            self._fail(
                "Invalid single-argument block definition",
                "An argument definition on the same line as its containing block creates a single-line block "
                "definition, which must also be closed on the same line. Place the block's closing brace immediately "
                "after the argument definition.",
                SourceRange(first.filename, first.end, end),
            )

    # --- expressions ---

    def expression(self, tree: Any) -> Expression:
        """The node of any expression tree."""
        return getattr(self, f"on_{tree.data}")(tree.children)  # type: ignore[no-any-return]  # by rule name

    def on_expr_term(self, children: Sequence[Any]) -> Expression:
        if len(children) == 3:
            whole = self._range(self.places.token(children[0]), self.places.token(children[2]))
            return Parens(whole, self.expression(children[1]))
        return self.expression(children[0])

    def on_conditional(self, children: Sequence[Any]) -> Expression:
        condition, then, otherwise = (
            self.expression(c) for c in children if isinstance(c, Tree) and c.data not in _LAYOUT
        )
        return Conditional(self._range(condition.range, otherwise.range), condition, then, otherwise)

    def on_binary_op(self, children: Sequence[Any]) -> Expression:
        left = self.expression(children[0])
        operator, right_tree = children[1].children
        right = self.expression(right_tree)
        symbol = str(operator.children[0])
        return Binary(self._range(left.range, right.range), symbol, left, right)

    def on_unary_op(self, children: Sequence[Any]) -> Expression:
        operand = self.expression(children[1])
        return Unary(self._range(self.places.token(children[0]), operand.range), str(children[0]), operand)

    def on_int_lit(self, children: Sequence[Any]) -> Expression:
        return Literal(self.places.token(children[0]), Value(NUMBER, numbers.parse(str(children[0]))))

    on_float_lit = on_int_lit

    def on_literal_value(self, children: Sequence[Any]) -> Expression:
        return Literal(self.places.token(children[0]), _CONSTANTS[children[0].type])

    def on_identifier(self, children: Sequence[Any]) -> Expression:
        return ScopeTraversal(self.places.token(children[0]), str(children[0]), ())

    def on_tuple(self, children: Sequence[Any]) -> Expression:
        whole = self._range(self.places.token(children[0]), self.places.token(children[-1]))
        return TupleCons(whole, [self.expression(c) for c in children if isinstance(c, Tree) and c.data not in _LAYOUT])

    def on_object(self, children: Sequence[Any]) -> Expression:
        whole = self._range(self.places.token(children[0]), self.places.token(children[-1]))
        items: list[tuple[Expression, Expression]] = []
        separated = True
        for child in children[1:-1]:
            if isinstance(child, Token) or child.data in _LAYOUT:
                separated = True
                continue
            key, value = self._object_item(child.children)
            if not separated:
                self._fail(
                    "Missing attribute separator",
                    "Expected a newline or comma to mark the beginning of the next attribute.",
                    key.range,
                )
            items.append((key, value))
            separated = False
        return ObjectCons(whole, items)

    def _object_item(self, children: Sequence[Any]) -> tuple[Expression, Expression]:
        raw = children[0].children[0]
        if raw.data == "keyword":
            name, where = self.name(raw)
            key: Expression = Literal(where, string(name))
        else:
            key = self.expression(raw)
            if isinstance(key, ScopeTraversal) and not key.steps:
                key = Literal(key.range, string(key.root))
            elif isinstance(key, Literal) and key.value.type is not NUMBER and not isinstance(key.value.raw, str):
                word = "null" if key.value.raw is None else "true" if key.value.raw else "false"
                key = Literal(key.range, string(word))
        return key, self.expression(children[2])

    def on_function_call(self, children: Sequence[Any]) -> Expression:
        names = [c for c in children if isinstance(c, Tree) and c.data == "identifier"]
        parts = [self.name(n) for n in names]
        name_range = self._range(parts[0][1], parts[-1][1])
        arguments: list[Expression] = []
        expand = False
        for child in children[len(names) :]:
            if isinstance(child, Tree) and child.data == "arguments":
                expand = any(isinstance(c, Token) and c.type == "ELLIPSIS" for c in child.children)
                arguments = [
                    self.expression(c) for c in child.children if isinstance(c, Tree) and c.data not in _LAYOUT
                ]
        whole = self._range(name_range, self.places.token(children[-1]))
        return Call(whole, "::".join(p[0] for p in parts), name_range, arguments, expand)

    # --- traversals ---

    def on_get_attr_expr_term(self, children: Sequence[Any]) -> Expression:
        return self._stepped(self.expression(children[0]), self._attr(children[1].children))

    def on_index_expr_term(self, children: Sequence[Any]) -> Expression:
        source = self.expression(children[0])
        return self._indexed(source, children[1])

    def _attr(self, children: Sequence[Any]) -> Attr:
        name, where = self.name(children[1])
        return Attr(self._range(self.places.token(children[0]), where), name)

    def _indexed(self, source: Expression, index: Any) -> Expression:
        children = index.children
        first = self.places.token(children[0])
        if index.data == "short_index":
            key = Value(NUMBER, int(children[1]))
            return self._stepped(source, Index(self._range(first, self.places.token(children[1])), key))
        inner = next(c for c in children[1:] if isinstance(c, Tree) and c.data not in _LAYOUT)
        expression = self.expression(inner)
        bracket = self._range(first, self.places.token(children[-1]))
        if isinstance(expression, Literal) and expression.value.raw is not None:
            return self._stepped(source, Index(bracket, expression.value))
        return IndexExpression(self._range(source.range, bracket), source, expression)

    def _stepped(self, source: Expression, step: Step) -> Expression:
        whole = self._range(source.range, step.range)
        if isinstance(source, ScopeTraversal):
            return ScopeTraversal(whole, source.root, [*source.steps, step])
        if isinstance(source, RelativeTraversal):
            return RelativeTraversal(whole, source.source, [*source.steps, step])
        return RelativeTraversal(whole, source, [step])

    def on_attr_splat_expr_term(self, children: Sequence[Any]) -> Expression:
        return self._splat(children, full=False)

    def on_full_splat_expr_term(self, children: Sequence[Any]) -> Expression:
        return self._splat(children, full=True)

    def _splat(self, children: Sequence[Any], *, full: bool) -> Expression:
        source = self.expression(children[0])
        if not isinstance(source, Splat) or not source.full:
            return self._splat_of(source, children[1], full=full)
        # Everything after [*] belongs to each element, a further splat too.
        inner = self._splat_of(source.each or SplatElement(source.marker_range), children[1], full=full)
        return Splat(self._range(source.range, inner.range), source.source, inner, True, source.marker_range)

    def _splat_of(self, source: Expression, splat: Any, *, full: bool) -> Expression:
        marker, *steps = splat.children
        marker_range = self.places.token(marker)
        each: Expression = SplatElement(marker_range)
        outer: list[Any] = []
        for position, step in enumerate(steps):
            # After .* only attributes belong to each element; an index is one into the result.
            if not full and step.data != "get_attr":
                outer = steps[position:]
                break
            each = self._step_of(each, step)
        last = marker_range if isinstance(each, SplatElement) else each.range
        result: Expression = Splat(
            self._range(source.range, last),
            source,
            None if isinstance(each, SplatElement) else each,
            full,
            marker_range,
        )
        for step in outer:
            result = self._step_of(result, step)
        return result

    def _step_of(self, source: Expression, step: Any) -> Expression:
        if step.data == "get_attr":
            return self._stepped(source, self._attr(step.children))
        return self._indexed(source, step)

    # --- for ---

    def _for_parts(self, children: Sequence[Any]) -> tuple[str | None, str, Expression, Expression | None]:
        intro = next(c for c in children if isinstance(c, Tree) and c.data == "for_intro")
        condition = next((c for c in children if isinstance(c, Tree) and c.data == "for_cond"), None)
        names: list[str] = []
        after_in = False
        collection: Expression | None = None
        for child in intro.children:
            if isinstance(child, Token):
                after_in = after_in or child.type == "IN"
            elif after_in and child.data not in _LAYOUT:
                collection = self.expression(child)
                break
            elif child.data == "identifier":
                names.append(str(child.children[0]))
        assert collection is not None, "the grammar demands one"
        key, value = (names[0], names[1]) if len(names) == 2 else (None, names[0])
        test = None
        if condition is not None:
            test = self.expression(next(c for c in condition.children if isinstance(c, Tree) and c.data not in _LAYOUT))
        return key, value, collection, test

    def _results(self, children: Sequence[Any]) -> list[Expression]:
        skip = {"for_intro", "for_cond", *_LAYOUT}
        return [self.expression(c) for c in children if isinstance(c, Tree) and c.data not in skip]

    def on_for_tuple_expr(self, children: Sequence[Any]) -> Expression:
        whole = self._range(self.places.token(children[0]), self.places.token(children[-1]))
        key, value, collection, test = self._for_parts(children)
        return For(whole, key, value, collection, None, self._results(children)[0], test, False)

    def on_for_object_expr(self, children: Sequence[Any]) -> Expression:
        whole = self._range(self.places.token(children[0]), self.places.token(children[-1]))
        key, value, collection, test = self._for_parts(children)
        group = any(isinstance(c, Token) and c.type == "ELLIPSIS" for c in children)
        key_result, value_result = self._results(children)
        return For(whole, key, value, collection, key_result, value_result, test, group)

    # --- strings and heredocs ---

    def on_string(self, children: Sequence[Any]) -> Expression:
        return self.string(children)

    def string(self, children: Sequence[Any]) -> Expression:
        """A quoted string: a literal or a template."""
        whole = self._range(self.places.token(children[0]), self.places.token(children[-1]))
        parts = [self._string_part(c.children[0]) for c in children[1:-1]]
        return templates.build(parts, whole, self.diagnostics)

    def _string_part(self, child: Any) -> Part:
        if isinstance(child, Token):
            where = self.places.token(child)
            if child.type != "STRING_CHARS":
                return Part("literal", where, str(child)[1:])
            if "\n" in child:
                self._multi_line(child, where)
            return Part("literal", where, templates.unescape(str(child), where, self.diagnostics))
        tokens = [c for c in child.children if isinstance(c, Token)]
        before = tokens[1].type == "STRIP_MARKER" if len(tokens) > 1 else False
        after = len(tokens) > 2 and tokens[-2].type == "STRIP_MARKER" and (tokens[-2] is not tokens[1] or not before)
        if before and tokens[-2] is tokens[1]:
            # One marker only: before the content when it directly follows the opening.
            before = tokens[1].start_pos == tokens[0].start_pos + len(tokens[0])  # type: ignore[operator]  # always set
            after = not before
        where = self._range(self.places.token(tokens[0]), self.places.token(tokens[-1]))
        kind = {
            "interpolation": "interpolation",
            "template_if_start": "if",
            "template_else": "else",
            "template_endif": "endif",
            "template_for_start": "for",
            "template_endfor": "endfor",
        }[child.data]
        trees = [c for c in child.children if isinstance(c, Tree) and c.data not in _LAYOUT]
        part = Part(kind, where, before=before, after=after)
        if kind == "for":
            names = [str(t.children[0]) for t in trees[:-1]]
            part.names = (names[0], names[1]) if len(names) == 2 else (None, names[0])
        if trees:
            part.expression = self.expression(trees[-1])
        return part

    def _multi_line(self, token: Token, where: SourceRange) -> None:
        first = str(token).index("\n")
        assert token.start_pos is not None
        end = self.places.at(token.start_pos + first)
        self._fail(
            "Invalid multi-line string",
            "Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \\n "
            'escape to represent a newline character or use the "heredoc" multi-line template syntax.',
            SourceRange(where.filename, end, Pos(end.line + 1, 1, end.byte + 1)),
        )

    def on_heredoc_template(self, children: Sequence[Any]) -> Expression:
        return self._heredoc(children[0], trim=False)

    def on_heredoc_template_trim(self, children: Sequence[Any]) -> Expression:
        return self._heredoc(children[0], trim=True)

    def _heredoc(self, token: Token, *, trim: bool) -> Expression:
        text = str(token)
        begin = text.index("\n") + 1
        end = text.rindex("\n") + 1
        assert token.start_pos is not None
        parts = self.raw_parts(text[begin:end], token.start_pos + begin)
        if trim:
            templates.unindent(parts)
        return templates.build(parts, self.places.token(token), self.diagnostics)

    def raw_parts(self, text: str, offset: int) -> list[Part]:
        """The parts of raw template text whose first character is at `offset` of the builder's text."""
        parts = []
        for stretch in templates.split(text):
            start = self.places.at(offset + stretch.start)
            end = self.places.at(offset + (stretch.end if stretch.end >= 0 else len(text)))
            where = SourceRange(self.places.filename, start, end)
            if not stretch.opening:
                parts.append(Part("literal", where, stretch.text.replace("\r\n", "\n")))
                continue
            if stretch.end < 0:
                self._fail(
                    "Unclosed template interpolation sequence",
                    "There is no closing brace for this interpolation sequence before the end of the template. This "
                    "might be caused by incorrect nesting inside the given expression.",
                    where,
                )
                continue
            part = self._raw_part(stretch, where, offset)
            if part is not None:
                parts.append(part)
        return parts

    def _raw_part(self, stretch: templates.Stretch, where: SourceRange, offset: int) -> Part | None:
        text = stretch.text
        part = Part("interpolation", where, before=stretch.opening.endswith("~"), after=text.endswith("~"))
        if part.after:
            text = text[:-1]
        inner = offset + stretch.start + len(stretch.opening)
        if stretch.opening[0] == "%":
            match = templates.DIRECTIVE.match(text)
            if match is None:
                self._fail(
                    "Invalid template directive",
                    'A template directive keyword ("if", "for", etc) is expected at the beginning of a %{ sequence.',
                    where,
                )
                return None
            part.kind = match.group("word") or "for"
            if part.kind == "for":
                part.names = (match.group("key"), match.group("value"))
            inner += match.end()
            text = text[match.end() :]
        if part.kind in ("interpolation", "if", "for"):
            part.expression = self.parse_embedded(text, self.places.at(inner))
            if part.expression is None:
                return None
        return part
