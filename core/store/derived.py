"""What is computed of each patient and kept in the clinic file, so that a group of thousands is read in a second.

It is disposable: nobody enters it, nothing of it is signed, in the trail, verified, compared with a backup or
exported, and a program that finds none, or one of another make, computes it again. So its table is no step of the
schema either: it is made when something is first kept, and made anew when its columns are others.
Each row says for what it holds (see `Kept`) and is sealed with a key of the file: what was damaged, changed or
copied from elsewhere is as if it were not there.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from core.model.ids import PatientId
from core.model.nouns import NOUNS
from core.store import audit
from core.store.file import storage_errors, transaction
from core.store.patients import Patients

Packed = tuple[str, str, bytes, bytes]  # what `core/cohort/packed.py` makes of a patient
# Rows of nobody on which nothing here depends: who rated, and with which spirometer, changes no number.
_NOT_READ = frozenset({"user", "rater_training", "calibration_check"})
_SCHEMA = f"""
CREATE TABLE {audit.DERIVED} (
    patient_id TEXT PRIMARY KEY,
    position   TEXT NOT NULL,
    rules      TEXT NOT NULL,
    since      TEXT NOT NULL,
    until      TEXT NOT NULL,
    texts      TEXT NOT NULL,
    told       TEXT NOT NULL,
    visits     BLOB NOT NULL,
    numbers    BLOB NOT NULL,
    seal       BLOB NOT NULL
) STRICT
"""
_POSITION = """SELECT audit.id || ':' || hex(substr(hash, 1, 16)) FROM audit
    WHERE audit.patient_id = patient.id ORDER BY audit.id DESC LIMIT 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A patient's packed rows. They hold while the patient's last entry of the trail is ``position``, what is the same
    for everybody is ``rules``, and on the days ``since`` to ``until``, both among them.
    """

    patient_id: PatientId
    position: str
    rules: str
    since: date
    until: date
    packed: Packed


class Derived:
    """What is to be kept, from whatever thread, until the one writer of the file has time for it."""

    def __init__(
        self,
        db: Database,
        key: bytes,
        path: Path,
        writing: Callable[[str], AbstractContextManager[Any]],
    ) -> None:
        self.key = hmac.digest(key, b"derived", "sha256")
        self._db = db
        self._path = path
        self._writing = writing
        self._thread = threading.get_ident()
        self._waiting: list[Kept] = []
        self._guard = threading.Lock()

    @property
    def is_here(self) -> bool:
        """Whether this thread is the file's own."""
        return threading.get_ident() == self._thread

    def keep(self, made: Sequence[Kept]) -> None:
        """Keep these with the next `write`."""
        with self._guard:
            self._waiting += made

    def write(self) -> None:
        """Write what is waiting, in the file's own thread and outside of any other write. Raises StorageError."""
        with self._guard:
            waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with self._writing(""), storage_errors(self._path), transaction(self._db):
            _make_table(self._db)
            marks = ", ".join("?" * len(_columns(_SCHEMA)))
            self._db.conn.executemany(
                f"INSERT OR REPLACE INTO {audit.DERIVED} VALUES ({marks})",  # noqa: S608  our own
                [(*row, _seal(self.key, row)) for row in map(_row, waiting)],
            )


def positions(db: Database) -> Mapping[PatientId, str]:
    """Of each patient, in their order, the last entry of the trail about them: its number and the start of its hash."""
    found = db.execute(
        f"SELECT id, ({_POSITION}) FROM patient ORDER BY {Patients.ORDER}",  # noqa: S608  our own
    )
    return {PatientId(who): at or "" for who, at in found.fetchall()}


def position(db: Database, patient_id: PatientId) -> str:
    """The same of one patient."""
    (at,) = db.execute(f"SELECT ({_POSITION}) FROM patient WHERE id = ?", [patient_id]).fetchone()  # noqa: S608  our own
    return str(at or "")


def common(db: Database) -> str:
    """A digest of all rows that belong to no patient and may change what is computed of everybody."""
    digest = hashlib.sha256()
    for noun in NOUNS.values():
        if not noun.of and noun.table not in _NOT_READ:
            row = audit.as_json("", audit.written(db, noun.table))
            found = db.execute(f'SELECT {row} FROM "{noun.table}" ORDER BY rowid')  # noqa: S608  our own
            digest.update(json.dumps([noun.table, found.fetchall()]).encode())
    return digest.hexdigest()


def kept(
    db: Database, key: bytes, rules: str, today: date
) -> Mapping[PatientId, tuple[str, Packed]]:
    """What is kept and holds for these rules today, with the position of which it was made."""
    if not _is_of_this_make(db):
        return {}
    found = db.execute(
        f"SELECT * FROM {audit.DERIVED} WHERE rules = :rules AND :today BETWEEN since AND until",  # noqa: S608
        {"rules": rules, "today": today.isoformat()},
    )
    return {
        PatientId(row[0]): (row[1], (row[5], row[6], row[7], row[8]))
        for row in found.fetchall()
        if hmac.compare_digest(_seal(key, row[:9]), row[9])
    }


def _row(one: Kept) -> tuple[Any, ...]:
    days = one.since.isoformat(), one.until.isoformat()
    return (one.patient_id, one.position, one.rules, *days, *one.packed)


def _seal(key: bytes, row: Sequence[Any]) -> bytes:
    *texts, visits, numbers = row
    head = "".join(f"{len(one)}:{one}" for one in (*texts, f"{len(visits)}")).encode()
    return hmac.digest(key, b"".join((head, visits, numbers)), "sha256")


def _is_of_this_make(db: Database) -> bool:
    found = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [audit.DERIVED]).fetchone()
    return found is not None and _columns(found[0]) == _columns(_SCHEMA)


def _columns(sql: str) -> list[str]:
    return " ".join(sql.partition("(")[2].split()).split(",")


def _make_table(db: Database) -> None:
    if not _is_of_this_make(db):
        db.execute(f"DROP TABLE IF EXISTS {audit.DERIVED}")
        db.execute(_SCHEMA)
