"""What a program makes of expressions: the form of its answers, and the configuration that both are asked with.

An answer is JSON data: `{"errors": [...]}` for an expression that cannot be planned; else `planned`, the value with
what is not known and what is sensitive in it, and then either `type` and `value` after apply, or `late`, the errors of
applying. Expressions that touch something sensitive (or an id) become the input of a resource, and are planned only;
others are outputs. Every expression has a file of its own, so that a mistake of any kind tells whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

Answer: TypeAlias = dict[str, Any]

HERE: Final = Path(__file__).parent
GOLDEN: Final = HERE / "golden"
WORLD: Final = (HERE / "world.tf").read_text(encoding="utf-8")
_PLANNED_ONLY: Final = re.compile(r"sensitive|secret|partly|output\.id|text\.id")
PREFIX: Final = "{ v = "
"""What stands before the expression in its file's second line."""


class CrashedError(Exception):
    """The program gave no answer that can be read."""


def found() -> list[str]:
    """The expressions of `found.txt`."""
    lines = (HERE / "found.txt").read_text(encoding="utf-8").splitlines()
    return [text for text in lines if text and not text.startswith("#")]


def is_planned_only(expression: str) -> bool:
    """Whether an expression may have something in it that is sensitive, or that nobody can foresee."""
    return bool(_PLANNED_ONLY.search(expression))


def name_of(number: int) -> str:
    """The name of the output or resource of an expression."""
    return f"e{number:05}"


def number_of(name: str) -> int | None:
    """The number of the expression that a file, output or resource is about."""
    found = re.search(r"\be(\d{5})\b", name)
    return int(found.group(1)) if found else None


def write(directory: Path, expressions: Mapping[int, str], *, to_apply: bool = False) -> None:
    """Writes the configuration anew; `to_apply` without those that are planned only."""
    for old in directory.glob("*.tf"):
        old.unlink()
    (directory / "main.tf").write_text(WORLD, encoding="utf-8")
    for number, text in expressions.items():
        if not is_planned_only(text):
            block, argument = f'output "{name_of(number)}"', "value"
        elif not to_apply:
            block, argument = f'resource "terraform_data" "{name_of(number)}"', "input"
        else:
            continue
        source = f"{block} {{\n  {argument} = {PREFIX}{text} }}\n}}\n"
        (directory / f"{name_of(number)}.tf").write_text(source, encoding="utf-8")


def planned(plan: Mapping[str, Any]) -> dict[int, Any]:
    """What a plan in its JSON form says of each expression: value, unknown parts, sensitive parts."""
    found = {}
    for name, change in plan.get("output_changes", {}).items():
        found[number_of(name)] = {
            "after": change.get("after"),
            "unknown": change["after_unknown"],
            "sensitive": change["after_sensitive"],
        }
    for resource in plan.get("resource_changes", ()):
        change = resource["change"]
        after = change["after"] or {}
        found[number_of(resource["name"])] = {
            "after": after.get("input"),
            "unknown": (change["after_unknown"] or {}).get("input", False),
            "sensitive": (change["after_sensitive"] or {}).get("input", False),
        }
    found.pop(None, None)
    return {number: answer for number, answer in found.items() if number is not None}


Asks: TypeAlias = Callable[[Mapping[int, str]], dict[int, Answer]]


def ask(asks: Asks, expressions: Mapping[int, str]) -> dict[int, Answer]:
    """The answers to all expressions; where the program crashes, the half that makes it do so is looked for."""
    try:
        return asks(expressions)
    except CrashedError as crash:
        if len(expressions) == 1:
            return {number: {"crash": str(crash)} for number in expressions}
        numbers: Sequence[int] = list(expressions)
        middle = len(numbers) // 2
        halves: Collection[Sequence[int]] = (numbers[:middle], numbers[middle:])
        return {n: a for half in halves for n, a in ask(asks, {n: expressions[n] for n in half}).items()}
