"""A plan as Markdown, for a comment on a pull request: what it comes to, and below it the whole, to be unfolded.

Within the length that GitHub allows a comment; what does not fit is left out, and that is said. Secrets are hidden
as in the text of a plan.
"""

from __future__ import annotations

import re
from typing import Final

from iac.plan.model import Action, Plan
from iac.views.plan_text import render_plan
from iac.views.ui import summary_sentence

LIMIT: Final = 65_536
"""How many characters GitHub takes as one comment."""

_RESERVE: Final = 2_000
_MOST_ROWS: Final = 200
_ICONS: Final = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DELETE: "**delete**",
    Action.DELETE_THEN_CREATE: "**replace** (delete, then create)",
    Action.CREATE_THEN_DELETE: "**replace** (create, then delete)",
    Action.READ: "read",
    Action.FORGET: "forget",
}


def render_markdown(plan: Plan, *, title: str = "Plan") -> str:
    """The plan as Markdown, at most `LIMIT` characters long."""
    imported, added, changed, destroyed = plan.counts
    sentence = summary_sentence("plan", added=added, changed=changed, destroyed=destroyed, imported=imported)
    head = f"### {title}: {'no changes' if plan.is_empty else sentence.removeprefix('Plan: ')}\n\n"
    if plan.is_empty:
        return head
    head += _table(plan)
    body = render_plan(plan, color=False, width=100)
    return f"{head}\n{_details(body, LIMIT - len(head) - _RESERVE)}"


def _table(plan: Plan) -> str:
    shown = [c for c in plan.changes if c.action in _ICONS]
    moved = [c for c in plan.changes if c.action is Action.NO_OP and c.previous_address is not None]
    rows = [f"| `{_cell(str(c.address))}` | {_ICONS[c.action]} |\n" for c in shown]
    rows += [f"| `{_cell(str(c.address))}` | moved from `{_cell(str(c.previous_address))}` |\n" for c in moved]
    rows += [
        f"| `output.{_cell(o.name)}` | {_ICONS.get(o.change.action, o.change.action.value)} |\n"
        for o in plan.outputs
        if o.change.action is not Action.NO_OP
    ]
    more = f"\n...and {len(rows) - _MOST_ROWS} more.\n" if len(rows) > _MOST_ROWS else ""
    return "| what | action |\n|---|---|\n" + "".join(rows[:_MOST_ROWS]) + more


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'").replace("\n", " ")


def _details(body: str, room: int) -> str:
    lines = [_as_diff(line) for line in body.strip("\n").splitlines()]
    kept: list[str] = []
    length = 0
    for line in lines:
        length += len(line) + 1
        if length > room:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    note = f"\n{left} lines of the plan are left out here: they do not fit into a comment.\n" if left else ""
    # The fence is longer than any that a value may contain.
    longest = max((len(m) for m in re.findall(r"`{3,}", body)), default=2)
    fence = "`" * (longest + 1)
    text = "\n".join(kept)
    return f"<details><summary>Show the plan</summary>\n\n{fence}diff\n{text}\n{fence}\n{note}\n</details>\n"


def _as_diff(line: str) -> str:
    """The line with its sign in front, so that it is coloured as a difference."""
    match = re.match(r"^( *)(-/\+|\+/-|[+~-])( .*)$", line)
    if not match:
        return line
    space, sign, rest = match.groups()
    first = {"+": "+", "-": "-", "~": "!"}.get(sign, "!")
    return f"{first}{space}{sign if len(sign) > 1 else ''}{rest}"
