"""Reading the audit trail."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from sqlite_utils import Database

from core.forms.wording import record_name
from core.model.ids import PatientId, RecordId
from core.model.nouns import is_clinical
from core.model.patient import version_at
from core.model.trail import (
    Act,
    Moment,
    MomentKind,
    Names,
    RecordName,
    TrailEntry,
    TrailFilter,
    TrailHead,
    VisitName,
)
from core.store import audit, verification
from core.store.forms import Forms
from core.store.patients import ScheduleMoves
from core.store.verification import Verdict

PAGE = 200  # entries that are read at once
SPAN = 10_000  # entries that are looked through at once, where few of them fit
_ENTRY = """
    SELECT id AS sequence, at, utc_offset_min, actor, workstation, program, schema, reason,
           entity, row, patient_id, before, after, previous, hash
      FROM audit
"""
# What a chart goes back to; corrections of what a visit asks are within the visit that is finished again.
_MOMENTS = """
    SELECT id, at, actor, entity, row, before IS NULL AS is_new, json_extract(after, '$.visit_id') AS visit_id
      FROM audit
     WHERE patient_id = :patient_id
       AND (entity = 'visit' AND json_extract(after, '$.state') = 'finished'
              AND coalesce(json_extract(before, '$.state'), '') <> 'finished'
            OR entity = 'signature' AND before IS NULL
            OR entity = 'patient' AND after IS NOT NULL
            OR entity IN ('adverse_event', 'milestone', 'external_result')
              AND before IS NOT NULL AND after IS NOT NULL)
     ORDER BY id
