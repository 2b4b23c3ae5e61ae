"""`count` and `for_each`, on resources and modules: how instances come, go and are referred to as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from configs.steps import NOTHING, Step, Steps, block, in_module, lifecycle, module, output, variable

A = block("a", "input = 1")
INNER = in_module(variable("n", "default = 0") + block("r", "input = var.n") + output("n", "terraform_data.r.output"))
MAPS = in_module(
    variable("m", "type = map(object({ size = number, tags = optional(map(string), {}) }))")
    + block("r", "for_each = var.m\ninput = merge({ size = each.value.size }, each.value.tags)")
    + output("sizes", "{ for k, r in terraform_data.r : k => r.input.size }")
)


def counted(n: object, body: str = "input = count.index") -> str:
    return block("a", f"count = {n}\n{body}")


def keyed(keys: str, body: str = "input = each.value") -> str:
    return block("a", f"for_each = {keys}\n{body}")


CASES: Mapping[str, Steps] = {
    "count_of_zero": [counted(0), counted(0) + output("o", "length(terraform_data.a)"), counted(1)],
    "count_from_a_variable": [
        Step(variable("n", "type = number") + counted("var.n"), options=["-var=n=2"]),
        Step(variable("n", "type = number") + counted("var.n"), options=["-var=n=3"]),
    ],
    "count_as_a_switch": [counted(f'"{text}" == "on" ? 1 : 0') for text in ("on", "off", "on")],
    "count_of_text": [counted('"2"')],
    "count_from_a_length": [
        'locals {\n  names = ["x", "y", "z"]\n}\n' + counted("length(local.names)", "input = local.names[count.index]"),
        'locals {\n  names = ["x", "z"]\n}\n' + counted("length(local.names)", "input = local.names[count.index]"),
    ],
    "count_of_a_counted_resource": [
        counted(n) + block("b", "count = length(terraform_data.a)\ninput = terraform_data.a[count.index].input")
        for n in (2, 3)
    ],
    "count_is_negative": [counted(-1)],
    "count_is_a_fraction": [counted(1.5)],
    "count_is_null": [counted("null")],
    "count_is_unknown": [A + block("b", "count = terraform_data.a.output")],
    "count_is_sensitive": [counted("sensitive(2)")],
    "count_is_no_number": [counted('"many"')],
    "count_known_once_applied": [A, A + block("b", "count = terraform_data.a.output")],
    "count_to_one_object_and_back": [
        counted(1),
        block("a", "input = 0"),
        counted(1),
        counted(2),
        block("a", "input = 0"),
    ],
    "one_object_to_for_each": [A, keyed("{ x = 1 }"), A],
    "for_each_to_count": [keyed("{ x = 1, y = 2 }"), counted(2), keyed('{ "0" = 0, "1" = 1 }')],
    "for_each_of_an_empty_map": [keyed("{}"), keyed("{ a = 1 }"), keyed("{}")],
    "for_each_of_an_object_of_objects": [
        keyed('{ web = { port = 80 }, db = { port = 5432, name = "pg" } }', "input = each.value"),
        keyed("{ web = { port = 81 }, cache = {} }", "input = try(each.value.port, 0)"),
    ],
    "for_each_of_values_to_be_known": [A + keyed("{ x = terraform_data.a.id, y = 2 }")],
    "for_each_of_a_conditional": [keyed(f'"{on}" == "yes" ? {{ x = 1 }} : {{}}') for on in ("yes", "no")],
    "for_each_of_a_for": [
        keyed('{ for i, n in ["p", "q"] : n => i }'),
        keyed('{ for i, n in ["q", "p", "r"] : n => i if n != "p" }'),
    ],
    "for_each_of_keys": [keyed("toset(keys({ b = 1, a = 2 }))", "input = each.key == each.value")],
    "for_each_of_numbers_as_text": [keyed("toset([for n in [1, 2] : tostring(n)])")],
    "for_each_of_a_list": [keyed('["a", "b"]')],
    "for_each_of_a_set_of_numbers": [keyed("toset([1, 2])")],
    "for_each_of_a_null": [keyed("null")],
    "for_each_of_a_set_with_null": [keyed('toset(["a", null])')],
    "for_each_is_unknown": [A + keyed("toset([terraform_data.a.id])")],
    "for_each_is_sensitive": [keyed('sensitive({ x = "y" })')],
    "for_each_keys_of_secrets": [keyed('nonsensitive(toset(["k"]))')],
    "for_each_of_text": [keyed('"abc"')],
    "keys_that_need_escapes": [keyed('toset(["a\\"b", "c d", "é", "x.y", "$${z}", "[0]"])')],
    "keys_that_look_alike": [keyed('toset(["1", "01", "a", "A"])')],
    "for_each_chain": [
        keyed(keys)
        + block("b", "for_each = terraform_data.a\ninput = { from = each.value.id, key = each.key }")
        + block("c", "for_each = terraform_data.b\ninput = each.value.input.key")
        for keys in ("{ x = 1, y = 2 }", "{ y = 3, z = 4 }")
    ],
    "whole_counted_resource": [
        counted(n) + block("b", "input = terraform_data.a") + output("all", "terraform_data.a[*].input") for n in (1, 2)
    ],
    "whole_keyed_resource": [
        keyed(keys)
        + output("all", "{ for k, r in terraform_data.a : k => r.output }")
        + output("v", "values(terraform_data.a)[*].input")
        for keys in ("{ x = 1 }", "{ x = 2, y = 3 }")
    ],
    "splat_of_a_single_object": [
        A + output("s", "terraform_data.a[*].input") + output("l", "length(terraform_data.a[*])")
    ],
    "one_of_a_splat": [counted(n) + output("o", "one(terraform_data.a[*].input)") for n in (1, 0)],
    "splat_in_an_input": [counted(2) + block("b", 'input = join(",", terraform_data.a[*].id)')],
    "index_out_of_range": [counted(1) + output("o", "terraform_data.a[1].input")],
    "key_that_is_not_there": [keyed("{ x = 1 }") + output("o", 'terraform_data.a["y"].input')],
    "attribute_of_a_counted_resource": [counted(1) + output("o", "terraform_data.a.input")],
    "index_by_arithmetic": [counted(3) + block("b", "count = 2\ninput = terraform_data.a[count.index + 1].output")],
    "index_by_an_expression": [
        "locals {\n  at = { first = 0 }\n}\n" + counted(2) + output("o", 'terraform_data.a[local.at["first"]].input')
    ],
    "triggers_in_each_instance": [counted(3, f"triggers_replace = count.index == 1 ? {n} : 0") for n in (1, 2)],
    "each_instance_with_its_own_type": [keyed("{ x = 1, y = [1], z = { a = 1 } }")],
    "replace_triggered_by_each_key": [
        keyed(keys)
        + block(
            "b",
            "for_each = { x = 0, y = 0 }\n" + lifecycle("replace_triggered_by = [terraform_data.a[each.key].input]"),
        )
        for keys in ("{ x = 1, y = 2 }", "{ x = 1, y = 3 }")
    ],
    "create_before_destroy_when_counted": [
        counted(2, f"triggers_replace = {n}\n" + lifecycle("create_before_destroy = true")) for n in (1, 2)
    ],
    # modules
    "module_count_of_zero": [Step(module("m", f"count = {n}"), INNER) for n in (0, 1, 0)],
    "module_count_is_added_and_removed": [
        Step(module("m", "n = 1"), INNER),
        Step(module("m", "count = 1\nn = 1"), INNER),
        Step(module("m", "n = 1"), INNER),
    ],
    "module_count_to_for_each": [
        Step(module("m", "count = 1\nn = 1"), INNER),
        Step(module("m", "for_each = { x = 1 }\nn = each.value"), INNER),
    ],
    "module_for_each_changes_keys": [
        Step(module("m", f"for_each = {keys}\nn = each.value"), INNER)
        for keys in ("{ x = 1, y = 2 }", "{ y = 2, z = 3 }")
    ],
    "module_for_each_of_modules": [
        Step(
            module("m", "for_each = { x = 1, y = 2 }\nn = each.value")
            + module("k", "for_each = module.m\nn = each.value.n"),
            INNER,
        )
    ],
    "module_with_a_map_of_objects": [
        Step(module("m", f"m = {m}") + output("sizes", "module.m.sizes"), MAPS)
        for m in ('{ a = { size = 1 }, b = { size = 2, tags = { t = "x" } } }', "{ b = { size = 3 } }")
    ],
    "module_counted_with_a_map": [
        Step(module("m", f'count = {n}\nm = {{ for i in range(count.index + 1) : "k${{i}}" => {{ size = i }} }}'), MAPS)
        for n in (2, 1)
    ],
    "module_counted_inside_a_keyed_one": [
        Step(
            module("o", 'for_each = toset(["x", "y"])\nn = each.key', "./o"),
            {**INNER, "o/main.tf": variable("n") + module("m", 'count = 2\nn = "${var.n}${count.index}"', "../m")},
        ),
        Step(
            module("o", 'for_each = toset(["y"])\nn = each.key', "./o"),
            {**INNER, "o/main.tf": variable("n") + module("m", 'count = 1\nn = "${var.n}${count.index}"', "../m")},
        ),
    ],
    "module_count_is_unknown": [Step(A + module("m", "count = terraform_data.a.output"), INNER)],
    "module_for_each_is_unknown": [Step(A + module("m", "for_each = toset([terraform_data.a.id])"), INNER)],
    "module_for_each_is_sensitive": [Step(module("m", 'for_each = sensitive(toset(["a"]))'), INNER)],
    "splat_of_modules": [
        Step(module("m", f"count = {n}\nn = count.index") + output("o", "module.m[*].n"), INNER) for n in (2, 3)
    ],
    "whole_module_in_an_input": [Step(module("m", "n = 4") + block("b", "input = module.m"), INNER), NOTHING],
    "module_instance_that_is_not_there": [Step(module("m", "count = 1") + output("o", "module.m[1].n"), INNER)],
}
