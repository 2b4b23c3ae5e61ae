"""The workspaces of a database, and which of them is selected."""

from __future__ import annotations

from collections.abc import Sequence

from iac.address import ResourceInstance
from iac.diagnostics import Diagnostic, DiagnosticsError, did_you_mean, error
from iac.project.opened import Opened
from iac.state.store import DEFAULT_WORKSPACE, create_workspace, delete_workspace, workspaces
from iac.state.workspaces import check_name, refuse_overridden, select_workspace


class Workspaces(Opened):
    """What lists, makes, selects and deletes workspaces."""

    def workspaces(self) -> Sequence[str]:
        """The names of the workspaces, the selected one included even where nothing was written to it yet."""
        names = workspaces(self.database)
        return names if self.workspace in names else [*names, self.workspace]

    def create_workspace(self, name: str) -> None:
        """Makes an empty workspace and selects it. Raises `DiagnosticsError`."""
        check_name(name)
        refuse_overridden(self.environment)
        with self.database.transaction():
            if name in workspaces(self.database):
                raise DiagnosticsError(
                    error(f'Workspace "{name}" already exists', "Choose another name, or select it.")
                )
            create_workspace(self.database, name)
        self.select_workspace(name)

    def select_workspace(self, name: str) -> None:
        """Works in another workspace from now on. Raises `DiagnosticsError` when there is none of that name."""
        self._refuse_unknown(name)
        select_workspace(self.directory, self.environment, name)
        self.workspace = name

    def delete_workspace(
        self,
        name: str,
        *,
        force: bool,
        dry_run: bool = False,
        lock: bool = True,
        timeout: float = 0.0,
        message: str | None = None,
    ) -> Sequence[ResourceInstance]:
        """Deletes a workspace that is not selected; returns the objects that are forgotten with it.

        Objects stay where they are, and the events that tell of it have the `message`. Raises `DiagnosticsError` when
        it has some and not `force`. A `dry_run` only finds out.
        """
        self._refuse_unknown(name)
        if name in (self.workspace, DEFAULT_WORKSPACE):
            which = "your active workspace" if name == self.workspace else "the default workspace"
            raise DiagnosticsError(
                error(
                    f'Workspace "{name}" is {which}',
                    "You cannot delete the currently active workspace. Please switch to another workspace and try "
                    "again."
                    if name == self.workspace
                    else "The default workspace always exists and cannot be deleted.",
                )
            )
        other = type(self)(self.directory, self.location, self.environment, name, create=False)
        other.tell = self.tell
        with other, other.lock("workspace-delete", timeout, enabled=lock and not dry_run):
            state = other.state()
            addresses = sorted({*state.instances, *(address for address, _ in state.deposed)})
            if addresses and not force:
                raise DiagnosticsError(_not_empty(name, addresses))
            if not dry_run:
                with other.database.transaction():
                    if addresses:
                        other.edit_state(lambda editor, state: editor.forget(addresses), message=message)
                    delete_workspace(other.database, name)
        return addresses

    def _refuse_unknown(self, name: str) -> None:
        names = workspaces(self.database)
        if name not in names:
            raise DiagnosticsError(
                error(
                    f'Workspace "{name}" doesn\'t exist',
                    f'You can create this workspace with the "new" subcommand or include the "-or-create" flag with '
                    f'the "select" subcommand.{did_you_mean(name, names)}',
                )
            )


def _not_empty(name: str, addresses: Sequence[ResourceInstance]) -> Diagnostic:
    listed = "".join(f"\n  - {address}" for address in addresses)
    return error(
        "Workspace is not empty",
        f'Workspace "{name}" is currently tracking the following resource instances:{listed}\n\nDeleting this '
        "workspace would cause iac to lose track of any associated objects, which would then require you to delete "
        "them outside of iac. You should destroy these objects with iac before deleting the workspace.\n\nIf you want "
        "to delete this workspace anyway, and have iac forget about these managed objects, use the -force option to "
        "disable this safety check.",
    )
