"""Functions that look at files: read, find, hash, and work on their paths.

A relative path starts at the base directory of the context, as Terraform's start at the root directory.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from stat import S_ISBLK, S_ISCHR, S_ISDIR, S_ISFIFO, S_ISREG, S_ISSOCK

from iac.hcl.functions.encoding import encode_base64
from iac.hcl.functions.shorthand import lift, text
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Implementation
from iac.hcl.render import go_quote
from iac.reading import open_file, read_file
from iac.values.limits import TEXT
from iac.values.types import BOOL, STRING, Type, set_of
from iac.values.value import Value, set_value, string

_NO_FILE = (
    "no file exists at {}; this function works only with files that are distributed as part of the "
    "configuration source code, so if this file will be created by a resource in this configuration you must "
    "instead obtain this result from an attribute of that resource"
)
_NOT_UTF8 = (
    "contents of {} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or "
    "the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
)
_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (S_ISDIR, "a directory, not a file"),
    (S_ISCHR, "a device node, not a regular file"),
    (S_ISBLK, "a device node, not a regular file"),
    (S_ISFIFO, "a named pipe, not a regular file"),
    (S_ISSOCK, "a unix domain socket, not a regular file"),
)


# --- paths -----------------------------------------------------------------------------------------------


def _clean(path: str) -> str:
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _basename(path: str) -> str:
    if not path:
        return "."
    return posixpath.basename(path.rstrip("/")) or "/"


def _dirname(path: str) -> str:
    return _clean(path[: path.rfind("/") + 1] or ".")


def _pathexpand(path: str) -> str:
    if not path.startswith("~"):
        return path
    if path != "~" and not path.startswith("~/"):
        raise FunctionError("cannot expand user-specific home dir")
    return _clean(os.path.expanduser(path))


def _located(base: Path, path: str, argument: int | None = None) -> str:
    """Where a path leads: a relative one from the base directory, `~` to the home directory."""
    try:
        return _clean(os.path.join(base, _pathexpand(path)))
    except FunctionError as problem:
        raise FunctionError(f"failed to expand ~: {problem.message}", argument) from None


# --- contents --------------------------------------------------------------------------------------------


def read_bytes(base: Path, path: str) -> bytes:
    """The contents of a file. Raises `FunctionError` for the first argument when it cannot be read."""
    located = _located(base, path, 0)
    try:
        return read_file(Path(located), limit=TEXT)
    except FileNotFoundError:
        raise FunctionError(_NO_FILE, 0, go_quote(path)) from None
    except IsADirectoryError:
        raise FunctionError("failed to read file: read {}: is a directory", 0, _clean(path or ".")) from None
    except OSError as problem:
        raise FunctionError("open {}: {}", 0, path, (problem.strerror or "cannot be read").lower()) from None


def read_text(base: Path, path: str) -> str:
    """The contents of a file in UTF-8. Raises `FunctionError`."""
    try:
        return read_bytes(base, path).decode()
    except UnicodeDecodeError:
        raise FunctionError(_NOT_UTF8, None, go_quote(path)) from None


def _digest(base: Path, path: str, algorithm: str) -> bytes:
    try:
        with open_file(Path(_located(base, path))) as file:
            return hashlib.file_digest(file, partial(hashlib.new, algorithm, usedforsecurity=False)).digest()
    except OSError as problem:
        act = "read" if isinstance(problem, IsADirectoryError) else "open"
        reason = (problem.strerror or "cannot be read").lower()
        raise FunctionError("{} {}: {}", None, act, _clean(path), reason) from None


def _fileexists(base: Path, path: str) -> bool:
    located = _located(base, path)
    try:
        mode = os.stat(located).st_mode
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        raise FunctionError("failed to stat {}", None, go_quote(path)) from None
    if S_ISREG(mode):
        return True
    kind = next((words for test, words in _KINDS if test(mode)), "not a regular file")
    raise FunctionError("{} is {}", None, go_quote(_clean(path or ".")), kind)


# --- finding ---------------------------------------------------------------------------------------------


_MOST_VISITED = 200_000
_MOST_ALTERNATIVES = 1_000


def _alternatives(pattern: str) -> Iterator[str]:
    """The patterns that `{a,b}` stands for, inner ones expanded as well."""
    depth = start = 0
    commas: list[int] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        if char == "\\":
            position += 1
        elif char == "{":
            depth += 1
            if depth == 1:
                start, commas = position, []
        elif char == "/" and depth:
            raise ValueError("syntax error in pattern")
        elif char == "," and depth == 1:
            commas.append(position)
        elif char == "}" and depth:
            depth -= 1
            if depth == 0:
                edges = [start, *commas, position]
                for left, right in pairwise(edges):
                    yield from _alternatives(pattern[:start] + pattern[left + 1 : right] + pattern[position + 1 :])
                return
        position += 1
    if depth:
        raise ValueError("syntax error in pattern")
    yield pattern


def _segment(pattern: str) -> re.Pattern[str]:
    """A regular expression for one segment of a path. Raises ValueError for a broken pattern."""
    parts = [""]
    position = 0
    while position < len(pattern):
        char = pattern[position]
        if char == "*":
            parts.append("")
        elif char == "?":
            parts[-1] += "."
        elif char == "[":
            end = pattern.find("]", position + 2)
            if end < 0:
                raise ValueError("syntax error in pattern")
            inside = pattern[position + 1 : end]
            negate = inside[0] == "^"
            members = re.sub(r"([\[\]&~|^!])", r"\\\1", inside[1:] if negate else inside)
            parts[-1] += f"[{'^' if negate else ''}{members}]"
            position = end
        else:
            if char == "\\" and position + 1 < len(pattern):
                position += 1
                char = pattern[position]
            parts[-1] += re.escape(char)
        position += 1
    # What stands between two stars is taken where it comes first: trying other places would not change the result.
    first, *middle = parts
    last = f".*{middle.pop()}" if middle else ""
    try:
        return re.compile(first + "".join(f"(?>.*?{part})" for part in middle) + last + r"\Z", re.DOTALL)
    except re.error:
        raise ValueError("syntax error in pattern") from None


def _entries(directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory or ".") as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a symbolic link that leads to itself
        return False


def _glob(directory: str, segments: Sequence[str], visit: Callable[[], None]) -> Iterator[str]:
    """The paths below a directory that match; `**` stands for any number of directories. `visit` is called for each
    path that is looked at."""
    head, *rest = segments
    if head == "**":
        if rest:
            yield from _glob(directory, rest, visit)
        for entry in _entries(directory):
            visit()
            if _is_directory(entry):
                if not entry.is_symlink():
                    yield from _glob(entry.path, segments, visit)
            elif not rest:
                yield entry.path
        return
    if not any(char in head for char in "*?[\\"):
        path = os.path.join(directory, head)
        if os.path.lexists(path):
            yield from _glob(path, rest, visit) if rest else [path]
        return
    matcher = _segment(head)
    for entry in _entries(directory):
        visit()
        if matcher.match(entry.name):
            if not rest:
                yield entry.path
            elif _is_directory(entry):
                yield from _glob(entry.path, rest, visit)


def _counter(limit: int, problem: str) -> Callable[[], None]:
    """What raises ValueError when it has been called more often than `limit`."""
    steps = iter(range(limit))

    def count() -> None:
        if next(steps, None) is None:
            raise ValueError(problem)

    return count


def _segments(pattern: str) -> list[str]:
    """The segments of a path; several `**` in a row mean no more than one."""
    segments = [segment for segment in pattern.split("/") if segment not in ("", ".")]
    return [s for before, s in pairwise(["", *segments]) if s != "**" or before != "**"]


def _fileset(base: Path, arguments: Sequence[Value], returns: Type) -> Value:
    path, pattern = (a.raw for a in arguments)
    root = os.path.join(base, path)
    found: set[str] = set()
    visit = _counter(_MOST_VISITED, f"it leads to more than {_MOST_VISITED:,} files and directories")
    each_alternative = _counter(_MOST_ALTERNATIVES, f"it stands for more than {_MOST_ALTERNATIVES:,} patterns")
    try:
        for alternative in _alternatives(_clean("/" + pattern)[1:] if ".." not in pattern else pattern):
            each_alternative()
            segments = _segments(alternative)
            for segment in segments:
                _segment(segment)
            if segments:
                found.update(match for match in _glob(root, segments, visit) if os.path.isfile(match))
    except ValueError as problem:
        raise FunctionError(
            "failed to glob pattern {}: {}", None, go_quote(_clean(posixpath.join(path, pattern))), problem
        ) from None
    return set_value(STRING, [string(os.path.relpath(match, root)) for match in found])


def _hashing(base: Path, algorithm: str, encode: Callable[[bytes], str]) -> Implementation:
    def compute(path: str) -> str:
        return encode(_digest(base, path, algorithm))

    return lift(compute)


_PATH = text("path", "the path")
_HASHES = (
    ("filebase64sha256", "sha256", encode_base64, "The SHA-256 of a file, in Base64."),
    ("filebase64sha512", "sha512", encode_base64, "The SHA-512 of a file, in Base64."),
    ("filemd5", "md5", bytes.hex, "The MD5 of a file, in hexadecimal."),
    ("filesha1", "sha1", bytes.hex, "The SHA-1 of a file, in hexadecimal."),
    ("filesha256", "sha256", bytes.hex, "The SHA-256 of a file, in hexadecimal."),
    ("filesha512", "sha512", bytes.hex, "The SHA-512 of a file, in hexadecimal."),
)


def _hash_functions(base: Path) -> Iterator[Function]:
    for name, algorithm, encode, description in _HASHES:
        yield Function(
            name,
            (_PATH,),
            STRING,
            _hashing(base, algorithm, encode),
            description=description,
            example=f'{name}("hello.txt") = "..."',
        )


def _path_functions(base: Path) -> Iterator[Function]:
    yield Function(
        "abspath",
        (_PATH,),
        STRING,
        lift(lambda path: _clean(os.path.join(os.path.abspath(base), path))),
        description="The absolute path of a path.",
        example='abspath("a.txt") = "/home/user/project/a.txt"',
    )
    yield Function(
        "basename",
        (_PATH,),
        STRING,
        lift(_basename),
        description="The last part of a path.",
        example='basename("a/b.txt") = "b.txt"',
    )
    yield Function(
        "dirname",
        (_PATH,),
        STRING,
        lift(_dirname),
        description="A path without its last part.",
        example='dirname("a/b.txt") = "a"',
    )
    yield Function(
        "pathexpand",
        (_PATH,),
        STRING,
        lift(_pathexpand),
        description="A path with a leading ~ replaced by the home directory.",
        example='pathexpand("~/.ssh/id_rsa") = "/home/user/.ssh/id_rsa"',
    )


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family, for the base directory of the context."""
    base = context.base_directory
    return (
        *_path_functions(base),
        *_hash_functions(base),
        Function(
            "file",
            (_PATH,),
            STRING,
            lift(partial(read_text, base)),
            description="The contents of a file in UTF-8.",
            example='file("hello.txt") = "Hello"',
        ),
        Function(
            "filebase64",
            (_PATH,),
            STRING,
            lift(lambda path: encode_base64(read_bytes(base, path))),
            description="The contents of a file, in Base64.",
            example='filebase64("hello.txt") = "SGVsbG8="',
        ),
        Function(
            "fileexists",
            (_PATH,),
            BOOL,
            lift(partial(_fileexists, base)),
            description="Tells whether there is a file at a path.",
            example='fileexists("hello.txt") = true',
        ),
        Function(
            "fileset",
            (text("path", "the directory"), text("pattern", "a pattern with *, **, ?, [abc] and {a,b}")),
            set_of(STRING),
            partial(_fileset, base),
            description="The files below a directory whose paths match a pattern.",
            example='fileset("conf", "**/*.json") = ["a.json", "b/c.json"]',
        ),
    )
