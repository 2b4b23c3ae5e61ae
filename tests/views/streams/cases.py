"""The configurations of which every JSON document is recorded, each in several steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Outside:
    """What the console does before a step: `update` or `delete` an object of a kind by its name."""

    verb: str
    kind: str
    name: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One plan and its apply. `files` are written beside `main.tf`, `options` are those of plan.

    `before` are commands that come first. A step that is `direct` is applied without saving a plan.
    """

    main: str
    options: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    before: Sequence[Sequence[str]] = ()
    outside: Sequence[Outside] = ()
    direct: bool = False


def data(name: str, *lines: str) -> str:
    """A `terraform_data`."""
    return "\n".join([f'resource "terraform_data" "{name}" {{', *(f"  {line}" for line in lines), "}", ""])


def output(name: str, value: str, *lines: str) -> str:
    """An output value."""
    return "\n".join([f'output "{name}" {{', f"  value = {value}", *(f"  {line}" for line in lines), "}", ""])


def steps(*mains: str, **files: str) -> Sequence[Step]:
    """One step for each configuration; `_` in the name of a file is a dot, `__` separates directories."""
    named = {n.replace("__", "/").replace("_", "."): text for n, text in files.items()}
    return [Step(main, files=named) for main in mains]


CHAIN: Final = data("a", "input = %s") + data("b", "input = terraform_data.a.output")
COUNTED: Final = data("x", "count = %d", "input = count.index")
EACH: Final = data("x", "for_each = toset(%s)", "input = each.key")

EXPRESSIONS: Final = """
variable "name" {
  default     = "x"
  description = "What it is called."
}

variable "secret" {
  default   = "hidden"
  sensitive = true
}

variable "list" {
  type    = list(object({ id = string, n = optional(number) }))
  default = [{ id = "a" }, { id = "b", n = 2 }]
}

variable "nothing" {
  default = null
}

locals {
  prefix = "${var.name}-"
}

resource "terraform_data" "source" {
  count = 2
  input = "${local.prefix}${count.index}"
}

resource "terraform_data" "keyed" {
  for_each         = { for item in var.list : item.id => item }
  input            = each.value
  triggers_replace = [each.key, terraform_data.source[0].id]
}

resource "terraform_data" "kinds" {
  for_each = toset(["one"])
  depends_on = [terraform_data.source, terraform_data.keyed["a"]]
  input = {
    constant    = [1, "two", true, null]
    call        = upper(join("-", [var.name, local.prefix]))
    splat       = terraform_data.source[*].output
    legacy      = terraform_data.source.*.id
    comprehend  = [for i, s in terraform_data.source : "${i}${s.output}" if s.id != ""]
    object      = { for k, v in terraform_data.keyed : k => v.output.n... }
    conditional = var.nothing == null ? terraform_data.source[0].output : var.name
    key         = terraform_data.source[length(var.list) - 1].output
    text        = terraform_data.keyed["a"].output["id"]
    deep        = terraform_data.keyed["b"].output.id
    template    = "%{for s in var.list}${s.id},%{endfor}%{if var.nothing == null}none%{endif}"
    math        = -var.list[1].n + 2 * (3 - length(var.name))
    paths       = [path.module, path.root, terraform.workspace]
    whole       = terraform_data.source
    twice       = [var.name, var.name]
    function    = try(terraform_data.keyed["zz"].output, "none")
  }
}

resource "terraform_data" "constant" {
  input            = { a = [1, 2.5], b = "t", c = { d = false } }
  triggers_replace = "it is ${"so"}"
}

resource "terraform_data" "computed" {
  input = 1 + 2
}

resource "terraform_data" "call" {
  input            = upper("x")
  triggers_replace = null
}

output "plain" {
  value       = terraform_data.kinds["one"].output.call
  description = "A call."
}

output "secret" {
  value      = "${var.secret}${terraform_data.source[1].id}"
  sensitive  = true
  depends_on = [terraform_data.constant]
}

output "constant" {
  value = { a = [1, "x"] }
}

output "partly" {
  value = { known = var.name, unknown = terraform_data.constant.id }
}

output "called" {
  value = upper("x")
}

output "nothing" {
  value = var.nothing
}
"""

