"""What a configuration consists of, as written: blocks with their expressions, not yet evaluated.

Owns the shapes. Reading them from files is left to `blocks` and `loader`, the inside of resource blocks,
which needs provider schemas, to `body`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from iac.address import ConfigResource, ModulePath, Resource, Target
from iac.diagnostics import SourceRange
from iac.hcl.defaults import Defaults
from iac.hcl.syntax import Block, Body, Expression, ScopeTraversal
from iac.values.paths import Path
from iac.values.types import DYNAMIC, Type
from iac.values.value import EPHEMERAL, NO_MARKS, SENSITIVE, Marks


@dataclass(frozen=True, slots=True)
class CheckRule:
    """A condition and the message for when it is false: validation, precondition or postcondition."""

    condition: Expression
    error_message: Expression
    range: SourceRange


_MARKS: Mapping[tuple[bool, bool], Marks] = {
    (False, False): NO_MARKS,
    (True, False): frozenset({SENSITIVE}),
    (False, True): frozenset({EPHEMERAL}),
    (True, True): frozenset({SENSITIVE, EPHEMERAL}),
}
"""Marks by whether sensitive and ephemeral."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An input variable."""

    name: str
    range: SourceRange
    type: Type = DYNAMIC
    defaults: Defaults | None = None
    default: Expression | None = None
    description: str = ""
    sensitive: bool = False
    nullable: bool = True
    validations: Sequence[CheckRule] = ()
    has_type: bool = False
    """Whether a type is declared, `any` included: text for it is then read as an expression."""
    ephemeral: bool = False
    overridden: SourceRange | None = None
    """The header of the last block that overrides it."""

    @property
    def marks(self) -> Marks:
        """The marks that its values carry."""
        return _MARKS[self.sensitive, self.ephemeral]


@dataclass(frozen=True, slots=True)
class Local:
    """A local value."""

    name: str
    expression: Expression
    range: SourceRange


@dataclass(frozen=True, slots=True)
class Output:
    """An output value."""

    name: str
    expression: Expression
    range: SourceRange
    description: str = ""
    sensitive: bool = False
    depends_on: Sequence[ScopeTraversal] = ()
    preconditions: Sequence[CheckRule] = ()
    ephemeral: bool = False

    @property
    def marks(self) -> Marks:
        """The marks that its value carries."""
        return _MARKS[self.sensitive, self.ephemeral]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The `lifecycle` block of a resource. `ignore_changes` is None for `all`; `ignored_at` says where its elements
    are written."""

    create_before_destroy: bool = False
    prevent_destroy: bool = False
    ignore_changes: Sequence[Path] | None = ()
    replace_triggered_by: Sequence[Expression] = ()
    preconditions: Sequence[CheckRule] = ()
    postconditions: Sequence[CheckRule] = ()
    ignored_at: Sequence[SourceRange] = ()


@dataclass(frozen=True, slots=True)
class ProviderReference:
    """A provider configuration by local name and alias."""

    name: str
    alias: str | None = None

    def __str__(self) -> str:
        return f"{self.name}.{self.alias}" if self.alias else self.name


@dataclass(frozen=True, slots=True)
class ResourceBlock:
    """A `resource`, `data` or `ephemeral` block. `body` still holds the meta-arguments; `META` says which they are."""

    address: Resource
    module: ModulePath
    block: Block
    count: Expression | None = None
    for_each: Expression | None = None
    provider: ProviderReference | None = None
    depends_on: Sequence[ScopeTraversal] = ()
    lifecycle: Lifecycle = Lifecycle()
    check: str | None = None
    """The name of the `check` block that it stands in, and outside of which nothing may refer to it."""

    @property
    def config_address(self) -> ConfigResource:
        """Its address in the configuration."""
        return ConfigResource(self.module, self.address)

    @property
    def range(self) -> SourceRange:
        """The place of its header."""
        return self.block.range

    @property
    def provider_name(self) -> str:
        """The local name of its provider: the one named, else the first word of the type."""
        return self.provider.name if self.provider else self.address.type.partition("_")[0]


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """A `module` block: where its source is, and the arguments for the module's variables."""

    name: str
    source: str
    range: SourceRange
    missing_range: SourceRange
    arguments: Mapping[str, Expression]
    argument_ranges: Mapping[str, SourceRange]
    count: Expression | None = None
    for_each: Expression | None = None
    depends_on: Sequence[ScopeTraversal] = ()
    providers: Sequence[PassedProvider] = ()

    def passed(self, reference: ProviderReference) -> ProviderReference | None:
        """The provider configuration of the caller that the module knows by a reference, None when none is passed."""
        return next((p.parent for p in self.providers if p.child == reference), None)


