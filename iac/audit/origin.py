"""Where an operation comes from: who, from which commit, in which CI run, on which machine.

Looks at the environment, the `.git` above the directory and the system, and never fails: what cannot be
known is left out. Git itself is run at most twice, briefly.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from iac import __version__
from iac.audit.record import Origin

USER_VARIABLE: Final = "IAC_USER"
MESSAGE_VARIABLE: Final = "IAC_MESSAGE"
_GIT_TIMEOUT: Final = 5.0
_CONFIGURATION: Final = (".tf", ".tf.json", ".tfvars", ".tfvars.json")


def collect_origin(
    directory: str | os.PathLike[str], environment: Mapping[str, str], workspace: str, message: str | None
) -> Origin:
    """The origin of what is done now in `directory`.

    The reason is `message`, else `IAC_MESSAGE`. The user is `IAC_USER`, else git's `user.email`, else who started the
    CI run, else the user of the operating system. `context` has `host` and `version`, `git` (commit, branch, dirty) in
    a repository, and `ci` (system, run_url, actor, branch) in a CI run; its branch is also git's where that has none,
    because CI systems check out commits. `run_id` and `plan_id` are for the caller to add.
    """
    git_directory = _find_git(Path(directory).resolve())
    ci = ci_context(environment)
    context: dict[str, Any] = {"host": platform.node(), "version": __version__}
    if git_directory is not None and (git := _git_context(Path(directory), git_directory, environment)):
        if "branch" in ci:
            git.setdefault("branch", ci["branch"])
        context["git"] = git
    if ci:
        context["ci"] = ci
    user = environment.get(USER_VARIABLE, "").strip()
    if not user:  # everybody's own settings count outside of a repository, too
        user = (_git(directory, environment, "config", "user.email") or "").strip()
    user = user or ci.get("actor", "") or _system_user(environment)
    reason = message or environment.get(MESSAGE_VARIABLE)
    return Origin(
        user=_text(user),
        workspace=workspace,
        message=_text(reason) if reason else None,
        message_is_given=bool(message),
        context=_clean(context),
    )


# --- CI ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _CiSystem:
    """A CI system by the variables that its documentation promises: the one that tells it, the run's URL, who
    started it, and the branch, each the first of its alternatives that is there."""

    name: str
    sign: str
    run_url: tuple[str, ...]
    actor: tuple[str, ...]
    branch: tuple[str, ...]


_CI_SYSTEMS: Final = (
    _CiSystem(
        "github-actions",
        "GITHUB_ACTIONS",
        ("{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",),
        ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"),
        ("GITHUB_HEAD_REF", "GITHUB_REF_NAME"),
    ),
    _CiSystem(
        "gitlab",
        "GITLAB_CI",
        ("{CI_JOB_URL}", "{CI_PIPELINE_URL}"),
        ("GITLAB_USER_EMAIL", "GITLAB_USER_LOGIN"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"),
    ),
    _CiSystem(
        "buildkite",
        "BUILDKITE",
        ("{BUILDKITE_BUILD_URL}",),
        ("BUILDKITE_BUILD_CREATOR_EMAIL", "BUILDKITE_BUILD_CREATOR"),
        ("BUILDKITE_BRANCH",),
    ),
    _CiSystem("circleci", "CIRCLECI", ("{CIRCLE_BUILD_URL}",), ("CIRCLE_USERNAME",), ("CIRCLE_BRANCH",)),
    _CiSystem(
        "azure-pipelines",
        "TF_BUILD",
        (
            "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
            "{SYSTEM_TEAMFOUNDATIONCOLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
        ),
        ("BUILD_REQUESTEDFOREMAIL", "BUILD_REQUESTEDFOR"),
        ("SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"),
    ),
    # Last: an agent of Jenkins may run inside another system's job, never the other way round.
    _CiSystem("jenkins", "JENKINS_URL", ("{BUILD_URL}",), ("BUILD_USER_ID",), ("CHANGE_BRANCH", "BRANCH_NAME")),
)


def ci_context(environment: Mapping[str, str]) -> dict[str, str]:
    """The CI system with the URL of its run, who started it and the branch, by its documented variables; empty
    outside of CI."""
    for system in _CI_SYSTEMS:
        if environment.get(system.sign, "").lower() in ("", "false"):
            continue
        context = {"system": system.name}
        for url in system.run_url:
            # Where a variable that should be there is not, no URL is better than half of one.
            with suppress(KeyError):
                context.setdefault("run_url", url.format_map(environment).replace(" ", "%20"))
        if actor := _first(environment, system.actor):
            context["actor"] = actor
        if branch := _first(environment, system.branch):
            context["branch"] = branch.removeprefix("refs/heads/")
        return context
    return {}


def _first(environment: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)


# --- Git ---------------------------------------------------------------------------------------------------


def _find_git(directory: Path) -> Path | None:
    """The repository's directory with HEAD in it, found upwards; a `.git` file points to it."""
    for parent in (directory, *directory.parents):
        candidate = parent / ".git"
        try:
            if candidate.is_dir():
                return candidate
            if candidate.is_file():
                pointer = candidate.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
                return parent / pointer
        except (OSError, UnicodeDecodeError):
            return None
    return None


def _git_context(directory: Path, git: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    commit, branch = _git_head(git)
    context: dict[str, Any] = {}
    if commit is not None:
        context["commit"] = commit
    if branch is not None:
        context["branch"] = branch
    if context and (dirty := _is_dirty(directory, environment)) is not None:
        context["dirty"] = dirty
    return context


def _git_head(git: Path) -> tuple[str | None, str | None]:
    """Commit and branch, each None where there is none (a new repository, a detached HEAD)."""
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return head, None
        reference = head.removeprefix("ref:").strip()
        return _git_reference(git, reference), reference.removeprefix("refs/heads/")
    except (OSError, UnicodeDecodeError):
        return None, None


def _git_reference(git: Path, reference: str) -> str | None:
    common = git
    if (git / "commondir").is_file():  # a worktree
        common = git / (git / "commondir").read_text(encoding="utf-8").strip()
    for base in (git, common):
        if (base / reference).is_file():
            return (base / reference).read_text(encoding="utf-8").strip()
    packed = common / "packed-refs"
    if packed.is_file():
        for line in packed.read_text(encoding="utf-8").splitlines():
            commit, _, name = line.partition(" ")
            if name == reference:
                return commit
    return None


def _is_dirty(directory: Path, environment: Mapping[str, str]) -> bool | None:
    """Whether the directory differs from the commit: a change of a tracked file, or a new file of
    configuration. None where git cannot say."""
    output = _git(
        directory,
        environment,
        "--no-optional-locks",
        "status",
        "--porcelain",
        "--untracked-files=all",
        "--",
        ".",
    )
    if output is None:
        return None
    return any(not line.startswith("??") or line.strip('"').endswith(_CONFIGURATION) for line in output.splitlines())


def _git(directory: str | os.PathLike[str], environment: Mapping[str, str], *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


# --- System ------------------------------------------------------------------------------------------------


def _system_user(environment: Mapping[str, str]) -> str:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if environment.get(variable):
            return environment[variable]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "unknown"


def _clean(data: Any) -> Any:
    """The data with every string as proper Unicode: names in the environment may be any bytes."""
    if isinstance(data, dict):
        return {key: _clean(value) for key, value in data.items()}
    return _text(data) if isinstance(data, str) else data


def _text(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
