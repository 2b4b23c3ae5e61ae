"""Writes a database of the present schema version as SQL, to migrate from for ever: `python -m tests.databases.make`.

Run it once for each schema version, before the next one begins; a version that was released is never written again.
"""

from __future__ import annotations

import platform
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))  # for `kit`

from kit import ENVIRONMENT, Lab

from iac.storage import SCHEMA_VERSION, ddl

HERE = Path(__file__).parent
MAIN = (
    ENVIRONMENT
    + """
variable "replicas" {
  default = 2
  validation {
    condition     = var.replicas > 0
    error_message = "There is to be one at least."
  }
}
check "hosts" {
  assert {
    condition     = iac_service.api.internal_host == "elsewhere"
    error_message = "It is ${iac_service.api.internal_host}."
  }
}
variable "token" {
  default   = "a golden secret"
  sensitive = true
}
resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  secrets        = { TOKEN = var.token }
  container {
    image = "shop/api"
  }
}
resource "terraform_data" "copies" {
  count            = 2
  input            = { n = count.index, token = var.token }
  triggers_replace = iac_service.api.id
}
output "hosts" {
  value = iac_service.api.internal_host
}
output "token" {
  value     = var.token
  sensitive = true
}
"""
)
"""What the databases have been made from; the tests plan it again."""


def make(directory: Path) -> Path:
    """A database that has some of everything: objects, states, outputs, workspaces, events, plans, runs."""
    platform.node = lambda: "laptop"
    lab = Lab(directory)
    lab.succeed(MAIN)
    lab.update_outside("iac_service.api", max_instances=4)
    lab.succeed()
    lab.succeed(replace=["terraform_data.copies[1]"])
    with lab.project() as project:
        project.record_plan(project.plan())
        project.create_workspace("other")
    return Path(lab.database)


def main() -> None:
    """Writes the files of the present version; for a server the tables are enough."""
    with tempfile.TemporaryDirectory() as place:
        path = make(Path(place))
        with closing(sqlite3.connect(path)) as connection:
            lines = "\n".join(connection.iterdump())
    (HERE / f"version_{SCHEMA_VERSION}.sql").write_text(f"{lines}\n", encoding="utf-8")
    tables = "\n;\n".join(ddl("postgresql"))
    (HERE / f"postgresql_{SCHEMA_VERSION}.sql").write_text(f"{tables}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
