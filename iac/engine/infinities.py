"""Where infinite numbers may not go: into what is stored. JSON has none, and so neither have states, plans and events.

Expressions may have them on the way: a division by zero is infinite, as in Terraform, which refuses to write one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from iac.config.body import CompiledBody
from iac.diagnostics import Diagnostic, SourceRange, error
from iac.values import numbers
from iac.values.paths import Path, children, format_path
from iac.values.value import Value


def refuse_infinite(body: CompiledBody, config: Value) -> list[Diagnostic]:
    """An error for each argument of a resource or data source with an infinite number in it."""
    return [_error(format_path(path).removeprefix("."), body.locate(path)) for path in _infinite(config)]


def refuse_infinite_value(what: str, value: Value, where: SourceRange) -> list[Diagnostic]:
    """An error for each infinite number in a value that is to be kept as `what`, which is at a place."""
    return [_error(f"{what}{format_path(path)}", where) for path in _infinite(value)]


def _infinite(value: Value) -> Iterator[Path]:
    # Numbers are of gmpy2 only when they are no whole numbers of a usual size; without it nothing is infinite.
    return _parts(value, ()) if "gmpy2" in sys.modules else iter(())


def _parts(value: Value, path: Path) -> Iterator[Path]:
    if value.type.kind == "number":
        if value.is_known and not value.is_null and numbers.is_infinite(value.raw):
            yield path
        return
    for step, part in children(value):
        yield from _parts(part, (*path, step))


def _error(what: str, where: SourceRange | None) -> Diagnostic:
    return error(
        "Number is infinite",
        f"The number {what} is infinite, or too large to be written, and cannot be stored.",
        where,
    )
