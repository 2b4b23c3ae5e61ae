"""`format` and `formatlist`: text from a pattern with verbs such as `%s` and `%05.1f`.

The verbs, flags and errors are those of cty's `format`, which leans on Go's for numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from iac.hcl.functions.encoding import json_text
from iac.hcl.functions.shorthand import anything, text
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError
from iac.hcl.functions.strings import grapheme_count, graphemes, known_beginning
from iac.hcl.render import go_quote
from iac.values import numbers
from iac.values.convert import ConversionError, convert
from iac.values.limits import check_text
from iac.values.types import BOOL, NUMBER, STRING, Type, list_of
from iac.values.value import Value, list_value, string, unknown

_VERB = re.compile(
    r"%(?P<flags>[0#\-+ ]*)(?P<index>\[(?P<argument>[1-9]\d*)\])?(?P<width>[1-9]\d*)?"
    r"(?P<precision>\.\d*)?(?P<mode>[a-zA-Z])?"
)
_INDEX = re.compile(r"\[(?:[1-9]\d*)?")
_PREFIXES = {"b": "0b", "d": "", "o": "0", "x": "0x", "X": "0X"}


class _Verb(NamedTuple):
    """One verb of a pattern, and where it stands."""

    raw: str
    offset: int
    mode: str
    flags: str
    width: int
    precision: int | None


def _problem(verb: _Verb, message: str) -> FunctionError:
    return FunctionError(f"unsupported value for {go_quote(verb.raw)} at {verb.offset}: {message}")


def _as(value: Value, ty: Type, verb: _Verb) -> Any:
    try:
        return convert(value, ty).raw
    except ConversionError as problem:
        raise _problem(verb, str(problem)) from None


def _pad(body: str, verb: _Verb) -> str:
    check_text(verb.width)
    missing = verb.width - grapheme_count(body)
    if missing <= 0:
        return body
    padding = ("0" if "0" in verb.flags else " ") * missing
    return body + padding if "-" in verb.flags else padding + body


def _pad_number(sign: str, digits: str, verb: _Verb) -> str:
    """Pads as Go does: zeros go between sign and digits, and not at all when padding on the right."""
    check_text(verb.width)
    missing = verb.width - len(sign) - len(digits)
    if missing <= 0:
        return sign + digits
    if "-" in verb.flags:
        return sign + digits + " " * missing
    if "0" in verb.flags:
        return sign + "0" * missing + digits
    return " " * missing + sign + digits


def _sign(negative: bool, verb: _Verb) -> str:
    if negative:
        return "-"
    return "+" if "+" in verb.flags else " " if " " in verb.flags else ""


def _format_any(value: Value, verb: _Verb) -> str:
    if "#" not in verb.flags and value.raw is not None:
        if value.type is STRING:
            return _pad(value.raw, verb)
        if value.type is NUMBER:
            return _pad(_general(value.raw), verb)
    return _pad(json_text(value), verb)


def _general(value: Any) -> str:
    """A number as Go's `%g` with the fewest digits: an exponent from 1e+06 on and below 1e-04."""
    if numbers.is_infinite(value):
        return numbers.format_number(value)
    plain = numbers.format_number(value)
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    integer, _, fraction = digits.partition(".")
    if integer == "0":
        significant = fraction.lstrip("0")
        exponent = -(len(fraction) - len(significant)) - 1 if significant else 0
    else:
        significant, exponent = (integer + fraction).rstrip("0"), len(integer) - 1
    if -4 <= exponent < 6:
        return plain
    mantissa = significant[0] + ("." + significant[1:] if len(significant) > 1 else "")
    return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _format_integer(value: Any, verb: _Verb) -> str:
    if type(value) is not int:
        if numbers.is_infinite(value) or not value.is_integer():
            raise _problem(verb, "an integer is required")
        value = int(value)
    prefix, magnitude = _PREFIXES[verb.mode], abs(value)
    digits = numbers.integer_text(magnitude) if verb.mode == "d" else format(magnitude, verb.mode)
    flags = verb.flags
    if verb.precision is not None:
        check_text(verb.precision)
        digits = digits.rjust(verb.precision, "0")
        if value == 0 and verb.precision == 0:
            digits = ""
        verb = verb._replace(flags=flags.replace("0", ""))
    sign = _sign(value < 0, verb) + (prefix if "#" in flags else "")
    return _pad_number(sign, digits, verb)


def _format_float(value: Any, verb: _Verb) -> str:
    if numbers.is_infinite(value):
        return _pad_number(_sign(value < 0, verb) or "+", "Inf", verb._replace(flags=verb.flags.replace("0", "")))
    negative = value < 0
    sign = _sign(negative, verb)
    mode = verb.mode
    if mode in "gG" and verb.precision is None:
        body = _general(-value if negative else value)
    else:
        body = _rounded(-value if negative else value, mode.lower(), verb.precision)
    return _pad_number(sign, body.upper() if mode.isupper() else body, verb)


def _rounded(value: Any, mode: str, precision: int | None) -> str:
    """A non-negative number rounded to a precision (6 where none is given)."""
    import gmpy2

    check_text(precision or 0)
    with gmpy2.context(precision=numbers.PRECISION):
        exact = gmpy2.mpfr(value, numbers.PRECISION)
    body = format(exact, f".{6 if precision is None else precision}{mode}")
    if precision == 0:
        body = body.replace(".0", "")  # MPFR keeps one digit where C and Go keep none
    mantissa, letter, exponent = body.partition("e")
    if mode == "g" and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    if not letter:
        return mantissa
    return f"{mantissa}e{exponent[0]}{exponent[1:].rjust(2, '0')}"


