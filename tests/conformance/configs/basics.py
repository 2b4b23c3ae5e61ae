"""The ground: creating, updating and deleting, repetition, modules, lifecycles, options of the command line."""

from __future__ import annotations

from collections.abc import Mapping

from configs.steps import Step, Steps, block

A = block("a", "input = 1")
INNER = (
    'variable "n" {\n  default = 1\n}\n'
    + block("r", "input = var.n")
    + ('output "id" {\n  value = terraform_data.r.id\n}\noutput "n" {\n  value = terraform_data.r.output\n}\n')
)
LIFECYCLE = "lifecycle {\n%s\n}"
MODULE = {"m/main.tf": INNER}
CALL = 'module "m" {\n  source = "./m"\n  %s\n}\n'

CASES: Mapping[str, Steps] = {
    "empty_block": [block("a"), block("a"), "locals {}\n"],
    "create_update_delete": [A, block("a", "input = 2"), block("a"), "locals {}\n"],
    "input_of_every_type": [
        block("a", 'input = { s = "x", n = 1.5, b = true, z = null, l = [1, "a"], o = { k = [] } }'),
        block("a", 'input = { s = "y", n = 2, b = false, z = 1, l = [1], o = { k = {} } }'),
    ],
    "input_changes_its_type": [
        A,
        block("a", 'input = "1"'),
        block("a", "input = [1]"),
        block("a", "input = toset([1])"),
    ],
    "input_becomes_null": [A, block("a", "input = null"), A],
    "triggers_replace": [
        block("a", 'input = 1\ntriggers_replace = "x"'),
        block("a", 'input = 1\ntriggers_replace = "y"'),
        block("a", "input = 2"),
    ],
    "triggers_replace_unknown": [
        A + block("b", "triggers_replace = terraform_data.a.output"),
        block("a", "input = 2") + block("b", "triggers_replace = terraform_data.a.output"),
    ],
    "chain": [
        A + block("b", "input = terraform_data.a.output") + block("c", 'input = "${terraform_data.b.output}!"'),
        block("a", "input = 2")
        + block("b", "input = terraform_data.a.output")
        + block("c", 'input = "${terraform_data.b.output}!"'),
    ],
    "partly_unknown_input": [A + block("b", "input = { id = terraform_data.a.id, l = [1, terraform_data.a.output] }")],
    "count_grows_and_shrinks": [block("a", f"count = {n}\ninput = count.index") for n in (1, 3, 2, 0)],
    "count_is_added_and_removed": [A, block("a", "count = 2\ninput = 1"), A],
    "for_each_changes_keys": [
        block("a", "for_each = { x = 1, y = 2 }\ninput = each.value"),
        block("a", "for_each = { y = 3, z = 4 }\ninput = each.value"),
    ],
    "for_each_of_a_set": [block("a", 'for_each = toset(["b", "a", "with space"])\ninput = each.key')],
    "count_to_for_each": [block("a", "count = 2"), block("a", 'for_each = toset(["x"])')],
    "for_each_of_a_resource": [
        block("a", "for_each = { x = 1 }\ninput = each.value")
        + block("b", "for_each = terraform_data.a\ninput = each.value.id"),
    ],
    "splat_and_for": [
        block("a", "count = 2\ninput = count.index")
        + 'output "s" {\n  value = terraform_data.a[*].input\n}\n'
        + 'output "u" {\n  value = [for x in terraform_data.a : x.id]\n}\n',
    ],
    "outputs_change": [
        A + 'output "o" {\n  value = terraform_data.a.input\n}\noutput "p" {\n  value = "p"\n}\n',
        block("a", "input = 2") + 'output "o" {\n  value = terraform_data.a.output\n}\n',
        A + 'output "o" {\n  value = { k = [terraform_data.a.output, 5] }\n}\n',
    ],
    "outputs_alone": ['output "o" {\n  value = 1\n}\n', 'output "o" {\n  value = [1]\n}\n', "locals {}\n"],
    "sensitive_output": [
        A + 'output "o" {\n  value = terraform_data.a.input\n  sensitive = true\n}\n',
        A + 'output "o" {\n  value = terraform_data.a.input\n}\n',
    ],
    "depends_on": [A + block("b", "depends_on = [terraform_data.a]"), block("b", "depends_on = []")],
    "create_before_destroy": [
        block("a", "triggers_replace = 1\n" + LIFECYCLE % "create_before_destroy = true"),
        block("a", "triggers_replace = 2\n" + LIFECYCLE % "create_before_destroy = true"),
    ],
    "create_before_destroy_is_passed_on": [
        block("a", "triggers_replace = 1")
        + block("b", "triggers_replace = terraform_data.a.id\n" + LIFECYCLE % "create_before_destroy = true"),
        block("a", "triggers_replace = 2")
        + block("b", "triggers_replace = terraform_data.a.id\n" + LIFECYCLE % "create_before_destroy = true"),
    ],
    "ignore_changes": [
        block("a", "input = 1\n" + LIFECYCLE % "ignore_changes = [input]"),
        block("a", "input = 2\n" + LIFECYCLE % "ignore_changes = [input]"),
        block("a", "input = 2\ntriggers_replace = 1\n" + LIFECYCLE % "ignore_changes = [input]"),
    ],
    "ignore_a_part": [
        block("a", "input = { x = 1, y = 1 }\n" + LIFECYCLE % "ignore_changes = [input.x]"),
        block("a", "input = { x = 2, y = 2 }\n" + LIFECYCLE % "ignore_changes = [input.x]"),
    ],
    "ignore_all": [
        block("a", "input = 1\ntriggers_replace = 1\n" + LIFECYCLE % "ignore_changes = all"),
        block("a", "input = 2\ntriggers_replace = 2\n" + LIFECYCLE % "ignore_changes = all"),
    ],
    "replace_triggered_by_resource": [
        A + block("b", "input = 1\n" + LIFECYCLE % "replace_triggered_by = [terraform_data.a]"),
        block("a", "input = 2") + block("b", "input = 1\n" + LIFECYCLE % "replace_triggered_by = [terraform_data.a]"),
    ],
    "replace_triggered_by_attribute": [
        block("a", "input = { x = 1, y = 1 }")
        + block("b", LIFECYCLE % "replace_triggered_by = [terraform_data.a.input.x]"),
        block("a", "input = { x = 1, y = 2 }")
        + block("b", LIFECYCLE % "replace_triggered_by = [terraform_data.a.input.x]"),
        block("a", "input = { x = 2, y = 2 }")
        + block("b", LIFECYCLE % "replace_triggered_by = [terraform_data.a.input.x]"),
    ],
    "replace_triggered_by_a_growing_count": [
        block("a", "count = 2") + block("b", LIFECYCLE % "replace_triggered_by = [terraform_data.a]"),
        block("a", "count = 3") + block("b", LIFECYCLE % "replace_triggered_by = [terraform_data.a]"),
        block("a", "count = 1") + block("b", LIFECYCLE % "replace_triggered_by = [terraform_data.a]"),
    ],
    "replace_triggered_by_index": [
        block("a", "count = 2\ntriggers_replace = count.index")
        + block("b", "count = 2\n" + LIFECYCLE % "replace_triggered_by = [terraform_data.a[count.index]]"),
        block("a", "count = 2\ntriggers_replace = count.index * 2")
        + block("b", "count = 2\n" + LIFECYCLE % "replace_triggered_by = [terraform_data.a[count.index]]"),
    ],
    "conditions_hold": [
        'variable "v" {\n  default = 1\n  validation {\n    condition = var.v > 0\n    error_message = "No."\n  }\n}\n'
        + block(
            "a",
            "input = var.v\n"
            + LIFECYCLE
            % (
                'precondition {\n condition = var.v < 3\n error_message = "No."\n}\n'
                'postcondition {\n condition = self.output == 1\n error_message = "No."\n}'
            ),
        )
        + 'output "o" {\n  value = 1\n  precondition {\n    condition = var.v == 1\n    error_message = "No."\n  }\n}\n'
    ],
    "conditionals_and_functions": [
        A
        + "locals {\n  u = terraform_data.a.output\n}\n"
        + block("b", 'input = local.u == 1 ? "one" : "other"')
        + block("c", "input = try(local.u + 1, 0)")
        + block("d", "input = { for k, v in { x = local.u } : upper(k) => v }")
        + block("e", 'input = join(",", ["a", tostring(local.u)])')
        + block("f", "input = length([local.u, 2])"),
    ],
    "module": [
        Step(CALL % "n = 2" + 'output "o" {\n  value = module.m.n\n}\n', MODULE),
        Step(CALL % "n = 3", MODULE),
        "locals {}\n",
    ],
    "module_count": [Step(CALL % "count = 2\n  n = count.index", MODULE), Step(CALL % "count = 1\n  n = 5", MODULE)],
    "module_for_each": [
        Step(
            CALL % "for_each = { x = 1, y = 2 }\n  n = each.value"
            + 'output "all" {\n  value = { for k, m in module.m : k => m.n }\n}\n',
            MODULE,
        ),
        Step(CALL % "for_each = { y = 3 }\n  n = each.value", MODULE),
    ],
    "module_nested": [
        Step(
            'module "o" {\n  source = "./o"\n}\noutput "n" {\n  value = module.o.n\n}\n',
            {
                **MODULE,
                "o/main.tf": 'module "m" {\n  source = "../m"\n  n = 7\n}\noutput "n" {\n  value = module.m.n\n}\n',
            },
        )
    ],
    "module_depends_on": [Step(A + CALL % "depends_on = [terraform_data.a]", MODULE)],
    "resource_in_module_is_gone": [
        Step(CALL % "", MODULE),
        Step(CALL % "", {"m/main.tf": 'output "x" {\n  value = 1\n}\n'}),
    ],
    "targets": [
        Step(
            A + block("b", "input = terraform_data.a.id") + block("c", "input = 3"),
            options=["-target=terraform_data.b"],
        ),
        A + block("b", "input = terraform_data.a.id") + block("c", "input = 3"),
    ],
    "replace_by_request": [
        block("a", "count = 2\ninput = 1"),
        Step(block("a", "count = 2\ninput = 1"), options=["-replace=terraform_data.a[1]"]),
    ],
    "destroy": [
        A + block("b", "input = terraform_data.a.id") + 'output "o" {\n  value = 1\n}\n',
        Step(A + block("b", "input = terraform_data.a.id") + 'output "o" {\n  value = 1\n}\n', options=["-destroy"]),
    ],
    "destroy_targets": [
        A + block("b", "input = terraform_data.a.id") + block("c", "input = 1"),
        Step(
            A + block("b", "input = terraform_data.a.id") + block("c", "input = 1"),
            options=["-destroy", "-target=terraform_data.a"],
        ),
    ],
    "refresh_only": [A, Step(A + 'output "o" {\n  value = "x"\n}\n', options=["-refresh-only"])],
    "variables": [
        Step('variable "v" {\n  type = list(number)\n}\n' + block("a", "input = var.v"), options=['-var=v=[1,"2"]']),
        Step('variable "v" {\n  type = any\n}\n' + block("a", "input = var.v"), options=["-var=v=[1, null]"]),
        Step(
            'variable "v" {\n  type = object({ a = optional(number, 3), b = string })\n}\n'
            + block("a", "input = var.v"),
            {"terraform.tfvars": 'v = { b = "x", c = 1 }\n'},
        ),
    ],
    "sensitive_variable": [
        'variable "v" {\n  default = "s"\n  sensitive = true\n}\n' + block("a", "input = var.v"),
        'variable "v" {\n  default = "t"\n  sensitive = true\n}\n' + block("a", "input = { x = var.v, y = 1 }"),
        block("a", 'input = "plain"'),
    ],
    "sensitive_parts": [
        block("a", 'input = { x = sensitive("s"), l = [1, sensitive(2)] }'),
        block("a", 'input = { x = sensitive("t"), l = [1, 2] }'),
    ],
    "numbers": [block("a", "input = [1e30, 0.1, 1/3, -0, 12345678901234567890]")],
    "json_and_heredoc": [
        block("a", 'input = jsonencode({ a = [1, "<&>"] })') + block("b", "input = <<-EOT\n    one\n      two\n  EOT"),
        block("a", "input = jsonencode({ a = [1, 2] })") + block("b", "input = <<-EOT\n    one\n    two\n  EOT"),
    ],
}
