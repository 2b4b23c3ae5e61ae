"""Records what Terraform says of its plans and applies: run it by hand to renew `goldens/`.

Each case is a list of configurations that are applied one after the other; the last one is recorded: the JSON of its
plan as NAME.plan.json, and what `terraform apply -json` wrote as NAME.apply.ndjson.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

GOLDENS = Path(__file__).parent / "goldens"

_SECRET = 'variable "password" {\n  default   = "hunter2"\n  sensitive = true\n}\n'
_TWO = 'resource "terraform_data" "a" {\n  input = "%s"\n}\nresource "terraform_data" "b" {\n  input = "b"\n}\n'
_REPLACED = """
resource "terraform_data" "a" {
  input            = "a"
  triggers_replace = "%s"
  lifecycle {
    create_before_destroy = %s
  }
}
"""
_FAILING = """
resource "terraform_data" "ok" {
  input = "fine"
}
resource "terraform_data" "bad" {
  input = "${var.password}"
  provisioner "local-exec" {
    command = "exit 3"
  }
}
resource "terraform_data" "skipped" {
  input = terraform_data.bad.output
}
"""


@dataclass(frozen=True)
class Case:
    """Configurations one after the other; `options` are those of the last plan, `before` a command before it."""

    configs: tuple[str, ...]
    options: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


CASES: dict[str, Case] = {
    "create": Case(
        (
            _SECRET + 'resource "terraform_data" "a" {\n'
            '  input = { user = "ana", password = var.password, sizes = [1, 2.5] }\n}\n'
            'resource "terraform_data" "many" {\n  for_each = toset(["x", "y.z"])\n  input    = each.key\n}\n'
            'output "id" {\n  value = terraform_data.a.id\n}\n'
            'output "password" {\n  value     = var.password\n  sensitive = true\n}\n',
        )
    ),
    "module": Case(
        (
            'module "m" {\n  source = "./m"\n  count  = 2\n  size   = count.index\n}\n'
            'resource "terraform_data" "after" {\n  input = module.m[1].size\n}\n',
        )
    ),
    "update": Case((_TWO % "1", _TWO % "2")),
    "no_changes": Case((_TWO % "1", _TWO % "1")),
    "replace": Case((_REPLACED % ("1", "false"), _REPLACED % ("2", "false"))),
    "create_before_destroy": Case((_REPLACED % ("1", "true"), _REPLACED % ("2", "true"))),
    "tainted": Case((_TWO % "1", _TWO % "1"), before=("taint", "terraform_data.a")),
    "moved": Case(
        (
            'resource "terraform_data" "old" {\n  input = 1\n}\n',
            'resource "terraform_data" "new" {\n  input = 1\n}\n'
            "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n",
        )
    ),
    "moved_and_updated": Case(
        (
            'resource "terraform_data" "old" {\n  input = 1\n}\n',
            'resource "terraform_data" "new" {\n  input = 2\n}\n'
            "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n",
        )
    ),
    "import": Case(
        ('import {\n  to = terraform_data.a\n  id = "i-1"\n}\nresource "terraform_data" "a" {}\n',),
    ),
    "import_and_update": Case(
        ('import {\n  to = terraform_data.a\n  id = "i-1"\n}\nresource "terraform_data" "a" {\n  input = 1\n}\n',),
    ),
    "removed": Case(
        (
            _TWO % "1",
            "removed {\n  from = terraform_data.a\n  lifecycle {\n    destroy = false\n  }\n}\n"
            'resource "terraform_data" "b" {\n  input = "b"\n}\n',
        )
    ),
    "deleted": Case((_TWO % "1", 'resource "terraform_data" "b" {\n  input = "b"\n}\n')),
    "destroy": Case((_SECRET + _TWO % "${var.password}",) * 2, ("-destroy",)),
    "refresh_only": Case((_TWO % "1", _TWO % "2"), ("-refresh-only",)),
    "outputs": Case(('output "a" {\n  value = 1\n}\n', 'output "a" {\n  value = 2\n}\n')),
    "failed": Case((_SECRET + _FAILING,)),
    "data": Case(
        (
            'resource "terraform_data" "a" {\n  input = "nowhere.tfstate"\n}\n'
            'data "terraform_remote_state" "r" {\n  backend = "local"\n'
            "  config = {\n    path = terraform_data.a.output\n  }\n}\n"
            'resource "terraform_data" "b" {\n  input = data.terraform_remote_state.r.backend\n}\n',
        )
    ),
    "check": Case(
        (
            'resource "terraform_data" "a" {\n  input = 1\n}\n'
            'check "c" {\n  assert {\n    condition     = terraform_data.a.input == 2\n'
            '    error_message = "Not two."\n  }\n}\n',
        )
    ),
}

_MODULE = (
    'variable "size" {}\nresource "terraform_data" "q" {\n  input = var.size\n}\noutput "size" {\n'
    "  value = terraform_data.q.output\n}\n"
)


def record(case: Case) -> tuple[str, str]:
    """The plan's JSON, and the lines of the apply."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Path(directory, "empty.tfrc")
        settings.touch()
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(settings)}

        def terraform(*arguments: str, check: bool = True) -> str:
            command = ["terraform", *arguments]
            done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
            if check and done.returncode:
                raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
            return done.stdout

        (Path(directory) / "m").mkdir()
        Path(directory, "m", "main.tf").write_text(_MODULE)
        *earlier, last = case.configs
        for config in earlier:
            Path(directory, "main.tf").write_text(config)
            terraform("init")
            terraform("apply", "-auto-approve")
        Path(directory, "main.tf").write_text(last)
        terraform("init")
        if case.before:
            terraform(*case.before)
        terraform("plan", *case.options, "-out=tfplan")
        plan = terraform("show", "-json", "tfplan")
        return plan, terraform("apply", "-json", "tfplan", check=False).replace(directory, ".")


if __name__ == "__main__":
    GOLDENS.mkdir(exist_ok=True)
    for name, case in CASES.items():
        plan, applied = record(case)
        (GOLDENS / f"{name}.plan.json").write_text(plan)
        (GOLDENS / f"{name}.apply.ndjson").write_text(applied)
    sys.stdout.write(f"{len(CASES)} cases\n")
