"""Planning and validating by schema: what is the same for every resource type.

Owns the merge of configuration and prior object, defaults, which computed attributes become unknown, which
changes force a replacement, and the bounds of single values. Leaves rules over several attributes, and what
only one resource type does, to its provider. Values here have no marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from iac.diagnostics import Diagnostic, did_you_mean, error
from iac.providers.protocol import PlanRequest, PlanResponse
from iac.schema import Attribute, Block, NestedBlock
from iac.values.codec import from_json, quote
from iac.values.paths import Key, Path, format_path
from iac.values.types import NUMBER
from iac.values.value import Value, null, object_value, rebuild, to_python, unknown

ANY_CHANGE: Final[frozenset[str]] = frozenset()
"""For `recomputed`: the attribute is decided anew whenever anything of the object changes."""


# --- merging configuration and prior object ------------------------------------------------------------------


def proposed_new(block: Block, prior: Value, config: Value) -> Value:
    """The configuration with prior values for the computed attributes that it leaves null (Terraform's rule).

    Nested blocks correspond as their nesting says: lists by index, maps by key, sets by what is not computed.
    """
    if config.raw is None or not config.is_known:
        return config
    before: Mapping[str, Value] = prior.raw if prior.raw.__class__ is dict else {}
    raw: dict[str, Value] = {}
    for name, value in config.raw.items():
        old = before.get(name)
        attribute = block.attributes.get(name)
        if attribute is None:
            value = _proposed_blocks(block.blocks[name], old, value)
        elif attribute.computed and value.raw is None and old is not None:
            value = old
        raw[name] = value
    return object_value(raw)


def _proposed_blocks(nested: NestedBlock, prior: Value | None, config: Value) -> Value:
    if prior is None or prior.raw is None or config.raw is None or not (prior.is_known and config.is_known):
        return config
    inner = nested.block
    if not _has_computed(inner):
        return config
    if nested.nesting == "single":
        return proposed_new(inner, prior, config)
    if nested.nesting == "map":
        return rebuild(config, [proposed_new(inner, prior.raw.get(k) or null(), v) for k, v in config.raw.items()])
    if nested.nesting == "list":
        old = [*prior.raw, *[null()] * len(config.raw)]
        return rebuild(config, [proposed_new(inner, o, v) for o, v in zip(old, config.raw, strict=False)])
    unused = list(prior.raw)
    found = []
    for element in config.raw:
        match = next((o for o in unused if _fits(inner, o, element)), None)
        if match is not None:
            unused.remove(match)
        found.append(proposed_new(inner, match or null(), element))
    return rebuild(config, found)


def _fits(block: Block, prior: Value, config: Value) -> bool:
    """Whether a prior set element may be the configured one: equal but for computed attributes left null."""
    return proposed_new(block, prior, config) == prior


def _has_computed(block: Block) -> bool:
    return any(a.computed for a in block.attributes.values()) or any(
        _has_computed(b.block) for b in block.blocks.values()
    )


# --- planning ------------------------------------------------------------------------------------------------


def plan_from_schema(
    block: Block, request: PlanRequest, recomputed: Mapping[str, frozenset[str]] | None = None
) -> PlanResponse:
    """The planned object: defaults where an optional argument is not set, computed attributes unknown on create
    and kept on update.

    `recomputed` names the computed attributes that an update decides anew, each with the attributes and blocks
    whose change does that (`ANY_CHANGE`: whichever it is).

    Starts from the configuration and not from `request.proposed`: to Terraform an argument with a default is also
    computed, so its merge would keep the prior value where the default has to come back.
    """
    prior = request.prior
    planned = with_defaults(block, proposed_new(block, prior, request.config))
    if planned.raw is None:
        return PlanResponse(planned)
    raw: dict[str, Value] = dict(planned.raw)
    if prior.raw is None:
        for name, attribute in block.attributes.items():
            if attribute.computed and raw[name].raw is None:
                raw[name] = unknown(attribute.type)
        return PlanResponse(object_value(raw))
    changed = {n for n, v in raw.items() if v != prior.raw[n]}
    for name, causes in (recomputed or {}).items():
        if changed and (causes is ANY_CHANGE or causes & changed) and request.config.raw[name].raw is None:
            raw[name] = unknown(block.attributes[name].type)
    return PlanResponse(object_value(raw), list(_replacing(block, prior, planned, (), False)))


def with_defaults(block: Block, value: Value) -> Value:
    """The object with the schema's defaults where an optional argument is null."""
    if value.raw.__class__ is not dict:
        return value
    raw: dict[str, Value] = dict(value.raw)
    changed = False
    for name, attribute in block.attributes.items():
        if attribute.default is not None and raw[name].raw is None:
            raw[name] = default_of(attribute)
            changed = True
    for name, nested in block.blocks.items():
        part = raw[name]
        if part.raw is None or not part.is_known:
            continue
        if nested.nesting == "single":
            new = with_defaults(nested.block, part)
        else:
            new = rebuild(part, [with_defaults(nested.block, e) for e in part.elements()])
        changed = changed or new is not part
        raw[name] = new
    return object_value(raw) if changed else value


def default_of(attribute: Attribute) -> Value:
    """The default of an attribute as a value; null when it has none."""
    return from_json(attribute.default, attribute.type)


def _replacing(block: Block, prior: Value, planned: Value, path: Path, forced: bool) -> Iterator[Path]:
    """The paths at which the objects differ, or may, in something that cannot be changed in place.

    A block that is absent counts as one in which nothing is set.
    """
    for name, attribute in block.attributes.items():
        if (attribute.forces_replacement or forced) and not attribute.computed:
            before, after = _effective(attribute, prior, name), _effective(attribute, planned, name)
            if before != after or not after.is_wholly_known:
                yield (*path, name)
    for name, nested in block.blocks.items():
        before, after = _part(prior, name), _part(planned, name)
        if before == after:
            continue
        force = forced or nested.forces_replacement
        if nested.nesting == "single":
            yield from _replacing(nested.block, before, after, (*path, name), force)
        elif nested.nesting == "set" or not (before.is_known and after.is_known):
            if force:
                yield (*path, name)
        else:
            yield from _replacing_elements(nested, before, after, (*path, name), force)


def _replacing_elements(nested: NestedBlock, before: Value, after: Value, path: Path, forced: bool) -> Iterator[Path]:
    old, new = _elements(before), _elements(after)
    if forced and old.keys() != new.keys():
        yield path
    for key in (k for k in new if k in old):
        yield from _replacing(nested.block, old[key], new[key], (*path, Key(key)), forced)


def _elements(value: Value) -> dict[Any, Value]:
    if value.raw is None:
        return {}
    return dict(value.raw) if value.raw.__class__ is dict else dict(enumerate(value.raw))


def _part(value: Value, name: str) -> Value:
    return value.raw[name] if value.raw.__class__ is dict else null()


def _effective(attribute: Attribute, value: Value, name: str) -> Value:
    found = _part(value, name)
    if found.raw is None:
        return default_of(attribute) if value.is_known else unknown(attribute.type)
    return found


# --- validation ----------------------------------------------------------------------------------------------


def validate_from_schema(block: Block, config: Value) -> list[Diagnostic]:
    """What is wrong with single values of a configuration, each with its path; unknown parts are let pass."""
    return list(_validate(block, config, ()))


def _validate(block: Block, value: Value, path: Path) -> Iterator[Diagnostic]:
    if value.raw.__class__ is not dict:
        return
    for name, attribute in block.attributes.items():
        part = value.raw[name]
        if part.raw is None and attribute.required:
            yield missing_value((*path, name))
        elif part.raw is not None and part.is_known:
            problem = _problem(attribute, part)
            if problem:
                yield invalid_value((*path, name), problem)
    for name, nested in block.blocks.items():
        part = value.raw[name]
        if part.raw is None or not part.is_known:
            continue
        if nested.nesting == "single":
            yield from _validate(nested.block, part, (*path, name))
        else:
            keys = part.raw if part.raw.__class__ is dict or nested.nesting == "set" else range(len(part.raw))
            for key, element in zip(keys, part.elements(), strict=True):
                yield from _validate(nested.block, element, (*path, name, Key(key)))


def invalid_value(path: Path, problem: str) -> Diagnostic:
    """The error for a value at `path` that cannot be accepted."""
    named = format_path(tuple(s for s in path if not (isinstance(s, Key) and isinstance(s.key, Value)))).lstrip(".")
    return error("Invalid value for argument", f"The argument {quote(named)} is not valid. {problem}", path=path)


def missing_value(path: Path) -> Diagnostic:
    """The error for a required argument at `path` that is null. Terraform itself lets it pass, as an argument that is
    given, and leaves it to the provider."""
    detail = f'The argument "{path[-1]}" is required, but its value is null.'
    return error("Missing required argument", detail, path=path)


def _problem(attribute: Attribute, value: Value) -> str | None:
    checks: tuple[Callable[[Attribute, Value], str | None], ...] = (_choice_problem, _range_problem, _check_problem)
    return next((p for p in (check(attribute, value) for check in checks) if p), None)


def _choice_problem(attribute: Attribute, value: Value) -> str | None:
    if not attribute.one_of or value.raw in attribute.one_of:
        return None
    choices = f"Expected one of: {', '.join(attribute.one_of)}."
    if attribute.sensitive:
        return choices
    hint = did_you_mean(value.raw, attribute.one_of) or did_you_mean(value.raw.upper(), attribute.one_of)
    return f"{choices} Got {quote(value.raw)}.{hint}"


def _range_problem(attribute: Attribute, value: Value) -> str | None:
    low, high = attribute.minimum, attribute.maximum
    if value.type is not NUMBER or (low is None and high is None):
        return None
    got = "" if attribute.sensitive else f" Got {to_python(value)}."
    if type(value.raw) is not int:
        return f"A whole number is required.{got}"
    if low is not None and high is not None and not low <= value.raw <= high:
        return f"It must be from {low} to {high}.{got}"
    if low is not None and value.raw < low:
        return f"It must be at least {low}.{got}"
    if high is not None and value.raw > high:
        return f"It must be at most {high}.{got}"
    return None


def _check_problem(attribute: Attribute, value: Value) -> str | None:
    if attribute.check is None or not value.is_wholly_known:
        return None
    return attribute.check(to_python(value))
