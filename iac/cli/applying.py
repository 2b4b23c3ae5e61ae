"""What `apply` and `destroy` share: asking, applying, and showing what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from iac.cli.asking import confirmed
from iac.cli.session import Interrupts, Session, timestamp
from iac.diagnostics import DiagnosticsError, error
from iac.engine.applier import ApplyResult
from iac.engine.schedule import APPLY, IMPORT, operation_count
from iac.plan.model import Action, Mode, ResourceChange
from iac.plan.records import DISCARDED
from iac.project import PlannedRun
from iac.state.model import OutputState
from iac.values.value import Value
from iac.views import reverting, ui, ui_json

if TYPE_CHECKING:  # rich is imported only where there is a terminal
    from rich.progress import Progress

_QUESTIONS = {
    Mode.NORMAL: (
        "Do you want to perform these actions?",
        "iac will perform the actions described above.\n  Only 'yes' will be accepted to approve.",
    ),
    Mode.DESTROY: (
        "Do you really want to destroy all resources?",
        "iac will destroy all your managed infrastructure, as shown above.\n"
        "  There is no undo. Only 'yes' will be accepted to confirm.",
    ),
    Mode.REFRESH_ONLY: (
        "Would you like to update the iac state to reflect these detected changes?",
        "iac will write these changes to the state without modifying any real infrastructure.\n"
        "  There is no undo. Only 'yes' will be accepted to confirm.",
    ),
}


def approve(opened: Session, run: PlannedRun, *, against: Sequence[str] = ()) -> None:
    """Asks for a `yes`. Anything else cancels; no answer at all is an error.

    `against` is what spoke against applying without asking.
    """
    listed = "".join(f"\n  - {line}" for line in against)
    saving = "iac revert -out=FILE" if "revert" in run.plan.extra else "iac plan -out=FILE"
    why = f"The plan is not one to be applied without asking:{listed}\n\n" if against else ""
    otherwise = (
        f"{why}Use -auto-approve to apply without asking, or save the plan with {saving}, have it reviewed, "
        "and apply it with iac apply FILE."
    )
    if opened.as_json:
        raise DiagnosticsError(error("Approval is required", f"Nothing was changed. {otherwise}"))
    mode = run.plan.mode
    if not confirmed(opened.console, *_QUESTIONS[mode], otherwise):
        opened.project.recorder.set_status(run.plan.id, DISCARDED)
        opened.console.write(f"{'Destroy' if mode is Mode.DESTROY else 'Apply'} cancelled.")
        raise click.exceptions.Exit(1)


def refuse_unasked(as_json: bool, is_approved: bool) -> None:
    """Raises `DiagnosticsError` where a program reads along, so that nobody can be asked, and none approved before."""
    if as_json and not is_approved:
        raise DiagnosticsError(
            error(
                "Plan file or auto-approve required",
                "iac cannot ask for interactive approval when -json is set. You can either apply a saved plan file, or "
                "enable the -auto-approve option.",
            )
        )


class _Watcher:
    """Shows each operation as it begins and ends; on a terminal with a bar of how far it is."""

    def __init__(self, opened: Session, progress: Progress | None, total: int) -> None:
        self.opened = opened
        self.color = opened.console.color
        self.progress = progress
        self.task = progress.add_task("", total=total) if progress is not None else None

    def _write(self, line: str) -> None:
        if self.progress is not None:
            self.progress.console.out(line, highlight=False)
        else:
            self.opened.console.write(line)

    def _advance(self) -> None:
        if self.progress is not None and self.task is not None:
            self.progress.advance(self.task)

    def started(self, change: ResourceChange, part: str) -> None:
        if part == IMPORT:
            self._imported(ui.importing, change)
            return
        action = _action(change, part)
        if action is None:
            return
        identity = None if action is Action.CREATE else ui.object_identity(change.change.before)
        if self.opened.as_json:
            self.opened.message(ui_json.apply_start_message(change.address, action, timestamp(), identity))
        else:
            self._write(ui.started(change.address, action, identity, color=self.color, deposed=change.deposed))

    def completed(self, change: ResourceChange, part: str, value: Value, seconds: float) -> None:
        self._advance()
        if part == IMPORT:
            self._imported(ui.imported, change)
            return
        action = _action(change, part)
        if action is None:
            return
        identity = None if action is Action.DELETE else ui.object_identity(value)
        if self.opened.as_json:
            message = ui_json.apply_complete_message(change.address, action, seconds, timestamp(), identity)
            self.opened.message(message)
        else:
            self._write(
                ui.completed(change.address, action, seconds, identity, color=self.color, deposed=change.deposed)
            )

    def _imported(self, line: Callable[..., str], change: ResourceChange) -> None:
        if not self.opened.as_json and change.import_id is not None:
            self._write(line(change.address, change.import_id, color=self.color))

    def failed(self, change: ResourceChange, part: str, seconds: float) -> None:
        action = _action(change, part)
        self._advance()
        if action is not None and self.opened.as_json:
            self.opened.message(ui_json.apply_errored_message(change.address, action, seconds, timestamp()))


def _action(change: ResourceChange, part: str) -> Action | None:
    """What one part of a change does to an object; None when it does nothing to it."""
    if part == IMPORT:
        return None
    if part != APPLY:
        return Action.DELETE
    if change.action.is_replace:
        return Action.CREATE
    return None if change.action in (Action.NO_OP, Action.FORGET) else change.action


class _Silent:
    """Shows no operation: what failed is told in the diagnostics."""

    def started(self, change: ResourceChange, part: str) -> None:
        pass

    def completed(self, change: ResourceChange, part: str, value: Value, seconds: float) -> None:
        pass

    def failed(self, change: ResourceChange, part: str, seconds: float) -> None:
        pass


@contextmanager
def _bar(opened: Session, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar below the lines while the body runs; none but on a terminal, and none when `quiet`."""
    if quiet or opened.as_json or not opened.console.is_terminal:
        yield None
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("Applying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Terminal(no_color=not opened.console.color), transient=True) as bar:
        yield bar


def apply_plan(
    opened: Session,
    run: PlannedRun,
    message: str | None,
    *,
    strict_serial: bool = False,
    destroy: bool = False,
    quiet: bool = False,
) -> None:
    """Applies a plan and shows what was done, `destroy` as the command of that name does; with `quiet` only what came
    of it, and no operation. Exits with 1 when something failed or it was interrupted."""
    console = opened.console
    with Interrupts() as interrupts, _bar(opened, quiet) as progress:
        watcher = _Silent() if quiet else _Watcher(opened, progress, operation_count(run.plan))
        result, origin = opened.project.apply(
            run, watcher, message=message, stopping=interrupts, strict_serial=strict_serial
        )
    opened.report(list(result.diagnostics), with_output=True)
    if opened.as_json:
        _send_result(opened, run, result, destroy)
    else:
        _show_result(opened, result, destroy)
        if result.operations:
            console.write(f"To see what was done: iac events --run {origin.run_id}")
            if note := reverting.closing_note(run.plan, width=console.width):
                console.write(note)
        # After a failure they are partly those of before, and Terraform shows none.
        outputs = _outputs(opened, run, result) if result.succeeded and not destroy else None
        if outputs:
            from iac.views.outputs import render_final_outputs

            console.write(render_final_outputs(outputs, color=console.color))
    if not result.succeeded:
        raise click.exceptions.Exit(1)


def _send_result(opened: Session, run: PlannedRun, result: ApplyResult, destroy: bool) -> None:
    """The last messages for programs; when something failed, what went wrong was the last."""
    if result.succeeded:
        kind = "destroy" if destroy else "apply"
        opened.message(ui_json.change_summary_message(kind, timestamp(), **_counts(result), imported=result.imported))
        opened.message(ui_json.outputs_message(_outputs(opened, run, result), timestamp()))


def _show_result(opened: Session, result: ApplyResult, destroy: bool) -> None:
    console = opened.console
    if result.succeeded:
        text = ui.apply_complete(color=console.color, destroy=destroy, **_counts(result), imported=result.imported)
        console.write(text)
        return
    console.write(
        f"\n{'Interrupted' if result.interrupted else 'Not everything was applied'}: {result.added} added, "
        f"{result.changed} changed, {result.destroyed} destroyed"
        + (f", {len(result.skipped)} skipped because of what failed" if result.skipped else "")
        + ". What was done is kept; plan again to see what is left."
    )


def _counts(result: ApplyResult) -> dict[str, int]:
    return {"added": result.added, "changed": result.changed, "destroyed": result.destroyed}


def _outputs(opened: Session, run: PlannedRun, result: ApplyResult) -> Mapping[str, OutputState]:
    """All root outputs there are now: a plan of a part knows only its own."""
    return opened.project.state().outputs if run.plan.targets else result.outputs
