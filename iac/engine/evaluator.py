"""What references mean while a configuration is evaluated: the values known so far, and scopes over them.

The evaluator holds the values of variables, locals, outputs and resource instances by module instance.
Planner and applier put them in, in dependency order; expressions take them out. It knows no plan: for it
an instance is just a value, planned or real.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from iac.address import AbsResource, InstanceKey, ModuleInstance, ModulePath, ModuleStep, key_order
from iac.config.model import Config
from iac.config.references import Reference, parse_reference
from iac.engine.expansion import COUNT, ONE, SINGLE, Expansion, Repetition
from iac.hcl.functions.spec import Function
from iac.hcl.syntax import ScopeTraversal
from iac.values.types import DYNAMIC, NUMBER, STRING
from iac.values.value import EPHEMERAL, UNKNOWN_DYNAMIC, Value, boolean, object_value, string, tuple_value, unknown

NO_REPETITION = Repetition()


class _Instances:
    """The instances of one resource in one module instance, with their values."""

    __slots__ = ("kind", "values", "whole")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.values: dict[InstanceKey, Value] = {}
        self.whole: Value | None = None

    def object(self) -> Value:
        """What the resource's name alone means: one object, a tuple, or an object by key."""
        if self.whole is None:
            if self.kind == SINGLE:
                self.whole = self.values.get(None, UNKNOWN_DYNAMIC)
            elif self.kind == COUNT:
                self.whole = tuple_value(self.values[k] for k in sorted(self.values, key=key_order))
            else:
                self.whole = object_value({str(k): v for k, v in self.values.items()})
        return self.whole


class Evaluator:
    """The values of one evaluation of a configuration."""

    def __init__(
        self,
        config: Config,
        workspace: str,
        functions: Mapping[str, Function],
        *,
        applying: bool,
    ) -> None:
        self.config = config
        self.functions = functions
        self.variables: dict[tuple[ModuleInstance, str], Value] = {}
        self.locals: dict[tuple[ModuleInstance, str], Value] = {}
        self.outputs: dict[tuple[ModuleInstance, str], Value] = {}
        self.module_instances: dict[ModulePath, list[ModuleInstance]] = {(): [()]}
        self.expansions: dict[tuple[ModuleInstance, str], Expansion] = {}
        self.repetitions: dict[ModuleInstance, Repetition] = {(): NO_REPETITION}
        self.resources: dict[AbsResource, _Instances] = {}
        self.references: dict[ScopeTraversal, Reference] = {}
        self._scopes: dict[ModuleInstance, ModuleScope] = {}
        self._terraform = {"workspace": string(workspace), "applying": _ephemeral(applying)}

    # --- what planner and applier put in ---

    def expand_module(self, path: ModulePath, parent: ModuleInstance, expansion: Expansion) -> None:
        """Adds the instances of a module call in one instance of its parent."""
        self.expansions[parent, path[-1]] = expansion
        for repetition in expansion.instances:
            instance = (*parent, ModuleStep(path[-1], repetition.key))
            self.module_instances.setdefault(path, []).append(instance)
            self.repetitions[instance] = repetition

    def expand_resource(self, address: AbsResource, kind: str) -> None:
        """Declares how a resource repeats, before its instances are set."""
        self.resources[address] = _Instances(kind)

    def set_instance(self, address: AbsResource, key: InstanceKey, value: Value) -> None:
        """Sets or replaces the value of one instance."""
        instances = self.resources[address]
        instances.values[key] = value
        instances.whole = None

    def scope(
        self, module: ModuleInstance, repetition: Repetition = NO_REPETITION, self_value: Value | None = None
    ) -> ModuleScope:
        """The scope in which expressions of a module instance are evaluated."""
        if repetition is NO_REPETITION and self_value is None:
            scope = self._scopes.get(module)
            if scope is None:
                scope = self._scopes[module] = ModuleScope(self, module, repetition, None)
            return scope
        return ModuleScope(self, module, repetition, self_value)

    # --- what scopes take out ---

    def reference(self, traversal: ScopeTraversal) -> Reference:
        """The traversal taken apart, each only once."""
        found = self.references.get(traversal)
        if found is None:
            found = self.references[traversal] = parse_reference(traversal)
        return found

    def path_value(self, module: ModuleInstance, name: str) -> Value:
        """`path.module`, `path.root`, `path.cwd`."""
        if name == "cwd":
            return string(os.getcwd().replace(os.sep, "/"))
        if name == "root":
            return string(".")
        return string(self.config.modules[tuple(s.name for s in module)].directory)

    def terraform_value(self, name: str) -> Value:
        """`terraform.workspace`, `terraform.applying`."""
        return self._terraform[name]

    def module_value(self, parent: ModuleInstance, name: str) -> Value:
        """What `module.name` alone means: its outputs, by instance where the call repeats."""
        expansion = self.expansions.get((parent, name), ONE)
        each = {r.key: self.module_outputs((*parent, ModuleStep(name, r.key))) for r in expansion.instances}
        if expansion.kind == SINGLE:
            return each[None]
        if expansion.kind == COUNT:
            return tuple_value(each.values())
        return object_value({str(k): v for k, v in each.items()})

    def module_outputs(self, instance: ModuleInstance) -> Value:
        """The outputs of one module instance as an object."""
        outputs = self.config.modules[tuple(s.name for s in instance)].outputs
        return object_value({n: self.outputs.get((instance, n), UNKNOWN_DYNAMIC) for n in outputs})


