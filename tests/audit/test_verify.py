"""Verifying: every way to tamper with the log is found at the first event concerned."""

from __future__ import annotations

import pytest

from iac.audit.chain import COLUMNS, database_id, row_hash
from iac.audit.filters import EventFilter
from iac.audit.history import state_before
from iac.audit.query import event, events
from iac.audit.verify import verify
from iac.audit.where_parser import parse_where


@pytest.fixture
def tamper(record, database):
    """Five events, and a way to change them that the database does not refuse."""
    for number in range(1, 6):
        record(None if number == 1 else {"n": number - 1}, {"n": number}, target_id=str(number))
    database.execute("DROP TRIGGER event_never_changes")
    database.execute("DROP TRIGGER event_never_goes")
    return database.execute


def test_an_untouched_log_is_valid(record, database):
    last = [record(None, {"n": n}) for n in range(3)][-1]
    result = verify(database)
    assert result.is_valid
    assert (result.checked, result.first_bad, result.head_sequence, result.head_hash) == (3, None, 3, last.hash)


def test_an_empty_log_is_not_valid_but_empty(database):
    result = verify(database)
    assert result.is_empty
    assert not result.is_valid


@pytest.mark.parametrize(
    "change",
    [
        "\"user\" = 'mallory'",
        "timestamp = '2020-01-01T00:00:00.000000Z'",
        "post_state = '{\"n\":9}'",
        "post_state = '{ \"n\": 3 }'",
        "patch = '[]'",
        "error = ''",
        "id = '0'",
        "hash = '0'",
        "previous_hash = '0'",
        "post_state = '{'",
        "\"user\" = x'ff'",
        "\"user\" = CAST(x'ff' AS TEXT)",
        "timestamp = 1.5",
    ],
)
def test_an_altered_event_is_named(database, tamper, change):
    tamper(f"UPDATE event SET {change} WHERE sequence = 3")
    result = verify(database)
    assert (result.checked, result.first_bad) == (2, 3)
    assert "Event 3 was altered" in result.problem
    assert not result.is_valid


@pytest.mark.parametrize(
    "change",
    [
        "post_state = '{'",
        "post_state = replace(hex(zeroblob(50000)), '00', '[')",
        "patch = '[5]'",
        'patch = \'[{"op":"add"}]\'',
        "context = '[]'",
        "\"change\" = '5'",
        "timestamp = 'yesterday'",
        "\"user\" = x'ff'",
    ],
)
def test_an_altered_event_that_cannot_be_read_is_named_by_whatever_reads_it(database, tamper, refused, change):
    tamper(f"UPDATE event SET {change} WHERE sequence = 3")
    with refused("Event 3 is not as it was recorded"):
        list(events(database))


def test_an_altered_event_is_named_by_a_condition_that_asks_for_its_values(database, tamper, refused):
    tamper("UPDATE event SET post_state = '{' WHERE sequence = 3")
    with refused("Event 3 is not as it was recorded"):
        list(events(database, EventFilter(where=(parse_where("post_state.n > 8"),))))


def test_an_event_that_contradicts_itself_is_named(database, tamper, refused):
    tamper("""UPDATE event SET patch = '[{"op":"replace","path":"/x/y","value":1,"old":2}]' WHERE sequence = 3""")
    with refused("Event 3 is not as it was recorded"):
        state_before(event(database, 3))


@pytest.mark.parametrize("table", ["audit_chain", "audit_key"])
def test_a_log_without_its_own_rows_is_not_intact(database, tamper, refused, table):
    tamper(f"DELETE FROM {table}")
    with refused("The log is not intact"):
        verify(database)
        database_id(database)


def test_an_event_that_was_altered_with_its_hash_breaks_the_link_after_it(database, tamper):
    tamper("UPDATE event SET tool = 'api' WHERE sequence = 3")
    (row,) = database.query(f"SELECT {COLUMNS} FROM event WHERE sequence = 3")
    tamper("UPDATE event SET hash = ? WHERE sequence = 3", (row_hash(row),))
    assert verify(database).first_bad == 4


