"""Any bytes become a file and diagnostics: nothing is raised, whatever they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iac.diagnostics import Severity
from iac.hcl.json_syntax import JsonBody
from iac.hcl.load import parse_source
from iac.hcl.native import NativeBody
from iac.hcl.parser import parse_expression, parse_native, parse_template
from iac.hcl.syntax import BlockHeader

HERE = Path(__file__).parent
SOURCES = [
    (HERE.parent / "conformance" / "templates" / "templates.tf").read_bytes()[3000:6000],
    b'resource "iac_service" "api" {\n  name = "api-${var.n}"\n  tags = { a = 1, "b" = [1, 2] }\n\n  lifecycle {\n'
    b"    ignore_changes = [name]\n  }\n}\n",
    b'locals {\n  a = [for k, v in var.m : "${k}=${v}" if v != null]\n  b = <<-EOT\n    x ${f(1, a...)} %{ if a }y%{ '
    b"endif ~}\n  EOT\n  c = a ? b[*].c : -d.0 # comment\n}\n",
    'variable "größe" {\n  default = "日本 \\u00e9" /* x */\n}\n'.encode(),
]
PIECES = [
    piece.encode()
    for piece in """{ } [ ] ( ) " ${ %{ ~} <<A <<-A = == ? : , . .. ... * # // /* */ \\ ; ' & é""".split()  # noqa: SIM905
] + [b"\n", b"\r\n"]
JSON = (
    b'{"resource": {"a": {"b": [{"c": "x${1}", "//": 1}, {"d": {"e": [1, true, null, -1.5e3]}}]}}, '
    b'"locals": {"x": "%{"}}'
)


@st.composite
def mutated(draw: st.DrawFn, sources: list[bytes], pieces: list[bytes]) -> bytes:
    """A real source with bytes taken out, put in, doubled or cut off."""
    content = draw(st.sampled_from(sources))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from(pieces) | st.binary(max_size=3))
        content = draw(
            st.sampled_from(
                [content[:start] + content[end:], content[:start] + piece + content[start:], content[:start],
                 content[:end] + content[start:], content[:start] + piece + content[end:]]
            )
        )  # fmt: skip
    return content


def check(content: bytes, filename: str) -> None:
    file, problems = parse_source(content, filename)
    assert isinstance(file.body, (NativeBody, JsonBody))
    lines = content.count(b"\n") + 1
    for problem in problems:
        assert problem.severity is Severity.ERROR
        assert problem.summary
        assert problem.summary != "Invalid syntax", "the parser refused what nothing was found to be wrong with"
        assert problem.subject is not None
        start, end = problem.subject.start, problem.subject.end
        assert 1 <= start.line <= lines
        assert 0 <= start.byte <= end.byte <= len(content)
    file.body.just_attributes()
    file.body.content({"a": True}, {"resource": BlockHeader("type", "name")})


@settings(max_examples=250, deadline=None)
@given(mutated(SOURCES, PIECES))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\0")
@example(b"a = {\n")
@example(b"a {")
@example(b"a = <<A\n")
@example(b'a = "${')
@example(b"for")
def test_any_native_source_is_parsed_or_explained(content: bytes) -> None:
    check(content, "main.tf")


@settings(max_examples=150, deadline=None)
@given(mutated([JSON], [b'"', b"{", b"}", b"[", b"]", b",", b":", b"${", b"\\u", b"\\ud800", b"-", b"1e", b"nul"]))
@example(b"")
@example(b"[]")
@example(b"null")
@example(b'"\\ud800"')
@example(b"[" * 5000)
def test_any_json_source_is_parsed_or_explained(content: bytes) -> None:
    check(content, "main.tf.json")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('ab1 "${}%~[]().,:?*-+=<>!&|\n\\éif')))
def test_any_text_is_an_expression_and_a_template_or_explained(text: str) -> None:
    for parse in (parse_expression, parse_template):
        node, problems = parse(text, "x")
        assert node.range.filename == "x"
        assert all(p.subject is not None for p in problems)


def test_the_name_of_a_file_says_its_syntax() -> None:
    assert isinstance(parse_source(b'{"a": 1}', "main.tf.json")[0].body, JsonBody)
    assert isinstance(parse_source(b"a = 1\n", "main.tf")[0].body, NativeBody)
    assert isinstance(parse_source(b"a = 1\n", "terraform.tfvars")[0].body, NativeBody)


def repeated(text: str, count: int) -> bytes:
    return ("locals {\n" + text * count + "}\n").encode()


@pytest.mark.parametrize(
    "source",
    [
        repeated(" a = [1 2]\n", 3000),
        repeated(' a = "x\n', 3000),
        repeated(" a = <<A\n", 3000),
        repeated(' a = "${\n', 3000),
        b"a {\n" * 20000,
        b"}\n" * 20000,
        b"/*" * 20000,
        b"a = " + b";" * 20000,
        b"a = <<A\n" + b"${" * 20000,
        b"a = <<A\n" + "é ${a} b\n".encode() * 2000 + b"A\n",
        b"a = [" + '"é", '.encode() * 3000 + b"]\n",
        b"a = " + b"[" * 50000,
        b'a = "' + b"$" * 50000 + b'"\n',
    ],
)  # fmt: skip
def test_large_and_broken_files_end(source: bytes) -> None:
    """With a cost that grows faster than the file, these would take minutes."""
    parse_native(source, "main.tf")


def test_loading_a_json_file_needs_no_grammar() -> None:
    assert importlib.util.find_spec("lark") is not None
    assert parse_source(b'{"a": "plain"}', "x.tfvars.json")[1] == []
