"""What may be asked in SQL: the views, their columns, and what each of them holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class View:
    """A view: a sentence about its rows, and its columns with what is in each. `table` is the table that has them;
    empty where they are made for the question, because some are not to be seen."""

    summary: str
    columns: Mapping[str, str]
    table: str = ""


VIEWS: Final[Mapping[str, View]] = {
    "resources": View(
        "One row for each object of a state, data sources included.",
        {
            "workspace": "the workspace",
            "address": "the address, such as `module.web.iac_service.api[0]`",
            "deposed": "the key of an object that its replacement has superseded; empty for the current one",
            "module": "the module instance; empty for the root",
            "mode": "`managed` or `data`",
            "type": "the resource type",
            "name": "the name of the block",
            "instance_key": "the key of `count` or `for_each`, as JSON; null where there is none",
            "provider": "the local name of the provider",
            "status": "`ready` or `tainted`",
            "dependencies": "the blocks that it depended on when it was applied: a JSON array",
            "create_before_destroy": "1 when its replacement is made first",
            "version": "how often the object was written",
        },
        "resource_instance",
    ),
    "attributes": View(
        "One row for each value in those objects, but for superseded ones.",
        {
            "workspace": "the workspace",
            "address": "the address of the object",
            "type": "its resource type",
            "path": "where in the object, such as `container.image` or `port[0].internal_port`",
            "value": "the value; null when it is sensitive",
            "sensitive": "1 when it is sensitive",
        },
    ),
    "outputs": View(
        "One row for each output of a root module, as last applied.",
        {
            "workspace": "the workspace",
            "name": "the name",
            "value": "the value, lists and objects as JSON; null when it is sensitive",
            "sensitive": "1 when it is sensitive",
        },
    ),
    "checks": View(
        "What came of the conditions when a state was last applied: one row for each object that has some.",
        {
            "workspace": "the workspace",
            "address": "the address, such as `check.health`, `output.url` or `iac_service.api[0]`",
            "kind": "`check`, `resource`, `output_value` or `var`",
            "status": "`pass`, `fail`, `error`, or `unknown` where nothing was evaluated",
            "problems": "the messages of what failed: a JSON array",
            "evaluated": "0 where there is only a result for the whole block, which had no objects",
        },
        "check_result",
    ),
    "events": View(
        "The audit log: one row for each event. Sensitive values in it are digests.",
        {
            "sequence": "the number in the log",
            "id": "the id, unique and sortable",
            "timestamp": "RFC 3339, UTC, microseconds",
            "event_type": "`CREATE`, `UPDATE`, `DELETE`, `IMPORT`, ...",
            "target_type": "`cluster`, `environment`, `service`, or a resource type",
            "target_id": "the id of the object",
            "target_name": "its name",
            "address": "its address; null for tools that know none",
            "change": "what was modified, at a high level: a JSON array",
            "user": "who",
            "tool": "with what: `terraform`, `console`, `api`, ...",
            "workspace": "the workspace",
            "run_id": "the run",
            "plan_id": "the plan",
            "message": "the reason that was given",
            "source": "the place in the configuration",
            "forced_by": "what forced a replacement: a JSON array",
            "error": "why it failed, if it did",
            "context": "where it was done (git, CI, host): a JSON object",
            "post_state": "the object afterwards: a JSON object, null after a delete",
            "patch": "RFC 6902, from the state before; null where it follows from `post_state`",
            "hash": "the hash of the event",
        },
        "event",
    ),
    "plans": View(
        "One row for each plan that was recorded.",
        {
            "id": "the id",
            "created": "when",
            "workspace": "the workspace",
            "mode": "`normal`, `destroy` or `refresh-only`",
            "user": "who",
            "tool": "with what",
            "context": "where: a JSON object",
            "status": "`planned`, `applied`, `partly applied`, `failed`, `discarded` or `stale`",
            "digest": "equal for plans that do the same",
            "imported": "how many objects it imports",
            "added": "how many it creates",
            "changed": "how many it updates",
            "destroyed": "how many it deletes",
            "variables": "those of the root module: a JSON object, sensitive ones as digests",
        },
        "plan",
    ),
    "runs": View(
        "One row for each apply or destroy.",
        {
            "id": "the id",
            "plan_id": "the plan",
            "workspace": "the workspace",
            "user": "who",
            "tool": "with what",
            "message": "the reason that was given",
            "context": "where: a JSON object",
            "started": "when it began",
            "finished": "when it ended; null when it was killed",
            "status": "`running`, `applied`, `partly applied`, `failed` or `interrupted`",
            "digest": "that of the plan as it was applied",
            "imported": "how many objects were imported",
            "added": "how many were created",
            "changed": "how many were updated",
            "destroyed": "how many were deleted",
            "error": "why it failed, if it did",
        },
        "run",
    ),
}
"""Each view by name."""

SCHEMA: Final[Mapping[str, Sequence[str]]] = {name: tuple(view.columns) for name, view in VIEWS.items()}
"""The columns of each view."""
