"""Create, update, replace, delete: what a plan says and what apply does, for one object."""

from __future__ import annotations

from kit import CLUSTER, ENVIRONMENT, Lab, change_of, reasons

DATA = """
resource "terraform_data" "a" {
  input            = "%s"
  triggers_replace = "%s"
}
"""


def test_what_is_new_is_created(lab: Lab) -> None:
    applied = lab.succeed(DATA % ("one", "x"))
    assert applied.done == ["apply terraform_data.a"]
    assert applied.counts == (1, 0, 0)
    assert lab.objects()["terraform_data.a"]["output"] == "one"


def test_an_argument_that_changed_updates_in_place(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    before = lab.id_of("iac_cluster.main")
    larger = CLUSTER.replace('"main"\n', '"main"\n  max_nodes = 20\n', 2).replace(
        'resource "iac_cluster" "main"\n  max_nodes = 20\n', 'resource "iac_cluster" "main"'
    )
    assert lab.actions(larger) == {"iac_cluster.main": "update"}
    assert lab.succeed(larger).counts == (0, 1, 0)
    assert lab.id_of("iac_cluster.main") == before
    assert lab.values("max_nodes") == {"iac_cluster.main": 20}


def test_a_number_of_thousands_of_digits_is_kept_and_found_again(lab: Lab) -> None:
    lab.succeed('resource "terraform_data" "a" {\n  input = 1e5000\n}\n')
    assert lab.actions() == {}
    (event,) = lab.events()
    assert str(event.post_state["input"]) == "1" + "0" * 5000
    assert lab.is_log_valid()


def test_an_argument_that_cannot_change_replaces_and_says_why(lab: Lab) -> None:
    lab.succeed(DATA % ("one", "x"))
    before = lab.id_of("terraform_data.a")
    plan = lab.plan(DATA % ("one", "y")).plan
    change = change_of(plan, "terraform_data.a")
    assert change.action.value == "delete-then-create"
    assert change.replace_paths == (("triggers_replace",),)
    assert reasons(plan) == {"terraform_data.a": "replace_because_cannot_update"}
    applied = lab.succeed()
    assert applied.done == ["delete terraform_data.a", "apply terraform_data.a"]
    assert applied.counts == (1, 0, 1)
    assert lab.id_of("terraform_data.a") != before


def test_create_before_destroy_turns_the_order_round(lab: Lab) -> None:
    first = DATA.rstrip().rstrip("}") + "  lifecycle { create_before_destroy = true }\n}\n"
    first = first.replace("lifecycle { create_before_destroy = true }", "lifecycle {\n create_before_destroy = true\n}")
    lab.succeed(first % ("one", "x"))
    assert lab.actions(first % ("one", "y")) == {"terraform_data.a": "create-then-delete"}
    assert lab.succeed().done == ["apply terraform_data.a", "delete terraform_data.a"]
    assert lab.deposed() == []


def test_a_block_that_is_gone_deletes_its_object(lab: Lab) -> None:
    lab.succeed(DATA % ("one", "x"))
    plan = lab.plan("").plan
    assert reasons(plan) == {"terraform_data.a": "delete_because_no_resource_config"}
    assert lab.succeed("").done == ["delete terraform_data.a"]
    assert lab.objects() == {}


def test_every_operation_has_exactly_its_event(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.succeed(ENVIRONMENT.replace('"staging"\n}', '"staging"\n  mode = "STAGING"\n}'))
    lab.succeed(CLUSTER)
    assert lab.happened() == [
        "CREATE iac_cluster.main",
        "CREATE iac_environment.staging",
        "UPDATE iac_environment.staging",
        "DELETE iac_environment.staging",
    ]
    assert lab.is_log_valid()


def test_an_event_says_who_did_it_with_what_from_where_and_in_which_run(lab: Lab) -> None:
    applied = lab.succeed(CLUSTER)
    (event,) = lab.events()
    assert (event.user, event.tool, event.workspace) == ("ana", "terraform", "default")
    assert (event.run_id, event.plan_id) == (applied.origin.run_id, applied.plan.id)
    assert event.source == "main.tf:2"
    assert (event.target_type, event.target_name, event.target_id) == ("cluster", "main", lab.id_of("iac_cluster.main"))


def test_the_event_of_a_replacement_names_what_forced_it(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.succeed(CLUSTER.replace("eu-west-3", "us-east-1"))
    deleted, created = lab.events()[1:]
    assert (deleted.event_type, created.event_type) == ("DELETE", "CREATE")
    assert deleted.forced_by == created.forced_by == ("region",)


def test_a_plan_changes_neither_platform_nor_state(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    before = lab.objects()
    lab.plan(CLUSTER.replace("eu-west-3", "us-east-1"))
    lab.plan("")
    assert lab.objects() == before
    assert len(lab.events()) == 1


def test_applying_an_empty_plan_does_nothing(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    with lab.project() as project:
        serial = project.state().serial
    assert lab.succeed().done == []
    with lab.project() as project:
        assert project.state().serial == serial
