"""What source becomes: the nodes, their places, where newlines and comments may stand."""

from __future__ import annotations

from typing import Any

import pytest

from iac.diagnostics import Pos, SourceRange
from iac.hcl.native import NativeBody
from iac.hcl.parser import parse_expression, parse_native, parse_traversal
from iac.hcl.syntax import Attribute, Expression, For, Index, Node, ScopeTraversal
from iac.values.numbers import format_number
from iac.values.value import Value


def body(source: str) -> NativeBody:
    file, problems = parse_native(source.encode(), "main.tf")
    assert problems == []
    assert isinstance(file.body, NativeBody)
    return file.body


def expression(text: str) -> Expression:
    node, problems = parse_expression(text, "main.tf")
    assert problems == []
    return node


def shape(item: Any) -> Any:
    """A node as nested tuples: its class and its fields."""
    if isinstance(item, Index):
        return [shape(item.key)]
    if isinstance(item, Node):
        fields = [getattr(item, n) for n in item.FIELDS if not n.endswith("_range")]
        return (type(item).__name__, *(shape(f) for f in fields if f is not None and f is not False))
    if isinstance(item, Value):
        raw = item.raw
        return raw if raw is None or isinstance(raw, (bool, str, int)) else format_number(raw)
    if isinstance(item, (list, tuple)):
        return tuple(shape(i) for i in item)
    return item


