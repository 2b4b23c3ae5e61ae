"""Functions with regular expressions: RE2 syntax, as Go and so Terraform have it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from iac.hcl.functions.shorthand import lift, text
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError
from iac.values.limits import check_parts, check_text
from iac.values.types import DYNAMIC, STRING, Type, list_of, object_of, tuple_of
from iac.values.value import Value, list_value, null, object_value, string, tuple_value

# What RE2 says is wrong with a pattern, and the same in the words of Go, Terraform's language.
_GO_WORDS = (
    ("missing )", "missing closing )"),
    ("missing ]", "missing closing ]"),
    ("unexpected )", "unexpected )"),
    ("invalid character class range", "invalid character class range"),
    ("invalid character class", "invalid character class range"),
    ("no argument for repetition operator", "missing argument to repetition operator"),
    ("bad repetition operator", "invalid nested repetition operator"),
    ("invalid repetition size", "invalid repeat count"),
    ("invalid escape sequence", "invalid escape sequence"),
    ("trailing \\", "trailing backslash at end of expression"),
    ("invalid perl operator", "invalid or unsupported Perl syntax"),
    ("invalid named capture group", "invalid named capture"),
)
_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))", re.ASCII)


_MOST_GROUPS = 1000
"""As deep as Go lets expressions nest; RE2 takes memory for the square of the number of groups."""


@lru_cache(maxsize=256)
def _compile(pattern: str) -> Any:
    """The compiled pattern. Raises ValueError that says, as Go does, what is wrong with it and where."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
        if compiled.groups > _MOST_GROUPS:
            raise ValueError("expression nests too deeply", pattern)
        return compiled
    except re2.error as problem:
        argument = problem.args[0]
        message = argument.decode() if isinstance(argument, bytes) else str(argument)
        what, _, where = message.partition(": ")
        if where.startswith("(?<"):
            raise ValueError("invalid named capture", pattern[pattern.index(where) :]) from None
        for theirs, words in _GO_WORDS:
            if what.startswith(theirs):
                # Go shows the whole expression where RE2 shows what is left of it.
                shown = pattern if words in ("missing closing )", "unexpected )") else where
                raise ValueError(f"{words}", shown) from None
        raise ValueError(what, where or pattern) from None


def _pattern(source: str, argument: int) -> Any:
    try:
        return _compile(source)
    except ValueError as problem:
        what, where = problem.args
        raise FunctionError("invalid regexp pattern: {} in {}", argument, what, where) from None


def _names(compiled: Any) -> list[str]:
    """The names of the capture groups, in the order of their numbers."""
    return [name for name, _ in sorted(compiled.groupindex.items(), key=lambda item: item[1])]


def _match_type(source: str) -> Type:
    """What one match is: a string, a tuple of the groups, or an object of the named groups."""
    compiled = _pattern(source, 0)
    names = _names(compiled)
    if not compiled.groups:
        return STRING
    if not names:
        return tuple_of([STRING] * compiled.groups)
    if len(names) < compiled.groups:
        raise FunctionError("invalid regexp pattern: cannot mix both named and unnamed capture groups", 0)
    return object_of(dict.fromkeys(names, STRING))


def _match_value(match: Any, ty: Type) -> Value:
    if ty is STRING:
        return string(match.group())
    groups = [null(STRING) if group is None else string(group) for group in match.groups()]
    if ty.kind == "tuple":
        return tuple_value(groups)
    return object_value(dict(zip(_names(match.re), groups, strict=True)))


def _matches(compiled: Any, subject: str) -> Iterator[Any]:
    """The matches from left to right. An empty one directly after another match does not count, as in Go."""
    end = -1
    for match in compiled.finditer(subject):
        if match.start() == match.end() == end:
            continue
        end = match.end()
        yield match


def _regex_type(arguments: Sequence[Value]) -> Type:
    pattern = arguments[0]
    return _match_type(pattern.raw) if pattern.is_known else DYNAMIC


def _regex(arguments: Sequence[Value], returns: Type) -> Value:
    pattern, subject = (a.raw for a in arguments)
    match = _compile(pattern).search(subject)
    if match is None:
        raise FunctionError("pattern did not match any part of the given string")
    return _match_value(match, returns)


def _regexall_type(arguments: Sequence[Value]) -> Type:
    return list_of(_regex_type(arguments))


def _regexall(arguments: Sequence[Value], returns: Type) -> Value:
    pattern, subject = (a.raw for a in arguments)
    ty = _match_type(pattern)
    found: list[Value] = []
    for match in _matches(_compile(pattern), subject):
        found.append(_match_value(match, ty))
        check_parts(len(found) * (1 + match.re.groups))
    return list_value(ty, found)


def _expand(template: str, match: Any) -> str:
    """The replacement with `$1`, `${name}` and `$$` filled in; a group that does not exist is empty."""

    def fill(reference: re.Match[str]) -> str:
        dollar, braced, bare = reference.groups()
        if dollar:
            return "$"
        name = braced or bare
        if name.isdigit():
            found = match.group(int(name)) if int(name) <= match.re.groups else None
        else:
            found = match.group(name) if name in match.re.groupindex else None
        return found or ""

    return _REFERENCE.sub(fill, template)


def _replace(subject: str, substring: str, replacement: str) -> str:
    if len(substring) < 2 or not (substring.startswith("/") and substring.endswith("/")):
        check_text(len(subject) + subject.count(substring) * max(0, len(replacement) - len(substring)))
        return subject.replace(substring, replacement)
    try:
        compiled = _compile(substring[1:-1])
    except ValueError as problem:
        what, where = problem.args
        raise FunctionError("error parsing regexp: {}: `{}`", None, what, where) from None
    parts, end, length = [], 0, len(subject)
    for match in _matches(compiled, subject):
        parts += [subject[end : match.start()], _expand(replacement, match)]
        end = match.end()
        length += len(parts[-1])
        check_text(length - len(subject))
    return "".join([*parts, subject[end:]])


_PATTERN = text("pattern", "a regular expression in RE2 syntax")
_SUBJECT = text("string", "the text to search")
_FUNCTIONS = (
    Function(
        "regex",
        (_PATTERN, _SUBJECT),
        _regex_type,
        _regex,
        description="Finds the first match: the text, or its capture groups as a tuple or (named) an object.",
        example='regex("[a-z]+", "53453453.345345aaabbbccc23454") = "aaabbbccc"',
    ),
    Function(
        "regexall",
        (_PATTERN, _SUBJECT),
        _regexall_type,
        _regexall,
        description="Finds all matches of a regular expression, as a list.",
        example='regexall("[a-z]+", "1234abcd5678efgh9") = ["abcd", "efgh"]',
    ),
    Function(
        "replace",
        (
            text("str", "the text"),
            text("substr", "what to replace; between slashes it is a regular expression"),
            text("replace", "what to put there; `$1` and `${name}` stand for capture groups"),
        ),
        STRING,
        lift(_replace),
        description="Replaces every occurrence of a text or of a /regular expression/.",
        example='replace("1 + 2 + 3", "+", "-") = "1 - 2 - 3"',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
