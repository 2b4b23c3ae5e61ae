"""Values: unknown, null and sensitive ones through expressions, templates, files, and what a change of type is."""

from __future__ import annotations

from collections.abc import Mapping

from configs.steps import Step, Steps, block, output, variable

A = block("a", 'input = "x"')
U = A + "locals {\n  u = terraform_data.a.output\n  id = terraform_data.a.id\n}\n"
SECRET = variable("s", 'default = "hidden"\nsensitive = true')


def b(*expressions: str) -> str:
    """One resource an expression, and the expression as input."""
    return "".join(block(f"b{n}", f"input = {text}") for n, text in enumerate(expressions))


def secret_output(name: str, value: str) -> str:
    return output(name, value, "sensitive = true\n")


CASES: Mapping[str, Steps] = {
    "unknown_through_collections": [
        U
        + b(
            "[local.id, 1]",
            "{ a = local.id }",
            "toset([local.id])",
            'tolist([local.id, "x"])',
            "tomap({ k = local.id })",
            "[[local.id]]",
        )
    ],
    "unknown_through_functions": [
        U
        + b(
            "upper(tostring(local.u))",
            "length(local.id)",
            "jsonencode({ a = local.id })",
            "concat([local.id], [1])",
            "merge({ a = local.id }, { b = 1 })",
            'lookup({ a = local.id, b = "y" }, "b")',
            'split("-", tostring(local.u))',
            "reverse([local.id, 1])",
            "keys({ a = local.id })",
            'format("%s!", local.id)',
        )
    ],
    "unknown_through_operators": [
        U
        + b(
            'local.u == "x"',
            "local.u == null",
            "local.id == null",
            "!tobool(local.u)",
            "tonumber(local.u) + 1",
            'local.id != ""',
        )
    ],
    "unknown_through_conditionals": [
        U
        + b(
            'local.u == "x" ? 1 : 2',
            'true ? local.id : "z"',
            'false ? local.id : "z"',
            'local.u == "x" ? [1, 2] : [3]',
            "local.u == 1 ? { a = 1 } : { a = 2 }",
        )
    ],
    "unknown_through_for": [
        U
        + b(
            '[for x in [tostring(local.u), "y"] : upper(x)]',
            "{ for k, v in { a = local.id } : k => v }",
            "{ for x in [local.id] : x => 1 }",
            "[for x in toset([local.id]) : x]",
            '[for x in [1, 2] : x if local.u == "x"]',
            '{ for x in [1, 2] : "k" => x... }',
        )
    ],
    "unknown_in_templates": [
        U
        + b(
            '"a${local.id}b"',
            '"${local.id}"',
            '"%{ if local.u == "x" }yes%{ else }no%{ endif }"',
            '"%{ for x in [local.id] }${x},%{ endfor }"',
        )
    ],
    "unknown_index_and_splat": [
        U
        + b(
            '["p", "q"][length(local.id) - 36]',
            "[{ a = local.id }][*].a",
            "local.u[*]",
            'try(local.u.x, "none")',
            "can(local.u.x)",
        )
    ],
    "unknown_becomes_known_and_again_not": [
        block("a", f"input = {n}")
        + block("b", "input = terraform_data.a.output")
        + output("o", "terraform_data.b.output")
        for n in (1, 1, 2)
    ],
    "unknown_when_replaced": [
        block("a", f"triggers_replace = {n}\ninput = 1")
        + b("terraform_data.a.id", "terraform_data.a.output", "terraform_data.a.input")
        for n in (1, 2)
    ],
    "unknown_output_of_an_unchanged_input": [
        block("a", "input = { x = 1 }") + b("terraform_data.a.output.x"),
        block("a", "input = { x = 1, y = 2 }") + b("terraform_data.a.output.x"),
    ],
    "unknown_whole_object": [A + b("terraform_data.a"), block("a", 'input = "y"') + b("terraform_data.a")],
    "timestamp_is_known_when_applied": [
        output("o", "length(timestamp())") + b('length(formatdate("YYYY", timestamp()))', "length(uuid())")
    ],
    "null_everywhere": [
        b(
            "null",
            "[null]",
            "{ a = null }",
            "tolist([null, 1])",
            "toset([null])",
            "null == null",
            "coalesce(null, 1)",
            "[for x in [null, 1] : x if x != null]",
        ),
        b("1", "[1]", "{ a = 1 }", "tolist([1, null])", "toset([1])", "null != null", "coalesce(null, 2)", "[null]"),
    ],
    "null_of_a_type": [
        b("tostring(null)", "tonumber(null)", "tolist(null)", "[tostring(null)]"),
        b("tonumber(null)", "null", "null", "[null]"),
    ],
    "null_is_splatted": [
        variable("n", "default = null") + b("var.n[*]", "[for x in var.n[*] : x]", "length(var.n[*])")
    ],
    "output_becomes_null": [output("o", "1"), output("o", "null"), output("o", "null") + output("p", "null")],
    "secret_in_templates": [
        SECRET
        + b('"a${var.s}"', "upper(var.s)", "[var.s, 1]", '{ ("k") = var.s }', "length(var.s)", 'var.s == "hidden"')
    ],
    "secret_conditionals": [
        SECRET + b('var.s == "hidden" ? 1 : 2', "true ? var.s : 1", 'false ? var.s : "plain"', "[for c in [var.s] : c]")
    ],
    "secret_in_collections": [
        SECRET
        + b(
            "merge({ a = var.s }, { b = 1 })",
            "concat([var.s], [1])",
            "keys({ a = var.s })",
            "values({ a = var.s, b = 1 })",
            "jsonencode([var.s])",
            'lookup({ a = var.s, b = "x" }, "b", "")',
            "toset([var.s])",
            "length([var.s])",
        )
    ],
    "secret_is_revealed": [
        SECRET
        + b("nonsensitive(var.s)", "issensitive(var.s)", "issensitive(nonsensitive(var.s))")
        + output("o", "nonsensitive(var.s)")
    ],
    "secret_of_unknown": [
        A + b("sensitive(terraform_data.a.id)", "[sensitive(terraform_data.a.id)]"),
        block("a", 'input = "y"') + b("terraform_data.a.id", "[terraform_data.a.id]"),
    ],
    "secret_comes_and_goes": [
        b("1", "[1]"),
        b("sensitive(1)", "[sensitive(1)]"),
        b("1", "sensitive([1])"),
        b("sensitive(2)", "[1]"),
    ],
    "secret_output_not_declared": [SECRET + output("o", "var.s")],
    "secret_output_inside_not_declared": [SECRET + output("o", "{ a = [var.s] }")],
    "secret_output_declared": [
        SECRET + secret_output("o", "{ a = [var.s], b = 1 }"),
        SECRET + secret_output("o", "{ b = 2 }"),
        output("o", "{ b = 2 }"),
    ],
    "secret_output_known_later": [
        A + secret_output("o", "terraform_data.a.id"),
        A + secret_output("o", "terraform_data.a.id"),
    ],
    "secret_as_a_key": [SECRET + b("{ (var.s) = 1 }", "{ for x in [var.s] : x => 1 }")],
    "secret_through_an_output_attribute": [
        SECRET + block("a", "input = { x = var.s, y = 1 }") + b("terraform_data.a.input.y", "terraform_data.a.input.x")
    ],
    "type_of_an_output_changes": [
        output("o", v)
        for v in ("1", '"1"', "[1]", "tolist([1])", "toset([1])", "{ a = 1 }", "tomap({ a = 1 })", "true")
    ],
    "type_of_an_input_changes_inside": [
        b("{ a = 1, l = [1] }"),
        b('{ a = "1", l = tolist([1]) }'),
        b("{ a = [1], l = { x = 1 } }"),
    ],
    "equal_numbers": [b("1", "1.0", "1e3", "0.1 + 0.2"), b("1.0", "1", "1000", "0.3")],
    "large_and_small_numbers": [b("1e100", "1e-9", "123456789012345678901234567890.5", "-1.5e10", "2/3", "1/7")],
    "text_of_many_kinds": [
        b('"é 世 \\U0001F600"', '"tab\\tquote\\"back\\\\"', '"$${x} %%{y}"', '"a\\r\\nb"', '"e\\u0301"', '""')
    ],
    "heredocs": [
        block("a", "input = <<EOT\n  one\n${1 + 1}\n%{ if true }\nyes\n%{ endif ~}\n  end\nEOT")
        + block("b", 'input = <<-EOT\n    one\n      two ${upper("x")}\n    three\n  EOT'),
        block("a", "input = <<EOT\n  one\n${1 + 2}\nEOT") + block("b", "input = <<-EOT\n    one\n  EOT"),
    ],
    "template_directives": [
        b(
            '"%{ for k, v in { a = 1, b = 2 } }${k}=${v};%{ endfor }"',
            '"%{ for x in [1, 2, 3] ~}\\n  ${x}\\n%{ endfor ~}"',
            '"%{ if 1 > 2 }a%{ else }b%{ endif }"',
        )
    ],
    "templatefile": [
        Step(
            b(
                'templatefile("t.tftpl", { name = "N", list = ["a", "b"] })',
                'templatefile("${path.module}/t.tftpl", { name = 1, list = [] })',
            ),
            {"t.tftpl": "Hi ${name}\n%{ for x in list ~}\n* ${x}\n%{ endfor ~}\n"},
        ),
        Step(
            A + b('templatefile("t.tftpl", { name = terraform_data.a.id, list = ["a"] })', "1"),
            {"t.tftpl": "Hi ${name}\n"},
        ),
    ],
    "templatefile_misses_a_value": [Step(b('templatefile("t.tftpl", {})'), {"t.tftpl": "Hi ${name}\n"})],
    "files": [
        Step(
            b(
                'file("a.txt")',
                'filesha256("a.txt")',
                'fileexists("nope")',
                'fileset(path.module, "*.txt")',
                'filebase64("a.txt")',
                'jsondecode(file("a.json"))',
                'yamldecode(file("a.yaml"))',
                'csvdecode(file("a.csv"))',
            ),
            {"a.txt": text, "a.json": '{"x": [1, null]}', "a.yaml": "x: [1, yes]\n", "a.csv": "k,v\n1,2\n"},
        )
        for text in ("one", "two")
    ],
    "file_that_is_not_there": [b('file("nope.txt")')],
    "paths_and_workspace": [
        b(
            "path.module",
            "path.root",
            "terraform.workspace",
            'basename(path.cwd) != ""',
            'terraform.workspace == "default" ? 1 : 2',
        )
    ],
    "terraform_applying": [output("o", "1") + "locals {\n  x = terraform.applying\n}\n"],
    "json_and_yaml": [
        b(
            'jsonencode({ b = [1, null, true], a = "<&>" })',
            'yamlencode({ b = [1, { c = "x" }], a = null })',
            'jsondecode("{\\"a\\": [1, 2.5]}").a[1]',
            'yamldecode("a: &x 1\\nb: *x\\n")',
        )
    ],
    "collections_of_every_kind": [
        b(
            "toset([3, 1, 2])",
            "tomap({ b = 1, a = 2 })",
            'tolist(["b", "a"])',
            "toset([[1], [2]])",
            "toset([{ a = 1 }])",
            'setproduct([1, 2], ["a"])',
            'zipmap(["k"], [{}])',
            "flatten([[1], [[2]]])",
        ),
        b(
            "toset([2, 3, 4])",
            "tomap({ a = 2, c = 3 })",
            'tolist(["a"])',
            "toset([[2], [3]])",
            "toset([{ a = 2 }])",
            'setproduct([1], ["a", "b"])',
            "zipmap([], [])",
            "flatten([])",
        ),
    ],
    "keys_of_every_kind": [b('{ "a b" = 1, (upper("c")) = 2, 3 = 4, "é" = 5, "" = 6, true = 7 }')],
    "for_with_grouping_and_conditions": [
        b(
            '{ for p in [["a", 1], ["b", 2], ["a", 3]] : p[0] => p[1]... }',
            "[for i, v in [5, 6, 7] : v * i if v != 6]",
            '{ for k, v in { x = 1, y = 2 } : upper(k) => v if k != "x" }',
            '[for s in toset(["b", "a"]) : s]',
        )
    ],
    "locals_in_any_order": [
        "locals {\n  c = local.b + 1\n  a = 1\n}\nlocals {\n  b = local.a + 1\n}\n"
        + output("o", "[local.a, local.b, local.c]")
    ],
    "legacy_splat_and_index": [
        block("a", "count = 2\ninput = { x = [count.index] }")
        + output("o", "terraform_data.a.*.input.x")
        + output("p", "terraform_data.a.0.input")
    ],
    "whole_objects_compared": [
        block("a", "input = 1")
        + block("c", "input = 1")
        + output("o", "terraform_data.a.input == terraform_data.c.input")
        + output("p", "terraform_data.a == terraform_data.c")
    ],
    "expression_fails_when_applied": [
        block("a", f'input = "{text}"')
        + block("b", "input = jsondecode(terraform_data.a.output)")
        + block("c", "input = terraform_data.b.id")
        for text in ("[1]", "nope")
    ],
    "expression_fails_when_planned": [b("1 / 0", 'tonumber("x")', "[1][5]")],
}
