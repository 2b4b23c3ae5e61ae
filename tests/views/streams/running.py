"""Runs the steps of a case in either tool and gathers every JSON document on the way, to be compared."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from kit import Lab
from views.streams.cases import Outside, Step

from iac.cli.main import main

Json: TypeAlias = Any
Tool: TypeAlias = Callable[..., tuple[int, str]]
"""Runs a command with its arguments; gives exit code and what was printed on standard output."""

_OF_A_RUN = {
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"): "ID",
    re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"): "TIME",
    re.compile(r"(?<= after )\d+s"): "0s",
    re.compile(r'("elapsed_seconds": ?)\d+'): r"\g<1>0",
    re.compile(r"(?<=token: )[\w-]{43}"): "TOKEN",
    re.compile(r"\bz[0-9a-f]{12}\b"): "HOST",
}
"""What differs from run to run, and what stands for it."""


def iac(*arguments: str) -> tuple[int, str]:
    """Our own command line, in this process and the current directory."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        code = main(arguments)
    return code, printed.getvalue()


def documents(folder: Path, steps: Iterable[Step], tool: Tool) -> list[Mapping[str, Json]]:
    """What every step prints: the streams of `plan` and `apply`, the plan, and the state and outputs afterwards."""
    lab = Lab(folder)
    written: set[str] = set()
    found: list[Mapping[str, Json]] = []
    with contextlib.chdir(folder):
        for step in steps:
            for act in step.outside:
                _act(lab, act)
            for name in written:
                (folder / name).unlink()
            files = {**({"main.tf": step.main} if step.main else {}), **step.files}
            written = set(files)
            for name, text in files.items():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_text(text)
            found.append(_step(tool, step))
    return found


def _step(tool: Tool, step: Step) -> dict[str, Json]:
    tool("init", "-input=false")
    for command in step.before:
        assert tool(*command)[0] == 0, command
    found = {"validate": _document(tool("validate", "-json")[1])}
    if step.direct:
        found["apply"] = _stream(tool("apply", "-json", "-auto-approve", "-input=false", *step.options)[1])
    else:
        code, printed = tool("plan", "-json", "-input=false", "-out=tfplan", *step.options)
        found["plan"] = _stream(printed)
        if code == 0:
            found["show"] = _document(tool("show", "-json", "tfplan")[1])
            found["apply"] = _stream(tool("apply", "-json", "-input=false", "tfplan")[1])
    for name, command in (("state", ("show", "-json")), ("outputs", ("output", "-json"))):
        code, printed = tool(*command)
        if code == 0:
            found[name] = _document(printed)
    if results := json.loads(tool("state", "pull")[1] or "{}").get("check_results"):
        found["check_results"] = json.loads(_plain(json.dumps(results)))
    return found


def _act(lab: Lab, act: Outside) -> None:
    listed = lab.outside(lambda platform, operation: platform.list(act.kind))
    id = str(next(o["id"] for o in listed if o["name"] == act.name))
    if act.verb == "update":
        lab.outside(lambda platform, operation: platform.update(act.kind, id, act.attributes, operation))
    else:
        lab.outside(lambda platform, operation: platform.delete(act.kind, id, operation))


# --- the comparable form -----------------------------------------------------------------------------------------


def _stream(printed: str) -> list[Json]:
    """The messages; those that come one after another as the tools happen to work in the order of their texts."""
    messages = [json.loads(line) for line in _plain(printed).splitlines()]
    ordered: list[Json] = []
    for _, group in itertools.groupby(messages, lambda m: "hook" if "hook" in m else m["type"]):
        ordered += sorted(group, key=lambda m: json.dumps(m, sort_keys=True))
    return ordered


def _document(printed: str) -> Json:
    return json.loads(_plain(printed))


def _plain(text: str) -> str:
    """The text without ids, times and durations of its own."""
    for pattern, word in _OF_A_RUN.items():
        text = pattern.sub(word, text)
    return text


_PRODUCT = re.compile(r"Terraform 1\.11\.4|\biac \d+\.\d+\.\d+|Terraform|\bterraform(?= [a-z])")
_SENSITIVE = ("before_sensitive", "after_sensitive", "sensitive_values")
_OWN_WORDS = ("Resource targeting is in effect", "Applied changes may be incomplete")


def alike(part: Json) -> Json:
    """The part in a form in which what is meant to differ does not show.

    That is: which tool and version it is; that in iac the `output` of a `terraform_data` is as sensitive as its
    `input`; what is said of targeting; the results of conditions in the state, which iac does not remember.
    """
    if isinstance(part, str):
        return _PRODUCT.sub("iac", part)
    if isinstance(part, list):
        return [alike(p) for p in part]
    if not isinstance(part, dict):
        return part
    found = {n: alike(p) for n, p in part.items() if n not in ("iac", "iac_version", "iac_plan_id")}
    for name in _SENSITIVE:
        if isinstance(found.get(name), dict):
            found[name].pop("output", None)
    for name in ("check_results", "objects", "failure_messages"):  # in no order
        if isinstance(found.get(name), list):
            found[name].sort(key=lambda item: json.dumps(item, sort_keys=True))
    if "problems" in found:  # in no order
        found["problems"] = sorted(found["problems"], key=lambda problem: str(problem["message"]))
    if "relevant_attributes" in found:  # in no order
        found["relevant_attributes"].sort(key=lambda r: json.dumps(r, sort_keys=True))
    if found.get("summary") in _OWN_WORDS:
        del found["detail"]
    return found


def parts(step: Mapping[str, Json]) -> dict[str, Json]:
    """What one step printed, by name: each stream and document, those of the plan by their members."""
    found = {name: document for name, document in step.items() if name != "show"}
    return found | {f"show.{name}": document for name, document in step.get("show", {}).items()}
