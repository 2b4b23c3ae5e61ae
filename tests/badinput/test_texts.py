"""Files that are no text, or are strange ones: encodings, line ends, what is cut off, very much of one thing."""

from __future__ import annotations

import pytest
from ground import Bad, Ground, config, value

_ENCODING = "Invalid character encoding"
_MILLION = 1_000_000

_CHARACTERS = [
    config("a NUL", "locals {\n  x = 1\x00\n}\n", "Invalid character"),
    config("nothing but NULs", "\x00" * 1000, "Invalid character"),
    value("a NUL in a string", '"a\\u0000b"', 'x = "a', 0),
    config("a NUL in a label", 'resource "terraform_data" "a\x00" {\n}\n', "Invalid resource name"),
    config("invalid UTF-8", b'locals {\n  x = "\xff"\n}\n', _ENCODING),
    config("half a surrogate pair", b'locals {\n  x = "\xed\xa0\x80"\n}\n', _ENCODING),
    config("UTF-16", "\ufefflocals {}\n".encode("utf-16-le"), _ENCODING),
    config("a byte order mark", b"\xef\xbb\xbflocals {\n  x = 1\n}\n", "No changes", 0),
    config("two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbflocals {\n  x = 1\n}\n", "Invalid character"),
    config("a byte order mark in the middle", "locals {\n  \ufeffx = 1\n}\n", "Invalid character"),
    config("CRLF", 'output "x" {\r\n  value = "a"\r\n}\r\n', '+ x = "a"', 0),
    config("CRLF in a heredoc", 'output "x" {\r\n  value = <<E\r\na\r\nE\r\n}\r\n', "+ x =", 0),
    config("CR alone", "locals {\r x = 1\r}\r", "Invalid character"),
    config("a line separator", "locals {\n  x = 1\u2028  y = 2\n}\n", "Invalid character"),
    value("a line separator in a string", '"a\u2028b"', "+ x =", 0),
    config("a space that does not break", "locals {\n  x\u00a0= 1\n}\n", "Invalid character"),
    value("a code beyond Unicode", '"\\U99999999"', "Invalid escape sequence"),
    Bad("a NUL in JSON", {"x.tf.json": '{"output":{"x":{"value":"\\u0000"}}}'}, "+ x =", 0),
    Bad("half a surrogate pair in JSON", {"x.tf.json": '{"output":{"x":{"value":"\\ud800"}}}'}, "+ x =", 0),
    Bad("NaN in JSON", {"x.tf.json": '{"locals":{"a":NaN}}'}, "Invalid JSON keyword"),
    Bad("an infinity in JSON", {"x.tf.json": '{"locals":{"a":-Infinity}}'}, "Invalid JSON number"),
    Bad("no JSON", {"x.tf.json": ""}, "Missing value"),
    Bad("JSON that is null", {"x.tf.json": "null"}, "null"),
    Bad("a property twice", {"x.tf.json": '{"locals":{"a":1,"a":2}}'}, "Duplicate attribute definition"),
    Bad("nothing as name", {"x.tf.json": '{"":{}}'}),
    Bad(
        "wrong kinds everywhere",
        {
            "x.tf.json": '{"resource":1,"output":"x","module":[1],"variable":null,"locals":[[1]],'
            '"terraform":{"required_providers":[1]}}'
        },
        "Incorrect JSON value type",
    ),
    config("an empty file", "", "No changes", 0),
]

