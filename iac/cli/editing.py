"""What the commands that change the state by hand share: their options, and marking objects as tainted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from iac.cli.addresses import instance_argument
from iac.cli.arguments import color_option, database_option, switch
from iac.cli.planning import seconds
from iac.cli.session import Session, session
from iac.diagnostics import warning
from iac.engine.state_edits import READY, TAINTED, Edit, StateEditor, plan_status
from iac.state.model import State

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


@dataclass(frozen=True)
class EditOptions:
    """How an edit of the state is to be done."""

    dry_run: bool
    lock: bool
    lock_timeout: float
    message: str | None

    def carry_out(self, opened: Session, edit: Edit) -> None:
        """Does the edit under the lock, unless it is a dry run."""
        if not self.dry_run:
            with opened.project.lock("OperationTypeStateEdit", self.lock_timeout, enabled=self.lock):
                opened.project.edit_state(edit, message=self.message)


def editing_options(function: _Decorated) -> _Decorated:
    """The options of every edit, handed over as `options`, with those for database and colour."""
    import functools

    @functools.wraps(function)
    def collected(**given: Any) -> Any:
        options = EditOptions(*(given.pop(n) for n in ("dry_run", "lock", "lock_timeout", "message")))
        return function(options=options, **given)

    for option in (
        color_option,
        database_option,
        click.option("--message", metavar="TEXT", help="The reason, kept with every event."),
        click.option(
            "--lock-timeout",
            default="0s",
            metavar="DURATION",
            callback=lambda ctx, param, value: seconds(value),
            help="How long to wait for the lock, such as 30s.",
        ),
        switch("lock", "Hold the lock of the state meanwhile.", default=True),
        switch("dry-run", "Only say what would be done."),
    ):
        collected = option(collected)
    return collected  # type: ignore[return-value]  # the same command, its options gathered


def mark(address: str, status: str, allow_missing: bool, options: EditOptions, database: str | None) -> None:
    """Marks an object as tainted or takes the mark away, and says so."""
    with session(database, create=False) as opened:
        wanted = instance_argument(address)

        def edit(editor: StateEditor, state: State) -> None:
            editor.set_status(plan_status(state, wanted, status), status)

        if allow_missing and wanted not in opened.project.state().instances:
            detail = (
                f"Resource instance {wanted} was not found, but this is not an error because -allow-missing was set."
            )
            opened.report([warning("No such resource instance", detail)])
            return
        plan_status(opened.project.state(), wanted, status)
        options.carry_out(opened, edit)
        done = {TAINTED: "marked as tainted", READY: "successfully untainted"}[status]
        opened.console.write(f"Resource instance {wanted} {'would be' if options.dry_run else 'has been'} {done}.")
