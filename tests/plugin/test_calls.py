"""Terraform's calls, asked without Terraform: what every answer has, and what the real one does not ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kit import Lab

from iac.plugin import calls
from iac.plugin.calls import answer
from iac.plugin.fields import RPCS
from iac.plugin.messages import message
from iac.plugin.session import Session
from iac.plugin.values import decode, encode
from iac.values.codec import from_json, to_json
from iac.values.value import UNKNOWN, Value, null

CLUSTER = {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3", "route": []}


class Asking:
    """A session, and the questions to it as Terraform puts them."""

    def __init__(self, directory: Path) -> None:
        self.session = Session({"IAC_DATABASE": str(directory / "iac.db"), "IAC_USER": "ana"})
        self.type = self.session.type_of("managed", "iac_cluster")
        self.reported: list[BaseException] = []

    def __call__(self, name: str, /, **fields: Any) -> Any:
        return answer(name, self.session, message(f"{name}Request", **fields), self.reported.append)

    def value(self, attributes: dict[str, Any] | None) -> Any:
        return encode(from_json(attributes, self.type), self.type)

    def plan(self, prior: Any, config: Any, private: bytes = b"") -> Any:
        given = {"prior_state": prior, "config": config, "proposed_new_state": config, "prior_private": private}
        return self("PlanResourceChange", type_name="iac_cluster", **given)

    def apply(self, prior: Any, planned: Any, config: Any, private: bytes = b"") -> Any:
        given = {"prior_state": prior, "planned_state": planned, "config": config, "planned_private": private}
        return self("ApplyResourceChange", type_name="iac_cluster", **given)

    def create(self) -> Any:
        """The state of a new cluster."""
        nothing, config = self.value(None), self.value(CLUSTER)
        return self.apply(nothing, self.plan(nothing, config).planned_state, config).new_state


@pytest.fixture
def ask(tmp_path: Path) -> Asking:
    return Asking(tmp_path)


def summaries(response: Any) -> list[str]:
    return [d.summary for d in response.diagnostics]


def test_every_call_of_the_protocol_is_answered() -> None:
    assert calls.CALLS.keys() == RPCS.keys()


def test_an_object_is_planned_applied_and_read(ask: Asking, tmp_path: Path) -> None:
    nothing, config = ask.value(None), ask.value(CLUSTER)
    planned = ask.plan(nothing, config)
    object = decode(planned.planned_state, ask.type)
    assert object.raw["max_nodes"].raw == 10
    assert object.raw["id"].raw is UNKNOWN
    new = ask.apply(nothing, planned.planned_state, config).new_state
    assert decode(new, ask.type).is_wholly_known
    assert ask("ReadResource", type_name="iac_cluster", current_state=new).new_state == new
    assert Lab(tmp_path).happened() == ["CREATE main"]


def test_what_forces_a_replacement_is_told_and_kept_for_the_event(ask: Asking) -> None:
    prior = ask.create()
    config = ask.value({**CLUSTER, "region": "us-east-1"})
    planned = ask.plan(prior, config)
    assert [[step.attribute_name for step in path.steps] for path in planned.requires_replace] == [["region"]]
    assert json.loads(planned.planned_private) == {"forced_by": ["region"]}
    assert ask.plan(ask.value(None), config, planned.planned_private).planned_private == planned.planned_private


def test_a_failed_apply_leaves_the_state_as_it_was(ask: Asking, tmp_path: Path) -> None:
    ask.create()
    nothing, config = ask.value(None), ask.value(CLUSTER)
    failed = ask.apply(nothing, ask.plan(nothing, config).planned_state, config)
    assert summaries(failed) == ["Cluster already exists"]
    assert decode(failed.new_state, ask.type) == null(ask.type)
    assert failed.diagnostics[0].attribute.steps[0].attribute_name == "name"
    assert Lab(tmp_path).happened() == ["CREATE main", "CREATE_FAILED main"]


def test_after_a_stop_nothing_more_is_begun(ask: Asking, tmp_path: Path) -> None:
    prior = ask.create()
    ask("StopProvider")
    assert summaries(ask.apply(prior, ask.value(None), ask.value(None))) == ["Interrupted"]
    assert Lab(tmp_path).happened() == ["CREATE main"]


def test_an_object_that_was_deleted_by_others_is_read_as_null(ask: Asking) -> None:
    prior = ask.create()
    ask.apply(prior, ask.value(None), ask.value(None))
    gone = ask("ReadResource", type_name="iac_cluster", current_state=prior).new_state
    assert decode(gone, ask.type).is_null


@pytest.mark.parametrize(
    "name",
    [
        "ValidateEphemeralResourceConfig",
        "OpenEphemeralResource",
        "RenewEphemeralResource",
        "CloseEphemeralResource",
    ],
)
def test_ephemeral_resources_are_not_supported(ask: Asking, name: str) -> None:
    assert summaries(ask(name, type_name="iac_token")) == ["Not supported"]


def test_there_are_no_functions(ask: Asking) -> None:
    assert ask("CallFunction", name="f").error.text == 'There is no function "f": this provider has no functions.'


def test_a_move_from_another_type_is_refused_with_what_to_do(ask: Asking) -> None:
    refused = ask("MoveResourceState", source_type_name="aws_eks_cluster", target_type_name="iac_cluster")
    assert summaries(refused) == ["Move across resource types not supported"]


def test_a_bug_is_a_diagnostic_without_the_values(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(session: Session, request: Any) -> Any:
        raise RuntimeError("hush-hush")

    monkeypatch.setitem(calls.CALLS, "ReadResource", fail)  # type: ignore[arg-type]
    told = ask("ReadResource", type_name="iac_cluster")
    assert told.diagnostics[0].summary.startswith("The provider failed unexpectedly (RuntimeError at test_calls.py:")
    assert "hush-hush" not in str(told)
    assert len(ask.reported) == 1


def test_a_state_file_of_before_is_read(ask: Asking) -> None:
    stored: Value = decode(ask.create(), ask.type)
    text = json.dumps({**to_json(stored), "gone": 1}).encode()
    found = ask("UpgradeResourceState", type_name="iac_cluster", version=0, raw_state=message("RawState", json=text))
    assert decode(found.upgraded_state, ask.type) == stored
