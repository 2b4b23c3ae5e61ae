"""The log against what there is: every difference is found, secrets by their digests."""

from __future__ import annotations

from typing import Any

from kit import ENVIRONMENT, Lab

from iac.address import parse_instance
from iac.engine.log_check import LogCheck

SECRET = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  secrets = { KEY = "hunter2hunter" }\n}')
DATA = 'resource "terraform_data" "x" {\n  input = { list = tolist([1, 2]), secret = sensitive("hunter2hunter") }\n}\n'


def check(lab: Lab) -> LogCheck:
    with lab.project() as project:
        return project.check_log()


def problems(lab: Lab) -> list[tuple[Any, ...]]:
    return [(p.kind, p.type, p.path) for p in check(lab).problems]


def sql(lab: Lab, statement: str, *params: object) -> None:
    """Changes something behind the back of the platform and of the log."""
    with lab.project() as project, project.database.transaction():
        project.database.execute(statement, params)


def test_what_was_done_through_iac_and_other_tools_agrees(lab: Lab) -> None:
    lab.succeed(SECRET + DATA)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    lab.update_outside("iac_environment.staging", secrets={"KEY": "other"})
    lab.outside(lambda p, o: p.create("cluster", {"name": "new", "cloud_provider": "GCP", "region": "x"}, o))
    lab.succeed(SECRET + DATA.replace("[1, 2]", "[3]"))
    found = check(lab)
    assert (found.problems, found.agreeing, found.total) == ((), 4, 4)
    lab.destroy()
    assert check(lab).total == 1


def test_states_of_all_workspaces_are_compared(lab: Lab) -> None:
    lab.succeed(DATA)
    with lab.project() as project:
        project.create_workspace("other")
    lab.workspace = "other"
    lab.succeed(DATA)
    assert (check(lab).agreeing, check(lab).total) == (2, 2)


def test_what_was_forgotten_imported_or_moved_agrees(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT + DATA)
    with lab.project() as project:
        for address in ("terraform_data.x", "iac_environment.staging"):
            place = parse_instance(address)
            project.edit_state(lambda editor, state, place=place: editor.forget([place]))
    assert check(lab).agreeing == 2


def test_a_change_behind_the_back_of_the_log_is_named(lab: Lab) -> None:
    lab.succeed(SECRET)
    sql(lab, "UPDATE environment SET mode = 'PRODUCTION'")
    (problem,) = check(lab).problems
    assert (problem.path, problem.found, problem.expected) == (("mode",), "PRODUCTION", "DEVELOPMENT")
    assert problem.sequence == 2
    assert check(lab).agreeing == 1


def test_a_secret_changed_behind_the_back_of_the_log_is_found_and_not_shown(lab: Lab) -> None:
    lab.succeed(SECRET)
    sql(lab, """UPDATE environment SET secrets = '{"KEY":"correct-horse"}'""")
    (problem,) = check(lab).problems
    assert problem.path == ("secrets",)
    assert "correct-horse" not in repr(problem)


def test_a_secret_where_the_log_has_none_is_not_shown_either(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    sql(lab, """UPDATE environment SET secrets = '{"KEY":"correct-horse"}'""")
    (problem,) = check(lab).problems
    assert "correct-horse" not in repr(problem)


def test_an_object_that_is_gone_or_was_put_there_is_named(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    sql(lab, "DELETE FROM environment")
    assert problems(lab) == [("missing", "environment", ())]
    sql(lab, "UPDATE cluster SET id = 'foreign'")
    assert problems(lab) == [("missing", "cluster", ()), ("extra", "cluster", ()), ("missing", "environment", ())]


def test_an_object_of_a_state_that_the_log_does_not_have_is_named(lab: Lab) -> None:
    lab.succeed(DATA)
    sql(lab, "UPDATE resource_instance SET attributes = replace(attributes, '\"value\":[1,2]', '\"value\":[9]')")
    sql(lab, "UPDATE resource_instance SET attributes = replace(attributes, '\"list\":[1,2]', '\"list\":[1,9]')")
    found = problems(lab)
    assert {(kind, type) for kind, type, _ in found} == {("attribute", "terraform_data")}
    assert ("input", "list", 1) in {path for _, _, path in found}
    sql(
        lab,
        "UPDATE resource_instance SET attributes = replace(attributes, ?, 'foreign')",
        lab.id_of("terraform_data.x"),
    )
    assert sorted(kind for kind, _, _ in problems(lab)) == ["extra", "missing"]