_MUCH = [
    config(
        "a hundred thousand blocks",
        "".join(f'output "x{i}" {{\n  value = 1\n}}\n' for i in range(100_000)),
        "Text too long",
    ),
    config("the same block very often", 'output "x" {\n  value = 1\n}\n' * 20_000, "Duplicate output definition"),
    config("the same argument very often", "locals {\n" + "a = 1\n" * 50_000 + "}\n", "Attribute redefined"),
    config("unknown blocks", "foo {\n}\n" * 50_000, "Unsupported block type"),
    config("lines that are nothing", "foo bar\n" * 50_000, "Too many problems"),
    config("bad characters", "@#$%^&*\n" * 50_000, "Too many problems"),
    config("bad escapes", 'locals {\n  x = "' + "\\q" * 500_000 + '"\n}\n', "Invalid escape sequence"),
    config(
        "references to nothing",
        "locals {\n" + "".join(f"  a{i} = var.nope{i}\n" for i in range(20_000)) + "}\n",
        "Reference to undeclared input variable",
    ),
    value(
        "names like others",
        "[" + ", ".join(f"local.abcdefhg{i}" for i in range(2_000)) + "]",
        "Too many problems",
        locals_tf="locals {\n" + "".join(f"  abcdefgh{i} = 1\n" for i in range(5_000)) + "}\n",
    ),
    config(
        "a cycle", "locals {\n" + "".join(f"  a{i} = local.a{(i + 1) % 3000}\n" for i in range(3_000)) + "}\n", "Cycle"
    ),
    config("a long name", f"locals {{\n  {'a' * _MILLION} = 1\n}}\n", "No changes", 0),
    value("a long reference", "a" * _MILLION, "Invalid reference"),
    value("a long traversal", "local.a" + ".a" * 100_000, "Expression nested too deeply"),
    value("a long line", "length([" + "1," * 100_000 + "])", "x = 100000", 0),
    config("a long line that is nothing", "x" * _MILLION, "Argument or block definition required"),
    value("a long string", 'length("' + "ab" * 2 * _MILLION + '")', "x = 4000000", 0),
    value("many interpolations", 'length("' + "${1}" * 50_000 + '")', "x = 50000", 0),
    config("a long comment", "# " + "a" * _MILLION + "\n", "No changes", 0),
    config("nothing but lines", "\n" * 100_000, "No changes", 0),
    config("nothing but spaces", " " * _MILLION, "No changes", 0),
    config("a file that is too large", b"#" + b" " * (17 << 20), "File too large"),
]

_MAIN = """variable "a" {
  type = object({ b = optional(list(string), ["x"]) })
  default = {}
}

resource "terraform_data" "a" {
  for_each = toset(["a", "b"])
  input    = <<-EOT
    %{for s in var.a.b~}
    ${jsonencode({ "k" = s })} /* "not a comment" */
    %{endfor~}
  EOT
  lifecycle {
    ignore_changes = [input]
  }
}
"""


@pytest.mark.parametrize("bad", _CHARACTERS, ids=str)
def test_strange_characters(ground: Ground, bad: Bad) -> None:
    ground.check(bad)


@pytest.mark.parametrize("bad", _MUCH, ids=str)
def test_very_much_of_one_thing(ground: Ground, bad: Bad) -> None:
    ground.check(bad)


@pytest.mark.parametrize("length", range(1, len(_MAIN), 9))
def test_a_file_cut_off_anywhere_is_refused_or_works(ground: Ground, length: int) -> None:
    ground.check(config("cut off", _MAIN[:length]))
    ground.run("fmt", "-")
    ground.run("fmt", "-check", stdin=_MAIN[:length])


@pytest.mark.parametrize("name", ["terraform.tfvars", "x.auto.tfvars", "terraform.tfvars.json", "x.auto.tfvars.json"])
@pytest.mark.parametrize(
    "content",
    [
        "",
        "a",
        "a =",
        "a = ]",
        'a "b" {}',
        "a = var.a",
        "\x00",
        b"\xff\xfe",
        "{",
        "[]",
        "null",
        '{"a": {"b": ]',
        "a = 1e99999999",
    ],
    ids=repr,
)
def test_files_of_variables_that_are_none(ground: Ground, name: str, content: str | bytes) -> None:
    ground.check(config("variables", 'variable "a" {}\n', **{name: content}))
