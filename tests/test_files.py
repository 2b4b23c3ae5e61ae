"""Writing files: whole or not at all, with the mode and owner that they are to have."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from iac.files import PRIVATE, replacing, write_whole


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def failing() -> Iterator[bytes]:
    yield b"the first half"
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


class TestContent:
    def test_is_written_in_pieces(self, path):
        write_whole(path, iter([b"one ", b"two"]))
        assert path.read_bytes() == b"one two"

    def test_is_the_old_one_after_a_failure_and_nothing_else_is_left(self, path):
        path.write_bytes(b"old")
        with pytest.raises(OSError, match="No space left"):
            write_whole(path, failing())
        assert path.read_bytes() == b"old"
        assert list(path.parent.iterdir()) == [path]

    def test_a_new_file_is_not_there_after_a_failure(self, path):
        with pytest.raises(OSError, match="No space left"):
            write_whole(path, failing())
        assert list(path.parent.iterdir()) == []

    def test_what_a_killed_process_left_is_in_nobodys_way(self, path):
        with replacing(path) as temporary:
            left = temporary
        left.write_bytes(b"half")
        write_whole(path, [b"new"])
        assert path.read_bytes() == b"new"

    def test_of_what_a_link_leads_to_is_replaced(self, path, tmp_path):
        target = tmp_path / "elsewhere"
        path.symlink_to(target)
        write_whole(path, [b"new"])
        assert path.is_symlink()
        assert target.read_bytes() == b"new"

    def test_may_have_the_longest_name_there_is(self, tmp_path):
        path = tmp_path / ("x" * 255)
        write_whole(path, [b"new"])
        assert path.read_bytes() == b"new"


class TestMode:
    def test_is_private(self, path):
        path.write_bytes(b"old")
        path.chmod(0o644)
        write_whole(path, [b"new"])
        assert mode(path) == PRIVATE

    def test_may_be_kept(self, path):
        path.write_bytes(b"old")
        path.chmod(0o640)
        write_whole(path, [b"new"], mode=None)
        assert mode(path) == 0o640

    def test_of_a_new_file_may_be_the_usual_one(self, path, tmp_path):
        usual = tmp_path / "usual"
        usual.touch()
        write_whole(path, [b"new"], mode=None)
        assert mode(path) == mode(usual)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
    def test_and_the_owner_may_be_kept(self, path):
        path.write_bytes(b"old")
        os.chown(path, 1234, 2345)
        write_whole(path, [b"new"], mode=None)
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


class TestAnExistingFile:
    def test_may_be_refused(self, path):
        path.write_bytes(b"old")
        with pytest.raises(FileExistsError):
            write_whole(path, [b"new"], replace=False)
        assert path.read_bytes() == b"old"
        assert list(path.parent.iterdir()) == [path]

    def test_a_link_that_leads_nowhere_is_one(self, path):
        path.symlink_to(path.with_name("nowhere"))
        with pytest.raises(FileExistsError):
            write_whole(path, [b"new"], replace=False)

    def test_a_device_is_written_to_and_stays(self, tmp_path):
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        write_whole(pipe, [b"through it"])
        assert os.read(reader, 100) == b"through it"
        os.close(reader)
        assert stat.S_ISFIFO(pipe.stat().st_mode)

    def test_a_directory_is_an_error(self, tmp_path):
        with pytest.raises(IsADirectoryError):
            write_whole(tmp_path, [b"new"])
        assert list(tmp_path.iterdir()) == []