"""
# Acts that are written down within another change, and have its reason: it may be a clinical one.
_BESIDE = {Act.CLOCK_SET_BACK.value, Act.SIGNED_IN.value}


class Trail:
    """What was done in this file, by whom, when and why; written by the file itself.

    Where ``reads`` says that the person has no clinical data, entries come without it.
    """

    def __init__(self, db: Database, key: bytes, reads: Callable[[], bool]) -> None:
        self._db = db
        self._key = key
        self._reads = reads

    def entries(
        self,
        *,
        patient_id: PatientId | None = None,
        actor: str | None = None,
        entity: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after_sequence: int = 0,
        limit: int = -1,
    ) -> tuple[TrailEntry, ...]:
        """Those that fit every filter that is given, the newest first."""
        which = TrailFilter(
            patient_id=patient_id,
            actor=actor,
            kinds=None if entity is None else frozenset({entity}),
            since=since,
            until=until,
        )
        where, values = _where(which)
        found = self._db.query(
            f"{_ENTRY} WHERE id > :after_sequence AND {where} ORDER BY id DESC LIMIT :limit",
            {**values, "after_sequence": after_sequence, "limit": limit},
        )
        return tuple(self._entry(row) for row in found)

    def page(
        self, which: TrailFilter, below: int | None = None
    ) -> tuple[tuple[TrailEntry, ...], int | None]:
        """The next entries below a sequence, the newest first, and where to go on; None at the end.

        Quick whatever the filter: it may answer few or none, and be asked again.
        """
        if below is None:
            head = self.head()
            below = 1 if head is None else head.sequence + 1
        lowest = max(0, below - SPAN) if which.patient_id is None else 0
        where, values = _where(which)
        found = self._db.query(
            f"{_ENTRY} WHERE id < :below AND id >= :lowest AND {where} ORDER BY id DESC LIMIT :page",
            {**values, "below": below, "lowest": lowest, "page": PAGE},
        )
        entries = tuple(self._entry(row) for row in found)
        if len(entries) == PAGE:
            return entries, entries[-1].sequence
        return entries, lowest if lowest > 1 else None

    def all_pages(self, which: TrailFilter) -> Iterator[tuple[TrailEntry, ...]]:
        """Every entry that fits, page by page."""
        below: int | None = None
        while True:
            entries, below = self.page(which, below)
            yield entries
            if below is None:
                return

    def count(self, patient_id: PatientId) -> int:
        """How many entries are about a patient."""
        found = self._db.execute("SELECT count(*) FROM audit WHERE patient_id = ?", [patient_id])
        return int(found.fetchone()[0])

    def last_of(self, patient_id: PatientId) -> int:
        """The number of the last entry about a patient, 0 where there is none: it moves with whatever is written."""
        found = self._db.execute("SELECT max(id) FROM audit WHERE patient_id = ?", [patient_id])
        return int(found.fetchone()[0] or 0)

    def last_change(self) -> int:
        """The number of the last entry that changed a value, 0 before the first: looking and printing change none."""
        return audit.last_change(self._db)

    def names(self, entries: Sequence[TrailEntry]) -> Names:
        """What these entries call by id, also where it was removed since."""
        people = {row["login"]: row["full_name"] for row in self._db.query("SELECT * FROM user")}
        patients: dict[str, str] = {}
        visits: dict[str, VisitName] = {}
        tests: dict[str, str] = {}
        records: dict[str, RecordName] = {}
        if not self._reads():
            return Names(people=people)
        for entry in entries:
            if entry.patient_id is None:
                continue
            if entry.patient_id not in patients:
                patient = self._row("patient", entry.patient_id, entry.patient_id)
                patients[entry.patient_id] = patient.get("record_number", "")
            for named in _records_of(entry):
                if named not in records:
                    records[named] = self._record_name(named, entry.patient_id)
            rows = [json.loads(text) for text in (entry.before, entry.after) if text is not None]
            for row in rows:
                test = row.get("spirometry_id")
                if test is not None and test not in tests:
                    tests[test] = self._row("spirometry", test, entry.patient_id).get(
                        "visit_id", ""
                    )
                visit_id = row.get("visit_id") or tests.get(test or "")
                if visit_id and visit_id not in visits:
                    visit = self._row("visit", visit_id, entry.patient_id)
                    protocol = self._row("patient", entry.patient_id, entry.patient_id)
                    if visit:
                        visits[visit_id] = VisitName(
                            code=visit["code"],
                            on=date.fromisoformat(visit["date"]),
                            protocol=protocol.get("protocol", ""),
                            version=self._version_of(visit, protocol),
                            is_first=not self._has_earlier(visit),
                        )
        return Names(
            people=people, patients=patients, visits=visits, spirometry=tests, records=records
        )

    def _version_of(self, visit: Mapping[str, Any], patient: Mapping[str, Any]) -> str:
        """The version of the schedule in which a visit was begun."""
        moves = ScheduleMoves(self._db).of(PatientId(visit["patient_id"]))
        begun = datetime.fromisoformat(visit["started_at"])
        return version_at(moves, begun, patient.get("protocol_version", ""))

    def _record_name(self, id: str, patient_id: str) -> RecordName:
        """What a record of a form is called, also where it was removed since."""
        live = Forms(self._db).one(RecordId(id))
        if live is not None:
            return record_name(live)
        row = self._row("record", id, patient_id)
        return RecordName(form=row.get("form", ""), version=row.get("version", ""))

    def _has_earlier(self, visit: Mapping[str, Any]) -> bool:
        """Whether the file has an earlier visit of the same patient and code."""
        found = self._db.execute(
            "SELECT 1 FROM visit WHERE patient_id = ? AND code = ? AND (date, started_at) < (?, ?)"
            " LIMIT 1",
            [visit["patient_id"], visit["code"], visit["date"], visit["started_at"]],
        )
        return found.fetchone() is not None

    def entities(self) -> tuple[str, ...]:
        """Every kind of thing that the trail tells of."""
        found = self._db.execute("SELECT DISTINCT entity FROM audit ORDER BY entity")
        return tuple(entity for (entity,) in found)

    def head(self) -> TrailHead | None:
        return audit.head(self._db)

    def head_at(self, sequence: int) -> TrailHead | None:
        """Where the trail ended when that entry was its last; None where it has no such entry."""
        return audit.head_at(self._db, sequence)

    def verify(self, code: str = "") -> Verdict:
        """Check the whole chain, and every row of the file against it; ``code`` is one from paper."""
        return verification.verify(self._db, self._key, code)

    def moments(self, patient_id: PatientId) -> tuple[Moment, ...]:
        """The moments of a patient's record that are gone back to, the first one first.

        One lasts to the end of its write, or to the next one within that.
        """
        if not self._reads():
            return ()
        about = {"patient_id": patient_id}
        ends: dict[str, int] = dict(
            self._db.execute(
                "SELECT at, max(id) FROM audit WHERE patient_id = :patient_id GROUP BY at", about
            ).fetchall()
        )
        rows = list(self._db.query(_MOMENTS, about))
        found: list[Moment] = []
        for row, after in zip_longest(rows, rows[1:]):
            goes_on = after is not None and after["at"] == row["at"]
            found.append(_moment(row, after["id"] - 1 if goes_on else ends[row["at"]]))
        return tuple(found)

    def sequence_at(self, instant: datetime) -> int:
        """The last entry that had been written at an instant; 0 before the first."""
        found = self._db.execute(
            "SELECT coalesce(max(id), 0) FROM audit WHERE julianday(at) <= julianday(?)",
            [instant.isoformat()],
        )
        return int(found.fetchone()[0])

    def _entry(self, row: dict[str, Any]) -> TrailEntry:
        entry = TrailEntry(**{**row, "at": datetime.fromisoformat(row["at"])})
        if self._reads():
            return entry
        if entry.entity in _BESIDE:
            entry = replace(entry, reason="")
        if entry.patient_id is None and not is_clinical(entry.entity):
            return entry
        if not is_clinical(entry.entity):  # an act: that somebody looked or printed, not at whom
            return replace(entry, patient_id=None, row="", after=None)
        return replace(entry, patient_id=None, row="", before=None, after=None, reason="")

    def _row(self, table: str, id: str, patient_id: str) -> dict[str, Any]:
        """A row as it is, or as it was when it was removed; empty where there never was one."""
        live = list(self._db.query(f"SELECT * FROM {table} WHERE id = ?", [id]))  # noqa: S608  our own
        if live:
            return live[0]
        found = self._db.execute(
            """
            SELECT before FROM audit
             WHERE patient_id = ? AND entity = ? AND row = ? AND before IS NOT NULL
             ORDER BY id DESC LIMIT 1
            """,
            [patient_id, table, id],
        ).fetchone()
        return {} if found is None else dict(json.loads(found[0]))


def _moment(row: Mapping[str, Any], sequence: int) -> Moment:
    entity = row["entity"]
    kind = MomentKind.CORRECTED
    if entity == "visit":
        kind = MomentKind.FINISHED
    elif entity == "signature":
        kind = MomentKind.SIGNED
    elif entity == "patient" and row["is_new"]:
        kind = MomentKind.REGISTERED
    return Moment(
        kind=kind,
        sequence=sequence,
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        visit_id=row["row"] if entity == "visit" else row["visit_id"] or "",
    )


def _records_of(entry: TrailEntry) -> set[str]:
    """The records of forms that an entry names."""
    if entry.entity == "record":
        return {entry.row}
    sides = [json.loads(text) for text in (entry.before, entry.after) if text is not None]
    return {side["record_id"] for side in sides if side.get("record_id")}


def _where(which: TrailFilter) -> tuple[str, dict[str, Any]]:
    """The conditions of a filter in SQL, and their values."""
    asked = [
        ("patient_id = :patient_id", "patient_id", which.patient_id),
        ("actor = :actor COLLATE NOCASE", "actor", which.actor),
        ("julianday(at) >= julianday(:since)", "since", _iso(which.since)),
        ("julianday(at) < julianday(:until)", "until", _iso(which.until)),
        (
            "entity IN (SELECT value FROM json_each(:kinds))",
            "kinds",
            None if which.kinds is None else json.dumps(sorted(which.kinds)),
        ),
    ]
    given = [(sql, name, value) for sql, name, value in asked if value is not None]
    where = " AND ".join(sql for sql, _name, _value in given)
    return where or "1", {name: value for _sql, name, value in given}


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
