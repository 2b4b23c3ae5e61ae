"""Why a text is not JSON, in the words of Go's decoder, which Terraform passes on."""

from __future__ import annotations

import json
import re

_LITERALS = ("true", "false", "null")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"?', re.DOTALL)
_CUT_SHORT = "unexpected EOF"


def json_problem(problem: json.JSONDecodeError) -> str:
    """What Go says where Python's parser raised `problem`."""
    source, position = problem.doc, problem.pos
    kind = problem.msg.split(" at:")[0].removesuffix(" at").removesuffix(" starting")
    if kind == "Unterminated string":
        return _CUT_SHORT
    if kind == "Invalid \\escape":
        return _invalid(source, position + 1, "in string escape code")
    if kind == "Invalid \\uXXXX escape":
        digits = re.compile(r"u?[0-9a-fA-F]*").match(source, position)
        assert digits is not None
        return _invalid(source, digits.end(), "in \\u hexadecimal character escape")
    number = _unfinished_number(source, position)
    if number is not None:
        return number
    if kind == "Extra data":
        return "extraneous data after JSON object"
    if position >= len(source.rstrip(" \t\r\n")):
        return "EOF"
    if kind == "Expecting value":
        return _no_value(source, position)
    return _invalid(source, position, _place(kind, source, position))


def _place(kind: str, source: str, position: int) -> str:
    if kind == "Invalid control character":
        return "in string literal"
    if kind == "Expecting ':' delimiter":
        return "after object key"
    if kind == "Expecting ',' delimiter":
        return "after array element" if _in_array(source[:position]) else "after object key:value pair"
    # The first key of an object is asked for without a reason, one after a comma with it.
    return "looking for beginning of object key string" if source[:position].rstrip()[-1:] == "," else ""


def _in_array(before: str) -> bool:
    """Whether the innermost bracket open at the end of `before` is one of an array."""
    open_brackets: list[str] = []
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", before)):
        if bracket in "[{":
            open_brackets.append(bracket)
        elif open_brackets:
            open_brackets.pop()
    return bool(open_brackets) and open_brackets[-1] == "["


def _unfinished_number(source: str, position: int) -> str | None:
    """A number whose fraction or exponent has no digits; Python's parser stops before its point or `e`."""
    if source[position : position + 1] not in (".", "e", "E") or not source[:position][-1:].isdigit():
        return None
    if source[position] == ".":
        return _invalid(source, position + 1, "after decimal point in numeric literal")
    signed = source[position + 1 : position + 2] in ("+", "-")
    return _invalid(source, position + (2 if signed else 1), "in exponent of numeric literal")


def _no_value(source: str, position: int) -> str:
    if source[position] == "-":
        return _invalid(source, position + 1, "in numeric literal")
    for literal in _LITERALS:
        if source[position] == literal[0]:
            same = 1
            while source[position + same : position + same + 1] == literal[same]:
                same += 1
            return _invalid(source, position + same, f"in literal {literal} (expecting '{literal[same]}')")
    return _invalid(source, position, "looking for beginning of value")


def _invalid(source: str, position: int, place: str) -> str:
    if position >= len(source):
        return _CUT_SHORT
    char = source[position]
    if not char.isascii():
        shown = chr(char.encode()[0])  # Go looks at bytes
    elif char == "'":
        shown = "\\'"
    elif char == '"':
        shown = '"'
    else:
        shown = json.dumps(char)[1:-1]
    return f"invalid character '{shown}' {place}".rstrip()
