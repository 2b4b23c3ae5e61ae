"""What depends on what, in the DOT language of Graphviz, as `terraform graph` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from itertools import groupby

from iac.address import ConfigResource, config_path_text

_HEAD = 'digraph G {\n  rankdir = "RL";\n  node [shape = rect, fontname = "sans-serif"];\n'


def render_graph(dependencies: Mapping[ConfigResource, Set[ConfigResource]]) -> str:
    """The resources of a configuration, by module, and what each depends on.

    `dependencies` are those of every resource, each after the resources that it depends on. A dependency that follows
    from others is left out.
    """
    reduced = _reduced(dependencies)
    lines = [_HEAD]
    ordered = sorted(reduced, key=_order)
    for module, resources in groupby(ordered, key=lambda resource: resource.module):
        nodes = [f'"{r}" [label="{r.resource}"];\n' for r in resources]
        if not module:
            lines += [f"  {node}" for node in nodes]
            continue
        name = config_path_text(module)
        lines.append(f'  subgraph "cluster_{name}" {{\n    label = "{name}"\n    fontname = "sans-serif"\n')
        lines += [f"    {node}" for node in nodes]
        lines.append("  }\n")
    for resource in ordered:
        needed = sorted(reduced[resource], key=_order)
        lines += [f'  "{resource}" -> "{other}";\n' for other in needed]
    return "".join([*lines, "}\n"])


def _order(resource: ConfigResource) -> tuple[object, ...]:
    return resource.module, str(resource.resource)


def _reduced(
    dependencies: Mapping[ConfigResource, Iterable[ConfigResource]],
) -> dict[ConfigResource, set[ConfigResource]]:
    """The dependencies without those that others bring with them."""
    place = {resource: number for number, resource in enumerate(dependencies)}
    reached: dict[ConfigResource, set[ConfigResource]] = {}
    kept: dict[ConfigResource, set[ConfigResource]] = {}
    for resource, needed in dependencies.items():
        behind: set[ConfigResource] = set()
        kept[resource] = set()
        for other in sorted(needed, key=place.__getitem__, reverse=True):
            if other not in behind:
                kept[resource].add(other)
                behind |= {other, *reached[other]}
        reached[resource] = behind
    return kept
