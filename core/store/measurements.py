"""Single numbers measured at a visit."""

from sqlite_utils import Database

from core.convert import converter
from core.model.ids import PatientId, VisitId
from core.model.measurement import Measurement
from core.store import rows


class Measurements:
    """In order of their visits' dates."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Measurement, ...]:
        found = self._db.query(
            """
            SELECT measurement.* FROM measurement JOIN visit ON visit.id = visit_id
             WHERE patient_id = ?
             ORDER BY visit.date, visit.started_at, kind
            """,
            [patient_id],
        )
        return tuple(converter.structure(row, Measurement) for row in found)

    def save(self, measurement: Measurement) -> None:
        rows.save(self._db, "measurement", measurement, ("visit_id", "kind"))

    def remove(self, visit_id: VisitId, kind: str) -> None:
        self._db.execute(
            "DELETE FROM measurement WHERE visit_id = ? AND kind = ?", [visit_id, kind]
        )
