"""What fuzzing begins with: configurations, plans and expressions of the other tests and of the examples."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]

WORLD = """variable "a" {
  type    = object({ b = optional(list(string), ["x"]), c = optional(map(number)) })
  default = {}
}
variable "text" { default = "some" }
variable "number" {
  type    = number
  default = 7
  validation {
    condition     = var.number > 1
    error_message = "Too small."
  }
}
variable "secret" {
  default   = "hidden"
  sensitive = true
}
variable "set" {
  type    = set(string)
  default = ["p", "q"]
}
locals {
  list = [for s in var.set : upper(s) if s != ""]
  map  = { for i, s in var.a.b : s => i... }
  tree = { a = [{ b = 1 }, { b = null }], "c d" = "${var.text}-%{ if var.number > 3 }x%{ else }y%{ endif }" }
}
resource "terraform_data" "a" {
  for_each         = var.set
  input            = { key = each.key, all = local.tree }
  triggers_replace = [var.number]
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [input["all"]]
    postcondition {
      condition     = self.id != ""
      error_message = "No id."
    }
  }
}
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}
resource "iac_environment" "staging" {
  count      = 2
  cluster_id = iac_cluster.main.id
  name       = "staging-${count.index}"
}
output "ids" { value = values(terraform_data.a)[*].id }
output "secret" {
  value     = var.secret
  sensitive = true
}
moved {
  from = terraform_data.old
  to   = terraform_data.a["p"]
}
check "c" {
  assert {
    condition     = length(local.list) > 0
    error_message = <<-EOT
      There are ${length(local.list)}.
    EOT
  }
}
"""
"""A configuration with something of everything that can be planned and applied."""

TFVARS = b"""a      = { b = ["y", "z"], c = { k = 1.5 } }
text   = <<-E
  of two
    lines
E
number = 12
secret = "s3cret"
set    = ["p", "r"]
"""
"""Values for its variables."""


@cache
def native() -> list[bytes]:
    """Configurations in native syntax."""
    found = [WORLD.encode()]
    found += [path.read_bytes() for path in sorted((TESTS.parent / "examples").rglob("*.tf"))]
    for name in ("hcl/formatting/cases.txt", "hcl/mistakes.txt"):
        found += [part.partition("\n")[2].encode() for part in _read(name).split("\n=== ")]
    found += [text.encode() for text in _configurations()]
    return [text for text in dict.fromkeys(found) if len(text) < 20_000]


def _configurations() -> list[str]:
    """The files of the conformance tests' configurations."""
    folder = str(TESTS / "conformance")
    sys.path.insert(0, folder)
    try:
        from configs.cases import CASES  # type: ignore[import-not-found,unused-ignore]
    finally:
        sys.path.remove(folder)
    texts: list[str] = []
    for cases in CASES.values():
        for steps in cases.values():
            for step in steps:
                texts += _texts(step)
    return texts


def _texts(step: Any) -> list[str]:
    """The configurations of one step, which is a text, files, or has them."""
    if isinstance(step, str):
        return [step]
    files = step if isinstance(step, dict) else getattr(step, "files", {})
    return [text for text in files.values() if isinstance(text, str)]


@cache
def in_json() -> list[bytes]:
    """Configurations in JSON syntax."""
    return [json.dumps(config).encode() for config in _JSON]


_JSON: tuple[Any, ...] = (
    {
        "//": "a comment",
        "variable": {
            "a": {"type": "list(string)", "default": ["x", "${1 + 1}"]},
            "b": [{"sensitive": True}, {"default": 1}],
        },
        "locals": [{"x": "${[for s in var.a : upper(s)]}", "y": {"k": "%{if true}a%{endif}"}}],
        "output": {"o": {"value": "${local.x[0]}-${local.y.k}", "depends_on": ["terraform_data.a"]}},
        "resource": {
            "terraform_data": {
                "a": {
                    "for_each": "${toset(var.a)}",
                    "input": {"k": "${each.key}", "n": 1.5, "z": None},
                    "lifecycle": {"create_before_destroy": True},
                },
                "b": [{"count": 2, "input": "${count.index}"}],
            }
        },
    },
    {
        "module": {"m": {"source": "./m", "providers": {"iac": "iac"}}},
        "terraform": {"required_version": ">= 1.0"},
        "moved": {"from": "terraform_data.x", "to": "terraform_data.a"},
    },
    [
        {"locals": {"a": 1}},
        {"locals": {"b": "${local.a}"}},
        {"check": {"c": {"assert": [{"condition": "${local.b == 1}", "error_message": "no"}]}}},
    ],
    {
        "resource": {"iac_cluster": {"c": {"name": "c", "cloud_provider": "AWS", "region": "eu-west-3"}}},
        "import": [{"to": "iac_cluster.c", "id": "1"}],
    },
)


