"""Which block of a source file encloses a place: the `in resource "a" "b"` of a diagnostic.

A light scan that knows strings, templates, heredocs and comments, and nothing else of the language: it must
work on files that do not parse.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

_INTERESTING = re.compile(
    r"""(?P<comment>\#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<heredoc><<-?(?P<mark>[^\W\d][\w-]*)\r?\n.*?(?:^[ \t]*(?P=mark)(?![\w-])|\Z))"""
    r"""|(?P<quote>")|(?P<open>\{)|(?P<close>\})""",
    re.DOTALL | re.MULTILINE,
)
_IN_STRING = re.compile(r'\\.|\$\$\{|%%\{|(?P<open>[$%]\{)|(?P<quote>")|(?P<line>\n)', re.DOTALL)
_HEADER = re.compile(r'(?:^|\})[ \t]*([^\W\d][\w-]*)((?:[ \t]+(?:"(?:[^"\\\n]|\\.)*"|[^\W\d][\w-]*))*)[ \t]*\Z')
_LABEL = re.compile(r'"((?:[^"\\]|\\.)*)"|([\w-]+)')

_TEMPLATE: Final = "template"


def context_string(filename: str, source: bytes, offset: int) -> str | None:
    """The header of the top-level block around a byte offset: `resource "a" "b"`; None outside of any.

    In a JSON file it is the path of property names: `resource.a.b`.
    """
    if offset < 0:
        return None
    if filename.endswith(".json"):
        return _json_path(source.decode("utf-8", "replace"), len(source[:offset].decode("utf-8", "replace")))
    blocks = _top_level_blocks(source)
    index = bisect_right(blocks, offset, key=lambda block: block.begin) - 1
    return blocks[index].header if index >= 0 and offset < blocks[index].end else None


class _Block(NamedTuple):
    """A top-level block: its header, and from which byte to before which it goes."""

    header: str | None
    begin: int
    end: int


@lru_cache(maxsize=4)
def _top_level_blocks(source: bytes) -> list[_Block]:
    """The blocks of a file in order, found once for all diagnostics about it."""
    text = source.decode("utf-8", "surrogateescape")  # which can be taken back
    found: list[_Block] = []
    at = place = 0  # the same in bytes and in characters
    for header, begin, end in _blocks(text):
        first = at + _size(text[place:begin])
        at, place = first + _size(text[begin:end]), end
        found.append(_Block(header and header.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), first, at))
    return found


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def _blocks(text: str) -> Iterator[_Block]:
    """Walks over the file; `stack` holds what is open: braces and, in them, quoted templates."""
    stack: list[str] = []
    header: str | None = None
    begun = at = 0
    while True:
        in_string = bool(stack) and stack[-1] == '"'
        match = (_IN_STRING if in_string else _INTERESTING).search(text, at)
        if match is None:
            if stack:
                yield _Block(header, begun, len(text) + 1)
            return
        at = match.end()
        kind = match.lastgroup
        if kind == "quote":
            if in_string:
                stack.pop()
            else:
                stack.append('"')
        elif kind == "line":
            stack.pop()  # a quoted string ends with its line, whatever was forgotten
        elif kind == "open":
            if not stack:
                header, begun = _header(text, match.start())
            stack.append(_TEMPLATE if in_string else "{")
        elif kind == "close" and stack:
            stack.pop()
            if not stack:
                yield _Block(header, begun, at)


def _header(text: str, brace: int) -> tuple[str | None, int]:
    """The header that ends at an opening brace, and where it begins."""
    line = text.rfind("\n", 0, brace) + 1
    match = _HEADER.search(text[line:brace])
    if match is None:
        return None, line
    labels = [quoted if quoted or not bare else bare for quoted, bare in _LABEL.findall(match.group(2))]
    header = " ".join([match.group(1), *(json.dumps(label, ensure_ascii=False) for label in labels)])
    return header, line + match.start(1)


_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\]:,]', re.DOTALL)


def _json_path(text: str, place: int) -> str | None:
    """The steps from the top of a JSON text to the object or array around a place: `resource.a.b[0]`."""
    steps: list[tuple[str, int | None]] = []  # the step to each open container; its index when an array
    latest: str | None = None
    name = ""
    for match in _JSON_TOKEN.finditer(text):
        if match.start() > place:
            break
        token = match.group()
        if token[0] == '"':
            latest = token
        elif token == ":":
            name = _unquoted(latest)
        elif token in "{[":
            index = steps[-1][1] if steps else None
            step = f"[{index}]" if index is not None else f".{name}" if steps else ""
            steps.append((step, 0 if token == "[" else None))
        elif token in "}]" and steps:
            steps.pop()
        elif token == "," and steps and (at := steps[-1][1]) is not None:
            steps[-1] = (steps[-1][0], at + 1)
    return "".join(step for step, _ in steps).removeprefix(".") or None


def _unquoted(token: str | None) -> str:
    try:
        return str(json.loads(token)) if token else ""
    except json.JSONDecodeError:
        return ""
