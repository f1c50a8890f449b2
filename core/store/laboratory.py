"""Laboratory results, and the clinic's laboratories with their reference ranges."""

from core.model.ids import LabResultId, RangeId
from core.model.laboratory import Laboratory, LabResult, ReferenceRange
from core.store.store import Store


class LabResults(Store[LabResult]):
    """In the order in which the samples were taken."""

    TABLE = "lab_result"
    ORDER = "taken_on, coalesce(taken_at, ''), rowid"

    def remove(self, id: LabResultId) -> None:
        self._remove(id)


class Laboratories(Store[Laboratory]):
    """By their names."""

    TABLE = "laboratory"
    ORDER = "name"

    def all(self) -> tuple[Laboratory, ...]:
        return self._found()


class ReferenceRanges(Store[ReferenceRange]):
    """The oldest first."""

    TABLE = "reference_range"
    ORDER = "valid_from, rowid"

    def all(self) -> tuple[ReferenceRange, ...]:
        return self._found()

    def remove(self, id: RangeId) -> None:
        """Take out what was entered by mistake; what was stored with a value stays."""
        self._remove(id)
