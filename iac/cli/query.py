"""`iac query`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session


@click.command(cls=Command)
@click.argument("sql", required=False)
@click.option("--schema", is_flag=True, help="List the views and their columns instead.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", help="How to write.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most this many rows.")
@click.option("--timeout", type=float, default=30.0, metavar="SECONDS", help="Stop after so long. Default: 30.")
@database_option
@color_option
@json_option
def command(
    sql: str | None,
    schema: bool,
    form: str,
    limit: int | None,
    timeout: float,
    database: str | None,
    no_color: bool,
    as_json: bool,
) -> None:
    """Ask in SQL: one SELECT over resources, attributes, outputs, events, plans and runs. It can only read.

    The query is an argument, or comes from standard input where that is -. Secrets are not to be had.

    For example: iac query "SELECT type, count(*) FROM resources GROUP BY type"
    """
    from iac.cli.reading import STANDARD_INPUT, read_file
    from iac.query import FILENAME, VIEWS, ask
    from iac.views.query_result import render_views, rows_to_csv, rows_to_json, table_lines, views_to_json

    with session(database, no_color=no_color, create=False) as opened:
        console = opened.console
        if schema:
            as_json = as_json or form == "json"
            console.write(views_to_json(VIEWS) if as_json else render_views(VIEWS, color=console.color))
            return
        if sql is None:
            raise click.UsageError("A query is needed, or --schema.")
        if sql == STANDARD_INPUT:
            sql = read_file(sql).decode("utf-8", "replace")
        opened.project.sources[FILENAME] = sql.encode("utf-8", "replace")
        answer = ask(opened.project, sql, limit=limit, seconds=timeout)
        if as_json or form == "json":
            console.write(rows_to_json(answer.columns, answer.rows))
        elif form == "csv":
            console.write(rows_to_csv(answer.columns, answer.rows).rstrip("\r\n"))
        else:
            for line in table_lines(answer.columns, answer.rows, color=console.color):
                console.write(line)
        if answer.is_cut:
            click.echo(f"There are more than {limit} rows.", err=True)
