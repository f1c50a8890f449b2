"""The clinic's logs of rater training and of spirometer checks."""

from core.model.ids import CheckId, TrainingId
from core.model.registers import CalibrationCheck, RaterTraining
from core.store.store import Store


class RaterTrainings(Store[RaterTraining]):
    """The newest first."""

    TABLE = "rater_training"
    ORDER = "trained_on DESC, rowid DESC"

    def all(self) -> tuple[RaterTraining, ...]:
        return self._found()

    def remove(self, id: TrainingId) -> None:
        """Take out what was entered by mistake; the trail keeps it."""
        self._remove(id)


class CalibrationChecks(Store[CalibrationCheck]):
    """The newest first."""

    TABLE = "calibration_check"
    ORDER = "checked_on DESC, rowid DESC"

    def all(self) -> tuple[CalibrationCheck, ...]:
        return self._found()

    def remove(self, id: CheckId) -> None:
        """Take out what was entered by mistake; the trail keeps it."""
        self._remove(id)
