"""Functions on strings. Characters are grapheme clusters, as in Terraform (`length("e\\u0301") == 1`).

Patterns are in `patterns`, `format` in `formatting`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from iac.hcl.functions.shorthand import lift, numeric, text, whole
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Parameter
from iac.values.limits import check_parts, check_text
from iac.values.types import BOOL, STRING, Type, list_of
from iac.values.value import FALSE, TRUE, UNKNOWN, Value, boolean, list_value, string, unknown

_WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_WORD = re.compile(r"\w")


def graphemes(value: str) -> Sequence[str]:
    """The characters of a string as people see them (extended grapheme clusters)."""
    if value.isascii() and "\r\n" not in value:
        return value
    import regex

    return regex.findall(r"\X", value)  # type: ignore[no-any-return]


def grapheme_count(value: str) -> int:
    """How many characters a string has."""
    return len(graphemes(value))


_ENDS_ITSELF = frozenset(" \t!\"#$%&'()*+,-./:;?@[\\]^_{|}~")
"""Characters with which no character that may follow makes another one."""


def known_beginning(text: str) -> str:
    """As much of a text as stays when something unknown is put behind it: that may change the last character."""
    plain = unicodedata.normalize("NFC", text)
    return plain if plain[-1:] in _ENDS_ITSELF else "".join(graphemes(plain)[:-1])


def _startswith(arguments: Sequence[Value], returns: Type) -> Value:
    whole, prefix = arguments
    if prefix.raw is UNKNOWN:
        return unknown(BOOL)
    if whole.raw is not UNKNOWN:
        return boolean(whole.raw.startswith(prefix.raw))
    if whole.prefix.startswith(prefix.raw):
        return TRUE
    return unknown(BOOL) if prefix.raw.startswith(whole.prefix) else FALSE


def _lower(value: str) -> str:
    if value.isascii():
        return value.lower()
    # One character maps to one, as Go's strings.ToLower has it; Python would make two of "İ".
    return "".join("i" if c == "İ" else c.lower() for c in value)


def _simple_upper(char: str) -> str:
    upper = char.upper()
    if len(upper) == 1:
        return upper
    title = char.title()
    return title if len(title) == 1 else char


def _upper(value: str) -> str:
    return value.upper() if value.isascii() else "".join(map(_simple_upper, value))


def _title(value: str) -> str:
    result = []
    starts_word = True
    for char in value:
        if starts_word:
            title = char.title()
            char = title if len(title) == 1 else char
        result.append(char)
        starts_word = not _WORD.match(char) if char.isascii() else char in _WHITE_SPACE
    return "".join(result)


def _indent(spaces: Any, value: str) -> str:
    count = whole(spaces)
    if count < 0:
        raise FunctionError("the number of spaces must not be negative", 0)
    check_text(len(value) + value.count("\n") * count)
    return value.replace("\n", "\n" + " " * count)


def _substr(value: str, offset: Any, length: Any) -> str:
    start, wanted = whole(offset), whole(length)
    if start >= 0 and wanted == 0:
        return ""
    characters = graphemes(value)
    if start < 0:
        start = max(0, start + len(characters))
    rest = characters[start:]
    # With an offset from the end, Terraform takes a length of 0 for "all the rest" too.
    return "".join(rest if wanted <= 0 else rest[:wanted])


def _join(arguments: Sequence[Value], returns: Type) -> Value:
    separator, *lists = arguments
    if not lists:
        raise FunctionError("at least one list is required")
    if not all(items.is_wholly_known for items in lists):
        return unknown(STRING)
    parts: list[str] = []
    for number, items in enumerate(lists, 1):
        for index, item in enumerate(items.raw):
            if item.raw is None:
                place = f" of list {number}" if len(lists) > 1 else ""
                raise FunctionError(f"element {index}{place} is null; cannot concatenate null values", number)
            parts.append(item.raw)
    check_text(sum(map(len, parts)) + len(separator.raw) * max(0, len(parts) - 1))
    return string(separator.raw.join(parts))


def _split(arguments: Sequence[Value], returns: Type) -> Value:
    separator, value = (a.raw for a in arguments)
    check_parts(value.count(separator))
    parts = value.split(separator) if separator else list(value)
    return list_value(STRING, map(string, parts))


_FUNCTIONS = (
    Function(
        "chomp",
        (text("str", "the text"),),
        STRING,
        lift(lambda s: s.rstrip("\r\n")),
        description="Removes line breaks from the end of a text.",
        example='chomp("hello\\n") = "hello"',
    ),
    Function(
        "endswith",
        (text("str", "the text"), text("suffix", "what it may end with")),
        BOOL,
        lift(str.endswith),
        description="Tells whether a text ends with a suffix.",
        example='endswith("web-prod", "-prod") = true',
    ),
    Function(
        "indent",
        (numeric("spaces", "how many spaces"), text("str", "the text")),
        STRING,
        lift(_indent),
        description="Puts spaces before every line of a text but the first.",
        example='indent(2, "a\\nb") = "a\\n  b"',
    ),
    Function(
        "join",
        (text("separator", "what stands between two elements"),),
        STRING,
        _join,
        variadic=Parameter("lists", list_of(STRING), description="lists of strings"),
        description="Makes one text of the elements of lists, with a separator between them.",
        example='join(", ", ["a", "b"]) = "a, b"',
    ),
    Function(
        "lower",
        (text("str", "the text"),),
        STRING,
        lift(_lower),
        description="Turns all letters into lower case.",
        example='lower("HELLO") = "hello"',
    ),
    Function(
        "split",
        (text("separator", "where to divide"), text("str", "the text")),
        list_of(STRING),
        _split,
        description="Divides a text at every occurrence of a separator.",
        example='split(",", "a,b") = ["a", "b"]',
    ),
    Function(
        "startswith",
        (
            Parameter("str", STRING, allow_unknown=True, description="the text"),
            Parameter("prefix", STRING, allow_unknown=True, description="what it may start with"),
        ),
        BOOL,
        _startswith,
        description="Tells whether a text starts with a prefix.",
        example='startswith("web-prod", "web-") = true',
    ),
    Function(
        "strcontains",
        (text("str", "the text"), text("substr", "what may be in it")),
        BOOL,
        lift(str.__contains__),
        description="Tells whether a text contains another.",
        example='strcontains("hello", "ell") = true',
        nullable=True,
    ),
    Function(
        "strrev",
        (text("str", "the text"),),
        STRING,
        lift(lambda s: "".join(reversed(graphemes(s)))),
        description="Puts the characters of a text in reverse order.",
        example='strrev("hello") = "olleh"',
    ),
    Function(
        "substr",
        (
            text("str", "the text"),
            numeric("offset", "where to start, from 0; from the end when negative"),
            numeric("length", "how many characters; -1 for all the rest"),
        ),
        STRING,
        lift(_substr),
        description="Takes a part of a text by offset and length, counted in characters.",
        example='substr("hello world", 1, 4) = "ello"',
    ),
    Function(
        "title",
        (text("str", "the text"),),
        STRING,
        lift(_title),
        description="Turns the first letter of each word into upper case.",
        example='title("hello world") = "Hello World"',
    ),
    Function(
        "trim",
        (text("str", "the text"), text("cutset", "the characters to remove")),
        STRING,
        lift(lambda s, cutset: s.strip(cutset) if cutset else s),
        description="Removes any of a set of characters from both ends of a text.",
        example='trim("?!hello?!", "!?") = "hello"',
    ),
    Function(
        "trimprefix",
        (text("str", "the text"), text("prefix", "what to remove")),
        STRING,
        lift(str.removeprefix),
        description="Removes a prefix, if the text has it.",
        example='trimprefix("web-prod", "web-") = "prod"',
    ),
    Function(
        "trimspace",
        (text("str", "the text"),),
        STRING,
        lift(lambda s: s.strip(_WHITE_SPACE)),
        description="Removes white space from both ends of a text.",
        example='trimspace("  hello\\n") = "hello"',
    ),
    Function(
        "trimsuffix",
        (text("str", "the text"), text("suffix", "what to remove")),
        STRING,
        lift(str.removesuffix),
        description="Removes a suffix, if the text has it.",
        example='trimsuffix("web-prod", "-prod") = "web"',
    ),
    Function(
        "upper",
        (text("str", "the text"),),
        STRING,
        lift(_upper),
        description="Turns all letters into upper case.",
        example='upper("hello") = "HELLO"',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
