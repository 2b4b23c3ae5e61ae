"""Override files: `override.tf` and `*_override.tf`, whose blocks are laid over blocks of the other files.

Owns which block is laid over which, and how their bodies merge: arguments one by one, nested blocks all of a type
at once, `lifecycle` by argument, `locals` by name. The readers of blocks see one block and know nothing of it. The
`terraform` block, whose settings are not those of one block, is left to `requirements`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iac.config.meta import depends_on, string_constant
from iac.diagnostics import Diagnostic, Diagnostics, SourceRange
from iac.hcl.syntax import Attribute, Block, BlockHeader, Body, Content

_NEVER_OVERRIDDEN = "depends_on"
_REPETITION = {"count", "for_each"}


def is_override_file(name: str) -> bool:
    """Whether a configuration file of this name is one that overrides others: `override.tf`, `*_override.tf`."""
    stem = name.removesuffix(".json").removesuffix(".tf")
    return stem == "override" or stem.endswith("_override")


class OverriddenBody:
    """A body with another one laid over it: implements `iac.hcl.syntax.Body`.

    What is wrong is reported at the place of whichever body it stands in; required is what the base must have.
    """

    __slots__ = ("base", "missing_range", "over", "over_range", "range")

    def __init__(self, base: Body, over: Body, over_range: SourceRange) -> None:
        self.base = base
        self.over = over
        self.over_range = over_range
        """The header of the block in the override file."""
        self.range = base.range
        self.missing_range = base.missing_range

    def content(
        self, attributes: Mapping[str, bool], blocks: Mapping[str, BlockHeader], *, partial: bool = False
    ) -> tuple[Content, list[Diagnostic]]:
        """See `Body.content`."""
        base, problems = self.base.content(attributes, blocks, partial=partial)
        over, more = self.over.content(dict.fromkeys(attributes, False), blocks, partial=partial)
        laid_over = {n: a for n, a in over.attributes.items() if n != _NEVER_OVERRIDDEN}
        merged = {**base.attributes, **laid_over}
        if "count" in merged and not any(given.keys() >= _REPETITION for given in (base.attributes, laid_over)):
            # One of them from each file: Terraform repeats by count then.
            merged.pop("for_each", None)
        return Content(merged, _merge_blocks(base.blocks, over.blocks), self.missing_range), [*problems, *more]

    def just_attributes(self) -> tuple[Mapping[str, Attribute], list[Diagnostic]]:
        """See `Body.just_attributes`."""
        base, problems = self.base.just_attributes()
        over, more = self.over.just_attributes()
        return {**base, **over}, [*problems, *more]


def _merge_blocks(base: Sequence[Block], over: Sequence[Block]) -> list[Block]:
    """The blocks of both: where the override has any of a type, written out or `dynamic`, they replace all of it."""
    replaced = {_generated_type(b) for b in over}
    kept = [b for b in base if b.type == "lifecycle" or _generated_type(b) not in replaced]
    for block in over:
        at = next((i for i, b in enumerate(kept) if b.type == "lifecycle"), None) if block.type == "lifecycle" else None
        if at is None:
            kept.append(block)
        else:
            kept[at] = _laid_over(kept[at], block)
    return kept


def _generated_type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _laid_over(base: Block, over: Block) -> Block:
    body = OverriddenBody(base.body, over.body, over.range)
    return Block(base.range, base.type, base.type_range, base.labels, base.label_ranges, body, base.full_range)


class _Names:
    """Some arguments of another body: implements `iac.hcl.syntax.Body` where only arguments can stand."""

    __slots__ = ("_attributes", "missing_range", "range")

    def __init__(self, attributes: Mapping[str, Attribute], range: SourceRange) -> None:
        self._attributes = attributes
        self.range = self.missing_range = range

    def content(
        self, attributes: Mapping[str, bool], blocks: Mapping[str, BlockHeader], *, partial: bool = False
    ) -> tuple[Content, list[Diagnostic]]:
        """See `Body.content`."""
        return Content({n: a for n, a in self._attributes.items() if n in attributes}, (), self.missing_range), []

    def just_attributes(self) -> tuple[Mapping[str, Attribute], list[Diagnostic]]:
        """See `Body.just_attributes`."""
        return self._attributes, []


# --- which block is laid over which ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Missing:
    """What is said when a block of an override file has nothing to override."""

    summary: str
    what: str
    must: str


_MISSING: Mapping[str, _Missing] = {
    "variable": _Missing(
        "base variable declaration", "variable named {}", "a variable that was already declared in a primary"
    ),
    "output": _Missing("base output definition", "output named {}", "an output that was already defined in a primary"),
    "module": _Missing("module call", "module call named {}", "a module call that was defined in a primary"),
    "resource": _Missing("resource", "{} resource named {}", "a resource block defined in a primary"),
    "data": _Missing("data resource", "{} data resource named {}", "a data block defined in a primary"),
    "ephemeral": _Missing(
        "ephemeral resource", "{} ephemeral resource named {}", "an ephemeral block defined in a primary"
    ),
}
_REFUSED: Mapping[str, tuple[str, str]] = {
    "moved": (
        "Cannot override 'moved' blocks",
        "Records of moved objects can appear only in normal files, not in override files.",
    ),
    "removed": (
        "Cannot override 'removed' blocks",
        "Records of removed objects can appear only in normal files, not in override files.",
    ),
    "import": (
        "Cannot override 'import' blocks",
        "Import blocks can appear only in normal files, not in override files.",
    ),
    "check": ("Can't override check blocks", "Override files cannot override check blocks."),
}
_CONDITIONS = {"validation": BlockHeader(), "precondition": BlockHeader(), "postcondition": BlockHeader()}


def override_blocks(primary: Iterable[Block], overrides: Iterable[Block], diagnostics: Diagnostics) -> list[Block]:
    """The top-level blocks of a module's files with those of its override files, in their order, laid over them.

    A block that overrides nothing goes to the diagnostics; only the default configuration of a provider may be
    new. `terraform` blocks must not be among them.
    """
    merged = list(primary)
    for over in overrides:
        if over.type in _REFUSED:
            where = over.range if over.type == "check" else over.type_range
            diagnostics.error(*_REFUSED[over.type], where)
        elif over.type == "locals":
            _override_locals(merged, over, diagnostics)
        else:
            _refuse_kept(over, diagnostics)
            key = _key(over)
            at = next((i for i, block in enumerate(merged) if _key(block) == key), None)
            if at is not None:
                merged[at] = _laid_over(merged[at], over)
            elif over.type != "provider":
                _missing(over, diagnostics)
            elif key[-1] is None:
                merged.append(over)
            else:
                diagnostics.error(
                    "Missing base provider configuration for override",
                    f'There is no {over.labels[0]} provider configuration with the alias "{key[-1]}". An override file '
                    "can only override an aliased provider configuration that was already defined in a primary "
                    "configuration file.",
                    over.range,
                )
    return merged


def _key(block: Block) -> tuple[str | None, ...]:
    """What makes blocks the same: the type, the labels, and the alias of a provider configuration."""
    if block.type != "provider":
        return block.type, *block.labels
    content, _ = block.body.content({"alias": False}, {}, partial=True)
    return block.type, *block.labels, string_constant(content, "alias", Diagnostics())


def _missing(over: Block, diagnostics: Diagnostics) -> None:
    words = _MISSING[over.type]
    *types, name = over.labels
    diagnostics.error(
        f"Missing {words.summary} to override",
        f"There is no {words.what.format(*types, _quoted(name))}. An override file can only override {words.must} "
        "configuration file.",
        over.range,
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _override_locals(merged: list[Block], over: Block, diagnostics: Diagnostics) -> None:
    attributes, problems = over.body.just_attributes()
    diagnostics.extend(problems)
    homes = [(i, block.body.just_attributes()[0].keys()) for i, block in enumerate(merged) if block.type == "locals"]
    for name, attribute in attributes.items():
        at = next((i for i, names in homes if name in names), None)
        if at is None:
            diagnostics.error(
                "Missing base local value definition to override",
                f'There is no local value named "{name}". An override file can only override a local value that was '
                "already defined in a primary configuration file.",
                attribute.range,
            )
            continue
        base = merged[at]
        one = Block(
            over.range,
            over.type,
            over.type_range,
            (),
            (),
            _Names({name: attribute}, over.body.range),
            over.full_range,
        )
        merged[at] = _laid_over(base, one)


def _refuse_kept(over: Block, diagnostics: Diagnostics) -> None:
    """Refuses what an override file cannot change: conditions, and what a block depends on."""
    content, _ = over.body.content(
        {_NEVER_OVERRIDDEN: False}, {**_CONDITIONS, "lifecycle": BlockHeader()}, partial=True
    )
    conditions = [b for b in content.blocks if b.type in _CONDITIONS]
    for lifecycle in content.of_type("lifecycle"):
        conditions += lifecycle.body.content({}, _CONDITIONS, partial=True)[0].blocks
    for block in conditions:
        diagnostics.error(
            f"Can't override {block.type} blocks", f'Override files cannot override "{block.type}" blocks.', block.range
        )
    for reference in depends_on(content, Diagnostics())[:1]:
        diagnostics.error("Unsupported override", "The depends_on argument may not be overridden.", reference.range)
