"""What the functions are, told to people and programs: `iac functions`, and the page of them all.

Everything comes from the specs of the functions; what they do is left to their families. Writes the page with
`python -m iac.hcl.functions.docs docs/functions.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from iac.hcl.functions.registry import CORE, families, function_table
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Parameter
from iac.values.types import DYNAMIC, CollectionType, Type, list_of, map_of, set_of, type_expression, type_to_json
from iac.values.value import unknown

TITLES = {
    "strings": "Strings",
    "patterns": "Regular expressions",
    "formatting": "Formatting",
    "numeric": "Numbers",
    "collections": "Questions to collections",
    "sequences": "Lists",
    "mappings": "Maps",
    "sets": "Sets",
    "encoding": "Encoding",
    "csv": "CSV",
    "yaml": "YAML",
    "filesystem": "Files",
    "templates": "Templates",
    "datetime": "Date and time",
    "crypto": "Hashes and encryption",
    "network": "IP networks",
    "conversion": "Types and conversion",
    "terraform": "Of the provider terraform",
}
"""What each family is called, in the order in which they are listed."""

FORMAT_VERSION = "1.0"
"""Of `terraform metadata functions -json`."""


def by_family() -> Iterator[tuple[str, list[Function]]]:
    """The families by title, each with its functions by name."""
    table = function_table(FunctionContext())
    for family, names in families().items():
        yield TITLES[family], [table[name] for name in sorted(names)]


def signature(function: Function) -> str:
    """How a function is called, on one line: `range(params: number...) -> list(number)`."""
    parameters = [f"{p.name}: {type_words(p.type)}" for p in function.parameters]
    if function.variadic is not None:
        parameters.append(f"{function.variadic.name}: {type_words(function.variadic.type)}...")
    return f"{function.name}({', '.join(parameters)}) -> {type_words(return_type(function))}"


def type_words(ty: Type) -> str:
    """A type as it is written in a variable block: `list(string)`, with `any` for any type."""
    if isinstance(ty, CollectionType):
        return f"{ty.kind}({type_words(ty.element)})"
    return "any" if ty is DYNAMIC else type_expression(ty)


_CONVERSIONS = {"tolist": list_of(DYNAMIC), "toset": set_of(DYNAMIC), "tomap": map_of(DYNAMIC)}
"""What these give is said to be `any` in their specs, as the element's type comes from the argument."""


def return_type(function: Function) -> Type:
    """The type of what a function gives, as far as it can be told without arguments."""
    known = _CONVERSIONS.get(function.name.removeprefix(CORE))
    if known is not None:
        return known
    if isinstance(function.returns, Type):
        return function.returns
    parameters = function.parameters
    if not parameters or any(p.type is DYNAMIC and not p.allow_dynamic for p in parameters):
        return DYNAMIC
    try:
        return function.returns([unknown(p.type) for p in parameters])
    except FunctionError:
        return DYNAMIC


def explanation(function: Function) -> str:
    """Everything there is to say of a function, for a terminal."""
    parts = [signature(function), function.description]
    rows = parameter_rows(function)
    if rows:
        width = max(len(name) for name, _, _ in rows)
        type_width = max(len(ty) for _, ty, _ in rows)
        parts.append("\n".join(f"  {n:<{width}}  {t:<{type_width}}  {text}".rstrip() for n, t, text in rows))
    parts.append(f"Example:\n  {function.example}")
    return "\n\n".join(parts)


def parameter_rows(function: Function) -> list[tuple[str, str, str]]:
    """For each parameter its name, its type and what it means."""
    rows = [(p.name, type_words(p.type), _meaning(p)) for p in function.parameters]
    if function.variadic is not None:
        rows.append((f"{function.variadic.name}...", type_words(function.variadic.type), _meaning(function.variadic)))
    return rows


def _meaning(parameter: Parameter) -> str:
    return f"{parameter.description}; may be null" if parameter.allow_null else parameter.description


# --- for programs ---


def signatures_to_json() -> dict[str, Any]:
    """All signatures in the format of `terraform metadata functions -json`, those of `core::` names included."""
    table = function_table(FunctionContext())
    names = sorted([*table, *(CORE + name for name in table if "::" not in name)])
    return {"format_version": FORMAT_VERSION, "function_signatures": {n: _to_json(table[n]) for n in names}}


def signature_to_json(function: Function) -> dict[str, Any]:
    """One signature, in the same format."""
    return {"format_version": FORMAT_VERSION, "function_signatures": {function.name: _to_json(function)}}


def _to_json(function: Function) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": function.description,
        "return_type": type_to_json(DYNAMIC if _depends_on_types(function) else return_type(function)),
    }
    if function.parameters:
        told["parameters"] = [_parameter_to_json(p) for p in function.parameters]
    if function.variadic is not None:
        told["variadic_parameter"] = _parameter_to_json(function.variadic)
    return told


def _depends_on_types(function: Function) -> bool:
    """Whether an argument whose type is not known makes the type of the result unknown."""
    parameters = (*function.parameters, *((function.variadic,) if function.variadic else ()))
    return not function.lazy and any(p.type is DYNAMIC and not p.allow_dynamic for p in parameters)


def _parameter_to_json(parameter: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": parameter.name}
    if parameter.description:
        told["description"] = parameter.description
    if parameter.allow_null:
        told["is_nullable"] = True
    told["type"] = type_to_json(parameter.type)
    return told


# --- the page ---

_INTRODUCTION = """# Functions

This page is generated from the functions by `make docs`. `iac functions NAME` shows the same on a terminal, and
`iac console` is the place to try them.

Every function can be called as `core::NAME` too. `type(value)` exists in `iac console` alone: it shows the type of a
value.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_sections()]).rstrip() + "\n"


def _sections() -> Iterator[str]:
    for title, functions in by_family():
        yield f"## {title}\n"
        for function in functions:
            yield f"### {function.name}\n"
            yield f"{_escaped(function.description)}\n"
            yield f"```\n{signature(function)}\n```\n"
            for name, ty, meaning in parameter_rows(function):
                yield f"- `{name}` ({ty}){f': {_escaped(meaning)}' if meaning else ''}"
            if parameter_rows(function):
                yield ""
            yield f"```hcl\n{function.example}\n```\n"


def _escaped(text: str) -> str:
    """A text with what Markdown would take for markup escaped; what stands in backquotes is left alone."""
    parts = text.split("`")
    for index in range(0, len(parts), 2):
        for char in "*_[]<":
            parts[index] = parts[index].replace(char, f"\\{char}")
    return "`".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
