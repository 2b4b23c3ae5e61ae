"""States and outputs as text and JSON, in the forms that Terraform prints."""

from __future__ import annotations

import pytest

from iac.address import ConfigResource, Resource, parse_instance
from iac.diagnostics import DiagnosticsError
from iac.schema import Attribute, Block, ResourceSchema
from iac.state.model import InstanceObject, OutputState, State
from iac.values.types import DYNAMIC, NUMBER, STRING, list_of, map_of
from iac.values.value import (
    ONLY_SENSITIVE,
    list_value,
    map_value,
    null,
    number,
    object_value,
    set_value,
    string,
    tuple_value,
    unknown,
)
from iac.views.outputs import (
    format_value,
    outputs_to_json,
    raw_output,
    render_final_outputs,
    render_output,
    render_outputs,
)
from iac.views.state_json import state_to_json
from iac.views.state_text import render_instance, render_state

SCHEMA = ResourceSchema(
    Block(
        {
            "id": Attribute(STRING, computed=True),
            "input": Attribute(DYNAMIC, optional=True),
            "token": Attribute(STRING, optional=True, sensitive=True),
            "triggers": Attribute(list_of(STRING), optional=True),
        }
    ),
    version=2,
)
TYPE = ["object", {"a": "number", "j": "string", "l": ["tuple", ["string", "string"]], "s": "string"}]


def instance(address="iac_thing.x", **more):
    attributes = {
        "id": "1",
        "input": {"value": {"a": 2, "j": '{"a":1}', "l": ["x", "m\nn\n"], "s": "q"}, "type": TYPE},
        "token": more.pop("token", "secret"),
        "triggers": None,
    }
    return InstanceObject(parse_instance(address), "prov", 2, attributes, sensitive_paths=(("input", "s"),), **more)


def state(*instances, outputs=None):
    return State(
        instances={i.address: i for i in instances if not i.deposed},
        deposed={(i.address, i.deposed): i for i in instances if i.deposed},
        outputs=outputs or {},
    )


def test_an_object_is_shown_as_its_block_with_sensitive_values_hidden():
    assert render_instance(instance(), SCHEMA, color=False) == (
        "# iac_thing.x:\n"
        'resource "iac_thing" "x" {\n'
        '    id    = "1"\n'
        "    input = {\n"
        "        a = 2\n"
        "        j = jsonencode(\n"
        "            {\n"
        "                a = 1\n"
        "            }\n"
        "        )\n"
        "        l = [\n"
        '            "x",\n'
        "            <<-EOT\n"
        "                m\n"
        "                n\n"
        "            EOT,\n"
        "        ]\n"
        "        s = (sensitive value)\n"
        "    }\n"
        "    token = (sensitive value)\n"
        "}\n"
    )


def test_a_state_lists_objects_in_order_and_then_outputs():
    tainted = instance("iac_thing.y[10]", status="tainted", token=None)
    text = render_state(
        state(
            tainted,
            instance("module.m.iac_thing.x"),
            instance("iac_thing.y[2]", deposed="abcd1234"),
            instance("data.iac_thing.z"),
            outputs={
                "o": OutputState(map_value(NUMBER, {"k": number(1)}), False),
                "s": OutputState(string("hidden"), True),
            },
        ),
        lambda resource: SCHEMA,
        color=False,
    )
    assert [line for line in text.split("\n") if line.startswith("# ")] == [
        "# data.iac_thing.z:",
        "# iac_thing.y[2]: (deposed object abcd1234)",
        "# iac_thing.y[10]: (tainted)",
        "# module.m.iac_thing.x:",
    ]
    assert '\ndata "iac_thing" "z" {\n' in text
    assert text.endswith('}\n\n\nOutputs:\n\no = {\n    "k" = 1\n}\ns = (sensitive value)\n')
    assert "hidden" not in text


def test_no_state_and_an_empty_one_are_told_apart():
    assert render_state(None, lambda resource: SCHEMA, color=False) == "No state.\n"
    empty = render_state(State(), lambda resource: SCHEMA, color=False)
    assert empty == "The state file is empty. No resources are represented.\n"