A = ("ScopeTraversal", "a", ())
B = ("ScopeTraversal", "b", ())
C = ("ScopeTraversal", "c", ())
ONE, TWO, THREE = (("Literal", n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", ONE),
        ("1.50", ("Literal", "1.5")),
        ("1e3", ("Literal", 1000)),
        ("true", ("Literal", True)),
        ("null", ("Literal", None)),
        ('""', ("Literal", "")),
        ('"a\\n\\u00e9$${b}%%{c}"', ("Literal", "a\né${b}%{c}")),
        ("a", A),
        ("größe", ("ScopeTraversal", "größe", ())),
        ("a-b", ("ScopeTraversal", "a-b", ())),
        ("a - b", ("Binary", "-", A, B)),
        ("a.b", ("ScopeTraversal", "a", (("Attr", "b"),))),
        ("a.true", ("ScopeTraversal", "a", (("Attr", "true"),))),
        ("a[1]", ("ScopeTraversal", "a", ([1],))),
        ('a["b"].c', ("ScopeTraversal", "a", (["b"], ("Attr", "c")))),
        ("a.0.b", ("ScopeTraversal", "a", ([0], ("Attr", "b")))),
        ("a[b]", ("IndexExpression", A, B)),
        ("a[b].c", ("RelativeTraversal", ("IndexExpression", A, B), (("Attr", "c"),))),
        ("a[-1]", ("IndexExpression", A, ("Unary", "-", ONE))),
        ("a[null]", ("IndexExpression", A, ("Literal", None))),
        ("(a).b", ("RelativeTraversal", ("Parens", A), (("Attr", "b"),))),
        ("a[*]", ("Splat", A, True)),
        ("a[*].b", ("Splat", A, ("RelativeTraversal", ("SplatElement",), (("Attr", "b"),)), True)),
        ("a.*.b", ("Splat", A, ("RelativeTraversal", ("SplatElement",), (("Attr", "b"),)))),
        (
            "a.*.b[0]",
            (
                "RelativeTraversal",
                ("Splat", A, ("RelativeTraversal", ("SplatElement",), (("Attr", "b"),))),
                ([0],),
            ),
        ),
        ("a . *.b", ("Splat", A, ("RelativeTraversal", ("SplatElement",), (("Attr", "b"),)))),
        ("a [ * ].b", ("Splat", A, ("RelativeTraversal", ("SplatElement",), (("Attr", "b"),)), True)),
        ("a[*][0]", ("Splat", A, ("RelativeTraversal", ("SplatElement",), ([0],)), True)),
        ("-a", ("Unary", "-", A)),
        ("-1", ("Unary", "-", ONE)),
        ("!!a", ("Unary", "!", ("Unary", "!", A))),
        ("-a.b", ("Unary", "-", ("ScopeTraversal", "a", (("Attr", "b"),)))),
        ("1 + 2 + 3", ("Binary", "+", ("Binary", "+", ONE, TWO), THREE)),
        ("1 + 2 * 3", ("Binary", "+", ONE, ("Binary", "*", TWO, THREE))),
        ("-1 + 2", ("Binary", "+", ("Unary", "-", ONE), TWO)),
        ("a == 1 && b", ("Binary", "&&", ("Binary", "==", A, ONE), B)),
        ("a || b && c", ("Binary", "||", A, ("Binary", "&&", B, C))),
        ("1 < 2 == 3 > 1", ("Binary", "==", ("Binary", "<", ONE, TWO), ("Binary", ">", THREE, ONE))),
        ("a ? 1 : b ? 2 : 3", ("Conditional", A, ONE, ("Conditional", B, TWO, THREE))),
        ("f()", ("Call", "f", ())),
        ("f(1, 2,)", ("Call", "f", (ONE, TWO))),
        ("f(a...)", ("Call", "f", (A,), True)),
        ("core::f(1)", ("Call", "core::f", (ONE,))),
        ("provider::x::f()", ("Call", "provider::x::f", ())),
        ("f(1).b", ("RelativeTraversal", ("Call", "f", (ONE,)), (("Attr", "b"),))),
        ("[]", ("TupleCons", ())),
        ("[1, 2,]", ("TupleCons", (ONE, TWO))),
        ("{}", ("ObjectCons", ())),
        ("{ a = 1 }", ("ObjectCons", ((("Literal", "a"), ONE),))),
        ("{ a : 1, }", ("ObjectCons", ((("Literal", "a"), ONE),))),
        ("{ (a) = 1 }", ("ObjectCons", ((("Parens", A), ONE),))),
        ("{ a.b = 1 }", ("ObjectCons", ((("ScopeTraversal", "a", (("Attr", "b"),)), ONE),))),
        ("{ 1 = 2, true = 3 }", ("ObjectCons", ((ONE, TWO), (("Literal", "true"), THREE)))),
        ('{ "a${b}" = 1 }', ("ObjectCons", ((("Template", (("Literal", "a"), B)), ONE),))),
        ("{ in = 1, for = 2 }", ("ObjectCons", ((("Literal", "in"), ONE), (("Literal", "for"), TWO)))),
        ("[for x in a : x]", ("For", "x", A, ("ScopeTraversal", "x", ()))),
        ("[for k, v in a : v if b]", ("For", "k", "v", A, ("ScopeTraversal", "v", ()), B)),
        ("{for x in a : b => c...}", ("For", "x", A, B, C, True)),
        ('"${a}"', ("TemplateWrap", A)),
        ('"${a} "', ("Template", (A, ("Literal", " ")))),
        ('"${a}${b}"', ("Template", (A, B))),
        ('"%{if a}b%{else}c%{endif}"',
         ("Template", (("TemplateIf", A, ("Template", (("Literal", "b"),)), ("Template", (("Literal", "c"),))),))),
        ('"%{for k, v in a}${v}%{endfor}"',
         ("Template", (("TemplateFor", "k", "v", A, ("Template", (("ScopeTraversal", "v", ()),))),))),
        ("<<A\nx\nA", ("Literal", "x\n")),
        ("<<A\n${a}\nA\n", ("Template", (A, ("Literal", "\n")))),
        ("<<-A\n  x\n    y\n  A\n", ("Literal", "x\n  y\n")),
    ],
)  # fmt: skip
def test_an_expression_becomes_nodes(text: str, expected: Any) -> None:
    assert shape(expression(text)) == expected


def nodes(item: Any) -> list[Node]:
    """A node and all nodes in it."""
    if isinstance(item, Node):
        return [item, *(n for f in item.FIELDS for n in nodes(getattr(item, f)))]
    if isinstance(item, dict):
        return [n for i in item.values() for n in nodes(i)]
    if isinstance(item, (list, tuple)) and not isinstance(item, SourceRange):
        return [n for i in item for n in nodes(i)]
    return []


