"""Addresses: how modules, resources and their instances are named, and parsing them from text.

Addresses are plain immutable tuples, so they hash and compare fast; `str()` gives Terraform's text form:
`module.web["eu"].iac_service.api[0]`, `data.iac_cluster.main`. Owns target addresses too
(`-target=module.web`, `-replace=...`).
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from iac.values.codec import quote

InstanceKey: TypeAlias = str | int | None
"""What tells instances of one block apart: a string (for_each), a number (count) or None (neither)."""

MANAGED = "managed"
DATA = "data"
EPHEMERAL = "ephemeral"


def key_text(key: InstanceKey) -> str:
    """`[0]`, `["a"]`, or nothing."""
    if key is None:
        return ""
    return f"[{key}]" if isinstance(key, int) else f"[{quote(key)}]"


def key_order(key: InstanceKey) -> tuple[int, int, str]:
    """A sort key: no key first, then numbers, then strings."""
    if key is None:
        return (0, 0, "")
    return (1, key, "") if isinstance(key, int) else (2, 0, key)


class ModuleStep(NamedTuple):
    """One step down: the name of a module call and which instance of it."""

    name: str
    key: InstanceKey = None

    def __str__(self) -> str:
        return f"module.{self.name}{key_text(self.key)}"


ModulePath: TypeAlias = tuple[str, ...]
"""A module in the configuration: the names of the calls that lead to it. The root module is `()`."""

ModuleInstance: TypeAlias = tuple[ModuleStep, ...]
"""A module instance after count and for_each. The root module is `()`."""

ROOT: ModuleInstance = ()


def module_text(module: ModuleInstance) -> str:
    """`module.a.module.b["x"]`; an empty string for the root."""
    return ".".join(map(str, module))


def config_path_text(module: ModulePath) -> str:
    """`module.a.module.b` of a module as it is written; an empty string for the root."""
    return ".".join(f"module.{name}" for name in module)


def module_path(module: ModuleInstance) -> ModulePath:
    """The module of which this is an instance."""
    return tuple([step.name for step in module])


class Resource(NamedTuple):
    """A resource block: mode, type and name."""

    mode: str
    type: str
    name: str

    def __str__(self) -> str:
        text = f"{self.type}.{self.name}"
        return text if self.mode == MANAGED else f"{self.mode}.{text}"


class ConfigResource(NamedTuple):
    """A resource block in a module of the configuration, whatever instances it has."""

    module: ModulePath
    resource: Resource

    def __str__(self) -> str:
        return ".".join([*(f"module.{name}" for name in self.module), str(self.resource)])


class AbsResource(NamedTuple):
    """A resource in one module instance, with all its instances."""

    module: ModuleInstance
    resource: Resource

    def __str__(self) -> str:
        prefix = module_text(self.module)
        return f"{prefix}.{self.resource}" if prefix else str(self.resource)

    @property
    def config(self) -> ConfigResource:
        """The block that it comes from."""
        return ConfigResource(module_path(self.module), self.resource)

    def instance(self, key: InstanceKey) -> ResourceInstance:
        """One instance of it."""
        return ResourceInstance(self.module, self.resource, key)


class ResourceInstance(NamedTuple):
    """One resource instance: what a plan changes and the state remembers."""

    module: ModuleInstance
    resource: Resource
    key: InstanceKey = None

    def __str__(self) -> str:
        text = f"{self.resource}{key_text(self.key)}"
        return f"{module_text(self.module)}.{text}" if self.module else text

    @property
    def abs_resource(self) -> AbsResource:
        """The resource of which it is an instance."""
        return AbsResource(self.module, self.resource)

    @property
    def config(self) -> ConfigResource:
        """The block that it comes from."""
        return ConfigResource(module_path(self.module), self.resource)

    def sort_key(self) -> tuple[object, ...]:
        """Orders instances by module, mode, type, name and key, numbers before strings."""
        module = tuple([(s.name, key_order(s.key)) for s in self.module])
        return (module, self.resource.mode != DATA, *self.resource[1:], key_order(self.key))


class Target(NamedTuple):
    """What `-target` names: a module, a resource or an instance of either, with everything inside.

    `resource` is None for a module. `exact_key` says that an instance key was given (or the last module
    step was written with one), so that only this instance is meant.
    """

    module: ModuleInstance
    resource: Resource | None
    key: InstanceKey
    exact_key: bool

    def __str__(self) -> str:
        prefix = module_text(self.module)
        if self.resource is None:
            return prefix
        text = f"{self.resource}{key_text(self.key)}"
        return f"{prefix}.{text}" if prefix else text

    def contains(self, address: ResourceInstance) -> bool:
        """Whether the instance is meant by this target."""
        depth = len(self.module)
        if len(address.module) < depth:
            return False
        for wanted, step in zip(self.module, address.module, strict=False):
            if wanted.name != step.name or (wanted.key is not None and wanted.key != step.key):
                return False
        if self.resource is None:
            return True
        if len(address.module) != depth or self.resource != address.resource:
            return False
        return not self.exact_key or self.key == address.key


class AddressError(ValueError):
    """Text that is no address; the message says what is wrong with it."""


_NAME = re.compile(r"[^\W\d][\w-]*")
_NUMBER_KEY = re.compile(r"\[\s*(\d+)\s*\]")
_STRING_KEY = re.compile(r'\[\s*"((?:[^"\\]|\\.)*)"\s*\]')
_UNESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class _Reader:
    """Reads names, dots and keys from the text of an address."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def fail(self, expected: str) -> AddressError:
        found = self.text[self.at : self.at + 10] or "the end"
        return AddressError(f"{expected} is required at character {self.at + 1}, found {found!r}")

    def name(self) -> str:
        match = _NAME.match(self.text, self.at)
        if not match:
            raise self.fail("A name")
        self.at = match.end()
        return match.group()

    def dot(self) -> None:
        if not self.text.startswith(".", self.at):
            raise self.fail('A "."')
        self.at += 1

    def key(self) -> tuple[InstanceKey, bool]:
        if not self.text.startswith("[", self.at):
            return None, False
        if match := _NUMBER_KEY.match(self.text, self.at):
            if len(match.group(1)) > _MOST_DIGITS:
                raise AddressError(f"A key has {_MOST_DIGITS} digits at the most")
            self.at = match.end()
            return int(match.group(1)), True
        if match := _STRING_KEY.match(self.text, self.at):
            self.at = match.end()
            return _unescape(match.group(1)), True
        raise self.fail('A key such as [0] or ["name"]')


