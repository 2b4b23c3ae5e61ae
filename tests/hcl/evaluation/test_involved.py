"""Which values a diagnostic shows: the references of the failed part, sensitive and unknown ones with care."""

from __future__ import annotations

import pytest

from iac.hcl.evaluation.involved import involved_values
from iac.hcl.parser import parse_expression
from iac.hcl.scope import VariableScope
from iac.values.types import DYNAMIC, STRING, list_of
from iac.values.value import ONLY_SENSITIVE, number, object_value, string, tuple_value, unknown

SCOPE = VariableScope(
    {
        "var": object_value(
            {
                "count": number(3),
                "secret": string("hidden").with_marks(ONLY_SENSITIVE),
                "id": unknown(STRING),
                "ids": unknown(list_of(STRING)),
                "any": unknown(DYNAMIC),
                "list": tuple_value([string("a")]),
            }
        )
    },
    {},
)


def involved(text: str, **about: bool) -> dict[str, str]:
    return dict(involved_values(parse_expression(text, "case.tf")[0], SCOPE, **about))


CASES = [
    ("var.count + var.count", {"var.count": "is 3"}),
    ("var.list[0]", {"var.list[0]": 'is "a"'}),
    ("var.list[4].name", {"var.list": "is tuple with 1 element"}),
    ("var.nothing", {}),
    ("var.secret", {}),
    ("var.id", {"var.id": "is a string"}),
    ("var.any", {}),
    ("[for var in [1] : var]", {}),
    ("[for x in var.list : x.y]", {"var.list": "is tuple with 1 element"}),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_each_reference_is_shown_with_the_longest_part_that_has_a_value(text: str, expected: dict[str, str]) -> None:
    assert involved(text) == expected


def test_a_sensitive_value_is_mentioned_only_where_that_is_the_problem() -> None:
    assert involved("var.secret", sensitive=True) == {"var.secret": "has a sensitive value"}


def test_an_unknown_value_is_called_so_only_where_that_is_the_problem() -> None:
    assert involved("[var.id, var.ids, var.any]", unknown=True) == {
        "var.id": "is a string, known only after apply",
        "var.ids": "is a list of string, known only after apply",
        "var.any": "will be known only after apply",
    }
