"""Patients, the results about them that somebody else computed, and moves to another version of their schedule."""

from core.model.ids import PatientId
from core.model.patient import ExternalResult, Patient, ScheduleMove
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


class ScheduleMoves(Store[ScheduleMove]):
    """The oldest first."""

    TABLE = "schedule_move"
    ORDER = "moved_at, rowid"

    def all(self) -> tuple[ScheduleMove, ...]:
        return self._found()
