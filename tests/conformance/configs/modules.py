"""Modules: what goes in and comes out, how they nest, what depends on them, how they come and go."""

from __future__ import annotations

from collections.abc import Mapping

from configs.steps import NOTHING, Step, Steps, block, condition, in_module, lifecycle, module, output, variable

A = block("a", "input = 1")
ECHO = in_module(
    variable("v") + block("r", "input = var.v") + output("v", "terraform_data.r.output") + output("in", "var.v")
)
PURE = in_module(variable("v") + output("v", "var.v"))
NEEDS = in_module(variable("v", "type = list(number)") + output("sum", "sum(var.v)"))


def required(more: str = "") -> str:
    """A `terraform` block that says which provider is meant."""
    return (
        'terraform {\n  required_providers {\n    terraform = {\n      source = "terraform.io/builtin/terraform"\n'
        f"{more}    }}\n  }}\n}}\n"
    )


ALIAS = required() + 'provider "terraform" {\n}\nprovider "terraform" {\n  alias = "other"\n}\n'


def deep(depth: int, leaf: str) -> dict[str, str]:
    """Modules one in another, the innermost with a text of its own."""
    files = {"m0/main.tf": leaf}
    for n in range(1, depth):
        call = module("in", "v = var.v", f"../m{n - 1}")
        files[f"m{n}/main.tf"] = variable("v") + call + output("v", "module.in.v")
    return files