@dataclass(frozen=True, slots=True)
class PassedProvider:
    """An entry of `providers` in a module call: the module's name for a configuration, and the caller's."""

    child: ProviderReference
    parent: ProviderReference
    child_range: SourceRange
    parent_range: SourceRange
    """The names without their aliases."""


@dataclass(frozen=True, slots=True)
class ProviderBlock:
    """A `provider` block."""

    name: str
    alias: str | None
    body: Body
    range: SourceRange
    is_empty: bool = True
    """Whether it sets nothing. In a child module such a block only says that the caller may pass a configuration."""

    @property
    def reference(self) -> ProviderReference:
        """How resources name it."""
        return ProviderReference(self.name, self.alias)


@dataclass(frozen=True, slots=True)
class RequiredProvider:
    """An entry of `required_providers`: the local name, the source address in full, version constraints, and the
    aliases under which the module expects configurations from its caller."""

    name: str
    source: str | None
    version: str | None
    range: SourceRange
    aliases: Sequence[ProviderReference] = ()


@dataclass(frozen=True, slots=True)
class MoveBlock:
    """A `moved` block. Both addresses are relative to the module that it stands in, and both name resources or
    both modules; without a key they mean all instances, unless the other one has a key."""

    source: Target
    destination: Target
    range: SourceRange

    @property
    def has_key(self) -> bool:
        """Whether single instances are meant: then a missing key is that of the one without count or for_each."""
        return self.source.exact_key or self.destination.exact_key


@dataclass(frozen=True, slots=True)
class RemovedBlock:
    """A `removed` block: a resource or module (no instances) whose objects go, destroyed or only forgotten."""

    source: Target
    destroy: bool
    range: SourceRange


@dataclass(frozen=True, slots=True)
class ImportBlock:
    """An `import` block. `to` is taken apart into names and keys; the keys are evaluated with `each`."""

    to: ImportTarget
    id: Expression
    for_each: Expression | None
    range: SourceRange


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """The `to` of an import block: the resource, and the keys on the way to it, None where there is none."""

    resource: ConfigResource
    module_keys: Sequence[Expression | None]
    key: Expression | None
    range: SourceRange


@dataclass(frozen=True, slots=True)
class CheckBlock:
    """A `check` block: assertions, whose failure is a warning, and the data source that only they may use."""

    name: str
    assertions: Sequence[CheckRule]
    data: Resource | None
    range: SourceRange


@dataclass(slots=True)
class Module:
    """One module as written. `directory` is as it is shown and as `path.module` gives it."""

    path: ModulePath
    directory: str
    variables: dict[str, Variable] = field(default_factory=dict)
    locals: dict[str, Local] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    resources: dict[Resource, ResourceBlock] = field(default_factory=dict)
    calls: dict[str, ModuleCall] = field(default_factory=dict)
    providers: dict[ProviderReference, ProviderBlock] = field(default_factory=dict)
    required_providers: dict[str, RequiredProvider] = field(default_factory=dict)
    moves: list[MoveBlock] = field(default_factory=list)
    removals: list[RemovedBlock] = field(default_factory=list)
    imports: list[ImportBlock] = field(default_factory=list)
    checks: dict[str, CheckBlock] = field(default_factory=dict)
    is_whole: bool = True
    """Whether all that is written is here; where it is not, a reference to what is missing is no mistake."""


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration: every module by its path, and the text of every file that was read."""

    directory: str
    modules: Mapping[ModulePath, Module]
    sources: Mapping[str, bytes]
    given_at: dict[str, SourceRange] = field(default_factory=dict)
    """Where files give the root's variables their values; empty until these are read."""

    @property
    def root(self) -> Module:
        """The root module."""
        return self.modules[()]

    @property
    def is_whole(self) -> bool:
        """Whether every module is."""
        return all(module.is_whole for module in self.modules.values())

    def resource(self, address: ConfigResource) -> ResourceBlock | None:
        """The block at an address."""
        module = self.modules.get(address.module)
        return module.resources.get(address.resource) if module else None

    def resources(self) -> Iterator[ResourceBlock]:
        """Every resource and data block, module by module."""
        for module in self.modules.values():
            yield from module.resources.values()
