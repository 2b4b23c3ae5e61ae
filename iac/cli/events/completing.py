"""What the shell offers while a filter is typed: values that occur in the audit log.

Never creates a database, and offers nothing rather than failing: whoever types has asked no question yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from iac.database import Database

_MOST = 100
_NEWEST = 1000

Completer = Callable[[click.Context, click.Parameter, str], list[str]]


@contextmanager
def _database(ctx: click.Context) -> Iterator[Database]:
    from iac.cli.location import block_constants, given_location, location_of
    from iac.storage import open_storage

    directory = ctx.find_root().params.get("chdir") or "."
    location = location_of(given_location(ctx, ctx.params.get("database")), block_constants(directory))
    if "://" not in location:
        location = os.path.join(directory, location)
    with open_storage(location, create=False) as database:
        yield database


def _offered(ctx: click.Context, beginning: str, find: Callable[[Database], Iterable[str]]) -> list[str]:
    from iac.diagnostics import DiagnosticsError

    try:
        with _database(ctx) as database:
            found = [text for text in find(database) if text.startswith(beginning)]
    except (DiagnosticsError, OSError):
        return []
    # A control character would speak to the shell, or to the terminal.
    return [text for text in found if text.isprintable()][:_MOST]


def column(name: str) -> Completer:
    """Offers the values of a column of the log; for `change` the groups."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        return _offered(ctx, incomplete, lambda database: _values(database, name))

    return complete


def _values(database: Database, name: str) -> list[str]:
    from iac.audit.clauses import distinct
    from iac.audit.conditions import group_names

    found = distinct(database, name)
    return sorted({group for text in found for group in group_names(text)}) if name == "change" else found


def targets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offers target types, objects as `TYPE:NAME`, and addresses."""
    return _offered(ctx, incomplete, lambda database: _targets(database, incomplete))


def _targets(database: Database, beginning: str) -> Iterator[str]:
    from iac.audit.clauses import distinct

    types = distinct(database, "target_type")
    yield from types
    kind, _, name = beginning.partition(":")
    for type in types:
        if type == kind or (":" not in beginning and type.startswith(beginning)):
            sql = "SELECT min(target_name) FROM event WHERE target_type = ? AND target_name {} ?"
            yield from (f"{type}:{found}" for found in _steps(database, sql, name if type == kind else "", [type]))
    if beginning and ":" not in beginning:
        yield from _steps(database, "SELECT min(address) FROM event WHERE address {} ?", beginning, [])


def _steps(database: Database, sql: str, beginning: str, params: list[str]) -> Iterator[str]:
    """The different values from a beginning on, one step of the index each."""
    comparison, last = ">=", beginning
    for _ in range(_MOST):
        row = database.query_one(sql.format(comparison), [*params, last])
        if row is None or row[0] is None or not row[0].startswith(beginning):
            return
        yield row[0]
        comparison, last = ">", row[0]


def runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offers the latest runs, newest first."""
    sql = "SELECT run_id FROM event WHERE run_id IS NOT NULL ORDER BY sequence DESC LIMIT ?"
    return _offered(ctx, incomplete, lambda database: dict.fromkeys(r for (r,) in database.query(sql, [_NEWEST])))


_OF_KEYS: dict[str, Completer] = {
    "target": targets,
    "in": targets,
    "target-type": column("target_type"),
    "type": column("event_type"),
    "change": column("change"),
    "user": column('"user"'),
    "tool": column("tool"),
    "workspace": column("workspace"),
    "run": runs,
}


def words(ctx: click.Context, param: Any, incomplete: str) -> list[str]:
    """Offers filters as words: keys, then their values; targets as they are."""
    from iac.audit.words import KEYS

    negation = "-" if incomplete.startswith("-") else ""
    beginning = incomplete.removeprefix("-")
    key, colon, value = beginning.partition(":")
    if colon and key in _OF_KEYS:
        return [f"{negation}{key}:{found}" for found in _OF_KEYS[key](ctx, param, value)]
    keys = [f"{negation}{key}:" for key in KEYS if key.startswith(beginning)]
    return [*keys, *(f"{negation}{found}" for found in targets(ctx, param, beginning))]
