"""A patient of the routine clinic, wholly simulated: more visits than the trial has, so that a projection is drawn."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from core.commands.simulated import rows_of
from core.commands.simulated.course import Baseline, Course, Pace
from core.commands.simulated.function import STAIRS, SWALLOWING, WALKING
from core.model.measurement import Measurement, kinds
from core.model.partial_date import PartialDate
from core.model.patient import OnsetRegion, Patient, Sex
from core.model.visit import Visit
from core.protocols.definition import Offset, Protocol, Unit
from core.protocols.schedule import shift
from core.science.progression import months_between
from core.session import Session

# The legs fall before the arms, speech and swallowing last: the aids of the table are for that.
_LEGS_FIRST = {
    STAIRS: 9.0,
    WALKING: 2.5,
    "handwriting": 1.5,
    "cutting": 1.5,
    "dressing": 1.5,
    "speech": 0.3,
    SWALLOWING: 0.3,
}


class RoutineCourse(Course):
    """Visits on the days of ``routine_visits.csv``, with what was measured; days count from the first one."""

    def __init__(
        self, session: Session, protocol: Protocol, row: Mapping[str, str], now: datetime
    ) -> None:
        self.row = row
        super().__init__(session, protocol, int(row["patient"]), now)
        self._visits = {
            self.day_0 + timedelta(days=int(one["day"])): one
            for one in rows_of("routine_visits.csv", self.number)
        }

    @property
    def day_0(self) -> date:
        return self.today - timedelta(days=int(self.row["days_since_first_visit"]))

    def weights(self) -> dict[str, float]:
        return {**super().weights(), **_LEGS_FIRST}

    def months_since_baseline(self, on: date) -> float:
        return months_between(self.day_0, on)

    def registered(self) -> Patient:
        onset, diagnosis = (
            shift(self.day_0, Offset(-int(self.row[name]), Unit.MONTHS))
            for name in ("months_since_onset", "months_since_diagnosis")
        )
        return Patient(
            record_number=f"A-{self.number:03}",
            sex=Sex.MALE if self.row["sex"] == "M" else Sex.FEMALE,
            born=self.day_0 - timedelta(days=round((int(self.row["age"]) + 0.4) * 365.25)),
            onset_region=OnsetRegion(self.row["onset"].lower()),
            onset=PartialDate(onset.year, onset.month),
            diagnosis=PartialDate(diagnosis.year, diagnosis.month),
            height_cm=float(self.row["height_cm"]),
            protocol=self.protocol.id,
            protocol_version=self.protocol.version,
            registered_on=self.day_0,
        )

    def begins(self) -> Baseline:
        total, percent = int(self.row["alsfrsr_first"]), float(self.row["fvc_pct_first"])
        return Baseline(on=self.day_0, total=total, percent=percent)

    def progresses(self) -> Pace:
        return Pace(
            points=float(self.row["points_per_month"]),
            percent=float(self.row["fvc_pct_per_month"]),
            weight_kg=float(self.row["weight_kg"]),
        )

    def save(self) -> None:
        self.session.patients.save(self.patient)
        for on, row in self._visits.items():
            self.save_visit(row["code"] or None, on)

    def measure(self, visit: Visit, assessments: Collection[str], answers: int | None) -> None:
        super().measure(visit, assessments, answers)
        row = self._visits[visit.date]
        for kind in kinds():
            if value := row.get(kind):
                one = Measurement(visit_id=visit.id, kind=kind, value=float(value))
                self.session.measurements.save(one)
