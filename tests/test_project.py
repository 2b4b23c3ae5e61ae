"""The facade: what it opens and closes, what it asks for, and what it leaves alone."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab, Recording

from iac.config.variables import VariableOption
from iac.diagnostics import DiagnosticsError
from iac.values.codec import to_json


def test_validating_makes_no_database(lab: Lab) -> None:
    lab.write(CLUSTER)
    with lab.project() as project:
        assert list(project.validate()) == []
    assert not (lab.directory / "iac.db").exists()


def test_a_closed_project_opens_its_database_again_when_it_is_needed(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    project = lab.project()
    project.close()
    assert len(project.state().instances) == 1
    project.close()
    project.close()


def test_it_names_the_variables_that_have_no_value(lab: Lab) -> None:
    lab.write('variable "a" {}\nvariable "b" {\n  default = 1\n}\nvariable "c" {}\n', c_auto_tfvars="c = 1\n")
    with lab.project() as project:
        config = project.load()[0].config
        assert project.missing_variables(config, ()) == ["a"]
        assert project.missing_variables(config, [VariableOption("a=1")]) == []


def test_answers_stand_for_values_that_nobody_gave(lab: Lab) -> None:
    lab.write('variable "a" {\n  type = number\n}\noutput "o" {\n  value = var.a + 1\n}\n')
    with lab.project() as project:
        (output,) = project.plan(answers={"a": "4"}).plan.outputs
    assert to_json(output.change.after) == 5


def test_it_keeps_the_sources_that_diagnostics_are_shown_with(lab: Lab) -> None:
    lab.write("locals {\n  a = nope\n}\n", v_auto_tfvars="x = 1\n")
    with lab.project() as project:
        with pytest.raises(DiagnosticsError):
            project.plan()
        assert project.sources["main.tf"].startswith(b"locals")


def test_a_broken_file_is_kept_for_its_diagnostic(lab: Lab) -> None:
    lab.write("locals {\n  a = \n}\n")
    with lab.project() as project:
        (problem,) = project.validate()
        assert problem.subject is not None
        assert problem.subject.filename in project.sources


def test_the_order_of_planning_is_that_of_dependencies_and_changes_are_by_address(lab: Lab) -> None:
    plan = lab.plan(
        'resource "terraform_data" "a" {\n  input = terraform_data.b.id\n}\nresource "terraform_data" "b" {\n}\n'
    ).plan
    assert [str(c.address) for c in plan.changes] == ["terraform_data.a", "terraform_data.b"]
    assert list(plan.order) == [1, 0]


def test_progress_tells_what_is_looked_at(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.write(CLUSTER + 'data "iac_cluster" "found" {\n  name = "main"\n}\n')
    seen: list[tuple[str, str]] = []
    with lab.project() as project:
        project.plan(progress=lambda action, address, value: seen.append((action, str(address))))
    assert sorted(seen) == [
        ("read", "data.iac_cluster.found"),
        ("refresh", "iac_cluster.main"),
        ("refreshed", "iac_cluster.main"),
    ]


def test_a_message_goes_into_every_event_of_the_run(lab: Lab) -> None:
    lab.write(CLUSTER)
    with lab.project() as project:
        project.apply(project.plan(), Recording(), message="because")
    assert [e.message for e in lab.events()] == ["because"]


def test_timestamp_is_known_only_when_it_is_applied_and_plantimestamp_at_once(lab: Lab) -> None:
    lab.write('output "t" {\n  value = timestamp()\n}\noutput "p" {\n  value = plantimestamp()\n}\n')
    known = {o.name: o.change.after.is_wholly_known for o in lab.plan().plan.outputs}
    assert known == {"t": False, "p": True}
    lab.apply()
    assert lab.outputs()["t"].endswith("Z")
