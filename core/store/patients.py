"""Patients, and the results about them that somebody else computed."""

from core.model.ids import PatientId
from core.model.patient import ExternalResult, Patient
from core.store.store import Store


class Patients(Store[Patient]):
    """The people who are followed, ordered by record number (2 before 10)."""

    TABLE = "patient"
    ORDER = "length(record_number), record_number COLLATE NOCASE"

    def get(self, id: PatientId) -> Patient:
        (patient,) = self._found(" WHERE id = ?", [id])
        return patient

    def all(self) -> list[Patient]:
        return list(self._found())

    def record_numbers(self) -> set[str]:
        return {row["record_number"] for row in self._db.query("SELECT record_number FROM patient")}


class ExternalResults(Store[ExternalResult]):
    """Values computed elsewhere, kept as stated."""

    TABLE = "external_result"
    ORDER = "measured_on, kind"
