"""`iac graph`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option
from iac.cli.session import session


@click.command(cls=Command)
@database_option
@color_option
def command(database: str | None, no_color: bool) -> None:
    """Show which resources depend on which, in the DOT language.

    Graphviz makes a picture of it: iac graph | dot -Tsvg > graph.svg
    """
    from iac.views.graph import render_graph

    with session(database, no_color=no_color, create=False) as opened:
        prepared, diagnostics = opened.project.load()
        opened.report(list(diagnostics))
        opened.console.write(render_graph(prepared.graph.resource_dependencies).rstrip("\n"))
