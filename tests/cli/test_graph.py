"""`iac graph`: what `terraform graph` writes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FILES = {
    "main.tf": """
        resource "terraform_data" "c" {}
        resource "terraform_data" "b" { input = local.c }
        resource "terraform_data" "a" {
          count      = 2
          input      = [terraform_data.c.id, terraform_data.b.id]
          depends_on = [module.m]
        }
        resource "terraform_data" "alone" {}
        locals { c = terraform_data.c.id }
        module "m" {
          source     = "./m"
          depends_on = [terraform_data.c]
        }
        module "each" {
          source   = "./m/n"
          for_each = toset(["x"])
        }
        output "o" { value = module.each["x"].id }
        """,
    "m/main.tf": """
        resource "terraform_data" "i" { input = module.n.id }
        module "n" { source = "./n" }
        """,
    "m/n/main.tf": """
        resource "terraform_data" "j" {}
        output "id" { value = terraform_data.j.id }
        """,
}

GRAPH = """\
digraph G {
  rankdir = "RL";
  node [shape = rect, fontname = "sans-serif"];
  "terraform_data.a" [label="terraform_data.a"];
  "terraform_data.alone" [label="terraform_data.alone"];
  "terraform_data.b" [label="terraform_data.b"];
  "terraform_data.c" [label="terraform_data.c"];
  subgraph "cluster_module.each" {
    label = "module.each"
    fontname = "sans-serif"
    "module.each.terraform_data.j" [label="terraform_data.j"];
  }
  subgraph "cluster_module.m" {
    label = "module.m"
    fontname = "sans-serif"
    "module.m.terraform_data.i" [label="terraform_data.i"];
  }
  subgraph "cluster_module.m.module.n" {
    label = "module.m.module.n"
    fontname = "sans-serif"
    "module.m.module.n.terraform_data.j" [label="terraform_data.j"];
  }
  "terraform_data.a" -> "terraform_data.b";
  "terraform_data.a" -> "module.m.terraform_data.i";
  "terraform_data.b" -> "terraform_data.c";
  "module.m.terraform_data.i" -> "module.m.module.n.terraform_data.j";
  "module.m.module.n.terraform_data.j" -> "terraform_data.c";
}
"""
"""What Terraform 1.11.4 answers."""


@pytest.fixture
def written(directory: Path) -> Path:
    for name, text in FILES.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    return directory


def test_is_that_of_terraform(iac, written: Path) -> None:
    outcome = iac("graph")
    assert (outcome.code, outcome.out) == (0, GRAPH)
    assert not (written / "iac.db").exists()


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_terraform_still_says_so(written: Path) -> None:
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull}
    for arguments, wanted in ((["init"], None), (["graph"], GRAPH)):
        done = subprocess.run(
            ["terraform", *arguments], cwd=written, env=environment, capture_output=True, text=True, check=True
        )
        assert wanted is None or done.stdout == wanted


def test_mistakes_are_named(iac, directory: Path) -> None:
    (directory / "main.tf").write_text('resource "terraform_data" "a" { input = terraform_data.b.id }\n')
    outcome = iac("graph")
    assert (outcome.code, outcome.out) == (1, "")
    assert "Reference to undeclared resource" in outcome.err
