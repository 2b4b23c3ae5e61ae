"""Provider configurations: aliases, what modules expect and are passed, local names, and the mistakes in all that."""

from __future__ import annotations

import pytest
from kit import Lab, describe

BUILT_IN = "terraform.io/builtin/terraform"
DATA = 'resource "terraform_data" "a" {\n}\n'


def required(name: str = "terraform", source: str = BUILT_IN, more: str = "") -> str:
    """A `terraform` block of seven lines that requires one provider."""
    return f'''terraform {{
  required_providers {{
    {name} = {{
      source = "{source}"
      {more}
    }}
  }}
}}
'''


def of_provider(reference: str) -> str:
    return f'resource "terraform_data" "a" {{\n  provider = {reference}\n}}\n'


def aliased(alias: str, name: str = "terraform") -> str:
    return f'provider "{name}" {{\n  alias = "{alias}"\n}}\n'


def call(passed: str = "", more: str = "") -> str:
    """A module call; what is passed stands in line 3, from column 17 on."""
    providers = f"  providers = {{ {passed} }}\n" if passed else ""
    return f'module "m" {{\n  source = "./m"\n{providers}{more}}}\n'


def expecting(*aliases: str) -> str:
    return required(more=f"configuration_aliases = [{', '.join(f'terraform.{a}' for a in aliases)}]")


# --- what works ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["terraform", "terraform.x"])
def test_a_resource_names_its_configuration(lab: Lab, reference: str) -> None:
    lab.succeed(aliased("x") + of_provider(reference))
    assert list(lab.objects()) == ["terraform_data.a"]


def test_a_configuration_is_passed_under_the_name_that_the_module_expects(lab: Lab) -> None:
    lab.write(m__main_tf=expecting("y") + of_provider("terraform.y"))
    lab.succeed(required() + aliased("x") + call("terraform.y = terraform.x"))
    assert list(lab.objects()) == ["module.m.terraform_data.a"]


def test_what_was_passed_is_passed_on(lab: Lab) -> None:
    nested = 'module "n" {\n  source = "./n"\n  providers = {\n    terraform = terraform.y\n  }\n}\n'
    lab.write(m__main_tf=expecting("y") + nested, m__n__main_tf=required() + DATA)
    lab.succeed(required() + aliased("x") + call("terraform.y = terraform.x"))
    assert list(lab.objects()) == ["module.m.module.n.terraform_data.a"]


def test_a_default_configuration_is_inherited(lab: Lab) -> None:
    lab.write(m__main_tf=DATA).succeed('provider "terraform" {\n}\n' + call())


@pytest.mark.parametrize("repetition", ["count = 2", "for_each = { a = 1, b = 2 }"])
def test_a_module_that_repeats_may_be_passed_one(lab: Lab, repetition: str) -> None:
    lab.write(m__main_tf=required() + DATA)
    lab.succeed(required() + aliased("x") + call("terraform = terraform.x", f"  {repetition}\n"))
    assert len(lab.objects()) == 2


def test_each_module_has_names_of_its_own_for_a_provider(lab: Lab) -> None:
    lab.write(m__main_tf=required("inner") + of_provider("inner"))
    lab.succeed(required("outer") + aliased("x", "outer") + of_provider("outer.x") + call("inner = outer.x"))
    assert list(lab.objects()) == ["terraform_data.a", "module.m.terraform_data.a"]
    with lab.project() as project:
        assert {o.provider for o in project.state().instances.values()} == {"terraform"}


def test_a_source_is_read_with_its_defaults(lab: Lab) -> None:
    text = required("platform", "iac/iac") + 'resource "iac_cluster" "a" {\n  provider = platform\n  name = "a"\n'
    lab.succeed(text + '  cloud_provider = "AWS"\n  region = "eu-west-3"\n}\n')
    assert lab.happened() == ["CREATE iac_cluster.a"]


def test_an_alias_may_be_text_in_json(lab: Lab) -> None:
    (lab.directory / "main.tf.json").write_text(
        '{"provider": {"terraform": [{"alias": "x"}, {"alias": "y"}]},'
        ' "resource": {"terraform_data": {"a": {"provider": "terraform.y"}}}}'
    )
    lab.succeed()


def test_an_empty_block_in_a_module_passes_on_the_callers(lab: Lab) -> None:
    lab.write(m__main_tf='provider "terraform" {\n}\n' + DATA)
    planned = lab.plan(call(more="  count = 1\n"))
    (said,) = planned.diagnostics
    assert describe([said]) == ["m/main.tf:1,1: Redundant empty provider block"]
    assert said.detail.endswith(
        f'required_providers block of module.m:\n    terraform = {{\n      source = "{BUILT_IN}"\n    }}'
    )


# --- mistakes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_module", [False, True])
def test_an_alias_that_is_not_there(lab: Lab, in_module: bool) -> None:
    text = of_provider("terraform.x")
    lab.write(m__main_tf=text)
    (problem,) = lab.refused(aliased("x") + call() if in_module else text)
    prefix = "module.m." if in_module else ""
    assert describe([problem]) == [f"{'m/' if in_module else ''}main.tf:1,1: Provider configuration not present"]
    assert problem.detail.startswith(
        f"To work with {prefix}terraform_data.a its original provider configuration at "
        f'{prefix}provider["{BUILT_IN}"].x is required, but it has been removed.'
    )


