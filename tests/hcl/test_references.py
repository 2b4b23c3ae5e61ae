"""Which references an expression makes."""

import pytest

from iac.diagnostics import Pos
from iac.hcl.parser import parse_expression
from iac.hcl.references import references

CASES = [
    ("1 + 2", []),
    ("var.a", ["var"]),
    ("a.x + b.y", ["a", "b"]),
    ("a.x[b.y].c", ["a", "b"]),
    ("f(a.x, [b.y], { (c.z) = d.w })", ["a", "b", "c", "d"]),
    ("a.x ? b.y : c.z", ["a", "b", "c"]),
    ('"${a.x} %{ if b.y }${c.z}%{ endif }"', ["a", "b", "c"]),
    ("a.x[*].b", ["a"]),
    ("[for x in a.x : x.y + b.z]", ["a", "b"]),
    ("{ for k, v in a.x : k => v if b.y }", ["a", "b"]),
    ("[for x in x : x]", ["x"]),
    ("[for x in [1] : [for y in x : [x, y, z.a]]]", ["z"]),
    ('"%{ for x in a.x }${x}${b.y}%{ endfor }"', ["a", "b"]),
    ("(a.x)", ["a"]),
    ("-a.x", ["a"]),
    ("a.x + a.x", ["a", "a"]),
]


@pytest.mark.parametrize(("text", "roots"), CASES)
def test_free_references_are_found_in_source_order_and_bound_names_are_not(text: str, roots: list[str]) -> None:
    expression, problems = parse_expression(text, "main.tf", Pos(1, 1, 0))
    assert not problems
    assert [found.root for found in references(expression)] == roots
