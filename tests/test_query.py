"""`iac query`: SQL that reads what it may, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from kit import ENVIRONMENT, Lab

from iac.diagnostics import DiagnosticsError
from iac.query import SCHEMA, Answer, ask

SECRET = """
variable "secret" {
  sensitive = true
  default   = "hunter2"
}
resource "terraform_data" "a" {
  input = { open = [1, "x"], hidden = var.secret }
}
output "open" {
  value = "seen"
}
check "open" {
  assert {
    condition     = terraform_data.a.input.open[0] == 2
    error_message = "It is ${terraform_data.a.input.open[0]}."
  }
}
check "secret" {
  assert {
    condition     = var.secret == "open"
    error_message = "It is ${var.secret}."
  }
}
output "hidden" {
  value     = var.secret
  sensitive = true
}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = Lab(tmp_path)
    made.succeed(ENVIRONMENT + SECRET)
    return made


def asked(lab: Lab, sql: str, **options: float) -> Answer:
    with lab.project() as project:
        return ask(project, sql, **options)  # type: ignore[arg-type]


def refused(lab: Lab, sql: str, **options: float) -> str:
    with pytest.raises(DiagnosticsError) as caught:
        asked(lab, sql, **options)
    (problem,) = caught.value.diagnostics
    return f"{problem.summary}: {problem.detail}"


def test_resources_are_counted(lab: Lab) -> None:
    found = asked(lab, "SELECT type, count(*) AS n FROM resources GROUP BY type ORDER BY type")
    assert found.columns == ["type", "n"]
    assert found.rows == [("iac_cluster", 1), ("iac_environment", 1), ("terraform_data", 1)]


def test_attributes_have_their_paths_and_hide_what_is_sensitive(lab: Lab) -> None:
    found = asked(lab, "SELECT path, value, sensitive FROM attributes WHERE address = 'terraform_data.a' ORDER BY path")
    assert [row for row in found.rows if row[0].startswith("input")] == [
        ("input.hidden", None, 1),
        ("input.open[0]", 1, 0),
        ("input.open[1]", "x", 0),
    ]


def test_what_the_schema_calls_sensitive_is_hidden(lab: Lab) -> None:
    assert asked(lab, "SELECT value, sensitive FROM attributes WHERE path = 'kubeconfig'").rows == [(None, 1)]


def test_outputs_hide_what_is_sensitive(lab: Lab) -> None:
    assert asked(lab, "SELECT name, value, sensitive FROM outputs ORDER BY name").rows == [
        ("hidden", None, 1),
        ("open", "seen", 0),
    ]


def test_results_of_conditions_are_listed(lab: Lab) -> None:
    assert asked(lab, "SELECT address, kind, status, problems, evaluated FROM checks ORDER BY address").rows == [
        ("check.open", "check", "fail", '["It is 1."]', 1),
        ("check.secret", "check", "fail", "[]", 1),
    ]


def test_events_and_runs_are_joined(lab: Lab) -> None:
    sql = "SELECT r.status, count(*) FROM events e JOIN runs r ON r.id = e.run_id GROUP BY r.id"
    assert asked(lab, sql).rows == [("applied", 3)]


@pytest.mark.parametrize("view", SCHEMA)
def test_every_view_has_the_columns_that_are_said_and_no_secret(lab: Lab, view: str) -> None:
    found = asked(lab, f"SELECT * FROM {view}")
    assert tuple(found.columns) == tuple(SCHEMA[view])
    assert "hunter2" not in str(found.rows)


def test_subqueries_may_be_named_and_may_call_themselves(lab: Lab) -> None:
    sql = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 3), e AS (SELECT user AS u FROM events)"
    assert asked(lab, f"{sql} SELECT (SELECT max(n) FROM c), (SELECT min(u) FROM e)").rows == [(3, "ana")]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT key FROM audit_key",
        "SELECT attributes FROM resource_instance",
        "SELECT * FROM main.resource_instance",
        "SELECT value FROM output",
        "SELECT document FROM plan",
        "WITH events AS (SELECT attributes FROM resource_instance) SELECT * FROM events",
        "SELECT u FROM (SELECT attributes AS u FROM resource_instance) AS resources",
        "SELECT secrets FROM environment",
        "SELECT count(*) FROM audit_key",
        "SELECT sql FROM sqlite_master",
        "SELECT load_extension('x')",
        "PRAGMA table_info(event)",
        "ATTACH 'x.db' AS x",
        "CREATE TABLE x (a)",
        "CREATE TEMP TABLE x (a)",
        "INSERT INTO outputs VALUES (1, 2, 3, 4)",
        "UPDATE attributes SET value = 1",
        "DROP VIEW events",
        "BEGIN",
        "VACUUM",
    ],
)
def test_nothing_else_can_be_read_or_done(lab: Lab, sql: str) -> None:
    assert refused(lab, sql).startswith("Query ")
    assert lab.is_log_valid()


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELCT 1", 'Query failed: Near "SELCT": syntax error'),
        ("SELECT nope FROM events", "Query failed: No such column: nope"),
        ("SELECT 1; SELECT 2", "Query failed: Only one statement"),
        ("", "Query failed: The query is empty"),
        (" ; ", "Query failed: The query is empty"),
        ("SELECT ?", "Query failed: A query has no parameters"),
        ("SELECT '\x00'", "Query failed: The query contains a null character. iac"),
        ("SELECT '\ud800'", "Query failed: 'utf-8' codec can't encode"),
        ("(" * 5000, "Query failed"),
    ],
)
def test_mistakes_are_named(lab: Lab, sql: str, wanted: str) -> None:
    assert refused(lab, sql).startswith(wanted)


