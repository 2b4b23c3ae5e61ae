"""What `plan`, `apply` and `destroy` share: the options of planning, making the plan, showing it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from iac.address import MANAGED, AddressError, ResourceInstance, Target, parse_target
from iac.cli.arguments import color_option, database_option, json_option, switch, variable_options
from iac.cli.asking import ask
from iac.cli.session import Session, timestamp
from iac.config.model import Config
from iac.config.variables import VariableOption
from iac.diagnostics import DiagnosticsError, error, warning
from iac.engine.generating import refuse_existing
from iac.engine.options import PlanOptions
from iac.engine.selecting import Selector, parse_selector
from iac.plan.model import Action, Mode
from iac.project import PlanFailed, PlannedRun, Project
from iac.reading import read_file
from iac.values.value import Value

if TYPE_CHECKING:  # reading the audit log is only for plans with drift
    from iac.engine.drift_causes import DriftCause

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


@dataclass(frozen=True)
class PlanArguments:
    """The arguments of planning as they were given."""

    destroy: bool
    refresh_only: bool
    refresh: bool
    targets: Sequence[str]
    excludes: Sequence[str]
    replace: Sequence[str]
    variables: Sequence[VariableOption]
    input: bool
    quiet: bool = False

    def refuse_with_saved_plan(self) -> None:
        """Raises `DiagnosticsError` when anything was given that a saved plan has settled already.

        Which variables it has not settled only whoever reads it can say.
        """
        given = [
            name
            for name, is_given in (
                ("-destroy", self.destroy),
                ("-refresh-only", self.refresh_only),
                ("-refresh", not self.refresh),
                ("-target", self.targets),
                ("-exclude", self.excludes),
                ("-replace", self.replace),
            )
            if is_given
        ]
        if given:
            raise DiagnosticsError(
                error(
                    "Can't change a saved plan",
                    f"The given plan file says what is to be done, so {', '.join(given)} cannot be used when applying "
                    "it. Make a new plan with these options instead.",
                )
            )

    def options(self) -> PlanOptions:
        """The options for the engine. Raises `DiagnosticsError` for addresses that are none, and
        combinations that make no sense."""
        if self.destroy and self.refresh_only:
            raise DiagnosticsError(
                error(
                    "Incompatible plan mode options",
                    "The -destroy and -refresh-only options are mutually-exclusive.",
                )
            )
        if self.refresh_only and not self.refresh:
            raise DiagnosticsError(
                error(
                    "Incompatible refresh options",
                    "It doesn't make sense to use -refresh-only at the same time as -refresh=false, because iac would "
                    "have nothing to do.",
                )
            )
        if self.targets and self.excludes:
            raise DiagnosticsError(
                error("Incompatible options", "The -target and -exclude options are mutually-exclusive.")
            )
        if self.replace and (self.destroy or self.refresh_only):
            raise DiagnosticsError(
                error(
                    "Unsupported plan mode",
                    "Forcing resource instance replacement (with -replace=...) is allowed only in normal planning "
                    "mode.",
                )
            )
        mode = Mode.DESTROY if self.destroy else Mode.REFRESH_ONLY if self.refresh_only else Mode.NORMAL
        return PlanOptions(
            mode,
            self.refresh,
            [_selector("target", t) for t in self.targets],
            [_replaced(r) for r in self.replace],
            [_selector("exclude", e) for e in self.excludes],
        )


def _selector(option: str, text: str) -> Selector:
    try:
        return parse_selector(text)
    except AddressError as problem:
        raise _invalid(option, text, problem) from None


def _replaced(text: str) -> Target:
    try:
        target = parse_target(text)
    except AddressError as problem:
        raise _invalid("replace", text, problem) from None
    wrong = ""
    if target.resource is None:
        wrong = (
            "A resource instance address is required here. The module path must be followed by a resource instance "
            "specification."
        )
    elif target.resource.mode != MANAGED:
        wrong = "Only managed resources can be used with the -replace=... option."
    if wrong:
        raise DiagnosticsError(error(f'Invalid force-replace address "{text}"', wrong))
    return target


def _invalid(option: str, text: str, problem: AddressError) -> DiagnosticsError:
    what = "force-replace address" if option == "replace" else option
    return DiagnosticsError(
        error(f'Invalid {what} "{text}"', f"The -{option} option takes the address of a resource: {problem}.")
    )


def _lines(files: Sequence[str]) -> list[str]:
    """The addresses in files: one a line, with comments after `#`. Raises `click.UsageError`."""
    found = []
    for name in files:
        try:
            text = read_file(Path(name), pipes=True).decode()
        except (OSError, UnicodeDecodeError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else _not_utf8(problem)
            raise click.UsageError(f'The file "{name}" cannot be read: {reason}.') from None
        addresses = [line for raw in text.splitlines() if (line := _BEFORE_COMMENT.match(raw)[0].strip())]  # type: ignore[index]
        if not addresses:  # nobody means to plan everything by naming nothing
            raise click.UsageError(f'The file "{name}" names no address.')
        found += addresses
    return found


def _not_utf8(problem: UnicodeDecodeError) -> str:
    before = problem.object[: problem.start].decode()
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"line {line}, column {column} is not UTF-8"


_BEFORE_COMMENT = re.compile(r'(?:[^"#]|"(?:[^"\\]|\\.)*"?)*')
"""What comes before a `#`, unless that is in the quotes of a key; it matches anything."""


def plan_options(
    *, without: Collection[str] = (), unlisted: Collection[str] = ()
) -> Callable[[_Decorated], _Decorated]:
    """The options of planning, handed over as `arguments`; but for those `without` which a command is. Its help does
    not list the `unlisted` ones: they are for who gives every command the same options."""
    import functools

    def decorated(function: _Decorated) -> _Decorated:
        @functools.wraps(function)
        def collected(**given: Any) -> Any:
            arguments = PlanArguments(
                destroy=given.pop("destroy", False),
                refresh_only=given.pop("refresh_only", False),
                refresh=given.pop("refresh", True),
                targets=[*given.pop("target"), *_lines(given.pop("target_file"))],
                excludes=[*given.pop("exclude"), *_lines(given.pop("exclude_file"))],
                replace=given.pop("replace", ()),
                variables=given.pop("variables"),
                input=given.pop("input"),
                quiet=given.pop("quiet"),
            )
            return function(arguments=arguments, **given)

        for name, decorate in reversed(_OPTIONS.items()):
            if name not in without:
                collected = decorate(collected)
                if name in unlisted:
                    option: click.Option = vars(collected)["__click_params__"][-1]
                    option.hidden = True
        return collected  # type: ignore[return-value]  # the same command, its options gathered

    return decorated


def _positive(ctx: click.Context, param: click.Parameter, count: int) -> int:
    if count < 0:
        raise click.UsageError(f"The parallelism must be a positive value. Not {count}.")
    return count


_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "destroy": switch("destroy", "Plan to delete everything."),
    "refresh-only": switch("refresh-only", "Only find out what changed outside and remember it."),
    "refresh": switch("refresh", "Look at the real objects before planning.", default=True),
    "target": click.option(
        "--target", multiple=True, metavar="ADDRESS", help="Plan only this (with * and ?) and what it depends on."
    ),
    "target-file": click.option(
        "--target-file", multiple=True, metavar="FILE", help="Targets from a file, one a line."
    ),
    "exclude": click.option(
        "--exclude", multiple=True, metavar="ADDRESS", help="Leave this (with * and ?) out, and what depends on it."
    ),
    "exclude-file": click.option(
        "--exclude-file", multiple=True, metavar="FILE", help="What to exclude from a file, one a line."
    ),
    "replace": click.option("--replace", multiple=True, metavar="ADDRESS", help="Replace this object."),
    "var": variable_options,
    "input": switch("input", "Ask for the values of variables that are not set.", default=True),
    "quiet": switch("quiet", "Show only the plan and what came of it, not each object that is looked at or changed."),
    "compact-warnings": switch("compact-warnings", "Show warnings in a short form."),
    "lock": switch("lock", "Hold the lock of the state while it may change.", default=True),
    "lock-timeout": click.option(
        "--lock-timeout", default="0s", metavar="DURATION", help="How long to wait for the lock, such as 30s."
    ),
    "parallelism": click.option(
        "--parallelism",
        type=int,
        default=10,
        hidden=True,
        expose_value=False,
        callback=_positive,
    ),
    "database": database_option,
    "no-color": color_option,
    "json": json_option,
}


def make_plan(
    opened: Session,
    arguments: PlanArguments,
    *,
    record: bool = True,
    keep_failed: bool = True,
    generate_to: Path | None = None,
) -> PlannedRun:
    """Makes the plan, asking for variables where that is possible, and showing progress; keeps it with `record`, and
    with `keep_failed` what there is of one that failed. Configuration for what is imported without any is written to
    `generate_to`."""
    project = opened.project
    options = arguments.options()
    if generate_to is not None and options.mode is not Mode.NORMAL:
        raise DiagnosticsError(
            error(
                "Invalid generate-config-out flag",
                "Config can only be generated during a normal plan operation, and not during a refresh-only or destroy "
                "plan.",
            )
        )
    if generate_to is not None:
        refuse_existing(project.directory / generate_to)  # before anything is asked or looked at
    prepared = project.load(require_files=options.mode is not Mode.DESTROY)
    answers: Mapping[str, str] = {}
    if arguments.input and not opened.as_json:
        answers = ask_variables(project, prepared[0].config, arguments.variables)
    try:
        run = project.plan(
            options,
            arguments.variables,
            answers=answers,
            progress=None if arguments.quiet else progress(opened),
            prepared=prepared,
            generate_to=generate_to,
        )
    except PlanFailed as failed:
        if keep_failed:
            with suppress(DiagnosticsError):  # whoever may not write hears of the mistakes alone
                project.record_failed_plan(failed.plan)
        raise
    if record:
        record_plan(opened, run)
    return run


def record_plan(opened: Session, run: PlannedRun) -> bool:
    """Keeps the plan in the database, and says whether it could: whoever may only read that sees the plan with a
    warning."""
    try:
        opened.project.record_plan(run)
    except DiagnosticsError as problem:
        told = problem.diagnostics[0]
        opened.report([warning("Plan not recorded", f"{told.summary}: {told.detail}")])
        return False
    return True


def ask_variables(project: Project, config: Config, given: Sequence[VariableOption]) -> dict[str, str]:
    """Asks the user for the root variables that have no value; those that there is no answer for are left out."""
    answers: dict[str, str] = {}
    for name in project.missing_variables(config, given):
        variable = config.root.variables[name]
        more = f"\n  {variable.description}" if variable.description else ""
        answer = ask(f"var.{name}{more}\n\n  Enter a value: ", secret=variable.sensitive)
        if answer is None:
            break
        answers[name] = answer
    return answers


def progress(opened: Session) -> Callable[[str, ResourceInstance, Value], None]:
    """Shows what planning looks at, as it does."""
    from iac.views import ui, ui_json

    def show(action: str, address: ResourceInstance, value: Value) -> None:
        identity = ui.object_identity(value)
        if opened.as_json:
            if action == "refresh":
                opened.message(ui_json.refresh_start_message(address, timestamp(), identity))
            elif action == "refreshed":
                opened.message(ui_json.refresh_complete_message(address, timestamp(), identity))
            elif action == "read":
                opened.message(ui_json.apply_start_message(address, Action.READ, timestamp()))
                opened.message(ui_json.apply_complete_message(address, Action.READ, 0.0, timestamp(), identity))
        elif action == "refresh":
            opened.console.write(ui.refreshing(address, identity, color=opened.console.color))
        elif action == "import":
            opened.console.write(ui.preparing_import(address, str(value.raw), color=opened.console.color))

    return show


def show_plan(
    opened: Session,
    run: PlannedRun,
    *,
    checks: bool = True,
    form: str = "",
    causes: Mapping[ResourceInstance, DriftCause] | None = None,
    saving: str = "apply this plan",
    recorded: bool = False,
) -> None:
    """Shows the plan and the warnings that came with it; those of check blocks only with `checks`: whoever applies
    at once hears them afterwards. `form` is summary, tree, full, or empty for the usual text. `causes` are said to
    programs, too, and when it is `recorded` under which id; `saving` is as in `render_plan`."""
    diagnostics = [d for d in run.diagnostics if checks or not d.from_check]
    if opened.as_json:
        from iac.views.ui_json import plan_messages

        for message in plan_messages(run.plan, timestamp(), causes, recorded=recorded):
            opened.message(message)
        opened.report(diagnostics)
        return
    opened.console.write(_plan_text(opened, run, form, saving))
    opened.report(diagnostics, with_output=True)


def announce_changes(opened: Session, run: PlannedRun) -> None:
    """For programs that read along: what a saved plan is about to do. People have seen it when it was made."""
    if opened.as_json:
        from iac.views.ui_json import planned_messages

        for message in planned_messages(run.plan, timestamp()):
            opened.message(message)


def _plan_text(opened: Session, run: PlannedRun, form: str, saving: str) -> str:
    color, width = opened.console.color, opened.console.width
    if form in ("summary", "tree"):
        from iac.views.plan_listing import render_summary, render_tree

        render = render_tree if form == "tree" else render_summary
        return render(run.plan, color=color, width=width)
    from iac.views.plan_text import render_plan

    causes = _cause_texts(opened, run) if run.plan.drift else None
    return render_plan(
        run.plan, color=color, width=width, drift_causes=causes, everything=form == "full", saving=saving
    )


def _cause_texts(opened: Session, run: PlannedRun) -> dict[ResourceInstance, str]:
    from datetime import UTC, datetime

    from iac.views.drift_causes import cause_lines

    now = datetime.now(UTC)
    found = {address: cause_lines(cause, now) for address, cause in opened.project.drift_causes(run.plan).items()}
    return {address: "\n".join(lines) for address, lines in found.items() if lines}


def seconds(text: str) -> float:
    """A duration such as `30s`, `2m` or `1h` in seconds. Raises `click.UsageError`."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if not parts or "".join(f"{n}{u}" for n, u in parts) != text:
        raise click.UsageError(f'"{text}" is not a duration; write it as 30s, 2m or 1h.')
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(float(n) * units[u] for n, u in parts)
