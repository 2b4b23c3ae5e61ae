"""`iac providers`, `iac providers schema`."""

from __future__ import annotations

import click

from iac.cli.arguments import Group, database_option, json_option
from iac.cli.session import session


@click.group(cls=Group, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the providers that the configuration needs."""
    if ctx.invoked_subcommand is None:
        with session(None) as opened:
            prepared, _ = opened.project.load()
            for module in prepared.config.modules.values():
                where = f"module.{'.'.join(module.path)}" if module.path else "(root module)"
                opened.console.write(where)
                for name in sorted({r.provider_name for r in module.resources.values()}):
                    opened.console.write(f"  provider[{opened.project.registry.source(name)}]")


@command.command("schema")
@database_option
@json_option
def schema(database: str | None, as_json: bool) -> None:
    """Print the schemas of all providers as JSON, in the format of terraform providers schema -json."""
    from iac.providers.schema_json import schemas_to_json

    with session(database) as opened:
        if not as_json:
            raise click.UsageError("The providers schema command requires the -json flag.")
        opened.console.json(schemas_to_json(opened.project.registry))
