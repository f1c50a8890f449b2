"""Seeing, and refusing, what SQLite asks of the operating system, without changing a line of the program.

The driver's extension module exports SQLite's own C interface. ``watched`` copies the default VFS
(the layer through which SQLite opens, writes and syncs files), puts a Python function in front of
the calls that change a file, and makes that copy the default: every connection opened meanwhile is
the real SQLCipher on the real disk, with somebody looking on. The function is asked before the call
is made; it answers 0 to let it through, or the error code that SQLite is then told instead.

Only calls on named files are shown: what SQLite keeps in memory never reaches a disk.
"""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest
import sqlcipher3

# Result codes of SQLite that a disk gives rise to.
OK = 0
FULL = 13
IOERR_READ = 10 | 1 << 8
IOERR_WRITE = 10 | 3 << 8
IOERR_FSYNC = 10 | 4 << 8
IOERR_TRUNCATE = 10 | 6 << 8
IOERR_DELETE = 10 | 10 << 8
CANTOPEN = 14

_SQLITE = ctypes.CDLL(sqlcipher3._sqlite3.__file__)
AVAILABLE = os.name == "posix" and hasattr(_SQLITE, "sqlite3_vfs_register")
needs_vfs = pytest.mark.skipif(not AVAILABLE, reason="this driver does not show its VFS")

_OPEN_CREATE = 0x4


class Kind(StrEnum):
    """What SQLite asks to be done with a file."""

    OPEN = "open"
    READ = "read"
    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    DELETE = "delete"


FAILURE = {
    Kind.OPEN: CANTOPEN,
    Kind.READ: IOERR_READ,
    Kind.WRITE: IOERR_WRITE,
    Kind.TRUNCATE: IOERR_TRUNCATE,
    Kind.SYNC: IOERR_FSYNC,
    Kind.DELETE: IOERR_DELETE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call about to be made. ``offset`` is the new size of a truncation."""

    kind: Kind
    path: Path
    offset: int = 0
    data: bytes = b""
    creates: bool = False  # an opening that makes the file
    syncs_folder: bool = False  # a deletion that also makes the folder durable

    @property
    def end(self) -> int:
        return self.offset + len(self.data)


Watcher = Callable[[Call], int]

_FILE = ctypes.c_void_p
_METHOD_NAMES = (
    *("close", "read", "write", "truncate", "sync", "file_size", "lock", "unlock"),
    *("check_reserved_lock", "file_control", "sector_size", "device_characteristics"),
    *("shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch"),
)
_VFS_NAMES = (
    *("open", "delete", "access", "full_pathname", "dl_open", "dl_error", "dl_sym", "dl_close"),
    *("randomness", "sleep", "current_time", "get_last_error", "current_time_64"),
    *("set_system_call", "get_system_call", "next_system_call"),
)


class _Methods(ctypes.Structure):
    """sqlite3_io_methods."""

    _fields_ = (
        ("version", ctypes.c_int),
        *((name, ctypes.c_void_p) for name in _METHOD_NAMES),
    )


class _Vfs(ctypes.Structure):
    """sqlite3_vfs."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("max_pathname", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("app_data", ctypes.c_void_p),
        *((name, ctypes.c_void_p) for name in _VFS_NAMES),
    )


