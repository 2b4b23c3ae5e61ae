"""What a reference refers to: `var.x`, `iac_service.api["eu"].id`, `module.web[0].url`.

Owns taking a traversal apart into subject, instance key and the number of steps used. Whether the subject
exists is left to `validate`, its value to the engine.
"""

from __future__ import annotations

from typing import NamedTuple

from iac.address import DATA, EPHEMERAL, MANAGED, Resource
from iac.diagnostics import DiagnosticsError, error
from iac.hcl.syntax import Attr, Index, ScopeTraversal
from iac.values.value import Value


class Reference(NamedTuple):
    """A reference taken apart.

    `kind` is one of variable, local, module, resource, each, count, self, path, terraform. `name` is the
    name for all but resources, which have `resource`. `key` is a constant instance key that directly follows
    (modules and resources). `output` is the output named of a module. `steps` is how many steps of the
    traversal this covers, the key included.
    """

    kind: str
    name: str
    resource: Resource | None
    key: Value | None
    output: str | None
    steps: int


_SINGLE = {
    "var": "variable",
    "local": "local",
    "each": "each",
    "count": "count",
    "path": "path",
    "terraform": "terraform",
}


def parse_reference(traversal: ScopeTraversal) -> Reference:
    """Takes a traversal apart. Raises `DiagnosticsError` when it refers to nothing that can exist."""
    root, steps = traversal.root, traversal.steps
    if root == "self":
        return Reference("self", "self", None, None, None, 0)
    if root in _SINGLE:
        return Reference(_SINGLE[root], _attribute(traversal, 0, _article(root)), None, None, None, 1)
    if root == "module":
        name = _attribute(
            traversal,
            0,
            'The "module" object cannot be accessed directly. Instead, access one of its attributes.',
        )
        key, used = _key(traversal, 1)
        following = steps[used] if len(steps) > used else None
        output = following.name if isinstance(following, Attr) else None
        return Reference("module", name, None, key, output, used + (output is not None))
    if root in (DATA, EPHEMERAL, "resource"):
        names = f"the {_TYPES[root]} and the resource name"
        detail = f'The "{root}" object must be followed by two attribute names: {names}.'
        mode = MANAGED if root == "resource" else root
        kind, name, at = _attribute(traversal, 0, detail), _attribute(traversal, 1, detail), 2
    else:
        mode, kind, name, at = MANAGED, root, _attribute(traversal, 0, _RESOURCE_DETAIL), 1
    key, used = _key(traversal, at)
    return Reference("resource", name, Resource(mode, kind, name), key, None, used)


_TYPES = {DATA: "data source type", EPHEMERAL: "ephemeral resource type", "resource": "resource type"}
_KINDS = {DATA: "data source", EPHEMERAL: "ephemeral resource", "resource": "resource type"}
_FOLLOWED = "followed by at least one attribute access, specifying the resource name."
_RESOURCE_DETAIL = f"A reference to a resource type must be {_FOLLOWED}"


def _article(root: str) -> str:
    return f'The "{root}" object cannot be accessed directly. Instead, access one of its attributes.'


def _attribute(traversal: ScopeTraversal, index: int, detail: str) -> str:
    if index >= len(traversal.steps):
        raise DiagnosticsError(error("Invalid reference", detail, traversal.range))
    step = traversal.steps[index]
    if isinstance(step, Attr):
        return step.name
    if index == 1:
        detail = f"A reference to a {_KINDS[traversal.root]} must be {_FOLLOWED}"
    elif detail is not _RESOURCE_DETAIL:
        detail = f'The "{traversal.root}" object does not support this operation.'
    raise DiagnosticsError(error("Invalid reference", detail, step.range))


def _key(traversal: ScopeTraversal, at: int) -> tuple[Value | None, int]:
    steps = traversal.steps
    if at < len(steps):
        step = steps[at]
        if isinstance(step, Index):
            return step.key, at + 1
    return None, at
