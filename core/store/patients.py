"""Patients, and the results about them that somebody else computed."""

from sqlite_utils import Database

from core.convert import converter
from core.model.ids import PatientId
from core.model.patient import ExternalResult, Patient
from core.store import rows


class Patients:
    """The people who are followed, ordered by record number (2 before 10)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, id: PatientId) -> Patient:
        (row,) = self._db.query("SELECT * FROM patient WHERE id = ?", [id])
        return converter.structure(row, Patient)

    def all(self) -> list[Patient]:
        return [
            converter.structure(row, Patient)
            for row in self._db.query(
                """
                SELECT * FROM patient
                 ORDER BY length(record_number), record_number COLLATE NOCASE
                """
            )
        ]

    def record_numbers(self) -> set[str]:
        return {row["record_number"] for row in self._db.query("SELECT record_number FROM patient")}

    def save(self, patient: Patient) -> None:
        rows.save(self._db, "patient", patient)


class ExternalResults:
    """Values computed elsewhere, kept as stated."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[ExternalResult, ...]:
        found = self._db.query(
            "SELECT * FROM external_result WHERE patient_id = ? ORDER BY measured_on, kind",
            [patient_id],
        )
        return tuple(converter.structure(row, ExternalResult) for row in found)

    def save(self, result: ExternalResult) -> None:
        rows.save(self._db, "external_result", result)
