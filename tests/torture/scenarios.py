"""The commands that are killed and hindered: what is there before, what is run, and what may come of it.

A scenario is prepared once; every case works on a copy.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit import CLUSTER, Lab

from iac.cli.main import main
from iac.diagnostics import DiagnosticsError
from iac.storage import SCHEMA_VERSION, Migration, migrate

HERE = Path(__file__).parent

SHOP = (
    CLUSTER
    + """
resource "iac_environment" "staging" {
  cluster_id = iac_cluster.main.id
  name       = "staging"
  secrets    = { KEY = "a secret of staging" }
}
resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  container {
    image = "shop/api"
  }
}
resource "terraform_data" "replaced" {
  input            = iac_service.api.id
  triggers_replace = 1
}
resource "terraform_data" "overlapping" {
  input            = "one"
  triggers_replace = 1
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "goes" {
  count = 2
}
output "api" {
  value = iac_service.api.internal_host
}
"""
)
CHANGED = (
    SHOP.replace("triggers_replace = 1", "triggers_replace = 2").replace('"shop/api"', '"shop/api2"')
    + """
resource "terraform_data" "moved_here" {}
moved {
  from = terraform_data.goes[0]
  to   = terraform_data.moved_here
}
removed {
  from = terraform_data.dropped
  lifecycle {
    destroy = false
  }
}
"""
).replace('resource "terraform_data" "goes" {\n  count = 2\n}', "")
MANY = """
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}
resource "iac_environment" "e" {
  count      = 20
  cluster_id = iac_cluster.main.id
  name       = "e${count.index}"
  secrets    = { KEY = "secret ${count.index}" }
}
resource "iac_service" "s" {
  count          = 59
  environment_id = iac_environment.e[count.index % 20].id
  name           = "s${count.index}"
  container {
    image = "shop/s"
  }
}
resource "terraform_data" "before" {
  count = 60
  input = count.index
}
resource "terraform_data" "after" {
  count            = 60
  input            = iac_service.s[count.index % 59].id
  triggers_replace = terraform_data.before[count.index].output
}
output "services" {
  value = iac_service.s[*].id
}
"""
UGLY = 'locals {\n a=1\n   bcd   =   "x"\n}\n' * 40
FORMATTED = 'locals {\n  a   = 1\n  bcd = "x"\n}\n' * 40

STEPS = (
    Migration("a column more", ("ALTER TABLE run ADD COLUMN host TEXT NOT NULL DEFAULT ''",)),
    Migration(
        "a table that others refer to is made anew",
        (
            "CREATE TABLE rebuilt (name TEXT NOT NULL PRIMARY KEY, lineage TEXT NOT NULL, serial INTEGER NOT NULL,"
            " version_floor INTEGER NOT NULL, note TEXT NOT NULL)",
            "INSERT INTO rebuilt SELECT name, lineage, serial, version_floor, 'kept' FROM workspace",
            "DROP TABLE workspace",
            "ALTER TABLE rebuilt RENAME TO workspace",
        ),
    ),
)
"""Changes of the schema, of the kinds that there will be."""


# --- what runs in the forked process ------------------------------------------------------------------------


def one_by_one(arguments: Sequence[str]) -> int:
    """`iac`, with a commit for every operation: more instants to be killed between two."""
    import iac.engine.applier

    iac.engine.applier.GROUP_SECONDS = -1.0
    return main(arguments)


def migrating(arguments: Sequence[str]) -> int:
    """Opens the database and migrates it, as `open_storage` of a later version does."""
    import sys

    from iac.database import Database

    try:
        with Database.open(arguments[0], create=False) as database:
            migrate(database, (*(Migration("", ()) for _ in range(SCHEMA_VERSION - 1)), *STEPS))
    except DiagnosticsError as problem:
        sys.stderr.write("".join(f"Error: {d.summary}\n" for d in problem.diagnostics))
        return 1
    return 0


# --- what is there before -------------------------------------------------------------------------------------


def _nothing(lab: Lab) -> None:
    lab.write(SHOP)


def _many(lab: Lab) -> None:
    lab.write(MANY)


def _many_applied(lab: Lab) -> None:
    lab.succeed(MANY)


def _applied(lab: Lab) -> None:
    lab.succeed(SHOP + 'resource "terraform_data" "dropped" {}')
    lab.write(SHOP)


def _to_change(lab: Lab) -> None:
    _applied(lab)
    lab.write(CHANGED)


def _saved(lab: Lab) -> None:
    _to_change(lab)
    lab.save("tfplan")


def _drifted(lab: Lab) -> None:
    lab.succeed(SHOP)
    lab.update_outside("iac_service.api", max_instances=7)
    lab.delete_outside("iac_service.api")


def _old_plan(lab: Lab) -> None:
    _applied(lab)
    (lab.directory / "tfplan").write_bytes((lab.directory / "main.tf").read_bytes())


def _by_hand(lab: Lab) -> None:
    lab.write(CLUSTER)
    lab.outside(
        lambda platform, operation: platform.create(
            "cluster", {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3"}, operation
        )
    )
    [id] = lab.outside(lambda platform, operation: [row["id"] for row in platform.list("cluster")])
    (lab.directory / "id").write_text(id)


def _to_generate(lab: Lab) -> None:
    _by_hand(lab)
    id = (lab.directory / "id").read_text()
    lab.write(f'import {{\n  to = iac_cluster.main\n  id = "{id}"\n}}\n')


def _to_push(lab: Lab) -> None:
    lab.succeed(SHOP)
    from iac.state.file import state_to_file
    from iac.values.codec import pretty

    with lab.project() as project:
        file = pretty(state_to_file(project.state(), project.schema_of, project.registry.source))
    lab.succeed(SHOP.replace('"shop/api"', '"shop/other"') + 'resource "terraform_data" "more" {}')
    lab.write(SHOP)
    (lab.directory / "state.json").write_text(file.replace('"serial": ', '"serial": 9'))


def _two_workspaces(lab: Lab) -> None:
    lab.succeed(SHOP)
    with lab.project() as project:
        project.create_workspace("other")
        project.select_workspace("default")
    other = Lab(lab.directory)
    other.workspace = "other"
    other.write(CHANGED.replace('"main"\n  cloud', '"second"\n  cloud'))
    other.succeed()
    lab.write(SHOP)


def _much_history(lab: Lab) -> None:
    for number in range(4):
        lab.succeed(SHOP.replace("shop/api", f"shop/api{number}"))
    lab.destroy(targets=["terraform_data.goes"])
    last = lab.succeed(SHOP.replace("shop/api", "shop/api9"))
    (lab.directory / "id").write_text(str(last.origin.run_id))


def _terraform_plan(lab: Lab) -> None:
    lab.succeed(SHOP)
    goldens = HERE.parent / "recording" / "goldens"
    for suffix in ("plan.json", "apply.ndjson"):
        shutil.copy(goldens / f"create.{suffix}", lab.directory / f"terraform.{suffix}")


def _unformatted(lab: Lab) -> None:
    (lab.directory / "ugly.tf").write_text(UGLY)


# --- the table ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scenario:
    """A command. `is_whole` says that it does everything or nothing; otherwise it may stop after any operation.

    `converges` says that the next apply must find its way to where an undisturbed one ends. `proofs` are commands, by
    the name of a file, that must succeed where there is that file with a new content.
    """

    name: str
    prepare: Callable[[Lab], None]
    arguments: Sequence[str]
    is_whole: bool = True
    converges: bool = False
    task: str = "iac.cli.main:main"
    proofs: Sequence[tuple[str, Sequence[str]]] = ()
    orphans: bool = False
    """Whether there may be objects of the platform that no state knows."""
    refusal: str = ""
    """What it may answer when it is run again after it was stopped half-way."""
    is_first: bool = False
    """Whether it has to make the files that are kept from one run to the next."""

    def command(self, directory: Path) -> list[str]:
        """The arguments, with what only the prepared directory knows: `{id}`."""
        id = directory / "id"
        known = id.read_text() if id.exists() else ""
        return [known if a == "{id}" else a for a in self.arguments]


_PROVE_PLAN = (("tfplan", ("show", "tfplan")),)

SCENARIOS = (
    Scenario("init", _nothing, ("init",)),
    Scenario("apply, all new", _nothing, ("apply", "-auto-approve"), False, True),
    Scenario("apply, one by one", _nothing, ("apply", "-auto-approve"), False, True, "torture.scenarios:one_by_one"),
    Scenario("apply of many", _many, ("apply", "-auto-approve"), False, True),
    Scenario("apply of changes", _to_change, ("apply", "-auto-approve"), False, True),
    Scenario(
        "apply of changes, one by one",
        _to_change,
        ("apply", "-auto-approve"),
        False,
        True,
        "torture.scenarios:one_by_one",
    ),
    Scenario("apply of a saved plan", _saved, ("apply", "tfplan"), False, True),
    Scenario("apply, refresh only", _drifted, ("apply", "-refresh-only", "-auto-approve"), False),
    Scenario("destroy", _applied, ("destroy", "-auto-approve"), False),
    Scenario("destroy, one by one", _applied, ("destroy", "-auto-approve"), False, task="torture.scenarios:one_by_one"),
    Scenario("destroy of many", _many_applied, ("destroy", "-auto-approve"), False),
    Scenario("plan, recorded", _to_change, ("plan",)),
    Scenario("plan, nothing cached", _to_change, ("plan",), is_first=True),
    Scenario("plan -out", _old_plan, ("plan", "-out=tfplan"), proofs=_PROVE_PLAN),
    Scenario(
        "plan, generating",
        _to_generate,
        ("plan", "-generate-config-out=new.tf"),
        orphans=True,
        refusal="already exists",
    ),
    Scenario("import", _by_hand, ("import", "iac_cluster.main", "{id}"), False, True, orphans=True),
    Scenario("state mv", _applied, ("state", "mv", "terraform_data.goes", "terraform_data.gone")),
    Scenario("state rm", _applied, ("state", "rm", "iac_service.api", "terraform_data.goes"), orphans=True),
    Scenario("state push", _to_push, ("state", "push", "state.json")),
    Scenario("state pull", _applied, ("state", "pull")),
    Scenario("taint", _applied, ("taint", "iac_service.api")),
    Scenario("workspace new", _applied, ("workspace", "new", "other")),
    Scenario("workspace select", _two_workspaces, ("workspace", "select", "other")),
    Scenario("workspace delete", _two_workspaces, ("workspace", "delete", "-force", "other"), orphans=True),
    Scenario("events prune", _much_history, ("events", "prune", "-before=0s", "-auto-approve")),
    Scenario("events record", _applied, ("events", "record", "--type=BUILD", "--target=service:api", "--tool=git")),
    Scenario(
        "events export",
        _much_history,
        ("events", "export", "--force", "--output=e.ndjson"),
        proofs=(("e.ndjson", ("events", "verify", "--file", "e.ndjson")),),
    ),
    Scenario(
        "events checkpoint",
        _applied,
        ("events", "checkpoint", "--force", "--output=c.json"),
        proofs=(
            ("c.json", ("events", "verify", "--checkpoint", "c.json")),
            ("iac.db.key", ("events", "checkpoint")),
        ),
    ),
    Scenario(
        "db backup",
        _applied,
        ("db", "backup", "-force", "b.db"),
        proofs=(("b.db", ("db", "check", "--database", "b.db")),),
    ),
    Scenario(
        "record",
        _terraform_plan,
        ("record", "terraform.plan.json", "--applied", "terraform.apply.ndjson"),
        orphans=True,
    ),
    Scenario("revert", _much_history, ("revert", "{id}", "-auto-approve"), False),
    Scenario("provider install", _nothing, ("provider", "install")),
    Scenario("fmt", _unformatted, ("fmt",)),
    Scenario("migration", _two_workspaces, ("iac.db",), task="torture.scenarios:migrating"),
)
"""Everything that writes."""


def by_name(name: str) -> Scenario:
    """The scenario of a name."""
    return next(s for s in SCENARIOS if s.name == name)
