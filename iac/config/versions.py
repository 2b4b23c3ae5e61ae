"""Version constraints (`~> 1.2, < 2.0`), as Terraform reads them, and the check of `required_version`."""

from __future__ import annotations

import re

from iac.diagnostics import Diagnostics, SourceRange

LANGUAGE_VERSION = "1.11.4"
"""The Terraform release whose language iac speaks."""

_CONSTRAINT = re.compile(r"\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})(-[0-9A-Za-z.-]+)?\s*\Z")


class VersionError(ValueError):
    """Text that is no version constraint."""


def parse_version(text: str) -> tuple[int, ...]:
    """`1.11.4` as numbers."""
    return tuple(int(part) for part in text.split("."))


def satisfies(version: str, constraints: str) -> bool:
    """Whether a version meets all of the comma-separated constraints. Raises `VersionError`."""
    return all(_meets(parse_version(version), part) for part in constraints.split(","))


def _meets(version: tuple[int, ...], constraint: str) -> bool:
    match = _CONSTRAINT.match(constraint)
    if not match:
        raise VersionError(constraint.strip())
    operator = match.group(1) or "="
    given = parse_version(match.group(2))
    wanted = given + (0,) * (3 - len(given))
    if operator == "~>":
        fixed = given[:-1] if len(given) > 1 else given
        return version >= wanted and version[: len(fixed)] == fixed
    return {
        "=": version == wanted,
        "!=": version != wanted,
        ">=": version >= wanted,
        "<=": version <= wanted,
        ">": version > wanted,
        "<": version < wanted,
    }[operator]


def check_required_version(constraints: str, range: SourceRange, diagnostics: Diagnostics) -> None:
    """Checks a `required_version` against the language version that iac speaks."""
    try:
        if satisfies(LANGUAGE_VERSION, constraints):
            return
    except VersionError:
        diagnostics.error(
            "Invalid version constraint",
            "This string does not use correct version constraint syntax.",
            range,
        )
        return
    diagnostics.error(
        "Unsupported Terraform Core version",
        f"This configuration does not support Terraform version {LANGUAGE_VERSION}, whose language iac speaks. To "
        "proceed, update this version constraint. Version constraints are normally set for good reason, so "
        "updating the constraint may lead to other errors or unexpected behavior.",
        range,
    )
