"""The facade: what can be done with a directory of configuration and its database.

Everything outside (the CLI, tests, other programs) goes through `Project`. Owns what looks at the whole without
planning; leaves asking the user and showing results to the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from iac.address import ResourceInstance
from iac.config.variables import VariableOption
from iac.database import DatabaseNotFound
from iac.diagnostics import Diagnostics
from iac.engine.evaluator import Evaluator
from iac.engine.inspection import Inspection
from iac.engine.log_check import LogCheck, check_log
from iac.engine.objects import decode
from iac.hcl.evaluate import evaluate_template
from iac.hcl.functions import FunctionContext, function_table
from iac.hcl.type_function import with_type_function
from iac.plan.model import Plan
from iac.project.applying import Applying
from iac.project.opened import present_time
from iac.project.planning import Planning
from iac.project.workspaces import Workspaces
from iac.state.model import State
from iac.values.value import Value

if TYPE_CHECKING:  # each is for one command
    from iac.engine.database_check import Finding
    from iac.engine.database_facts import DatabaseFacts
    from iac.engine.drift_causes import DriftCause


class Project(Planning, Applying, Workspaces):
    """A directory of configuration, a database and a workspace, and all that can be done with them."""

    def drift_causes(self, plan: Plan) -> dict[ResourceInstance, DriftCause]:
        """For each object that was changed outside, what the audit log knows of who did it."""
        from iac.audit.comparing import digests
        from iac.engine.drift_causes import drift_cause

        digest = digests(self.database)
        return {drift.address: drift_cause(self.database, drift, digest) for drift in plan.drift[:_MOST_CAUSES]}

    def check_log(self) -> LogCheck:
        """Compares the present, rebuilt from the audit log, with the objects there are."""
        return check_log(self.database, self.registry)

    def check_database(self) -> list[Finding]:
        """What every check of the database finds."""
        from iac.engine.database_check import check_database

        return check_database(self.database, self.registry)

    def database_facts(self) -> DatabaseFacts:
        """What is in the database and how large it is."""
        from iac.engine.database_facts import database_facts

        return database_facts(self.database)

    def back_up(self, target: Path, *, replace: bool = False) -> int:
        """Copies the database to a file relative to the project's directory; returns the size of the copy. Raises
        `DiagnosticsError` when that is there already, unless it is to be replaced."""
        from iac.database.upkeep import copy_database

        return copy_database(self.database, self.directory / target, replace=replace)

    def console(self, variables: Sequence[VariableOption] = ()) -> tuple[Inspection, Diagnostics]:
        """What `iac console` asks: the configuration, if there is one, evaluated over the state; and the warnings.

        Root variables without a value are unknown, as is everything where nothing was applied yet. The database is
        read once and closed. Raises `DiagnosticsError` when the configuration or the variables are wrong.
        """
        prepared, diagnostics = self.load(require_files=False)
        missing = self.missing_variables(prepared.config, variables)
        inputs = self.inputs(prepared.config, variables, {}, diagnostics, unset=missing)
        diagnostics.raise_if_errors()
        try:
            state = self.state()
        except DatabaseNotFound:
            state = State(self.workspace)
        self.close()
        now = present_time()
        context = FunctionContext(self.directory, now, now, evaluate_template=evaluate_template)
        functions = with_type_function(function_table(context))
        evaluator = Evaluator(prepared.config, self.workspace, functions, applying=False)
        return Inspection(prepared, evaluator, inputs, state), diagnostics

    def decoded(self, state: State) -> dict[ResourceInstance, Value]:
        """Every object of a state as a marked value."""
        return {
            address: decode(stored, self.schema_of(stored.provider, address.resource))
            for address, stored in sorted(state.instances.items(), key=lambda item: item[0].sort_key())
        }


_MOST_CAUSES = 1000
"""For how many objects the cause of drift is looked up; nobody reads more."""