MODULES: Final = """
module "one" {
  source  = "./child"
  name    = "first"
  numbers = [for d in terraform_data.before : d.output]
}

module "many" {
  source     = "./child"
  for_each   = { a = 1, "b c" = 2 }
  name       = "${each.key}-${module.one.name}"
  depends_on = [terraform_data.before]
}

module "counted" {
  source = "./child"
  count  = length(module.many)
  name   = module.many["a"].deep
}

module "empty" {
  source = "./empty"
}

resource "terraform_data" "before" {
  for_each = toset(["p"])
  input    = each.value
}

output "deep" {
  value = module.many["a"].deep
}

output "all" {
  value = { for k, m in module.many : k => m.name }
}

output "splat" {
  value = module.counted[*].name
}
"""

CHILD: Final = """
variable "name" {
  type        = string
  description = "Its name."
}

variable "numbers" {
  type    = list(any)
  default = []
}

resource "terraform_data" "inner" {
  input = { name = var.name, numbers = var.numbers }
}

module "grand" {
  source = "../grand"
  value  = terraform_data.inner.output
}

output "name" {
  value = terraform_data.inner.output.name
}

output "deep" {
  value = module.grand.back
}
"""

GRAND: Final = """
variable "value" {}

resource "terraform_data" "leaf" {
  count = 1
  input = var.value
}

output "back" {
  value = one(terraform_data.leaf[*].output).name
}
"""

CONDITIONS: Final = """
variable "n" {
  type    = number
  default = %d
  validation {
    condition     = var.n > 0
    error_message = "n must be positive."
  }
}

resource "terraform_data" "a" {
  count = 2
  input = var.n
  lifecycle {
    precondition {
      condition     = var.n > 1
      error_message = "Too small."
    }
    postcondition {
      condition     = self.output >= 2
      error_message = "Too small afterwards."
    }
  }
}

resource "terraform_data" "unused" {
  count = 0
  lifecycle {
    precondition {
      condition     = var.n > 1
      error_message = "Never looked at."
    }
  }
}

check "large" {
  assert {
    condition     = var.n > 5
    error_message = "n is ${var.n}, which is small."
  }
  assert {
    condition     = terraform_data.a[0].output > 4
    error_message = "What was applied is small, too."
  }
}

module "m" {
  source = "./m"
  n      = var.n
}

output "n" {
  value = var.n
  precondition {
    condition     = var.n < 100
    error_message = "Too large."
  }
}
"""

FAILING: Final = """
variable "n" {
  type    = number
  default = %d
}

resource "terraform_data" "same" {
  input = 5
  lifecycle {
    postcondition {
      condition     = self.input == 5 && var.n > 0
      error_message = "Not the same."
    }
  }
}

resource "terraform_data" "a" {
  count            = 2
  input            = var.n
  triggers_replace = var.n
  lifecycle {
    precondition {
      condition     = var.n > 0
      error_message = "Not positive."
    }
    postcondition {
      condition     = var.n == 3 ? true : self.id == "none"
      error_message = "It is ${self.input} afterwards."
    }
  }
}

resource "terraform_data" "b" {
  input = terraform_data.a[0].id
  lifecycle {
    precondition {
      condition     = var.n > 0
      error_message = "Not positive, either."
    }
  }
}

check "after" {
  assert {
    condition     = terraform_data.b.output == 4
    error_message = "Never four."
  }
}

check "alone" {
  assert {
    condition     = var.n == 4
    error_message = "n is ${var.n}."
  }
}

output "after" {
  value = terraform_data.b.id
  precondition {
    condition     = terraform_data.b.id != "none"
    error_message = "There is none."
  }
}

output "alone" {
  value = var.n
  precondition {
    condition     = var.n > 0
    error_message = "Not positive at all."
  }
}
"""
"""A postcondition fails when it is applied with another number than 3."""

BROKEN_ELSEWHERE: Final = """
variable "good" {
  default = 1
}
variable "bad" {
  default = 1
  validation {
    condition     = var.bad > 5
    error_message = "Too small."
  }
}
locals {
  wrong = [1][var.good]
  right = var.good
}
resource "terraform_data" "a" {
  input = local.right
}
resource "terraform_data" "b" {
  input = local.wrong
}
output "o" {
  value = local.wrong
}
check "c" {
  assert {
    condition     = local.wrong == 1
    error_message = "No."
  }
}
"""

