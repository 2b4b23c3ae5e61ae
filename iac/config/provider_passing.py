"""Which provider configuration each module gets: its own, one passed by its caller, or the caller's default one.

Owns the rules between modules and the check of them. Which source a name stands for where nothing is declared is
for the caller to say, who knows the providers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from iac.address import ModulePath, config_path_text
from iac.config.model import Config, Module, ModuleCall, PassedProvider, ProviderReference, ResourceBlock
from iac.config.requirements import REGISTRY
from iac.diagnostics import Diagnostics, SourceRange

Implied = Callable[[str], str]
"""The source in full that a local name stands for in a module that does not declare it."""


def resolve_provider(
    config: Config, module: ModulePath, reference: ProviderReference
) -> tuple[ModulePath, ProviderReference]:
    """Which provider configuration a module means by a reference, and the module that it stands in.

    There may be none at that place: a default configuration need not be written.
    """
    while module:
        block = config.modules[module].providers.get(reference)
        if block is not None and not block.is_empty:
            break
        passed = _call(config, module).passed(reference)
        if passed is None and reference.alias is not None:
            break  # only default configurations are inherited
        reference = passed or reference
        module = module[:-1]
    return module, reference


def source_of(module: Module, name: str, implied: Implied) -> str:
    """The source in full that a local name stands for in a module."""
    required = module.required_providers.get(name)
    return (required.source if required is not None else None) or implied(name)


def shown_source(source: str) -> str:
    """A source as messages name it: without the public registry's host."""
    return source.removeprefix(f"{REGISTRY}/")


def check_passing(config: Config, implied: Implied, diagnostics: Diagnostics) -> None:
    """Adds what is wrong with the provider configurations that modules declare, expect, pass and use."""
    for module in config.modules.values():
        if module.path:
            _Child(config, module, implied, diagnostics).check()
        else:
            _check_root(module, implied, diagnostics)
        _check_calls(config, module, implied, diagnostics)
    for resource in config.resources():
        _check_used(config, resource, implied, diagnostics)


def _call(config: Config, path: ModulePath) -> ModuleCall:
    return config.modules[path[:-1]].calls[path[-1]]


def _title(path: ModulePath) -> str:
    return config_path_text(path) or "the root module"


def _aliases(module: Module) -> Iterator[tuple[ProviderReference, SourceRange]]:
    for required in module.required_providers.values():
        for alias in required.aliases:
            yield alias, required.range


def _check_root(module: Module, implied: Implied, diagnostics: Diagnostics) -> None:
    for reference, where in _aliases(module):
        if reference not in module.providers:
            source = shown_source(source_of(module, reference.name, implied))
            diagnostics.error(
                "Undefined provider configuration",
                f"The root module declares that it requires the caller to pass a configuration for provider {source} "
                f'with alias "{reference.alias}".',
                where,
            )


@dataclass(frozen=True)
class _Child:
    """The checks of one module that is called."""

    config: Config
    module: Module
    implied: Implied
    diagnostics: Diagnostics

    def check(self) -> None:
        module, call = self.module, _call(self.config, self.module.path)
        title = _title(module.path)
        own = {r for r, block in module.providers.items() if not block.is_empty}
        if own:
            self._refuse_repeated(title)
        for reference, _ in _aliases(module):
            if reference not in own and call.passed(reference) is None:
                self._missing(reference, call)
        for passed in call.providers:
            if passed.child in own:
                self.diagnostics.error(
                    "Cannot override provider configuration",
                    f"The configuration of {title} has its own local configuration for {passed.child}, and so it "
                    f"cannot accept an overridden configuration provided by {_title(module.path[:-1])}.",
                    passed.child_range,
                )
            else:
                self._check_passed(passed, title)
        for reference, block in module.providers.items():
            if block.is_empty:
                self._warn_of_empty(reference, block.range, title)

    def _refuse_repeated(self, title: str) -> None:
        """Calls to a module with provider configurations of its own cannot repeat, however far above they are."""
        path, own_call = self.module.path, _call(self.config, self.module.path)
        for depth in range(len(path), 0, -1):
            call = _call(self.config, path[:depth])
            found = call.count or call.for_each or next(iter(call.depends_on), None)
            if found is not None:
                self.diagnostics.error(
                    "Module is incompatible with count, for_each, and depends_on",
                    f"The module at {title} is a legacy module which contains its own local provider configurations, "
                    "and so calls to it may not use the count, for_each, or depends_on arguments.\n\nIf you also "
                    f'control the module "{own_call.source}", consider updating this module to instead expect provider '
                    "configurations to be passed by its caller.",
                    found.range,
                )

    def _missing(self, reference: ProviderReference, call: ModuleCall) -> None:
        source = shown_source(source_of(self.module, reference.name, self.implied))
        self.diagnostics.error(
            "Missing required provider configuration",
            f"The child module requires an additional configuration for provider {source}, with the local name "
            f'"{reference}".\n\nRefer to the module\'s documentation to understand the intended purpose of this '
            f'additional provider configuration, and then add an entry for {reference} in the "providers" '
            "meta-argument in the module block to choose which provider configuration the module should use for that "
            "purpose.",
            call.range,
        )

    def _check_passed(self, passed: PassedProvider, title: str) -> None:
        module, parent = self.module, self.config.modules[self.module.path[:-1]]
        child_source = source_of(module, passed.child.name, self.implied)
        parent_source = source_of(parent, passed.parent.name, self.implied)
        declared = {r for r, _ in _aliases(module)} | {ProviderReference(n) for n in module.required_providers}
        if passed.child not in declared and passed.child not in module.providers:
            self._undeclared(passed, title, shown_source(child_source))
        if child_source != parent_source:
            child, source = passed.child, shown_source(child_source)
            self.diagnostics.error(
                "Provider type mismatch",
                f'The local name "{passed.parent}" in {_title(parent.path)} represents provider '
                f'"{shown_source(parent_source)}", but "{child}" in {title} represents "{source}".\n\nEach provider '
                "has its own distinct configuration schema and provider types, so this module's "
                f'"{child}" can be assigned only a configuration for {source}, which is not required by {title}.',
                passed.parent_range,
            )

    def _undeclared(self, passed: PassedProvider, title: str, source: str) -> None:
        if passed.child.name in self.module.required_providers:
            self.diagnostics.error(
                "Reference to undefined provider",
                "The child module does not declare any provider requirement with the local name "
                f'"{passed.child}".\n\nIf you also control the child module, you can add a required_providers entry '
                f'named "{passed.child}" with the source address "{source}" to accept this provider configuration.',
                passed.child_range,
            )
            return
        self.diagnostics.warning(
            "Reference to undefined provider",
            f'There is no explicit declaration for local provider name "{passed.child}" in {title}, so Terraform is '
            f'assuming you mean to pass a configuration for "{source}".\n\nIf you also control the child module, add a '
            f'required_providers entry named "{passed.child}" with the source address "{source}".',
            passed.child_range,
        )

    def _warn_of_empty(self, reference: ProviderReference, where: SourceRange, title: str) -> None:
        source = shown_source(source_of(self.module, reference.name, self.implied))
        aliases = f"\n      configuration_aliases = [\n        {reference},\n      ]" if reference.alias else ""
        self.diagnostics.warning(
            "Redundant empty provider block",
            'Earlier versions of Terraform used empty provider blocks ("proxy provider configurations") for child '
            "modules to declare their need to be passed a provider configuration by their callers. That approach was "
            "ambiguous and is now deprecated.\n\nIf you control this module, you can migrate to the new declaration "
            f'syntax by removing all of the empty provider "{reference.name}" blocks and then adding or updating an '
            f"entry like the following to the required_providers block of {title}:\n    {reference.name} = {{\n"
            f'      source = "{source}"{aliases}\n    }}',
            where,
        )