class ModuleScope:
    """The scope of expressions in one module instance: implements `iac.hcl.scope.Scope`."""

    __slots__ = ("evaluator", "functions", "module", "repetition", "self_value")

    def __init__(
        self, evaluator: Evaluator, module: ModuleInstance, repetition: Repetition, self_value: Value | None
    ) -> None:
        self.evaluator = evaluator
        self.functions = evaluator.functions
        self.module = module
        self.repetition = repetition
        self.self_value = self_value

    def lookup(self, traversal: ScopeTraversal) -> tuple[Value, int]:
        """The value for the first steps of a reference, and how many steps those are."""
        evaluator = self.evaluator
        ref = evaluator.reference(traversal)
        kind = ref.kind
        if kind == "resource":
            return self._resource(ref)
        if kind == "variable":
            return evaluator.variables.get((self.module, ref.name), UNKNOWN_DYNAMIC), 1
        if kind == "local":
            return evaluator.locals.get((self.module, ref.name), UNKNOWN_DYNAMIC), 1
        if kind == "module":
            return self._module(ref)
        if kind in ("each", "count"):
            value = self.repetition.lookup(kind, ref.name)
            return (value if value is not None else _no_repetition(ref.name)), 1
        if kind == "self":
            return (self.self_value if self.self_value is not None else UNKNOWN_DYNAMIC), 0
        if kind == "path":
            return evaluator.path_value(self.module, ref.name), 1
        return evaluator.terraform_value(ref.name), 1

    def lookup_index(self, traversal: ScopeTraversal, key: Value) -> Value | None:
        """One instance of a resource or module by an evaluated key, where the traversal names just that."""
        if not key.is_known or key.marks or key.is_null:
            return None
        ref = self.evaluator.reference(traversal)
        if ref.key is not None or ref.output is not None or len(traversal.steps) != ref.steps:
            return None
        if ref.resource is not None:
            instances = self.evaluator.resources.get(AbsResource(self.module, ref.resource))
            return None if instances is None else instances.values.get(_instance_key(instances.kind, key))
        if ref.kind == "module":
            expansion = self.evaluator.expansions.get((self.module, ref.name), ONE)
            instance = (*self.module, ModuleStep(ref.name, _instance_key(expansion.kind, key)))
            if instance in self.evaluator.repetitions:
                return self.evaluator.module_outputs(instance)
        return None

    def _resource(self, ref: Reference) -> tuple[Value, int]:
        assert ref.resource is not None
        instances = self.evaluator.resources.get(AbsResource(self.module, ref.resource))
        without_key = ref.steps - (ref.key is not None)
        if instances is None:
            return UNKNOWN_DYNAMIC, without_key
        if ref.key is not None and instances.kind != SINGLE:
            found = instances.values.get(_instance_key(instances.kind, ref.key))
            if found is not None:
                return found, ref.steps
        return instances.object(), without_key

    def _module(self, ref: Reference) -> tuple[Value, int]:
        evaluator = self.evaluator
        expansion = evaluator.expansions.get((self.module, ref.name))
        if expansion is None:
            return UNKNOWN_DYNAMIC, 1
        key: InstanceKey = None
        if ref.key is not None:
            key = _instance_key(expansion.kind, ref.key)
        instance = (*self.module, ModuleStep(ref.name, key))
        if ref.output is not None and instance in evaluator.repetitions:
            found = evaluator.outputs.get((instance, ref.output))
            if found is not None:
                return found, ref.steps
        return evaluator.module_value(self.module, ref.name), 1


def _ephemeral(value: bool) -> Value:
    return boolean(value).with_marks(frozenset({EPHEMERAL}))


def _instance_key(kind: str, key: Value) -> InstanceKey:
    """A key as instances have it: a number for count (also from `"0"`), a string for for_each."""
    raw = key.raw
    if kind == COUNT:
        if isinstance(raw, str) and raw.isdigit():
            return int(raw)
        return raw if type(raw) is int else None
    return raw if isinstance(raw, str) else str(raw) if type(raw) is int else None


def _no_repetition(name: str) -> Value:
    """`each` and `count` where nothing repeats yet (validation): unknown, of the type they will have."""
    return unknown({"key": STRING, "index": NUMBER}.get(name, DYNAMIC))