CONDITIONS_INSIDE: Final = """
variable "n" {
  type = number
  validation {
    condition     = var.n < 1000
    error_message = "Too large for the module."
  }
}

resource "terraform_data" "x" {
  for_each = toset(["k"])
  input    = var.n
  lifecycle {
    precondition {
      condition     = var.n != 3
      error_message = "Not three."
    }
  }
}

output "o" {
  value = var.n
  precondition {
    condition     = var.n != 4
    error_message = "Not four."
  }
}

check "inside" {
  assert {
    condition     = var.n != 7
    error_message = "It is seven."
  }
}
"""

SECRETS: Final = """
variable "token" {
  type      = string
  sensitive = true
  default   = "hidden"
}

resource "terraform_data" "x" {
  input = { token = var.token, list = ["a", var.token], plain = %s }
}

resource "terraform_data" "whole" {
  input            = var.token
  triggers_replace = sensitive(["a"])
}

output "token" {
  value     = terraform_data.x.input
  sensitive = true
}

output "plain" {
  value = terraform_data.x.input.plain
}
"""

TRIGGERS: Final = """
resource "terraform_data" "a" {
  input = %s
}

resource "terraform_data" "b" {
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.a.output]
  }
}

resource "terraform_data" "c" {
  input = %s
  lifecycle {
    ignore_changes = [input]
  }
}

resource "terraform_data" "d" {
  triggers_replace = %s
}
"""

JSON_SYNTAX: Final = """{
  "//": "a comment",
  "variable": {"name": {"default": "x", "type": "string", "sensitive": true}},
  "resource": {"terraform_data": {"a": {
    "count": "${length(var.name)}",
    "input": {"text": "${var.name}", "list": [1, "a-${count.index}", {"k": null}], "path": "${path.module}"},
    "triggers_replace": "constant",
    "depends_on": ["terraform_data.b"]
  }, "b": {"input": ["x", 1.5]}}},
  "output": {"o": {"value": "${terraform_data.a[0].id}"}, "p": {"value": {"a": true}}}
}
"""

RELEVANT: Final = """
variable "v" {
  default = 1
}

resource "terraform_data" "first" {
  input = { a = %s, b = { c = 2 } }
}

resource "terraform_data" "second" {
  input = terraform_data.first.output.a
}

resource "terraform_data" "third" {
  input = terraform_data.second.output
}

resource "terraform_data" "aside" {
  input = "aside"
}

locals {
  through = terraform_data.first.output.b
  both    = { x = terraform_data.third.output, y = local.through }
}

module "m" {
  source = "./m"
  given  = local.both
}

output "o" {
  value = [module.m.back, %s]
}
"""

RELEVANT_MODULE: Final = """
variable "given" {}

resource "terraform_data" "inner" {
  for_each = toset(["k"])
  input    = "${var.given.x}"
}

output "back" {
  value = { from = terraform_data.inner["k"].output, given = var.given.y.c }
}
"""

# --- the platform ----------------------------------------------------------------------------------------------

REQUIRED: Final = 'terraform {\n  required_providers {\n    iac = {\n      source = "iac/iac"\n    }\n  }\n}\n'


def cluster(*lines: str) -> str:
    """A cluster, and what says where its provider comes from."""
    return REQUIRED + "\n".join(
        [
            'resource "iac_cluster" "main" {',
            '  name           = "main"',
            '  cloud_provider = "AWS"',
            '  region         = "eu-west-3"',
            *(f"  {line}" for line in lines),
            "}",
            "",
        ]
    )


ENVIRONMENT: Final = """
resource "iac_environment" "staging" {
  cluster_id = iac_cluster.main.id
  name       = "staging"
}
"""

SERVICE: Final = """
variable "password" {
  default   = "hidden"
  sensitive = true
}

resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  container {
    image = "shop/api:${iac_environment.staging.name}"
  }
  port {
    name          = "http"
    internal_port = 80
  }
  dynamic "port" {
    for_each = { grpc = 81 }
    content {
      name          = port.key
      internal_port = port.value
    }
  }
  secrets = { PASSWORD = var.password }
  environment_variables = { MODE = "x" }
}
"""

LOOKED_UP: Final = """
data "iac_cluster" "found" {
  name = %s
}

output "region" {
  value = data.iac_cluster.found.region
}
"""

USED: Final = (
    data("size", "input = iac_cluster.main.max_nodes") + 'output "name" {\n  value = iac_cluster.main.description\n}\n'
)

