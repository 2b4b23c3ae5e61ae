"""The cache of parsed files: by content, so that planning again parses nothing.

An entry is named by the SHA-256 of the file's content and of the form of the nodes; it holds its own digest and
plain tuples. One that is damaged, foreign or cannot be read is as good as none; nothing here ever fails, and
nothing here can change what a file means.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iac import __version__
from iac.diagnostics import Pos, SourceRange
from iac.hcl import syntax
from iac.hcl.directories import cache_directory
from iac.hcl.native import NativeBody
from iac.hcl.syntax import File, Node
from iac.values import numbers
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING
from iac.values.value import Value

_CLASSES: tuple[type[Node], ...] = (
    NativeBody,
    *sorted(
        (c for c in vars(syntax).values() if isinstance(c, type) and issubclass(c, Node)), key=lambda c: c.__name__
    ),
)
_CODES = {c: i for i, c in enumerate(_CLASSES)}
_FORM = hashlib.sha256(
    repr((__version__, sys.version, 1, [(c.__name__, c.FIELDS) for c in _CLASSES])).encode()
).digest()
_LIMIT = 512
"""How many entries are kept; the oldest go first."""

_TYPES = {STRING: "s", BOOL: "b", NUMBER: "n", DYNAMIC: "d"}
_NAMES = {v: k for k, v in _TYPES.items()}


def _path(source: bytes) -> Path | None:
    directory = cache_directory()
    if directory is None:
        return None
    return directory / "files" / hashlib.sha256(_FORM + source).hexdigest()


def load(source: bytes, filename: str) -> File | None:
    """The parsed form of a file with this content, placed under `filename`; None when it is not known."""
    path = _path(source)
    if path is None:
        return None
    try:
        content = path.read_bytes()
        digest, payload = content[:32], content[32:]
        if hashlib.sha256(payload).digest() != digest:
            return None
        body = _Decoder(filename).node(marshal.loads(payload))
    except (OSError, ValueError, TypeError, EOFError, KeyError, IndexError, RecursionError):
        return None
    return File(filename, body) if isinstance(body, NativeBody) else None


def store(source: bytes, file: File) -> None:
    """Keeps the parsed form of a file."""
    path = _path(source)
    if path is None:
        return
    with contextlib.suppress(OSError, ValueError, RecursionError):
        payload = marshal.dumps(_encode(file.body))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(hashlib.sha256(payload).digest() + payload)
        temporary.replace(path)
        _prune(path.parent)


def _prune(directory: Path) -> None:
    entries = list(directory.iterdir())
    if len(entries) > _LIMIT:
        entries.sort(key=lambda e: e.stat().st_mtime)
        for entry in entries[: len(entries) - _LIMIT // 2]:
            entry.unlink(missing_ok=True)


def _encode(item: Any) -> Any:
    if isinstance(item, Node):
        fields = [_encode(getattr(item, name)) for name in item.FIELDS]
        return (_CODES[type(item)], _encode_range(item.range), *fields)
    if isinstance(item, SourceRange):
        return ("r", *_encode_range(item))
    if isinstance(item, Value):
        raw = item.raw
        exact = raw if raw is None or isinstance(raw, (str, bool, int)) else ("x", numbers.format_number(raw))
        return ("v", _TYPES[item.type], exact)
    if isinstance(item, Mapping):
        return ("m", tuple(item), tuple(_encode(v) for v in item.values()))
    if isinstance(item, (list, tuple)):
        return ("l", *(_encode(v) for v in item))
    return item


def _encode_range(range: SourceRange) -> tuple[int, ...]:
    return (*range.start, *range.end)


class _Decoder:
    def __init__(self, filename: str) -> None:
        self.filename = filename

    def node(self, raw: Any) -> Any:
        if raw.__class__ is not tuple:
            return raw
        tag = raw[0]
        if tag.__class__ is int:
            cls = _CLASSES[tag]
            node: Any = cls.__new__(cls)
            node.range = self.range(raw[1])
            for name, item in zip(cls.FIELDS, raw[2:], strict=True):
                setattr(node, name, self.node(item) if item.__class__ is tuple else item)
            return node
        if tag == "l":
            return [self.node(item) for item in raw[1:]]
        if tag == "r":
            return self.range(raw[1:])
        if tag == "v":
            value = raw[2]
            return Value(_NAMES[raw[1]], numbers.parse(value[1]) if value.__class__ is tuple else value)
        if tag == "m":
            return dict(zip(raw[1], (self.node(item) for item in raw[2]), strict=True))
        raise ValueError("unknown tag")

    def range(self, raw: tuple[int, ...]) -> SourceRange:
        a, b, c, d, e, f = raw
        return SourceRange(self.filename, Pos(a, b, c), Pos(d, e, f))
