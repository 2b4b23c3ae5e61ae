"""The registry, schemas as JSON, and the documentation made from them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from iac.providers.docs import main, pages
from iac.providers.registry import Registry
from iac.providers.schema_json import schemas_to_json


def closed() -> Any:
    raise AssertionError("the database is not needed")


REGISTRY = Registry(closed)


def test_it_has_two_providers() -> None:
    assert REGISTRY.names() == ["iac", "terraform"]
    assert [REGISTRY.source(n) for n in REGISTRY.names()] == [
        "registry.terraform.io/iac/iac",
        "terraform.io/builtin/terraform",
    ]


@pytest.mark.parametrize("name", REGISTRY.names())
def test_schemas_and_providers_need_no_database(name: str) -> None:
    assert REGISTRY.create(name).schema() is REGISTRY.schema(name)
    assert Registry(closed).schema(name) is REGISTRY.schema(name)


def test_every_attribute_is_settable_or_computed_and_described() -> None:
    def check(block: dict[str, Any]) -> None:
        for name, attribute in block.get("attributes", {}).items():
            assert attribute["description"].endswith("."), name
            assert attribute.get("required", False) != (
                attribute.get("optional", False) or attribute.get("computed", False)
            ), name
        for nested in block.get("block_types", {}).values():
            check(nested["block"])

    for provider in schemas_to_json(REGISTRY)["provider_schemas"].values():
        for kind in ("resource_schemas", "data_source_schemas"):
            for schema in provider.get(kind, {}).values():
                check(schema["block"])


def test_the_schema_json_has_terraforms_form() -> None:
    cluster = schemas_to_json(REGISTRY)["provider_schemas"]["registry.terraform.io/iac/iac"]["resource_schemas"][
        "iac_cluster"
    ]
    assert cluster["version"] == 0
    assert cluster["block"]["attributes"]["kubeconfig"] == {
        "type": "string",
        "description": "How to reach Kubernetes. Set it for a self-managed cluster; the platform makes that of others.",
        "description_kind": "plain",
        "optional": True,
        "computed": True,
        "sensitive": True,
    }
    assert cluster["block"]["attributes"]["min_nodes"]["computed"], (
        "to Terraform, a default is for the provider to decide"
    )
    assert cluster["block"]["block_types"]["route"]["nesting_mode"] == "list"


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_terraform_data_has_terraforms_schema(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" {}\n')
    real = json.loads(_terraform(tmp_path, "providers", "schema", "-json"))["provider_schemas"]
    source = "terraform.io/builtin/terraform"
    ours = schemas_to_json(REGISTRY)["provider_schemas"][source]["resource_schemas"]["terraform_data"]
    assert _bare(ours) == _bare(real[source]["resource_schemas"]["terraform_data"])


def _terraform(directory: Path, *arguments: str) -> str:
    environment = {"TF_CLI_CONFIG_FILE": str(directory / "empty.tfrc"), "PATH": str(Path(_binary()).parent)}
    (directory / "empty.tfrc").touch()
    run = ["terraform", "init", "-input=false"], ["terraform", *arguments]
    for command in run:
        found = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=True)
    return found.stdout


def _binary() -> str:
    return shutil.which("terraform") or ""


def _bare(schema: Any) -> Any:
    """Without descriptions, which are each one's own."""
    if isinstance(schema, dict):
        return {k: _bare(v) for k, v in schema.items() if k != "description"}
    return schema


# --- documentation ---

DOCS = Path(__file__).parents[2] / "docs"


def test_there_is_no_page_of_what_is_no_longer_there() -> None:
    written = {str(p.relative_to(DOCS)) for f in ("resources", "data-sources") for p in (DOCS / f).glob("*.md")}
    assert written == set(pages(REGISTRY))


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_the_examples_are_formatted_as_terraform_formats(tmp_path: Path) -> None:
    for number, text in enumerate(pages(REGISTRY).values()):
        example = text.split("```hcl\n")[1].split("```")[0]
        (tmp_path / f"{number}.tf").write_text(example)
    done = subprocess.run([_binary(), "fmt", "-check", "-diff"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(("path", "text"), pages(REGISTRY).items(), ids=list(pages(REGISTRY)))
def test_the_documentation_is_in_step_with_the_schemas(path: str, text: str) -> None:
    assert (DOCS / path).read_text(encoding="utf-8") == text, "run: python -m iac.providers.docs docs"


def test_the_documentation_is_written_where_one_says(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 0
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.md")} == set(pages(REGISTRY))
    assert main([]) == 2