CASES: Final[Mapping[str, Sequence[Step]]] = {
    "nothing": steps("locals {}\n", "locals {}\n"),
    "chain": steps(CHAIN % 1, CHAIN % 1, CHAIN % 2, data("b")),
    "outputs_alone": steps(
        output("o", "1"), output("o", "[1]") + output("p", '"x"', "sensitive = true"), "locals {}\n"
    ),
    "count": steps(COUNTED % 1, COUNTED % 3, COUNTED % 0),
    "for_each": steps(EACH % '["b", "a b"]', EACH % '["c"]', data("x")),
    "expressions": steps(EXPRESSIONS, EXPRESSIONS.replace('"it is', '"this is')),
    "modules": steps(
        MODULES,
        MODULES.replace('"first"', '"second"'),
        child__main_tf=CHILD,
        grand__main_tf=GRAND,
        empty__main_tf="locals {}\n",
    ),
    "module_removed": [
        Step('module "m" {\n  source = "./m"\n}\n', files={"m/main.tf": data("x") + output("o", "1")}),
        Step("locals {}\n"),
    ],
    "conditions": steps(CONDITIONS % 2, CONDITIONS % 7, CONDITIONS % 1, CONDITIONS % 0, m__main_tf=CONDITIONS_INSIDE),
    "conditions_not_looked_at": [
        Step(CONDITIONS % 7, files={"m/main.tf": CONDITIONS_INSIDE}),
        Step(CONDITIONS % 7, ("-target=terraform_data.a[0]",), files={"m/main.tf": CONDITIONS_INSIDE}),
        Step(CONDITIONS % 7, ("-refresh-only",), files={"m/main.tf": CONDITIONS_INSIDE}),
        Step(CONDITIONS % 7, ("-destroy",), files={"m/main.tf": CONDITIONS_INSIDE}),
    ],
    "conditions_that_fail": [
        Step(FAILING % 3),
        Step(FAILING % 5),
        Step(FAILING % 3),
        Step(FAILING % 4, ("-refresh-only",)),
        Step(
            FAILING % 3,
            before=[["state", "mv", "terraform_data.b", "terraform_data.c"], ["state", "rm", "terraform_data.c"]],
        ),
        Step(FAILING % 3, ("-destroy", "-target=terraform_data.b")),
        Step(FAILING % 3, ("-destroy",)),
    ],
    "provider_of_a_module_in_one_without": [
        Step(
            data("a") + 'module "m" {\n  source = "./m"\n}\n',
            files={"m/main.tf": 'module "leaf" {\n  source = "./leaf"\n}\n', "m/leaf/main.tf": data("x")},
        )
    ],
    "mistakes_outside_of_the_targets": [Step(BROKEN_ELSEWHERE, ("-target=terraform_data.a",))],
    "secrets": steps(SECRETS % 1, SECRETS % 2),
    "triggers": steps(TRIGGERS % (1, 1, 1), TRIGGERS % (2, 2, 2)),
    "moved": steps(
        data("a", "input = 1") + COUNTED % 1,
        data("b", "input = %s") % 2
        + EACH % '["k"]'
        + "moved {\n  from = terraform_data.a\n  to   = terraform_data.b\n}\n"
        + 'moved {\n  from = terraform_data.x[0]\n  to   = terraform_data.x["k"]\n}\n',
        "locals {}\n",
    ),
    "moved_alone": steps(
        data("a", "input = 1"),
        data("b", "input = 1") + "moved {\n  from = terraform_data.a\n  to   = terraform_data.b\n}\n",
    ),
    "forgotten": steps(
        data("a", "input = 1"),
        "removed {\n  from = terraform_data.a\n  lifecycle {\n    destroy = false\n  }\n}\n",
    ),
    "imported": steps(
        data("a") + 'import {\n  to = terraform_data.a\n  id = "known"\n}\n',
        data("a") + data("b", "input = 1") + 'import {\n  to = terraform_data.b\n  id = "other"\n}\n',
    ),
    "tainted": [
        Step(CHAIN % 1),
        Step(CHAIN % 1, before=[["taint", "terraform_data.a"]]),
        Step(CHAIN % 1, ("-replace=terraform_data.b",)),
    ],
    "destroyed": [
        Step(CHAIN % 1 + output("o", "terraform_data.b.output")),
        Step(CHAIN % 1 + output("o", "terraform_data.b.output"), ("-destroy",)),
    ],
    "direct": [
        Step(CHAIN % 1 + output("o", "terraform_data.b.id"), direct=True),
        Step(CHAIN % 2 + output("o", "terraform_data.b.id"), direct=True),
        Step(CHAIN % 2 + output("o", "terraform_data.b.id"), direct=True),
        Step(CHAIN % 2 + output("o", "terraform_data.b.id"), ("-destroy",), direct=True),
    ],
    "refresh_only": [
        Step(CHAIN % 1 + output("o", "terraform_data.b.id")),
        Step(CHAIN % 1 + output("p", "terraform_data.b.output"), ("-refresh-only",)),
    ],
    "not_refreshed": [Step(CHAIN % 1), Step(CHAIN % 2, ("-refresh=false",))],
    "targeted": [Step(CHAIN % 1 + data("c", "input = 1"), ("-target=terraform_data.b",))],
    "variables": [
        Step(
            'variable "a" {}\nvariable "n" {\n  type = number\n  default = 1\n}\n'
            'variable "l" {\n  type = list(string)\n}\n' + data("x", "input = [var.a, var.n, var.l]"),
            ("-var=a=1", '-var=l=["x"]'),
        )
    ],
    "json_syntax": [Step("", files={"main.tf.json": JSON_SYNTAX})],
    "relevant": steps(
        RELEVANT % ("1", "1"), RELEVANT % ("var.v", "2"), RELEVANT % ("3", "2"), m__main_tf=RELEVANT_MODULE
    ),
    "mistakes": steps(
        data("x", "inputs = 1", "input = terraform_data.y.id"),
        data("x", "input = tonumber([])"),
        'resource "terraform_data" "x" {\n  input = 1\n',
    ),
    "warned": [Step(CHAIN % 1, ("-target=terraform_data.a",)), Step(CHAIN % 1)],
    # with the provider iac
    "platform": steps(cluster() + ENVIRONMENT + SERVICE, cluster("max_nodes = 20") + ENVIRONMENT + SERVICE),
    "platform_destroyed": [
        Step(cluster() + ENVIRONMENT),
        Step(cluster() + ENVIRONMENT, ("-destroy",)),
    ],
    "read_at_once": [
        Step(cluster()),
        Step(cluster() + LOOKED_UP % '"main"'),
        Step(cluster() + LOOKED_UP % '"main"'),
        Step(cluster() + LOOKED_UP % '"main"', direct=True, options=("-destroy",)),
    ],
    "read_later": [
        Step(cluster() + LOOKED_UP % "iac_cluster.main.name" + data("late")),
        Step(cluster() + LOOKED_UP % "terraform_data.late.output" + data("late", 'input = "main"')),
    ],
    "drift": [
        Step(cluster() + USED),
        Step(cluster() + USED, outside=(Outside("update", "cluster", "main", {"max_nodes": 33}),)),
        Step(cluster() + USED, ("-refresh-only",), outside=(Outside("update", "cluster", "main", {"max_nodes": 44}),)),
        Step(cluster() + USED, outside=(Outside("delete", "cluster", "main"),)),
    ],
    "refused_by_the_platform": [
        Step(cluster() + ENVIRONMENT + ENVIRONMENT.replace('"iac_environment" "staging"', '"iac_environment" "again"')),
    ],
    "providers": [
        Step(
            REQUIRED.replace('"iac/iac"\n', '"iac/iac"\n      version = ">= 0.0.0"\n')
            + 'variable "who" {\n  default = "x"\n}\n'
            + 'provider "iac" {}\nprovider "iac" {\n  alias = "second"\n}\n'
            + cluster().removeprefix(REQUIRED).replace("{\n", "{\n  provider = iac.second\n", 1)
            + 'module "m" {\n  source = "./m"\n  providers = {\n    iac.inner = iac.second\n  }\n}\n'
            + data("x"),
            files={
                "m/main.tf": REQUIRED.replace('"iac/iac"\n', '"iac/iac"\n      configuration_aliases = [iac.inner]\n')
                + 'resource "iac_cluster" "in" {\n  provider = iac.inner\n  name = "in"\n  cloud_provider = "AWS"\n'
                + '  region = "eu-west-3"\n}\n'
                + cluster().removeprefix(REQUIRED).replace('"main"', '"other"')
            },
        )
    ],
}
