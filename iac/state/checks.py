"""The results of conditions, as a plan finds them and a state keeps them.

A checkable object is a block with conditions or an instance of one: a resource, an output, a variable, a `check`
block. Owns the shape, and how the results of single conditions become those of objects; evaluating conditions is left
to `engine`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from iac.address import parse_instance

PASS: Final = "pass"
FAIL: Final = "fail"
UNKNOWN: Final = "unknown"
ERROR: Final = "error"
STATUSES: Final = (PASS, UNKNOWN, FAIL, ERROR)
"""From the best to the worst."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of conditions of one object: `status` is one of `STATUSES`.

    `kind` is `resource`, `output_value`, `var` or `check`, as in Terraform's plan JSON; `problems` are the messages of
    what failed. One that is not `evaluated` is about a whole block, of which no instance was looked at.
    """

    address: str
    kind: str
    status: str
    problems: tuple[str, ...] = ()
    evaluated: bool = True

    @property
    def block(self) -> str:
        """The address of the block that has the conditions. Raises `AddressError` when its own is none."""
        return str(parse_instance(self.address).config)


def worst(*statuses: str) -> str:
    """The status of a whole of which the parts have these."""
    return max(statuses, key=STATUSES.index)


def by_object(results: Iterable[CheckResult]) -> dict[str, CheckResult]:
    """One result for each object, by address: the worst of those of its conditions, with all their messages."""
    merged: dict[str, CheckResult] = {}
    for result in results:
        known = merged.get(result.address, result)
        merged[result.address] = CheckResult(
            result.address,
            result.kind,
            worst(known.status, result.status),
            tuple(dict.fromkeys((*known.problems, *result.problems))),
            known.evaluated and result.evaluated,
        )
    return merged
