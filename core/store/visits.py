"""Visits, decisions about planned ones, tasks ticked off, and text that is not a value yet."""

from sqlite_utils import Database

from core.convert import converter
from core.model.ids import PatientId, VisitId
from core.model.visit import TaskResult, Visit, VisitMark
from core.store import rows


class Visits:
    """Visits in order of their dates."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Visit, ...]:
        found = self._db.query(
            "SELECT * FROM visit WHERE patient_id = ? ORDER BY date, started_at", [patient_id]
        )
        return tuple(converter.structure(row, Visit) for row in found)

    def all(self) -> list[Visit]:
        found = self._db.query("SELECT * FROM visit ORDER BY date, started_at")
        return [converter.structure(row, Visit) for row in found]

    def save(self, visit: Visit) -> None:
        rows.save(self._db, "visit", visit)

    def remove(self, visit_id: VisitId) -> None:
        """Take a visit and all that was entered at it out of the file; the audit trail keeps the rows."""
        self._db.execute(
            "DELETE FROM blow WHERE spirometry_id IN (SELECT id FROM spirometry WHERE visit_id = ?)",
            [visit_id],
        )
        self._db.execute(
            "UPDATE acknowledgement SET visit_id = NULL WHERE visit_id = ?", [visit_id]
        )
        for table in (
            "spirometry",
            "measurement",
            "reconciliation",
            "answer",
            "form",
            "task_result",
            "raw_text",
        ):
            self._db.execute(f"DELETE FROM {table} WHERE visit_id = ?", [visit_id])  # noqa: S608
        self._db.execute("DELETE FROM visit WHERE id = ?", [visit_id])


class VisitMarks:
    """Planned visits that a person marked as missed, skipped or cancelled."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> list[VisitMark]:
        return [
            converter.structure(row, VisitMark)
            for row in self._db.query("SELECT * FROM visit_mark ORDER BY patient_id, code")
        ]

    def of(self, patient_id: PatientId) -> tuple[VisitMark, ...]:
        found = self._db.query(
            "SELECT * FROM visit_mark WHERE patient_id = ? ORDER BY code", [patient_id]
        )
        return tuple(converter.structure(row, VisitMark) for row in found)

    def save(self, mark: VisitMark) -> None:
        rows.save(self._db, "visit_mark", mark, ("patient_id", "code"))

    def remove(self, patient_id: PatientId, code: str) -> None:
        self._db.execute(
            "DELETE FROM visit_mark WHERE patient_id = ? AND code = ?", [patient_id, code]
        )


class TaskResults:
    """What was ticked off at a visit, or why it was not done."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[TaskResult, ...]:
        found = self._db.query(
            """
            SELECT task_result.* FROM task_result JOIN visit ON visit.id = visit_id
             WHERE patient_id = ?
            """,
            [patient_id],
        )
        return tuple(converter.structure(row, TaskResult) for row in found)

    def save(self, result: TaskResult) -> None:
        rows.save(self._db, "task_result", result, ("visit_id", "task"))

    def remove(self, visit_id: VisitId, task: str) -> None:
        self._db.execute(
            "DELETE FROM task_result WHERE visit_id = ? AND task = ?", [visit_id, task]
        )


class RawTexts:
    """What was typed into a visit's fields and is not a valid value yet, so that leaving loses nothing."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, visit_id: VisitId) -> dict[str, str]:
        found = self._db.query("SELECT field, text FROM raw_text WHERE visit_id = ?", [visit_id])
        return {row["field"]: row["text"] for row in found}

    def save(self, visit_id: VisitId, field: str, text: str) -> None:
        row = {"visit_id": visit_id, "field": field, "text": text}
        rows.upsert(self._db, "raw_text", row, ("visit_id", "field"))

    def remove(self, visit_id: VisitId, *fields: str) -> None:
        for field in fields:
            self._db.execute(
                "DELETE FROM raw_text WHERE visit_id = ? AND field = ?", [visit_id, field]
            )
