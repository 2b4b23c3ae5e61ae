"""Version constraints (`~> 1.2, < 2.0`) as Terraform reads them, and the check of `required_version`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from iac.diagnostics import Diagnostics, SourceRange

LANGUAGE_VERSION = "1.11.4"
"""The Terraform release whose language iac speaks."""

_PRERELEASE = r"(?:-[0-9]+[0-9A-Za-z~-]*(?:\.[0-9A-Za-z~-]+)*|-?[A-Za-z~-]+[0-9A-Za-z~-]*(?:\.[0-9A-Za-z~-]+)*)"
_CONSTRAINT = re.compile(
    rf"\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+)*)({_PRERELEASE})?(?:\+[0-9A-Za-z~-]+(?:\.[0-9A-Za-z~-]+)*)?\s*\Z"
)


class VersionError(ValueError):
    """Text that is no version constraint."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One condition on a version, such as `>= 1.2`; `segments` are as many as were written."""

    text: str
    operator: str
    segments: tuple[int, ...]
    prerelease: str

    def allows(self, version: tuple[int, ...]) -> bool:
        """Whether a released version meets it."""
        size = max(len(version), len(self.segments))
        given, wanted = _padded(version, size), _padded(self.segments, size)
        if self.operator == "~>":
            # All segments but the last one written are fixed.
            fixed = len(self.segments) - 1
            return given >= wanted and given[:fixed] == wanted[:fixed]
        if self.prerelease and given == wanted:
            # The release comes after its prereleases.
            return self.operator in ("!=", ">", ">=")
        return {
            "=": given == wanted,
            "!=": given != wanted,
            ">=": given >= wanted,
            "<=": given <= wanted,
            ">": given > wanted,
            "<": given < wanted,
        }[self.operator]


def _padded(segments: tuple[int, ...], size: int) -> tuple[int, ...]:
    return segments + (0,) * (size - len(segments))


def parse_version(text: str) -> tuple[int, ...]:
    """`1.11.4` as numbers."""
    return tuple(int(part) for part in text.split("."))


def parse_constraints(text: str) -> Iterator[Constraint]:
    """The comma-separated constraints of a text. Raises `VersionError`."""
    for part in text.split(","):
        match = _CONSTRAINT.match(part)
        if not match:
            raise VersionError(part.strip())
        yield Constraint(part.strip(), match.group(1) or "=", parse_version(match.group(2)), match.group(3) or "")


def satisfies(version: str, constraints: str) -> bool:
    """Whether a version meets all of the comma-separated constraints. Raises `VersionError`."""
    given, wanted = parse_version(version), list(parse_constraints(constraints))
    return all(constraint.allows(given) for constraint in wanted)


def check_required_version(
    constraints: str, who: str, value_range: SourceRange, range: SourceRange, diagnostics: Diagnostics
) -> None:
    """Checks a `required_version` against the language version that iac speaks.

    `who` asks for it, as the message begins: `This configuration` or `Module module.m (from ./m)`. `range` is the
    place of the argument.
    """
    try:
        parsed = list(parse_constraints(constraints))
    except VersionError:
        diagnostics.error(
            "Invalid version constraint",
            "This string does not use correct version constraint syntax.",
            value_range,
        )
        return
    for constraint in parsed:
        if constraint.prerelease:
            diagnostics.error(
                "Invalid required_version constraint",
                f"Prerelease version constraints are not supported: {constraint.text}. Remove the prerelease "
                "information from the constraint. Prerelease versions of terraform will match constraints using their "
                "version core only.",
                range,
            )
            return
    if all(c.allows(parse_version(LANGUAGE_VERSION)) for c in parsed):
        return
    diagnostics.error(
        "Unsupported Terraform Core version",
        f"{who} does not support Terraform version {LANGUAGE_VERSION}, whose language iac speaks. To proceed, update "
        "this version constraint. Version constraints are normally set for good reason, so updating the constraint "
        "may lead to other errors or unexpected behavior.",
        range,
    )
