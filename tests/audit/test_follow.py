"""Following: every new event once, from any process, whatever happens to the file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from iac.audit.filters import EventFilter
from iac.audit.follow import follow
from iac.audit.prune import prune
from iac.audit.record import Origin
from iac.storage import open_storage


class Following:
    """A follower whose waiting is a list of things to do, one at each look; what it sees is noted."""

    def __init__(self, path, filter=EventFilter(), *steps):  # noqa: B008  # frozen
        self.steps = list(steps)
        self.seen = []
        self.iterator = follow(lambda: open_storage(path, create=False), filter, sleep=self._step)

    def _step(self, interval: float) -> None:
        if not self.steps:
            raise KeyboardInterrupt
        self.steps.pop(0)()

    def run(self):
        with pytest.raises(KeyboardInterrupt):
            self.seen.extend(self.iterator)
        return [(event.sequence, event.post_state["n"]) for event in self.seen if event.post_state]


def recorder(record, number, **more):
    return lambda: record(None, {"n": number}, **more)


def test_only_new_events_are_seen_each_once_in_order(record, path):
    record(None, {"n": 1})
    following = Following(path, EventFilter(), recorder(record, 2), lambda: None, recorder(record, 3))
    assert following.run() == [(2, 2), (3, 3)]


def test_events_since_a_cursor_are_seen_first(record, path):
    for number in (1, 2, 3):
        record(None, {"n": number})
    assert Following(path, EventFilter(after=1)).run() == [(2, 2), (3, 3)]
    assert Following(path, EventFilter(after=0)).run() == [(1, 1), (2, 2), (3, 3)]


def test_filters_choose(record, path):
    steps = [recorder(record, n, origin=Origin("ana" if n % 2 else "bob")) for n in range(1, 6)]
    assert Following(path, EventFilter(users=("ana",)), *steps).run() == [(1, 1), (3, 3), (5, 5)]


def test_many_events_at_once_are_all_seen(record, path, database):
    def burst():
        with database.transaction():
            for number in range(1, 1201):
                record(None, {"n": number})

    assert Following(path, EventFilter(), burst).run() == [(n, n) for n in range(1, 1201)]


def test_events_of_another_process_are_seen(path, database):
    code = """if True:
        import sys
        from iac.audit.log import AuditLog
        from iac.audit.record import Operation, Origin
        from iac.storage import open_storage
        with open_storage(sys.argv[1]) as database, database.transaction():
            AuditLog(database).record(Operation(Origin("a")), event_type="CREATE", target_type="t",
                                      target_id="1", target_name="n", before=None, after={"n": 7})
    """
    assert Following(
        path, EventFilter(), lambda: subprocess.run([sys.executable, "-c", code, path], check=True)
    ).run() == [(1, 7)]


def test_it_goes_on_when_old_events_are_pruned(record, path, database):
    record(None, {"n": 1})

    def prune_all():
        prune(database, datetime.now(UTC) + timedelta(seconds=1), Origin("x"))

    following = Following(
        path, EventFilter(event_types=("CREATE",)), recorder(record, 2), prune_all, recorder(record, 3)
    )
    assert [n for _, n in following.run()] == [2, 3]


def test_it_locks_nothing(record, path, database):
    def write():
        with database.transaction():
            record(None, {"n": 1})

    following = Following(path, EventFilter(), write)
    assert following.run() == [(1, 1)]


class TestReplacedFile:
    @pytest.fixture
    def move(self, path, database):
        """Puts the database, with what belongs to it, under another name."""

        def move():
            database.query("PRAGMA wal_checkpoint(TRUNCATE)")
            os.rename(path, f"{path}.1")
            for suffix in ("-wal", "-shm"):
                if os.path.exists(path + suffix):
                    os.rename(path + suffix, f"{path}.1{suffix}")

        return move

    def test_another_log_in_its_place_is_seen_from_its_beginning(self, record, path, move):
        record(None, {"n": 1})

        def begin_anew():
            with open_storage(path) as other:
                fresh = type(record)(other)
                fresh(None, {"n": 10})
                fresh(None, {"n": 11})

        following = Following(path, EventFilter(), recorder(record, 2), move, lambda: None, begin_anew)
        assert following.run() == [(2, 2), (1, 10), (2, 11)]

    def test_a_copy_of_the_log_in_its_place_is_gone_on_with(self, record, path, move):
        record(None, {"n": 1})

        def copy_back():
            shutil.copy(f"{path}.1", path)

        def record_there():
            with open_storage(path) as other:
                type(record)(other)(None, {"n": 3})

        following = Following(path, EventFilter(), recorder(record, 2), move, copy_back, record_there)
        assert following.run() == [(2, 2), (3, 3)]

    def test_what_the_old_file_still_got_is_seen(self, record, path, move):
        def move_and_begin_anew():
            record(None, {"n": 1})
            move()
            with open_storage(path) as other:
                type(record)(other)(None, {"n": 10})

        assert Following(path, EventFilter(), move_and_begin_anew).run() == [(1, 1), (1, 10)]


def test_a_database_that_is_not_there_at_the_beginning_is_an_error(tmp_path, refused):
    with refused("Database not found"):
        next(follow(lambda: open_storage(str(tmp_path / "none.db"), create=False), EventFilter()))