@pytest.mark.parametrize("sequence", [1, 3, 5])
def test_a_removed_event_is_named(database, tamper, sequence):
    tamper("DELETE FROM event WHERE sequence = ?", (sequence,))
    result = verify(database)
    assert (result.first_bad, result.first_bad_id) == (sequence, None)
    assert f"Event {sequence} was removed" in result.problem


def test_a_log_that_was_emptied_is_not_an_empty_log(database, tamper):
    tamper("DELETE FROM event")
    result = verify(database)
    assert (result.checked, result.first_bad) == (0, 1)
    assert not result.is_empty


def test_events_that_changed_places_are_named(database, tamper):
    for before, after in ((3, 30), (4, 3), (30, 4)):
        tamper("UPDATE event SET sequence = ? WHERE sequence = ?", (after, before))
    result = verify(database)
    assert (result.checked, result.first_bad) == (2, 3)
    assert result.problem == "Event 3 was reordered: it was recorded as event 4."


def test_an_event_that_was_moved_forward_is_named(database, tamper):
    for before, after in ((5, 50), (4, 5), (3, 4), (2, 3), (50, 2)):
        tamper("UPDATE event SET sequence = ? WHERE sequence = ?", (after, before))
    assert verify(database).problem == "Event 2 was reordered: it was recorded as event 5."


def test_a_removed_event_is_named_when_the_others_moved_up(database, tamper):
    tamper("DELETE FROM event WHERE sequence = 3")
    for before in (4, 5):
        tamper("UPDATE event SET sequence = ? WHERE sequence = ?", (before - 1, before))
    result = verify(database)
    assert result.problem == "Event 3 was removed: what stands in its place was recorded as event 4."


def test_an_inserted_event_is_named_when_the_others_moved_down(database, tamper):
    for before in (5, 4, 3):
        tamper("UPDATE event SET sequence = ? WHERE sequence = ?", (before + 1, before))
    values = COLUMNS.replace('"sequence"', "3").replace('"id"', "'zzz'")
    tamper(f"INSERT INTO event ({COLUMNS}) SELECT {values} FROM event WHERE sequence = 2")
    (row,) = database.query(f"SELECT {COLUMNS} FROM event WHERE sequence = 3")
    row = [*row[:-2], database.query_one("SELECT hash FROM event WHERE sequence = 2")[0]]
    tamper("UPDATE event SET previous_hash = ?, hash = ? WHERE sequence = 3", (row[-1], row_hash(row)))
    tamper("UPDATE audit_chain SET sequence = 6")
    result = verify(database)
    assert (result.first_bad, result.first_bad_id) == (3, "zzz")
    assert result.problem == "Event 3 was inserted: what is event 4 now was recorded in its place."


def test_large_objects_and_any_unicode_are_verified(record, database):
    for text in ("x" * 1_000_000, "é𝄞\x00\x1b[2J\u2028\uffff", "'\"\\"):
        record(None, {"text": text, text[:100]: 0.1})
    assert verify(database).checked == 3


@pytest.mark.parametrize("sequence", [-1, 0, 6])
def test_an_inserted_event_is_named(database, tamper, sequence):
    values = COLUMNS.replace('"sequence"', str(sequence)).replace('"id"', "'forged'")
    tamper(f"INSERT INTO event ({COLUMNS}) SELECT {values} FROM event WHERE sequence = 5")
    result = verify(database)
    assert (result.first_bad, result.first_bad_id) == (sequence, "forged")
    assert "was inserted" in result.problem


def test_the_end_of_the_chain_is_checked_too(database, tamper):
    tamper("UPDATE audit_chain SET hash = '0'")
    assert verify(database).first_bad == 5


def test_a_hash_noted_elsewhere_shows_a_log_that_was_rewritten(database, record):
    event = record(None, {})
    record({}, None)
    assert verify(database, known=(1, event.hash)).is_valid
    assert verify(database, known=(1, "0" * 64)).first_bad == 1
    assert "is not in the log" in verify(database, known=(3, event.hash)).problem
