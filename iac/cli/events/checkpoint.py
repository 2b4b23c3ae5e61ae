"""`iac events checkpoint`."""

from __future__ import annotations

from pathlib import Path

import click

from iac.cli.arguments import Command, color_option, database_option, file_name, switch
from iac.cli.console import warn_of_file
from iac.cli.events.opening import audit_session


@click.command("checkpoint", cls=Command)
@click.option("--output", callback=file_name, metavar="FILE", help="Write it to this file. Default: print it.")
@click.option(
    "--key",
    callback=file_name,
    metavar="FILE",
    help="Sign with this private Ed25519 key in PEM. Default: the one beside the database (iac.db.key), made when it "
    "is first needed.",
)
@click.option(
    "--public-key", callback=file_name, metavar="FILE", help="Also write the public key, in PEM, for those who verify."
)
@switch("force", "Replace files that are there already.")
@database_option
@color_option
def command(
    output: str | None, key: str | None, public_key: str | None, force: bool, database: str | None, no_color: bool
) -> None:
    """Sign the newest event of the log, to prove later that nothing up to it was changed or removed.

    Keep the checkpoint where nobody can reach it who can change the database. See: iac events verify --checkpoint.
    """
    from iac.audit.checkpoint import checkpoint_text, default_key_path, make_checkpoint, public_pem, signing_key
    from iac.audit.export import write_text

    with audit_session(database, no_color=no_color) as opened:
        signing = signing_key(opened.database, Path(key) if key else None)
        if (path := Path(key) if key else default_key_path(opened.database)) is not None:
            warn_of_file(opened.console, "Private key", path)
        made = make_checkpoint(opened.database, signing)
        if public_key is not None:
            _write_public_key(Path(public_key), public_pem(signing), force)
        if output is None:
            opened.console.write(checkpoint_text(made))
            return
        write_text(Path(output), [checkpoint_text(made)], replace=force)
        what = f"event {made.sequence}" if made.sequence else "the log, which has no events yet"
        opened.console.write(f"Checkpoint of {what} written to {output}, signed by {made.fingerprint}.")


def _write_public_key(path: Path, pem: str, force: bool) -> None:
    """Writes the key, where it is not there already."""
    from iac.audit.export import write_text

    try:
        is_there = path.read_text(encoding="utf-8") == pem
    except (OSError, UnicodeDecodeError):
        is_there = False
    if not is_there:
        write_text(path, [pem], replace=force)
