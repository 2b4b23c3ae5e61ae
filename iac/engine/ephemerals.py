"""Where ephemeral values may not go: into what is stored, or out of a module that does not say so.

An ephemeral value lives for one phase of one run. It may configure providers and be asked about in conditions; it
is never in a state, a saved plan or an event. The rules and their words are Terraform's.
"""

from __future__ import annotations

from collections.abc import Iterator

from iac.config.body import CompiledBody
from iac.config.model import Output
from iac.diagnostics import Diagnostic, Diagnostics, SourceRange, error
from iac.schema import Block
from iac.values.paths import Path, children, format_path
from iac.values.value import EPHEMERAL, UNKNOWN, Value, all_marks


def refuse_ephemeral(body: CompiledBody, config: Value) -> list[Diagnostic]:
    """An error for each argument of a resource or data source that an ephemeral value was given."""
    if not config.has_marks or EPHEMERAL not in all_marks(config):
        return []
    return [
        error(
            "Invalid use of ephemeral value",
            f'Ephemeral values are not valid for "{format_path(path).removeprefix(".")}", because it is not a '
            "write-only attribute and must be persisted to state.",
            body.locate(path),
        )
        for path in _ephemeral_arguments(body.schema, config, ())
    ]


def _ephemeral_arguments(schema: Block, config: Value, path: Path) -> Iterator[Path]:
    """The paths of the arguments with an ephemeral value in them; those of nested blocks one by one."""
    if config.raw is None or config.raw is UNKNOWN:
        if EPHEMERAL in config.marks:
            yield path
        return
    for name, value in config.raw.items():
        nested = schema.blocks.get(name)
        if EPHEMERAL not in all_marks(value):
            continue
        if nested is None or EPHEMERAL in value.marks or value.raw is None or value.raw is UNKNOWN:
            yield (*path, name)
        elif nested.nesting == "single":
            yield from _ephemeral_arguments(nested.block, value, (*path, name))
        else:
            for step, item in children(value):
                yield from _ephemeral_arguments(nested.block, item, (*path, name, step))


def refuse_in_variable(value: Value, where: SourceRange, diagnostics: Diagnostics) -> None:
    """Adds an error when a module's variable that is not ephemeral is given an ephemeral value."""
    if EPHEMERAL in all_marks(value):
        diagnostics.error(
            "Ephemeral value not allowed",
            "This input variable is not declared as accepting a ephemeral values, so it cannot be set to a result "
            "derived from an ephemeral value.",
            where,
        )


def check_output(output: Output, value: Value, diagnostics: Diagnostics) -> None:
    """Adds an error when the value of an output is ephemeral and the output is not, or the other way round."""
    where = output.expression.range
    if output.ephemeral:
        if EPHEMERAL not in value.marks:
            diagnostics.error(
                "Value not allowed in ephemeral output",
                "This output value is declared as returning an ephemeral value, so it can only be set to an ephemeral "
                "value.",
                where,
            )
    elif EPHEMERAL in all_marks(value):
        diagnostics.error(
            "Ephemeral value not allowed",
            "This output value is not declared as returning an ephemeral value, so it cannot be set to a result "
            "derived from an ephemeral value.",
            where,
        )
