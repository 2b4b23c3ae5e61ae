"""Documentation of the resource types and data sources, made from their schemas.

`python -m iac.providers.docs DIRECTORY` writes `resources/*.md` and `data-sources/*.md` into it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from iac.providers.registry import Registry
from iac.schema import Attribute, Block
from iac.values.types import BOOL, NUMBER, Type, type_expression

_INTRODUCTIONS = {"resources": "# Resource: ", "data-sources": "# Data source: "}


def pages(registry: Registry) -> dict[str, str]:
    """Every page of the documentation: its path, relative, and its text."""
    found = {}
    for provider in registry.names():
        schema = registry.schema(provider)
        for folder, types in (("resources", schema.resources), ("data-sources", schema.data_sources)):
            for type, resource in types.items():
                found[f"{folder}/{type.removeprefix('iac_')}.md"] = _page(folder, type, resource.block)
    return found


def _page(folder: str, type: str, block: Block) -> str:
    lines = [f"{_INTRODUCTIONS[folder]}{type}", "", block.description, ""]
    lines += ["## Example", "", "```hcl", *_example(folder, type, block), "```", ""]
    arguments = {n: a for n, a in block.attributes.items() if a.required or a.optional}
    exported = {n: a for n, a in block.attributes.items() if a.computed and not a.optional}
    if arguments or block.blocks:
        lines += ["## Arguments", "", *_arguments(arguments, block.blocks), ""]
    if exported:
        lines += ["## Attributes", "", *(_line(n, a) for n, a in exported.items()), ""]
    for path, nested in _blocks(block, ()):
        lines += [f"## Block `{'.'.join(path)}`", ""]
        if nested.description:
            lines += [nested.description, ""]
        lines += [*_arguments(nested.attributes, nested.blocks), ""]
    return "\n".join(lines)


def _blocks(block: Block, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Block]]:
    for name, nested in block.blocks.items():
        yield (*path, name), nested.block
        yield from _blocks(nested.block, (*path, name))


def _arguments(attributes: Mapping[str, Attribute], blocks: Mapping[str, Any]) -> list[str]:
    lines = [_line(n, a) for n, a in attributes.items()]
    for name, nested in blocks.items():
        many = "at most one" if nested.nesting == "single" else "any number"
        lines.append(f"- `{name}` (block, {many}). {nested.block.description}".rstrip())
    return lines


def _line(name: str, attribute: Attribute) -> str:
    facts = [type_expression(attribute.type)]
    if attribute.required:
        facts.append("required")
    elif attribute.optional:
        facts.append("optional")
    if attribute.sensitive:
        facts.append("sensitive")
    if attribute.forces_replacement:
        facts.append("forces replacement")
    text = f"- `{name}` ({', '.join(facts)}). {attribute.description}"
    if attribute.one_of:
        text += f" One of {', '.join(f'`{choice}`' for choice in attribute.one_of)}."
    text += _bounds(attribute)
    if attribute.default not in (None, "", []):
        text += f" Default: `{_literal(attribute.default)}`."
    if attribute.deprecated:
        text += f" Deprecated: {attribute.deprecated}"
    return text


def _bounds(attribute: Attribute) -> str:
    low, high = attribute.minimum, attribute.maximum
    if low is not None and high is not None:
        return f" From {low} to {high}."
    if low is not None:
        return f" At least {low}."
    return f" At most {high}." if high is not None else ""


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _example(folder: str, type: str, block: Block) -> list[str]:
    """The smallest object that is worth showing: what is required, and the blocks that bring something with them."""
    keyword = "resource" if folder == "resources" else "data"
    lines = [f'{keyword} "{type}" "example" {{']
    if keyword == "data":
        keys = ["name", *(n for n, a in block.attributes.items() if n.endswith("_id") and a.optional)]
        width = max(map(len, keys))
        lines += [f"  {k:{width}} = {_sample(k)}" for k in keys]
        return [*lines, "}"]
    lines += _assignments(block, "  ")
    # Of alternatives, the first is shown.
    shown = next((n for n, b in block.blocks.items() if any(a.required for a in b.block.attributes.values())), None)
    if shown is not None:
        lines += ["", f"  {shown} {{", *_assignments(block.blocks[shown].block, "    "), "  }"]
    return [*lines, "}"]


def _sample(key: str) -> str:
    return '"example"' if key == "name" else f"iac_{key.removesuffix('_id')}.example.id"


def _assignments(block: Block, indent: str) -> list[str]:
    shown = {n: a for n, a in block.attributes.items() if a.required}
    if not shown:
        shown = {n: a for n, a in block.attributes.items() if a.optional}
    width = max(map(len, shown), default=0)
    return [f"{indent}{n:{width}} = {a.example or _placeholder(a.type)}" for n, a in shown.items()]


def _placeholder(type: Type) -> str:
    return "1" if type is NUMBER else "true" if type is BOOL else '"example"'


def _no_database() -> Any:
    raise AssertionError("schemas need no database")


def main(arguments: list[str]) -> int:
    """Writes the pages into the directory that is the one argument."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m iac.providers.docs DIRECTORY\n")
        return 2
    for path, text in pages(Registry(_no_database)).items():
        file = Path(arguments[0], path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