_int, _long, _pointer = ctypes.c_int, ctypes.c_longlong, ctypes.c_void_p
_SIGNATURES = {
    "open": ctypes.CFUNCTYPE(_int, _pointer, _pointer, _FILE, _int, _pointer),
    "delete": ctypes.CFUNCTYPE(_int, _pointer, ctypes.c_char_p, _int),
    "close": ctypes.CFUNCTYPE(_int, _FILE),
    "read": ctypes.CFUNCTYPE(_int, _FILE, _pointer, _int, _long),
    "write": ctypes.CFUNCTYPE(_int, _FILE, _pointer, _int, _long),
    "truncate": ctypes.CFUNCTYPE(_int, _FILE, _long),
    "sync": ctypes.CFUNCTYPE(_int, _FILE, _int),
}
if AVAILABLE:
    _SQLITE.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    _SQLITE.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    _SQLITE.sqlite3_vfs_register.argtypes = [ctypes.POINTER(_Vfs), _int]
    _SQLITE.sqlite3_vfs_unregister.argtypes = [ctypes.POINTER(_Vfs)]


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """While this lasts, ``watcher`` is asked before every call of a connection that is opened in it.

    Close those connections before leaving it.
    """
    default = _SQLITE.sqlite3_vfs_find(None)
    copy = _Vfs()
    ctypes.memmove(ctypes.byref(copy), default, ctypes.sizeof(_Vfs))
    copy.name = b"watched"
    paths: dict[int, Path] = {}  # by the address of SQLite's file
    methods: dict[int, _Methods] = {}  # by the address of the ones they stand before
    callbacks = []  # kept alive for as long as SQLite may call them

    def put(structure, name, function):
        callbacks.append(_SIGNATURES[name](function))
        setattr(structure, name, ctypes.cast(callbacks[-1], ctypes.c_void_p).value)

    original_open = _SIGNATURES["open"](copy.open)
    original_delete = _SIGNATURES["delete"](copy.delete)

    def open_(_vfs, name, file, flags, out_flags):
        path = Path(os.fsdecode(ctypes.string_at(name))) if name else None
        if path is not None:
            creates = bool(flags & _OPEN_CREATE) and not path.exists()
            if refusal := watcher(Call(kind=Kind.OPEN, path=path, creates=creates)):
                ctypes.c_void_p.from_address(file).value = None  # nothing that could be closed
                return refusal
        result = original_open(ctypes.addressof(default.contents), name, file, flags, out_flags)
        if result == OK and path is not None:
            paths[file] = path
            own = ctypes.c_void_p.from_address(file)
            own.value = ctypes.addressof(_in_front_of(own.value))
        return result

    def delete(_vfs, name, syncs_folder):
        path = Path(os.fsdecode(name))
        call = Call(kind=Kind.DELETE, path=path, syncs_folder=bool(syncs_folder))
        # Deleting what is not there is SQLite's way of asking; no disk is involved.
        if path.exists() and (refusal := watcher(call)):
            return refusal
        return original_delete(ctypes.addressof(default.contents), name, syncs_folder)

    def _in_front_of(address):
        if address not in methods:
            mine = methods[address] = _Methods()
            ctypes.memmove(ctypes.byref(mine), address, ctypes.sizeof(_Methods))
            originals = {
                name: _SIGNATURES[name](getattr(mine, name))
                for name in _SIGNATURES
                if name in _METHOD_NAMES
            }

            def close(file):
                paths.pop(file, None)
                return originals["close"](file)

            def read(file, data, size, offset):
                call = Call(kind=Kind.READ, path=paths[file], offset=offset)
                return watcher(call) or originals["read"](file, data, size, offset)

            def write(file, data, size, offset):
                content = ctypes.string_at(data, size)
                call = Call(kind=Kind.WRITE, path=paths[file], offset=offset, data=content)
                return watcher(call) or originals["write"](file, data, size, offset)

            def truncate(file, size):
                call = Call(kind=Kind.TRUNCATE, path=paths[file], offset=size)
                return watcher(call) or originals["truncate"](file, size)

            def sync(file, flags):
                call = Call(kind=Kind.SYNC, path=paths[file])
                return watcher(call) or originals["sync"](file, flags)

            for function in (close, read, write, truncate, sync):
                put(mine, function.__name__, function)
        return methods[address]

    put(copy, "open", open_)
    put(copy, "delete", delete)
    _SQLITE.sqlite3_vfs_register(ctypes.byref(copy), 1)
    try:
        yield
    finally:
        _SQLITE.sqlite3_vfs_unregister(ctypes.byref(copy))
        _SQLITE.sqlite3_vfs_register(default, 1)
