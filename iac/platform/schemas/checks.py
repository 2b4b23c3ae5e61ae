"""Checks of single values that the schemas name: each says what is wrong with a plain value, or None.

Owns the formats (cron lines, times of day, time zones, subnets, names); leaves rules over several attributes
to the provider.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DOMAIN: Final = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_TIME_ZONE: Final = re.compile(r"[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CRON_PART: Final = re.compile(r"(\*|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:/(\d+))?")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_CRON_FIELDS: Final[tuple[tuple[str, int, int, dict[str, int]], ...]] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: index for index, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 7, {name: index for index, name in enumerate(_WEEKDAYS)}),
)

DAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def name(value: str) -> str | None:
    """A name: not empty, without space around it, at most 255 characters."""
    if not value.strip():
        return "It must not be empty."
    if value != value.strip():
        return "It must not begin or end with white space."
    return "It must have at most 255 characters." if len(value) > 255 else None


def time_of_day(value: str) -> str | None:
    """A time of day, `HH:MM` on the 24-hour clock."""
    return None if _TIME.fullmatch(value) else "A time of day has the form HH:MM, such as 08:30."


def days(value: list[Any]) -> str | None:
    """Days of the week, by name, none twice."""
    for day in value:
        if day not in DAYS:
            return f'"{day}" is not a day of the week; the days are {", ".join(DAYS)}.'
    return "A day is listed twice." if len(set(value)) != len(value) else None


def time_zone(value: str) -> str | None:
    """A time zone of the IANA database; where the system has no such database, whatever looks like one."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        if not (_TIME_ZONE.fullmatch(value) and _is_missing_time_zones()):
            return "A time zone has the name it has in the IANA database, such as UTC or Europe/Paris."
    return None


@cache
def _is_missing_time_zones() -> bool:
    from zoneinfo import available_timezones

    return not available_timezones()


def subnet(value: str) -> str | None:
    """An IPv4 network in CIDR notation."""
    from ipaddress import IPv4Network

    try:
        IPv4Network(value)
    except ValueError as problem:
        return f"A subnet is an IPv4 network in CIDR notation, such as 10.0.0.0/16: {problem}."
    return None if "/" in value else "A subnet has a prefix length, as in 10.0.0.0/16."


def cron(value: str) -> str | None:
    """A cron line: minute, hour, day of the month, month and day of the week."""
    parts = value.split()
    if len(parts) != len(_CRON_FIELDS):
        return (
            "A cron line has five fields (minute, hour, day of the month, month, day of the week); "
            f"this one has {len(parts)}."
        )
    for text, (field, low, high, names) in zip(parts, _CRON_FIELDS, strict=True):
        if not all(_cron_part(part, low, high, names) for part in text.split(",")):
            return f'"{text}" is not a {field} in a cron line (from {low} to {high}, with *, ranges, steps and lists).'
    return None


def _cron_part(part: str, low: int, high: int, names: dict[str, int]) -> bool:
    match = _CRON_PART.fullmatch(part)
    if match is None or (match[1] == "*" and match[2]) or (match[3] is not None and int(match[3]) == 0):
        return False
    ends = []
    for text in (match[1], match[2]):
        if text is None or text == "*":
            continue
        number = names.get(text.upper()) if not text.isdigit() else int(text)
        if number is None or not low <= number <= high:
            return False
        ends.append(number)
    return ends == sorted(ends)


def mount_point(value: str) -> str | None:
    """An absolute path other than the root."""
    return None if value.startswith("/") and value.strip("/") else "A mount point is an absolute path other than /."


def http_path(value: str) -> str | None:
    """The path of a URL."""
    return None if value.startswith("/") and " " not in value else "A path begins with / and has no spaces."


def repository_url(value: str) -> str | None:
    """The URL of a Git repository."""
    if re.fullmatch(r"(https?|ssh|git)://\S+|[\w.-]+@[\w.-]+:\S+", value):
        return None
    return "A repository is given by its URL, such as https://github.com/example/shop.git."


def domains(value: list[Any]) -> str | None:
    """Host names."""
    for domain in value:
        if not _DOMAIN.fullmatch(domain or ""):
            return f'"{domain}" is not a domain name.'
    return None


def variable_names(value: dict[str, Any]) -> str | None:
    """A map from names of environment variables."""
    for key, content in value.items():
        if not _VARIABLE.fullmatch(key):
            return f'"{key}" is not the name of an environment variable (letters, digits and _, no digit first).'
        if content is None:
            return f'The variable "{key}" has no value.'
    return None
