"""A disk that fails: SQLite's own file layer, watched call by call, so that any of them can be the machine's last.

SQLite lets its file layer (the VFS) be replaced while it runs, no compiler needed. The copy put in its place tells the
disk of every create, write, truncate, sync and unlink of the database and its journals before it lets them through. So
the disk knows at each call what a power cut would leave there (rows R1, R2):

- `power`  only what had been synced: writes since a file's last fsync are undone, and so are creations and unlinks of
           files since the last fsync of their directory;
- `torn`   the same, but a random half of what was not synced has reached the disk, in pieces of 512 bytes.

A process that is killed leaves all it had written. The layer goes into child processes only.
"""

from __future__ import annotations

import ctypes
import os
import traceback
from collections.abc import Callable, Iterator
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p, cast, string_at
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.office.processes import BROKEN

CREATE, SECTOR = 0x4, 512  # SQLITE_OPEN_CREATE; the least that a disk writes whole


@dataclass
class File:
    """A file as the disk holds it, and what was done to it since its last sync: (offset, bytes) or (size, None)."""

    synced: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    entered: bool = True  # its name is in the directory, and the directory was synced

    def sync(self) -> None:
        self.synced, self.pending = self.image(self.pending), []

    def image(self, done: list[tuple[int, bytes | None]]) -> bytes:
        content = bytearray(self.synced)
        for offset, written in done:
            if written is None:
                del content[offset:]
            else:
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(written)] = written
        return bytes(content)

    def pieces(self) -> Iterator[tuple[int, bytes | None]]:
        """What is pending, cut where a disk may tear it."""
        for offset, written in self.pending:
            if written is None:
                yield offset, None
                continue
            start = 0
            while start < len(written):
                end = min(len(written), start + SECTOR - (offset + start) % SECTOR)
                yield offset + start, written[start:end]
                start = end


class Disk:
    """What the disk holds at each moment of the watched database; `before_call` is asked before anything is done."""

    def __init__(self, database: Path, *, before_call: Callable[[Disk], None]) -> None:
        self.database, self.before_call = database, before_call
        self.files = {str(database): File(database.read_bytes())}
        self.gone: dict[str, File] = {}  # unlinked, and the directory not synced since

    def call(self) -> None:
        """A call is about to be made, or to go on with its second half, the directory."""
        self.before_call(self)

    def create(self, name: str) -> None:
        self.files[name] = File(entered=False)

    def unlink(self, name: str) -> None:
        file = self.files.pop(name)
        if file.entered:
            self.gone.setdefault(name, file)

    def sync_directory(self) -> None:
        self.gone.clear()
        for file in self.files.values():
            file.entered = True

    def after_cut(self, lucky: Callable[[], bool]) -> dict[str, bytes]:
        """The files of this moment when the power fails; `lucky` says of each thing not synced whether it is there."""
        left = {}
        for name in sorted({*self.files, *self.gone}):
            here, before = self.files.get(name), self.gone.get(name)
            if here is not None and not here.entered and not lucky():
                here = None
            if here is None and before is not None and name not in self.files and lucky():
                continue
            if (file := here or before) is not None:
                left[name] = file.image([piece for piece in file.pieces() if lucky()])
        return left


# ── SQLite's file layer, as its C header declares it ───────────────────────────────────────────────────────────────

OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
OPEN_DIRECTORY = CFUNCTYPE(c_int, c_char_p, POINTER(c_int))
GET_CALL = CFUNCTYPE(c_void_p, c_void_p, c_char_p)
SET_CALL = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)


class Vfs(Structure):
    """sqlite3_vfs, version 3."""

    _fields_ = [
        *[(name, c_int) for name in ("version", "file_size", "max_path")],
        *[(name, c_void_p) for name in ("next", "name", "app_data", "open", "delete")],
        *[(f"_{number}", c_void_p) for number in range(11)],
        *[(name, c_void_p) for name in ("set_call", "get_call", "next_call")],
    ]


