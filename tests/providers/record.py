"""Records what Terraform itself plans for `terraform_data`: run it by hand to renew `goldens/terraform_data.json`.

Each case is a configuration before (None: there is no object yet) and one after, attributes as HCL expressions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

GOLDENS = Path(__file__).parent / "goldens" / "terraform_data.json"

Config = dict[str, str]

CASES: dict[str, tuple[Config | None, Config]] = {
    "create_input": (None, {"input": '"a"'}),
    "create_empty": (None, {}),
    "create_null_typed": (None, {"input": "tostring(null)"}),
    "create_nested": (None, {"input": "{ a = [1, { b = true }], c = null }"}),
    "create_null_inside": (None, {"input": "[null]"}),
    "create_triggers": (None, {"triggers_replace": '["a"]'}),
    "create_unknown": (None, {"input": "terraform_data.other.output"}),
    "no_change": ({"input": '"a"', "triggers_replace": "1"}, {"input": '"a"', "triggers_replace": "1"}),
    "update_input": ({"input": '"a"'}, {"input": '"b"'}),
    "update_type": ({"input": '"1"'}, {"input": "1"}),
    "update_list_to_tuple": ({"input": "tolist([1])"}, {"input": "[1]"}),
    "input_removed": ({"input": '"a"'}, {}),
    "input_added": ({}, {"input": '"a"'}),
    "input_null_of_another_type": ({"input": "tostring(null)"}, {"input": "tonumber(null)"}),
    "input_unknown": ({"input": '"a"'}, {"input": "terraform_data.other.output"}),
    "input_partly_unknown": ({"input": '{ a = "x" }'}, {"input": "{ a = terraform_data.other.output }"}),
    "triggers_change": ({"triggers_replace": '"a"'}, {"triggers_replace": '"b"'}),
    "triggers_change_with_input": (
        {"input": '"x"', "triggers_replace": '"a"'},
        {"input": '"x"', "triggers_replace": '"b"'},
    ),
    "triggers_added": ({"input": '"x"'}, {"input": '"x"', "triggers_replace": '"b"'}),
    "triggers_removed": ({"triggers_replace": '"a"'}, {}),
    "triggers_type": ({"triggers_replace": '"1"'}, {"triggers_replace": "1"}),
    "triggers_unknown": (
        {"input": '"x"', "triggers_replace": '"a"'},
        {"input": '"x"', "triggers_replace": "terraform_data.other.output"},
    ),
}


def _configuration(config: Config) -> str:
    arguments = "".join(f"  {name} = {expression}\n" for name, expression in config.items())
    text = f'resource "terraform_data" "this" {{\n{arguments}}}\n'
    if any("other" in expression for expression in config.values()):
        text += 'resource "terraform_data" "other" {\n  input = "o"\n}\n'
    return text


def record(before: Config | None, after: Config) -> dict[str, Any]:
    """The change that Terraform plans, as plan JSON has it."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Path(directory, "empty.tfrc")
        settings.touch()
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(settings)}

        def terraform(*arguments: str) -> str:
            command = ["terraform", *arguments]
            return subprocess.run(
                command, cwd=directory, env=environment, capture_output=True, text=True, check=True
            ).stdout

        main = Path(directory, "main.tf")
        if before is not None:
            main.write_text(_configuration(before))
            terraform("init")
            terraform("apply", "-auto-approve")
        main.write_text(_configuration(after))
        terraform("init")
        terraform("plan", "-out=plan")
        changes = json.loads(terraform("show", "-json", "plan"))["resource_changes"]
    (change,) = (c["change"] for c in changes if c["address"] == "terraform_data.this")
    kept = ("actions", "before", "after", "after_unknown", "replace_paths")
    return {name: change[name] for name in kept if name in change}


if __name__ == "__main__":
    found = {name: record(before, after) for name, (before, after) in CASES.items()}
    GOLDENS.parent.mkdir(exist_ok=True)
    GOLDENS.write_text(json.dumps(found, indent=2) + "\n")
    sys.stdout.write(f"{len(found)} cases\n")
