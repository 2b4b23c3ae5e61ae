"""The graph: everything after what it needs, dependencies through whatever stands between, cost that is linear."""

from __future__ import annotations

from kit import Lab

from iac.address import ConfigResource, Resource
from iac.engine.graph import Graph


def graph(lab: Lab, main: str) -> Graph:
    lab.write(main)
    with lab.project() as project:
        return project.load()[0].graph


def address(name: str, *module: str) -> ConfigResource:
    return ConfigResource(module, Resource("managed", "terraform_data", name))


CONFIG = """
resource "terraform_data" "a" {
}
locals {
  one = terraform_data.a.id
  two = "${local.one}!"
}
module "m" {
  source = "./m"
  in     = local.two
}
resource "terraform_data" "b" {
  input = module.m.out
}
output "o" {
  value = terraform_data.b.id
}
"""
INNER = (
    'variable "in" {}\nresource "terraform_data" "r" {\n  input = var.in\n}\n'
    'output "out" {\n  value = terraform_data.r.id\n}\n'
)


def test_everything_comes_after_what_it_needs(lab: Lab) -> None:
    lab.write(m__main_tf=INNER)
    found = graph(lab, CONFIG)
    place = {node: index for index, node in enumerate(found.order)}
    assert set(place) == set(found.dependencies)
    for node, needs in found.dependencies.items():
        assert all(place[need] < place[node] for need in needs)


def test_resources_depend_on_resources_through_values_and_modules(lab: Lab) -> None:
    lab.write(m__main_tf=INNER)
    found = graph(lab, CONFIG).resource_dependencies
    assert found[address("a")] == frozenset()
    assert found[address("r", "m")] == {address("a")}
    assert found[address("b")] == {address("r", "m")}


def test_create_before_destroy_is_passed_on_to_what_is_needed(lab: Lab) -> None:
    text = "".join(
        f'resource "terraform_data" "{name}" {{\n  input = [{needs}]\n  {more}\n}}\n'
        for name, needs, more in [
            ("a", "", ""),
            ("b", "terraform_data.a.id", ""),
            ("c", "terraform_data.b.id", "lifecycle {\n    create_before_destroy = true\n  }"),
            ("d", "terraform_data.c.id", ""),
        ]
    )
    assert graph(lab, text).create_before_destroy == {address("a"), address("b"), address("c")}


def test_a_chain_of_thousands_is_sorted_without_recursion(lab: Lab) -> None:
    size = 3000
    links = "".join(f"  l{i} = local.l{i + 1}\n" for i in range(size))
    found = graph(lab, f"locals {{\n{links}  l{size} = 1\n}}\n")
    assert [str(n) for n in found.order] == [f"local.l{i}" for i in range(size, -1, -1)]