CASES: Mapping[str, Steps] = {
    "module_output_is_an_object": [
        Step(
            module("m", "v = { a = 1, b = [true, null] }")
            + block("b", "input = module.m.v.b")
            + output("o", "module.m"),
            ECHO,
        )
    ],
    "module_without_resources": [Step(module("m", "v = 1") + output("o", "module.m.v"), PURE), NOTHING],
    "module_value_to_be_known": [
        Step(A + module("m", "v = terraform_data.a.id") + output("o", "module.m.v") + output("in", "module.m.in"), ECHO)
    ],
    "module_of_a_module_output": [
        Step(module("m", "v = 1") + module("k", "v = module.m.v") + output("o", "module.k.v"), ECHO),
        Step(module("m", "v = 2") + module("k", "v = module.m.v") + output("o", "module.k.v"), ECHO),
    ],
    "three_modules_deep": [
        Step(module("m", f"v = {n}", "./m2") + output("o", "module.m.v"), deep(3, ECHO["m/main.tf"])) for n in (1, 2)
    ],
    "deep_module_is_removed": [
        Step(module("m", "v = 1", "./m1"), deep(2, ECHO["m/main.tf"])),
        Step(module("m", "v = 1", "./m1"), deep(2, variable("v") + output("v", "var.v"))),
        NOTHING,
    ],
    "same_module_called_twice": [
        Step(module("x", "v = 1") + module("y", "v = 2"), ECHO),
        Step(module("y", "v = 2") + module("z", "v = 1"), ECHO),
    ],
    "module_moves_to_another_directory": [
        Step(module("m", "v = 1"), ECHO),
        Step(module("m", "v = 1", "./k"), in_module(ECHO["m/main.tf"], "k")),
    ],
    "module_argument_is_converted": [Step(module("m", 'v = ["1", 2]') + output("o", "module.m.sum"), NEEDS)],
    "module_argument_of_a_wrong_type": [Step(module("m", 'v = ["x"]'), NEEDS)],
    "module_argument_is_missing": [Step(module("m"), NEEDS)],
    "module_argument_that_is_not_declared": [Step(module("m", "v = [1]\nw = 2"), NEEDS)],
    "module_output_that_is_not_declared": [Step(module("m", "v = [1]") + output("o", "module.m.nope"), NEEDS)],
    "module_default": [
        Step(module("m") + output("o", "module.m.v"), in_module(variable("v", f"default = {d}") + output("v", "var.v")))
        for d in ("1", "[]")
    ],
    "module_argument_is_null": [
        Step(
            module("m", "v = null") + output("o", "module.m.v"),
            in_module(variable("v", "default = 5\nnullable = false") + output("v", "var.v")),
        ),
        Step(
            module("m", "v = null") + output("o", "module.m.v == null"),
            in_module(variable("v", "default = 5") + output("v", "var.v")),
        ),
    ],
    "module_argument_is_null_with_no_default": [
        Step(module("m", "v = null"), in_module(variable("v", "nullable = false") + output("v", "var.v")))
    ],
    "module_validation_fails": [
        Step(
            module("m", "v = 0"),
            in_module(variable("v", condition("validation", "var.v > 0", '"Not ${var.v}."')) + output("v", "var.v")),
        )
    ],
    "module_validation_of_what_is_not_known": [
        Step(
            A + module("m", "v = terraform_data.a.output"),
            in_module(variable("v", condition("validation", "var.v > 5")) + block("r", "input = var.v")),
        )
    ],
    "module_validation_with_other_values": [
        Step(
            module("m", f"v = {v}\nmost = 3"),
            in_module(
                variable("most") + variable("v", condition("validation", "var.v <= var.most", '"At most ${var.most}."'))
            ),
        )
        for v in (2, 4)
    ],
    "module_locals": [
        Step(
            module("m", f"v = {v}") + output("o", "module.m.l"),
            in_module(
                variable("v") + "locals {\n  a = var.v + 1\n  b = local.a * 2\n}\n" + output("l", "[local.a, local.b]")
            ),
        )
        for v in (1, 2)
    ],
    "module_depends_on_a_module": [
        Step(module("m", "v = 1") + module("k", "v = 2\ndepends_on = [module.m]"), ECHO),
        Step(module("m", "v = 3") + module("k", "v = 2\ndepends_on = [module.m]"), ECHO),
    ],
    "resource_depends_on_a_module": [
        Step(module("m", "v = 1") + block("b", "depends_on = [module.m]"), ECHO),
        NOTHING,
    ],
    "module_output_depends_on": [
        Step(
            module("m") + block("b", "input = module.m.v"),
            in_module(block("r", "input = 1") + output("v", "5", "depends_on = [terraform_data.r]\n")),
        )
    ],
    "module_output_precondition_fails": [
        Step(
            module("m", f"v = {v}") + output("o", "module.m.v"),
            in_module(variable("v") + output("v", "var.v", condition("precondition", "var.v > 1", '"v is ${var.v}"'))),
        )
        for v in (2, 1)
    ],
    "module_output_precondition_known_later": [
        Step(
            A + module("m", "v = terraform_data.a.output") + output("o", "module.m.v"),
            in_module(variable("v") + output("v", "var.v", condition("precondition", f"var.v == {n}"))),
        )
        for n in (1, 2)
    ],
    "sensitive_module_output": [
        Step(
            module("m", "v = 1") + block("b", "input = module.m.v"),
            in_module(variable("v") + output("v", "var.v", "sensitive = true\n")),
        )
    ],
    "sensitive_module_variable": [
        Step(
            module("m", "v = { a = 1 }") + output("o", "module.m.n", "sensitive = true\n"),
            in_module(
                variable("v", "sensitive = true")
                + block("r", "input = var.v")
                + output("n", "var.v.a", "sensitive = true\n")
            ),
        )
    ],
    "sensitive_value_out_of_a_module": [
        Step(module("m", "v = sensitive(1)") + output("o", "module.m.v"), PURE),
    ],
    "secret_through_modules": [
        Step(
            module("m", 'v = { user = "u", password = sensitive("p") }', "./m1") + block("b", "input = module.m.v"),
            deep(2, variable("v") + output("v", "var.v", "sensitive = false\n")),
        )
    ],
    "module_resource_replaced": [
        Step(module("m", f"v = {v}"), in_module(variable("v") + block("r", "triggers_replace = var.v"))) for v in (1, 2)
    ],
    "replacement_goes_through_modules": [
        Step(
            module("m", f"v = {v}")
            + block("b", "triggers_replace = module.m.id")
            + module("k", "v = terraform_data.b.id"),
            in_module(variable("v") + block("r", "triggers_replace = var.v") + output("id", "terraform_data.r.id")),
        )
        for v in (1, 2)
    ],
    "create_before_destroy_through_modules": [
        Step(
            module("m", f"v = {v}")
            + block("b", "triggers_replace = module.m.id\n" + lifecycle("create_before_destroy = true")),
            in_module(variable("v") + block("r", "triggers_replace = var.v") + output("id", "terraform_data.r.id")),
        )
        for v in (1, 2)
    ],
    "providers_are_passed": [
        Step(
            ALIAS + module("m", "v = 1\nproviders = {\n  terraform = terraform.other\n}"),
            in_module(required() + ECHO["m/main.tf"]),
        )
    ],
    "provider_alias_of_a_resource": [
        ALIAS + block("a", "input = 1\nprovider = terraform.other"),
        ALIAS + block("a", "input = 1"),
    ],
    "provider_configuration_aliases": [
        Step(
            ALIAS + module("m", "v = 1\nproviders = {\n  terraform.x = terraform.other\n}"),
            in_module(
                required("      configuration_aliases = [terraform.x]\n")
                + variable("v")
                + block("r", "input = var.v\nprovider = terraform.x")
            ),
        )
    ],
    "module_paths": [
        Step(
            module("m", "v = path.module") + output("o", "module.m.p"),
            in_module(variable("v") + output("p", "[var.v, path.module, path.root]")),
        ),
        Step(
            module("m", "", "./a/b") + output("o", "module.m.p"),
            {
                "a/b/main.tf": module("in", "", "../../c") + output("p", "[path.module, module.in.p]"),
                "c/main.tf": output("p", "path.module"),
            },
        ),
    ],
    "module_reads_its_own_files": [
        Step(
            module("m") + output("o", "module.m.t"),
            {
                "m/main.tf": output(
                    "t", '[file("${path.module}/t.txt"), templatefile("${path.module}/t.tmpl", { n = 2 })]'
                ),
                "m/t.txt": text,
                "m/t.tmpl": "%{ for i in range(n) ~}\n- ${i}\n%{ endfor ~}\n",
            },
        )
        for text in ("one\n", "two\n")
    ],
    "module_of_several_files": [
        Step(
            module("m") + output("o", "module.m.o"),
            {
                "m/a.tf": variable("x", "default = 1"),
                "m/b.tf": "locals {\n  y = var.x\n}\n",
                "m/c.tf": output("o", "local.y"),
            },
        )
    ],
    "output_of_all_modules": [
        Step(module("m", "v = 1") + module("k", "v = 2") + output("o", "{ m = module.m, k = module.k }"), ECHO)
    ],
    "try_on_a_module_output": [Step(module("m", "v = {}") + output("o", 'try(module.m.v.nope, "none")'), PURE)],
}
