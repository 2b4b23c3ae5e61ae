"""What an object depends on, when what is between is told or forgotten."""

from __future__ import annotations

from kit import Lab

from iac.address import parse_instance
from iac.state.dependencies import with_ancestors

LINE = """
resource "terraform_data" "a" {}
resource "terraform_data" "b" {
  count = 2
  input = terraform_data.a.id
}
resource "terraform_data" "c" {
  input = terraform_data.b[0].id
}
"""


def dependencies(lab: Lab) -> dict[str, list[str]]:
    with lab.project() as project:
        return {str(a): list(map(str, o.dependencies)) for a, o in project.state().instances.items()}


def forget(lab: Lab, *addresses: str) -> None:
    with lab.project() as project:
        project.edit_state(lambda editor, state: editor.forget([parse_instance(a) for a in addresses]))


def test_a_state_file_names_all_ancestors(lab: Lab) -> None:
    lab.succeed(LINE)
    with lab.project() as project:
        objects = with_ancestors(project.state().instances.values())
    assert {str(o.address): list(map(str, o.dependencies)) for o in objects} == {
        "terraform_data.a": [],
        "terraform_data.b[0]": ["terraform_data.a"],
        "terraform_data.b[1]": ["terraform_data.a"],
        "terraform_data.c": ["terraform_data.a", "terraform_data.b"],
    }


def test_what_is_forgotten_leaves_its_own_dependencies_to_those_that_depended_on_it(lab: Lab) -> None:
    lab.succeed(LINE)
    forget(lab, "terraform_data.b[0]", "terraform_data.b[1]")
    assert dependencies(lab) == {"terraform_data.a": [], "terraform_data.c": ["terraform_data.a"]}
    done = lab.destroy().done
    assert done == ["delete terraform_data.c", "delete terraform_data.a"]


def test_as_long_as_something_of_a_block_is_left_it_is_depended_on(lab: Lab) -> None:
    lab.succeed(LINE)
    forget(lab, "terraform_data.b[1]")
    assert dependencies(lab)["terraform_data.c"] == ["terraform_data.b"]
