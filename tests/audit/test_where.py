"""Conditions on values: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iac.audit.where_parser import parse_where
from iac.diagnostics import DiagnosticsError
from iac.values.codec import loads

SECRET, OTHER = ({"$sensitive": f"hmac-sha256:{n}"} for n in "ab")

FIELDS = {
    "user": "ana",
    "error": "read timeout",
    "message": None,
    "change": ("ports", "scaling"),
    "context": {"git": {"branch": "main", "dirty": True}},
    "post_state": {
        "replicas": 0,
        "ratio": 0.1,
        "on": True,
        "big": loads("12345678901234567890.5"),
        "ports": [{"internal_port": 80}, {"internal_port": 8080}],
        "variables": {"A-B": "1", "path": "C:\\new"},
        "none": None,
        "empty": [],
        "password": SECRET,
        "instances": {"min": 0, "max": 3},
    },
    "patch": [
        {"op": "replace", "path": "/replicas", "value": 0, "old": 3},
        {"op": "add", "path": "/ports/1", "value": {"internal_port": 8080, "name": None}, "old": None},
        {"op": "remove", "path": "/tags/0", "old": "x"},
        {"op": "replace", "path": "/password", "value": SECRET, "old": OTHER},
        {"op": "replace", "path": "/instances", "value": {"min": 0, "max": 3}, "old": {"min": 2, "max": 3}},
        {"op": "add", "path": "/variables/A~1B", "value": "new", "old": None},
    ],
}


def holds(text: str) -> bool:
    return parse_where(text).holds(FIELDS.get)


@pytest.mark.parametrize(
    "text",
    [
        "post_state.replicas < 1",
        "post_state.replicas == 0",
        "post_state.replicas==0.0",
        "post_state.replicas >= -1 and post_state.replicas <= 0",
        "0 == post_state.replicas",
        "post_state.ratio == 0.1",
        "post_state.ratio < 1e-0",
        "post_state.big == 12345678901234567890.5",
        "post_state.big > 12345678901234567890",
        'user == "ana"',
        "user == 'ana'",
        'user < "b"',
        'user != "bob"',
        'context.git.branch == "main"',
        "context.git.dirty",
        "context.git.dirty == true",
        "post_state.on and not post_state.missing",
        'error ~ "time.?out"',
        'error !~ "refused"',
        'message !~ "x"',
        'change[*] == "ports"',
        'change[1] == "scaling"',
        "post_state.ports[*].internal_port == 8080",
        "post_state.ports.*.internal_port == 8080",
        "post_state.ports[0].internal_port == 80",
        'post_state.variables["A-B"] == "1"',
        "post_state.variables.A-B == '1'",
        r'post_state.variables.path ~ "^C:\\\\new$"',
        r'post_state.variables.path == "C:\\new"',
        "post_state.none == null",
        "post_state.missing.deeper == null",
        "post_state.ports[9] == null",
        "post_state.instances.min < post_state.instances.max",
        "exists(post_state.replicas)",
        "not exists(post_state.none)",
        "not exists(post_state.empty[*])",
        "exists(post_state.ports[*])",
        'user == "bob" or user == "ana"',
        'user == "bob" || user == "ana" && true',
        "!(user == 'bob')",
        "not not context.git.dirty",
        'user == "ana" and (error ~ "x" or error ~ "read")',
        # precedence: and binds tighter than or
        "true or false and false",
    ],
)
def test_this_holds(text):
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "post_state.on == 1",
        "post_state.replicas == false",
        'post_state.replicas == "0"',
        'post_state.replicas < "1"',
        "post_state.missing < 1",
        "post_state.missing > 1",
        "post_state.empty[*] != 3",
        "post_state.replicas",
        "user",
        "post_state.ports.internal_port == 80",
        'message ~ ".*"',
        "(true or false) and false",
    ],
)
def test_this_does_not_hold(text):
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("change(replicas)", True),
        ("change(replicas): 3 -> 0", True),
        ("change(replicas): 3 -> *", True),
        ("change(replicas): * -> 0", True),
        ("change(replicas): * -> 1", False),
        ("change(replicas): > 2 -> < 1", True),
        ("change(replicas): != 3 -> *", False),
        ("change(replicas): down", True),
        ("change(replicas): up", False),
        ("change(cpu)", False),
        # the patch replaced what is around it
        ("change(instances.min): 2 -> 0", True),
        ("change(instances.min): down", True),
        ("change(instances.max)", False),
        ("change(instances[*]): 2 -> *", True),
        # added and removed
        ("change(ports[*].internal_port): null -> 8080", True),
        ("change(ports[*].internal_port): 80 -> *", False),
        ("change(ports[1].internal_port)", True),
        ("change(ports[1].name)", False),
        ('change(tags[*]): "x" -> null', True),
        ('change(tags[*]): ~ "^x" -> *', True),
        ('change(tags[*]): * -> !~ "y"', False),
        ('change(variables["A/B"])', True),
        # a part of it
        ("change(ports)", True),
        ("change(ports): * -> *", True),
        ("change(ports): null -> *", False),
        ("change(tags): * -> null", False),
        ('change(tags) and user == "ana"', True),
    ],
)
def test_a_change_is_found_in_the_patch(text, held):
    assert holds(text) is held


@pytest.mark.parametrize(
    ("patch", "text", "held"),
    [
        ([{"op": "add", "path": "", "value": {"a": {"b": 1}}, "old": None}], "change(a.b): null -> 1", True),
        ([{"op": "add", "path": "", "value": {"a": {"b": 1}}, "old": None}], "change(a.c)", False),
        ([{"op": "replace", "path": "", "value": None, "old": {"a": [1, 2]}}], "change(a[*]): 2 -> *", True),
        ([{"op": "replace", "path": "/a", "value": [1, 3], "old": [1, 2]}], "change(a[0])", False),
        ([{"op": "replace", "path": "/a", "value": None, "old": {"b": 1, "c": 2}}], "change(a[*]): 2 -> null", True),
        ([{"op": "replace", "path": "/a", "value": True, "old": 1}], "change(a): 1 -> true", True),
        ([], "change(a)", False),
    ],
)
def test_a_change_of_the_whole_is_one_of_its_parts(patch, text, held):
    assert parse_where(text).holds({"patch": patch}.get) is held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("change(password)", True),
        ("change(password): * -> *", True),
        ('change(password): "x" -> *', False),
        ("change(password): null -> *", False),
        ("change(password): != null -> *", True),
        ("change(password): up", False),
        ("exists(post_state.password)", True),
        ("post_state.password != null", True),
        ("post_state.password == null", False),
        ('post_state.password == "x"', False),
        ('post_state.password != "x"', False),
        ('post_state.password ~ "."', False),
        ("post_state.password == post_state.password", False),
        ('post_state.password["$sensitive"] ~ "hmac"', False),
        ('post_state.password[*] ~ "hmac"', False),
        ('post_state["password"].x == "x"', False),
    ],
)
def test_a_sensitive_value_can_only_be_seen_to_be_there_and_to_change(text, held):
    assert holds(text) is held


@pytest.mark.parametrize(
    ("text", "problem", "column"),
    [
        ("", "A value, or the path of one", 0),
        ("post_state.replicas = 1", 'Write "==" to compare', 20),
        ("post_state.replicas <", "A value, or the path of one", 21),
        ("replicas < 1", "The attributes of the object are in post_state: post_state.replicas", 0),
        ("pst_state.x == 1", 'Did you mean "post_state"?', 0),
        ("user == ana", 'An event has no field "ana"', 8),
        ('user == "ana', "This string is not closed", 8),
        ('user == "ana" tool', "The condition ends before this", 14),
        ("3", "A value alone is no condition", 0),
        ("(user == 'a'", 'A ")" is expected', 12),
        ("chnge(x)", 'Did you mean "change"?', 0),
        ("change('x')", "The name of an attribute", 7),
        ("change(x) 3 -> 4", "The condition ends before this", 10),
        ("user == 'x' and change(x.y) : *", "To ask for any, write: change(x.y)", 30),
        ("change(x): * 4", "To ask for any, write: change(x)", 11),
        ("change(x): 3 > 4", 'A "->" is expected', 13),
        ("change(x): three -> 4", "Text is written in quotes", 11),
        ("error ~ timeout", "A regular expression in quotes", 8),
        ('error ~ "("', "The regular expression is not valid: missing )", 8),
        ("post_state.a[-1] == 1", "Between the brackets", 13),
        ("post_state. == 1", "A name is expected", 12),
        ("user == 1e99999999999999999999", "This number is too large", 8),
        ("user == 'a'; drop table event", "This character has no meaning here", 11),
        ("\x1b[31m == 1", "This character has no meaning here", 0),
        ("(" * 60, "conditions stand inside each other", 50),
        ("not " * 60, "conditions stand inside each other", 200),
    ],
)
def test_a_mistake_is_explained_and_its_place_marked(text, problem, column):
    with pytest.raises(DiagnosticsError) as caught:
        parse_where(text)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.summary == "Invalid condition"
    assert problem in diagnostic.detail
    _, shown, mark, *_ = [line for line in diagnostic.detail.split("\n") if line][:4]
    assert "\x1b" not in shown
    assert mark == f"    {' ' * column}^"


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_a_diagnostic(text):
    with suppress(DiagnosticsError):
        parse_where(text).holds(FIELDS.get)


_PIECES = ["(", ")", "not", "and", "or", "change(", "exists(", "post_state", ".a", "[*]", "[0]", "==", "<", "->", ":"]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*_PIECES, "1", '"x"', "null", "*", "up", "~", "error"]), max_size=12))
def test_any_pieces_in_any_order_are_a_condition_or_a_diagnostic(pieces):
    with suppress(DiagnosticsError):
        parse_where(" ".join(pieces)).holds(FIELDS.get)
