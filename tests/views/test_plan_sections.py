"""Parts of a plan's text that no `terraform_data` plan has: nested blocks, typed collections, drift, deposed
objects, data sources. The expected texts, in goldens/sections, were checked by hand against Terraform's rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac.address import parse_instance
from iac.plan.model import Action, ActionReason, Change, Drift, Mode, Plan, ResourceChange
from iac.schema import Attribute, Block, NestedBlock, ResourceSchema
from iac.values.codec import from_json
from iac.values.paths import Key
from iac.values.types import BOOL, NUMBER, STRING, list_of, map_of, object_of, set_of
from iac.values.value import ONLY_SENSITIVE, Value, null, object_value, unknown
from iac.views.plan_text import render_plan, saved_plan_note

GOLDENS = Path(__file__).parent / "goldens" / "sections"

PORT = Block({"name": Attribute(STRING), "number": Attribute(NUMBER)})
LIMIT = Block({"cpu": Attribute(NUMBER), "hard": Attribute(BOOL)}, {"port": NestedBlock("list", PORT)})
RULE = object_of({"from": NUMBER, "to": STRING})
SCHEMA = ResourceSchema(
    Block(
        {
            "id": Attribute(STRING, computed=True),
            "name": Attribute(STRING, required=True),
            "labels": Attribute(map_of(STRING), optional=True),
            "zones": Attribute(set_of(STRING), optional=True),
            "hosts": Attribute(list_of(STRING), optional=True),
            "rules": Attribute(map_of(RULE), optional=True),
            "token": Attribute(STRING, optional=True, sensitive=True),
        },
        {
            "limits": NestedBlock("single", LIMIT),
            "port": NestedBlock("list", PORT),
            "mount": NestedBlock("set", PORT),
            "env": NestedBlock("map", PORT),
        },
    )
)
TYPE = SCHEMA.block.implied_type
NOTHING = null(TYPE)
X = parse_instance("iac_service.x")


def thing(**parts):
    """An object of the schema: plain data, or values as they are."""
    known = {"id": "1", "name": "x", **parts}
    values = {n: v if isinstance(v := known.get(n), Value) else from_json(v, t) for n, t in TYPE.attributes.items()}
    return object_value(values)


def secret(value, ty):
    return from_json(value, ty).with_marks(ONLY_SENSITIVE)


def update(before, after, action=Action.UPDATE, address=X, **more):
    return ResourceChange(address, Change(action, before, after), SCHEMA, "p", after, **more)


def plan(*changes, **more):
    return Plan("p", more.pop("mode", Mode.NORMAL), "default", "l", 1, "t", changes=changes, **more)


def drift(before, after, action=Action.UPDATE):
    return Drift(X, Change(action, before, after), SCHEMA, "p")


def port(name, number=1):
    return {"name": name, "number": number}


FULL = {
    "labels": {"a": "1", "long": "2"},
    "zones": ["b", "a"],
    "hosts": ["h1", "h2"],
    "rules": {"r": {"from": 1, "to": "x"}},
    "token": secret("hidden", STRING),
    "limits": {"cpu": 1, "hard": True, "port": [port("in")]},
    "port": [port("http", 80), port("https", 443)],
    "mount": [port("m")],
    "env": {"E": port("e"), "F": port("f")},
}
CHANGED = {
    "labels": {"a": "9", "new": "3"},
    "zones": ["b", "c"],
    "hosts": ["h1", "h3", "h2"],
    "rules": {"r": {"from": 2, "to": "x"}, "s": {"from": 3, "to": None}},
    "token": secret("other", STRING),
    "limits": {"cpu": 2, "hard": True, "port": [port("in"), port("out")]},
    "port": [port("http", 8080), port("https", 443), port("admin", 9)],
    "mount": [port("m"), port("n")],
    "env": {"E": port("e", 2), "G": port("g")},
}
PORTS = TYPE.attributes["port"]

PLANS = {
    "blocks_created": plan(update(NOTHING, thing(**FULL, id=unknown(STRING)), Action.CREATE)),
    "blocks_updated": plan(update(thing(**FULL), thing(**CHANGED))),
    "blocks_unchanged": plan(update(thing(**FULL), thing(**{**FULL, "hosts": ["h1"]}))),
    "blocks_deleted": plan(update(thing(**FULL), NOTHING, Action.DELETE)),
    "blocks_removed": plan(update(thing(**FULL), thing(labels={"a": "1", "long": "2"}))),
    "blocks_sensitive": plan(
        update(
            thing(port=secret([port("a")], PORTS)),
            thing(port=secret([port("b")], PORTS)),
        ),
        update(
            thing(port=[port("a")]),
            thing(port=secret([port("a")], PORTS)),
            address=parse_instance("iac_service.y"),
        ),
    ),
    "replace_paths": plan(
        update(
            thing(**FULL),
            thing(**CHANGED, id=unknown(STRING)),
            Action.DELETE_THEN_CREATE,
            reason=ActionReason.REPLACE_BECAUSE_CANNOT_UPDATE,
            replace_paths=(
                ("hosts",),
                ("labels", Key("a")),
                ("limits", "cpu"),
                ("port", Key(0), "number"),
                ("mount",),
                ("token",),
                ("zones",),
            ),
        )
    ),
    "unknown_parts": plan(
        update(
            thing(**FULL),
            thing(
                **{
                    **FULL,
                    "labels": unknown(map_of(STRING)),
                    "zones": unknown(set_of(STRING)),
                    "port": unknown(PORTS),
                    "limits": unknown(TYPE.attributes["limits"]),
                }
            ),
        )
    ),
    "deposed": plan(update(thing(), NOTHING, Action.DELETE, deposed="0a1b2c3d")),
    "forgotten_deposed": plan(update(thing(), NOTHING, Action.FORGET, deposed="0a1b2c3d")),
    "data_read": plan(
        *(
            update(
                NOTHING,
                thing(id=unknown(STRING)),
                Action.READ,
                address=parse_instance(f"data.iac_service.{name}"),
                reason=reason,
            )
            for name, reason in (
                ("a", ActionReason.READ_BECAUSE_CONFIG_UNKNOWN),
                ("b", ActionReason.READ_BECAUSE_DEPENDENCY_PENDING),
                ("c", ActionReason.READ_BECAUSE_CHECK_NESTED),
            )
        ),
        update(thing(), NOTHING, Action.DELETE, address=parse_instance("data.iac_service.gone")),
    ),
    "drift": plan(
        update(thing(hosts=["outside"]), thing(hosts=["h1"])),
        drift=[drift(thing(hosts=["h1"]), thing(hosts=["outside"]))],
    ),
    "drift_deleted": plan(
        update(NOTHING, thing(id=unknown(STRING)), Action.CREATE), drift=[drift(thing(), NOTHING, Action.DELETE)]
    ),
    "drift_without_changes": plan(drift=[drift(thing(hosts=["h1"]), thing(hosts=["outside"]))]),
    "drift_irrelevant": plan(
        update(thing(hosts=["h1"]), thing(hosts=["h2"])),
        drift=[drift(thing(name="a", zones=["a"]), thing(name="b", zones=["b"]))],
        extra={"relevant_attributes": [{"resource": "iac_service.x", "attribute": ["name"]}]},
    ),
    "refresh_only": plan(mode=Mode.REFRESH_ONLY, drift=[drift(thing(hosts=["h1"]), thing(hosts=["outside"]))]),
    "failed": plan(errored=True),
    "failed_half_way": plan(update(NOTHING, thing(), Action.CREATE), errored=True),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_section_reads_as_recorded(name):
    text = render_plan(PLANS[name], color=False, width=78, drift_causes={X: "changed by bob with console"})
    assert text == (GOLDENS / f"{name}.txt").read_text()


def test_no_secret_is_in_any_text():
    for found in PLANS.values():
        for color in (False, True):
            text = render_plan(found, color=color, width=78)
            assert "hidden" not in text.replace("hidden)", "")
            assert "other" not in text


def test_prose_is_wrapped_at_the_width_of_the_terminal():
    text = render_plan(PLANS["drift"], color=False, width=40)
    assert "iac used the selected providers to\ngenerate the following execution plan." in text


def test_below_a_plan_it_is_said_where_it_was_saved():
    rule = "\n" + "─" * 77 + "\n\n"
    saved = saved_plan_note("tfplan", color=False, width=78)
    assert saved == (
        f"{rule}Saved the plan to: tfplan\n\n"
        'To perform exactly these actions, run the following command to apply:\n    iac apply "tfplan"\n'
    )
    assert saved_plan_note(None, color=False, width=78).startswith(
        f"{rule}Note: You didn't use the -out option to save this plan, so iac can't"
    )
