"""`lifecycle` blocks, conditions, dependencies and what replaces an object."""

from __future__ import annotations

from collections.abc import Mapping

from configs.steps import NOTHING, Steps, block, condition, lifecycle, output, variable

A = block("a", "input = 1")


def a(body: str, life: str = "") -> str:
    return block("a", body + ("\n" + lifecycle(life) if life else ""))


def after(number: object) -> str:
    """A resource whose output is known after apply only."""
    return block("first", f"input = {number}")


CASES: Mapping[str, Steps] = {
    "triggers_of_every_type": [
        a(f"triggers_replace = {value}")
        for value in ("1", '"1"', "[1]", "tolist([1])", "toset([1])", "{ a = 1 }", "tomap({ a = 1 })", "null", "true")
    ],
    "triggers_of_equal_value": [a("triggers_replace = [1, 2]"), a("triggers_replace = concat([1], [2])")],
    "triggers_deep_inside": [a(f"triggers_replace = {{ l = [{{ x = {n}, y = 1 }}], z = 1 }}") for n in (1, 2)],
    "triggers_and_input_change": [a("input = 1\ntriggers_replace = 1"), a("input = 2\ntriggers_replace = 2")],
    "triggers_partly_unknown": [after(n) + a("triggers_replace = [terraform_data.first.output, 5]") for n in (1, 2, 2)],
    "triggers_of_a_secret": [
        a('triggers_replace = sensitive("x")'),
        a('triggers_replace = sensitive("y")'),
        a('triggers_replace = "y"'),
    ],
    "chain_of_replacements": [
        block("a", f"triggers_replace = {n}")
        + block("b", "triggers_replace = terraform_data.a.id")
        + block("c", "triggers_replace = terraform_data.b.id")
        + block("d", "input = terraform_data.c.id")
        for n in (1, 2)
    ],
    "prevent_destroy_of_a_replacement": [
        a("triggers_replace = 1", "prevent_destroy = true"),
        a("triggers_replace = 2", "prevent_destroy = true"),
        a("input = 1\ntriggers_replace = 1", "prevent_destroy = true"),
        a("input = 1\ntriggers_replace = 2"),
    ],
    "prevent_destroy_of_an_instance": [
        block("a", "count = 2\n" + lifecycle("prevent_destroy = true")),
        block("a", "count = 1\n" + lifecycle("prevent_destroy = true")),
        NOTHING,
    ],
    "prevent_destroy_is_no_constant": [a("", "prevent_destroy = 1 == 1")],
    "create_before_destroy_is_turned_on": [
        a("triggers_replace = 1"),
        a("triggers_replace = 2", "create_before_destroy = true"),
        a("triggers_replace = 3", "create_before_destroy = false"),
    ],
    "create_before_destroy_in_a_chain": [
        block("a", f"triggers_replace = {n}")
        + block("b", "triggers_replace = terraform_data.a.id")
        + block("c", "triggers_replace = terraform_data.b.id\n" + lifecycle("create_before_destroy = true"))
        for n in (1, 2)
    ],
    "create_before_destroy_of_a_dependency_only": [
        block("a", f"triggers_replace = {n}\n" + lifecycle("create_before_destroy = true"))
        + block("b", "triggers_replace = terraform_data.a.id")
        for n in (1, 2)
    ],
    "create_before_destroy_when_removed": [
        a("input = 1", "create_before_destroy = true") + block("b", "input = terraform_data.a.id"),
        NOTHING,
    ],
    "ignore_changes_of_a_trigger": [
        a("input = 1\ntriggers_replace = 1", "ignore_changes = [triggers_replace]"),
        a("input = 2\ntriggers_replace = 2", "ignore_changes = [triggers_replace]"),
        a("input = 2\ntriggers_replace = 2"),
    ],
    "ignore_changes_of_both": [
        a("input = 1\ntriggers_replace = 1", "ignore_changes = [input, triggers_replace]"),
        a("input = 2\ntriggers_replace = 2", "ignore_changes = [triggers_replace, input]"),
    ],
    "ignore_changes_of_a_key": [
        a("input = { x = 1, y = 1 }", 'ignore_changes = [input["x"]]'),
        a("input = { x = 2, y = 2 }", 'ignore_changes = [input["x"]]'),
        a("input = { y = 3 }", 'ignore_changes = [input["x"]]'),
    ],
    "ignore_changes_of_an_element": [
        a("input = [1, 2, 3]", "ignore_changes = [input[1]]"),
        a("input = [4, 5, 6]", "ignore_changes = [input[1]]"),
        a("input = [4]", "ignore_changes = [input[1]]"),
    ],
    "ignore_changes_deep_inside": [
        a("input = { l = [{ x = 1, y = 1 }] }", "ignore_changes = [input.l[0].x]"),
        a("input = { l = [{ x = 2, y = 2 }] }", "ignore_changes = [input.l[0].x]"),
    ],
    "ignore_changes_when_created": [a("input = 1", "ignore_changes = all"), a("input = 2", "ignore_changes = all")],
    "ignore_changes_of_what_is_unknown": [
        after(1) + a("input = 1", "ignore_changes = [input]"),
        after(2) + a("input = terraform_data.first.output", "ignore_changes = [input]"),
    ],
    "ignore_changes_taken_away": [
        a("input = 1", "ignore_changes = [input]"),
        a("input = 2", "ignore_changes = [input]"),
        a("input = 2"),
    ],
    "ignore_changes_of_what_is_removed": [
        a("input = 1", "ignore_changes = [input]"),
        a("", "ignore_changes = [input]"),
    ],
    "ignore_changes_of_no_attribute": [a("", "ignore_changes = [nothing]")],
    "ignore_all_with_a_requested_trigger": [
        A + block("b", "input = 1\n" + lifecycle("ignore_changes = all\nreplace_triggered_by = [terraform_data.a]")),
        block("a", "input = 2")
        + block("b", "input = 2\n" + lifecycle("ignore_changes = all\nreplace_triggered_by = [terraform_data.a]")),
    ],
    "replace_triggered_by_several": [
        block("a", f"input = {n}")
        + block("b", f"input = {m}")
        + block("c", lifecycle("replace_triggered_by = [terraform_data.a, terraform_data.b.input]"))
        for n, m in ((1, 1), (1, 2), (2, 2), (2, 2))
    ],
    "replace_triggered_by_output": [
        block("a", f"input = {n}") + block("b", lifecycle("replace_triggered_by = [terraform_data.a.output]"))
        for n in (1, 2)
    ],
    "replace_triggered_by_id": [
        block("a", f"input = {n}\ntriggers_replace = {t}")
        + block("b", lifecycle("replace_triggered_by = [terraform_data.a.id]"))
        for n, t in ((1, 1), (2, 1), (2, 2))
    ],
    "replace_triggered_by_an_element": [
        block("a", f"input = [1, {n}]\ntriggers_replace = 1")
        + block("b", lifecycle("replace_triggered_by = [terraform_data.a.input[1]]"))
        for n in (1, 2)
    ],
    "replace_triggered_by_a_chain": [
        block("a", f"input = {n}")
        + block("b", lifecycle("replace_triggered_by = [terraform_data.a]"))
        + block("c", lifecycle("replace_triggered_by = [terraform_data.b]"))
        for n in (1, 2)
    ],
    "replace_triggered_by_what_is_removed": [
        block("a", "count = 1\ninput = 1") + block("b", lifecycle("replace_triggered_by = [terraform_data.a]")),
        block("a", "count = 0\ninput = 1") + block("b", lifecycle("replace_triggered_by = [terraform_data.a]")),
    ],
    "replace_triggered_by_with_create_before_destroy": [
        block("a", f"input = {n}")
        + block("b", lifecycle("create_before_destroy = true\nreplace_triggered_by = [terraform_data.a]"))
        for n in (1, 2)
    ],
    "precondition_fails": [
        variable("v", f"default = {v}") + a("input = var.v", condition("precondition", "var.v > 1", '"v is ${var.v}."'))
        for v in (2, 1)
    ],
    "precondition_known_when_applied": [
        after(v)
        + a(
            "", condition("precondition", "terraform_data.first.output == 1", '"It is ${terraform_data.first.output}."')
        )
        for v in (1, 2)
    ],
    "precondition_on_each_instance": [
        block(
            "a",
            "count = 3\ninput = count.index\n"
            + lifecycle(condition("precondition", f"count.index < {n}", '"Too many: ${count.index}."')),
        )
        for n in (3, 1)
    ],
    "precondition_is_null": [variable("v", "default = null") + a("", condition("precondition", "var.v"))],
    "precondition_is_no_bool": [variable("v", 'default = "x"') + a("", condition("precondition", "var.v"))],
    "precondition_that_cannot_be_evaluated": [
        variable("v", "default = {}") + a("", condition("precondition", "var.v.nope == 1"))
    ],
    "postcondition_fails_when_planned": [
        a(f"input = {v}", condition("postcondition", "self.input == 1", '"It is ${self.input}."')) for v in (1, 2)
    ],
    "postcondition_fails_when_applied": [
        a(f"input = {v}", condition("postcondition", "self.output == 1", '"It is ${self.output}."'))
        + block("b", "input = terraform_data.a.id")
        for v in (1, 2, 1)
    ],
    "postcondition_on_each_key": [
        block(
            "a",
            "for_each = { x = 1, y = 2 }\ninput = each.value\n"
            + lifecycle(condition("postcondition", 'self.output < 3 && each.key != ""')),
        )
    ],
    "conditions_on_both_sides": [
        a(
            "input = 1",
            condition("precondition", "1 + length(path.module) > 0") + condition("postcondition", "self.input == 1"),
        )
    ],
    "error_message_of_a_secret": [
        variable("v", "default = 1\nsensitive = true")
        + a("", condition("precondition", "var.v > 1", '"v is ${var.v}."'))
    ],
    "error_message_of_several_lines": [a("", condition("precondition", "length(path.module) > 9", '"One.\\nTwo."'))],
    "output_precondition_fails": [
        variable("v", f"default = {v}") + output("o", "var.v", condition("precondition", "var.v != 2", '"Not two."'))
        for v in (1, 2)
    ],
    "output_precondition_fails_when_applied": [
        after(v) + output("o", "1", condition("precondition", "terraform_data.first.output == 1", '"Not one."'))
        for v in (1, 2)
    ],
    "depends_on_chain": [
        block("a", "depends_on = [terraform_data.b]") + block("b", "depends_on = [terraform_data.c]") + block("c"),
        block("a", "depends_on = [terraform_data.b]")
        + block("b", "input = 1\ndepends_on = [terraform_data.c]")
        + block("c", "triggers_replace = 1"),
        block("c", "triggers_replace = 1"),
    ],
    "depends_on_an_instance": [block("a", "count = 2") + block("b", "depends_on = [terraform_data.a[1]]")],
    "depends_on_local_values": [
        A + "locals {\n  x = terraform_data.a.output\n  y = local.x\n}\n" + block("b", "input = local.y"),
        A + block("b", "input = 1"),
    ],
    "depends_on_itself": [block("a", "input = terraform_data.a.id")],
    "removed_in_the_order_of_dependencies": [
        A + block("b", "input = terraform_data.a.id") + block("c", "input = terraform_data.b.id"),
        A + block("c", "input = 1"),
        NOTHING,
    ],
}
