"""Sensitive values in events: a keyed digest in place of each, so that a change shows and the value does not.

The digest is HMAC-SHA-256 over the canonical JSON of the value, with a key that only the database has:
equal values have equal digests, and nobody can try out guesses without the key.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, TypeAlias

from iac.schema import Block, NestedBlock
from iac.values.codec import ExactNumber, canonical, quote

MARKER: Final = "$sensitive"
HIDDEN: Final = "(sensitive value)"

_ALGORITHM: Final = "hmac-sha256"
_DIGEST: Final = re.compile(rf"{_ALGORITHM}:[0-9a-f]*")

HIDDEN_PART: Final = {MARKER: f"{_ALGORITHM}:"}
"""Stands for something of which no more may be said than that it is there."""

JsonPath: TypeAlias = Sequence[Any]
"""Where in a JSON document: member names and indices, as `iac.values.paths.path_to_json` gives them."""

Digest: TypeAlias = Callable[[Any], Any]


def is_digest(data: Any) -> bool:
    """Whether the JSON data stands for a sensitive value. An object of a user that only has the same member does not,
    or nothing would hide it where it is sensitive itself."""
    if not isinstance(data, Mapping) or len(data) != 1 or MARKER not in data:
        return False
    text = data[MARKER]
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def digester(key: bytes) -> Digest:
    """What makes digests with this key. Null stays null: that nothing is set is no secret."""

    def digest(value: Any) -> Any:
        if value is None or is_digest(value):
            return value
        return {MARKER: f"{_ALGORITHM}:{hmac.new(key, canonical(value).encode(), sha256).hexdigest()}"}

    return digest


def redact(data: Any, paths: Iterable[JsonPath], digest: Digest) -> Any:
    """The document with the parts at `paths` as digests; the one given is not changed.

    A path that cannot be followed further (into an element of a set, say) hides the part that it reached;
    one that leads to a member or element that is not there hides nothing.
    """
    for path in sorted(paths, key=len):
        data = _replace(data, path, digest)
    return data


def _replace(data: Any, path: JsonPath, digest: Digest) -> Any:
    if not path:
        return digest(data)
    if data is None or is_digest(data):
        return data
    step, rest = path[0], path[1:]
    if isinstance(data, Mapping) and isinstance(step, str):
        if step not in data:
            if data.keys() != {"value", "type"}:
                return data
            step, rest = "value", path  # a value stored with its type
        return {**data, step: _replace(data[step], rest, digest)}
    if isinstance(data, (list, tuple)) and isinstance(step, int):
        if not 0 <= step < len(data):
            return data
        return [*data[:step], _replace(data[step], rest, digest), *data[step + 1 :]]
    return digest(data)


def secrets_at(data: Any, paths: Iterable[JsonPath]) -> frozenset[str]:
    """The plain text of everything sensitive in the document: strings and numbers."""
    found: set[str] = set()

    def collect(value: Any) -> Any:
        if isinstance(value, Mapping):
            for part in value.values():
                collect(part)
        elif isinstance(value, (list, tuple)):
            for part in value:
                collect(part)
        elif isinstance(value, str) and value:
            found.add(value)
        elif isinstance(value, (int, float, ExactNumber)) and not isinstance(value, bool):
            found.add(str(value) if isinstance(value, int) else canonical(value))
        return value

    for path in paths:
        _replace(data, path, collect)
    return frozenset(found)


_SHORT: Final = 4


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, quoted and escaped forms of them included.

    A very short one is replaced only where it stands as a word, or nothing would be left to read.
    """
    forms = {form for secret in secrets for form in _written_forms(secret)}
    if not forms:
        return text
    # Longest first: one secret may be a part of another.
    patterns = [
        re.escape(form) if len(form) >= _SHORT else rf"(?<!\w){re.escape(form)}(?!\w)"
        for form in sorted(forms, key=len, reverse=True)
    ]
    return re.sub("|".join(patterns), HIDDEN, text)


def _written_forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield quote(secret)[1:-1]


def sensitive_paths(block: Block, data: Any) -> list[tuple[str | int, ...]]:
    """Where a JSON document that follows the schema has its sensitive attributes."""
    return list(_sensitive_in(block, data, ())) if block.has_sensitive else []


def _sensitive_in(block: Block, data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if not isinstance(data, Mapping):
        return
    for name, attribute in block.attributes.items():
        if attribute.sensitive and name in data:
            yield (*path, name)
    for name, nested in block.blocks.items():
        if nested.block.has_sensitive:
            for step, part in _parts(nested, data.get(name)):
                yield from _sensitive_in(nested.block, part, (*path, name, *step))


def _parts(nested: NestedBlock, data: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if nested.nesting == "single":
        yield (), data
    elif isinstance(data, Mapping):
        yield from (((key,), part) for key, part in data.items())
    elif isinstance(data, (list, tuple)):
        yield from (((index,), part) for index, part in enumerate(data))
