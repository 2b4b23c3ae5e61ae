"""The origin: who, from which commit, in which CI run."""

from __future__ import annotations

import getpass
import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from iac import __version__
from iac.audit.origin import ci_context, collect_origin

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def repository(tmp_path: Path, environment) -> Path:
    directory = tmp_path / "repository"
    (directory / "stack").mkdir(parents=True)
    (directory / "stack" / "main.tf").write_text("")
    for arguments in (
        ("init", "-q", "-b", "feature/x"),
        ("config", "user.email", "zoe@example.com"),
        ("config", "user.name", "Zoe"),
        ("add", "."),
        ("commit", "-q", "-m", "first"),
    ):
        subprocess.run(["git", *arguments], cwd=directory, env=environment, check=True, capture_output=True)
    return directory


def git(directory: Path, environment, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=directory, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class TestUser:
    def test_is_the_variable_first(self, tmp_path, environment):
        environment |= {"IAC_USER": "ci-bot", "USER": "root"}
        assert collect_origin(tmp_path, environment, "default", None).user == "ci-bot"

    @needs_git
    def test_is_then_that_of_git(self, repository, environment):
        assert collect_origin(repository, {**environment, "USER": "root"}, "w", None).user == "zoe@example.com"

    @needs_git
    def test_is_that_of_git_outside_of_a_repository_too(self, tmp_path, environment):
        Path(environment["HOME"], ".gitconfig").write_text("[user]\n  email = zoe@example.com\n")
        assert collect_origin(tmp_path, {**environment, "USER": "root"}, "w", None).user == "zoe@example.com"

    def test_is_then_who_started_the_ci_run(self, tmp_path, environment):
        environment |= {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "octocat", "USER": "runner"}
        assert collect_origin(tmp_path, environment, "w", None).user == "octocat"

    def test_is_then_that_of_the_system(self, tmp_path, environment):
        assert collect_origin(tmp_path, {**environment, "USER": "me"}, "w", None).user == "me"
        assert collect_origin(tmp_path, environment, "w", None).user == getpass.getuser()

    def test_is_proper_text_whatever_its_bytes(self, tmp_path, environment):
        assert collect_origin(tmp_path, {**environment, "USER": "a\udcff"}, "w", None).user == "a\ufffd"


def test_workspace_message_host_and_version_are_kept(tmp_path, environment):
    origin = collect_origin(tmp_path, environment, "prod", "because")
    assert (origin.workspace, origin.message, origin.tool) == ("prod", "because", "terraform")
    assert origin.context == {"host": platform.node(), "version": __version__}


@needs_git
class TestGit:
    def context(self, directory, environment):
        return collect_origin(directory, environment, "default", None).context.get("git")

    def test_commit_and_branch_are_those_of_the_repository_above(self, repository, environment):
        commit = git(repository, environment, "rev-parse", "HEAD")
        expected = {"commit": commit, "branch": "feature/x", "dirty": False}
        assert self.context(repository / "stack", environment) == expected
        git(repository, environment, "pack-refs", "--all")
        assert self.context(repository, environment) == expected

    def test_a_detached_head_has_no_branch(self, repository, environment):
        git(repository, environment, "checkout", "-q", "--detach")
        assert "branch" not in self.context(repository, environment)

    def test_a_worktree_has_a_head_of_its_own(self, repository, environment, tmp_path):
        git(repository, environment, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
        assert self.context(tmp_path / "tree", environment)["branch"] == "other"
        assert len(self.context(tmp_path / "tree", environment)["commit"]) == 40

    @pytest.mark.parametrize(
        ("file", "dirty"), [("main.tf", True), ("new.tf", True), ("prod.tfvars", True), ("iac.db", False)]
    )
    def test_dirty_means_that_the_configuration_is_not_that_of_the_commit(self, repository, environment, file, dirty):
        (repository / "stack" / file).write_text("changed")
        assert self.context(repository / "stack", environment)["dirty"] is dirty

    def test_without_git_the_commit_is_still_known(self, repository, environment):
        context = self.context(repository, {**environment, "PATH": "/nonexistent"})
        assert set(context) == {"commit", "branch"}

    def test_a_repository_without_commits_has_a_branch(self, tmp_path, environment):
        git(tmp_path, environment, "init", "-q", "-b", "main")
        assert self.context(tmp_path, environment) == {"branch": "main", "dirty": False}


CI = {
    "github-actions": (
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_RUN_ID": "7",
            "GITHUB_ACTOR": "octocat",
            "GITHUB_REF_NAME": "main",
        },
        {"run_url": "https://github.com/o/r/actions/runs/7", "actor": "octocat", "branch": "main"},
    ),
    "gitlab": (
        {
            "GITLAB_CI": "true",
            "CI_JOB_URL": "https://g/-/jobs/1",
            "CI_PIPELINE_URL": "https://g/-/pipelines/1",
            "GITLAB_USER_EMAIL": "ana@example.com",
            "GITLAB_USER_LOGIN": "ana",
            "CI_COMMIT_REF_NAME": "main",
        },
        {"run_url": "https://g/-/jobs/1", "actor": "ana@example.com", "branch": "main"},
    ),
    "buildkite": (
        {
            "BUILDKITE": "true",
            "BUILDKITE_BUILD_URL": "https://b/1",
            "BUILDKITE_BUILD_CREATOR_EMAIL": "ana@example.com",
            "BUILDKITE_BUILD_CREATOR": "Ana",
            "BUILDKITE_BRANCH": "main",
        },
        {"run_url": "https://b/1", "actor": "ana@example.com", "branch": "main"},
    ),
    "circleci": (
        {
            "CIRCLECI": "true",
            "CIRCLE_BUILD_URL": "https://c/1",
            "CIRCLE_USERNAME": "ana",
            "CIRCLE_BRANCH": "main",
        },
        {"run_url": "https://c/1", "actor": "ana", "branch": "main"},
    ),
    "azure-pipelines": (
        {
            "TF_BUILD": "True",
            "SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/",
            "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://o.visualstudio.com/",
            "SYSTEM_TEAMPROJECT": "My project",
            "BUILD_BUILDID": "9",
            "BUILD_REQUESTEDFOREMAIL": "ana@example.com",
            "BUILD_SOURCEBRANCH": "refs/heads/feature/x",
        },
        {
            "run_url": "https://dev.azure.com/o/My%20project/_build/results?buildId=9",
            "actor": "ana@example.com",
            "branch": "feature/x",
        },
    ),
    "jenkins": (
        {
            "JENKINS_URL": "https://j/",
            "BUILD_URL": "https://j/job/x/1/",
            "BUILD_USER_ID": "ana",
            "BRANCH_NAME": "main",
        },
        {"run_url": "https://j/job/x/1/", "actor": "ana", "branch": "main"},
    ),
}


@pytest.mark.parametrize("system", CI)
def test_a_ci_system_is_known_by_its_documented_variables(system):
    environment, context = CI[system]
    assert ci_context(environment) == {"system": system, **context}


@pytest.mark.parametrize(
    ("system", "variable", "changes", "context"),
    [
        ("github-actions", "GITHUB_HEAD_REF", {"GITHUB_REF_NAME": "5/merge"}, {"branch": "x"}),
        ("github-actions", "GITHUB_TRIGGERING_ACTOR", {}, {"actor": "x"}),
        ("gitlab", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", {}, {"branch": "x"}),
        ("gitlab", "CI_PIPELINE_URL", {"CI_JOB_URL": None}, {"run_url": "x"}),
        ("azure-pipelines", "SYSTEM_PULLREQUEST_SOURCEBRANCH", {}, {"branch": "x"}),
        ("jenkins", "CHANGE_BRANCH", {"BRANCH_NAME": "PR-1"}, {"branch": "x"}),
    ],
)
def test_a_ci_system_may_know_better_in_another_variable(system, variable, changes, context):
    environment, usual = CI[system]
    environment = {n: v for n, v in {**environment, **changes, variable: "x"}.items() if v is not None}
    assert ci_context(environment) == {"system": system, **usual, **context}


@pytest.mark.parametrize("environment", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": "false"}, {"TF_BUILD": ""}])
def test_outside_of_ci_there_is_none(environment):
    assert ci_context(environment) == {}


@pytest.mark.parametrize(
    "environment", [{"GITHUB_ACTIONS": "true"}, {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com"}]
)
def test_what_is_missing_is_left_out(environment):
    assert ci_context(environment) == {"system": "github-actions"}


@needs_git
def test_the_branch_of_a_commit_that_ci_checked_out_is_that_of_the_run(repository, environment):
    git(repository, environment, "checkout", "-q", "--detach")
    environment |= CI["gitlab"][0]
    assert collect_origin(repository, environment, "w", None).context["git"]["branch"] == "main"