def _check_calls(config: Config, module: Module, implied: Implied, diagnostics: Diagnostics) -> None:
    """Checks the caller's side of what a module passes."""
    for call in module.calls.values():
        for passed in call.providers:
            reference = passed.parent
            if reference.alias is not None:
                _refuse_absent(config, module, passed, implied, diagnostics)
                continue
            block = module.providers.get(reference)
            if reference.name not in module.required_providers and (block is None or block.is_empty):
                title, source = _title(module.path), shown_source(implied(reference.name))
                diagnostics.warning(
                    "Reference to undefined provider",
                    f'There is no explicit declaration for local provider name "{reference.name}" in {title}, so '
                    f'Terraform is assuming you mean to pass a configuration for provider "{source}".\n\nTo clarify '
                    f"your intent and silence this warning, add to {title} a required_providers entry named "
                    f'"{reference.name}" with source = "{source}", or a different source address if appropriate.',
                    passed.parent_range,
                )


def _refuse_absent(
    config: Config, module: Module, passed: PassedProvider, implied: Implied, diagnostics: Diagnostics
) -> None:
    if _exists(config, module.path, passed.parent):
        return
    name = _shown_configuration(module, passed.parent, implied)
    diagnostics.error(
        f"missing provider {name}",
        f"There is no provider configuration {passed.parent} in {_title(module.path)} that could be passed on. Declare "
        f'it with a provider "{passed.parent.name}" block that has alias = "{passed.parent.alias}".',
        passed.parent_range,
    )


def _exists(config: Config, module: ModulePath, reference: ProviderReference) -> bool:
    """Whether a module has an aliased configuration, or was to be passed one (whose absence is its caller's fault)."""
    found = config.modules[module]
    return reference in found.providers or (bool(module) and reference in {r for r, _ in _aliases(found)})


def _check_used(config: Config, resource: ResourceBlock, implied: Implied, diagnostics: Diagnostics) -> None:
    """Refuses an aliased configuration that the module of a resource does not have."""
    reference = resource.provider
    if reference is None or reference.alias is None or _exists(config, resource.module, reference):
        return
    address = resource.config_address
    name = _shown_configuration(config.modules[resource.module], reference, implied)
    diagnostics.error(
        "Provider configuration not present",
        f"To work with {address} its original provider configuration at {name} is required, but it has been removed. "
        "This occurs when a provider configuration is removed while objects created by that provider still exist in "
        f"the state. Re-add the provider configuration to destroy {address}, after which you can remove the provider "
        "configuration again.",
        resource.range,
    )


def _shown_configuration(module: Module, reference: ProviderReference, implied: Implied) -> str:
    """`module.m.provider["registry.terraform.io/iac/iac"].east`"""
    prefix = f"{config_path_text(module.path)}." if module.path else ""
    return f'{prefix}provider["{source_of(module, reference.name, implied)}"].{reference.alias}'