MISTAKES = {
    "expected, not passed": (
        required() + call(),
        expecting("y"),
        "main.tf:9,1: Missing required provider configuration",
    ),
    "one of two not passed": (
        required() + aliased("x") + call("terraform.y = terraform.x"),
        expecting("y", "z"),
        "main.tf:12,1: Missing required provider configuration",
    ),
    "passed, not expected": (
        required() + aliased("x") + call("terraform.y = terraform.x"),
        required() + DATA,
        "main.tf:14,17: Reference to undefined provider",
    ),
    "passed, not there": (
        required() + call("terraform = terraform.x"),
        required() + DATA,
        f'main.tf:11,29: missing provider provider["{BUILT_IN}"].x',
    ),
    "of another type": (
        required("iac", "iac/iac") + aliased("x", "iac") + call("terraform = iac.x"),
        required() + DATA,
        "main.tf:14,29: Provider type mismatch",
    ),
    "expected by the root": (expecting("x"), "", "main.tf:3,17: Undefined provider configuration"),
    "no map": ('module "m" {\n  source = "./m"\n  providers = []\n}\n', DATA, "main.tf:3,15: Invalid expression"),
    "too long a name": (
        call("terraform = terraform.x.y"),
        required(),
        "main.tf:3,29: Invalid provider configuration reference",
    ),
    "a calculated name": (
        call("terraform = terraform[0]"),
        required(),
        "main.tf:3,38: Invalid provider configuration reference",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_does_not_fit_between_modules_is_refused(lab: Lab, name: str) -> None:
    text, module, mistake = MISTAKES[name]
    lab.write(m__main_tf=module)
    assert lab.mistakes(text) == [mistake]


def test_the_same_name_cannot_be_passed_twice(lab: Lab) -> None:
    lab.write(m__main_tf=required() + DATA)
    (problem,) = lab.refused(aliased("x") + call("terraform = terraform.x, terraform = terraform.x"))
    assert problem.summary == "Duplicate provider address"
    assert problem.detail.startswith("A provider configuration was already passed to terraform at main.tf:6,17-40.")


@pytest.mark.parametrize(
    ("argument", "place"),
    [("  count = 1\n", "3,11"), ("  for_each = {}\n", "3,14"), ("  depends_on = [terraform_data.a]\n", "3,17")],
)
def test_a_module_with_a_configuration_of_its_own_cannot_repeat(lab: Lab, argument: str, place: str) -> None:
    lab.write(m__main_tf='provider "terraform" {\n  nope = 1\n}\n')
    found = lab.mistakes(call(more=argument) + DATA)
    assert f"main.tf:{place}: Module is incompatible with count, for_each, and depends_on" in found


def test_a_module_with_a_configuration_of_its_own_takes_no_other(lab: Lab) -> None:
    lab.write(m__main_tf=required() + 'provider "terraform" {\n  nope = 1\n}\n')
    found = lab.mistakes(required() + aliased("x") + call("terraform = terraform.x"))
    assert "main.tf:14,17: Cannot override provider configuration" in found


def test_names_that_nobody_declared_are_a_warning(lab: Lab) -> None:
    lab.write(m__main_tf=DATA)
    planned = lab.plan('provider "terraform" {\n}\n' + call("terraform = terraform"))
    assert describe(planned.diagnostics) == [
        "main.tf:5,29: Reference to undefined provider",
        "main.tf:5,17: Reference to undefined provider",
    ]


@pytest.mark.parametrize(
    ("block", "mistake"),
    [
        ('provider "terraform" {\n  alias = "0"\n}\n', "2,11: Invalid provider configuration alias"),
        ('provider "terraform" {\n  alias = path.cwd\n}\n', "2,11: Variables not allowed"),
        ('provider "terraform" {\n  alias = null\n}\n', "2,11: Unsuitable value type"),
        ('provider "terraform" {\n  count = 1\n}\n', "2,3: Reserved argument name in provider block"),
        ('provider "terraform" {\n  locals {\n  }\n}\n', "2,3: Reserved block type name in provider block"),
        ('provider "terraform_x" {\n}\n', "1,1: Invalid provider local name"),
        ('provider "Terraform" {\n}\n', "1,1: Invalid provider local name"),
        (aliased("x") + aliased("x"), "4,1: Duplicate provider configuration"),
        (of_provider("terraform.x.y"), "2,14: Invalid provider configuration reference"),
        (of_provider('terraform["x"]'), "2,23: Invalid provider configuration reference"),
        (of_provider("1"), "2,14: Invalid provider configuration reference"),
        (of_provider('"${terraform}"'), "2,14: Invalid provider configuration reference"),
    ],
)
def test_mistakes_in_names_are_refused_at_their_place(lab: Lab, block: str, mistake: str) -> None:
    assert lab.mistakes(block)[0] == f"main.tf:{mistake}"


def test_a_quoted_reference_is_an_old_form(lab: Lab) -> None:
    planned = lab.plan(aliased("x") + of_provider('"terraform.x"'))
    assert describe(planned.diagnostics) == ["main.tf:5,14: Quoted references are deprecated"]
