"""Rules over several arguments of one object: what the schema's bounds of single values cannot say.

Each takes a configuration, parts of which may be unknown, and yields diagnostics with paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from iac.diagnostics import Diagnostic, error
from iac.platform.schemas.service import SOURCES
from iac.providers.planning import default_of
from iac.schema import Block
from iac.values.paths import Key
from iac.values.value import UNKNOWN, Value

_LISTED: Final = "container, application, database, helm or job"


def check(kind: str, block: Block, config: Value) -> Iterator[Diagnostic]:
    """What is wrong with the configuration of a kind of object as a whole."""
    if config.raw.__class__ is dict:
        for rule in _RULES[kind]:
            yield from rule(block, config.raw)


def _order(low: str, high: str) -> Callable[[Block, Mapping[str, Value]], Iterator[Diagnostic]]:
    """The rule that one number is not above another."""

    def rule(block: Block, config: Mapping[str, Value]) -> Iterator[Diagnostic]:
        values = {n: default_of(block.attributes[n]) if config[n].raw is None else config[n] for n in (low, high)}
        small, large = values[low].raw, values[high].raw
        if small is UNKNOWN or large is UNKNOWN or small <= large:
            return
        # The one that the user wrote is to blame: the other may be the default.
        blamed = low if config[low].raw is not None else high
        yield error(
            "Invalid combination of arguments",
            f'"{low}" ({small}) must not be greater than "{high}" ({large}).',
            path=(blamed,),
        )

    return rule


def _one_source(block: Block, config: Mapping[str, Value]) -> Iterator[Diagnostic]:
    present = [n for n in SOURCES if config[n].is_known and config[n].raw is not None]
    undecided = any(not config[n].is_known for n in SOURCES)
    if len(present) > 1:
        for name in present[1:]:
            yield error(
                "Conflicting source blocks",
                f"A service runs exactly one of {_LISTED}. This one has a {present[0]} block as well as this.",
                path=(name,),
            )
    elif not present and not undecided:
        yield error("Missing source block", f"A service needs exactly one of these blocks: {_LISTED}.", path=())


def _job_trigger(block: Block, config: Mapping[str, Value]) -> Iterator[Diagnostic]:
    job = config["job"].raw
    if job.__class__ is not dict:
        return
    schedule, event = job["schedule"].raw, job["on"].raw
    if schedule is None and event is None:
        yield error(
            "Missing job trigger", 'A job runs on a "schedule" or "on" an event: set one of them.', path=("job",)
        )
    elif schedule not in (None, UNKNOWN) and event not in (None, UNKNOWN):
        yield error(
            "Conflicting job triggers",
            'A job runs on a "schedule" or "on" an event: set one of them, not both.',
            path=("job", "on"),
        )


def _ports_once(block: Block, config: Mapping[str, Value]) -> Iterator[Diagnostic]:
    """No two ports listen on, are reached at, or are called the same."""
    ports = config["port"].raw
    if ports.__class__ is not tuple:
        return
    for name in ("internal_port", "external_port", "name"):
        seen: dict[Any, int] = {}
        for index, port in enumerate(ports):
            value = port.raw[name].raw if port.raw.__class__ is dict else None
            if value is None or value is UNKNOWN:
                continue
            # The same number may be used for TCP and for UDP.
            key = (value, name != "name" and port.raw["protocol"].raw == "UDP")
            if key in seen:
                yield error(
                    "Duplicate port",
                    f'Port block {index + 1} has the same "{name}" ({value}) as port block {seen[key] + 1}.',
                    path=("port", Key(index), name),
                )
            seen.setdefault(key, index)


def _mounted_once(block: Block, config: Mapping[str, Value]) -> Iterator[Diagnostic]:
    disks = config["storage"].raw
    if disks.__class__ is not tuple:
        return
    seen: dict[str, int] = {}
    for index, disk in enumerate(disks):
        place = disk.raw["mount_point"].raw if disk.raw.__class__ is dict else None
        if isinstance(place, str):
            first = seen.setdefault(place.rstrip("/"), index)
            if first != index:
                yield error(
                    "Duplicate mount point",
                    f'Storage block {index + 1} has the same "mount_point" ({place}) as storage block {first + 1}.',
                    path=("storage", Key(index), "mount_point"),
                )


def _secret_and_variable(block: Block, config: Mapping[str, Value]) -> Iterator[Diagnostic]:
    """A name is an environment variable or a secret, not both."""
    plain, secret = config["environment_variables"].raw, config["secrets"].raw
    if plain.__class__ is dict and secret.__class__ is dict:
        for name in sorted(plain.keys() & secret.keys()):
            yield error(
                "Duplicate environment variable",
                f'"{name}" is in "environment_variables" and in "secrets"; it can be in only one of them.',
                path=("environment_variables", Key(name)),
            )


def _probe_targets(block: Block, config: Mapping[str, Value]) -> Iterator[Diagnostic]:
    healthcheck = config["healthcheck"].raw
    if healthcheck.__class__ is not dict:
        return
    for probe in ("liveness", "readiness"):
        parts = healthcheck[probe].raw
        if parts.__class__ is not dict:
            continue
        type = parts["type"].raw or "HTTP"
        needed = "command" if type == "EXEC" else "port"
        if type is not UNKNOWN and (parts[needed].raw is None or parts[needed].raw == ()):
            yield error(
                "Incomplete healthcheck",
                f'A {probe} check of type {type} needs "{needed}".',
                path=("healthcheck", probe),
            )


_RULES: Final[Mapping[str, tuple[Callable[[Block, Mapping[str, Value]], Iterator[Diagnostic]], ...]]] = {
    "cluster": (_order("min_nodes", "max_nodes"),),
    "environment": (_secret_and_variable,),
    "service": (
        _one_source,
        _job_trigger,
        _order("min_instances", "max_instances"),
        _ports_once,
        _mounted_once,
        _probe_targets,
        _secret_and_variable,
    ),
}
