"""SQLite's table of system calls, with what writes to files replaced by functions of Python.

SQLite lets its own tests do that: `xSetSystemCall` of its `unix` VFS. Where Python has SQLite linked into itself, or
on other systems, it cannot be reached: `is_reachable` tells.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Any, TypeAlias

_Pointer: TypeAlias = ctypes.c_void_p
_SET = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_char_p, _Pointer)

_BEFORE_SET = ["xOpen", "xDelete", "xAccess", "xFullPathname", "xDlOpen", "xDlError", "xDlSym", "xDlClose"]
_BEFORE_SET += ["xRandomness", "xSleep", "xCurrentTime", "xGetLastError", "xCurrentTimeInt64"]


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`, version 3."""

    _fields_ = (
        ("iVersion", ctypes.c_int),
        ("szOsFile", ctypes.c_int),
        ("mxPathname", ctypes.c_int),
        ("pNext", _Pointer),
        ("zName", ctypes.c_char_p),
        ("pAppData", _Pointer),
        *((name, _Pointer) for name in _BEFORE_SET),
        ("xSetSystemCall", _SET),
    )


AtWrite: TypeAlias = Callable[[Callable[[], None]], None]
"""Is called before each write with what would carry out half of it; raises OSError to make it fail."""

_SIZE, _OFFSET, _RESULT = ctypes.c_size_t, ctypes.c_int64, ctypes.c_ssize_t
_WRITES: dict[bytes, tuple[type, ...]] = {
    b"write": (ctypes.c_int, _Pointer, _SIZE),
    b"pwrite": (ctypes.c_int, _Pointer, _SIZE, _OFFSET),
    b"pwrite64": (ctypes.c_int, _Pointer, _SIZE, _OFFSET),
}
_OTHERS: dict[bytes, tuple[type, ...]] = {
    b"ftruncate": (ctypes.c_int, _OFFSET),
    b"unlink": (ctypes.c_char_p,),
    b"fallocate": (ctypes.c_int, _OFFSET, _OFFSET),
}
_alive: list[Any] = []
"""What SQLite holds pointers to."""


def is_reachable() -> bool:
    """Whether the table can be changed."""
    return _vfs() is not None


def intercept(at_write: AtWrite) -> None:
    """Calls `at_write` before everything that SQLite writes, truncates and removes, in this process, for good."""
    vfs = _vfs()
    assert vfs is not None
    system = ctypes.CDLL(None, use_errno=True)
    for name, kinds in (_WRITES | _OTHERS).items():
        real = getattr(system, {b"fallocate": "posix_fallocate"}.get(name, name.decode()))
        real.restype, real.argtypes = (_RESULT if name in _WRITES else ctypes.c_int), kinds
        function = ctypes.CFUNCTYPE(real.restype, *kinds, use_errno=True)(_replacement(name, real, at_write))
        _alive.append(function)
        vfs.xSetSystemCall(ctypes.addressof(vfs), name, ctypes.cast(function, _Pointer))


def _replacement(name: bytes, real: Any, at_write: AtWrite) -> Callable[..., int]:
    def call(*args: Any) -> int:
        def write_half() -> None:
            if name in _WRITES:
                real(*args[:2], args[2] // 2, *args[3:])

        try:
            at_write(write_half)
        except OSError as failure:
            ctypes.set_errno(failure.errno or 0)
            return failure.errno or 0 if name == b"fallocate" else -1
        return int(real(*args))

    return call


def _vfs() -> _Vfs | None:
    import _sqlite3

    if os.name != "posix":
        return None
    try:
        find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
    except (AttributeError, OSError):  # SQLite is a part of Python itself
        return None
    find.restype, find.argtypes = ctypes.POINTER(_Vfs), (ctypes.c_char_p,)
    vfs = find(b"unix")
    return vfs.contents if vfs and vfs.contents.iVersion >= 3 else None
