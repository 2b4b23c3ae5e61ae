"""What may be meant by an address that nothing in the state has. For messages; the errors are their callers'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from iac.address import ConfigResource, ResourceInstance, Target, module_path, module_text
from iac.diagnostics import did_you_mean, nearest
from iac.state.model import State

_MOST_NAMED: Final = 5


def meant_instead(address: Target, state: State) -> str:
    """A sentence with a space before it: the instances of the resource that is named, or else the nearest address; or
    nothing where there is no such."""
    there = sorted({*state.instances, *(a for a, _ in state.deposed)}, key=ResourceInstance.sort_key)
    instances = _instances(address, there)
    if not instances:
        modules = (module_text(a.module[: depth + 1]) for a in there for depth in range(len(a.module)))
        known = dict.fromkeys([*map(str, there), *(str(a.abs_resource) for a in there), *modules])
        return did_you_mean(str(address), known)
    close = nearest(str(address.key), [str(a.key) for a in instances]) if address.key is not None else None
    if close is not None:
        return f' Did you mean "{next(a for a in instances if str(a.key) == close)}"?'
    if len(instances) == 1:
        return f' Did you mean "{instances[0]}"?'
    named = [str(a) for a in instances[:_MOST_NAMED]]
    more = len(instances) - len(named)
    last = f"{more} more" if more else named.pop()
    return f" Its instances are {', '.join(named)} and {last}."


def _instances(address: Target, there: Sequence[ResourceInstance]) -> list[ResourceInstance]:
    """The instances of the resource that an address names, whatever its keys are; rather those of the same module."""
    if address.resource is None:
        return []
    block = ConfigResource(module_path(address.module), address.resource)
    found = [a for a in there if a.config == block]
    return [a for a in found if a.module == address.module] or found
