"""`moved`, `import`, `removed` and `check` blocks: what becomes of objects apart from what they are to be."""

from __future__ import annotations

from collections.abc import Mapping

from configs.steps import NOTHING, Step, Steps, block, condition, in_module, module, output, variable

A = block("a", "input = 1")
B = block("b", "input = 1")
INNER = in_module(variable("n", "default = 0") + block("r", "input = var.n") + output("id", "terraform_data.r.id"))
ID = "11111111-2222-3333-4444-555555555555"


def moved(source: str, target: str) -> str:
    return f"moved {{\n  from = {source}\n  to   = {target}\n}}\n"


def data_moved(source: str, target: str) -> str:
    """A move of a `terraform_data` to another name or key."""
    return moved(f"terraform_data.{source}", f"terraform_data.{target}")


def imported(target: str, id: str, more: str = "") -> str:
    return f"import {{\n{more}  to = {target}\n  id = {id}\n}}\n"


def removed(source: str, destroy: str = "") -> str:
    life = f"  lifecycle {{\n    destroy = {destroy}\n  }}\n" if destroy else ""
    return f"removed {{\n  from = {source}\n{life}}}\n"


def check(name: str, *asserts: str) -> str:
    return f'check "{name}" {{\n{"".join(asserts)}}}\n'


def assertion(test: str, message: str = '"No."') -> str:
    return condition("assert", test, message)


