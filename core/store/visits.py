"""Visits, decisions about planned ones, tasks ticked off, and text that is not a value yet."""

import json
from collections.abc import Sequence

from sqlite_utils import Database

from core import clock
from core.convert import converter
from core.entry import CLEARED
from core.model.ids import PatientId, RecordId, VisitId
from core.model.nouns import NOUNS
from core.model.visit import TaskResult, TypedText, Visit, VisitMark, WaitingText
from core.store import rows
from core.store.forms import Forms
from core.store.store import Store


class Visits(Store[Visit]):
    """Visits in order of their dates."""

    TABLE = "visit"
    ORDER = "date, started_at"

    def all(self) -> list[Visit]:
        return list(self._found())

    def remove(self, visit_id: VisitId) -> None:
        """Take a visit and all that was entered at it out of the file; the audit trail keeps the rows."""
        self._db.execute(
            "DELETE FROM blow WHERE spirometry_id IN (SELECT id FROM spirometry WHERE visit_id = ?)",
            [visit_id],
        )
        forms = Forms(self._db)
        for row in list(self._db.query("SELECT id FROM record WHERE visit_id = ?", [visit_id])):
            forms.remove(RecordId(row["id"]))
        self._db.execute("UPDATE lab_result SET visit_id = NULL WHERE visit_id = ?", [visit_id])
        self._db.execute("DELETE FROM sheet_text WHERE visit_id = ?", [visit_id])
        self._db.execute("UPDATE decision SET visit_id = NULL WHERE visit_id = ?", [visit_id])
        for noun in reversed(list(NOUNS.values())):
            if noun.of == "visit" and noun.lockable:  # one that was signed is never removed
                self._db.execute(f"DELETE FROM {noun.table} WHERE visit_id = ?", [visit_id])  # noqa: S608
        self._db.execute("DELETE FROM typed_text WHERE place = 'visit' AND subject = ?", [visit_id])
        self._db.execute("UPDATE data_query SET visit_id = NULL WHERE visit_id = ?", [visit_id])
        self._db.execute("DELETE FROM visit WHERE id = ?", [visit_id])


class VisitMarks(Store[VisitMark]):
    """Planned visits that a person marked as missed, skipped or cancelled."""

    TABLE = "visit_mark"
    ORDER = "patient_id, code"

    def all(self) -> list[VisitMark]:
        return list(self._found())

    def remove(self, patient_id: PatientId, code: str) -> None:
        self._remove(patient_id, code)


class TaskResults(Store[TaskResult]):
    """What was ticked off at a visit, or why it was not done."""

    TABLE = "task_result"
    ORDER = "task_result.rowid"

    def remove(self, visit_id: VisitId, task: str) -> None:
        self._remove(visit_id, task)


class TypedTexts:
    """What one person typed and is not a value yet, so that leaving loses nothing; nobody else sees it."""

    def __init__(self, db: Database, author: str) -> None:
        self._db = db
        self._author = author

    def of(self, place: str, subject: str) -> dict[str, str]:
        """By field."""
        found = self._db.query(
            "SELECT field, text FROM typed_text WHERE author = ? AND place = ? AND subject = ?",
            [self._author, place, subject],
        )
        return {row["field"]: row["text"] for row in found}

    def waiting(self, place: str, subject: str) -> tuple[WaitingText, ...]:
        """Whose text waits in which fields, the oldest first; not what it says."""
        found = self._db.query(
            """
            SELECT author, field, at FROM typed_text
             WHERE place = ? AND subject = ? ORDER BY at, rowid
            """,
            [place, subject],
        )
        return tuple(converter.structure(row, WaitingText) for row in found)

    def save(self, place: str, subject: str, field: str, text: str) -> None:
        typed = TypedText(
            author=self._author,
            place=place,
            subject=subject,
            field=field,
            text=text,
            at=clock.now(),
        )
        rows.save(self._db, "typed_text", typed, ("author", "place", "subject", "field"))

    def remove(self, place: str, subject: str, *fields: str) -> None:
        self.set_aside(self._author, place, subject, *fields)

    def add_unit(self, fields: Sequence[str], unit: str, units: Sequence[str]) -> None:
        """Say in what unit these fields were typed, whoever typed them, where a text says none of the units."""
        said = tuple(one.casefold() for one in units)
        query = "SELECT * FROM typed_text WHERE field IN (SELECT value FROM json_each(?))"
        for row in list(self._db.query(query, [json.dumps(fields)])):
            text = row["text"]
            if text != CLEARED and not text.rstrip().casefold().endswith(said):
                key = ("author", "place", "subject", "field")
                rows.upsert(self._db, "typed_text", {**row, "text": f"{text} {unit}"}, key)

    def set_aside(self, author: str, place: str, subject: str, *fields: str) -> None:
        """Take away what somebody else typed; the trail keeps it."""
        for field in fields:
            self._db.execute(
                """
                DELETE FROM typed_text
                 WHERE author = ? AND place = ? AND subject = ? AND field = ?
                """,
                [author, place, subject, field],
            )
