"""Whether a module declares all that its blocks name.

Where one does not, because of a mistake that was reported, every reference to what is missing would be called
wrong as well: then nothing is said of references.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iac.address import MANAGED, Resource
from iac.config.model import Module
from iac.hcl.syntax import Block

_REPETITION = {"count": False, "for_each": False}


def is_declared(module: Module, block: Block) -> bool:
    """Whether everything that others can refer to in a top-level block is in the module, as it was written."""
    declares = _DECLARES.get(block.type)
    return declares is None or declares(module, block)


def _resource(module: Module, block: Block) -> bool:
    mode = MANAGED if block.type == "resource" else block.type
    repetition, _ = block.body.content(_REPETITION, {}, partial=True)
    # With both, whether a reference needs an index is not known.
    return Resource(mode, *block.labels) in module.resources and len(repetition.attributes) < len(_REPETITION)


def _locals(module: Module, block: Block) -> bool:
    attributes, problems = block.body.just_attributes()
    return not problems and attributes.keys() <= module.locals.keys()


def _module_call(module: Module, block: Block) -> bool:
    repetition, _ = block.body.content(_REPETITION, {}, partial=True)
    return block.labels[0] in module.calls and len(repetition.attributes) < len(_REPETITION)


_DECLARES: Mapping[str, Callable[[Module, Block], bool]] = {
    "variable": lambda module, block: block.labels[0] in module.variables,
    "output": lambda module, block: block.labels[0] in module.outputs,
    "locals": _locals,
    "module": _module_call,
    "resource": _resource,
    "data": _resource,
    "ephemeral": _resource,
}
