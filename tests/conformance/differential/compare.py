"""Where two programs' answers to the same expression differ, and the smallest expression that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from conformance.differential.answers import Answer
from conformance.differential.tree import Node

from iac.values.codec import canonical

AT_ONCE: Final = 150
"""How many smaller variants are asked about in one go."""


def difference(ours: Answer, theirs: Answer) -> str | None:
    """In which way two answers differ, None where they agree.

    The kinds, the grave ones first: a crash of ours, an error on one side alone, another summary, another type, value,
    unknown or sensitive part, another detail, another place.
    """
    if "crash" in theirs:
        return None
    if "crash" in ours:
        return "crash"
    for stage in ("errors", "late"):
        if stage in ours or stage in theirs:
            return _errors(ours.get(stage), theirs.get(stage), stage)
    for part in ("type", "value"):
        if canonical(ours.get(part)) != canonical(theirs.get(part)):
            return part
    for part in ("after", "unknown", "sensitive"):
        if canonical(ours["planned"][part]) != canonical(theirs["planned"][part]):
            return f"planned {part}"
    return None


def _errors(ours: Sequence[Any] | None, theirs: Sequence[Any] | None, stage: str) -> str | None:
    if theirs is None:
        return f"{stage}: ours alone: {ours[0]['summary']}" if ours else None
    if ours is None:
        return f"{stage}: theirs alone: {theirs[0]['summary']}"
    for part in ("summary", "detail", "place"):
        a, b = (sorted(_ANY_KEY.sub("", str(problem[part])) for problem in problems) for problems in (ours, theirs))
        if part == "summary" and set(a) != set(b):
            return f"{stage}: summary: {theirs[0]['summary']}"
        if part != "summary" and set(a) != set(b):
            return f"{stage}: {part}: {theirs[0]['summary']}"
    return None


def is_accepted(expression: str, ours: Answer, theirs: Answer) -> bool:
    """Whether a difference is one that `docs/language.md` lists, or is made by what only Terraform does wrong."""
    # `&&` and `||` do not evaluate what does not matter, and `format` takes a null without a type.
    differs_in_full = bool(re.search(r"&&|\|\||format.*null", expression, re.DOTALL))
    told = " ".join(problem["detail"] for stage in ("errors", "late") for problem in theirs.get(stage, ()))
    if "panic in function implementation" in told or ("cidrsubnets" in expression and _NO_ROOM in told):
        return True
    if "errors" in theirs:
        # Messages hide what may come from a secret; the types of ids are known before the ids.
        hidden = re.search(r"\(sensitive value\)|step must not be zero", str(ours.get("errors"))) is not None
        return differs_in_full or hidden or ("errors" in ours and ".text.id" in expression)
    if "errors" in ours or "late" in theirs:
        return differs_in_full or ".text.id" in expression
    found, wanted = ours["planned"], theirs["planned"]
    if "late" in ours:
        # Terraform does not evaluate again while it applies what the plan knew.
        return wanted["unknown"] is False or differs_in_full
    if found["sensitive"] != wanted["sensitive"]:
        # Terraform forgets the mark of some unknown values, and keeps that of what does not matter.
        return wanted["sensitive"] in (False, {}) or differs_in_full
    return (differs_in_full and wanted["unknown"] not in (False, {})) or bool(rounded(ours) == rounded(theirs))


_NO_ROOM: Final = "not enough remaining address space"


def rounded(data: Any) -> Any:
    """The same JSON data with numbers, in strings too, of 12 digits at most."""
    if isinstance(data, dict):
        return {key: rounded(value) for key, value in data.items()}
    if isinstance(data, list):
        return [rounded(value) for value in data]
    if isinstance(data, str):
        return re.sub(r"\d+\.\d{15,}", lambda found: f"{float(found.group()):.12g}", data)
    if data is None or isinstance(data, bool):
        return data
    return f"{float(str(data)):.12g}"


_ANY_KEY: Final = re.compile(r'(element|attribute) "[^"]*"')
"""Of several parts that do not fit, Terraform names whichever it comes upon first."""

Both = Callable[[Mapping[int, str]], tuple[Mapping[int, Answer], Mapping[int, Answer]]]


def reduce(node: Node, kind: str, both: Both) -> Node:
    """The smallest variant found of an expression in which the programs differ in the same way."""
    while True:
        variants = list(node.smaller())[:AT_ONCE]
        if not variants:
            return node
        ours, theirs = both({number: variant.text for number, variant in enumerate(variants)})
        for number, variant in enumerate(variants):
            if difference(ours[number], theirs[number]) == kind:
                node = variant
                break
        else:
            return node
