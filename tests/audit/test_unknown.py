"""Values of a filter that name nothing: mistakes in closed lists, remarks on open ones."""

from __future__ import annotations

import pytest

from iac.audit.filters import EventFilter, TargetFilter
from iac.audit.groups import groups_of
from iac.audit.record import Origin
from iac.audit.unknown import check_words, remarks
from iac.platform.schemas import KINDS

GROUPS = {"config", "scaling", "deployment rule"}


@pytest.fixture
def log(record):
    """Ana made a service in the workspace prod; a deployment of it was told of."""
    ana = Origin("ana", workspace="prod", run_id="r1-full", plan_id="p1-full")
    record(None, {}, origin=ana, target_id="s1", address='iac_service.api["eu"]', change=["scaling"])
    record({}, {}, origin=Origin("ci", tool="git"), event_type="DEPLOY_STARTED", target_id="s1", change=["own group"])
    return record


@pytest.mark.parametrize(
    "filter",
    [
        {"event_types": ("create", "*_FAILED", "Deploy_*", "MOVE", "TRIGGER_DEPLOY")},
        {"change": ("scaling", "deployment rule", "own group", "*ing")},
        {"excluded": (EventFilter(event_types=("CREATE",)),)},
    ],
)
def test_what_there_is_or_may_be_is_no_mistake(log, database, filter):
    check_words(database, EventFilter(**filter), GROUPS)


@pytest.mark.parametrize(
    ("filter", "problem"),
    [
        ({"event_types": ("UPDAT",)}, 'There is no event type "UPDAT". Did you mean "UPDATE"?'),
        ({"event_types": ("CREATE", "delet")}, 'There is no event type "delet". Did you mean "DELETE"?'),
        ({"change": ("sclaing",)}, 'There is no group of changes "sclaing". Did you mean "scaling"?'),
        ({"change": ("zz*",)}, 'no group of changes "zz*". There are config, deployment rule, own group, scaling.'),
        ({"excluded": (EventFilter(event_types=("UPDAT",)),)}, 'Did you mean "UPDATE"?'),
    ],
)
def test_a_value_outside_of_a_closed_list_is_a_mistake(log, database, filter, problem, refused):
    with refused(problem):
        check_words(database, EventFilter(**filter), GROUPS)


def test_without_a_log_the_lists_are_known_as_well(refused):
    with refused('Did you mean "UPDATE"?'):
        check_words(None, EventFilter(event_types=("UPDAT",)), GROUPS)


@pytest.mark.parametrize(
    ("filter", "said"),
    [
        ({"users": ("ana", "c?", "*")}, []),
        ({"users": ("anna", "z*")}, ['the user "anna". Did you mean "ana"?', 'the user "z*".']),
        ({"tools": ("gitt",)}, ['the tool "gitt". Did you mean "git"?']),
        ({"workspaces": ("pord",)}, ['the workspace "pord". Did you mean "prod"?']),
        ({"event_types": ("TRIGGER_DEPLOY", "MOVE")}, ['the type "TRIGGER_DEPLOY".']),
        ({"run": "r1", "plan": "p1-full"}, []),
        ({"run": "r2", "plan": "zz"}, ['the run "r2".', 'the plan "zz".']),
        ({"target_types": ("iac_service", "servic")}, ['a target of the type "servic". Did you mean "service"?']),
        ({"targets": ("service:api", "s1", "iac_service.api")}, []),
        (
            {"targets": ("service:apy",)},
            ['a target of the type "service" with the name "apy". Did you mean "service:api"?'],
        ),
        (
            {"targets": ("servce:api",)},
            ['a target of the type "servce" with the name "api". Did you mean "service:api"?'],
        ),
        (
            {"inside": ("environment:prod",)},
            ['a target of the type "environment" with the name "prod".'],
        ),
        (
            {"targets": ("iac_service.apy",)},
            ['a target with the address iac_service.apy. Did you mean "iac_service.api"?'],
        ),
        ({"targets": (TargetFilter(id="s2"),)}, ['a target with the type or id "s2".']),
        ({"excluded": (EventFilter(users=("bob",)),)}, []),
        ({"excluded": (EventFilter(users=("anna",)),)}, ['the user "anna". Did you mean "ana"?']),
    ],
)
def test_what_no_event_has_is_remarked_on(log, database, filter, said):
    assert remarks(database, EventFilter(**filter)) == [f"No event has {text}" for text in said]


def test_of_an_empty_log_nothing_is_remarked(database):
    assert remarks(database, EventFilter(users=("ana",))) == []


def test_the_groups_are_those_of_attributes_and_of_blocks_at_any_depth():
    assert {"config", "scaling", "ports", "healthchecks", "source"} <= set(groups_of(KINDS["service"].block))
    assert "" not in set(groups_of(KINDS["service"].block))
