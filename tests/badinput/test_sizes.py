"""Huge numbers, and expressions whose values would fill the machine: docs/language.md has the limits."""

from __future__ import annotations

import gzip

import pytest
from ground import Bad, Ground, config, value

_LONG = 'join("", [for i in range(1000) : "aaaaaaaaaa"])'
_TEXT = "the result would have more than 16,777,216 characters"
_PARTS = "the result would have more than 500,000 elements"

_NUMBERS = [
    value("an exponent beyond all numbers is an infinity", "1e999999999", "Number is infinite"),
    value("one below all is zero", "1e-999999999", "x = 0", 0),
    value("a hundred thousand digits", "1e99999", "x = 1000000", 0),
    value("a million digits", "1e9999999", "the number has more than 1,000,000 digits"),
    value("ten thousand nines", "9" * 10_000, "x = 1", 0),
    value("two million nines", "9" * 2_000_000, "the number has more than 1,000,000 digits"),
    value("a product", "1e99999 * 1e999990", "the number has more than 1,000,000 digits"),
    value("pow", "pow(10, 1e9)", "Number is infinite"),
    value("floor", "floor(1e99999)", "x = 1000000", 0),
    value("parseint", f'parseint("{"z" * 100_000}", 62)', "the number has more than 10,000 digits"),
    value("tonumber", 'tonumber("1e9999999")', "Invalid function argument"),
    value("jsondecode", 'jsondecode("1e9999999")', "Error in function call"),
    value("yamldecode", 'yamldecode("1e9999999")', "Error in function call"),
    value("format with a width", 'format("%1000000000d", 1)', _TEXT),
    value("format with a width beyond all", 'format("%99999999999999999999d", 1)', _TEXT),
    value("format with a precision", 'format("%.1000000000f", 1)', _TEXT),
    value("indent", 'indent(1000000000, "a\\nb")', _TEXT),
    value("an index", "[1][1e99]", "Invalid index"),
    value("a negative index", "element([1], -1e99)", "Error in function call"),
    value("cidrhost", 'cidrhost("10.0.0.0/8", 1e99)', "Error in function call"),
    value("cidrsubnet", 'cidrsubnet("10.0.0.0/8", 1e9, 1)', "Error in function call"),
    value("timeadd", 'timeadd("2020-01-01T00:00:00Z", "99999999999999999999h")', "time: invalid duration"),
    value("formatdate beyond all years", 'timeadd("9999-12-31T23:59:59Z", "999999h")', "Error in function call"),
]

