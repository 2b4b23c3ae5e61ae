"""Where objects are, as the log tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iac.audit.places import Places, Reference, inside
from iac.audit.record import Origin

PROD = Origin("ana", workspace="prod")
CONSOLE = Origin("bob", tool="console")


@pytest.fixture
def lived(record):
    """A cluster with an environment, in it a service that an apply made and one that the console made."""
    record(None, {}, target_type="cluster", target_id="c", target_name="eu", address="iac_cluster.eu", origin=PROD)
    in_cluster = {"target_type": "environment", "target_id": "e", "target_name": "staging"}
    record(None, {"cluster_id": "c"}, address="iac_environment.s", origin=PROD, **in_cluster)
    record(None, {"environment_id": "e", "stage_id": "c"}, target_id="s", address="iac_service.s", origin=PROD)
    record(None, {"environment_id": "e"}, target_id="t", target_name="job", origin=CONSOLE)
    return record


def test_a_path_has_the_names_of_what_it_lives_in_and_the_workspace(lived, database):
    places = Places(database)
    by_console = lived({}, {"cpu": 1, "environment_id": "e"}, target_id="s", origin=CONSOLE)
    assert places.path(by_console) == ("staging", "eu", "prod")
    assert places.path(lived({}, {}, target_id="t", target_name="job", origin=CONSOLE)) == ("staging", "eu", "default")


def test_a_path_has_the_latest_names(lived, database):
    lived({}, {"cluster_id": "c"}, target_type="environment", target_id="e", target_name="blue")
    assert Places(database).path(lived({}, {}, target_id="s")) == ("blue", "eu", "prod")


def test_of_a_deleted_object_of_which_nothing_else_is_left_the_place_is_known(lived, database):
    gone = lived({"environment_id": "e"}, None, target_id="gone")
    assert Places(database).path(gone)[:2] == ("staging", "eu")
    assert "gone" in inside(database, [Reference("environment", "e")])


def test_what_another_writer_says_is_no_place(lived, database):
    external = replace(CONSOLE, context={"external": True})
    said = lived({"environment_id": "e"}, {"environment_id": "e"}, target_id="x", origin=external)
    assert Places(database).path(said) == ("default",)
    assert sorted(inside(database, [Reference("environment", "e")])) == ["s", "t"]


def test_objects_that_refer_to_each_other_in_a_circle_are_an_answer(record, database):
    for one, other in (("a", "b"), ("b", "a")):
        event = record(None, {"service_id": other}, target_id=one, target_name=one)
    assert Places(database).path(event)[:3] == ("a", "b", "a")
    assert sorted(inside(database, [Reference("service", "a")])) == ["a", "b"]


def test_the_address_of_an_event_without_one_is_that_which_its_object_had_by_then(lived, database):
    places = Places(database)
    before = lived({}, {}, target_id="s", origin=CONSOLE)
    lived({}, {}, target_id="s", address="iac_service.moved", event_type="MOVE")
    after = lived({}, {}, target_id="s", origin=CONSOLE)
    unknown = lived({}, {}, target_id="t", origin=CONSOLE)
    assert [places.address(event) for event in (before, after, unknown)] == ["iac_service.s", "iac_service.moved", None]