CASES: Mapping[str, Steps] = {
    # moved
    "moved_to_another_name": [A, B + data_moved("a", "b"), B],
    "moved_and_changed": [A, block("b", "input = 2") + data_moved("a", "b")],
    "moved_and_replaced": [
        block("a", "triggers_replace = 1"),
        block("b", "triggers_replace = 2") + data_moved("a", "b"),
    ],
    "moved_in_a_chain": [A, block("c", "input = 1") + data_moved("a", "b") + data_moved("b", "c")],
    "moved_in_steps": [
        A,
        B + data_moved("a", "b"),
        block("c", "input = 1") + data_moved("a", "b") + data_moved("b", "c"),
    ],
    "moved_when_nothing_is_there": [B + data_moved("a", "b"), B + data_moved("a", "b")],
    "moved_where_something_is_already": [A + B, B + data_moved("a", "b")],
    "moved_while_both_are_configured": [A, A + B + data_moved("a", "b")],
    "moved_by_two_to_one_place": [A + B, block("c", "input = 1") + data_moved("a", "c") + data_moved("b", "c")],
    "moved_to_two_places": [A, B + block("c") + data_moved("a", "b") + data_moved("a", "c")],
    "moved_to_itself": [A, A + data_moved("a", "a")],
    "moved_in_a_circle": [A, A + data_moved("a", "b") + data_moved("b", "a")],
    "moved_and_no_longer_configured": [A, data_moved("a", "b") + NOTHING],
    "moved_to_an_instance": [A, block("a", "count = 2\ninput = 1") + data_moved("a", "a[1]")],
    "moved_to_a_key": [A, block("b", 'for_each = toset(["x", "y"])\ninput = 1') + data_moved("a", 'b["x"]')],
    "moved_from_an_instance": [block("a", "count = 2\ninput = 1"), A + data_moved("a[1]", "a")],
    "moved_from_count_to_for_each": [
        block("a", "count = 3\ninput = count.index"),
        block("a", "for_each = { x = 0, y = 1 }\ninput = each.value")
        + data_moved("a[0]", 'a["x"]')
        + data_moved("a[1]", 'a["y"]'),
    ],
    "moved_with_all_its_instances": [
        block("a", "count = 2\ninput = count.index"),
        block("b", "count = 3\ninput = count.index") + data_moved("a", "b"),
    ],
    "moved_two_keys_for_each_other": [
        block("a", "for_each = { x = 1, y = 2 }\ninput = each.value"),
        block("a", "for_each = { p = 1, q = 2 }\ninput = each.value")
        + data_moved('a["x"]', 'a["p"]')
        + data_moved('a["y"]', 'a["q"]'),
    ],
    "moved_into_a_module": [
        block("r", "input = 0"),
        Step(module("m") + moved("terraform_data.r", "module.m.terraform_data.r"), INNER),
    ],
    "moved_out_of_a_module": [
        Step(module("m"), INNER),
        block("r", "input = 0") + moved("module.m.terraform_data.r", "terraform_data.r"),
    ],
    "moved_into_a_keyed_module": [
        block("r", "input = 0"),
        Step(
            module("m", 'for_each = toset(["x"])') + moved("terraform_data.r", 'module.m["x"].terraform_data.r'), INNER
        ),
    ],
    "moved_from_module_to_module": [
        Step(module("m"), INNER),
        Step(module("k") + moved("module.m.terraform_data.r", "module.k.terraform_data.r"), INNER),
    ],
    "module_is_renamed": [
        Step(module("m", "n = 1"), INNER),
        Step(module("k", "n = 1") + moved("module.m", "module.k"), INNER),
    ],
    "module_is_renamed_and_changed": [
        Step(module("m", "n = 1"), INNER),
        Step(module("k", "n = 2") + moved("module.m", "module.k"), INNER),
    ],
    "module_is_moved_to_a_key": [
        Step(module("m"), INNER),
        Step(module("m", 'for_each = toset(["x", "y"])') + moved("module.m", 'module.m["x"]'), INNER),
    ],
    "module_is_moved_from_an_instance": [
        Step(module("m", "count = 2"), INNER),
        Step(module("m") + moved("module.m[1]", "module.m"), INNER),
    ],
    "module_is_moved_with_all_its_instances": [
        Step(module("m", "count = 2\nn = count.index"), INNER),
        Step(module("k", "count = 2\nn = count.index") + moved("module.m", "module.k"), INNER),
    ],
    "moved_inside_a_module": [
        Step(module("m", "count = 2"), INNER),
        Step(module("m", "count = 2"), in_module(block("s", "input = 0") + data_moved("r", "s"))),
    ],
    "module_is_renamed_and_moved_inside": [
        Step(module("m"), INNER),
        Step(module("k") + moved("module.m", "module.k"), in_module(block("s", "input = 0") + data_moved("r", "s"))),
    ],
    "moved_into_a_nested_module": [
        Step(module("m"), INNER),
        Step(
            module("o", "", "./o") + moved("module.m", "module.o.module.m"),
            {**INNER, "o/main.tf": module("m", "", "../m")},
        ),
    ],
    "moved_with_dependents": [
        A + block("c", "input = terraform_data.a.id"),
        B + block("c", "input = terraform_data.b.id") + data_moved("a", "b"),
    ],
    "moved_under_a_target": [
        A + block("c"),
        Step(B + block("c", "input = 1") + data_moved("a", "b"), options=["-target=terraform_data.c"]),
    ],
    "moved_and_refreshed_only": [A, Step(B + data_moved("a", "b"), options=["-refresh-only"])],
    "moved_and_destroyed": [A, Step(B + data_moved("a", "b"), options=["-destroy"])],
    "moved_and_replaced_by_request": [A, Step(B + data_moved("a", "b"), options=["-replace=terraform_data.b"])],
    "moved_from_a_resource_to_a_module": [A, A + moved("terraform_data.a", "module.m")],
    "moved_to_what_is_not_a_resource": [A, B + moved("terraform_data.a", "local.b")],
    # import
    "imported": [
        block("a") + imported("terraform_data.a", f'"{ID}"'),
        block("a") + imported("terraform_data.a", f'"{ID}"'),
        block("a"),
    ],
    "imported_and_changed": [A + imported("terraform_data.a", f'"{ID}"')],
    "imported_and_replaced": [block("a", "triggers_replace = 1") + imported("terraform_data.a", f'"{ID}"')],
    "imported_where_something_is_already": [A, A + imported("terraform_data.a", f'"{ID}"')],
    "imported_with_an_expression": [
        variable("id", f'default = "{ID}"')
        + 'locals {\n  text = "x-y"\n}\n'
        + block("a")
        + imported("terraform_data.a", '"${local.text}-${var.id}"')
    ],
    "imported_with_any_text": [block("a") + imported("terraform_data.a", '"not an id"')],
    "imported_with_an_empty_id": [block("a") + imported("terraform_data.a", '""')],
    "imported_with_a_null_id": [
        variable("id", "default = null\ntype = string") + block("a") + imported("terraform_data.a", "var.id")
    ],
    "imported_with_an_unknown_id": [A + block("b") + imported("terraform_data.b", "terraform_data.a.id")],
    "imported_with_a_secret_id": [
        variable("id", 'default = "x"\nsensitive = true') + block("a") + imported("terraform_data.a", "var.id")
    ],
    "imported_with_a_number": [block("a") + imported("terraform_data.a", "5")],
    "imported_for_each": [
        'locals {\n  ids = { x = "id-x", y = "id-y" }\n}\n'
        + block("a", "for_each = local.ids")
        + imported("terraform_data.a[each.key]", "each.value", "  for_each = local.ids\n")
    ],
    "imported_for_each_of_a_set": [
        block("a", 'for_each = toset(["x", "y", "z"])')
        + imported("terraform_data.a[each.key]", '"id-${each.key}"', '  for_each = toset(["x", "y"])\n')
    ],
    "imported_for_an_instance": [block("a", "count = 2") + imported("terraform_data.a[1]", '"i"')],
    "imported_for_what_is_not_an_instance": [block("a", "count = 2") + imported("terraform_data.a[5]", '"i"')],
    "imported_for_what_is_not_configured": [imported("terraform_data.a", '"i"') + NOTHING],
    "imported_into_a_module": [Step(module("m") + imported("module.m.terraform_data.r", '"i"'), INNER)],
    "imported_into_a_keyed_module": [
        Step(module("m", 'for_each = toset(["x", "y"])') + imported('module.m["y"].terraform_data.r', '"i"'), INNER)
    ],
    "imported_twice_to_one_place": [
        block("a") + imported("terraform_data.a", '"i"') + imported("terraform_data.a", '"j"')
    ],
    "imported_with_dependents": [
        block("a", "input = 1") + imported("terraform_data.a", '"i"') + block("b", "input = terraform_data.a.id")
    ],
    # removed
    "removed_and_destroyed": [A + B, B + removed("terraform_data.a", "true"), B],
    "removed_and_destroyed_by_default": [A, removed("terraform_data.a") + NOTHING],
    "removed_and_forgotten": [A + B, B + removed("terraform_data.a", "false"), B],
    "removed_instances_are_forgotten": [block("a", "count = 2"), removed("terraform_data.a", "false") + NOTHING],
    "removed_of_an_instance": [block("a", "count = 2"), removed("terraform_data.a[0]", "false") + NOTHING],
    "removed_while_still_configured": [A, A + removed("terraform_data.a", "false")],
    "removed_when_nothing_is_there": [removed("terraform_data.a", "false") + NOTHING],
    "removed_module_is_forgotten": [Step(module("m") + A, INNER), A + removed("module.m", "false")],
    "removed_module_is_destroyed": [Step(module("m", "count = 2"), INNER), removed("module.m", "true") + NOTHING],
    "removed_from_a_module": [
        Step(module("m") + A, INNER),
        Step(module("m") + removed("module.m.terraform_data.r", "false"), in_module(variable("n", "default = 0"))),
    ],
    "removed_inside_a_module": [
        Step(module("m"), INNER),
        Step(module("m"), in_module(variable("n", "default = 0") + removed("terraform_data.r", "false"))),
    ],
    "removed_module_while_still_called": [
        Step(module("m"), INNER),
        Step(module("m") + removed("module.m", "false"), INNER),
    ],
    "removed_and_forgotten_with_dependents": [
        A + block("b", "input = terraform_data.a.id"),
        removed("terraform_data.a", "false") + removed("terraform_data.b", "true"),
    ],
    "removed_in_a_destroy": [A + B, Step(B + removed("terraform_data.a", "false"), options=["-destroy"])],
    "removed_after_a_move": [A, data_moved("a", "b") + removed("terraform_data.b", "false")],
    "removed_where_destroy_is_no_constant": [
        A,
        removed("terraform_data.a", "var.x") + variable("x", "default = false"),
    ],
    # check
    "check_holds": [A + check("c", assertion("terraform_data.a.input == 1"))] * 2,
    "check_fails": [A + check("c", assertion("terraform_data.a.input == 2", '"It is ${terraform_data.a.input}."'))] * 2,
    "check_known_when_applied": [
        block("a", f"input = {n}")
        + check("c", assertion("terraform_data.a.output == 1", '"It is ${terraform_data.a.output}."'))
        for n in (1, 2)
    ],
    "check_of_several_assertions": [
        variable("v", "default = 5")
        + check("c", assertion("var.v > 0"), assertion("var.v > 6", '"Small."'), assertion("var.v > 7", '"Smaller."'))
    ],
    "check_several": [
        variable("v", "default = 5")
        + check("c", assertion("var.v > 6", '"c"'))
        + check("d", assertion("var.v > 0"))
        + check("e", assertion("var.v > 9", '"e"'))
    ],
    "check_cannot_be_evaluated": [variable("v", "default = {}") + check("c", assertion("var.v.nope == 1"))],
    "check_is_null": [variable("v", "default = null") + check("c", assertion("var.v"))],
    "check_in_a_module": [
        Step(
            module("m", f"count = {n}\nn = count.index"),
            in_module(variable("n") + check("c", assertion("var.n < 1", '"n is ${var.n}."'))),
        )
        for n in (1, 2)
    ],
    "check_message_is_a_secret": [
        variable("v", "default = 5\nsensitive = true") + check("c", assertion("var.v > 6", '"v is ${var.v}."'))
    ],
    "check_in_a_destroy": [
        A + check("c", assertion("terraform_data.a.input == 2")),
        Step(A + check("c", assertion("terraform_data.a.input == 2")), options=["-destroy"]),
    ],
    "check_refreshed_only": [
        A,
        Step(A + check("c", assertion("terraform_data.a.input == 2")), options=["-refresh-only"]),
    ],
    "check_under_a_target": [
        Step(A + B + check("c", assertion("terraform_data.b.input == 2")), options=["-target=terraform_data.a"])
    ],
    "check_without_assertions": [A + check("c")],
    "check_is_removed": [A + check("c", assertion("terraform_data.a.input == 2")), A],
}
