"""Terraform's state file, version 4: what is written is what Terraform writes, and what is wrong is named."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from iac.address import parse_instance
from iac.diagnostics import DiagnosticsError
from iac.providers.registry import Registry
from iac.state.file import state_to_file
from iac.state.file_reader import read_state_file
from iac.state.model import State
from iac.values.codec import pretty

GOLDEN = (Path(__file__).parent / "goldens" / "terraform.tfstate").read_text()
REGISTRY = Registry(lambda: pytest.fail("no database is needed"))
TERRAFORM = 'provider["terraform.io/builtin/terraform"]'
IAC = 'provider["registry.terraform.io/iac/iac"]'


def read(data: Any) -> State:
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_state_file(content, REGISTRY, "default")


def write(state: State) -> dict[str, Any]:
    def schema_of(provider: str, resource: Any) -> Any:
        schema = REGISTRY.schema(provider)
        return (schema.data_sources if resource.mode == "data" else schema.resources)[resource.type]

    return state_to_file(state, schema_of, REGISTRY.source)


def refusal(data: Any) -> str:
    with pytest.raises(DiagnosticsError) as caught:
        read(data)
    return "\n".join(f"{d.summary}: {d.detail}" for d in caught.value.diagnostics)


def state(**members: Any) -> dict[str, Any]:
    return {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "l", "outputs": {}, **members}


def resource(**members: Any) -> dict[str, Any]:
    instance = {
        name: members.pop(name)
        for name in ("index_key", "status", "deposed", "schema_version", "sensitive_attributes", "dependencies")
        if name in members
    }
    attributes = members.pop("attributes", {"id": "i", "input": None, "output": None, "triggers_replace": None})
    return {
        "mode": "managed",
        "type": "terraform_data",
        "name": "a",
        "provider": TERRAFORM,
        "instances": [{"schema_version": 0, "attributes": attributes, **instance}],
        **members,
    }


def test_a_state_of_terraform_is_written_as_terraform_wrote_it() -> None:
    assert pretty(write(read(GOLDEN.encode()))) == GOLDEN.rstrip("\n")


def test_lineage_serial_and_outputs_are_read() -> None:
    found = read(GOLDEN.encode())
    assert found.lineage == json.loads(GOLDEN)["lineage"]
    assert found.serial == json.loads(GOLDEN)["serial"]
    assert sorted(found.outputs) == ["number", "object", "password", "set"]
    assert found.outputs["password"].sensitive


def test_a_deposed_key_that_terraform_would_not_read_is_refused() -> None:
    data = state(resources=[resource(deposed="zz")])
    assert 'the deposed key "zz", which is not correctly formatted' in refusal(data)


def test_tainted_and_deposed_objects_are_kept() -> None:
    data = state(resources=[resource(status="tainted"), resource(name="b"), resource(name="b", deposed="0a1b2c3d")])
    found = read(data)
    assert found.instances[parse_instance("terraform_data.a")].is_tainted
    assert list(found.deposed) == [(parse_instance("terraform_data.b"), "0a1b2c3d")]
    written = {
        (r["name"], i.get("status"), i.get("deposed")) for r in write(found)["resources"] for i in r["instances"]
    }
    assert written == {("a", "tainted", None), ("b", None, None), ("b", None, "0a1b2c3d")}


def test_data_sources_of_iac_are_kept() -> None:
    data = resource(mode="data", type="iac_cluster", name="c", provider=IAC, attributes={"id": "x", "name": "main"})
    found = read(state(resources=[data]))
    assert [str(a) for a in found.instances] == ["data.iac_cluster.c"]


@pytest.mark.parametrize(
    "provider",
    [TERRAFORM, f"{TERRAFORM}.eu", f"module.m.{TERRAFORM}", 'provider["Terraform.io/builtin/terraform"]'],
)
def test_any_configuration_of_a_known_provider_is_read(provider: str) -> None:
    assert read(state(resources=[resource(provider=provider)])).instances


def test_attributes_that_are_left_out_are_null() -> None:
    found = read(state(resources=[resource(attributes={"id": "i"})]))
    assert next(iter(found.instances.values())).attributes["input"] is None


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "No state"),
        (b'{"version": 4,', "could not be parsed as JSON"),
        (b"\xff\xfe", "could not be parsed as JSON"),
        (b'{"version": 4, "lineage": "\\ud800"}', "not proper Unicode"),
        (b'{"version": 4, "serial": 99999999999999999999}', "has invalid value number"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", 'does not have a "version" attribute'),
        (b"{}", 'does not have a "version" attribute'),
        (b'{"version": "4"}', "no positive whole number"),
        (b'{"version": -1}', "no positive whole number"),
        (b'{"version": true}', "no positive whole number"),
        (b'{"version": 3}', "format version 3, and iac reads version 4"),
        (b'{"version": 5, "terraform_version": "2.0.0"}', "was created by Terraform 2.0.0. A newer iac may know it"),
        (b'{"version": 4, "serial": -1}', '"serial" has invalid value number -1'),
        (b'{"version": 4, "serial": "x"}', '"serial" is not a whole number'),
        (b'{"version": 4, "lineage": 1}', '"lineage" is not a string'),
        (b'{"version": 4, "resources": {}}', '"resources" is not a list'),
        (b'{"version": 4, "resources": [1]}', "is not an object"),
        (b'{"version": 4, "outputs": {"a": {"value": 1, "type": "strange"}}}', 'The output "a" cannot be read'),
        (b'{"version": 4, "outputs": {"a": 1}}', 'The output "a" is not an object'),
    ],
)
def test_what_is_no_state_of_version_4_is_refused(content: bytes, wanted: str) -> None:
    assert wanted in refusal(content)


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"mode": "foo"}, 'a resource with mode "foo" ("terraform_data" "a") which is not supported'),
        ({"provider": "nonsense"}, "no address of a provider configuration"),
        ({"module": "module."}, "makes no address"),
        ({"name": "1"}, "makes no address"),
        ({"schema_version": 7}, "was created by a newer provider version than is currently selected"),
        ({"status": "odd"}, 'has the status "odd"'),
        ({"index_key": 1.5}, "an index key is neither"),
        ({"attributes": {"id": "i", "color": "red"}}, 'has an attribute "color"'),
        ({"attributes": {"id": 1}}, "do not fit its type"),
        ({"attributes": {"input": "x"}}, "do not fit its type"),
        ({"sensitive_attributes": [[{"type": "get_attr"}]]}, "a path of sensitive_attributes cannot be read"),
        ({"dependencies": ["nope"]}, "is no address of a resource"),
    ],
)
def test_what_is_wrong_with_a_resource_is_named(changed: dict[str, Any], wanted: str) -> None:
    assert wanted in refusal(state(resources=[resource(**changed)]))


def test_an_instance_that_appears_twice_is_refused() -> None:
    data = state(resources=[resource(index_key=0), resource(index_key=0)])
    assert "Instance terraform_data.a[0] appears multiple times in the state file." in refusal(data)


def test_what_iac_does_not_know_is_listed_with_what_to_do() -> None:
    aws = 'provider["registry.terraform.io/hashicorp/aws"]'
    data = state(
        resources=[
            resource(),
            resource(module="module.m", type="aws_instance", name="web", provider=aws, attributes={"anything": 1}),
            resource(type="terraform_other", name="b"),
        ]
    )
    text = refusal(data)
    assert "- module.m.aws_instance.web (registry.terraform.io/hashicorp/aws)" in text
    assert "- terraform_other.b" in text
    assert "terraform state rm" in text
    assert "iac record" in text


def test_everything_that_is_wrong_is_reported() -> None:
    data = state(resources=[resource(status="odd"), resource(name="b", index_key=[])])
    assert refusal(data).count("Invalid resource instance in state") == 2


@pytest.mark.parametrize("damage", range(0, len(GOLDEN), 997))
def test_a_truncated_state_is_refused(damage: int) -> None:
    assert refusal(GOLDEN.encode()[:damage])


def test_a_member_of_any_wrong_type_is_a_diagnostic_or_a_value() -> None:
    original = json.loads(GOLDEN)

    def places(data: Any, path: tuple[Any, ...] = ()) -> Any:
        items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
        for key, value in items:
            yield (*path, key)
            yield from places(value, (*path, key))

    for path in [p for p in places(original) if p[0] == "resources"][:200]:
        damaged = copy.deepcopy(original)
        inside = damaged
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = {"strange": [True]}
        with suppress(DiagnosticsError):
            assert write(read(damaged))["version"] == 4
