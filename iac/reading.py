"""Reading a file that a user named, whatever it is: never more than fits in memory, never waiting for what never comes.

Owns what of regular files, devices and pipes is read. Leaves what to tell the user about an `OSError` to the caller,
who knows what the file is; the error's `strerror` says why.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from collections.abc import Iterator
from io import BufferedReader, FileIO
from pathlib import Path

LARGEST = 64 << 20
"""Bytes: the largest file that is read."""
_PATIENCE = 2.0
"""Seconds that a named pipe may be without anybody who writes to it."""
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a unix domain socket",
    stat.S_IFCHR: "a device node",
    stat.S_IFBLK: "a device node",
}


def read_file(path: Path, *, pipes: bool = False, limit: int = LARGEST) -> bytes:
    """The content of a regular file, or of `/dev/null`. With `pipes` other things are read too, such as
    `/dev/stdin` and what a shell makes of `<(command)`.

    Raises OSError when it cannot be read, is larger than `limit` bytes, or is a pipe that nobody writes to.
    """
    with open_file(path, pipes=pipes) as file:
        found = os.fstat(file.fileno())
        if stat.S_ISREG(found.st_mode) and found.st_size > limit:
            raise _too_large(path, limit)
        content = bytearray(_first_piece(file, path) if stat.S_ISFIFO(found.st_mode) else b"")
        while piece := file.read(min(1 << 20, limit + 1 - len(content))):
            content += piece
            if len(content) > limit:
                raise _too_large(path, limit)
        return bytes(content)


def read_lines(path: Path, *, pipes: bool = False) -> Iterator[bytes]:
    """The lines of the same file, each with its end, one after another: of them all there may be any number.

    Raises OSError, also between the lines.
    """
    with open_file(path, pipes=pipes) as file:
        is_pipe = stat.S_ISFIFO(os.fstat(file.fileno()).st_mode)
        *whole, last = _first_piece(file, path).split(b"\n") if is_pipe else [b""]
        yield from (line + b"\n" for line in whole)
        rest = BufferedReader(file)
        if line := last + rest.readline():
            yield line
        yield from rest


def open_file(path: Path, *, pipes: bool = False) -> FileIO:
    """The same file to be read in pieces. Raises OSError; pipes that nobody writes to are not known as such here."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as problem:  # a NUL in the name
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path)) from problem
    try:
        _check_kind(os.fstat(descriptor), path, pipes)
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            os.set_blocking(descriptor, True)
        return open(descriptor, "rb", buffering=0)
    except BaseException:
        os.close(descriptor)
        raise


def _check_kind(found: os.stat_result, path: Path, pipes: bool) -> None:
    kind = stat.S_IFMT(found.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if kind in _KINDS and not pipes and not _is_null(found):
        raise OSError(errno.EINVAL, f"Is {_KINDS[kind]}, not a regular file", str(path))


def _is_null(found: os.stat_result) -> bool:
    return found.st_rdev == os.stat(os.devnull).st_rdev


def _first_piece(pipe: FileIO, path: Path) -> bytes:
    """What a pipe holds now; a named one that nobody has opened to write is given some time. From then on it waits."""
    piece = pipe.read(1 << 16)  # None: there is somebody who writes, but nothing yet
    if piece == b"" and not path.is_relative_to("/dev"):  # in /dev are those that the process was given: it has ended
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        if not poll.poll(_PATIENCE * 1000):
            reason = f"Nobody wrote to this named pipe within {_PATIENCE:.0f} seconds"
            raise OSError(errno.ETIMEDOUT, reason, str(path))
    os.set_blocking(pipe.fileno(), True)
    return piece or b""


def _too_large(path: Path, limit: int) -> OSError:
    return OSError(errno.EFBIG, f"File too large: it has more than {limit >> 20} MB", str(path))
