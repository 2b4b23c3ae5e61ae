"""Diagnostics and paths in the protocol's form, and what stands for an exception that nobody expected."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from typing import Any

from iac.diagnostics import Diagnostic, error
from iac.plugin.fields import SEVERITIES
from iac.plugin.messages import message
from iac.values.paths import Key, Path


def diagnostic_messages(diagnostics: Iterable[Diagnostic]) -> list[Any]:
    """The messages `Diagnostic`; the place is left for Terraform to find by the path."""
    return [
        message(
            "Diagnostic",
            severity=SEVERITIES[d.severity.value],
            summary=d.summary,
            detail=d.detail,
            attribute=path_message(d.path) if d.path else None,
        )
        for d in diagnostics
    ]


def path_message(path: Path) -> Any:
    """The message `AttributePath`; it ends before an element of a set, which has no name in the protocol."""
    steps = []
    for step in path:
        if not isinstance(step, Key):
            steps.append(message("Step", attribute_name=step))
        elif isinstance(step.key, str):
            steps.append(message("Step", element_key_string=step.key))
        elif isinstance(step.key, int):
            steps.append(message("Step", element_key_int=step.key))
        else:
            break
    return message("AttributePath", steps=steps)


def unexpected(problem: BaseException) -> Diagnostic:
    """What the user is told of a bug. Without the exception's text, which may hold values of the configuration."""
    frames = traceback.extract_tb(problem.__traceback__)
    where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    return error(
        f"The provider failed unexpectedly ({type(problem).__name__} at {where})",
        "This is a bug in iac. Nothing is half-done. Run again with TF_LOG_PROVIDER=error to see where it happened, "
        "and please report it.",
    )
