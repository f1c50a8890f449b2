"""The clinic's logs of rater training and of spirometer checks.

Of a patient are the lines that the visits ask about, and those by which one knows since when a log is kept: a
record costs the same however long the logs become.
"""

from core.model.ids import CheckId, PatientId, TrainingId
from core.model.registers import CalibrationCheck, RaterTraining
from core.store.store import Store


class RaterTrainings(Store[RaterTraining]):
    """The newest first."""

    TABLE = "rater_training"
    ORDER = "trained_on DESC, rowid DESC"

    def all(self) -> tuple[RaterTraining, ...]:
        return self._found()

    def of(self, patient_id: PatientId) -> tuple[RaterTraining, ...]:
        """All of who rated the patient's visits, and the line of each topic that was entered first."""
        where = (
            " WHERE person COLLATE NOCASE IN (SELECT rater FROM visit WHERE patient_id = ?) OR id IN"
            " (SELECT id FROM (SELECT id, min(entered_at) FROM rater_training GROUP BY topic))"
        )
        return self._found(where, [patient_id])

    def remove(self, id: TrainingId) -> None:
        """Take out what was entered by mistake; the trail keeps it."""
        self._remove(id)


class CalibrationChecks(Store[CalibrationCheck]):
    """The newest first."""

    TABLE = "calibration_check"
    ORDER = "checked_on DESC, rowid DESC"

    def all(self) -> tuple[CalibrationCheck, ...]:
        return self._found()

    def of(self, patient_id: PatientId) -> tuple[CalibrationCheck, ...]:
        """Those of the days of the patient's visits, and the one that was entered first."""
        where = (
            " WHERE checked_on IN (SELECT date FROM visit WHERE patient_id = ?) OR id IN"
            " (SELECT id FROM calibration_check ORDER BY entered_at LIMIT 1)"
        )
        return self._found(where, [patient_id])

    def remove(self, id: CheckId) -> None:
        """Take out what was entered by mistake; the trail keeps it."""
        self._remove(id)
