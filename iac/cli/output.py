"""`iac output`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option, switch
from iac.cli.session import session
from iac.cli.show import known_state
from iac.diagnostics import DiagnosticsError, did_you_mean, error, warning


@click.command(cls=Command)
@click.argument("name", required=False)
@database_option
@color_option
@json_option
@switch("raw", "Write one value as it is, for scripts.")
def command(name: str | None, database: str | None, no_color: bool, as_json: bool, raw: bool) -> None:
    """Show the outputs of the root module as they were last applied, or the one called NAME."""
    from iac.values.codec import line, pretty, to_json
    from iac.values.value import unmark_deep
    from iac.views import outputs as views

    with session(database, no_color=no_color, create=False) as opened:
        state = known_state(opened.project)
        outputs = state.outputs if state is not None else {}
        console = opened.console
        if raw and name is None:
            raise DiagnosticsError(error("Output name required", "The -raw option needs the name of one output."))
        if name is None:
            if as_json:
                console.write(pretty(views.outputs_to_json(outputs)))
            elif outputs:
                console.write(views.render_outputs(outputs))
            else:
                opened.report([warning("No outputs found", _NONE)])
            return
        if name not in outputs:
            raise DiagnosticsError(
                error(
                    f'Output "{name}" not found',
                    f"The output variable requested could not be found in the state.{did_you_mean(name, outputs)} If "
                    'you recently added this to your configuration, be sure to run "iac apply", since the state won\'t '
                    "be updated with new output variables until that command is run.",
                )
            )
        found = outputs[name]
        if as_json:
            console.write(line(to_json(unmark_deep(found.value)[0])))
        elif raw:
            click.echo(views.raw_output(name, found), nl=False)
        else:
            console.write(views.render_output(found))


_NONE = (
    "The state has no outputs, or nothing has been applied yet. Outputs are declared with output blocks in the root "
    'module, and known after "iac apply".'
)