def test_a_query_that_does_not_end_is_stopped(lab: Lab) -> None:
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
    assert refused(lab, endless, seconds=0.2).startswith("Query took too long")


def test_a_large_answer_is_cut_where_that_is_asked_for(lab: Lab) -> None:
    found = asked(lab, "SELECT sequence FROM events", limit=2)
    assert (len(found.rows), found.is_cut) == (2, True)


def test_a_query_that_fills_the_memory_is_stopped(lab: Lab) -> None:
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, hex(zeroblob(99999)) FROM c"
    assert refused(lab, endless, seconds=60).startswith("Answer is too large")
    assert len(asked(lab, endless, limit=3).rows) == 3


def test_lists_in_columns_can_be_taken_apart(lab: Lab) -> None:
    found = asked(lab, "SELECT DISTINCT c.value FROM events e, json_each(e.change) c ORDER BY 1")
    assert ("config",) in found.rows


def place(lab: Lab, sql: str) -> str:
    """What is marked in a wrong query: its line, and the text."""
    with pytest.raises(DiagnosticsError) as caught:
        asked(lab, sql)
    where = caught.value.diagnostics[0].subject
    assert where is not None
    return f"{where.start.line}: {sql.encode()[where.start.byte : where.end.byte].decode()}"


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELCT 1", "1: SELCT"),
        ("SELECT 1 FROM\n\n  evnts", "3: evnts"),
        ("SELECT 'é', nope FROM events", "1: nope"),
        ("SELECT e.nope FROM events e", "1: e.nope"),
        ("SELECT e . nope FROM events e", "1: e . nope"),
        ('SELECT -- nope\n "e".nope FROM events e', '2: "e".nope'),
        ("SELECT 'nope' FROM events WHERE nope", "1: nope"),
        ("SELECT id FROM events JOIN runs USING (user)", "1: id"),
        ("SELECT nofunc(1)", "1: nofunc"),
        ("SELECT upper(1, 2)", "1: upper"),
        ("SELECT count(*) FROM events WHERE count(*) > 1", "1: count"),
        ("SELECT (1", "1: 1"),
        ("SELECT id FROM FROM events", "1: FROM"),
        ("SELECT 1 # 2", "1: #"),
        ("SELECT 'open", "1: 'open"),
    ],
)
def test_the_place_of_a_mistake_is_found(lab: Lab, sql: str, wanted: str) -> None:
    assert place(lab, sql) == wanted


def test_of_several_places_the_wrong_one_is_found(lab: Lab) -> None:
    with pytest.raises(DiagnosticsError) as caught:
        asked(lab, "SELECT user FROM events WHERE id IN (SELECT x.user FROM (SELECT 1) x, (SELECT user FROM outputs))")
    where = caught.value.diagnostics[0].subject
    assert where is not None
    assert where.start.column > 30


_ENDLESS = """
import sys
from pathlib import Path
from iac.project import Project
from iac.query import ask
with Project(Path(sys.argv[1]), sys.argv[2], {}) as project:
    project.database
    print("asking", flush=True)
    ask(project, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c", seconds=60)
"""


def test_a_query_can_be_interrupted(lab: Lab) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _ENDLESS, str(lab.directory), lab.database],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(100):  # it may not be asking yet
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
                break
        assert process.stderr is not None
        assert b"KeyboardInterrupt" in process.stderr.read()


def test_a_table_behind_a_view_is_answered_with_the_view(lab: Lab) -> None:
    assert 'Did you mean "events"?' in refused(lab, "SELECT * FROM event")


def test_no_function_tells_of_the_memory_of_the_program(lab: Lab) -> None:
    assert "Query is not allowed" in refused(lab, "SELECT fts3_tokenizer('simple')")
