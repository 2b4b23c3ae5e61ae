"""Filters as words, in GitHub's style."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from iac.audit.filters import EventFilter, TargetFilter, parse_span
from iac.audit.words import Vocabulary, combine, parse_words
from iac.diagnostics import DiagnosticsError

NOW = datetime(2026, 11, 2, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
KNOWN = Vocabulary(
    ("cluster", "environment", "service", "terraform_data"),
    lambda word: TargetFilter(id=word) if word == "019a-b" else None,
    ("show", "verify"),
)


def read(*arguments: str) -> EventFilter:
    return parse_words(arguments, KNOWN, NOW)


def not_(**fields) -> EventFilter:
    return EventFilter(excluded=(EventFilter(**fields),))


@pytest.mark.parametrize(
    ("text", "filter"),
    [
        ("", EventFilter()),
        ("user:ana", EventFilter(users=("ana",))),
        ("USER:ana", EventFilter(users=("ana",))),
        ('user:"Ana B"', EventFilter(users=("Ana B",))),
        (r'user:"a\"b"', EventFilter(users=('a"b',))),
        ("user:ana user:bob", EventFilter(users=("ana", "bob"))),
        ("type:*_FAILED change:ports", EventFilter(event_types=("*_FAILED",), change=("ports",))),
        ("target-type:service workspace:prod", EventFilter(target_types=("service",), workspaces=("prod",))),
        ("run:48c0 plan:1", EventFilter(run="48c0", plan="1")),
        ("target:service:api", EventFilter(targets=(TargetFilter(type="service", name="api"),))),
        ("in:environment:staging", EventFilter(inside=(TargetFilter(type="environment", name="staging"),))),
        ("-in:iac_environment.a", not_(inside=(TargetFilter(address="iac_environment.a"),))),
        ('target:service:"my api"', EventFilter(targets=(TargetFilter(type="service", name="my api"),))),
        ("service:api*", EventFilter(targets=(TargetFilter(type="service", name="api*"),))),
        ("iac_service:api", EventFilter(targets=(TargetFilter(type="service", name="api"),))),
        ("*:api", EventFilter(targets=(TargetFilter(type="*", name="api"),))),
        ("terraform_data:x", EventFilter(targets=(TargetFilter(type="terraform_data", name="x"),))),
        ("environment", EventFilter(targets=(TargetFilter(type="environment"),))),
        ("019a-b", EventFilter(targets=(TargetFilter(id="019a-b"),))),
        ("id:zz", EventFilter(targets=(TargetFilter(id="zz"),))),
        ("iac_service.api", EventFilter(targets=(TargetFilter(address="iac_service.api"),))),
        ('iac_service.api["e u"]', EventFilter(targets=(TargetFilter(address='iac_service.api["e u"]'),))),
        ('iac_service.api["a:b"]', EventFilter(targets=(TargetFilter(address='iac_service.api["a:b"]'),))),
        ("address:module.x.*", EventFilter(targets=(TargetFilter(address="module.x.*"),))),
        ("since:2h", EventFilter(since=NOW - timedelta(hours=2))),
        ("since:sunday", EventFilter(since=datetime(2026, 11, 1, tzinfo=UTC))),
        ("until:2026-11-02", EventFilter(until=datetime(2026, 11, 2, tzinfo=UTC))),
        ("since:2h since:1h", EventFilter(since=NOW - timedelta(hours=1))),
        ("-tool:console", not_(tools=("console",))),
        ("-service:api", not_(targets=(TargetFilter(type="service", name="api"),))),
        ("-iac_service.api", not_(targets=(TargetFilter(address="iac_service.api"),))),
        ("-environment", not_(targets=(TargetFilter(type="environment"),))),
        (
            "-tool:a -tool:b",
            EventFilter(excluded=(EventFilter(tools=("a",)), EventFilter(tools=("b",)))),
        ),
        (
            "when:2026-11-01..2026-11-02",
            EventFilter(since=datetime(2026, 11, 1, tzinfo=UTC), until=datetime(2026, 11, 3, tzinfo=UTC)),
        ),
        ("when:2026-11-01..", EventFilter(since=datetime(2026, 11, 1, tzinfo=UTC))),
        ("when:..2026-11-01", EventFilter(until=datetime(2026, 11, 2, tzinfo=UTC))),
        (
            "-when:2026-11-01",
            not_(since=datetime(2026, 11, 1, tzinfo=UTC), until=datetime(2026, 11, 2, tzinfo=UTC)),
        ),
    ],
)
def test_words_mean(text, filter):
    assert read(text) == filter


def test_words_may_come_as_one_argument_or_as_several():
    assert read("user:ana -tool:console type:UPDATE") == read("user:ana", "-tool:console", "type:UPDATE")


def test_a_condition_on_values_may_be_a_word_and_negated():
    (condition,) = read('where:"post_state.cpu > 1"').where
    (negation,) = read('-where:"post_state.cpu > 1"').where
    fields = {"post_state": {"cpu": 2}}.get
    assert (condition.holds(fields), negation.holds(fields)) == (True, False)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("usr:ana", 'there is no filter "usr". Did you mean "user"?'),
        ("servce:api", 'there is no filter "servce". Did you mean "service"?'),
        ("zzzz:api", 'there is no filter "zzzz". There are target,'),
        ("user:", 'After "user:" a value is required'),
        ('user:""', 'After "user:" a value is required'),
        ('user:"ana', "a quote is opened and not closed"),
        ("verfy", 'Did you mean "verify"?'),
        ("qqqq", "No target has this type, name or id."),
        ("when:soon", '"soon" is not a time'),
        ("when:..soon", '"soon" is not a time'),
        ("run:a run:b", "An event belongs to one run"),
        ("iac_service.", "does not name a target"),
        ("where:'x", "condition"),
        ("-", "No target has this type, name or id."),
    ],
)
def test_a_word_that_means_nothing_is_a_diagnostic(text, problem):
    with pytest.raises(DiagnosticsError) as caught:
        read(text)
    (diagnostic,) = caught.value.diagnostics
    assert problem in f"{diagnostic.summary} {diagnostic.detail}"


def test_all_mistakes_are_reported():
    with pytest.raises(DiagnosticsError) as caught:
        read("usr:ana tol:x", "since:soon")
    assert len(caught.value.diagnostics) == 3


def test_filters_combine_to_the_narrower_times_and_any_of_the_values():
    one = EventFilter(users=("a",), since=NOW - DAY, limit=3, run="r")
    other = EventFilter(users=("b",), since=NOW - 2 * DAY, until=NOW)
    assert combine(one, other) == EventFilter(users=("a", "b"), since=NOW - DAY, until=NOW, limit=3, run="r")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)),
        ("1h..now", NOW - timedelta(hours=1), NOW + timedelta(microseconds=1)),
        ("..", None, None),
        ("monday", datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)),
        ("tue..sat", datetime(2026, 10, 27, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_a_span_has_both_its_ends(text, first, last):
    assert parse_span(text, NOW) == (first, last)
