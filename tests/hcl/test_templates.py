"""Text that is a template as a whole, such as that of a file: what it parses to, and where mistakes in it are."""

from __future__ import annotations

import pytest

from iac.diagnostics import Pos
from iac.hcl.parser import parse_template
from iac.hcl.syntax import Expression, Literal, Template, TemplateFor, TemplateIf, TemplateWrap


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