def texts(source: str, node: Any) -> list[tuple[str, str]]:
    """Each node with the source that it covers, taken by bytes."""
    content = source.encode()
    return [(type(n).__name__, content[n.range.start.byte : n.range.end.byte].decode()) for n in nodes(node)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a.b  ", [("ScopeTraversal", "a.b"), ("Attr", ".b")]),
        ('é["日"].c', [("ScopeTraversal", 'é["日"].c'), ("Index", '["日"]'), ("Attr", ".c")]),
        ("a . b", [("ScopeTraversal", "a . b"), ("Attr", ". b")]),
        ("a[ 0 ]", [("ScopeTraversal", "a[ 0 ]"), ("Index", "[ 0 ]")]),
        ("a[b]", [("IndexExpression", "a[b]"), ("ScopeTraversal", "a"), ("ScopeTraversal", "b")]),
        ('"é" == a', [("Binary", '"é" == a'), ("Literal", '"é"'), ("ScopeTraversal", "a")]),
        ("- 1", [("Unary", "- 1"), ("Literal", "1")]),
        ("( 1 )", [("Parens", "( 1 )"), ("Literal", "1")]),
        (
            "a ? [1] : {}",
            [("Conditional", "a ? [1] : {}"), ("ScopeTraversal", "a"), ("TupleCons", "[1]"), ("Literal", "1"),
             ("ObjectCons", "{}")],
        ),
        ("f( 1 , 2 )", [("Call", "f( 1 , 2 )"), ("Literal", "1"), ("Literal", "2")]),
        (
            '"é${ a }日"',
            [("Template", '"é${ a }日"'), ("Literal", "é"), ("ScopeTraversal", "a"), ("Literal", "日")],
        ),
        ('"${ a }"', [("TemplateWrap", '"${ a }"'), ("ScopeTraversal", "a")]),
        (
            "a[*].b",
            [("Splat", "a[*].b"), ("ScopeTraversal", "a"), ("RelativeTraversal", "[*].b"), ("SplatElement", "[*]"),
             ("Attr", ".b")],
        ),
        (
            "<<A\né ${a}\n  日${ b.c }\nA",
            [("Template", "<<A\né ${a}\n  日${ b.c }\nA"), ("Literal", "é "), ("ScopeTraversal", "a"),
             ("Literal", "\n  日"), ("ScopeTraversal", "b.c"), ("Attr", ".c"), ("Literal", "\n")],
        ),
        (
            "[for x in a : x]",
            [("For", "[for x in a : x]"), ("ScopeTraversal", "a"), ("ScopeTraversal", "x")],
        ),
    ],
)  # fmt: skip
def test_the_range_of_a_node_is_its_source(text: str, expected: list[tuple[str, str]]) -> None:
    assert texts(text, expression(text)) == expected


def test_places_count_lines_columns_and_bytes() -> None:
    source = '# é\na = "日本" + b\n'
    attribute = body(source).attributes["a"]
    assert attribute.name_range == SourceRange("main.tf", Pos(2, 1, 5), Pos(2, 2, 6))
    binary = attribute.expression
    assert binary.range == SourceRange("main.tf", Pos(2, 5, 9), Pos(2, 13, 21))
    assert nodes(binary)[2].range == SourceRange("main.tf", Pos(2, 12, 20), Pos(2, 13, 21))


def test_a_text_that_begins_elsewhere_has_places_there() -> None:
    node, _ = parse_expression("a +\n b", "x", Pos(7, 5, 100))
    assert node.range == SourceRange("x", Pos(7, 5, 100), Pos(8, 3, 106))


@pytest.mark.parametrize("odd", ["\u2028", "\x0b", "\x0c", "\x85", "\r"])
def test_only_line_feeds_end_lines(odd: str) -> None:
    source = f'a = "x{odd}y"\nb = 1\n'
    assert body(source).attributes["b"].range.start.line == 2


def test_bytes_behind_a_byte_order_mark_count_it() -> None:
    file, problems = parse_native(b"\xef\xbb\xbfa = 1\n", "main.tf")
    assert problems == []
    assert isinstance(file.body, NativeBody)
    assert file.body.attributes["a"].range.start == Pos(1, 1, 3)


def test_a_block_owns_the_ranges_of_its_header() -> None:
    source = 'resource "iac_service" api {\n  name = "é"\n}\n'
    (block,) = body(source).blocks
    content = source.encode()

    def text(where: SourceRange) -> str:
        return content[where.start.byte : where.end.byte].decode()

    assert (block.type, list(block.labels)) == ("resource", ["iac_service", "api"])
    assert text(block.range) == 'resource "iac_service" api'
    assert text(block.type_range) == "resource"
    assert [text(r) for r in block.label_ranges] == ['"iac_service"', "api"]
    assert text(block.full_range) == source.rstrip()
    assert text(block.body.range) == '{\n  name = "é"\n}'
    assert block.body.missing_range.start == block.body.range.start


