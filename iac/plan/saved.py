"""The saved plan: one self-contained file with the plan and the configuration it was made from.

The file is a line that names the format and its version, a line with the SHA-256 of the rest, and the rest:
canonical JSON, compressed. It holds sensitive values, as Terraform's does, and is readable by its owner only.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iac.diagnostics import DiagnosticsError, error
from iac.files import write_whole
from iac.plan.encoding import SchemaOf, decode_plan, encode_plan
from iac.plan.model import Plan
from iac.reading import LARGEST, read_file
from iac.values.codec import canonical, loads

MAGIC = b"iac plan"
VERSION = 1


def write_plan(path: Path, plan: Plan, sources: Mapping[str, bytes]) -> None:
    """Writes a plan and the configuration files it was made from. Raises `DiagnosticsError` on I/O errors."""
    body = zlib.compress(canonical(_content(plan, sources)).encode(), 6)
    digest = hashlib.sha256(body).hexdigest().encode()
    content = b"%s %d\n%s\n%s" % (MAGIC, VERSION, digest, body)
    try:
        write_whole(path, [content])
    except OSError as problem:
        raise DiagnosticsError(
            error(
                "Failed to write the plan file",
                f'The plan could not be written to "{path}": {problem.strerror or problem}.',
            )
        ) from None


def read_plan(path: Path, schema_of: SchemaOf) -> tuple[Plan, dict[str, bytes]]:
    """Reads a saved plan: the plan and its configuration files. Raises `DiagnosticsError` for a file that is
    missing, damaged, foreign, or of a newer version."""
    try:
        content = read_file(path, pipes=True)
    except OSError as problem:
        raise _unreadable(path, f"it could not be read: {problem.strerror or problem}") from None
    header, _, rest = content.partition(b"\n")
    digest, _, body = rest.partition(b"\n")
    if not header.startswith(MAGIC + b" "):
        what = (
            "it is a Terraform plan file, which only Terraform can apply"
            if content[:2] == b"PK"
            else "it is not a saved plan"
        )
        raise _unreadable(path, what)
    if header != b"%s %d" % (MAGIC, VERSION):
        raise _unreadable(path, "it was written by a newer version of iac; use that version, or plan again")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise _unreadable(path, "it is damaged: its content does not match its digest. Plan again")
    try:
        text = _decompressed(body)
        raw = loads(text)
        if b"\\ud" in text.lower():  # perhaps half a character, which is no text: encoding it fails
            canonical(raw).encode()
        return decode_plan(raw, schema_of), {n: s.encode() for n, s in raw["sources"].items()}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, zlib.error) as problem:
        raise _unreadable(path, f"its content could not be understood ({type(problem).__name__}). Plan again") from None


def _decompressed(body: bytes) -> bytes:
    stream = zlib.decompressobj()
    content = stream.decompress(body, LARGEST)
    if not stream.eof:
        raise ValueError("it is cut off, or larger than any plan")
    return content


def _unreadable(path: Path, why: str) -> DiagnosticsError:
    return DiagnosticsError(error("Failed to load the plan file", f'"{path}" cannot be used as a plan: {why}.'))


def _content(plan: Plan, sources: Mapping[str, bytes]) -> dict[str, Any]:
    return {**encode_plan(plan), "sources": {n: s.decode() for n, s in sources.items()}}
