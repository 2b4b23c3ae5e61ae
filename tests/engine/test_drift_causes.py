"""Every attribute that drifted names the event behind it, where the audit log knows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from kit import ENVIRONMENT, Lab

from iac.address import parse_instance
from iac.audit.record import Operation, Origin
from iac.engine.drift_causes import DriftCause
from iac.plan.model import Mode

SERVICE = (
    ENVIRONMENT
    + """
resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  container {
    image = "api"
    tag   = "1"
  }
  environment_variables = {
    A = "1"
    B = "1"
  }
  secrets = {
    TOKEN = "hidden"
  }
}
"""
)
API = "iac_service.api"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = Lab(tmp_path)
    lab.succeed(SERVICE)
    return lab


def by(lab: Lab, user: str, tool: str = "console", **attributes: Any) -> None:
    """Changes the service behind the back of the configuration."""
    id, operation = lab.id_of(API), Operation(Origin(user, tool=tool))
    lab.outside(lambda platform, _: platform.update("service", id, attributes, operation))


def cause(lab: Lab) -> DriftCause:
    with lab.project() as project:
        run = lab.plan(mode=Mode.REFRESH_ONLY, project=project)
        return project.drift_causes(run.plan)[parse_instance(API)]


def users(found: DriftCause) -> Mapping[str, str | None]:
    """Who changed what; when it was changed is left out."""
    return {".".join(a.path): a.event and a.event.user for a in found.attributes if a.path != ("updated_at",)}


def test_each_attribute_has_the_event_that_changed_it_last(lab: Lab) -> None:
    by(lab, "bob", max_instances=3, cpu=900)
    by(lab, "eve", "api", max_instances=4)
    found = cause(lab)
    assert users(found) == {"cpu": "bob", "max_instances": "eve"}
    assert found.event is not None
    assert (found.event.user, found.event.tool) == ("eve", "api")


def test_what_was_changed_and_changed_back_did_not_drift(lab: Lab) -> None:
    by(lab, "bob", max_instances=3)
    by(lab, "eve", max_instances=1, cpu=900)
    assert users(cause(lab)) == {"cpu": "eve"}


def test_members_of_a_map_have_their_own(lab: Lab) -> None:
    by(lab, "bob", environment_variables={"A": "2", "B": "1"})
    by(lab, "eve", environment_variables={"A": "2", "C": "1"})
    names = ("environment_variables.A", "environment_variables.B", "environment_variables.C")
    assert users(cause(lab)) == dict(zip(names, ("bob", "eve", "eve"), strict=True))


def test_members_of_an_object_have_their_own(lab: Lab) -> None:
    by(lab, "bob", container={"image": "api", "registry": "docker.io", "tag": "2"})
    by(lab, "eve", container={"image": "web", "registry": "docker.io", "tag": "2"})
    assert users(cause(lab)) == {"container.image": "eve", "container.tag": "bob"}


def test_a_list_is_one_thing(lab: Lab) -> None:
    by(lab, "bob", port=[{"internal_port": 80}, {"internal_port": 90}])
    assert users(cause(lab)) == {"port": "bob"}


def test_the_names_of_secrets_are_not_told(lab: Lab) -> None:
    by(lab, "bob", secrets={"TOKEN": "other", "SECOND": "x"})
    assert users(cause(lab)) == {"secrets": "bob"}


def test_what_the_log_does_not_know_is_unknown(lab: Lab) -> None:
    by(lab, "bob", cpu=900)
    with lab.project() as project, project.database.transaction():
        project.database.execute("UPDATE service SET cpu = 901, memory = 901", [])
    found = cause(lab)
    assert users(found) == {"cpu": None, "memory": None}


def test_whoever_deleted_an_object_is_the_cause(lab: Lab) -> None:
    by(lab, "bob", cpu=900)
    lab.delete_outside(API)
    found = cause(lab)
    assert found.event is not None
    assert (found.event.event_type, found.event.user, found.attributes) == ("DELETE", "ana", ())


def test_an_apply_of_another_workspace_is_a_cause_too(lab: Lab) -> None:
    id = lab.id_of(API)
    with lab.project() as project:
        project.create_workspace("other")
    lab.workspace = "other"
    lab.environment["IAC_USER"] = "zoe"
    taken = f'import {{\n  to = iac_service.api\n  id = "{id}"\n}}\n'
    block = SERVICE[SERVICE.index('resource "iac_service"') :].replace("iac_environment.staging.id", '"%s"')
    with Lab(lab.directory).project() as project:
        environment = str(project.decoded(project.state())[parse_instance(API)].raw["environment_id"].raw)
    lab.succeed(taken + block.replace("%s", environment).replace('B = "1"', 'B = "2"'))
    lab.workspace = "default"
    lab.write(SERVICE)
    found = cause(lab)
    assert users(found) == {"environment_variables.B": "zoe"}
    assert found.event is not None
    assert found.event.tool == "terraform"