def arguments(source: str) -> dict[str, str]:
    content = source.encode()
    return {
        name: content[a.expression.range.start.byte : a.expression.range.end.byte].decode()
        for name, a in body(source).attributes.items()
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", {}),
        ("\n\n", {}),
        ("# only a comment", {}),
        ("/* a */", {}),
        ("a = 1", {"a": "1"}),
        ("a = 1 # end", {"a": "1"}),
        ("a = 1 // end\nb = 2", {"a": "1", "b": "2"}),
        ("a = 1 /* x */\nb = 2", {"a": "1", "b": "2"}),
        ("/* x */ a /* y */ = /* z */ 1", {"a": "1"}),
        ("/* over\nlines */ a = 1\n", {"a": "1"}),
        ("\n# x\n\n  a=1\n\n\n// y\nb   =   2\n# z", {"a": "1", "b": "2"}),
        ("a = [\n1,\n# x\n2\n]\nb = 2\n", {"a": "[\n1,\n# x\n2\n]", "b": "2"}),
        ("a = (\n1\n+ 2)\n", {"a": "(\n1\n+ 2)"}),
        ("a = f(\n1,\n\n2,\n)\n", {"a": "f(\n1,\n\n2,\n)"}),
        ("a = {\n\n# x\nb = 1 # y\n\nc = 2,\n}\n", {"a": "{\n\n# x\nb = 1 # y\n\nc = 2,\n}"}),
        ("a = {b = 1, c = 2\nd = 3}\n", {"a": "{b = 1, c = 2\nd = 3}"}),
        ("a = b[\n0\n]\n", {"a": "b[\n0\n]"}),
        ("a = 1\r\nb = 2\r\n", {"a": "1", "b": "2"}),
        ("a = <<A\nx\nA\nb = 2\n", {"a": "<<A\nx\nA", "b": "2"}),
        ("a = <<A\nx\nA", {"a": "<<A\nx\nA"}),
        ("a = <<A\r\nx\r\nA\r\nb = 2\r\n", {"a": "<<A\r\nx\r\nA", "b": "2"}),
        ("if = 1\nfor = 2\nin = 3\nnull = 4\ntrue = 5\n", {"if": "1", "for": "2", "in": "3", "null": "4", "true": "5"}),
        ("a = {for k, v in b :\nk => v\nif c}\n", {"a": "{for k, v in b :\nk => v\nif c}"}),
        ('a = "${\n1\n}"\n', {"a": '"${\n1\n}"'}),
        ('a = "}"\nb = "${"}"}"\n', {"a": '"}"', "b": '"${"}"}"'}),
        ('a = "# no comment" # a comment "\n', {"a": '"# no comment"'}),
    ],
)
def test_newlines_and_comments_may_stand_between(source: str, expected: dict[str, str]) -> None:
    assert arguments(source) == expected


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("a {}\n", [("a", [], [])]),
        ("a {\n}\n", [("a", [], [])]),
        ("a { b = 1 }\n", [("a", [], ["b"])]),
        ("a {\nb = 1\n}", [("a", [], ["b"])]),
        ("a { b = [\n1\n] }\n", [("a", [], ["b"])]),
        ("a { # x\nb = 1 # y\n} # z\n", [("a", [], ["b"])]),
        ('a "b" "c" {}\n', [("a", ["b", "c"], [])]),
        ('a b "c" {}\n', [("a", ["b", "c"], [])]),
        ('a "é\\"b" {}\n', [("a", ['é"b'], [])]),
        ('a "$${b}" {}\n', [("a", ["${b}"], [])]),
        ("a {}\n\n\na {}\nb {}\n", [("a", [], []), ("a", [], []), ("b", [], [])]),
        ("for {\nin = 1\n}\n", [("for", [], ["in"])]),
        ("a {\nb = {\nc = 1\n}\nd = 2\n}\n", [("a", [], ["b", "d"])]),
        ("a {\n\tfor = 1\n\tb = 2\n}\n", [("a", [], ["for", "b"])]),
    ],
)
def test_blocks_have_types_labels_and_arguments(source: str, blocks: list[tuple[str, list[str], list[str]]]) -> None:
    found = [(b.type, list(b.labels), list(getattr(b.body, "attributes", {}))) for b in body(source).blocks]
    assert found == blocks


def test_blocks_nest() -> None:
    (outer,) = body('a {\n  b "c" {\n    d = 1\n  }\n  e {}\n  f = 2\n}\n').blocks
    assert isinstance(outer.body, NativeBody)
    assert [b.type for b in outer.body.blocks] == ["b", "e"]
    assert list(outer.body.attributes) == ["f"]