class Methods(Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = [
        ("version", c_int),
        *[(name, c_void_p) for name in ("close", "read", "write", "truncate", "sync")],
        *[(f"_{number}", c_void_p) for number in range(13)],
    ]


def library() -> Path | None:
    """The shared library in which Python's sqlite3 does its work; None when it was built into the interpreter."""
    import sqlite3

    sqlite3.connect(":memory:").close()
    paths = {line.split()[-1] for line in Path("/proc/self/maps").read_text("utf-8").splitlines() if ".so" in line}
    return next((Path(path) for path in paths if Path(path).name.startswith("libsqlite3.so")), None)


class Watch:
    """SQLite's file layer in this process, every call on the disk's files told to the disk first."""

    def __init__(self, disk: Disk) -> None:
        path = library()
        assert path is not None
        self.disk = disk
        self.sqlite = ctypes.CDLL(str(path))
        self.sqlite.sqlite3_vfs_find.restype = POINTER(Vfs)
        self.names: dict[int, str] = {}
        self.tables: dict[int, Methods] = {}  # database and journal have different ones
        self.kept: list[Any] = []  # whatever C holds a pointer to
        self.between: Callable[[], None] | None = None  # what is done by the time SQLite goes on to the directory
        self._install(self.sqlite.sqlite3_vfs_find(None).contents)

    def _install(self, vfs: Vfs) -> None:
        assert vfs.version >= 3
        mine, name = Vfs.from_buffer_copy(vfs), ctypes.create_string_buffer(b"watched")
        self.kept += [mine, name]
        mine.next, mine.name = None, cast(name, c_void_p).value
        mine.open = self._instead(OPEN, vfs.open, self.open)
        mine.delete = self._instead(DELETE, vfs.delete, self.delete)
        assert self.sqlite.sqlite3_vfs_register(byref(mine), 1) == 0
        call = GET_CALL(vfs.get_call)(byref(vfs), b"openDirectory")
        watched = self._instead(OPEN_DIRECTORY, call, self.open_directory)
        assert SET_CALL(vfs.set_call)(byref(vfs), b"openDirectory", watched) == 0

    def _instead(self, kind: Any, address: int, method: Callable[..., int]) -> int | None:
        """The address of a C function that calls this method, with the function it stands for as first argument."""
        real = kind(address)

        def guarded(*arguments: Any) -> int:
            try:
                return method(real, *arguments)
            except BaseException:  # it cannot go through C: told here, and the test sees a broken child
                traceback.print_exc()
                os._exit(BROKEN)

        callback = kind(guarded)
        self.kept.append(callback)
        return cast(callback, c_void_p).value

    # each of these is called by SQLite

    def open(self, real: Any, vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        path = string_at(name).decode() if name else ""
        watched = path.startswith(str(self.disk.database))
        if watched and flags & CREATE and not Path(path).exists():
            self.disk.call()
            self.disk.create(path)
        result = int(real(vfs, name, file, flags, out))
        if watched and result == 0:
            self.names[file] = path
            table = cast(file, POINTER(c_void_p))
            table[0] = ctypes.addressof(self._table(table[0] or 0))
        return result

    def _table(self, address: int) -> Methods:
        """The watched copy of a table of methods."""
        if address not in self.tables:
            self.tables[address] = mine = Methods.from_buffer_copy(string_at(address, ctypes.sizeof(Methods)))
            mine.write = self._instead(WRITE, mine.write, self.write)
            mine.truncate = self._instead(TRUNCATE, mine.truncate, self.truncate)
            mine.sync = self._instead(SYNC, mine.sync, self.sync)
        return self.tables[address]

    def write(self, real: Any, file: int, content: int, length: int, offset: int) -> int:
        self.disk.call()
        self.disk.files[self.names[file]].pending.append((offset, string_at(content, length)))
        return int(real(file, content, length, offset))

    def truncate(self, real: Any, file: int, size: int) -> int:
        self.disk.call()
        self.disk.files[self.names[file]].pending.append((size, None))
        return int(real(file, size))

    def sync(self, real: Any, file: int, flags: int) -> int:
        self.disk.call()
        return self._then_directory(self.disk.files[self.names[file]].sync, lambda: real(file, flags))

    def delete(self, real: Any, vfs: int, name: int, directory: int) -> int:
        path = string_at(name).decode()
        if path not in self.disk.files:
            return int(real(vfs, name, directory))
        self.disk.call()
        return self._then_directory(lambda: self.disk.unlink(path), lambda: real(vfs, name, directory))

    def open_directory(self, real: Any, name: bytes, descriptor: Any) -> int:
        """SQLite opens a directory for one reason: to sync it, after a new journal or an unlinked one."""
        if self.between is not None:
            self.between()
            self.between = None
            self.disk.call()
        return int(real(name, descriptor))

    def _then_directory(self, done: Callable[[], None], real: Callable[[], int]) -> int:
        """A call that SQLite follows with a sync of the directory, or not: death may come between the two."""
        self.between = done
        assert real() == 0
        if self.between is None:
            self.disk.sync_directory()
        else:
            self.between = None
            done()
        return 0
