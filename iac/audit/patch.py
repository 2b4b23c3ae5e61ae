"""Patches: RFC 6902 from one JSON document to another, each operation also with the `old` value.

Only `add`, `remove` and `replace` occur; `old` is what stood at the path just before the operation, null
for an `add`. A document that does not exist is null. The operations are found here and not by jsonpatch,
which compares lists index by index (one element inserted in front reads as a change of every other one),
joins unrelated changes into `move`, and orders operations by the hash seed; it applies them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

from iac.audit.sensitive import is_digest
from iac.values.codec import canonical

Operation = dict[str, Any]
_ABSENT: Final = object()


def make_patch(before: Any, after: Any) -> list[Operation]:
    """The operations that lead from `before` to `after`; empty when they are the same.

    The order is the same for the same documents. A digest of a sensitive value changes as a whole.
    """
    if before is None and after is not None:
        return [_operation("add", "", after, None)]
    return list(_compare(before, after, ""))


def apply_patch(document: Any, patch: Iterable[Mapping[str, Any]]) -> Any:
    """The document after the operations; the one given is not changed.

    Raises ValueError when they do not fit it.
    """
    import jsonpatch
    import jsonpointer

    try:
        return jsonpatch.apply_patch(document, [dict(operation) for operation in patch])
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError) as failure:
        raise ValueError(f"the patch does not fit: {failure}") from failure


def inverse(patch: Iterable[Mapping[str, Any]]) -> list[Operation]:
    """The operations that undo a patch."""
    undo = []
    for operation in reversed(list(patch)):
        path, old, value = operation["path"], operation["old"], operation.get("value")
        if operation["op"] == "remove":
            undo.append(_operation("add", path, old, None))
        elif operation["op"] == "add" and path:
            undo.append(_operation("remove", path, _ABSENT, value))
        else:
            undo.append(_operation("replace", path, old, value))
    return undo


def _operation(op: str, path: str, value: Any, old: Any) -> Operation:
    if value is _ABSENT:
        return {"op": op, "path": path, "old": old}
    return {"op": op, "path": path, "value": value, "old": old}


def _compare(old: Any, new: Any, path: str) -> Iterator[Operation]:
    if old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        if not is_digest(old) and not is_digest(new):
            yield from _compare_members(old, new, path)
            return
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        yield from _compare_elements(old, new, path)
        return
    if not _same(old, new):
        yield _operation("replace", path, new, old)


def _same(old: Any, new: Any) -> bool:
    # Plain == would say that 1, 1.0 and true are the same.
    if old.__class__ is new.__class__ and old.__class__ in (str, bool, int):
        return bool(old == new)
    return canonical(old) == canonical(new)


def _compare_members(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[Operation]:
    for name in sorted(old.keys() | new.keys()):
        member = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in new:
            yield _operation("remove", member, _ABSENT, old[name])
        elif name not in old:
            yield _operation("add", member, new[name], None)
        else:
            yield from _compare(old[name], new[name], member)


def _compare_elements(old: Any, new: Any, path: str) -> Iterator[Operation]:
    # Most lists have not changed, and the same text always means the same data.
    if repr(old) == repr(new) or canonical(old) == canonical(new):
        return
    texts = [canonical(e) for e in old], [canonical(e) for e in new]
    # From the end to the front, so that indices into the old list stay true.
    for tag, i1, i2, j1, j2 in reversed(SequenceMatcher(None, *texts, autojunk=False).get_opcodes()):
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for index in range(i2 - 1, i1 + paired - 1, -1):
            yield _operation("remove", f"{path}/{index}", _ABSENT, old[index])
        for offset in range(paired, j2 - j1):
            yield _operation("add", f"{path}/{i1 + offset}", new[j1 + offset], None)
        for offset in range(paired):
            yield from _compare(old[i1 + offset], new[j1 + offset], f"{path}/{i1 + offset}")
