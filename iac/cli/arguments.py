"""Command-line conventions: options as Terraform writes them, on top of click.

Long options take one dash or two (`-out=x`, `--out x`), switches take a value (`-refresh=false`), mistakes
exit with 1. Owns the command class and the options that several commands share.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from iac.diagnostics import did_you_mean

if TYPE_CHECKING:
    from iac.config.variables import VariableOption

_HELP = frozenset({"h", "help"})
CONTEXT = {"help_option_names": ["-h", "-help", "--help"], "max_content_width": 100}

_FILE = "\0file:"
"""Marks the value of `-var-file` among those of `-var`; no argument of a process can hold a NUL."""

_TRUE, _FALSE = frozenset({"true", "t", "1"}), frozenset({"false", "f", "0"})
_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose long options may be written with one dash, and whose switches may be given a value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", CONTEXT)
        super().__init__(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Rewrites the arguments into click's form, then parses them."""
        return super().parse_args(ctx, rewrite(ctx, self.params, args))


class Group(click.Group):
    """A group of commands with the same conventions."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", CONTEXT)
        super().__init__(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Rewrites the group's own options, up to the name of the command."""
        first = next((i for i, a in enumerate(args) if not a.startswith("-")), len(args))
        return super().parse_args(ctx, [*rewrite(ctx, self.params, args[:first]), *args[first:]])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command; an unknown one is an error that names the nearest."""
        if args and self.get_command(ctx, args[0]) is None:
            hint = did_you_mean(args[0], self.list_commands(ctx))
            raise click.UsageError(f'There is no command "{args[0]}".{hint}', ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(Group):
    """A group whose commands are imported when they are called.

    `modules` maps a command's name to the module that has it as `command`, and to the line that the list of
    commands shows.
    """

    def __init__(self, *args: Any, modules: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in self.modules:
            return None
        command = importlib.import_module(self.modules[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.modules.items()])


class ListingGroup(LazyGroup):
    """A group that lists by itself, and does something else with a subcommand."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The options belong to the listing: they are read as a command's, not up to the first word."""
        if args and args[0] in self.modules:
            return super().parse_args(ctx, args)
        rest = click.Command.parse_args(self, ctx, rewrite(ctx, self.params, args))
        if rest:
            raise click.UsageError(f'"{rest[0]}" is not expected here.{did_you_mean(rest[0], self.modules)}', ctx)
        return rest


def rewrite(ctx: click.Context, params: list[click.Parameter], args: list[str]) -> list[str]:
    """`-out=x` as `--out=x`, `-refresh=false` as `--no-refresh`; what follows `--` is left alone."""
    options = {name.lstrip("-"): p for p in params if isinstance(p, click.Option) for name in p.opts}
    result: list[str] = []
    rest = iter(args)
    for argument in rest:
        if argument == "--":
            return [*result, argument, *rest]
        name, equals, value = argument.lstrip("-").partition("=")
        option = options.get(name)
        if not argument.startswith("-") or len(name) < 2 or name in _HELP or (ctx.resilient_parsing and option is None):
            result.append(argument)  # while completing, what is not understood yet is no mistake
        elif option is None:
            raise click.UsageError(f'There is no option "-{name}".{did_you_mean(name, options)}', ctx)
        elif name == "var-file":
            # The order among -var and -var-file counts, so both become one option.
            result.append(f"--var={_FILE}{value if equals else next(rest, '')}")
        elif option.is_flag and equals:
            result.append(_switch(ctx, name, option, value))
        else:
            result.append(f"--{name}{equals}{value}")
    return result


def _switch(ctx: click.Context, name: str, option: click.Option, value: str) -> str:
    if value.lower() in _TRUE:
        return f"--{name}"
    if value.lower() in _FALSE and option.secondary_opts:
        return option.secondary_opts[0]
    raise click.UsageError(f'The option -{name} takes true or false, not "{value}".', ctx)


def file_name(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """What an option for the name of a file is called back with: it may not be empty, as an unset variable is."""
    if value == "":
        raise click.UsageError(
            f"The option {option.opts[0]} needs the name of a file. It is empty: is a variable not set?"
        )
    return value


def switch(name: str, help: str, *, default: bool = False) -> Callable[[_Decorated], _Decorated]:
    """A switch: `-name`, `-name=false`."""
    help = f"{help} On unless it is set to false." if default else help
    return click.option(f"--{name}/--no-{name}", name.replace("-", "_"), default=default, help=help)


def database_option(function: _Decorated) -> _Decorated:
    """`--database`: which database to use."""
    return click.option(
        "--database",
        metavar="PATH",
        help="The database: a path or an SQLAlchemy URL. Default: IAC_DATABASE, else iac.db.",
    )(function)


def color_option(function: _Decorated) -> _Decorated:
    """`-no-color`."""
    return click.option("--no-color", is_flag=True, help="Write without colour.")(function)


def json_option(function: _Decorated) -> _Decorated:
    """`-json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")(function)


def _variable(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> list[VariableOption]:
    from iac.config.variables import VariableOption

    return [VariableOption(v.removeprefix(_FILE), v.startswith(_FILE)) for v in value]


def variable_options(function: _Decorated) -> _Decorated:
    """`-var` and `-var-file`, together as `variables` in the order given."""
    function = click.option(
        "--var-file",
        expose_value=False,
        metavar="FILE",
        help="Set variables from a .tfvars or .tfvars.json file. May be repeated.",
    )(function)
    return click.option(
        "--var",
        "variables",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_variable,
        help="Set a variable of the root module. May be repeated.",
    )(function)
