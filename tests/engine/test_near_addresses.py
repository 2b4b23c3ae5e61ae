"""What may be meant by an address that nothing in the state has."""

from __future__ import annotations

import pytest

from iac.address import parse_instance, parse_target
from iac.engine.near_addresses import meant_instead
from iac.state.model import InstanceObject, State

THERE = [
    'module.shop["dev"].iac_service.worker["a"]',
    'module.shop["dev"].iac_service.worker["b"]',
    'module.shop["prod"].iac_service.worker["c"]',
    'module.shop["dev"].iac_service.web',
    *(f"terraform_data.many[{n}]" for n in range(8)),
]
BOTH = 'module.shop["dev"].iac_service.worker["a"] and module.shop["dev"].iac_service.worker["b"]'


def state() -> State:
    found = [parse_instance(text) for text in THERE]
    return State("default", "", 1, {a: InstanceObject(a, "iac", 0, {}) for a in found})


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ('module.shop["dev"].iac_service.worker', f" Its instances are {BOTH}."),
        ('module.shop["prod"].iac_service.worker', ' Did you mean "module.shop["prod"].iac_service.worker["c"]"?'),
        (
            "terraform_data.many",
            " Its instances are terraform_data.many[0], terraform_data.many[1], terraform_data.many[2], "
            "terraform_data.many[3], terraform_data.many[4] and 3 more.",
        ),
        ('module.shop["dev"].iac_service.wob', ' Did you mean "module.shop["dev"].iac_service.web"?'),
        ('module.shop["dev"].iac_service.web[0]', ' Did you mean "module.shop["dev"].iac_service.web"?'),
        ("module.shop.iac_service.web", ' Did you mean "module.shop["dev"].iac_service.web"?'),
        ('module.shop["dve"]', ' Did you mean "module.shop["dev"]"?'),
        ("terraform_data.mny", ' Did you mean "terraform_data.many"?'),
        ("random_pet.x", ""),
    ],
)
def test_an_address_that_is_not_there_is_answered_with_its_instances_or_the_nearest(address: str, told: str) -> None:
    assert meant_instead(parse_target(address), state()) == told


def test_a_key_that_is_nearly_right_is_answered_with_that_instance() -> None:
    found = parse_instance('terraform_data.x["staging"]')
    other = parse_instance('terraform_data.x["production"]')
    known = State("default", "", 1, {a: InstanceObject(a, "terraform", 0, {}) for a in (found, other)})
    assert meant_instead(parse_target('terraform_data.x["stagin"]'), known) == f' Did you mean "{found}"?'
