"""Changes inputs at random: as text by tokens, as JSON by nodes, as bytes. All chance comes from the `Random` given."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

_TOKEN = re.compile(rb"[A-Za-z_][\w-]*|[0-9]+|\s+|.", re.DOTALL)
WORDS: Sequence[bytes] = (
    b"{", b"}", b"(", b")", b"[", b"]", b'"', b"'", b"=", b"==", b"=>", b"!", b"-", b"+", b"*", b"/", b"%", b"&&",
    b"||", b"?", b":", b",", b".", b"...", b"[*]", b".*", b"::", b"${", b"%{", b"~}", b"$${", b"%%{", b"<<E\n",
    b"\nE\n", b"<<-E\n", b"\\", b"\\u0000", b"\\U00110000", b"\\n", b"/*", b"*/", b"#", b"//", b"\n", b"\r\n", b"\r",
    b"\t", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", "\u2028".encode(), "e\u0301".encode(),
    "\U0001f469\u200d\U0001f680".encode(), b"null", b"true", b"false", b"for", b"in", b"if", b"else", b"endif",
    b"endfor", b"each.key", b"each.value", b"count.index", b"self", b"var.a", b"local.a", b"data.a.b", b"module.m",
    b"path.module", b"terraform.workspace", b"terraform_data.a", b"terraform_data.a[0].id", b"resource", b"data",
    b"variable", b"output", b"locals", b"module", b"moved", b"import", b"removed", b"check", b"dynamic", b"lifecycle",
    b"provider", b"terraform", b"ephemeral", b"count", b"for_each", b"depends_on", b"type", b"default", b"sensitive",
    b"validation", b"precondition", b"any", b"list(any)", b"object({})", b"optional(string)", b"0", b"-1", b"1e999",
    b"1e999999999", b"99999999999999999999999999", b"0.1", b"9223372036854775808", b"NaN", b"1/0", b"sensitive(1)",
    b"file(\"/dev/zero\")", b"jsondecode", b"timestamp()", b"setproduct", b"flatten", b"tomap({})", b"[]", b"{}",
    b'""', b"-target=", b"--", b"-json", b"..", b"/", b"%s", b"%0999d", b"*", b"\xc2\xa0",
)  # fmt: skip
"""What is put in: of HCL, of JSON, of command lines; one dictionary for all, as strange words find the most."""


def mutated(seed: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """A text with some changes; `others` give pieces."""
    text = seed
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        text = chance.choice(_CHANGES)(text, others, chance)
    return text[:200_000]


def _tokens(text: bytes) -> list[bytes]:
    return _TOKEN.findall(text)


def _span(tokens: Sequence[bytes], chance: Random, longest: int = 40) -> tuple[int, int]:
    begin = chance.randrange(len(tokens) + 1)
    return begin, min(len(tokens), begin + chance.randrange(1, longest))


def _deleted(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    tokens = _tokens(text)
    begin, end = _span(tokens, chance)
    return b"".join(tokens[:begin] + tokens[end:])


def _doubled(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    tokens = _tokens(text)
    begin, end = _span(tokens, chance)
    times = chance.choice((2, 2, 2, 3, 10, 300))
    return b"".join([*tokens[:begin], *tokens[begin:end] * times, *tokens[end:]])


def _inserted(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    tokens = _tokens(text)
    tokens.insert(chance.randrange(len(tokens) + 1), chance.choice(WORDS))
    return b"".join(tokens)


def _replaced(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    tokens = _tokens(text) or [b""]
    where = [i for i, token in enumerate(tokens) if not token.isspace()] or [0]
    tokens[chance.choice(where)] = chance.choice(WORDS)
    return b"".join(tokens)


def _swapped(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    tokens = _tokens(text)
    where = [i for i, token in enumerate(tokens) if not token.isspace()]
    if len(where) > 1:
        one, other = chance.sample(where, 2)
        tokens[one], tokens[other] = tokens[other], tokens[one]
    return b"".join(tokens)


def _spliced(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    pieces = _tokens(chance.choice(others)) if others else []
    begin, end = _span(pieces, chance, 120)
    tokens = _tokens(text)
    at, until = _span(tokens, chance)
    return b"".join([*tokens[:at], *pieces[begin:end], *tokens[chance.choice((at, until)) :]])


def _nested(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    opening, closing = chance.choice(
        (
            (b"(", b")"), (b"[", b"]"), (b"{a=", b"}"), (b'"${', b'}"'), (b"{", b"}"), (b"a {\n", b"\n}\n"),
            (b"[for x in [1]: ", b"]"), (b"%{if true}", b"%{endif}"), (b"jsonencode(", b")"), (b"true ? 1 : ", b""),
            (b"- ", b""), (b"", b"[0]"), (b"", b".a"),
        )
    )  # fmt: skip
    times = chance.choice((1, 1, 2, 5, 50, 1000))
    tokens = _tokens(text)
    begin, end = _span(tokens, chance, 10)
    return b"".join([*tokens[:begin], opening * times, *tokens[begin:end], closing * times, *tokens[end:]])


def _noisy(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    noise = bytearray(text or b"\x00")
    for _ in range(chance.randrange(1, 6)):
        noise[chance.randrange(len(noise))] = chance.randrange(256)
    return bytes(noise)


def _cut(text: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(text) + 1)
    return text[:at] if chance.random() < 0.7 else text[at:]


_Change = Callable[[bytes, Sequence[bytes], Random], bytes]
_CHANGES: Sequence[_Change] = (
    _deleted, _doubled, _inserted, _inserted, _replaced, _replaced, _replaced, _swapped, _swapped, _spliced, _spliced,
    _nested, _noisy, _cut,
)  # fmt: skip


# --- JSON --------------------------------------------------------------------------------------------------------

_SCALARS: Sequence[Any] = (
    None, True, False, 0, 1, -1, 1.5, 10**30, -(10**400), "", "a", "\x00", "\ud800", "${", "${var.a}", "1e999", [],
    {}, [[]], {"": None}, [None], {"type": "string", "value": 1}, ["object", {"a": "string"}], "terraform_data.a", 4,
    1e308,
)  # fmt: skip


def mutated_json(data: Any, others: Sequence[Any], chance: Random) -> Any:
    """Data of JSON with some nodes changed, put elsewhere, or taken away; the data given stays as it is."""
    data = json.loads(json.dumps(data))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        holders = _holders(data)
        if not holders:
            return deepcopy(chance.choice(_SCALARS))
        holder = chance.choice(holders)
        _change_one(holder, data, others, chance)
    return data


def _holders(data: Any) -> list[Any]:
    """Every object and array that is not empty."""
    found, pending = [], [data]
    while pending:
        part = pending.pop()
        if isinstance(part, dict | list) and part:
            found.append(part)
            pending += part.values() if isinstance(part, dict) else part
    return found


def _change_one(holder: Any, whole: Any, others: Sequence[Any], chance: Random) -> None:
    key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    act = chance.randrange(6)
    if act == 0:
        del holder[key]
    elif act == 1 and isinstance(holder, dict):
        name = chance.choice(
            (f"{key}x", "", "\x00", *(str(k) for h in _holders(whole)[:20] if isinstance(h, dict) for k in h))
        )
        holder[name] = holder.pop(key)
    elif act == 2:
        donor = chance.choice(_holders(chance.choice(others))) if others else whole
        holder[key] = json.loads(json.dumps(chance.choice(list(donor.values()) if isinstance(donor, dict) else donor)))
    elif act == 3 and chance.random() < 0.3:
        deep: Any = holder[key]
        for _ in range(chance.choice((10, 300))):
            deep = [deep] if chance.random() < 0.5 else {"a": deep}
        holder[key] = deep
    elif act == 3 and isinstance(holder, list):
        holder += json.loads(json.dumps(holder)) * chance.choice((1, 1, 20))
        del holder[2000:]
    else:
        holder[key] = deepcopy(chance.choice(_SCALARS))


def json_bytes(data: Any) -> bytes:
    """JSON text; what is no Unicode stays escaped."""
    return json.dumps(data).encode()
