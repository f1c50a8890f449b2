"""Adverse events and milestones."""

from sqlite_utils import Database

from core.convert import converter
from core.model.adverse_event import AdverseEvent, Milestone
from core.model.ids import MilestoneId, PatientId
from core.store import rows


class AdverseEvents:
    """Adverse events in order of their onset."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[AdverseEvent, ...]:
        found = self._db.query(
            "SELECT * FROM adverse_event WHERE patient_id = ? ORDER BY onset, rowid", [patient_id]
        )
        return tuple(converter.structure(row, AdverseEvent) for row in found)

    def fatal(self) -> list[AdverseEvent]:
        """The fatal ones of every patient."""
        found = self._db.query(
            "SELECT * FROM adverse_event WHERE outcome = 'fatal' ORDER BY onset, rowid"
        )
        return [converter.structure(row, AdverseEvent) for row in found]

    def save(self, event: AdverseEvent) -> None:
        rows.save(self._db, "adverse_event", event)


class Milestones:
    """Turning points of the disease in order of their dates."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> list[Milestone]:
        found = self._db.query("SELECT * FROM milestone ORDER BY happened_on, rowid")
        return [converter.structure(row, Milestone) for row in found]

    def of(self, patient_id: PatientId) -> tuple[Milestone, ...]:
        found = self._db.query(
            "SELECT * FROM milestone WHERE patient_id = ? ORDER BY happened_on, rowid", [patient_id]
        )
        return tuple(converter.structure(row, Milestone) for row in found)

    def save(self, milestone: Milestone) -> None:
        rows.save(self._db, "milestone", milestone)

    def remove(self, id: MilestoneId) -> None:
        """Take back what was recorded by mistake; the audit trail keeps it."""
        self._db.execute("DELETE FROM milestone WHERE id = ?", [id])
