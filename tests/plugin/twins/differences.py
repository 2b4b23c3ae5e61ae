"""What differs between iac and Terraform with our provider, and why; everything else is the same.

Each difference takes away from an observed step what it is about, on both sides, so that the rest is compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Told = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One difference: in which cases (empty: in all), and what of a step it concerns."""

    reason: str
    forgive: Callable[[Told], None]
    cases: tuple[str, ...] = ()


def comparable(name: str, told: list[Told]) -> list[Told]:
    """The steps of a case without what is known to differ."""
    for difference in DIFFERENCES:
        if not difference.cases or name in difference.cases:
            for step in told:
                difference.forgive(step)
    return told


# --- what is taken away --------------------------------------------------------------------------------------


def _provider_names(step: Told) -> None:
    for part in ("resource_changes", "resource_drift"):
        for change in step.get("plan", {}).get(part, ()):
            change.pop("provider_name")


def _note_of_drift(step: Told) -> None:
    text = step.get("text", [])
    if any("have changed outside" in line for line in text):
        end = next((i for i, line in enumerate(text) if line.startswith("───")), len(text))
        step["text"] = text[end + 1 :]
        while step["text"] and not step["text"][0]:
            del step["text"][0]
        step["text"].insert(0, "")


_EMPTY = re.compile(r'\s+([-+~] )?\w+\s+= (""|null)( -> null)?')
_BECOMES_SET = re.compile(r'(\s+)~ (\w+\s+= )"" -> (.+)')
_BECOMES_EMPTY = re.compile(r'(\s+)~ (\w+\s+= )(.+) -> ""')


def _empty_strings(step: Told) -> None:
    found = []
    for line in step.get("text", ()):
        if _EMPTY.fullmatch(line) or "unchanged attribute" in line:
            continue
        line = _BECOMES_SET.sub(r"\1+ \2\3", line)
        found.append(_BECOMES_EMPTY.sub(r"\1- \2\3 -> null", line))
    if found:
        step["text"] = found


def _replacement_inside_blocks(step: Told) -> None:
    if "text" in step:
        step["text"] = [re.sub(r"^( {10,}.*) # forces replacement$", r"\1", line) for line in step["text"]]


def _without(*parts: str) -> Callable[[Told], None]:
    def forgive(step: Told) -> None:
        for part in parts:
            step.pop(part, None)

    return forgive


def _places(step: Told) -> None:
    step["errors"] = [re.sub(r"^main\.tf:\d+,\d+: ", "", text) for text in step["errors"]]


def _failures(step: Told) -> None:
    step["events"] = [e for e in step["events"] if not e["event_type"].endswith("_FAILED")]


def _contents_of_events(step: Told) -> None:
    for event in step["events"]:
        event.pop("post_state")
        event.pop("patch")


DIFFERENCES = (
    # What Terraform does not tell a provider.
    Difference(
        "Terraform does not tell a provider what a configuration calls sensitive: values that only a sensitive "
        "variable makes so stand in the provider's events.",
        _contents_of_events,
        ("sensitive_variable",),
    ),
    Difference(
        "Terraform validates again before it applies; what fails there never reaches the provider's apply, so there is "
        "no event of the failure.",
        _failures,
        ("invalid_when_known",),
    ),
    Difference(
        "A provider can name attributes, and no blocks: what is wrong with a block as a whole, Terraform shows at the "
        "beginning of the resource.",
        _places,
        ("missing_source", "two_sources"),
    ),
    # What iac does in another way.
    Difference("Of an import of what does not exist, iac shows the block.", _places, ("import_missing",)),
    Difference("Plan JSON of iac has the local name of the provider, not its source address.", _provider_names),
    Difference(
        "iac shows everything that changed outside; Terraform only what may have affected the plan.", _note_of_drift
    ),
    Difference("Terraform's text of a plan takes an empty string in a block for null.", _empty_strings),
    Difference(
        "When a block as a whole forces a replacement, iac says so at each of its attributes, too.",
        _replacement_inside_blocks,
    ),
    Difference(
        "Where it is not known how many blocks there will be, Terraform's text also shows those that are there as "
        "removed.",
        _without("text"),
        ("unknown_block_count",),
    ),
)
