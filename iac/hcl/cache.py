"""The cache of parsed files: by content, so that planning again parses nothing.

An entry is named by the SHA-256 of the file's content and of the form of the entries, and holds its own digest.
One that is damaged, foreign or cannot be read is as good as none; nothing here ever fails, and nothing here can
change what a file means. `IAC_CACHE_DIR=""` turns it off.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from iac.files import replacing
from iac.hcl import columns
from iac.hcl.directories import cache_directory
from iac.hcl.native import NativeBody
from iac.hcl.syntax import File

_LIMIT = 512
"""How many entries are kept; the oldest half goes when there are more."""
_DIGEST = hashlib.sha256().digest_size


def _path(source: bytes) -> Path | None:
    directory = cache_directory()
    if directory is None:
        return None
    return directory / "files" / hashlib.sha256(_form() + source).hexdigest()


@cache
def _form() -> bytes:
    """What an entry depends on beside the file: the form of the nodes, and the code that makes them, so that another
    parser never meets what an earlier one understood."""
    digest = hashlib.sha256(columns.FORM.encode())
    with contextlib.suppress(OSError):
        for path in sorted(Path(__file__).parent.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.digest()


def load(source: bytes, filename: str) -> File | None:
    """The parsed form of a file with this content, placed under `filename`; None when it is not known."""
    path = _path(source)
    if path is None:
        return None
    try:
        content = path.read_bytes()
        digest, payload = content[:_DIGEST], content[_DIGEST:]
        if hashlib.sha256(payload).digest() != digest:
            return None
        with collections_paused():
            return File(filename, columns.load(payload, filename))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, StopIteration, RecursionError):
        return None


def store(source: bytes, file: File) -> None:
    """Keeps the parsed form of a file in native syntax; an entry is there whole or not at all."""
    path = _path(source)
    if path is None or not isinstance(file.body, NativeBody):
        return
    with contextlib.suppress(OSError, RecursionError):
        with collections_paused():
            payload = columns.dump(file.body)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(path, sync=False) as temporary:
            temporary.write_bytes(hashlib.sha256(payload).digest() + payload)
        _prune(path.parent)


def _prune(directory: Path) -> None:
    entries = list(directory.iterdir())
    if len(entries) > _LIMIT:
        entries.sort(key=lambda e: e.stat().st_mtime)
        for entry in entries[: len(entries) - _LIMIT // 2]:
            entry.unlink(missing_ok=True)


@contextlib.contextmanager
def collections_paused() -> Iterator[None]:
    """Pauses the search for cyclic garbage while nodes are made: there is none among them, and looking for it
    takes as long as making them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
