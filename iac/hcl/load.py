"""From the bytes of a file to its parsed form: which syntax it is in, and the cache of parsed files."""

from __future__ import annotations

from iac.diagnostics import Diagnostic
from iac.hcl import cache
from iac.hcl.syntax import File


def parse_source(source: bytes, filename: str) -> tuple[File, list[Diagnostic]]:
    """Parses a file by its name: JSON syntax when it ends in `.json`, else native syntax.

    A native file that parsed well before is not parsed again.
    """
    if filename.endswith(".json"):
        from iac.hcl.json_syntax import parse_json

        return parse_json(source, filename)
    known = cache.load(source, filename)
    if known is not None:
        return known, []
    from iac.hcl.parser import parse_native

    file, diagnostics = parse_native(source, filename)
    if not diagnostics:
        cache.store(source, file)
    return file, diagnostics
