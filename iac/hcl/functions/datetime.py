"""Functions on times: RFC 3339 timestamps as strings, durations such as `1h30m`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import NamedTuple

from iac.hcl.functions.shorthand import lift, text
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError
from iac.hcl.render import go_quote
from iac.values.types import NUMBER, STRING, Type
from iac.values.value import Value, string, unknown

_SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Instant(NamedTuple):
    """A point in time in nanoseconds since 1970, and the offset from UTC in minutes it was written with."""

    nanoseconds: int
    offset: int

    def local(self) -> datetime:
        """The time of day there. Raises OverflowError outside the years 1 to 9999."""
        zone = timezone(timedelta(minutes=self.offset))
        return (_EPOCH + timedelta(seconds=self.nanoseconds // _SECOND)).astimezone(zone)


# The parts of a timestamp in order: name for messages (None for a separator), pattern, smallest, largest.
_PARTS = (
    ("year", r"\d{4}", 0, 9999),
    ("-", "-", 0, 0),
    ("month", r"\d\d", 1, 12),
    ("-", "-", 0, 0),
    ("day of month", r"\d\d", 0, 99),
    ("T", "T", 0, 0),
    ("hour", r"\d\d", 0, 23),
    (":", ":", 0, 0),
    ("minute", r"\d\d", 0, 59),
    (":", ":", 0, 0),
    ("second", r"\d\d", 0, 59),
)
_FRACTION = re.compile(r"\.(\d+)")
_OFFSET = re.compile(r"Z|([+-])(\d\d):(\d\d)")


def _invalid(what: str, argument: int | None, *shown: object) -> FunctionError:
    return FunctionError(f"not a valid RFC3339 timestamp: {what}", argument, *shown)


def _misplaced(name: str, rest: str, argument: int | None) -> FunctionError:
    """What to say when `rest` does not begin with the part called `name`."""
    if name == "T":
        return _invalid("missing required time introducer 'T'", argument)
    if name == "hour" and re.match(r"\d\D", rest):
        return _invalid("hour must have exactly two digits", argument)
    if name in "-:":
        if not rest:
            return _invalid(f"end of string where {go_quote(name)} is expected", argument)
        return _invalid(f"found {{}} where {go_quote(name)} is expected", argument, go_quote(rest))
    if not rest:
        return _invalid(f"end of string before {name}", argument)
    return _invalid(f"cannot use {{}} as {name}", argument, go_quote(rest))


def _out_of_range(name: str, rest: str, argument: int | None) -> FunctionError:
    """What to say when the part called `name` is two digits, but too large; `rest` follows it."""
    if name == "hour":
        return _invalid("hour must be between 0 and 23 inclusive", argument)
    if name == "minute":
        return _invalid("minute must have exactly two digits", argument)
    return _misplaced(name, rest, argument)


def _parse(timestamp: str, argument: int | None) -> _Instant:
    """The point in time that an RFC 3339 timestamp names. Raises `FunctionError`, worded as by Terraform."""
    rest = timestamp
    fields: list[int] = []
    for name, pattern, smallest, largest in _PARTS:
        match = re.match(pattern, rest, re.ASCII)
        if match is None:
            raise _misplaced(name, rest, argument)
        rest = rest[match.end() :]
        if pattern.startswith(r"\d"):
            if not smallest <= int(match.group()) <= largest:
                raise _out_of_range(name, rest, argument)
            fields.append(int(match.group()))
    fraction = _FRACTION.match(rest)
    if fraction:
        rest = rest[fraction.end() :]
    zone = _OFFSET.match(rest)
    if rest.startswith(","):
        raise _invalid("cannot use {} as timestamp segment", argument, go_quote(","))
    if zone is not None and zone[1] and (int(zone[2]) > 24 or int(zone[3]) > 60):
        raise _misplaced("UTC offset", "", argument)
    if zone is None:
        raise _misplaced("UTC offset", rest, argument)
    if rest[zone.end() :]:
        raise _invalid("cannot use {} as timestamp segment", argument, go_quote(rest[zone.end() :]))
    offset = int(f"{zone[1]}1") * (int(zone[2]) * 60 + int(zone[3])) if zone[1] else 0
    try:
        whole = datetime(*fields, tzinfo=UTC) - timedelta(minutes=offset)  # type: ignore[arg-type,misc]
    except (ValueError, OverflowError):
        raise _invalid("day out of range", argument) from None
    nanoseconds = int((fraction[1] if fraction else "0")[:9].ljust(9, "0"))
    seconds = (whole - _EPOCH) // timedelta(seconds=1)
    return _Instant(seconds * _SECOND + nanoseconds, offset)


def _zone(local: datetime, colon: bool) -> str:
    plain = local.strftime("%z")
    return f"{plain[:3]}:{plain[3:]}" if colon else plain


def format_rfc3339(local: datetime) -> str:
    """A time as RFC 3339 in whole seconds, with `Z` for UTC."""
    offset = "Z" if not local.utcoffset() else _zone(local, colon=True)
    return f"{local.year:04d}{local.strftime('-%m-%dT%H:%M:%S')}{offset}"


# --- durations -------------------------------------------------------------------------------------------

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_TERM = re.compile(r"(\d*)(?:\.(\d*))?([^\d.]*)", re.ASCII)


def _parse_duration(duration: str) -> int:
    """Nanoseconds of a duration such as `-1h30.5m`. Raises `FunctionError`, worded as by Go."""
    sign = -1 if duration.startswith("-") else 1
    rest = duration[1:] if duration[:1] in ("+", "-") else duration
    if rest == "0":
        return 0
    total = 0
    if not rest:
        raise FunctionError("time: invalid duration {}", None, go_quote(duration))
    while rest:
        match = _TERM.match(rest)
        assert match is not None
        integer, fraction, unit = match.groups()
        if not integer and not fraction:
            raise FunctionError("time: invalid duration {}", None, go_quote(duration))
        if not unit:
            raise FunctionError("time: missing unit in duration {}", None, go_quote(duration))
        if unit not in _UNITS:
            raise FunctionError("time: unknown unit {} in duration {}", None, go_quote(unit), go_quote(duration))
        scale = _UNITS[unit]
        total += int(integer or 0) * scale
        if fraction:
            total += int(fraction) * scale // 10 ** len(fraction)
        rest = rest[match.end() :]
    if total >= 1 << 63:
        raise FunctionError("time: invalid duration {}", None, go_quote(duration))
    return sign * total


def _timeadd(timestamp: str, duration: str) -> str:
    instant = _parse(timestamp, None)
    moved = instant._replace(nanoseconds=instant.nanoseconds + _parse_duration(duration))
    try:
        return format_rfc3339(moved.local())
    except OverflowError:
        raise FunctionError("the result is outside the years 1 to 9999") from None


def _timecmp(a: str, b: str) -> int:
    first, second = _parse(a, 0).nanoseconds, _parse(b, 1).nanoseconds
    return (first > second) - (first < second)


# --- formatting ------------------------------------------------------------------------------------------

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _month(local: datetime) -> str:
    return _MONTHS[local.month - 1]


def _day(local: datetime) -> str:
    return _DAYS[local.weekday()]


def _half(local: datetime) -> str:
    return "AM" if local.hour < 12 else "PM"


def _numeric(letter: str, field: Callable[[datetime], int]) -> dict[str, Callable[[datetime], str]]:
    return {letter: lambda t: str(field(t)), letter * 2: lambda t: f"{field(t):02d}"}


_VERBS: dict[str, Callable[[datetime], str]] = {
    "YY": lambda t: f"{t.year % 100:02d}",
    "YYYY": lambda t: f"{t.year:04d}",
    **_numeric("M", lambda t: t.month),
    "MMM": lambda t: _month(t)[:3],
    "MMMM": _month,
    **_numeric("D", lambda t: t.day),
    "EEE": lambda t: _day(t)[:3],
    "EEEE": _day,
    **_numeric("h", lambda t: t.hour),
    **_numeric("H", lambda t: t.hour % 12 or 12),
    "AA": _half,
    "aa": lambda t: _half(t).lower(),
    **_numeric("m", lambda t: t.minute),
    **_numeric("s", lambda t: t.second),
    "Z": lambda t: "Z" if not t.utcoffset() else _zone(t, colon=True),
    "ZZZ": lambda t: "UTC" if not t.utcoffset() else _zone(t, colon=False),
    "ZZZZ": lambda t: _zone(t, colon=False),
    "ZZZZZ": lambda t: _zone(t, colon=True),
}
_ADVICE = {
    "Y": 'year must either be "YY" or "YYYY"',
    "M": 'month must be "M", "MM", "MMM", or "MMMM"',
    "D": 'day of month must either be "D" or "DD"',
    "E": 'day of week must either be "EEE" or "EEEE"',
    "h": '24-hour must either be "h" or "hh"',
    "H": '12-hour must either be "H" or "HH"',
    "A": 'must be "AA"',
    "a": 'must be "aa"',
    "m": 'minute must either be "m" or "mm"',
    "s": 'second must either be "s" or "ss"',
    "Z": "timezone must be Z, ZZZZ, or ZZZZZ",
}
_TOKEN = re.compile(r"''|'(?:[^']|'')*'(?!')|'(?P<open>.*)|(?P<verb>([a-zA-Z])\3*)|[^a-zA-Z']+", re.DOTALL)


def _formatdate(pattern: str, timestamp: str) -> str:
    local = _parse(timestamp, 1).local()
    parts: list[str] = []
    for match in _TOKEN.finditer(pattern):
        token, verb = match.group(), match["verb"]
        if match["open"] is not None:
            raise FunctionError("unterminated literal '", 0)
        if verb is None:
            parts.append("'" if token == "''" else token[1:-1].replace("''", "'") if token[0] == "'" else token)
            continue
        write = _VERBS.get(verb)
        if write is None:
            advice = f": {_ADVICE[verb[0]]}" if verb[0] in _ADVICE else ""
            raise FunctionError(f"invalid date format verb {go_quote(verb)}{advice}", 0)
        parts.append(write(local))
    return "".join(parts)


def _given(moment: str | None, arguments: Sequence[Value], returns: Type) -> Value:
    return unknown(STRING) if moment is None else string(moment)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family, with the times of the run that the context holds."""
    return (
        Function(
            "formatdate",
            (text("format", "a pattern such as YYYY-MM-DD hh:mm"), text("time", "an RFC 3339 timestamp")),
            STRING,
            lift(_formatdate),
            description="Writes a timestamp in another format.",
            example='formatdate("DD MMM YYYY", "2018-01-02T23:12:01Z") = "02 Jan 2018"',
        ),
        Function(
            "plantimestamp",
            (),
            STRING,
            partial(_given, context.plan_timestamp),
            description="The time at which the plan was made, in UTC.",
            example='plantimestamp() = "2018-05-13T07:44:12Z"',
        ),
        Function(
            "timeadd",
            (
                text("timestamp", "an RFC 3339 timestamp"),
                text("duration", "a duration such as 1h30m, or -10s"),
            ),
            STRING,
            lift(_timeadd),
            description="A timestamp moved by a duration.",
            example='timeadd("2017-11-22T00:00:00Z", "10m") = "2017-11-22T00:10:00Z"',
            nullable=True,
        ),
        Function(
            "timecmp",
            (text("timestamp_a", "an RFC 3339 timestamp"), text("timestamp_b", "another")),
            NUMBER,
            lift(_timecmp),
            description="-1 when the first time is earlier than the second, 1 when it is later, else 0.",
            example='timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z") = -1',
        ),
        Function(
            "timestamp",
            (),
            STRING,
            partial(_given, context.timestamp),
            description="The time of the apply, in UTC; not known while planning.",
            example='timestamp() = "2018-05-13T07:44:12Z"',
        ),
    )