class TestHeredocs:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("<<A\nA", ""),
            ("<<A\n\nA", "\n"),
            ("<<A\nB\n AB\nA A\n  A", "B\n AB\nA A\n"),
            ("<<long-Name_1\nx\nlong-Name_1", "x\n"),
            ("<<größe\nx\ngröße", "x\n"),
            ("<<A\n\\n \\ \" ' # //\nA", "\\n \\ \" ' # //\n"),
            ("<<A\n$${a} %%{b} $ %\nA", "${a} %{b} $ %\n"),
            ("<<-A\n\n    a\n   \n  b\n  A", "\n  a\n   \nb\n"),
            ("<<-A\n\ta\n\t\tb\n\tA", "a\n\tb\n"),
            ("<<-A\n  A", ""),
            ("<<A\r\nx\r\nA", "x\r\n"),
        ],
    )
    def test_the_value_is_the_text_up_to_the_marker(self, text: str, value: str) -> None:
        assert shape(expression(text)) == ("Literal", value)

    def test_two_may_stand_in_one_list(self) -> None:
        assert shape(expression("[<<A\na\nA\n, <<A\nb\nA\n]")) == (
            "TupleCons",
            (("Literal", "a\n"), ("Literal", "b\n")),
        )

    def test_indentation_from_an_interpolation_does_not_count(self) -> None:
        assert shape(expression('<<-A\n  ${" x"}\n    y\n  A')) == (
            "Template",
            (("Literal", " x"), ("Literal", "\n  y\n")),
        )


def test_a_chain_of_thousands_of_operators_is_no_deep_nesting() -> None:
    assert parse_native(f"a = {' + '.join(['1'] * 5000)}\n".encode(), "main.tf")[1] == []


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("(", ")"), ("{a=", "}"), ('"${', '}"'), ("-", "")])
def test_what_is_nested_too_deeply_is_a_mistake_of_its_file(opening: str, closing: str) -> None:
    source = f"ok = 1\na = {opening * 3000}1{closing * 3000}\n"
    _, problems = parse_native(source.encode(), "main.tf")
    assert [p.summary for p in problems] == ["Expression nested too deeply"]
    assert problems[0].subject is not None
    assert problems[0].subject.start.line == 2


class TestTraversals:
    def test_a_static_reference_is_one(self) -> None:
        traversal, problems = parse_traversal('iac_service.api["eu"].id', "<option>")
        assert problems == []
        assert isinstance(traversal, ScopeTraversal)
        assert shape(traversal) == ("ScopeTraversal", "iac_service", (("Attr", "api"), ["eu"], ("Attr", "id")))

    @pytest.mark.parametrize("text", ["a[b]", "a[*]", "f(a)", "1", '"a"', "a + b", "(a)"])
    def test_nothing_else_is(self, text: str) -> None:
        traversal, problems = parse_traversal(text, "<option>")
        assert traversal is None
        assert [p.detail for p in problems] == ["A single static variable reference is required."]

    def test_a_mistake_is_said_as_for_any_expression(self) -> None:
        _, problems = parse_traversal("a.", "<option>")
        assert [p.summary for p in problems] == ["Invalid attribute name"]


def test_a_for_expression_keeps_its_names_apart_from_a_first_name_alone() -> None:
    one, two = expression("[for v in a : v]"), expression("[for k, v in a : v]")
    assert isinstance(one, For)
    assert isinstance(two, For)
    assert (one.key_name, one.value_name) == (None, "v")
    assert (two.key_name, two.value_name) == ("k", "v")


def test_an_attribute_covers_its_name_and_value() -> None:
    source = "a  =  [1]  # x\n"
    attribute = body(source).attributes["a"]
    assert isinstance(attribute, Attribute)
    assert source[attribute.range.start.byte : attribute.range.end.byte] == "a  =  [1]"


@pytest.mark.parametrize("content", [b"a = \xff\n", b"\xff\xfea\x00", b'a = "\xc3\n', b"\xed\xa0\x80"])
def test_what_is_not_utf_8_is_one_mistake(content: bytes) -> None:
    file, problems = parse_native(content, "main.tf")
    assert [p.summary for p in problems] == ["Invalid character encoding"]
    assert file.body.just_attributes()[0] == {}


def test_the_place_of_a_wrong_byte_is_counted_in_characters_before_it() -> None:
    _, problems = parse_native('a = 1\nb = "é'.encode() + b"\xff", "main.tf")
    assert problems[0].subject is not None
    assert problems[0].subject.start == Pos(2, 7, 13)


def test_a_nul_is_text_in_a_string_and_wrong_elsewhere() -> None:
    assert body('a = "x\0y"\n').attributes["a"].expression.range.end.byte == 9
    _, problems = parse_native(b"a = 1 \0\n", "main.tf")
    assert [p.summary for p in problems] == ["Invalid character"]
