"""What came of all conditions: of a plan, and after applying it.

Owns what is said of objects that were not looked at, or not again; evaluating a condition is left to `conditions`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from iac.address import config_path_text
from iac.config.model import Config, Module
from iac.engine.conditions import Outcome
from iac.plan.model import Plan
from iac.state.checks import UNKNOWN, CheckResult, by_object, worst

KEEPS_CHECKS: Final = "keeps_checks"
"""What says in a plan's `extra` that applying it evaluates no conditions, so that the state's results stay."""


def check_result(address: str, kind: str, outcome: Outcome) -> CheckResult:
    """What one condition says of the object that has it."""
    return CheckResult(address, kind, outcome.status, () if outcome.message is None else (outcome.message,))


def unmet_checks(found: Iterable[CheckResult], config: Config, status: str) -> list[CheckResult]:
    """One result, of this status, for each block with conditions of which none was found."""
    known = {(result.kind, result.block) for result in found}
    return [
        CheckResult(address, kind, status, evaluated=False)
        for module in config.modules.values()
        for kind, address in _checkable(module)
        if (kind, address) not in known
    ]


def checks_of_destroyed(config: Config) -> list[CheckResult]:
    """What is known of what is to be destroyed: that there is one of each of the root module's outputs."""
    return [CheckResult(address, kind, UNKNOWN) for kind, address in _checkable(config.root) if kind == "output_value"]


def _checkable(module: Module) -> Iterator[tuple[str, str]]:
    prefix = f"{config_path_text(module.path)}." if module.path else ""
    for variable in module.variables.values():
        if variable.validations:
            yield "var", f"{prefix}var.{variable.name}"
    for output in module.outputs.values():
        if output.preconditions:
            yield "output_value", f"{prefix}output.{output.name}"
    for resource in module.resources.values():
        if resource.lifecycle.preconditions or resource.lifecycle.postconditions:
            yield "resource", f"{prefix}{resource.address}"
    for check in module.checks.values():
        yield "check", f"{prefix}check.{check.name}"


def results_of_apply(
    plan: Plan, known: Sequence[CheckResult], found: Iterable[CheckResult], open_objects: Collection[str]
) -> Sequence[CheckResult]:
    """The result of every object, by address, while a plan is applied or after it.

    `known` are those that the state has, `found` those of the conditions that were evaluated since it began; elsewhere
    the plan's hold. Nothing has passed of the `open_objects`, by address, which are still to be changed, or depend on
    such; nor of a check block that was not looked at again.
    """
    if plan.extra.get(KEEPS_CHECKS):
        return known
    results = by_object(plan.checks)
    for address, result in results.items():
        if result.evaluated and (result.kind == "check" or address in open_objects):
            results[address] = CheckResult(address, result.kind, UNKNOWN)
    for address, result in by_object(found).items():
        status = worst(result.status, UNKNOWN) if address in open_objects else result.status
        results[address] = CheckResult(address, result.kind, status, result.problems)
    return [results[address] for address in sorted(results)]
