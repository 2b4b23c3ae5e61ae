"""What differs between iac and Terraform with our provider, and why; everything else is the same.

Each difference takes away from an observed step what it is about, on both sides, so that the rest is compared. For
users they are listed in docs/from-terraform.md, in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Told = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One difference: what it is, why, in which cases (empty: in all), and what of a step it concerns."""

    title: str
    reason: str
    forgive: Callable[[Told], None]
    cases: tuple[str, ...] = ()


def comparable(name: str, told: list[Told], known: Iterable[Difference] | None = None) -> list[Told]:
    """The steps of a case without what is known to differ: all of `DIFFERENCES`, or some of them."""
    for difference in DIFFERENCES if known is None else known:
        if not difference.cases or name in difference.cases:
            for step in told:
                difference.forgive(step)
    return told


# --- what is taken away --------------------------------------------------------------------------------------


def _nothing(step: Told) -> None:
    """What `observing` leaves out: it cannot be compared at all."""


def _places(step: Told) -> None:
    step["errors"] = [re.sub(r"^main\.tf:\d+,\d+: ", "", text) for text in step["errors"]]


def _failures(step: Told) -> None:
    step["events"] = [e for e in step["events"] if not e["event_type"].endswith("_FAILED")]


def _contents_of_events(step: Told) -> None:
    for event in step["events"]:
        event.pop("post_state")
        event.pop("patch")


DIFFERENCES = (
    Difference(
        "Events `IMPORT`, `MOVE` and `FORGET` are those of `iac` alone",
        "The object stays as it is, and Terraform does not ask the provider to do anything.",
        _nothing,
    ),
    Difference(
        "Events of the provider have no address and no place of the block",
        "Terraform does not tell a provider which block an object is of.",
        _nothing,
    ),
    Difference(
        "What forced a replacement is in the provider's event of the deletion only when that comes first",
        "Terraform brings back what the provider noted while planning to one of the two operations alone.",
        _nothing,
    ),
    Difference(
        "What only a sensitive variable makes sensitive stands in the provider's events",
        "Terraform does not tell a provider what a configuration calls sensitive.",
        _contents_of_events,
        ("sensitive_variable",),
    ),
    Difference(
        "What turns out to be invalid during apply is an event `CREATE_FAILED` of `iac` alone",
        "Terraform validates again before it applies; what fails there never reaches the provider's apply.",
        _failures,
        ("invalid_when_known",),
    ),
    Difference(
        "A mistake of a block as a whole is shown by `iac` at that block, by Terraform at the resource's beginning",
        "A provider can name attributes, and no blocks.",
        _places,
        ("missing_source", "two_sources"),
    ),
    Difference(
        "Of an import of what does not exist, `iac` shows the block",
        "Terraform shows no place, and a place is of more use than none.",
        _places,
        ("import_missing",),
    ),
)