def test_state_json_is_a_tree_of_modules():
    block = ConfigResource((), Resource("managed", "iac_thing", "d"))
    result = state_to_json(
        state(
            instance("module.a.module.b.iac_thing.x", dependencies=(block,)),
            instance("iac_thing.y", status="tainted"),
            outputs={"o": OutputState(string("v"), True)},
        ),
        lambda resource: SCHEMA,
    )
    assert result["format_version"] == "1.0"
    values = result["values"]
    assert values["outputs"] == {"o": {"sensitive": True, "value": "v", "type": "string"}}
    assert values["root_module"]["resources"][0]["tainted"] is True
    inner = values["root_module"]["child_modules"][0]
    assert inner["address"] == "module.a"
    assert inner["child_modules"][0]["resources"][0] == {
        "address": "module.a.module.b.iac_thing.x",
        "mode": "managed",
        "type": "iac_thing",
        "name": "x",
        "provider_name": "prov",
        "schema_version": 2,
        "values": {
            "id": "1",
            "input": {"a": 2, "j": '{"a":1}', "l": ["x", "m\nn\n"], "s": "q"},
            "token": "secret",
            "triggers": None,
        },
        "sensitive_values": {"input": {"l": [False, False], "s": True}, "token": True},
        "depends_on": ["iac_thing.d"],
    }


def test_an_empty_state_is_only_its_version_in_json():
    assert state_to_json(State(), lambda resource: SCHEMA) == {"format_version": "1.0"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (string('a"b'), '"a\\"b"'),
        (number(1.5), "1.5"),
        (null(), "null"),
        (null(STRING), "tostring(null)"),
        (null(list_of(STRING)), "tolist(null) /* of string */"),
        (unknown(STRING), "(known after apply)"),
        (string("x").with_marks(ONLY_SENSITIVE), "(sensitive value)"),
        (tuple_value([]), "[]"),
        (map_value(STRING, {}), "tomap({})"),
        (set_value(STRING, [string("a")]), 'toset([\n  "a",\n])'),
        (list_value(NUMBER, [number(1)]), "tolist([\n  1,\n])"),
        (object_value({"a b": null(), "c": number(1)}), '{\n  "a b" = null\n  "c" = 1\n}'),
        (string("x\ny"), "<<EOT\nx\ny\nEOT"),
        (string("x\nEOT"), "<<EOT_\nx\nEOT\nEOT_"),
        (object_value({"m": string("x\n")}), '{\n  "m" = <<-EOT\n  x\n  \n  EOT\n}'),
        (null(map_of(STRING)), "tomap(null) /* of string */"),
    ],
)
def test_values_are_written_as_the_language_would(value, expected):
    assert format_value(value) == expected


OUTPUTS = {"b": OutputState(tuple_value([number(1)]), False), "a": OutputState(string("s"), True)}


def test_sensitive_outputs_are_listed_but_not_shown():
    assert render_outputs(OUTPUTS) == "a = <sensitive>\nb = [\n  1,\n]\n"
    assert render_final_outputs(OUTPUTS, color=False) == "\nOutputs:\n\na = <sensitive>\nb = [\n  1,\n]\n"
    assert render_final_outputs({}, color=False) == ""


def test_an_output_asked_for_by_name_is_shown_even_when_sensitive():
    secret = OutputState(string("s").with_marks(ONLY_SENSITIVE), True)
    assert render_output(secret) == '"s"\n'
    assert raw_output("a", secret) == "s"


def test_outputs_in_json_carry_their_types():
    assert outputs_to_json(OUTPUTS) == {
        "a": {"sensitive": True, "type": "string", "value": "s"},
        "b": {"sensitive": False, "type": ["tuple", ["number"]], "value": [1]},
    }


@pytest.mark.parametrize("value", [tuple_value([number(1)]), null(STRING)])
def test_only_primitives_can_be_printed_raw(value):
    with pytest.raises(DiagnosticsError) as caught:
        raw_output("o", OutputState(value, False))
    assert caught.value.diagnostics[0].summary == "Unsupported value for raw output"
