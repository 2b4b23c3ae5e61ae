"""`iac events verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iac.cli.arguments import Command, color_option, database_option, file_name, json_option
from iac.cli.console import warn_of_file
from iac.cli.events.opening import AuditSession, audit_session

if TYPE_CHECKING:
    from iac.audit.checkpoint import Checkpoint
    from iac.audit.verify import Verification
    from iac.audit.verify_export import ExportVerification


@click.command("verify", cls=Command)
@click.option(
    "--checkpoint",
    callback=file_name,
    metavar="FILE",
    help="Prove that the log still has the history that this checkpoint was made of.",
)
@click.option(
    "--file",
    "export",
    callback=file_name,
    metavar="FILE",
    help="Verify an NDJSON export instead of the database (-: from stdin).",
)
@click.option(
    "--key",
    callback=file_name,
    metavar="FILE",
    help="The key, public or private, in PEM, that must have signed the checkpoint. Default: the one beside the "
    "database, if there is one.",
)
@database_option
@color_option
@json_option
def command(
    checkpoint: str | None, export: str | None, key: str | None, database: str | None, no_color: bool, as_json: bool
) -> None:
    """Check that no event was altered, removed, inserted or reordered since it was recorded.

    Exits with 1 when the log is not as it was recorded, and names the first event that is wrong.
    """
    if key is not None and checkpoint is None:
        raise click.UsageError("-key says who must have signed a checkpoint: name one with -checkpoint=FILE.")
    with audit_session(database, no_color=no_color) as opened:
        kept, remark = _checkpoint(opened, checkpoint, key, with_database=export is None)
        known = None if kept is None else (kept.sequence, kept.hash)
        if export is None:
            from iac.audit.verify import verify

            found: Verification | ExportVerification = verify(opened.database, known=known)
        else:
            if export != "-":
                warn_of_file(opened.console, "Export", Path(export))
            found = _verify_file(export, kept)
        if as_json:
            from iac.values.codec import pretty

            opened.console.write(pretty(_json(found, kept, is_trusted=remark is None)))
        else:
            from iac.views.verification import render_verification

            opened.console.write(render_verification(found, kept, remark))
        if found.problem is not None:
            raise click.exceptions.Exit(1)


def _checkpoint(
    opened: AuditSession, path: str | None, key: str | None, *, with_database: bool
) -> tuple[Checkpoint | None, str | None]:
    """The checkpoint with its signature checked, and what is to be said of it."""
    if path is None:
        return None, None
    from iac.audit.chain import database_id
    from iac.audit.checkpoint import check_signature, read_checkpoint, trusted_key
    from iac.diagnostics import DiagnosticsError, error

    kept = read_checkpoint(Path(path))
    trusted = trusted_key(opened.database if with_database else None, Path(key) if key else None)
    problem = check_signature(kept, trusted)
    if problem is None and with_database and kept.database != database_id(opened.database):
        problem = "The checkpoint is of another database."
    if problem is not None:
        raise DiagnosticsError(error("Checkpoint refused", problem))
    if trusted is None:
        return kept, f"Its key was not held against one you trust (-key=FILE): {kept.fingerprint}."
    return kept, None


def _verify_file(export: str, kept: Checkpoint | None) -> ExportVerification:
    from dataclasses import replace

    from iac.audit.verify_export import verify_export
    from iac.diagnostics import DiagnosticsError, error
    from iac.reading import read_lines

    try:
        lines = sys.stdin.buffer if export == "-" else read_lines(Path(export), pipes=True)
        found = verify_export(lines, known=None if kept is None else (kept.sequence, kept.hash))
    except OSError as failure:
        reason = (failure.strerror or str(failure)).lower()
        problem = error("Cannot read export", f'The file "{export}" cannot be read: {reason}.')
        raise DiagnosticsError(problem) from failure
    if found.problem is None and kept is not None and found.database != kept.database:
        return replace(found, problem="The checkpoint is of another database than the export.")
    return found


def _json(found: Verification | ExportVerification, kept: Checkpoint | None, *, is_trusted: bool) -> dict[str, Any]:
    """What was found as plain data; of a checkpoint, whether its key was held against one that is trusted."""
    data: dict[str, Any] = {"valid": found.is_valid}
    data.update((name, getattr(found, name)) for name in found.__slots__)
    if kept is not None:
        data["checkpoint"] = {
            "sequence": kept.sequence,
            "hash": kept.hash,
            "time": kept.time,
            "signed_by": kept.fingerprint,
            "key_is_trusted": is_trusted,
        }
    return data
