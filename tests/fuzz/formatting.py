"""What `iac fmt` promises of any text: formatting again changes nothing, and nothing gets another meaning."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any


def check(arguments: Sequence[str]) -> int:
    """Formats what is on standard input; a broken promise is an AssertionError."""
    from iac.hcl.formatting import format_source
    from iac.hcl.parser import parse_native

    source = sys.stdin.buffer.read()
    once, found = format_source(source, "main.tf")
    if found:
        return 0
    twice, found = format_source(once, "main.tf")
    assert not found, "what was formatted does not parse"
    assert twice == once, f"formatting again changes it: {once!r} and {twice!r}"
    before, wrong = parse_native(source, "main.tf")
    after, wrong_after = parse_native(once, "main.tf")
    assert bool(wrong) == bool(wrong_after), "formatting makes or hides a mistake"
    if not wrong:
        assert meaning(before.body) == meaning(after.body), "formatting changes the meaning"
    return 0


def meaning(node: Any) -> Any:
    """A syntax node without its places and without what only another way of writing adds."""
    kind = type(node).__name__
    if kind in ("SourceRange", "Pos"):
        return None
    if kind in ("TemplateWrap", "Parens"):
        return meaning(node.wrapped if kind == "TemplateWrap" else node.inner)
    if kind == "Value":
        return kind, repr(node)
    if kind == "Block" and node.type == "variable":
        return kind, node.labels, sorted(node.body.attributes)  # quotes around types are taken away
    if isinstance(node, dict):
        return {key: meaning(part) for key, part in node.items()}
    if isinstance(node, tuple | list):
        return kind, [meaning(part) for part in node]
    if type(node).__module__.startswith("iac.hcl"):
        return kind, {name: meaning(getattr(node, name)) for name in _parts(node)}
    return repr(node)


def _parts(node: Any) -> Iterator[str]:
    """The names of what a node holds."""
    for cls in type(node).__mro__:
        slots = getattr(cls, "__slots__", ())
        yield from (name for name in (slots if isinstance(slots, tuple) else [*slots]) if not name.startswith("_"))
    yield from (name for name in getattr(node, "__dict__", ()) if not name.startswith("_"))
