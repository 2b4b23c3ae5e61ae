"""`terraform_data`, as Terraform's own."""

from __future__ import annotations

from typing import Any

from iac.values.types import DYNAMIC, STRING
from iac.values.value import UNKNOWN, Value, null, number, string, unknown


def shown(value: Value) -> dict[str, Any]:
    return {n: v.raw for n, v in value.raw.items()}


def test_output_is_unknown_until_apply_and_of_the_inputs_type(data: Any) -> None:
    planned = data.plan(None, input=string("a")).planned
    assert shown(planned) == {"id": UNKNOWN, "input": "a", "output": UNKNOWN, "triggers_replace": None}
    assert planned.raw["output"].type is STRING
    new = data.apply(None, input=string("a"))
    assert shown(new)["output"] == "a"
    assert len(shown(new)["id"]) == 36


def test_without_input_output_is_null(data: Any) -> None:
    assert data.plan(None).planned.raw["output"] == null()
    assert data.plan(None, input=unknown()).planned.raw["output"] == unknown(DYNAMIC)


def test_a_new_input_makes_output_unknown_and_keeps_the_id(data: Any) -> None:
    old = data.apply(None, input=string("a"))
    response = data.plan(old, input=number(1))
    assert not response.requires_replace
    assert shown(response.planned) == {
        "id": shown(old)["id"],
        "input": 1,
        "output": UNKNOWN,
        "triggers_replace": None,
    }


def test_removing_the_input_removes_the_output(data: Any) -> None:
    old = data.apply(None, input=string("a"))
    assert data.plan(old).planned.raw["output"] == unknown()
    assert shown(data.apply(old))["output"] is None


def test_a_changed_trigger_replaces(data: Any) -> None:
    old = data.apply(None, input=string("a"), triggers_replace=number(1))
    assert data.plan(old, input=string("a"), triggers_replace=number(1)).planned == old
    response = data.plan(old, input=string("a"), triggers_replace=number(2))
    assert list(response.requires_replace) == [("triggers_replace",)]


def test_it_lives_until_deleted(data: Any) -> None:
    new = data.apply(None, input=string("a"))
    assert data.provider.read("terraform_data", new) == new
    assert data.delete(new).is_null
    assert data.provider.target("terraform_data", new) == ("terraform_data", shown(new)["id"], "")


def test_any_id_can_be_imported(data: Any) -> None:
    (found,) = data.provider.import_state("terraform_data", "x")
    assert shown(found.state) == {"id": "x", "input": None, "output": None, "triggers_replace": None}
