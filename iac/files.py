"""Writing a file whole or not at all: whatever happens, there is the old content or the new one.

Leaves what to tell the user about an `OSError` to the caller, who knows what the file is.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE = 0o600
"""For the owner alone: the mode of everything that may have secrets in it."""

_NO_LINKS = (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS)
"""What a file system without hard links answers."""


def write_whole(path: Path, pieces: Iterable[bytes], *, mode: int | None = PRIVATE, replace: bool = True) -> None:
    """Writes a file that has its name only when it is complete and on disk. See `replacing` for the rest.

    What is there and is no file (a pipe, a terminal, `/dev/null`) is written to as it is.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            stream.writelines(pieces)
        return
    with replacing(path, mode=mode, replace=replace) as temporary, temporary.open("wb") as file:
        file.writelines(pieces)


@contextmanager
def replacing(path: Path, *, mode: int | None = PRIVATE, replace: bool = True, sync: bool = True) -> Iterator[Path]:
    """Gives the name of a new empty file beside `path`, which takes its place when the body has ended well.

    A `mode` of None keeps mode and owner of the file that is replaced; a new file then gets the usual ones. Where
    `path` is a symbolic link, the file that it leads to is replaced. Without `sync` the file may be empty after the
    machine has crashed: for what can be made again. Raises OSError, FileExistsError among them when there is
    something already that may not be replaced. A process that is killed may leave a file `.iac-*.tmp`.
    """
    target = Path(os.path.realpath(path)) if replace else path
    temporary = target.with_name(f".iac-{os.urandom(6).hex()}.tmp")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    try:
        yield temporary
        if sync:
            _sync(temporary)
        _adopt(temporary, target, mode)
        if replace:
            os.replace(temporary, target)
        else:
            _name(temporary, target)
        if sync:
            with suppress(OSError):  # the content is on disk; not every file system can be asked about its name
                _sync(target.parent)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _adopt(temporary: Path, target: Path, mode: int | None) -> None:
    """Gives the file the mode that it is to have, and where that is the mode of the old file, its owner too."""
    if mode is not None:
        if mode != PRIVATE:
            temporary.chmod(mode)
        return
    try:
        old = target.stat()
    except FileNotFoundError:
        mask = os.umask(0o077)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        return
    new = temporary.stat()
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with suppress(PermissionError):  # only the superuser may, who formats the file of somebody else
            os.chown(temporary, old.st_uid, old.st_gid)
    temporary.chmod(stat.S_IMODE(old.st_mode))


def _name(temporary: Path, target: Path) -> None:
    """Gives the file a name that nothing may have yet."""
    try:
        os.link(temporary, target)  # unlike renaming, this fails where somebody was faster
    except FileExistsError:
        raise
    except OSError as problem:
        if problem.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        os.rename(temporary, target)
