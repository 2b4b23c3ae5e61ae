"""`-generate-config-out`: configuration for objects that are imported and that nothing describes yet."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from kit import Lab

from iac.diagnostics import DiagnosticsError
from iac.hcl.writing import argument, expression
from iac.plan.model import Plan
from iac.project import PlannedRun
from iac.values.codec import implied
from iac.values.value import string

sys.path.insert(0, str(Path(__file__).parent))  # for `importing`

from importing import RECORDED, blocks_of, prepare

IMPORT = 'import {\n  to = terraform_data.%s\n  id = "%s"\n}\n'


def plan(lab: Lab, main: str, *, to: str = "generated.tf", **options: object) -> PlannedRun:
    from iac.engine.options import PlanOptions
    from iac.engine.selecting import parse_selector

    lab.write(main)
    targets = [parse_selector(str(t)) for t in options.pop("targets", ())]  # type: ignore[attr-defined]
    with lab.project() as project:
        return project.plan(PlanOptions(targets=targets), generate_to=Path(to))


def generated(lab: Lab, name: str = "generated.tf") -> str:
    return (lab.directory / name).read_text()


def refused(lab: Lab, main: str, **options: str) -> str:
    with pytest.raises(DiagnosticsError) as caught:
        plan(lab, main, **options)
    assert not (lab.directory / "generated.tf").exists()
    return "\n".join(f"{d.summary}: {d.detail}" for d in caught.value.diagnostics)


def test_it_is_what_terraform_generates(tmp_path: Path) -> None:
    lab, blocks = prepare(tmp_path)
    plan(lab, blocks)
    assert blocks_of(generated(lab)) == blocks_of(RECORDED.read_text())


def test_planning_with_it_changes_nothing(tmp_path: Path) -> None:
    lab, blocks = prepare(tmp_path)
    first = plan(lab, blocks).plan
    assert {c.action.value for c in first.changes} == {"no-op"}
    assert all(c.import_id and c.generated_config for c in first.changes)
    applied = lab.succeed()
    assert applied.result.imported == len(first.changes)
    assert lab.plan().plan.is_empty


def test_the_file_says_where_it_comes_from(lab: Lab) -> None:
    plan(lab, IMPORT % ("a", 'x\\"y'))
    assert generated(lab) == (
        "# __generated__ by iac\n"
        "# Please review these resources and move them into your main configuration files.\n"
        "\n"
        '# __generated__ by iac from "x\\"y"\n'
        'resource "terraform_data" "a" {\n'
        "  input            = null\n"
        "  triggers_replace = null\n"
        "}\n"
    )


def test_a_file_is_written_only_where_something_is_generated(lab: Lab) -> None:
    plan(lab, 'resource "terraform_data" "a" {}\n' + IMPORT % ("a", "x"))
    assert not (lab.directory / "generated.tf").exists()


def test_what_targets_leave_out_is_not_generated(lab: Lab) -> None:
    run = plan(lab, IMPORT % ("a", "x") + IMPORT % ("b", "y"), targets=["terraform_data.b"])
    assert [str(c.address) for c in run.plan.changes] == ["terraform_data.b"]
    assert '"a"' not in generated(lab)


def test_a_plan_saved_with_it_can_be_applied_wherever_the_file_is(lab: Lab) -> None:
    with lab.project() as project:
        run = plan(lab, IMPORT % ("a", "x"), to="elsewhere.txt")
        project.save_plan(run, Path("tfplan"))
    assert read(lab).changes[0].generated_config is not None
    assert lab.apply(saved="tfplan").result.imported == 1


def read(lab: Lab) -> Plan:
    with lab.project() as project:
        return project.load_plan(Path("tfplan")).plan


def test_a_file_that_exists_is_left_alone(lab: Lab) -> None:
    lab.write(generated_tf="# mine\n")
    with pytest.raises(DiagnosticsError, match="Target generated file already exists"):
        plan(lab, IMPORT % ("a", "x"))
    assert generated(lab) == "# mine\n"


@pytest.mark.parametrize(
    ("main", "wanted"),
    [
        (IMPORT % ('a["k"]', "x"), "not compatible with config generation"),
        (
            'import {\n  for_each = toset(["x"])\n  to = terraform_data.a\n  id = each.key\n}\n',
            "not compatible with config generation",
        ),
        (
            'import {\n  to = module.m.terraform_data.a\n  id = "x"\n}\n',
            "target module.m.terraform_data.a does not exist. All target instances",
        ),
        ('import {\n  to = terraform_date.a\n  id = "x"\n}\n', 'Did you mean "terraform_data"?'),
        ('import {\n  to = foo_bar.a\n  id = "x"\n}\n', 'no provider that supports resource type "foo_bar"'),
        ('import {\n  to = iac_cluster.a\n  id = "x"\n}\n', "Cannot import non-existent remote object"),
        (
            'resource "terraform_data" "x" {}\nimport {\n  to = terraform_data.a\n  id = terraform_data.x.id\n}\n',
            "Invalid import id argument",
        ),
    ],
)
def test_what_cannot_be_generated_is_named(lab: Lab, main: str, wanted: str) -> None:
    assert wanted in refused(lab, main)


def test_a_directory_that_there_is_not_is_named(lab: Lab) -> None:
    assert "Failed to create target generated file" in refused(lab, IMPORT % ("a", "x"), to="no/generated.tf")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"for": 1, "null": 2, "a-b": 3, "x.y": 4}, '{\na-b = 3\n"for" = 1\n"null" = 2\n"x.y" = 4\n}'),
        ([], "[]"),
        ({}, "{}"),
        ([1, "${x}", None, True], '[1, "$${x}", null, true]'),
    ],
)
def test_values_are_written_so_that_they_can_be_read(data: object, text: str) -> None:
    assert expression(implied(data)) == text


@pytest.mark.parametrize("text", ['{"b":1,"a":2}', "[1, 2]", '{"a":1,"a":2}', "[", '{"a":1e5}'])
def test_a_string_of_json_that_jsonencode_would_write_otherwise_stays_a_string(text: str) -> None:
    assert argument(string(text)).startswith('"')
