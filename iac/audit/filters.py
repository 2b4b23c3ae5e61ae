"""What to ask of the audit log: the filter, and how people write targets and times.

Owns the filter and parsing those two; leaves conditions on values to `where`, filters in GitHub's style to
`words`, SQL to `conditions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from iac.address import AddressError
from iac.address import parse_target as parse_address
from iac.audit.where import Where
from iac.diagnostics import DiagnosticsError, error

PROVIDER_PREFIX: Final = "iac_"


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """Which objects are meant: everything that is given must hold.

    `type`, `name` and `address` may have `*` and `?`. `word` is a target type or a target id, whichever it is.
    `address` is a resource instance, a resource (all its instances) or a module (everything inside it); with it
    come the events that say no address and are about an object that had this one.
    """

    type: str | None = None
    name: str | None = None
    word: str | None = None
    address: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are meant: one of each field that is given must hold; empty asks for nothing.

    `targets` are written as for `parse_target`; `inside` too, and it means these objects and all that live in them,
    what lives in those included. Names (types, groups of `change`, users, tools, workspaces) may have
    `*` and `?`. `run` and `plan` are the beginning of an id. `since` is inclusive, `until` exclusive. `where` must
    all hold; of `excluded` none may, each a filter of its own. `after` is the cursor of the page before: the id or
    sequence of its last event. Newest first unless `oldest_first`. Of an excluded filter limit, cursor and order
    mean nothing.
    """

    targets: tuple[str | TargetFilter, ...] = ()
    inside: tuple[str | TargetFilter, ...] = ()
    target_types: tuple[str, ...] = ()
    event_types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    users: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    run: str | None = None
    plan: str | None = None
    workspaces: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    excluded: tuple[EventFilter, ...] = ()
    limit: int | None = None
    after: str | int | None = None
    oldest_first: bool = False


def is_glob(text: str) -> bool:
    """Whether a name is a pattern: `*` stands for any text, `?` for one character."""
    return "*" in text or "?" in text


def parse_target(text: str) -> TargetFilter:
    """Reads `TYPE`, `TYPE:NAME`, an id, or an address.

    The type may be the resource type (`iac_environment`). Type, name and address may have `*` and `?`; a pattern
    that is neither of type and name nor of an address is one of names. Raises `DiagnosticsError`.
    """
    text = text.strip()
    kind, colon, name = text.partition(":")
    if colon and re.fullmatch(r"[\w*?-]+", kind):
        if not name:
            raise _invalid_target(text, 'After the ":" the name of the object is required.')
        return TargetFilter(type=target_type(kind), name=name)
    if re.match(r"module\.|data\.|[\w*?-]+[.\[]", text):
        if not is_glob(text):
            _check_address(text)
        return TargetFilter(address=text)
    if not re.fullmatch(r"[\w*?-]+", text):
        raise _invalid_target(text, "")
    return TargetFilter(name=text) if is_glob(text) else TargetFilter(word=text)


def _check_address(text: str) -> None:
    try:
        parse_address(text)
    except AddressError as failure:
        raise _invalid_target(text, f"As an address it is not valid: {failure}.") from failure


def target_type(text: str) -> str:
    """The target type that a person means: `iac_environment`, `Environment` and `environment` are one."""
    return text.lower().removeprefix(PROVIDER_PREFIX)


def _invalid_target(text: str, detail: str) -> DiagnosticsError:
    return DiagnosticsError(
        error(
            "Invalid target",
            f'"{text}" does not name a target. {detail} Write a type ("environment"), a type and a name'
            ' ("environment:staging"), an id, or an address (iac_service.api["eu"]).'.replace("  ", " "),
        )
    )


_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_UNIT_WORDS: Final = {
    "sec": "s",
    "second": "s",
    "min": "m",
    "minute": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")


def parse_time(text: str, now: datetime) -> datetime:
    """The moment, in UTC, that a person means.

    Relative to `now`: `2h`, `1d12h`, `90 minutes ago`, `now`, and the beginning of a day: `today`, `yesterday`,
    `monday` (the latest, today included), `mon`.
    Absolute: `2024-05-01` (midnight), `2024-05-01T12:30`, RFC 3339; UTC where no zone is given. Raises
    `DiagnosticsError`.
    """
    now = now.astimezone(UTC)
    word = text.strip().lower()
    if word == "now":
        return now
    day = _named_day(word, now)
    if day is not None:
        return day
    try:
        ago = _duration(word.removesuffix("ago").strip())
        moment = now - ago if ago is not None else datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as failure:
        raise DiagnosticsError(
            error(
                "Invalid time",
                f'"{text}" is not a time. Write how long ago ("2h", "7d"), a day ("today", "yesterday", "monday"), a '
                'date ("2024-05-01") or a time by RFC 3339 ("2024-05-01T12:30:00Z").',
            )
        ) from failure


def _named_day(word: str, now: datetime) -> datetime | None:
    """The beginning of the latest day that has this name; None when it is the name of none."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if word in ("today", "yesterday"):
        return midnight - timedelta(days=word == "yesterday")
    for number, name in enumerate(_WEEKDAYS):
        if word in (name, name[:3]):
            return midnight - timedelta(days=(now.weekday() - number) % 7)
    return None


def parse_span(text: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From when until when, as for `since` and `until`: `A..B`, `A..`, `..B`, or one time.

    Both ends are in it: an end that is a day means the whole day. Raises `DiagnosticsError`.
    """
    first, dots, last = text.partition("..")
    if not dots:
        return _ends(text, now)
    since = _ends(first, now)[0] if first.strip() else None
    return since, _ends(last, now)[1] if last.strip() else None


def _ends(text: str, now: datetime) -> tuple[datetime, datetime]:
    moment = parse_time(text, now)
    word = text.strip().lower()
    is_day = _named_day(word, now) is not None or re.fullmatch(r"\d{4}-\d\d-\d\d", word)
    return moment, moment + (timedelta(days=1) if is_day else timedelta(microseconds=1))


def _duration(text: str) -> timedelta | None:
    """The sum of amounts with units; None when the text is something else."""
    if not re.fullmatch(rf"(?:{_DURATION.pattern}\s*)+", text):
        return None
    total = timedelta()
    for amount, word in _DURATION.findall(text):
        unit = _UNIT_WORDS.get(word.removesuffix("s") if len(word) > 1 else word, word)
        if unit not in _UNITS:
            return None
        total += float(amount) * _UNITS[unit]
    return total


def format_time(moment: datetime) -> str:
    """A moment as events have it: UTC, RFC 3339 with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def age(timestamp: str, now: datetime) -> str:
    """How long ago a timestamp was, in one unit: `5 s ago`, `3 min ago`, `2 h ago`, `4 d ago`."""
    seconds = max(0, int((now - datetime.fromisoformat(timestamp)).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