def _format_string(value: str, verb: _Verb) -> str:
    if verb.precision:
        value = "".join(graphemes(value)[: verb.precision])
    return _pad(json_text(string(value)) if verb.mode == "q" else value, verb)


def _format_one(value: Value, verb: _Verb) -> str:
    mode = verb.mode
    if mode == "v":
        return _format_any(value, verb)
    if value.raw is None:
        raise _problem(verb, "null value cannot be formatted")
    if mode == "t":
        return "true" if _as(value, BOOL, verb) else "false"
    if mode in _PREFIXES:
        return _format_integer(_as(value, NUMBER, verb), verb)
    if mode in "eEfgG":
        return _format_float(_as(value, NUMBER, verb), verb)
    if mode in "sq":
        return _format_string(_as(value, STRING, verb), verb)
    raise FunctionError(f"unsupported format verb '{mode}' in {go_quote(verb.raw)} at offset {verb.offset}")


def _offset(pattern: str, position: int) -> int:
    """A position in characters as one in bytes, which is how Terraform counts."""
    return len(pattern[:position].encode())


def _read_verb(pattern: str, start: int) -> re.Match[str]:
    match = _VERB.match(pattern, start)
    assert match is not None
    if match["mode"] is None:
        end = match.end()
        if match["index"] is None and pattern.startswith("[", end) and not match["width"]:
            end = _INDEX.match(pattern, end).end()  # type: ignore[union-attr]
        offset = _offset(pattern, end)
        if end >= len(pattern):
            raise FunctionError(f"invalid format string starting at offset {offset}")
        raise FunctionError(f"unrecognized format character '{pattern[end]}' at offset {offset}")
    return match


def format_values(pattern: str, values: Sequence[Value]) -> str:
    """The pattern with its verbs replaced by values, all of them wholly known. Raises `FunctionError`."""
    parts: list[str] = []
    position, following, highest, length = 0, 1, 0, 0
    while (start := pattern.find("%", position)) >= 0:
        parts.append(pattern[position:start])
        if pattern.startswith("%%", start):
            parts.append("%")
            position = start + 2
            continue
        match = _read_verb(pattern, start)
        position = match.end()
        index = int(match["argument"] or following)
        verb = _Verb(
            match.group(),
            _offset(pattern, start),
            match["mode"],
            match["flags"],
            int(match["width"] or -1),
            None if match["precision"] is None else int(match["precision"][1:] or 0),
        )
        if index > len(values):
            raise FunctionError(
                f"not enough arguments for {go_quote(verb.raw)} at {verb.offset}: "
                f"need index {index} but have {len(values)} total"
            )
        parts.append(_format_one(values[index - 1], verb))
        length += len(parts[-1])
        check_text(length)
        following, highest = index + 1, max(highest, index)
    if highest < len(values):
        raise FunctionError(_too_many(highest), highest + 1)
    return "".join([*parts, pattern[position:]])


def _too_many(used: int) -> str:
    if used == 0:
        return "too many arguments; no verbs in format string"
    return f"too many arguments; only {used} used by format string"


def _format(arguments: Sequence[Value], returns: Type) -> Value:
    pattern, *values = arguments
    if not all(value.is_wholly_known for value in values):
        return unknown(STRING).never_null(known_beginning(pattern.raw.partition("%")[0]))
    return string(format_values(pattern.raw, values))


def _common_length(values: Sequence[Value]) -> int | None:
    """The length that all sequences among the arguments have; None when there is no sequence."""
    length = chooser = None
    for number, value in enumerate(values, 1):
        if value.type.kind not in ("list", "set", "tuple") or value.raw is None or not value.is_known:
            continue
        if length is None:
            length, chooser = len(value.raw), number
        elif len(value.raw) != length:
            raise FunctionError(
                f"argument {number} has length {len(value.raw)}, which is inconsistent with "
                f"argument {chooser} of length {length}",
                number,
            )
    return length


def _is_countable(value: Value) -> bool:
    """Whether it is known how many elements there are; unknown ones in a set may turn out to be the same."""
    return value.is_known and (value.type.kind != "set" or len(value.raw) < 2 or value.is_wholly_known)


def _formatlist(arguments: Sequence[Value], returns: Type) -> Value:
    pattern, *values = arguments
    sequences = [v.type.kind in ("list", "set", "tuple") and v.raw is not None for v in values]
    length = _common_length(values)
    if any(sequence and not _is_countable(v) for v, sequence in zip(values, sequences, strict=True)):
        return unknown(returns)
    results: list[Value] = []
    for row in range(1 if length is None else length):
        cells = [v.raw[row] if sequence else v for v, sequence in zip(values, sequences, strict=True)]
        if not all(cell.is_wholly_known for cell in cells):
            results.append(unknown(STRING).never_null())
            continue
        try:
            results.append(string(format_values(pattern.raw, cells)))
        except FunctionError as problem:
            place = f"error on format iteration {row}: " if values else ""
            raise FunctionError(f"{place}{problem.message}") from None
    return list_value(STRING, results)


_FORMAT = text("format", "a pattern with verbs such as %s, %d, %q, %05.1f")
_FUNCTIONS = (
    Function(
        "format",
        (_FORMAT,),
        STRING,
        _format,
        variadic=anything("args", "a value for each verb", allow_null=True, allow_unknown=True),
        description="Makes a text from a pattern with verbs and a value for each of them.",
        example='format("%s-%03d", "web", 7) = "web-007"',
    ),
    Function(
        "formatlist",
        (_FORMAT,),
        list_of(STRING),
        _formatlist,
        variadic=anything("args", "values, or lists of values of one length", allow_null=True, allow_unknown=True),
        description="Makes a list of texts, taking one element of each list argument for each of them.",
        example='formatlist("%s-%s", "web", ["a", "b"]) = ["web-a", "web-b"]',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
