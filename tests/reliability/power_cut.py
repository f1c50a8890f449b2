"""What a disk may hold after a power cut, rebuilt from what was written and synced until then.

The model, which is harsher than the usual journaling file systems and as harsh as SQLite's own tests:

* What was written to a file counts as durable only once that very file was synced. Of the writes and
  truncations since then, any set may have reached the disk, in any order: none, all, some whole
  writes, or some sectors of some writes.
* A sector of 512 bytes is written as a whole or not at all (disks promise that, and SQLite on a
  modern system relies on it). Where a file grew and the bytes did not arrive, they are zeros or noise.
* A file made or deleted is made or deleted for good only once its folder was synced: by a deletion
  that says so (`synchronous=EXTRA`), or by the first sync of a journal that was just made, which on
  POSIX systems syncs the folder too. Until then each name has any of the states it went through.
* A disk that says "synced" has synced. No program can mend one that lies.
"""

import random
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from tests.reliability.vfs import Call, Kind

SECTOR = 512  # bytes


class Fate(Enum):
    """What became of everything that was not synced yet."""

    GONE = auto()
    KEPT = auto()
    SOME_WRITES = auto()
    SOME_SECTORS = auto()


@dataclass(slots=True)
class _File:
    """One file: what is surely on the disk, and what was asked for since the last sync."""

    durable: bytes = b""
    pending: list[Call] = field(default_factory=list)
    new_journal: bool = False  # its first sync makes its name durable


@dataclass(slots=True)
class Disk:
    """The files of a folder, as the calls made on them leave them."""

    files: dict[Path, _File | None] = field(default_factory=dict)
    # For each name the states it went through since the folder was last synced; the first is durable.
    names: dict[Path, list[_File | None]] = field(default_factory=dict)

    @classmethod
    def holding(cls, path: Path) -> "Disk":
        file = _File(durable=path.read_bytes())
        return cls(files={path: file}, names={path: [file]})

    def does(self, call: Call) -> None:
        if call.kind is Kind.OPEN:
            if call.creates:
                self._name(call.path, _File(new_journal=call.path.name.endswith("-journal")))
            return
        file = self.files.get(call.path)
        if call.kind is Kind.DELETE:
            self._name(call.path, None)
            if call.syncs_folder:
                self._sync_folder()
        elif file is not None and call.kind in (Kind.WRITE, Kind.TRUNCATE):
            file.pending.append(call)
        elif file is not None and call.kind is Kind.SYNC:
            file.durable = _after(file.durable, file.pending)
            file.pending = []
            if file.new_journal:
                file.new_journal = False
                self._sync_folder()

    def after_power_cut(self) -> dict[str, bytes]:
        """One possible content of the folder, by name."""
        image = {}
        for path, states in self.names.items():
            file = random.choice(states)
            if file is not None:
                image[path.name] = _survived(file)
        return image

    def _name(self, path: Path, file: _File | None) -> None:
        self.files[path] = file
        self.names.setdefault(path, [None]).append(file)

    def _sync_folder(self) -> None:
        self.names = {path: states[-1:] for path, states in self.names.items()}


def _after(content: bytes, calls: list[Call]) -> bytes:
    data = bytearray(content)
    for call in calls:
        _apply(data, call.kind, call.offset, call.data, b"\0")
    return bytes(data)


def _survived(file: _File) -> bytes:
    fate = random.choice(list(Fate))
    if fate is Fate.GONE:
        return file.durable
    if fate is Fate.KEPT:
        return _after(file.durable, file.pending)
    data = bytearray(file.durable)
    rest = b"\0" if random.random() < 0.5 else random.randbytes(1)
    share = random.random()
    for call in file.pending:
        if fate is Fate.SOME_WRITES or call.kind is Kind.TRUNCATE:
            if random.random() < share:
                _apply(data, call.kind, call.offset, call.data, rest)
            continue
        for start in range(call.offset // SECTOR * SECTOR, call.end, SECTOR):
            if random.random() < share:
                low, high = max(start, call.offset), min(start + SECTOR, call.end)
                sector = call.data[low - call.offset : high - call.offset]
                _apply(data, call.kind, low, sector, rest)
    return bytes(data)


def _apply(data: bytearray, kind: Kind, offset: int, content: bytes, rest: bytes) -> None:
    if kind is Kind.TRUNCATE:
        del data[offset:]
    data.extend(rest * (offset - len(data)))
    data[offset : offset + len(content)] = content
