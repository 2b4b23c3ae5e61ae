"""`.tf.json` files: every kind of block, templates, comments, references as text, beside native files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kit import Lab

BUILT_IN = {"source": "terraform.io/builtin/terraform"}


def written(lab: Lab, content: Any, name: str = "main.tf.json") -> Lab:
    text = content if isinstance(content, str) else json.dumps(content)
    path = lab.directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return lab


def resource(body: Any, name: str = "a") -> dict[str, Any]:
    return {"resource": {"terraform_data": {name: body}}}


FULL = {
    "//": "about the file",
    "terraform": {
        "//": "about the block",
        "required_version": ">= 1.0",
        "required_providers": {"//": "about them", "terraform": BUILT_IN},
    },
    "provider": {"terraform": [{"alias": "x"}, {"//": "the other", "alias": "y"}]},
    "variable": {
        "v": {
            "//": "about it",
            "type": "list(string)",
            "default": ["a"],
            "description": "what ${it} is",
            "validation": [{"condition": "${length(var.v) > 0}", "error_message": "None."}],
        }
    },
    "locals": {"//": "about them", "l": "${var.v[0]}-x", "m": {"//": "a key like any other"}},
    "resource": {
        "terraform_data": {
            "a": {
                "//": "about it",
                "input": "${local.l}",
                "provider": "terraform.x",
                "lifecycle": {"//": "about that", "ignore_changes": ["input"], "create_before_destroy": True},
            },
            "b": {"count": 2, "depends_on": ["terraform_data.a"], "input": {"k": "${count.index}"}},
            "c": {
                "for_each": '${toset(["p"])}',
                "input": "${each.key}",
                "lifecycle": {"replace_triggered_by": ["terraform_data.a"], "ignore_changes": "all"},
            },
        }
    },
    "check": {"c": {"assert": {"condition": '${local.l != ""}', "error_message": "Empty."}}},
    "output": {
        "o": {"value": "${terraform_data.b[*].input.k}", "depends_on": ["terraform_data.a"]},
        "p": {"value": "${local.m}"},
        "q": {"value": "%{ if true }x%{ endif }", "sensitive": True},
    },
}


def test_every_kind_of_block_can_be_written(lab: Lab) -> None:
    written(lab, FULL).succeed()
    assert lab.values() == {
        "terraform_data.a": "a-x",
        "terraform_data.b[0]": {"k": 0},
        "terraform_data.b[1]": {"k": 1},
        'terraform_data.c["p"]': "p",
    }
    assert lab.outputs() == {"o": [0, 1], "p": {"//": "a key like any other"}, "q": "x"}


@pytest.mark.parametrize(
    "content",
    [
        [{"variable": {"v": {"default": 1}}}, {"output": {"o": {"value": "${var.v}"}}}],
        {"variable": [{"v": [{"default": 1}]}], "output": [{"o": [{"value": "${var.v}"}]}]},
        '{"variable": {"v": {"default": 1}}, "output": {"o": {"value": "${var.v}"}}, "locals": [], "locals": null}',
    ],
)
def test_arrays_are_several_of_what_stands_in_them(lab: Lab, content: Any) -> None:
    written(lab, content).succeed()
    assert lab.outputs() == {"o": 1}


def test_native_and_json_files_are_one_module(lab: Lab) -> None:
    written(lab, {"output": {"o": {"value": "${var.v}"}}}).succeed('variable "v" {\n  default = 2\n}\n')
    assert lab.outputs() == {"o": 2}
    written(lab, {"variable": {"v": {}}})
    assert lab.mistakes() == ["main.tf.json:1,20: Duplicate variable declaration"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, 1.5, True, None, "s"], [1, 1.5, True, None, "s"]),
        ({"${1 + 1}": "x"}, {"2": "x"}),
        ("$${x} %%{x}", "${x} %{x}"),
        ("${1 + 1}", 2),
        ("a${1}", "a1"),
        ('tab\there "q" é ${"x\\ty"}', 'tab\there "q" é x\ty'),
        (123456789012345678901234567890, 123456789012345678901234567890),
    ],
)
def test_values_are_expressions_and_strings_are_templates(lab: Lab, value: Any, expected: Any) -> None:
    written(lab, {"output": {"o": {"value": value}}}).succeed()
    assert lab.outputs() == {"o": expected}


@pytest.mark.parametrize("default", ["${1 + 1}", "${var.x}", "$${x}"])
def test_a_default_is_no_template(lab: Lab, default: str) -> None:
    text = json.dumps({"variable": {"v": {"default": default}}, "output": {"o": {"value": "${var.v}"}}})
    written(lab, text).succeed()
    assert lab.outputs() == {"o": default}


def test_values_in_tfvars_are_no_templates(lab: Lab) -> None:
    written(lab, {"v": "${path.cwd}"}, "terraform.tfvars.json")
    lab.succeed('variable "v" {\n}\noutput "o" {\n  value = var.v\n}\n')
    assert lab.outputs() == {"o": "${path.cwd}"}


@pytest.mark.parametrize("lifecycle", [{"prevent_destroy": "${true}"}, {"prevent_destroy": "yes"}])
def test_a_flag_is_no_template(lab: Lab, lifecycle: Any) -> None:
    assert "Unsuitable value type" in written(lab, resource({"lifecycle": lifecycle})).mistakes()[0]


def test_a_flag_may_be_text(lab: Lab) -> None:
    written(lab, resource({"lifecycle": {"create_before_destroy": "true"}})).succeed()


@pytest.mark.parametrize("count", ["2", "${1 + 1}", 2])
def test_count_may_be_text_or_a_template(lab: Lab, count: Any) -> None:
    written(lab, resource({"count": count})).succeed()
    assert list(lab.objects()) == ["terraform_data.a[0]", "terraform_data.a[1]"]


def test_modules_are_called_with_all_meta_arguments(lab: Lab) -> None:
    inner = {
        "terraform": {
            "required_providers": {"terraform": {**BUILT_IN, "configuration_aliases": ["terraform.y"]}},
        },
        "variable": {"v": {"type": "number"}},
        "output": {"o": {"value": "${var.v}"}},
        **resource({"provider": "terraform.y"}),
    }
    call = {
        "//": "about it",
        "source": "./m",
        "v": "${1 + 1}",
        "count": 1,
        "providers": {"terraform.y": "terraform.x"},
        "depends_on": ["terraform_data.a"],
    }
    written(lab, inner, "m/main.tf.json")
    outer = {
        "terraform": {"required_providers": {"terraform": BUILT_IN}},
        "provider": {"terraform": {"alias": "x"}},
        "module": {"m": call},
        "output": {"o": {"value": "${module.m[0].o}"}},
        **resource({}),
    }
    written(lab, outer).succeed()
    assert lab.outputs() == {"o": 2}


def test_moved_is_written_with_addresses_as_text(lab: Lab) -> None:
    written(lab, resource({"input": 1}, "old")).succeed()
    moved = {**resource({"input": 1}, "new"), "moved": [{"from": "terraform_data.old", "to": "terraform_data.new"}]}
    assert written(lab, moved).actions() == {"terraform_data.new": "no-op"}


def test_removed_is_written_with_an_address_as_text(lab: Lab) -> None:
    written(lab, resource({"input": 1})).succeed()
    removed = {"removed": {"from": "terraform_data.a", "lifecycle": {"destroy": False}}}
    assert written(lab, removed).actions() == {"terraform_data.a": "forget"}


@pytest.mark.parametrize(
    ("imported", "body"),
    [
        ({"to": "terraform_data.a", "id": "known"}, {}),
        (
            {"for_each": {"k": "known"}, "to": "terraform_data.a[each.key]", "id": "${each.value}"},
            {"for_each": {"k": 1}},
        ),
        ({"to": 'terraform_data.a["k"]', "id": "known"}, {"for_each": {"k": 1}}),
    ],
)
def test_import_is_written_with_an_address_as_text(lab: Lab, imported: Any, body: Any) -> None:
    written(lab, {"import": imported, **resource(body)}).succeed()
    assert [o["id"] for o in lab.objects().values()] == ["known"]


MISTAKES = {
    "provider in a template": (resource({"provider": "${terraform.x}"}), "Invalid provider configuration reference"),
    "provider is a number": (resource({"provider": 1}), "Invalid provider configuration reference"),
    "provider too long": (resource({"provider": "terraform.x.y"}), "Invalid provider configuration reference"),
    "depends_on is no list": (resource({"depends_on": "terraform_data.b"}), "Invalid expression"),
    "depends_on in a template": (resource({"depends_on": ["${terraform_data.b}"]}), "Invalid expression"),
    "depends_on is a call": (resource({"depends_on": ["upper()"]}), "Invalid expression"),
    "depends_on what is not there": (
        resource({"depends_on": ["terraform_data.b"]}),
        "Reference to undeclared resource",
    ),
    "ignore_changes in a template": (resource({"lifecycle": {"ignore_changes": ["${input}"]}}), "Invalid expression"),
    "ignore_changes is text": (resource({"lifecycle": {"ignore_changes": "input"}}), "Invalid expression"),
    "replace_triggered_by is text": (
        resource({"lifecycle": {"replace_triggered_by": "terraform_data.b"}}),
        "Invalid expression",
    ),
    "moved in a template": (
        {**resource({}), "moved": {"from": "${terraform_data.b}", "to": "terraform_data.a"}},
        "Invalid expression",
    ),
    "type in a template": ({"variable": {"v": {"type": "${string}"}}}, "Invalid type specification"),
    "module source is a template": ({"module": {"m": {"source": '${"./m"}'}}}, "Invalid module source address"),
    "for_each is a list": (resource({"for_each": ["a"]}), "Invalid for_each argument"),
    "condition is a constant": (
        resource({"lifecycle": {"precondition": {"condition": True, "error_message": "e"}}}),
        "Invalid precondition expression",
    ),
    "unknown block": ({"resources": {}}, "Extraneous JSON object property"),
    "unknown argument": ({"output": {"o": {"value": 1, "valu": 2}}}, "Extraneous JSON object property"),
    "null where a label should stand": ({"resource": None}, "Missing block label"),
    "text where a label should stand": ({"variable": {"//": "c", "v": {}}}, "Incorrect JSON value type"),
    "undeclared variable": ({"output": {"o": {"value": "${var.x}"}}}, "Reference to undeclared input variable"),
    "dynamic of no block": (
        resource({"dynamic": {"nope": {"for_each": [1], "content": {}}}}),
        "Unsupported block type",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_has_the_words_of_the_language(lab: Lab, name: str) -> None:
    content, summary = MISTAKES[name]
    found = written(lab, content).refused()
    assert summary in [d.summary for d in found]
    assert all(d.subject is not None and d.subject.filename == "main.tf.json" for d in found)
