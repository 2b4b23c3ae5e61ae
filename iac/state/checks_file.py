"""The results of conditions in a state file: its member `check_results`, written and read.

Owns the member's form, which is that of Terraform's state files, version 4; the rest of the file is left to `file` and
`file_reader`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from iac.address import AddressError, parse_instance
from iac.state.checks import STATUSES, UNKNOWN, CheckResult, worst

_KINDS: Final = {"resource": "resource", "output": "output_value", "check": "check", "var": "var"}
"""How plan JSON names the kinds of a state file."""
_WRITTEN: Final = {kind: written for written, kind in _KINDS.items()}


def checks_to_file(results: Iterable[CheckResult]) -> list[dict[str, Any]] | None:
    """The results as the file has them: for each block its objects; None when there are none."""
    blocks: dict[tuple[str, str], dict[str, Any]] = {}
    for result in results:
        kind, address = place = _WRITTEN[result.kind], result.block
        block = blocks.setdefault(
            place, {"object_kind": kind, "config_addr": address, "status": result.status, "objects": None}
        )
        block["status"] = worst(block["status"], result.status)
        if not result.evaluated:
            continue
        found: dict[str, Any] = {"object_addr": result.address, "status": result.status}
        if result.problems:
            found["failure_messages"] = list(result.problems)
        block["objects"] = [*(block["objects"] or ()), found]
    return [blocks[place] for place in sorted(blocks)] or None


def checks_from_file(raw: Any) -> list[CheckResult]:
    """The results that a file has, by address. Raises `ValueError` with what is wrong.

    A kind that is not known is left out, and a status that is not known says nothing: as in Terraform, so that a newer
    one may write more.
    """
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise ValueError('The state file field "check_results" is not a list')
    found = {result.address: result for block in raw for result in _block(block)}
    return [found[address] for address in sorted(found)]


def _block(raw: Any) -> Iterator[CheckResult]:
    if not isinstance(raw, dict):
        raise ValueError('A member of "check_results" is not an object')
    kind = _KINDS.get(str(raw.get("object_kind")))
    if kind is None:
        return
    objects = raw.get("objects")
    if objects is None:
        yield CheckResult(_address(raw.get("config_addr")), kind, _status(raw), evaluated=False)
        return
    if not isinstance(objects, list) or not all(isinstance(item, dict) for item in objects):
        raise ValueError(f'The "objects" of {raw.get("config_addr")} in "check_results" are not a list of objects')
    for item in objects:
        yield CheckResult(_address(item.get("object_addr")), kind, _status(item), _messages(item))


def _address(raw: Any) -> str:
    try:
        return str(parse_instance(raw if isinstance(raw, str) else ""))
    except AddressError:
        raise ValueError(f'"{raw}" in "check_results" is no address') from None


def _status(raw: dict[str, Any]) -> str:
    status = raw.get("status")
    return status if isinstance(status, str) and status in STATUSES else UNKNOWN


def _messages(raw: dict[str, Any]) -> tuple[str, ...]:
    messages = raw.get("failure_messages")
    if messages is None:
        return ()
    if not isinstance(messages, list) or not all(isinstance(message, str) for message in messages):
        raise ValueError(f'The "failure_messages" of {raw.get("object_addr")} are not a list of strings')
    return tuple(messages)
