"""Recorded plans and runs: as tables, one as a whole, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from iac.plan.records import PlanRecord, RunRecord
from iac.views.events_table import short_time
from iac.views.style import style, visible
from iac.views.tables import columns

_SHORT: Final = 13
"""How much of an id the tables show: its time to the millisecond."""

_HUES: Final = {
    "applied": "green",
    "partly applied": "red",
    "failed": "red",
    "stale": "yellow",
    "discarded": "dark_gray",
    "interrupted": "yellow",
    "running": "cyan",
}


def plan_lines(records: Sequence[PlanRecord], *, color: bool) -> Iterator[str]:
    """A table of plans."""
    rows = [
        (
            short_time(r.created),
            r.id[:_SHORT],
            r.status,
            counts_text(r),
            r.workspace,
            r.user,
            commit_text(r.context),
            r.digest[:12],
        )
        for r in records
    ]
    header = ("WHEN", "PLAN", "STATUS", "CHANGES", "WORKSPACE", "USER", "COMMIT", "DIGEST")
    yield from columns(header, [tuple(map(visible, row)) for row in rows], style(color))


def run_lines(records: Sequence[RunRecord], *, color: bool) -> Iterator[str]:
    """A table of runs."""
    rows = [
        (
            short_time(r.started),
            r.id[:8],
            r.plan_id[:_SHORT],
            r.status,
            counts_text(r),
            duration_text(r),
            r.workspace,
            r.user,
            commit_text(r.context),
            r.message or "-",
        )
        for r in records
    ]
    header = ("WHEN", "RUN", "PLAN", "STATUS", "CHANGES", "TOOK", "WORKSPACE", "USER", "COMMIT", "MESSAGE")
    yield from columns(header, [tuple(map(visible, row)) for row in rows], style(color))


def counts_text(record: PlanRecord | RunRecord) -> str:
    """`+2 ~1 -0`, after an import count where there is one."""
    first = f"import {record.imported} " if record.imported else ""
    return f"{first}+{record.added} ~{record.changed} -{record.destroyed}"


def duration_text(record: RunRecord) -> str:
    """How long a run took; a dash while it runs."""
    if record.finished is None:
        return "-"
    seconds = (datetime.fromisoformat(record.finished) - datetime.fromisoformat(record.started)).total_seconds()
    return f"{seconds:.1f}s"


def commit_text(context: Mapping[str, Any]) -> str:
    """The commit in short, with a mark when files differed from it; a dash where there was none."""
    git = context.get("git")
    if not isinstance(git, Mapping) or not git.get("commit"):
        return "-"
    return f"{str(git['commit'])[:8]}{'+' if git.get('dirty') else ''}"


def plan_header(record: PlanRecord, *, color: bool) -> str:
    """What is known of a plan beside what it does."""
    rows: list[tuple[str, str]] = [
        ("Plan", record.id),
        ("Made", record.created),
        ("Status", record.status),
        ("Mode", record.mode),
        ("Workspace", record.workspace),
        ("User", record.user),
        ("Digest", record.digest),
        *_context_rows(record.context),
        *((f"var.{name}", _value_text(value)) for name, value in sorted(record.variables.items())),
    ]
    return _fields(rows, color)


def run_header(record: RunRecord, planned: PlanRecord | None, *, color: bool) -> str:
    """What is known of a run: whose, when, of which plan, and whether that is what was planned."""
    rows: list[tuple[str, str]] = [
        ("Run", record.id),
        ("Started", record.started),
        ("Finished", record.finished or "-"),
        ("Took", duration_text(record)),
        ("Status", record.status),
        ("Changes", counts_text(record)),
        ("Workspace", record.workspace),
        ("User", record.user),
        *((("Message", record.message),) if record.message else ()),
        ("Plan", record.plan_id),
        ("As planned", as_planned(record, planned)),
        *_context_rows(record.context),
        *((("Error", record.error),) if record.error else ()),
    ]
    return _fields(rows, color)


def as_planned(record: RunRecord, planned: PlanRecord | None) -> str:
    """Whether what was applied is what was planned, by digest."""
    if planned is None:
        return "unknown: the plan is not recorded here"
    return "yes" if planned.digest == record.digest else "NO: the digests differ"


def duration_lines(record: RunRecord) -> Iterator[str]:
    """What was done, the slowest first."""
    for address, part, milliseconds in sorted(record.durations, key=lambda d: -d[2]):
        yield f"  {milliseconds / 1000:8.3f}s  {part:<6}  {visible(address)}"


def plan_record_to_json(record: PlanRecord) -> dict[str, Any]:
    """The plain form of a recorded plan."""
    return {**asdict(record), "context": dict(record.context), "variables": dict(record.variables)}


def run_record_to_json(record: RunRecord) -> dict[str, Any]:
    """The plain form of a run."""
    durations = [{"address": a, "part": p, "milliseconds": ms} for a, p, ms in record.durations]
    return {**asdict(record), "context": dict(record.context), "durations": durations}


def _context_rows(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in sorted(context.items()):
        if isinstance(value, Mapping):
            yield from ((f"{key}.{name}", _value_text(part)) for name, part in sorted(value.items()))
        else:
            yield key, _value_text(value)


def _value_text(value: Any) -> str:
    from iac.values.codec import canonical

    if isinstance(value, str) and value.startswith("hmac-sha256:"):
        return "(sensitive value)"
    return value if isinstance(value, str) else canonical(value)


def _fields(rows: Sequence[tuple[str, str]], color: bool) -> str:
    form = style(color)
    width = max(len(visible(name)) for name, _ in rows) + 1
    bold = form.paint("[bold]%s[reset]")
    return "".join(f"{bold % f'{visible(name)}:'.ljust(width)} {visible(value)}\n" for name, value in rows)
