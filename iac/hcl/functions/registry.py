"""Which functions there are, by name, and the module of the family each is in.

A family's module is imported when the first of its functions is looked up, so that a table costs nothing to
build and a plan pays only for what its configuration calls.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from importlib import import_module

from iac.hcl.functions.spec import Function, FunctionContext

CORE = "core::"
"""The namespace in which every function of the language can be called as well."""

_FAMILIES = {
    "strings": """chomp endswith indent join lower split startswith strcontains strrev substr title trim
        trimprefix trimspace trimsuffix upper""",
    "patterns": "regex regexall replace",
    "formatting": "format formatlist",
    "numeric": "abs ceil floor log max min parseint pow signum sum",
    "collections": """alltrue anytrue coalesce coalescelist contains element index length matchkeys one""",
    "sequences": "chunklist compact concat distinct flatten range reverse slice sort",
    "mappings": "keys lookup merge transpose values zipmap",
    "sets": "setintersection setproduct setsubtract setunion",
    "encoding": """base64decode base64encode base64gunzip base64gzip jsondecode jsonencode
        textdecodebase64 textencodebase64 urldecode urlencode""",
    "csv": "csvdecode",
    "yaml": "yamldecode yamlencode",
    "filesystem": """abspath basename dirname file filebase64 filebase64sha256 filebase64sha512 fileexists
        filemd5 fileset filesha1 filesha256 filesha512 pathexpand""",
    "templates": "templatefile templatestring",
    "datetime": "formatdate plantimestamp timeadd timecmp timestamp",
    "crypto": "base64sha256 base64sha512 bcrypt md5 rsadecrypt sha1 sha256 sha512 uuid uuidv5",
    "network": "cidrcontains cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "conversion": """can ephemeralasnull issensitive nonsensitive sensitive tobool tolist tomap tonumber toset
        tostring try""",
    "terraform": """provider::terraform::decode_tfvars provider::terraform::encode_expr
        provider::terraform::encode_tfvars""",
}

_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}


class _FunctionTable(Mapping[str, Function]):
    """The functions of one context; those looked up are kept."""

    def __init__(self, context: FunctionContext) -> None:
        self._context = context
        self._found: dict[str, Function] = {}

    def __getitem__(self, name: str) -> Function:
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._load(name)
        return found

    def _load(self, name: str) -> Function:
        if name.startswith(CORE):
            plain = name.removeprefix(CORE)
            if "::" in plain:
                raise KeyError(name)
            return dataclasses.replace(self[plain], name=name)
        module = import_module(f"iac.hcl.functions.{_FAMILY_OF[name]}")
        self._found.update((function.name, function) for function in module.functions(self._context))
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (
            name in _FAMILY_OF or (name.startswith(CORE) and name.removeprefix(CORE) in _FAMILY_OF)
        )

    def __iter__(self) -> Iterator[str]:
        return iter(_FAMILY_OF)

    def __len__(self) -> int:
        return len(_FAMILY_OF)


def families() -> dict[str, list[str]]:
    """The names of the functions by family."""
    return {family: names.split() for family, names in _FAMILIES.items()}


def function_table(context: FunctionContext) -> Mapping[str, Function]:
    """The functions by name, for one run.

    Every function is found as `core::NAME` too; iterating gives each name once, without `core::`. Functions
    of the built-in provider stand under their full name, `provider::terraform::encode_expr`.
    """
    return _FunctionTable(context)
