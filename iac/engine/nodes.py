"""Evaluates the nodes that are only values: variables, locals, outputs, module expansions.

Shared by planner and applier, which differ in when and with what resource values they evaluate.
"""

from __future__ import annotations

from collections.abc import Mapping

from iac.address import ModuleInstance, config_path_text, module_path, module_text
from iac.config.model import CheckBlock, Config, Output, Variable
from iac.config.variables import default_value, settle
from iac.diagnostics import Diagnostics, DiagnosticsError, Severity
from iac.engine.check_results import check_result
from iac.engine.conditions import Outcome, check, check_assertion, validate_assertion
from iac.engine.ephemerals import check_output, refuse_in_variable
from iac.engine.evaluator import Evaluator
from iac.engine.expansion import expand
from iac.engine.graph import Node
from iac.engine.infinities import refuse_infinite_value
from iac.hcl.evaluate import evaluate
from iac.state.checks import CheckResult
from iac.values.types import without_optional
from iac.values.value import SENSITIVE, Value, all_marks, unknown


class ValueNodes:
    """Evaluates value nodes into an evaluator. `inputs` are the settled values of the root's variables."""

    def __init__(
        self,
        config: Config,
        evaluator: Evaluator,
        inputs: Mapping[str, Value],
        diagnostics: Diagnostics,
        checks: list[CheckResult],
        *,
        validating: bool = False,
        severity: Severity = Severity.ERROR,
    ) -> None:
        self.config = config
        self.evaluator = evaluator
        self.inputs = inputs
        self.diagnostics = diagnostics
        self.checks = checks
        self.validating = validating
        """Whether inputs are not known, because this is no plan."""
        self.severity = severity
        """That of a precondition which does not hold; what is only to be remembered need not hold."""

    def evaluate(self, node: Node) -> bool:
        """Evaluates one node in every instance of its module. Returns whether all went well."""
        before = len(self.diagnostics.errors)
        module = self.config.modules[node.module]
        if node.kind == "module":
            self._expand_module(node)
        else:
            for instance in self.evaluator.module_instances.get(node.module, ()):
                try:
                    if node.kind == "variable":
                        self._variable(instance, module.variables[str(node.name)])
                    elif node.kind == "local":
                        local = module.locals[str(node.name)]
                        value = evaluate(local.expression, self.evaluator.scope(instance))
                        self.evaluator.locals[instance, local.name] = value
                    elif node.kind == "output":
                        self._output(instance, module.outputs[str(node.name)])
                    elif node.kind == "check":
                        self._check(instance, module.checks[str(node.name)])
                except DiagnosticsError as problem:
                    self.diagnostics.extend(problem.diagnostics)
        return len(self.diagnostics.errors) == before

    def _expand_module(self, node: Node) -> None:
        path = node.module
        call = self.config.modules[path[:-1]].calls[path[-1]]
        for parent in self.evaluator.module_instances.get(path[:-1], ()):
            try:
                expansion = expand(call.count, call.for_each, self.evaluator.scope(parent))
            except DiagnosticsError as problem:
                self.diagnostics.extend(problem.diagnostics)
                continue
            self.evaluator.expand_module(path, parent, expansion)

    def _variable(self, instance: ModuleInstance, variable: Variable) -> None:
        if not instance:
            value: Value | None = self.inputs.get(variable.name)
            subject = self.config.given_at.get(variable.name, variable.range)
        else:
            call = self.config.modules[tuple(s.name for s in instance[:-1])].calls[instance[-1].name]
            given = call.arguments.get(variable.name)
            subject = given.range if given is not None else variable.range
            if given is None:
                value = default_value(variable, self.diagnostics)
            else:
                scope = self.evaluator.scope(instance[:-1], self.evaluator.repetitions[instance])
                given_value = evaluate(given, scope)
                module = config_path_text(module_path(instance))
                value = settle(variable, given_value, given.range, "module", self.diagnostics, module=module)
                if not variable.ephemeral:
                    refuse_in_variable(given_value, given.range, self.diagnostics)
        if value is None:
            value = unknown(without_optional(variable.type)).with_marks(variable.marks)
        self.evaluator.variables[instance, variable.name] = value
        for rule in variable.validations:
            scope = self.evaluator.scope(instance)
            outcome = check(rule, "validation", scope, self.diagnostics, subject=subject, validating=self.validating)
            self._keep(instance, f"var.{variable.name}", "var", outcome)

    def _check(self, instance: ModuleInstance, block: CheckBlock) -> None:
        scope = self.evaluator.scope(instance)
        if self.validating:
            for rule in block.assertions:
                validate_assertion(rule, scope, self.diagnostics)
            return
        # What could not be evaluated is an error of the check, not of the run.
        for rule in block.assertions:
            self._keep(instance, f"check.{block.name}", "check", check_assertion(rule, scope, self.diagnostics))

    def _output(self, instance: ModuleInstance, output: Output) -> None:
        scope = self.evaluator.scope(instance)
        kind = "Module output value precondition"
        problems = Diagnostics()
        for rule in output.preconditions:
            outcome = check(rule, kind, scope, problems, validating=self.validating, severity=self.severity)
            self._keep(instance, f"output.{output.name}", "output_value", outcome)
        self.diagnostics.extend(problems)
        if problems.has_errors:
            return
        value = evaluate(output.expression, scope)
        if not instance and not output.sensitive and SENSITIVE in all_marks(value):
            self.diagnostics.error(
                "Output refers to sensitive values",
                "To reduce the risk of accidentally exporting sensitive data that was intended to be only internal, "
                "iac requires that any root module output containing sensitive data be explicitly marked as sensitive, "
                "to confirm your intent.\n\nIf you do intend to export this data, annotate the output value as "
                "sensitive by adding the following argument:\n    sensitive = true",
                output.range,
            )
            return
        check_output(output, value, self.diagnostics)
        if not instance:
            infinite = refuse_infinite_value(f"output.{output.name}", value, output.expression.range)
            self.diagnostics.extend(infinite)
            if infinite:
                return
        self.evaluator.outputs[instance, output.name] = value.with_marks(output.marks)

    def _keep(self, module: ModuleInstance, name: str, kind: str, outcome: Outcome) -> None:
        prefix = f"{module_text(module)}." if module else ""
        self.checks.append(check_result(f"{prefix}{name}", kind, outcome))
