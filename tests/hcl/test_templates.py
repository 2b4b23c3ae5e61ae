"""Strings, heredocs, templates and the syntax of expressions mean what they mean to the real `terraform`.
`record_templates.py` made the golden file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from iac.diagnostics import Pos
from iac.hcl.evaluate import evaluate
from iac.hcl.functions.registry import function_table
from iac.hcl.functions.spec import FunctionContext
from iac.hcl.parser import parse_native, parse_template
from iac.hcl.scope import VariableScope
from iac.hcl.syntax import BlockHeader, Expression, Literal, Template, TemplateFor, TemplateIf, TemplateWrap
from iac.values.codec import canonical, loads, to_json
from iac.values.types import type_to_json
from iac.values.value import object_value

HERE = Path(__file__).parent
GOLDEN = loads((HERE / "templates.json").read_text(encoding="utf-8"))


@cache
def parsed(newline: str = "\n") -> tuple[dict[str, Expression], VariableScope]:
    """The expressions of the outputs of `templates.tf`, and the scope of its local values."""
    source = (HERE / "templates.tf").read_text(encoding="utf-8").replace("\n", newline)
    file, problems = parse_native(source.encode(), "templates.tf")
    assert problems == []
    content, problems = file.body.content({}, {"locals": BlockHeader(), "output": BlockHeader("name")})
    assert problems == []
    functions = function_table(FunctionContext())
    (named,) = content.of_type("locals")
    values = {
        name: evaluate(attribute.expression, VariableScope({}, functions))
        for name, attribute in named.body.just_attributes()[0].items()
    }
    outputs = {
        block.labels[0]: block.body.content({"value": True}, {})[0].attributes["value"].expression
        for block in content.of_type("output")
    }
    return outputs, VariableScope({"local": object_value(values)}, functions)


def test_every_output_has_a_recorded_value() -> None:
    assert set(parsed()[0]) == set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_value_is_that_of_terraform(name: str) -> None:
    outputs, scope = parsed()
    value = evaluate(outputs[name], scope)
    assert canonical({"type": type_to_json(value.type), "value": to_json(value)}) == canonical(GOLDEN[name])


def test_a_heredoc_keeps_the_line_endings_of_its_file() -> None:
    outputs, scope = parsed("\r\n")
    assert evaluate(outputs["indented"], scope).raw == "hello\r\n  world\r\n"
    assert evaluate(outputs["heredoc_empty"], scope).raw == ""
    assert evaluate(outputs["heredoc_marker_inside"], scope).raw.count("\r\n") == 4


def test_everything_outside_strings_means_the_same_with_any_line_ending() -> None:
    (unix, scope), (dos, _) = parsed(), parsed("\r\n")
    for name in unix:
        if not name.startswith(("heredoc", "indented")):
            assert to_json(evaluate(dos[name], scope)) == to_json(evaluate(unix[name], scope)), name


def template(text: str) -> Expression:
    expression, problems = parse_template(text, "t.tmpl", Pos(5, 3, 40))
    assert problems == []
    return expression


class TestRawTemplates:
    def test_text_alone_is_a_literal_in_which_backslashes_mean_nothing(self) -> None:
        expression = template('a\\n"b"')
        assert isinstance(expression, Literal)
        assert expression.value.raw == 'a\\n"b"'

    def test_no_text_is_the_empty_string(self) -> None:
        expression = template("")
        assert isinstance(expression, Literal)
        assert expression.value.raw == ""

    def test_one_interpolation_alone_is_the_value_itself(self) -> None:
        assert isinstance(template("${a}"), TemplateWrap)

    def test_text_around_makes_it_a_string(self) -> None:
        assert isinstance(template("${a} "), Template)

    def test_directives_nest(self) -> None:
        expression = template("%{ for x in xs }%{ if x }${x}%{ else }-%{ endif }%{ endfor }")
        assert isinstance(expression, Template)
        (each,) = expression.parts
        assert isinstance(each, TemplateFor)
        assert (each.key_name, each.value_name) == (None, "x")
        (test,) = each.body.parts
        assert isinstance(test, TemplateIf)
        assert test.otherwise is not None

    def test_ranges_count_from_where_the_text_begins(self) -> None:
        expression = template("é ${ab}\n${c}")
        assert isinstance(expression, Template)
        assert [p.range.start for p in expression.parts] == [(5, 3, 40), (5, 7, 45), (5, 10, 48), (6, 3, 51)]

    @pytest.mark.parametrize(
        ("text", "summary", "place"),
        [
            ("a ${", "Missing expression", (5, 7, 44)),
            ("a ${b", "Unclosed template interpolation sequence", (5, 5, 42)),
            ("a ${b c}", "Extra characters after interpolation expression", (5, 9, 46)),
            ("%{ if x }a", "Unexpected end of template", (5, 13, 50)),
            ("a %{ endfor }", "Unexpected endfor directive", (5, 5, 42)),
            ("é\n%{ nothing }", "Invalid template control keyword", (6, 4, 46)),
        ],
    )
    def test_mistakes_have_a_place_in_the_file(self, text: str, summary: str, place: tuple[int, int, int]) -> None:
        expression, problems = parse_template(text, "t.tmpl", Pos(5, 3, 40))
        assert isinstance(expression, Literal)
        assert [(p.summary, p.subject.start if p.subject else None) for p in problems] == [(summary, place)]
