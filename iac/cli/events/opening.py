"""Opening the audit log alone: commands that only ask it need no configuration, and none of what plans and applies."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import click

from iac.cli.console import Console, warn_of_readers
from iac.cli.location import block_constants, given_location, location_of
from iac.database import Database
from iac.diagnostics import DiagnosticsError
from iac.storage import open_storage

if TYPE_CHECKING:
    from iac.views.event_targets import TargetNames


@dataclass
class AuditSession:
    """One command at work on the log."""

    location: str
    console: Console

    @cached_property
    def database(self) -> Database:
        """The database, opened when first needed and never made. Raises `DiagnosticsError`."""
        return open_storage(self.location, create=False)

    def names(self) -> TargetNames:
        """What tells objects of a table of events apart."""
        from iac.audit.places import Places
        from iac.views.event_targets import TargetNames

        return TargetNames(Places(self.database))

    def remark(self, text: str) -> None:
        """Says something about the answer, on standard error."""
        from iac.views.style import visible

        sys.stdout.flush()
        sys.stderr.write(f"{visible(text)}\n")
        sys.stderr.flush()


@contextmanager
def audit_session(database: str | None, *, no_color: bool = False) -> Iterator[AuditSession]:
    """The log of the current directory; mistakes that come out of the body are shown, with exit 1."""
    location = location_of(given_location(click.get_current_context(), database), block_constants())
    opened = AuditSession(location, Console(no_color=no_color))
    warn_of_readers(opened.console, location)
    try:
        yield opened
    except DiagnosticsError as problem:
        opened.console.diagnostics(problem.diagnostics, {})
        raise click.exceptions.Exit(1) from None
    finally:
        log = opened.__dict__.get("database")
        if log is not None:
            log.close()
