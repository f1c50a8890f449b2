"""Single numbers measured at a visit."""

from collections.abc import Sequence

from core.entering.visit.steps import OpenPoint, Step, StepState, VisitStep
from core.entering.visit.unsaved import Unsaved
from core.entering.visit.working_copy import WorkingCopy
from core.model.measurement import Measurement
from core.model.nouns import MEASUREMENTS
from core.words import _


class Measurements:
    """The measurements of a visit, one of a kind. What is saved is in the file on return."""

    def __init__(self, copy: WorkingCopy) -> None:
        self._copy = copy

    @property
    def all(self) -> tuple[Measurement, ...]:
        return tuple(m for m in self._copy.record.measurements if m.visit_id == self._copy.visit_id)

    def of(self, kind: str) -> Measurement | None:
        return next((m for m in self.all if m.kind == kind), None)

    def save(self, measurement: Measurement) -> None:
        with self._copy.saving():
            self._copy.session.measurements.save(measurement)

    def remove(self, kind: str) -> None:
        with self._copy.saving():
            self._copy.session.measurements.remove(self._copy.visit_id, kind)


class MeasurementsStep(VisitStep):
    """Optional: done when something was entered, begun while a text in it is not a value."""

    id = MEASUREMENTS

    def __init__(
        self, measurements: Measurements, unsaved: Unsaved, assessments: Sequence[str]
    ) -> None:
        self._measurements = measurements
        self._unsaved = unsaved
        self._assessments = assessments

    @property
    def title(self) -> str:
        return _("Measurements")

    @property
    def asked(self) -> bool:
        return MEASUREMENTS in self._assessments

    @property
    def untouched(self) -> bool:
        return not self._measurements.all

    def state(self, points: Sequence[OpenPoint]) -> Step:
        count = len(self._measurements.all)
        if points:
            return Step(MEASUREMENTS, self.title, StepState.STARTED)
        if count:
            measured = sum(one.value is not None for one in self._measurements.all)
            hint = _("{n} entered").format(n=measured) if measured else _("not done")
            return Step(MEASUREMENTS, self.title, StepState.DONE, hint)
        return Step(MEASUREMENTS, self.title, StepState.EMPTY, _("optional"), optional=True)

    def open_points(self) -> list[OpenPoint]:
        return self.unsaved_points()

    def unsaved_points(self) -> list[OpenPoint]:
        note = _("There is a note but no measurement: enter the value, say why not, or clear it.")
        points = self._unsaved.points(MEASUREMENTS, "measurement.value.")
        return points + self._unsaved.points(MEASUREMENTS, "measurement.note.", note)
