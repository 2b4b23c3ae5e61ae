"""Filters as words, as GitHub's search has them: `target:service:api -tool:console user:"Ana B" since:2d`.

A word is `key:value`, a target by itself (`service:api`, an address, an id), or either with `-` in front: not that.
A key that is repeated means any of its values, or with `-` none of them. Owns the words; leaves what a filter means to
`filters`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from iac.audit.filters import EventFilter, TargetFilter, parse_span, parse_target, parse_time, target_type
from iac.audit.where import Where
from iac.audit.where_parser import parse_where
from iac.diagnostics import Diagnostics, DiagnosticsError, did_you_mean, error

_LISTS: Final = {
    "target": "targets",
    "in": "inside",
    "target-type": "target_types",
    "type": "event_types",
    "change": "change",
    "user": "users",
    "tool": "tools",
    "workspace": "workspaces",
}
_IDS: Final = {"run": "run", "plan": "plan"}
_TIMES: Final = ("since", "until", "when")

KEYS: Final = (*_LISTS, "address", "id", *_IDS, *_TIMES, "where")
"""What may stand before the colon."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was written: key None when the value alone is a target."""

    text: str
    negated: bool
    key: str | None
    value: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the log knows, to tell targets from mistakes.

    `types` are target types. `find` gives the target that a plain word means (an id or name that has events), or None;
    `others` are words that are likely meant when nothing is found.
    """

    types: Sequence[str]
    find: Callable[[str], TargetFilter | None] = lambda word: None
    others: Sequence[str] = ()


def parse_words(arguments: Iterable[str], vocabulary: Vocabulary, now: datetime) -> EventFilter:
    """The filter that the words mean. Each argument may have several. Raises `DiagnosticsError` with all mistakes."""
    found = EventFilter()
    problems = Diagnostics()
    for argument in arguments:
        for word in _words(argument, vocabulary, problems):
            try:
                found = combine(found, _filter(word, vocabulary, now))
            except DiagnosticsError as mistake:
                problems.extend(mistake.diagnostics)
    problems.raise_if_errors()
    return found


def combine(one: EventFilter, other: EventFilter) -> EventFilter:
    """A filter that asks for both: any of the values of a field together, the narrower of the times.

    Limit, cursor and order are those of the first. Raises `DiagnosticsError` when they name different runs or plans.
    """
    lists: dict[str, Any] = {
        name: (*getattr(one, name), *getattr(other, name)) for name in (*_LISTS.values(), "where", "excluded")
    }
    run, plan = _one_id("run", one.run, other.run), _one_id("plan", one.plan, other.plan)
    since = max((f.since for f in (one, other) if f.since is not None), default=None)
    until = min((f.until for f in (one, other) if f.until is not None), default=None)
    return replace(one, **lists, run=run, plan=plan, since=since, until=until)


def _one_id(name: str, one: str | None, other: str | None) -> str | None:
    if one is not None and other is not None and one != other:
        raise DiagnosticsError(
            error(f"More than one {name}", f'An event belongs to one {name}: "{one}" and "{other}" exclude each other.')
        )
    return other if one is None else one


# --- One word ------------------------------------------------------------------------------------------------


def _filter(word: Word, vocabulary: Vocabulary, now: datetime) -> EventFilter:
    if word.key is not None and not word.value:
        raise _invalid(word, f'After "{word.key}:" a value is required.')
    if word.key == "where":
        return EventFilter(where=(_condition(word),))
    meant = _meant(word, vocabulary, now)
    return EventFilter(excluded=(meant,)) if word.negated else meant


def _condition(word: Word) -> Where:
    condition = parse_where(word.value)
    return Where(f"not ({word.value})", lambda fields: not condition.holds(fields)) if word.negated else condition


def _meant(word: Word, vocabulary: Vocabulary, now: datetime) -> EventFilter:
    key, value = word.key, word.value
    if key is None:
        return EventFilter(targets=(_target(word, vocabulary),))
    if key == "target":
        return EventFilter(targets=(parse_target(value),))
    if key == "in":
        return EventFilter(inside=(parse_target(value),))
    if key in ("address", "id"):
        return EventFilter(targets=(TargetFilter(**{key: value}),))
    if key == "since":
        return EventFilter(since=parse_time(value, now))
    if key == "until":
        return EventFilter(until=parse_time(value, now))
    if key == "when":
        since, until = parse_span(value, now)
        return EventFilter(since=since, until=until)
    fields: Mapping[str, Any] = {_IDS[key]: value} if key in _IDS else {_LISTS[key]: (value,)}
    return EventFilter(**fields)


def _target(word: Word, vocabulary: Vocabulary) -> TargetFilter:
    """What a word without a key names. A plain one must be known: it may as well be a mistyped command."""
    target = parse_target(word.value)
    if target.word is None:
        return target
    if target_type(target.word) in vocabulary.types:
        return TargetFilter(type=target_type(target.word))
    found = vocabulary.find(target.word)
    if found is None:
        hint = did_you_mean(word.value, [*vocabulary.others, *vocabulary.types])
        raise _invalid(
            word, f"No target has this type, name or id.{hint} {_FORMS}" if not hint else f"It names no target.{hint}"
        )
    return found


_FORMS: Final = 'A word is KEY:VALUE such as user:ana, or a target such as service:api or iac_service.api["eu"].'


def _invalid(word: Word, problem: str) -> DiagnosticsError:
    return DiagnosticsError(error("Invalid filter", f"In {word.text}: {problem}"))


# --- Text to words -------------------------------------------------------------------------------------------


def _words(argument: str, vocabulary: Vocabulary, problems: Diagnostics) -> Iterator[Word]:
    for text in _split(argument, problems):
        negated = text.startswith("-") and len(text) > 1
        rest = text.removeprefix("-") if negated else text
        name, colon, value = rest.partition(":")
        if not colon or not name.replace("-", "").replace("_", "").isalnum():
            yield Word(text, negated, None, _unquoted(rest))
        elif name.lower() in KEYS:
            yield Word(text, negated, name.lower(), _unquoted(value))
        elif target_type(name) in vocabulary.types:
            yield Word(text, negated, None, _unquoted(rest))
        else:
            known = [*KEYS, *vocabulary.types]
            hint = did_you_mean(name, known) or f" There are {', '.join(KEYS)}; and the target types."
            problems.error("Invalid filter", f'In {text}: there is no filter "{name}".{hint}')


def _split(argument: str, problems: Diagnostics) -> Iterator[str]:
    """The words between spaces; a space in double quotes divides nothing."""
    word, quoted, escaped = "", False, False
    for char in argument:
        if char.isspace() and not quoted:
            if word:
                yield word
            word = ""
            continue
        if char == '"' and not escaped:
            quoted = not quoted
        escaped = char == "\\" and not escaped
        word += char
    if quoted:
        problems.error("Invalid filter", f"In {argument}: a quote is opened and not closed.")
    elif word:
        yield word


def _unquoted(value: str) -> str:
    """The value without quotes around it or around its last part; those inside an address belong to it."""
    head, opening, rest = value.partition('"')
    if opening and (not head or head.endswith(":")) and rest.endswith('"') and len(rest) > 0:
        inner = rest[:-1]
        return head + inner.replace('\\"', '"').replace("\\\\", "\\")
    return value
