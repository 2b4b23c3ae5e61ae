"""Addresses as arguments of commands."""

from __future__ import annotations

from iac.address import AddressError, ResourceInstance, Target, parse_instance, parse_target
from iac.diagnostics import DiagnosticsError, error


def target_argument(text: str) -> Target:
    """A module, resource or instance. Raises `DiagnosticsError`."""
    try:
        return parse_target(text)
    except AddressError as problem:
        raise _invalid(text, problem) from None


def instance_argument(text: str) -> ResourceInstance:
    """One resource instance. Raises `DiagnosticsError`."""
    try:
        return parse_instance(text)
    except AddressError as problem:
        raise _invalid(text, problem) from None


def _invalid(text: str, problem: AddressError) -> DiagnosticsError:
    return DiagnosticsError(error("Invalid address", f'"{text}" is no address: {problem}.'))
