"""What is told of a database: what checking it found, and what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from iac.engine.database_check import Finding
from iac.engine.database_facts import DatabaseFacts
from iac.engine.log_check import LogProblem
from iac.views.inventory import problem_text
from iac.views.style import style, visible
from iac.views.tables import columns


def render_findings(findings: Sequence[Finding], *, color: bool) -> str:
    """Each check with what it found, and at the end whether all is well."""
    form = style(color)
    lines = []
    for finding in findings:
        word = form.paint("[green]ok[reset]") if finding.is_good else form.paint("[red]BROKEN[reset]")
        lines.append(f"{finding.name}: {word}")
        lines += [f"  {visible(text)}" for text in (*map(_text, finding.problems), *finding.notes)]
    bad = [finding.name for finding in findings if not finding.is_good]
    lines += ["", f"The database is damaged: {', '.join(bad)}." if bad else "The database is in order."]
    return "".join(f"{line}\n" for line in lines)


def findings_to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "good": all(finding.is_good for finding in findings),
        "checks": [
            {
                "name": finding.name,
                "good": finding.is_good,
                "problems": [_text(problem) for problem in finding.problems],
                "notes": list(finding.notes),
            }
            for finding in findings
        ],
    }


def _text(problem: str | LogProblem) -> str:
    return f"{problem.target}: {problem_text(problem)}" if isinstance(problem, LogProblem) else problem


def facts_lines(facts: DatabaseFacts, *, color: bool) -> Iterator[str]:
    """What is in a database, line by line."""
    form = style(color)
    known = "" if facts.schema == facts.newest_schema else f" (this iac knows up to {facts.newest_schema})"
    rows = [("Database", facts.location), ("Engine", facts.engine), ("Schema version", f"{facts.schema}{known}")]
    if facts.sizes is not None:
        rows += [
            ("Size", size_text(facts.sizes.file)),
            ("Write-ahead log", size_text(facts.sizes.wal)),
            ("Unused", size_text(facts.sizes.unused)),
        ]
    rows += [(name.capitalize(), f"{count:,}") for name, count in facts.counts.items()]
    if facts.first_event is not None:
        rows += [("First event", facts.first_event), ("Last event", str(facts.last_event))]
    width = max(len(name) for name, _ in rows) + 1
    for name, text in rows:
        yield f"{form.paint('[bold]%s[reset]') % f'{name}:'.ljust(width)} {visible(text)}"
    yield ""
    header = ("WORKSPACE", "SERIAL", "OBJECTS", "OUTPUTS", "LOCK")
    cells = [
        (visible(w.name), str(w.serial), str(w.objects), str(w.outputs), visible(w.lock.who) if w.lock else "-")
        for w in facts.workspaces
    ]
    yield from columns(header, cells, form)


def facts_to_json(facts: DatabaseFacts) -> dict[str, Any]:
    """The same as plain data; sizes in bytes."""
    return asdict(facts)


def size_text(size: int) -> str:
    """A number of bytes for people."""
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    raise AssertionError
