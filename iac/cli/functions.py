"""`iac functions`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, json_option
from iac.cli.console import Console
from iac.diagnostics import did_you_mean, error


@click.command(cls=Command)
@click.argument("name", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """List the functions of the language, or explain the one called NAME.

    With -json the signatures are written in the format of terraform metadata functions -json.
    """
    from iac.hcl.functions import FunctionContext, docs, function_table

    console = Console()
    if name is None:
        if as_json:
            console.json(docs.signatures_to_json())
        else:
            console.write(_listed())
        return
    table = function_table(FunctionContext())
    function = table.get(name)
    if function is None:
        detail = f'There is no function named "{name}".{did_you_mean(name, table)}'
        console.diagnostics([error("Unknown function", f"{detail} To see them all: iac functions")], {})
        raise click.exceptions.Exit(1)
    if as_json:
        console.json(docs.signature_to_json(function))
    else:
        console.write(docs.explanation(function))


def _listed() -> str:
    """All functions by family, one a line."""
    from iac.hcl.functions import docs

    found = list(docs.by_family())
    # The full names of a provider's functions would push everything else to the right.
    width = max(len(f.name) for _, functions in found for f in functions if "::" not in f.name)
    sections = []
    for title, functions in found:
        lines = [f"  {f.name:<{width}}  {f.description}" for f in functions]
        sections.append("\n".join([title, *lines]))
    return "\n\n".join(sections)