_MOST_DIGITS = 18
"""Of a number that is a key: so many fit in the 64 bits that Terraform has for it."""


def _unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] not in "uU" or len(code) == 1:
            return _UNESCAPES.get(code, code)
        number = int(code[1:], 16)
        if number > sys.maxunicode or 0xD800 <= number <= 0xDFFF:
            raise AddressError(f"Cannot encode character U+{number:04x} in UTF-8")
        return chr(number)

    text = re.sub(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", replace, text)
    return re.sub(r"([$%])\1(?=\{)", r"\1", text)


def parse_target(text: str) -> Target:
    """Parses a module, resource or instance address. Raises `AddressError`."""
    reader = _Reader(text.strip())
    steps: list[ModuleStep] = []
    while True:
        name = reader.name()
        if name != "module":
            break
        reader.dot()
        call = reader.name()
        key, given = reader.key()
        steps.append(ModuleStep(call, key))
        if reader.done:
            return Target(tuple(steps), None, None, given)
        reader.dot()
    mode = MANAGED
    if name in (DATA, EPHEMERAL):
        mode = name
        reader.dot()
        name = reader.name()
    reader.dot()
    label = reader.name()
    key, given = reader.key()
    if not reader.done:
        raise reader.fail("The end of the address")
    return Target(tuple(steps), Resource(mode, name, label), key, given)


@lru_cache(maxsize=65536)
def parse_instance(text: str) -> ResourceInstance:
    """Parses the address of one resource instance. Raises `AddressError`."""
    target = parse_target(text)
    if target.resource is None:
        raise AddressError(f"{text!r} names a module; the address of a resource instance is required")
    return ResourceInstance(target.module, target.resource, target.key)
