"""What all operations stand on: the directory, its configuration and variables, the database and the workspace in it.

Owns what is opened and when it is closed, who acts, the lock and the state; leaves planning, applying and all else
to the modules beside it.
"""

from __future__ import annotations

import platform
import uuid
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from iac.address import Resource
from iac.audit.log import AuditLog
from iac.audit.origin import collect_origin
from iac.audit.record import Origin
from iac.config.loader import DirectoryFiles, Files, load_config
from iac.config.model import Config
from iac.config.variables import InputValue, VariableOption, collect_inputs, places, resolve
from iac.database import Database
from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError, warning
from iac.engine.evaluator import Evaluator
from iac.engine.prepare import Prepared, prepare
from iac.engine.state_edits import Edit, StateEditor
from iac.engine.validator import validate_prepared
from iac.hcl.evaluate import evaluate_template
from iac.hcl.functions import FunctionContext, function_table
from iac.providers.iac.configuration import BLOCK_VARIABLES
from iac.providers.registry import Registry
from iac.schema import ResourceSchema
from iac.state.lock import lock
from iac.state.model import State
from iac.state.store import StateReader, StateWriter
from iac.storage import DEFAULT_LOCATION, open_storage
from iac.values.value import Value


class Opened:
    """A directory of configuration, a database and a workspace.

    `environment` stands for the process's environment variables. `create` says whether a database that does not
    exist is made: what only asks should not make one. `is_given` says that the user named the database, whatever
    provider blocks say; `block` has the constants of the provider block, for the origin. The database is opened when
    first needed, and closed by `close` or at the end of a `with` block. `tell` may be set: it is given warnings while
    something goes on.
    """

    def __init__(
        self,
        directory: Path,
        database: str,
        environment: Mapping[str, str],
        workspace: str = "default",
        *,
        create: bool = True,
        is_given: bool = True,
        block: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.location = database
        self.environment = environment
        self.workspace = workspace
        self.create = create
        self.is_given = is_given
        self.block = block or {}
        self.sources: dict[str, bytes] = {}
        self.tell: Callable[[Diagnostic], None] = lambda diagnostic: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the database if it was opened."""
        opened = self.__dict__.pop("database", None)
        if opened is not None:
            opened.close()

    @cached_property
    def database(self) -> Database:
        """The database; created when it does not exist, where that is wanted. Raises `DiagnosticsError` when it
        cannot be used."""
        return open_storage(self.location, create=self.create, made=self._made)

    def _made(self, database: Database) -> None:
        """Says that the database is new where its place was named: perhaps another one was meant."""
        if self.location != DEFAULT_LOCATION:
            self.tell(
                warning(
                    "New database",
                    f'There was no database at "{database.location}", so one was made, with nothing in it. If there '
                    "should have been one, look at what --database, IAC_DATABASE or the provider block says.",
                )
            )

    @cached_property
    def registry(self) -> Registry:
        """The providers there are."""
        return Registry(lambda: self.database, None if self.is_given else self.location)

    def schema_of(self, provider: str, resource: Resource) -> ResourceSchema:
        """The schema of a resource type or data source. Raises KeyError when there is none."""
        schema = self.registry.schema(provider)
        return (schema.data_sources if resource.mode == "data" else schema.resources)[resource.type]

    def schema_of_type(self, resource: Resource) -> ResourceSchema:
        """The schema of a resource type or data source of whatever provider has it. Raises KeyError."""
        return self.schema_of(resource.type.partition("_")[0], resource)

    def load(self, files: Files | None = None, *, require_files: bool = True) -> tuple[Prepared, Diagnostics]:
        """Reads and validates the configuration; returns it with the warnings.

        Raises `DiagnosticsError` with everything that is wrong.
        """
        diagnostics = Diagnostics()
        config = load_config(files or DirectoryFiles(self.directory), diagnostics, require_files=require_files)
        self.sources.update(config.sources)
        if not config.is_whole:
            diagnostics.raise_if_errors()  # what refers to what is missing is right
        return prepare(config, self.registry, diagnostics), diagnostics

    def validate(self) -> Diagnostics:
        """Everything that is wrong with the configuration without looking at variables' values or state."""
        try:
            prepared, diagnostics = self.load()
            validate_prepared(prepared, self.evaluator(prepared.config, during_plan=True), diagnostics)
        except DiagnosticsError as problem:
            return Diagnostics(list(problem.diagnostics))
        return diagnostics

    def refuse_invalid(self, prepared: Prepared) -> None:
        """Raises `DiagnosticsError` when the configuration is wrong whatever the values: that is said first."""
        problems = Diagnostics()
        validate_prepared(prepared, self.evaluator(prepared.config, during_plan=True), problems)
        problems.raise_if_errors()

    def evaluator(self, config: Config, *, during_plan: bool, timestamp: str | None = None) -> Evaluator:
        """An evaluator with the functions of the language, bound to the directory."""
        functions = function_table(
            FunctionContext(
                self.directory, None if during_plan else timestamp, timestamp, during_plan, evaluate_template
            )
        )
        return Evaluator(config, self.workspace, functions, applying=not during_plan)

    def inputs(
        self,
        config: Config,
        options: Sequence[VariableOption],
        given: Mapping[str, str],
        diagnostics: Diagnostics,
        *,
        unset: Container[str] = (),
    ) -> dict[str, Value]:
        """The values of the root variables; `given` are answers of the user to questions. Those in `unset` are left
        out; without them, a variable that has no value is an error."""
        found = collect_inputs(config.root, self.directory, self.environment, options, self.sources, diagnostics)
        found.update((name, InputValue("input", text=text)) for name, text in given.items())
        config.given_at.update(places(config.root, found))
        values = {}
        failed = diagnostics.has_errors  # then what has no value may have one in what could not be read
        for name, variable in config.root.variables.items():
            if name in unset or (failed and name not in found and variable.default is None):
                continue
            value = resolve(variable, found.get(name), diagnostics)
            if value is not None:
                values[name] = value
        return values

    def missing_variables(self, config: Config, options: Sequence[VariableOption]) -> list[str]:
        """The root variables that have neither a value nor a default."""
        found = collect_inputs(config.root, self.directory, self.environment, options, self.sources, Diagnostics())
        return [n for n, v in config.root.variables.items() if v.default is None and n not in found]

    def lock(self, operation: str, timeout: float = 0.0, *, enabled: bool = True) -> AbstractContextManager[object]:
        """The workspace's lock, held while state may change; nothing when not `enabled`.

        `timeout` is how many seconds to wait for another holder; `tell` learns that it waits, and for whom. Raises
        `DiagnosticsError` when it is taken.
        """
        if not enabled:
            return nullcontext()
        who = f"{self.origin().user}@{platform.node()}"
        return lock(self.database, self.workspace, operation, who, timeout, self.tell)

    def origin(self, message: str | None = None) -> Origin:
        """Who acts, and where: for the events of a run."""
        environment = {**self.environment, **{v: self.block[n] for n, v in BLOCK_VARIABLES.items() if n in self.block}}
        return collect_origin(self.directory, environment, self.workspace, message)

    def state(self) -> State:
        """The state of the workspace."""
        return StateReader(self.database, self.workspace).load()

    def edit_state(self, edit: Edit, *, message: str | None = None) -> None:
        """Changes the state by hand, in one transaction with its events; the caller holds the lock. What `edit`
        raises undoes all of it."""
        with self.database.transaction():
            state = self.state()
            origin = replace(self.origin(message), run_id=str(uuid.uuid4()))
            writer = StateWriter(self.database, self.workspace)
            editor = StateEditor(state, writer, AuditLog(self.database), self.registry, origin)
            edit(editor, state)


def present_time() -> str:
    """The present, as plans and `timestamp()` have it: RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
