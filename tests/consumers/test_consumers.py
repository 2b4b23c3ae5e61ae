"""Programs made for Terraform's JSON read ours, and say of a plan what they say of the one of Terraform."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from consumers.table import CONSUMERS, PLANS, Consumer, plans

IN_EXTRA = [consumer for consumer in CONSUMERS if consumer.in_extra]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan[0]}-{plan[1]}")
@pytest.mark.parametrize("consumer", IN_EXTRA, ids=lambda consumer: consumer.package)
def test_it_says_the_same_of_our_plan_as_of_that_of_terraform(
    consumer: Consumer, plan: tuple[str, int], tmp_path: Path
) -> None:
    if consumer.program is None:
        pytest.skip(f'{consumer.package} is not installed: pip install "iac[consumers]"')
    places = [tmp_path / name for name in ("lab", "iac", "terraform")]
    for place in places:
        place.mkdir()
    ours, theirs = plans(places[0], *plan)
    said = consumer.run(places[1], ours)
    assert said == consumer.run(places[2], theirs)
    assert "Traceback" not in said[1]
