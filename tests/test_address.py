"""Addresses: their text form, parsing it, targets and order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.address import (
    DATA,
    EPHEMERAL,
    MANAGED,
    AbsResource,
    AddressError,
    ConfigResource,
    ModuleStep,
    Resource,
    ResourceInstance,
    Target,
    module_path,
    module_text,
    parse_instance,
    parse_target,
)

API = Resource(MANAGED, "iac_service", "api")
MAIN = Resource(DATA, "iac_cluster", "main")
WEB = (ModuleStep("web", "eu"), ModuleStep("inner", 0))

TEXTS = [
    ("iac_service.api", ResourceInstance((), API)),
    ("iac_service.api[0]", ResourceInstance((), API, 0)),
    ('iac_service.api["a b"]', ResourceInstance((), API, "a b")),
    ('iac_service.api["q\\"\\\\\\n"]', ResourceInstance((), API, 'q"\\\n')),
    ('iac_service.api["$${x}"]', ResourceInstance((), API, "${x}")),
    ("data.iac_cluster.main", ResourceInstance((), MAIN)),
    ("ephemeral.vault_token.t", ResourceInstance((), Resource(EPHEMERAL, "vault_token", "t"))),
    ('module.web["eu"].module.inner[0].iac_service.api[1]', ResourceInstance(WEB, API, 1)),
    ('module.web["eu"].module.inner[0].data.iac_cluster.main', ResourceInstance(WEB, MAIN)),
]


@pytest.mark.parametrize(("text", "address"), TEXTS, ids=[text for text, _ in TEXTS])
def test_an_instance_address_is_read_and_written_alike(text: str, address: ResourceInstance) -> None:
    assert parse_instance(text) == address
    assert str(address) == text


@given(st.one_of(st.none(), st.integers(0, 10**9), st.text()))
def test_any_key_survives_the_text_form(key: str | int | None) -> None:
    address = ResourceInstance((ModuleStep("m", key),), API, key)
    assert parse_instance(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "iac_service",
        "iac_service.",
        "iac_service.api[",
        "iac_service.api[x]",
        "iac_service.api[-1]",
        "iac_service.api[0][1]",
        "iac_service.api.id",
        "a..b",
        "1a.b",
        "data.x",
        "module",
        "module.x.",
    ],
)
def test_text_that_is_no_address_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(AddressError, match=r"required at character \d+"):
        parse_target(text)


def test_a_module_is_no_instance() -> None:
    with pytest.raises(AddressError, match="names a module"):
        parse_instance("module.web")


TARGETS = [
    ("iac_service.api", "iac_service.api", True),
    ("iac_service.api", "iac_service.api[3]", True),
    ("iac_service.api[3]", "iac_service.api[3]", True),
    ("iac_service.api[3]", "iac_service.api[4]", False),
    ("iac_service.api[3]", "iac_service.api", False),
    ("iac_service.api", "module.web.iac_service.api", False),
    ("module.web", "module.web.iac_service.api", True),
    ("module.web", "module.web[0].module.inner.iac_service.api[1]", True),
    ("module.web[0]", "module.web[0].iac_service.api", True),
    ("module.web[0]", "module.web[1].iac_service.api", False),
    ("module.web", "iac_service.api", False),
    ("module.web.iac_service.api", "module.web[0].iac_service.api", True),
    ("data.iac_service.api", "iac_service.api", False),
]


@pytest.mark.parametrize(("target", "address", "meant"), TARGETS)
def test_a_target_means_what_it_names_and_everything_inside(target: str, address: str, meant: bool) -> None:
    assert parse_target(target).contains(parse_instance(address)) is meant


@pytest.mark.parametrize("text", ["module.web", "module.web[0].module.inner", 'iac_service.api["a"]', "data.a.b"])
def test_a_target_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_target(text)) == text


def test_a_target_of_a_module_has_no_resource() -> None:
    assert parse_target("module.web[0]") == Target((ModuleStep("web", 0),), None, None, True)


def test_an_instance_leads_to_its_resource_and_its_block() -> None:
    address = ResourceInstance(WEB, API, 1)
    assert address.abs_resource == AbsResource(WEB, API)
    assert address.abs_resource.instance(1) == address
    assert address.config == ConfigResource(("web", "inner"), API) == address.abs_resource.config
    assert str(address.config) == "module.web.module.inner.iac_service.api"
    assert str(AbsResource(WEB, API)) == 'module.web["eu"].module.inner[0].iac_service.api'
    assert module_path(WEB) == ("web", "inner")
    assert module_text(()) == ""


def test_instances_sort_by_module_mode_type_name_and_number_before_text() -> None:
    ordered = [
        "data.z.z",
        "a.a",
        "a.a[2]",
        "a.a[10]",
        'a.a["1"]',
        "a.b",
        "b.a",
        "module.m.data.a.a",
        "module.m.a.a",
        "module.m[1].a.a",
        'module.m["x"].a.a',
    ]
    parsed = [parse_instance(text) for text in reversed(ordered)]
    assert [str(a) for a in sorted(parsed, key=ResourceInstance.sort_key)] == ordered
