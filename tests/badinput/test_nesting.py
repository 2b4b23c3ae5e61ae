"""Deep nesting: of every kind of bracket, in every syntax, ten thousand and a million deep."""

from __future__ import annotations

import pytest
from ground import Bad, Ground, config, value

_EXPRESSION = "Expression nested too deeply"
_CALL = "Error in function call"


def _nested(opening: str, inside: str, closing: str, depth: int) -> str:
    return opening * depth + inside + closing * depth


def _native(depth: int) -> list[Bad]:
    def nested(name: str, opening: str, inside: str, closing: str) -> Bad:
        return value(name, _nested(opening, inside, closing, depth), _EXPRESSION)

    return [
        nested("parentheses", "(", "1", ")"),
        nested("tuples", "[", "", "]"),
        nested("objects", "{a=", "1", "}"),
        nested("templates", '"${', "1", '}"'),
        nested("calls", "abs(", "1", ")"),
        nested("for expressions", "[for a in [1]: ", "a", "]"),
        nested("indexes", "local.a[", "0", "]"),
        nested("parentheses without an end", "(", "", ""),
        nested("tuples without an end", "[", "", ""),
        nested("objects without an end", "{a=", "", ""),
        nested("templates without an end", '"${', "", ""),
        nested("conditionals", "true ? 1 : ", "1", ""),
        nested("conditionals in conditions", "true ? ", "1", " : 1"),
        nested("minus signs", "-", "1", ""),
        nested("negations", "!", "true", ""),
        config("blocks", _nested("a {\n", "", "\n}", depth), _EXPRESSION),
        config("blocks without an end", "a {\n" * depth, _EXPRESSION),
        config("types", f'variable "a" {{\n  type = {_nested("list(", "string", ")", depth)}\n}}\n', _EXPRESSION),
        value("closing brackets", ")" * depth, "Invalid expression"),
        value("directives without an end", '"' + "%{if true}" * depth + '"'),
        config("comments without an end", "/*" * depth, "Argument or block definition required"),
        value("quotes", '"' * (depth | 1)),
    ]


def _other(depth: int) -> list[Bad]:
    arrays = _nested("[", "1", "]", depth)
    too_deep = "Value nested too deeply"
    return [
        Bad("JSON arrays", {"x.tf.json": f'{{"output":{{"x":{{"value":{arrays}}}}}}}'}, too_deep),
        Bad("JSON arrays without an end", {"x.tf.json": "[" * depth}, too_deep),
        Bad(
            "an expression in JSON",
            {"x.tf.json": f'{{"output":{{"x":{{"value":"${{{_nested("(", "1", ")", depth)}}}"}}}}}}'},
            _EXPRESSION,
        ),
        value("jsondecode", 'jsondecode(file("deep.txt"))', _CALL, deep_txt=arrays),
        value("yamldecode", 'yamldecode(file("deep.txt"))', _CALL, deep_txt=arrays),
        value("yamldecode, no end", 'yamldecode(file("deep.txt"))', _CALL, deep_txt="[" * depth),
        value("yamldecode, dashes", 'yamldecode(file("deep.txt"))', _CALL, deep_txt="- " * depth + "1"),
        value("templatefile", 'templatefile("deep.txt", {})', _CALL, deep_txt=f"${{{_nested('(', '1', ')', depth)}}}"),
        value("regex", 'regex(file("deep.txt"), "a")', "nest", deep_txt=_nested("(", "a", ")", depth)),
        config("tfvars", 'variable "a" {}', _EXPRESSION, terraform_tfvars=f"a = {arrays}"),
        config("tfvars in JSON", 'variable "a" {}', too_deep, terraform_tfvars_json=f'{{"a": {arrays}}}'),
    ]


_DEEP = [*_native(10_000), *_other(10_000)]
_DEEPER = [
    bad
    for bad in (*_native(1_000_000), *_other(1_000_000))
    if bad.name in ("tuples", "objects", "blocks", "JSON arrays", "jsondecode", "minus signs")
]


@pytest.mark.parametrize("bad", _DEEP, ids=str)
def test_what_is_nested_ten_thousand_deep_is_refused_with_a_message(ground: Ground, bad: Bad) -> None:
    ground.check(bad)


@pytest.mark.parametrize("bad", _DEEPER, ids=str)
def test_what_is_nested_a_million_deep_is_too(ground: Ground, bad: Bad) -> None:
    ground.check(bad)


@pytest.mark.parametrize("operator", ["+", "&&", "+ 2 *"])
def test_a_chain_of_five_hundred_operators_works(ground: Ground, operator: str) -> None:
    first = "true" if operator == "&&" else "1"
    ground.check(value("chain", first + f" {operator} {first}" * 500, "output values", code=0))


@pytest.mark.parametrize("terms", [10_000, 300_000])
def test_a_chain_of_very_many_is_refused(ground: Ground, terms: int) -> None:
    ground.check(value("chain", "1" + " + 1" * terms, "Text too long" if terms > 100_000 else "Expression too complex"))


def test_a_chain_of_local_values_may_be_long(ground: Ground) -> None:
    chain = "".join(f"  a{i} = local.a{i + 1}\n" for i in range(2_000))
    ground.check(value("chain", "local.a0", "+ x = 1", code=0, more_tf=f"locals {{\n{chain}  a2000 = 1\n}}\n"))


def test_local_values_cannot_nest_deeper_than_values_may(ground: Ground) -> None:
    chain = "".join(f"  a{i} = [local.a{i + 1}]\n" for i in range(2_000))
    bad = value("chain", "local.a0", "Expression too complex", more_tf=f"locals {{\n{chain}  a2000 = 1\n}}\n")
    ground.check(bad)


def test_a_value_may_be_nested_three_hundred_deep(ground: Ground) -> None:
    chain = "".join(f"  a{i} = [local.a{i + 1}]\n" for i in range(300))
    ground.write(
        {"main.tf": f'locals {{\n{chain}  a300 = 1\n}}\nresource "terraform_data" "a" {{\n  input = local.a0\n}}\n'}
    )
    assert ground.run("apply", "-auto-approve").code == 0
    assert "No changes" in ground.run("plan").out
    assert ground.run("state", "pull").code == 0
    assert ground.run("show", "-json").code == 0
