"""Variables, their types, files with values, validation; configuration in JSON; output values; options."""

from __future__ import annotations

import json
from collections.abc import Mapping

from configs.steps import NOTHING, Step, Steps, block, condition, in_module, module, output, variable

A = block("a", "input = 1")
V = block("a", "input = var.v")


def v(body: str = "") -> str:
    return variable("v", body) + V


def given(text: str, *values: str, **files: str) -> Step:
    """A step with `-var` options and files (`_` for a dot)."""
    return Step(
        text, {name.replace("_", "."): content for name, content in files.items()}, [f"-var=v={x}" for x in values]
    )


def tf_json(data: object) -> Step:
    return Step("", {"main.tf.json": json.dumps(data, indent=2)})


SERVER = """type = object({
  name  = string
  size  = optional(number, 2)
  tags  = optional(map(string), {})
  disks = optional(list(object({ gb = number, kind = optional(string, "ssd") })), [{ gb = 10 }])
  note  = optional(string)
})"""

RESOURCE = {"terraform_data": {"a": {"input": "x"}}}

CASES: Mapping[str, Steps] = {
    "optional_attributes": [
        v(SERVER + f"\ndefault = {default}")
        for default in (
            '{ name = "n" }',
            '{ name = "n", size = null, tags = { a = 1 }, disks = [{ gb = "5", kind = "hdd" }, { gb = 6 }], note = 1 }',
            "{ name = 5, disks = [], extra = 1 }",
        )
    ],
    "optional_attributes_in_maps": [
        v(
            'type = map(object({ a = optional(string, "d"), b = optional(object({ c = optional(number, 1) }), {}) }))\n'
            + f"default = {d}"
        )
        for d in ("{ x = {}, y = { a = null, b = { c = 2 } } }", '{ x = { b = null }, z = { a = "e" } }')
    ],
    "optional_attributes_are_missing": [v("type = object({ a = string })\ndefault = {}")],
    "variable_of_every_type": [
        given(v(f"type = {ty}"), text)
        for ty, text in (
            ("string", "plain text"),
            ("number", "1.50"),
            ("bool", "true"),
            ("list(string)", '["a", 1]'),
            ("set(number)", "[2, 1, 2]"),
            ("map(bool)", '{ a = "true" }'),
            ("tuple([string, number])", '[1, "2"]'),
            ("object({ a = any })", "{ a = [1] }"),
            ("any", '{ a = [1, "x"] }'),
            ("list(any)", '[1, "x"]'),
        )
    ],
    "variable_without_a_type": [given(v(), "[1]"), given(v(), "text"), given(v("default = 1"), "2")],
    "variable_of_a_wrong_type": [
        given(v("type = number"), "x"),
        given(v("type = list(number)"), '["x"]'),
        given(v("type = object({ a = number })"), "{}"),
    ],
    "variable_that_is_not_set": [v()],
    "variable_that_is_not_declared": [Step(A, options=["-var=nope=1"])],
    "variable_set_twice": [given(v("default = 0"), "1", "2")],
    "variable_is_null": [given(v("default = 1"), "null"), given(v("type = string\ndefault = null"))],
    "variable_not_nullable": [
        given(v("type = number\ndefault = 1\nnullable = false"), "null"),
        v("default = [1]\nnullable = false"),
    ],
    "variable_not_nullable_with_null_default": [v("default = null\nnullable = false")],
    "variable_not_nullable_without_default": [given(v("type = string\nnullable = false"), "null")],
    "variable_default_is_converted": [
        v('type = number\ndefault = "5"'),
        v("type = list(string)\ndefault = [1, true]"),
        v("type = string\ndefault = 1.0"),
    ],
    "variable_default_of_a_wrong_type": [v("type = number\ndefault = []")],
    "variable_is_sensitive": [
        given(v("type = object({ a = string })\nsensitive = true"), '{ a = "x" }'),
        given(v("type = object({ a = string })"), '{ a = "x" }'),
    ],
    "validation_holds_and_fails": [
        given(v("type = string\n" + condition("validation", 'can(regex("^[a-z]+$", var.v))', '"Not ${var.v}."')), text)
        for text in ("abc", "ABC")
    ],
    "validation_of_several_conditions": [
        given(
            v(
                "type = number\n"
                + condition("validation", "var.v > 0", '"Positive."')
                + condition("validation", "var.v < 10", '"Small."')
                + condition("validation", "var.v != 20", '"Not twenty."')
            ),
            text,
        )
        for text in ("5", "20", "-1")
    ],
    "validation_of_a_secret": [
        given(
            v("type = string\nsensitive = true\n" + condition("validation", "length(var.v) > 3", '"Too short."')), text
        )
        for text in ("long enough", "x")
    ],
    "validation_cannot_be_evaluated": [given(v("type = any\n" + condition("validation", "var.v.x == 1")), "{}")],
    "validation_of_another_variable": [
        Step(
            variable("w", "default = 3")
            + v("type = number\n" + condition("validation", "var.v < var.w", '"${var.v} is not less than ${var.w}."')),
            options=[f"-var=v={n}"],
        )
        for n in (2, 4)
    ],
    "values_of_files": [
        given(v(), terraform_tfvars="v = 1\n"),
        given(v(), terraform_tfvars="v = 1\n", x_auto_tfvars="v = 2\n"),
        given(v(), a_auto_tfvars="v = 2\n", b_auto_tfvars="v = 3\n"),
        given(v(), terraform_tfvars="v = 1\n", terraform_tfvars_json='{"v": {"json": [1, null]}}'),
        given(v(), "5", terraform_tfvars="v = 1\n", b_auto_tfvars_json='{"v": "$${x}"}'),
        Step(v(), {"more.tfvars": "v = [\n  1,\n  2,\n]\n", "terraform.tfvars": "v = 9\n"}, ["-var-file=more.tfvars"]),
        Step(v(), {"more.tfvars": "v = 1\n"}, ["-var=v=2", "-var-file=more.tfvars"]),
        Step(v(), {"more.tfvars": "v = 1\n"}, ["-var-file=more.tfvars", "-var=v=2"]),
    ],
    "file_of_values_names_what_is_not_declared": [given(v(), terraform_tfvars="v = 1\nw = 2\n")],
    "file_of_values_calls_a_function": [given(v(), terraform_tfvars='v = upper("a")\n')],
    # JSON
    "json_configuration": [
        tf_json(
            {
                "//": "a comment",
                "resource": {
                    "terraform_data": {"a": {"//": "why", "input": "x"}, "b": {"input": {"k": [1, None, True]}}}
                },
            }
        ),
        tf_json({"resource": RESOURCE, "output": {"o": {"value": "${terraform_data.a.input}!"}}}),
    ],
    "json_expressions": [
        tf_json(
            {
                "variable": {"n": {"type": "number", "default": 2}},
                "locals": {"l": ["${var.n}", "n is ${var.n}", "$${no}"], "m": {'${upper("k")}': 1}},
                "resource": {"terraform_data": {"a": {"count": "${var.n}", "input": "${local.l[count.index]}"}}},
                "output": {"all": {"value": "${terraform_data.a[*].input}"}, "m": {"value": "${local.m}"}},
            }
        )
    ],
    "json_blocks": [
        tf_json(
            {
                "resource": {
                    "terraform_data": {
                        "a": {
                            "for_each": {"x": 1, "y": 2},
                            "input": "${each.value}",
                            "lifecycle": {
                                "create_before_destroy": True,
                                "ignore_changes": ["triggers_replace"],
                                "precondition": [{"condition": "${each.value > 0}", "error_message": "No."}],
                            },
                        },
                        "b": [{"depends_on": ["terraform_data.a"], "input": "%{ if true }yes%{ endif }"}],
                    }
                }
            }
        )
    ],
    "json_modules": [
        Step(
            "",
            {
                "main.tf.json": json.dumps(
                    {
                        "module": {"m": {"source": "./m", "v": ["${1 + 1}", "x"]}},
                        "output": {"o": {"value": "${module.m.v}"}},
                    }
                ),
                "m/main.tf.json": json.dumps(
                    {"variable": {"v": {}}, "output": {"v": {"value": "${var.v}", "sensitive": False}}}
                ),
            },
        )
    ],
    "json_beside_native": [
        Step('locals {\n  x = "native"\n}\n', {"more.tf.json": json.dumps({"output": {"o": {"value": "${local.x}"}}})}),
    ],
    "json_of_several_blocks": [
        tf_json(
            [
                {"locals": {"a": 1}},
                {"locals": [{"b": 2}, {"c": "${local.a + local.b}"}]},
                {"output": {"o": {"value": "${local.c}"}}},
            ]
        )
    ],
    "json_conditions_of_variables": [
        tf_json(
            {
                "variable": {
                    "v": {"default": n, "validation": {"condition": "${var.v < 2}", "error_message": "v is ${var.v}."}}
                },
                "output": {"o": {"value": "${var.v}"}},
            }
        )
        for n in (1, 2)
    ],
    # outputs
    "output_alone_changes": [A + output("o", f"{n}") for n in (1, 2)],
    "output_of_locals": [
        "locals {\n  x = { a = [1, 2], b = null }\n}\n" + output("o", "local.x.a[1]") + output("p", "local.x")
    ],
    "outputs_added_and_removed": [output("x", "1") + output("y", "2"), output("y", "2") + output("z", "3"), NOTHING],
    "output_unknown_then_equal": [
        A + output("o", "terraform_data.a.output"),
        A + output("o", "terraform_data.a.output"),
        block("a", "input = 2") + output("o", "terraform_data.a.output"),
    ],
    "output_partly_unknown": [A + output("o", "{ id = terraform_data.a.id, n = 1, l = [terraform_data.a.output] }")],
    "output_depends_on": [A + output("o", "1", "depends_on = [terraform_data.a]\n")],
    "output_sensitivity_changes": [
        output("o", "1"),
        output("o", "1", "sensitive = true\n"),
        output("o", "2", "sensitive = true\n"),
        output("o", "2"),
    ],
    "output_of_large_values": [output("o", '{ for i in range(20) : "k${i}" => range(i) }')],
    # options
    "target_of_an_instance": [
        Step(block("a", "count = 3"), options=["-target=terraform_data.a[1]"]),
        block("a", "count = 3"),
    ],
    "target_of_a_key": [Step(block("a", 'for_each = toset(["x", "y"])'), options=['-target=terraform_data.a["y"]'])],
    "target_of_a_module": [
        Step(module("m") + module("k"), in_module(block("r")), ["-target=module.m"]),
        Step(module("m") + module("k"), in_module(block("r", "input = 1")), ["-target=module.k.terraform_data.r"]),
    ],
    "target_with_dependencies": [
        Step(
            A
            + block("b", "input = terraform_data.a.id")
            + block("c", "input = terraform_data.b.id")
            + output("o", "terraform_data.c.id"),
            options=["-target=terraform_data.b"],
        )
    ],
    "target_several": [
        Step(A + block("b") + block("c"), options=["-target=terraform_data.a", "-target=terraform_data.c"])
    ],
    "target_of_what_is_not_there": [Step(A, options=["-target=terraform_data.nope"])],
    "target_of_what_is_removed": [A + block("b"), Step(NOTHING, options=["-target=terraform_data.a"])],
    "target_with_outputs": [
        Step(A + output("o", "terraform_data.a.input") + output("p", "1"), options=["-target=terraform_data.a"])
    ],
    "target_of_a_module_output": [
        Step(
            module("m") + block("b", "input = module.m.x"),
            in_module(block("r") + output("x", "terraform_data.r.id")),
            ["-target=terraform_data.b"],
        )
    ],
    "replace_several": [
        block("a", "count = 2") + block("b", "input = terraform_data.a[0].id"),
        Step(
            block("a", "count = 2") + block("b", "input = terraform_data.a[0].id"),
            options=["-replace=terraform_data.a[0]", "-replace=terraform_data.b"],
        ),
    ],
    "replace_what_also_changes": [
        block("a", "input = 1"),
        Step(block("a", "input = 2"), options=["-replace=terraform_data.a"]),
    ],
    "replace_what_is_created": [Step(A, options=["-replace=terraform_data.a"])],
    "replace_in_a_module": [
        Step(module("m"), in_module(block("r", "input = 1"))),
        Step(module("m"), in_module(block("r", "input = 1")), ["-replace=module.m.terraform_data.r"]),
    ],
    "replace_what_is_created_first": [
        block("a", "lifecycle {\n  create_before_destroy = true\n}"),
        Step(block("a", "lifecycle {\n  create_before_destroy = true\n}"), options=["-replace=terraform_data.a"]),
    ],
    "destroy_with_modules_and_outputs": [
        Step(
            module("m") + A + output("o", "module.m.x"),
            in_module(block("r", "count = 2") + output("x", "terraform_data.r[*].id")),
        ),
        Step(
            module("m") + A + output("o", "module.m.x"),
            in_module(block("r", "count = 2") + output("x", "terraform_data.r[*].id")),
            ["-destroy"],
        ),
    ],
    "destroy_of_nothing": [Step(A, options=["-destroy"])],
    "destroy_with_prevent_destroy": [
        block("a", "lifecycle {\n  prevent_destroy = true\n}") + block("b"),
        Step(block("a", "lifecycle {\n  prevent_destroy = true\n}") + block("b"), options=["-destroy"]),
    ],
    "destroy_of_a_target_with_dependents": [
        A + block("b", "input = terraform_data.a.id") + block("c"),
        Step(
            A + block("b", "input = terraform_data.a.id") + block("c"), options=["-destroy", "-target=terraform_data.a"]
        ),
    ],
    "refresh_only_with_changes_waiting": [
        A,
        Step(block("a", "input = 2") + block("b"), options=["-refresh-only"]),
        Step(A + output("o", "terraform_data.a.output"), options=["-refresh-only"]),
    ],
    "without_refresh": [A, Step(block("a", "input = 2"), options=["-refresh=false"])],
}
