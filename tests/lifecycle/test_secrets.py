"""Secrets stay secret: whatever the secret is and wherever it is put, nothing that is shown or logged has it."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit import CLUSTER, ENVIRONMENT, Applied, Lab

from iac.audit.blame import blame
from iac.audit.comparing import compare_events
from iac.audit.formats import FORMATS
from iac.audit.history import inventory
from iac.audit.record import event_to_json
from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.plan.model import Mode
from iac.plan.records import load_plan, plans, runs
from iac.platform.schemas import KINDS
from iac.project import PlannedRun
from iac.views.blame import blame_to_json, render_blame
from iac.views.diagnostics import diagnostic_to_json, render_diagnostic
from iac.views.event_diff import comparison_to_json, comparison_to_patch, render_comparison
from iac.views.event_timeline import lives, render_timeline, timeline_to_json
from iac.views.events import render_event
from iac.views.events_table import render_events
from iac.views.inventory import render_object
from iac.views.plan_json import plan_to_json
from iac.views.plan_markdown import render_markdown
from iac.views.plan_records import run_record_to_json
from iac.views.plan_text import render_plan
from iac.views.ui_json import plan_messages

PLACES = """
variable "secret" {
  type      = string
  sensitive = true
}
variable "parts" {
  type = object({
    inner = string
  })
  sensitive = true
}
locals {
  derived = "<${var.secret}>"
}
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
  description    = var.secret
}
resource "iac_environment" "e" {
  cluster_id            = iac_cluster.main.id
  name                  = "e"
  secrets               = { KEY = var.secret, OTHER = local.derived }
  environment_variables = { PLAIN = "plain", HIDDEN = var.parts.inner }
}
resource "iac_service" "s" {
  environment_id = iac_environment.e.id
  name           = "s"
  job {
    image    = "shop/job"
    schedule = "30 2 * * *"
    command  = ["run", var.secret]
  }
  healthcheck {
    liveness {
      type    = "EXEC"
      command = ["check", local.derived]
    }
  }
}
resource "terraform_data" "whole" {
  input            = var.secret
  triggers_replace = var.parts
}
resource "terraform_data" "parts" {
  input = { open = 1, list = [var.secret], map = { k = upper(local.derived) }, set = toset([var.secret]) }
}
resource "terraform_data" "through" {
  input = [terraform_data.whole.output, terraform_data.parts.output.list[0], iac_cluster.main.description]
}
data "iac_cluster" "found" {
  id = iac_cluster.main.id
}
resource "terraform_data" "%(failing)s" {
  count = 1
  input = try(tonumber(terraform_data.whole.output), %(fallback)s)
}
module "m" {
  source = "./m"
  in     = var.secret
}
output "o" {
  value     = [var.secret, module.m.out]
  sensitive = true
}
"""
MODULE = (
    'variable "in" {}\nresource "terraform_data" "r" {\n  input = "${var.in}!"\n}\n'
    'output "out" {\n  value = terraform_data.r.output\n}\n'
)

SECRETS = st.text(alphabet="QZJX79\"\\${}%'é\n\t<&", min_size=7, max_size=20).filter(
    lambda s: s.strip() == s and sum(c in "QZJX79é" for c in s) >= 5
)


def shown(lab: Lab, run: PlannedRun) -> Iterator[str]:
    """Everything that is shown of a plan."""
    yield render_plan(run.plan, color=False, width=80)
    for message in plan_messages(run.plan, "now"):
        yield json.dumps(message, ensure_ascii=False)
        yield str(message)
    for diagnostic in run.diagnostics:
        yield from told(diagnostic)


def told(diagnostic: Diagnostic) -> Iterator[str]:
    """Everything that is shown of a diagnostic."""
    yield render_diagnostic(diagnostic, {}, color=False, width=80)
    yield json.dumps(diagnostic_to_json(diagnostic, {}), ensure_ascii=False)


def logged(lab: Lab) -> Iterator[str]:
    """Everything that the audit log and the recorded plans and runs have and show."""
    happened = lab.events()
    for form in FORMATS.values():
        yield from form(happened)
    yield render_events(happened, color=False, width=200)
    yield render_timeline(lives(happened), color=False)
    yield json.dumps(timeline_to_json(lives(happened)), ensure_ascii=False, default=str)
    with lab.project() as project:
        database = project.database
        for event in happened:
            yield json.dumps(event_to_json(event), ensure_ascii=False, default=str)
            yield render_event(event, color=False)
            comparison = compare_events(database, event.id)
            yield render_comparison(comparison, color=False)
            yield json.dumps(comparison_to_json(comparison), ensure_ascii=False, default=str)
            yield comparison_to_patch(comparison)
        for past in inventory(database, KINDS):
            found = blame(database, past)
            yield render_blame(found, color=False)
            yield json.dumps(blame_to_json(found), ensure_ascii=False, default=str)
            yield render_object(past, color=False)
        for row in database.query("SELECT * FROM event"):
            yield from map(str, row)
        for recorded in plans(database):
            plan = load_plan(database, recorded.id, project.schema_of)
            yield render_plan(plan, color=False, width=80)
            yield json.dumps(plan_to_json(plan, iac_version="0"), ensure_ascii=False)
            yield render_markdown(plan)
        for run in runs(database):
            yield json.dumps(run_record_to_json(run), ensure_ascii=False)
        for (document,) in database.query("SELECT document FROM plan"):
            yield zlib.decompress(document).decode()


def forms(secret: str) -> list[str]:
    """The secret as it is, and as JSON and HCL would write it."""
    escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
    found = {
        secret,
        escaped,
        json.dumps(secret)[1:-1],
        escaped.replace("${", "$${").replace("%{", "%%{"),
        repr(secret)[1:-1],
    }
    return [*found, *(f.upper() for f in found)]


def assert_hidden(texts: Iterator[str], secrets: list[str]) -> None:
    for text in texts:
        for secret in secrets:
            for form in forms(secret):
                assert form not in text, f"{secret!r} is in:\n{text}"


def everything(lab: Lab, fallback: str = "1") -> None:
    lab.write(PLACES % {"failing": "maybe", "fallback": fallback}, m__main_tf=MODULE)


def options(secret: str) -> dict[str, list[str]]:
    return {
        "variables": [
            f"secret={secret}",
            f"parts={json.dumps({'inner': 'i' + secret}).replace('${', '$${').replace('%{', '%%{')}",
        ]
    }


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.lists(SECRETS, min_size=2, max_size=2, unique=True))
def test_no_secret_is_shown_or_logged_in_a_whole_life(secrets: list[str]) -> None:
    first, second = secrets
    with tempfile.TemporaryDirectory() as place:
        lab = Lab(Path(place))
        everything(lab)
        for value in (first, second):
            assert_hidden(shown(lab, lab.plan(**options(value))), secrets)
            applied = lab.apply(**options(value))
            assert applied.result.succeeded
            assert_hidden(shown(lab, lab.plan(**options(value))), secrets)
            assert lab.plan(**options(value)).plan.is_empty
        lab.update_outside("iac_environment.e", secrets={"KEY": first})
        lab.update_outside("iac_cluster.main", max_nodes=50)
        assert_hidden(shown(lab, lab.plan(**options(second))), secrets)
        assert_hidden(shown(lab, lab.plan(mode=Mode.REFRESH_ONLY, **options(second))), secrets)
        assert_hidden(shown(lab, lab.plan(mode=Mode.DESTROY, **options(second))), secrets)
        lab.destroy(**options(second))
        assert_hidden(logged(lab), secrets)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(SECRETS)
def test_no_error_tells_a_secret(secret: str) -> None:
    secret = f"x{secret}"  # no number
    with tempfile.TemporaryDirectory() as place:
        lab = Lab(Path(place))
        everything(lab, fallback="tonumber(terraform_data.whole.output)")
        applied: Applied = lab.apply(**options(secret))
        assert applied.errors
        assert_hidden((t for d in applied.result.diagnostics for t in told(d)), [secret])
        assert_hidden(logged(lab), [secret])


@pytest.mark.parametrize(
    "mistake",
    [
        "count = var.secret",
        "for_each = var.secret",
        "input = var.secret + 1",
        "input = var.secret.x",
        "input = [1][var.secret]",
        "input = { a = 1 }[var.secret]",
        "input = tonumber(var.secret)",
        "input = jsondecode(var.secret)",
        'input = regex("[0-9]{20}", var.secret)',
        "input = file(var.secret)",
        "input = parseint(var.secret, 10)",
        "input = lookup({}, var.secret)",
        "input = templatefile(var.secret, {})",
        'input = yamldecode("a: [${var.secret}")',
        "input = base64decode(var.secret)",
        "input = cidrhost(var.secret, 1)",
        'input = formatdate(var.secret, "2020-01-01T00:00:00Z")',
        "input = var.secret ? 1 : 2",
        'input = index(["a"], var.secret)',
        'input = format("%d", var.secret)',
    ],
)
def test_no_mistake_in_the_configuration_tells_a_secret(lab: Lab, mistake: str) -> None:
    secret = "QX7-hunter2!!"
    text = f'variable "secret" {{\n  sensitive = true\n}}\nresource "terraform_data" "a" {{\n  {mistake}\n}}\n'
    errors = lab.refused(text, variables=[f"secret={secret}"])
    assert_hidden((t for d in errors for t in told(d)), [secret])


@pytest.mark.parametrize(
    ("argument", "secret"),
    [("name", "hunter2-environment"), ("mode", "HUNTER2-MODE"), ("cluster_id", "hunter2-cluster")],
)
def test_what_the_provider_says_of_a_secret_argument_hides_it(lab: Lab, argument: str, secret: str) -> None:
    arguments = {"name": '"e"', "mode": '"STAGING"', "cluster_id": "iac_cluster.main.id", argument: "var.secret"}
    lines = "\n".join(f"  {n} = {v}" for n, v in arguments.items())
    text = (
        CLUSTER
        + f'variable "secret" {{\n  sensitive = true\n}}\nresource "iac_environment" "a" {{\n{lines}\n}}\n'
        + (
            'resource "iac_environment" "b" {\n  cluster_id = iac_cluster.main.id\n  name = var.secret\n}\n'
            if argument == "name"
            else ""
        )
    )
    try:
        found = lab.apply(text, variables=[f"secret={secret}"]).errors
    except DiagnosticsError as problem:
        found = list(problem.diagnostics)
    assert found
    assert_hidden((t for d in found for t in told(d)), [secret])
    assert_hidden(logged(lab), [secret])


DECLARED = 'variable "secret" {\n  default = "hunter2-x"\n  sensitive = true\n}\n'


def test_a_secret_that_is_ignored_from_now_on_stays_one(lab: Lab) -> None:
    text = DECLARED + 'resource "terraform_data" "a" {\n  input = %s\n%s}\n'
    ignore = "  lifecycle {\n    ignore_changes = [input]\n  }\n"
    lab.succeed(text % ("{ k = var.secret }", ignore))
    run = lab.plan(text % ('"plain"', ignore))
    assert run.plan.is_empty
    assert_hidden(shown(lab, run), ["hunter2-x"])


def test_a_secret_that_is_no_longer_declared_one_is_not_shown_as_it_was(lab: Lab) -> None:
    lab.succeed(DECLARED + 'resource "terraform_data" "a" {\n  input = var.secret\n}\n')
    run = lab.plan('resource "terraform_data" "a" {\n  input = "plain"\n}\n')
    assert_hidden(shown(lab, run), ["hunter2-x"])


def test_a_change_of_a_secret_can_still_be_seen_in_the_log(lab: Lab) -> None:
    text = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  secrets = { KEY = "%s" }\n}')
    lab.succeed(text % "one")
    lab.succeed(text % "two")
    before, after = (e.post_state["secrets"] for e in lab.events()[-2:])
    assert before != after
    assert lab.events()[-1].change == ("secrets",)
