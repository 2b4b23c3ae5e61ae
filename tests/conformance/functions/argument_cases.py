"""Every function, called as it should be, and with each of its arguments in turn null, unknown, sensitive or wrong.

`calls.json` has the arguments of one good call for each function. The rest is made from them and the signatures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
CALLS: Final[Mapping[str, Sequence[str]]] = json.loads((HERE / "calls.json").read_text(encoding="utf-8"))
SIGNATURES: Final[Mapping[str, Any]] = json.loads(
    (HERE.parents[1] / "hcl" / "functions" / "signatures.json").read_text(encoding="utf-8")
)

UNKNOWN: Final = {
    "dynamic": "jsondecode(terraform_data.u.id)",
    "string": "tostring(local.dynamic)",
    "number": "tonumber(local.dynamic)",
    "bool": "tobool(local.dynamic)",
    "list": 'split(",", local.string)',
    "set": "toset(local.list)",
    "map": "zipmap(local.list, local.list)",
}
"""What is not known while planning, by type: local values, and how they come about."""
TEMPLATE: Final = '"Hello, $${name}!"'
"""The local value `template`."""

_WRONG: Final = {"string": ["[]"], "number": ['"x"', "[]"], "bool": ["[]"]}
_WRONG_COLLECTION: Final = ["true", '"x"']
_WRONG_ANYTHING: Final = ["true", "{}", '"x"']

KINDS: Final = ("normal", "null", "unknown", "sensitive", "wrong")


def cases() -> Iterator[tuple[str, str, str]]:
    """The function, the kind of the case (one of `KINDS`) and the expression."""
    for name, arguments in CALLS.items():
        yield name, "normal", call(name, arguments)
        for index, argument in enumerate(arguments):
            for kind, text in _variants(type_of(name, index), argument):
                yield name, kind, call(name, [*arguments[:index], text, *arguments[index + 1 :]])


def call(name: str, arguments: Sequence[str]) -> str:
    return f"{name}({', '.join(arguments)})"


def type_of(name: str, index: int) -> str:
    """The type of a parameter, without what is inside of it."""
    signature = SIGNATURES[name]
    parameters = signature["parameters"]
    found = (parameters[index] if index < len(parameters) else signature["variadic"])[1]
    return str(found if isinstance(found, str) else found[0])


def _variants(ty: str, argument: str) -> Iterator[tuple[str, str]]:
    yield "null", "null"
    yield "unknown", "local.dynamic"
    yield "unknown", f"local.{ty if ty != 'dynamic' else 'list'}"
    yield "sensitive", f"sensitive({argument})"
    wrong = _WRONG_ANYTHING if ty == "dynamic" else _WRONG.get(ty, _WRONG_COLLECTION)
    for text in wrong:
        yield "wrong", text
