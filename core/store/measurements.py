"""Single numbers measured at a visit."""

from core.model.ids import VisitId
from core.model.measurement import Measurement
from core.store.store import Store


class Measurements(Store[Measurement]):
    """In order of their visits' dates."""

    TABLE = "measurement"
    ORDER = "visit.date, visit.started_at, measurement.kind"

    def remove(self, visit_id: VisitId, kind: str) -> None:
        self._remove(visit_id, kind)
