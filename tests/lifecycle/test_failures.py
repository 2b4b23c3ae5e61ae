"""A failing operation: what was done stays, what depends on it is skipped, all else goes on, and the next run
continues."""

from __future__ import annotations

from itertools import count

import pytest
from kit import CLUSTER, ENVIRONMENT, Lab, Recording, describe

from iac.diagnostics import DiagnosticsError
from iac.plan.records import runs

TAKEN = """
resource "iac_environment" "second" {
  cluster_id = iac_cluster.main.id
  name       = "%s"
}
resource "terraform_data" "after" {
  input = iac_environment.second.id
}
resource "terraform_data" "apart" {
  input = iac_cluster.main.id
}
"""


def _taken(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    id = lab.id_of("iac_cluster.main")
    lab.outside(lambda p, o: p.create("environment", {"cluster_id": id, "name": "taken"}, o))


def test_what_does_not_depend_on_it_is_still_done(lab: Lab) -> None:
    _taken(lab)
    applied = lab.apply(CLUSTER + TAKEN % "taken")
    assert applied.done == ["apply terraform_data.apart"]
    assert applied.recording.failures == ["apply iac_environment.second"]
    assert [str(a) for a in applied.result.skipped] == ["terraform_data.after"]
    assert not applied.result.succeeded
    assert applied.counts == (1, 0, 0)


def test_the_error_names_the_resource_and_the_place_of_the_argument(lab: Lab) -> None:
    _taken(lab)
    (error,) = lab.apply(CLUSTER + TAKEN % "taken").errors
    assert describe([error]) == ["main.tf:10,16: Environment already exists"]
    assert error.address == "iac_environment.second"
    assert '"taken" in the cluster "main"' in error.detail


def test_the_log_has_the_failure_and_no_object(lab: Lab) -> None:
    _taken(lab)
    lab.apply(CLUSTER + TAKEN % "taken")
    (failed,) = [e for e in lab.events() if e.event_type == "CREATE_FAILED"]
    assert (failed.address, failed.target_name, failed.post_state) == ("iac_environment.second", "taken", None)
    assert failed.error is not None
    assert failed.error.startswith("Environment already exists: ")
    assert lab.is_log_valid()
    assert len(lab.outside(lambda p, o: p.list("environment"))) == 1


def test_the_next_run_continues_where_this_one_stopped(lab: Lab) -> None:
    _taken(lab)
    lab.apply(CLUSTER + TAKEN % "taken")
    assert lab.actions(CLUSTER + TAKEN % "free") == {
        "iac_environment.second": "create",
        "terraform_data.after": "create",
    }
    lab.succeed()
    assert lab.actions() == {}


def test_a_failing_update_leaves_the_object_as_it_was(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT + TAKEN % "second")
    applied = lab.apply(ENVIRONMENT + TAKEN % "staging")
    assert describe(applied.errors) == ["main.tf:15,16: Environment already exists"]
    assert lab.values("name")["iac_environment.second"] == "second"
    assert lab.events()[-1].event_type == "UPDATE_FAILED"
    assert lab.events()[-1].post_state["name"] == "second"


def test_a_failing_delete_leaves_the_object_and_what_it_needs(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    id = lab.id_of("iac_cluster.main")
    lab.outside(lambda p, o: p.create("environment", {"cluster_id": id, "name": "theirs"}, o))
    applied = lab.apply("")
    assert [e.summary for e in applied.errors] == ["Cluster is not empty"]
    assert list(lab.objects()) == ["iac_cluster.main"]
    assert lab.events()[-1].event_type == "DELETE_FAILED"


def test_a_replacement_that_fails_after_the_delete_is_a_create_next_time(lab: Lab) -> None:
    text = """
    resource "terraform_data" "source" {
      input = "%s"
    }
    resource "terraform_data" "a" {
      input            = tonumber(terraform_data.source.output)
      triggers_replace = "%s"
    }
    """
    lab.succeed(text % (1, "x"))
    applied = lab.apply(text % ("no", "y"))
    assert "delete terraform_data.a" in applied.done
    assert applied.recording.failures == ["apply terraform_data.a"]
    assert lab.actions(text % (2, "y")) == {"terraform_data.a": "create", "terraform_data.source": "update"}


def test_several_failures_are_all_reported(lab: Lab) -> None:
    _taken(lab)
    text = TAKEN % "taken"
    applied = lab.apply(CLUSTER + text + text.replace("second", "third").replace('"a', '"b'))
    assert [e.address for e in applied.errors] == ["iac_environment.second", "iac_environment.third"]


def test_an_interrupt_stops_after_the_operation_at_hand_and_keeps_what_was_done(lab: Lab) -> None:
    asked = count(1)
    text = 'resource "terraform_data" "a" {\n  count = 50\n  input = count.index\n}\n' + (
        'output "all" {\n  value = terraform_data.a[*].input\n}\n'
    )
    applied = lab.apply(text, stopping=lambda: next(asked) >= 5)
    assert applied.result.interrupted
    assert not applied.result.succeeded
    assert len(lab.objects()) == len(applied.done) == 5
    assert lab.outputs() == {}
    assert len(lab.succeed().done) == 45
    assert lab.outputs() == {"all": list(range(50))}


def test_operations_are_reported_in_the_order_in_which_they_were_done(lab: Lab) -> None:
    messages = lab.succeed(ENVIRONMENT).recording.messages
    assert [(what, address) for what, _, address in messages] == [
        ("started", "iac_cluster.main"),
        ("completed", "iac_cluster.main"),
        ("started", "iac_environment.staging"),
        ("completed", "iac_environment.staging"),
    ]


def test_nothing_is_reported_as_done_before_it_is_durable(lab: Lab) -> None:
    seen: list[int] = []

    def look(count: int) -> None:
        with lab.project() as project:
            seen.append(len(project.state().instances) - count)

    lab.apply('resource "terraform_data" "a" {\n  count = 20\n}\n', recording=Recording(on_completed=look))
    assert len(seen) == 20
    assert min(seen) >= 0


@pytest.mark.parametrize("stop", [KeyboardInterrupt, BrokenPipeError])
def test_a_run_that_ends_abruptly_is_recorded_with_all_that_it_did(lab: Lab, stop: type[BaseException]) -> None:
    def closed(done: int) -> None:
        raise stop

    with pytest.raises(stop):
        lab.apply(ENVIRONMENT, recording=Recording(on_completed=closed))
    with lab.project() as project:
        (run,) = runs(project.database)
    assert (run.status, run.added, run.finished is not None) == ("interrupted", len(lab.events()), True)
    assert lab.succeed().counts[0] + run.added == 2


def test_a_run_whose_process_was_killed_is_counted_by_the_next(lab: Lab) -> None:
    killed = lab.succeed(ENVIRONMENT).origin.run_id
    with lab.project() as project:  # as it is when nobody could write how it ended
        project.database.execute("UPDATE run SET status = 'running', added = 0, finished = NULL")
    lab.succeed(CLUSTER)
    with lab.project() as project:
        last, lost = runs(project.database)
    assert (last.status, last.destroyed) == ("applied", 1)
    assert (lost.id, lost.status, lost.added, lost.finished) == (killed, "interrupted", 2, None)
    assert lost.error == "Its process was killed."


def test_tables_that_somebody_has_changed_stop_the_run_at_once(lab: Lab) -> None:
    lab.succeed("locals {}\n")
    with lab.project() as project:
        project.database.execute("ALTER TABLE cluster DROP COLUMN region")
    text = 'resource "iac_cluster" "c" {\n  count = 3\n  name = "c${count.index}"\n  cloud_provider = "AWS"\n'
    with pytest.raises(DiagnosticsError, match="Database is damaged"):
        lab.apply(text + '  region = "eu-west-3"\n}\n')
    assert lab.events() == []
    with lab.project() as project:
        assert runs(project.database)[0].status == "failed"