@cache
def expressions() -> list[bytes]:
    """Expressions, one a line."""
    found: list[str] = []
    for folder in ("expressions", "functions"):
        for path in sorted((TESTS / "conformance" / folder / "cases").iterdir()):
            found += path.read_text(encoding="utf-8").splitlines()
    return [line.encode() for line in dict.fromkeys(found) if line.strip() and len(line) < 400]


@cache
def plans() -> list[Any]:
    """The JSON of recorded plans."""
    return [json.loads(path.read_bytes()) for path in sorted((TESTS / "recording/goldens").glob("*.plan.json"))]


@cache
def apply_logs() -> list[bytes]:
    """Logs of recorded applies, in the order of `plans`, those that were applied."""
    return [path.read_bytes() for path in sorted((TESTS / "recording/goldens").glob("*.apply.ndjson"))]


@cache
def where() -> list[bytes]:
    """Conditions and words by which events are looked for."""
    return [text.encode() for text in _WHERE]


_WHERE = (
    "tool = 'terraform' and user != 'bob'", "type in ('CREATE', 'UPDATE') or not address ~ 'staging'",
    "change = scaling", "timestamp > '2024-01-01T00:00:00Z' and post_state.name = 'x'",
    "user:ana type:UPDATE -tool:console staging", "target:environment:staging since:7d \"two words\"",
    "after.replicas > before.replicas", "context.git.branch like 'main%'",
    "(user = 'a' or (user = 'b' and not (type = 'DELETE')))", "sequence >= 1 and sequence < 10",
)  # fmt: skip


@cache
def command_lines() -> list[bytes]:
    """Command lines, their words divided by NULs."""
    return [b"\0".join(word.encode() for word in line.split(" ")) for line in _COMMAND_LINES]


_COMMAND_LINES = (
    "plan -var text=x -target=terraform_data.a[\"p\"] -parallelism=2 -lock-timeout=1s -no-color",
    "plan -json -refresh=false", "plan -replace=iac_cluster.main -detailed-exitcode -compact-warnings",
    "plan -destroy -out=again.tfplan -input=false", "plan -summary", "plan -tree -exclude=iac_*",
    "plan -refresh-only", "plan -generate-config-out=new.tf", "validate -json", "validate -no-color",
    "fmt -check -diff -recursive", "fmt -write=false main.tf", "show", "show -json", "show tfplan",
    "show -json tfplan", "state list", "state list -id=1 terraform_data.a", "state show iac_cluster.main",
    "state pull", "state mv -dry-run iac_cluster.main iac_cluster.other", "state rm -dry-run terraform_data.a",
    "output", "output -json", "output -raw secret", "events", "events -limit 3 -json",
    "events -target environment:staging-0 -since 1d", "events show 1", "events diff 1 2", "events timeline",
    "events stats -by user", "events verify", "events check", "events at 1", "events export -format csv",
    "events export -format ocsf", "events -where user='ana'", "blame iac_cluster.main", "plans", "plans show",
    "plans diff", "runs", "runs show", "query select * from resources", "query -schema", "drift", "drift -json",
    "workspace list", "workspace show", "workspace select nowhere", "workspace new ../x", "providers",
    "providers schema -json", "functions abs", "functions -json", "version -json", "db info", "db check",
    "-chdir=. plan", "-help", "plan -help", "force-unlock 1", "taint nowhere.x", "import iac_cluster.new 12",
    "-version", "revert -dry-run 1", "refresh -target=x", "destroy -target=nowhere.x -auto-approve",
    "apply -auto-approve -target=nowhere.x", "record nowhere.json", "completion bash",
)  # fmt: skip


def _read(name: str) -> str:
    return (TESTS / name).read_text(encoding="utf-8")
