"""Whole processes: plan, apply, plan with nothing to do and destroy, by wall clock, and the memory of planning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.measuring import PLAN, TERRAFORM_INIT, Bench, Measured, directory, heading, iac, row, run, show

QUICKSTART_ROUNDS = 7

QUICKSTART = """
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}

resource "iac_environment" "staging" {
  cluster_id = iac_cluster.main.id
  name       = "staging"
}

resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  container {
    image = "shop/api"
  }
  port {
    internal_port       = 8080
    publicly_accessible = true
  }
}
"""

STEPS: Mapping[str, Sequence[str]] = {
    "plan": PLAN,
    "apply": ("apply", "-input=false", "-no-color", "-auto-approve"),
    "no-op plan": PLAN,
    "destroy": ("destroy", "-no-color", "-auto-approve"),
}


@dataclass(frozen=True)
class Case:
    """A configuration and how many objects it has."""

    name: str
    objects: int
    text: str


def quickstart(bench: Bench) -> None:
    """The plan of one small directory, with what is cached in place, before and after it was applied."""
    with directory({"main.tf": QUICKSTART}) as folder:

        def plan() -> float:
            return min(run(iac(*STEPS["plan"]), folder, bench.environment).seconds for _ in range(QUICKSTART_ROUNDS))

        before = plan()
        run(iac(*STEPS["apply"]), folder, bench.environment)
        show(f"quickstart: plan {before:.2f} s, plan with nothing to do {plan():.2f} s")


def blocks(bench: Bench) -> None:
    """Directories of many blocks."""
    _measure_all(bench, _blocks(bench.sizes))


def count(bench: Bench) -> None:
    """One block with many instances."""
    if bench.count:
        text = f'resource "terraform_data" "r" {{\n  count = {bench.count}\n  input = "value ${{count.index}}"\n}}\n'
        _measure_all(bench, [Case(f"count = {bench.count:,}", bench.count, text)])


def _blocks(sizes: Sequence[int]) -> Iterator[Case]:
    for size in sizes:
        text = (f'resource "terraform_data" "r{i}" {{\n  input = "value {i}"\n}}\n' for i in range(size))
        yield Case(f"{size:,} blocks", size, "\n".join(text))


def _measure_all(bench: Bench, cases: Sequence[Case] | Iterator[Case]) -> None:
    heading("processes", [*STEPS, "KiB/object"])
    with directory({"main.tf": 'resource "terraform_data" "r" {\n}\n'}) as folder:
        idle = run(iac(*PLAN), folder, bench.environment).memory
    for case in cases:
        measured = _measure(case, iac(), bench)
        memory = (measured["plan"].memory - idle) / case.objects
        row(f"{case.name}, iac", [*(m.seconds for m in measured.values()), f"{memory:.1f}"])
        terraform = bench.terraform_for(case.objects)
        if terraform:
            measured = _measure(case, [terraform], bench, TERRAFORM_INIT)
            row(f"{case.name}, terraform", [m.seconds for m in measured.values()])


def _measure(case: Case, command: Sequence[str], bench: Bench, prepare: Sequence[str] = ()) -> dict[str, Measured]:
    """Every step of one case with one tool."""
    with directory({"main.tf": case.text}) as folder:
        if prepare:
            run([*command, *prepare], folder, bench.environment)
        return {name: run([*command, *step], folder, bench.environment) for name, step in STEPS.items()}
