"""What a plan consists of. Frozen data, made by the planner, read by the applier and the views.

The words are Terraform's: see its JSON output format for `actions`, `action_reason`, `replace_paths`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from iac.address import ConfigResource, ResourceInstance
from iac.diagnostics import Diagnostic, SourceRange
from iac.schema import ResourceSchema
from iac.state.checks import CheckResult
from iac.values.paths import Path
from iac.values.value import Value


class Action(Enum):
    """What is done to one object. The value is what plan JSON and goldens show."""

    NO_OP = "no-op"
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    DELETE_THEN_CREATE = "delete-then-create"
    CREATE_THEN_DELETE = "create-then-delete"
    FORGET = "forget"

    @property
    def is_replace(self) -> bool:
        """Whether it is a replacement in either order."""
        return self in (Action.DELETE_THEN_CREATE, Action.CREATE_THEN_DELETE)

    @property
    def json_actions(self) -> list[str]:
        """The `actions` of plan JSON: `["delete", "create"]` and so on."""
        return {
            Action.DELETE_THEN_CREATE: ["delete", "create"],
            Action.CREATE_THEN_DELETE: ["create", "delete"],
        }.get(self, [self.value])


class ActionReason(Enum):
    """Why, where the action alone does not say. The values are those of plan JSON."""

    REPLACE_BECAUSE_CANNOT_UPDATE = "replace_because_cannot_update"
    REPLACE_BECAUSE_TAINTED = "replace_because_tainted"
    REPLACE_BY_REQUEST = "replace_by_request"
    REPLACE_BY_TRIGGERS = "replace_by_triggers"
    DELETE_BECAUSE_NO_RESOURCE_CONFIG = "delete_because_no_resource_config"
    DELETE_BECAUSE_WRONG_REPETITION = "delete_because_wrong_repetition"
    DELETE_BECAUSE_COUNT_INDEX = "delete_because_count_index"
    DELETE_BECAUSE_EACH_KEY = "delete_because_each_key"
    DELETE_BECAUSE_NO_MODULE = "delete_because_no_module"
    DELETE_BECAUSE_NO_MOVE_TARGET = "delete_because_no_move_target"
    READ_BECAUSE_CONFIG_UNKNOWN = "read_because_config_unknown"
    READ_BECAUSE_DEPENDENCY_PENDING = "read_because_dependency_pending"
    READ_BECAUSE_CHECK_NESTED = "read_because_check_nested"


@dataclass(frozen=True, slots=True)
class Change:
    """From `before` to `after`, each null when the object does not exist then.

    Values carry their marks: sensitive parts are marked, whether by the schema or by the configuration.
    Unknown parts of `after` are known after apply.
    """

    action: Action
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What happens to one resource instance.

    `config` is the evaluated configuration (null for a delete), `replace_paths` the places that force a
    replacement. `previous_address` differs from `address` after a move; `import_id` is set when the object is
    imported by this change. `deposed` names the deposed object that is deleted. `source` is the block's
    place, None when the block is gone. `dependencies` are the blocks it refers to, `prior_dependencies` those that
    the state remembers. `prior_version` is the state's version of the object planned on. `generated_config` is the
    block that was generated for the import.
    """

    address: ResourceInstance
    change: Change
    schema: ResourceSchema
    provider: str
    config: Value
    reason: ActionReason | None = None
    replace_paths: tuple[Path, ...] = ()
    deposed: str | None = None
    previous_address: ResourceInstance | None = None
    import_id: str | None = None
    dependencies: tuple[ConfigResource, ...] = ()
    prior_dependencies: tuple[ConfigResource, ...] = ()
    create_before_destroy: bool = False
    source: SourceRange | None = None
    prior_version: int | None = None
    generated_config: str | None = None

    @property
    def action(self) -> Action:
        """What is done."""
        return self.change.action


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference between what was last applied and what the provider now finds; in a refresh-only plan also a move
    alone, with the action no-op."""

    address: ResourceInstance
    change: Change
    schema: ResourceSchema
    provider: str
    deposed: str | None = None
    previous_address: ResourceInstance | None = None
    prior_version: int | None = None


@dataclass(frozen=True, slots=True)
class DataRead:
    """A data source that was read while planning: nothing is left to do but to remember it."""

    address: ResourceInstance
    value: Value
    schema: ResourceSchema
    provider: str


@dataclass(frozen=True, slots=True)
class OutputChange:
    """From `before` to `after` of one root output; `sensitive` when either is declared so."""

    name: str
    change: Change
    sensitive: bool


class Mode(Enum):
    """What kind of plan it is."""

    NORMAL = "normal"
    DESTROY = "destroy"
    REFRESH_ONLY = "refresh-only"


@dataclass(frozen=True)
class Plan:
    """A complete plan.

    `changes` has one entry per resource instance, no-ops included, in address order; `order` the same
    changes' indices in the order in which the planner met them (dependencies first). `data` are the data
    sources that were read, `forgotten_data` those that the state has and the configuration no longer.
    `variables` are the root module's, with marks; the saved plan has no ephemeral ones. `ephemeral_variables` are
    those of them that were given a value, which must be given again when a saved plan is applied.
    `lineage` and `serial` are those of the state planned on.
    """

    id: str
    mode: Mode
    workspace: str
    lineage: str
    serial: int
    timestamp: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    changes: Sequence[ResourceChange] = ()
    order: Sequence[int] = ()
    drift: Sequence[Drift] = ()
    data: Sequence[DataRead] = ()
    forgotten_data: Sequence[ResourceInstance] = ()
    outputs: Sequence[OutputChange] = ()
    checks: Sequence[CheckResult] = ()
    targets: Sequence[str] = ()
    replace: Sequence[str] = ()
    diagnostics: Sequence[Diagnostic] = ()
    errored: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    ephemeral_variables: Sequence[str] = ()

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many objects are to be imported, added, changed and destroyed; a replacement is one of
        each of the latter two's ends."""
        imported = added = changed = destroyed = 0
        for item in self.changes:
            if item.address.resource.mode != "managed":
                continue
            imported += item.import_id is not None
            action = item.action
            added += action is Action.CREATE or action.is_replace
            changed += action is Action.UPDATE
            destroyed += action is Action.DELETE or action.is_replace
        return imported, added, changed, destroyed

    @property
    def is_empty(self) -> bool:
        """Whether applying it would change nothing: no resource change, nothing to read, no output change."""
        return all(
            c.action is Action.NO_OP and c.import_id is None and c.previous_address is None for c in self.changes
        ) and all(o.change.action is Action.NO_OP for o in self.outputs)