_BOMBS = [
    value("range", "range(0, 1e9)", "more than 1024 values were generated"),
    value("range in tiny steps", "range(0, 1, 1e-99)", "more than 1024 values were generated"),
    value("setproduct", "length(setproduct(range(1000), range(1000), range(1000)))", _PARTS),
    value("join", f"join({_LONG}, [for i in range(2000) : i])", "more than 1024"),
    value("join of long texts", f"join(join({_LONG}, range(1000)), range(1000))", _TEXT),
    value("replace", f'replace({_LONG}, "a", {_LONG})', _TEXT),
    value("replace by a regular expression", f'replace({_LONG}, "/a/", {_LONG})', _TEXT),
    value("replace of nothing", f'replace({_LONG}, "", {_LONG})', _TEXT),
    value("a regular expression that would backtrack", f'regex("(a*)*b", {_LONG})', "did not match"),
    value(
        "a regular expression with a huge program", 'regex("((a{1000}){1000}){1000}", "a")', "Invalid function argument"
    ),
    value("for in for in for", "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]", _PARTS),
    value(
        "for whose result is small",
        "[for a in range(1000) : length([for b in range(1000) : length([for c in range(1000) : 1])])]",
        "its 'for' would make more than 1,000,000 rounds",
    ),
    value(
        "for in a template",
        f'"%{{for a in range(400)}}%{{for b in range(400)}}${{a}}-{"x" * 120}%{{endfor}}%{{endfor}}"',
        _TEXT,
    ),
    value("split", 'split("", file("x.txt"))', _PARTS, x_txt="x" * 1_000_000),
    value("regexall", 'regexall("x", file("x.txt"))', _PARTS, x_txt="x" * 1_000_000),
    value("base64gunzip", 'base64gunzip(filebase64("x.gz"))', _TEXT, x_gz=gzip.compress(bytes(100_000_000), 1)),
    value("file", 'file("x.txt")', "file too large", x_txt=bytes(17_000_000)),
    value("fileset", f'fileset(".", "{"{a,b}" * 24}")', "it stands for more than 1,000 patterns"),
    value("fileset with many stars", f'fileset(".", "{"*a" * 50}b")', "x = []", 0, **{"a" * 200: ""}),
    value(
        "YAML's million laughs",
        'yamldecode(file("x.yaml"))',
        _PARTS,
        x_yaml="a0: &a0 [lol]\n" + "".join(f"a{i + 1}: &a{i + 1} [{','.join([f'*a{i}'] * 9)}]\n" for i in range(20)),
    ),
    value("YAML within itself", 'yamldecode("a: &a [*a]")', "cannot refer to an anchor from inside its own definition"),
    config("count", 'resource "terraform_data" "a" {\n  count = 1e9\n}\n', "a block may have 100,000 instances"),
    config("count of a module", 'module "m" {\n  source = "./m"\n  count  = 1e7\n}\n', "100,000 instances", m__a_tf=""),
    config("count below zero", 'resource "terraform_data" "a" {\n  count = -1\n}\n', "greater than or equal to zero"),
    config("infinite count", 'resource "terraform_data" "a" {\n  count = 1 / 0\n}\n', "value must be a whole number"),
    config(
        "for_each",
        'resource "terraform_data" "a" {\n'
        '  for_each = toset([for p in setproduct(range(400), range(400)) : "${p[0]}.${p[1]}"])\n}\n',
        "a block may have 100,000 instances",
    ),
]


def _doubled(name: str, start: str, step: str, says: str) -> Bad:
    """A local value made of the one before it, sixty-four times: a billion laughs."""
    chain = "".join(f"  a{i + 1} = {step.replace('PREVIOUS', f'local.a{i}')}\n" for i in range(64))
    return value(name, "local.a64", says, locals_tf=f"locals {{\n  a0 = {start}\n{chain}}}\n")


_LAUGHS = [
    _doubled("in a string", '"lol"', '"${PREVIOUS}${PREVIOUS}"', _TEXT),
    _doubled("in a tuple", '["lol"]', "[PREVIOUS, PREVIOUS]", _PARTS),
    _doubled("in an object", "{}", "{ a = PREVIOUS, b = PREVIOUS }", _PARTS),
    _doubled("by concat", '["lol"]', "concat(PREVIOUS, PREVIOUS)", _PARTS),
    _doubled("by format", '"lol"', 'format("%s%s", PREVIOUS, PREVIOUS)', _TEXT),
    _doubled("by join", '"lol"', 'join(PREVIOUS, ["", "", ""])', _TEXT),
    _doubled("by replace", '"lololol"', 'replace(PREVIOUS, "l", PREVIOUS)', _TEXT),
    _doubled("by for", "range(1000)", "[for a in range(1000) : PREVIOUS]", _PARTS),
    _doubled("by jsonencode", '"\\""', "jsonencode([PREVIOUS, PREVIOUS])", _TEXT),
]


@pytest.mark.parametrize("bad", _NUMBERS, ids=str)
def test_a_huge_number(ground: Ground, bad: Bad) -> None:
    ground.check(bad)


@pytest.mark.parametrize("bad", _BOMBS, ids=str)
def test_an_expression_that_would_fill_the_machine(ground: Ground, bad: Bad) -> None:
    ground.check(bad)


@pytest.mark.parametrize("bad", _LAUGHS, ids=str)
def test_a_billion_laughs(ground: Ground, bad: Bad) -> None:
    ground.check(bad)


def test_what_is_just_within_the_limits_works(ground: Ground) -> None:
    ground.check(value("elements", "length(setproduct(range(1000), range(150)))", "x = 150000", 0))
    ground.check(
        value("text", 'length(join("", [for i in range(1000) : file("x.txt")]))', "x = 10000000", 0, x_txt="x" * 10_000)
    )
