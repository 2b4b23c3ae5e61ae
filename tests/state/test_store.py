"""State in the database: what is written is read back, all or nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from iac.address import ConfigResource, Resource, parse_instance
from iac.state.checks import CheckResult
from iac.state.model import InstanceObject, OutputState, State
from iac.state.store import StateReader, StateWriter, create_workspace, delete_workspace, workspaces
from iac.storage import open_storage
from iac.values.codec import ExactNumber
from iac.values.types import STRING
from iac.values.value import boolean, list_value, null, number, object_value, string

API = parse_instance('module.a["x"].iac_service.api["ü.\\"]"]')
DATA = parse_instance("data.iac_cluster.main[0]")
INSTANCE = InstanceObject(
    address=API,
    provider="iac",
    schema_version=2,
    attributes={"name": "𝄞", "n": ExactNumber("0.1000000000000000000001"), "list": [1, None, {"x": 1.5}]},
    sensitive_paths=(("list", 0), ("name",)),
    dependencies=(
        ConfigResource(("a",), Resource("managed", "iac_environment", "e")),
        ConfigResource((), Resource("data", "iac_cluster", "main")),
    ),
    create_before_destroy=True,
    status="tainted",
)


@pytest.fixture
def writer(database):
    return StateWriter(database)


def load(database, workspace="default") -> State:
    return StateReader(database, workspace).load()


def put(writer, *instances):
    with writer._database.transaction():
        return [writer.put(instance) for instance in instances]


def test_nothing_written_is_an_empty_state(database):
    state = load(database)
    assert state.is_empty
    assert (state.workspace, state.lineage, state.serial) == ("default", "", 0)
    assert workspaces(database) == ["default"]


def test_an_object_is_read_back_as_it_was_put(database, writer):
    other = InstanceObject(DATA, "iac", 0, {})
    put(writer, INSTANCE, other)
    assert load(database).instances == {API: replace(INSTANCE, version=1), DATA: replace(other, version=1)}


def test_addresses_of_every_form_are_read_back(database, writer):
    texts = ["a_b.c", "a_b.c[0]", 'a_b.c["0"]', "module.m[3].a_b.c", 'module.m.module.n["é"].data.a_b.c-d[12]']
    addresses = [parse_instance(text) for text in texts]
    put(writer, *(InstanceObject(address, "p", 0, {}) for address in addresses))
    assert set(load(database).instances) == set(addresses)


def test_deposed_objects_stand_beside_the_current_one(database, writer):
    put(writer, INSTANCE, replace(INSTANCE, deposed="0a1b2c3d"))
    state = load(database)
    assert list(state.instances) == [API]
    assert list(state.deposed) == [(API, "0a1b2c3d")]
    with database.transaction():
        writer.remove(API, "0a1b2c3d")
    assert not load(database).deposed
    assert load(database).instances


@pytest.mark.parametrize(
    "value",
    [
        string("é"),
        null(STRING),
        null(),
        list_value(STRING, []),
        object_value({"a": number(1), "b": boolean(True), "c": null(STRING)}),
    ],
)
def test_outputs_keep_value_and_type(database, writer, value):
    with database.transaction():
        writer.put_output("o", OutputState(string("before"), False))
        writer.put_output("o", OutputState(value, True))
    (output,) = load(database).outputs.values()
    assert (output.value, output.value.type, output.sensitive) == (value, value.type, True)
    with database.transaction():
        writer.remove_output("o")
    assert not load(database).outputs


class TestVersion:
    def test_counts_the_writes_of_each_object(self, database, writer):
        assert put(writer, INSTANCE, INSTANCE) == [1, 2]
        assert put(writer, replace(INSTANCE, address=DATA, version=77)) == [1]
        assert StateReader(database).version_of(API) == 2

    def test_never_comes_back_when_the_object_does(self, database, writer):
        put(writer, INSTANCE, INSTANCE, INSTANCE)
        with database.transaction():
            writer.remove(API)
        assert StateReader(database).version_of(API) is None
        assert put(writer, INSTANCE) == [4]


class TestSerialAndLineage:
    def test_lineage_comes_with_the_first_write_and_stays(self, database, writer):
        put(writer, INSTANCE)
        lineage = load(database).lineage
        assert len(lineage) == 36
        put(writer, INSTANCE)
        assert load(database).lineage == lineage

    def test_serial_is_counted_when_asked(self, database, writer):
        with database.transaction():
            writer.put(INSTANCE)
            assert writer.bump() == 1
        with database.transaction():
            assert writer.bump() == 2
        assert StateReader(database).identity() == (load(database).lineage, 2)


class TestTransaction:
    def test_is_required(self, writer):
        with pytest.raises(RuntimeError):
            writer.put(INSTANCE)

    def test_that_fails_leaves_nothing_not_even_the_workspace(self, database, writer):
        with suppress(ValueError), database.transaction():
            writer.put(INSTANCE)
            raise ValueError
        assert load(database).lineage == ""

    def test_whose_inner_part_fails_keeps_the_rest(self, database, writer):
        with database.transaction():
            with suppress(ValueError), database.transaction():
                writer.put(INSTANCE)
                raise ValueError
            writer.put(replace(INSTANCE, address=DATA))
            writer.bump()
        assert list(load(database).instances) == [DATA]


class TestWorkspaces:
    def test_are_apart(self, database):
        for name in ("b", "a"):
            put(StateWriter(database, name), INSTANCE)
        assert workspaces(database) == ["default", "a", "b"]
        with database.transaction():
            StateWriter(database, "a").remove(API)
        assert load(database, "a").is_empty
        assert not load(database, "b").is_empty

    def test_are_made_and_deleted_with_their_state(self, database):
        assert create_workspace(database, "a")
        assert not create_workspace(database, "a")
        put(StateWriter(database, "a"), INSTANCE)
        assert delete_workspace(database, "a")
        assert not delete_workspace(database, "a")
        assert workspaces(database) == ["default"]
        assert load(database, "a").is_empty


def test_a_reader_in_another_process_sees_committed_state_only(database, writer, path):
    with open_storage(path) as other:
        with database.transaction():
            writer.put(INSTANCE)
            assert load(other).is_empty
        assert not load(other).is_empty


def put_checks(writer, results, known=()):
    with writer._database.transaction():
        return writer.put_checks(results, known)


CHECKS = (
    CheckResult("check.c", "check", "fail", ("It is ü.", "No.")),
    CheckResult("output.o", "output_value", "unknown", evaluated=False),
    CheckResult("terraform_data.a[0]", "resource", "pass"),
)


def test_results_of_conditions_are_read_back_by_address(database, writer):
    assert put_checks(writer, reversed(CHECKS))
    assert tuple(load(database).checks) == CHECKS


def test_results_take_the_place_of_those_that_are_there(database, writer):
    put_checks(writer, CHECKS)
    assert not put_checks(writer, CHECKS, CHECKS)
    new = (CheckResult("check.c", "check", "pass"),)
    assert put_checks(writer, new, CHECKS)
    assert tuple(load(database).checks) == new


def test_results_go_with_their_workspace(database, writer):
    put_checks(writer, CHECKS)
    create_workspace(database, "other")
    put_checks(StateWriter(database, "other"), CHECKS)
    delete_workspace(database, "other")
    assert database.query("SELECT DISTINCT workspace FROM check_result") == [("default",)]
