"""A patient of the trial: Table 1 of the paper is the baseline, all that follows is simulated.

Birth dates, heights, medicines and devices are simulated, too; so are the adverse events of ``simulated_events.csv``.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from core.commands.simulated.course import NEUROLOGIST, RATER, Baseline, Course, Pace
from core.findings import eligibility
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import NotDone
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, Sex
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.protocols.definition import Offset, Protocol, Unit
from core.protocols.schedule import shift, windows
from core.science.progression import months_between
from core.session import Session

# Days from infusion to today, chosen so that every state of the worklist occurs. Two patients are at
# a target to the day: they are counted back by calendar months.
_DAYS_SINCE_INFUSION = {
    1: 351, 2: 300, 4: 78, 5: 190, 6: 400, 7: 50, 9: 420, 10: 171, 11: 500,
    12: 214, 13: 102, 14: -8, 15: 600, 16: 1, 17: 156,
}  # fmt: skip
_MONTHS_SINCE_INFUSION = {3: 4, 8: 2}
_DEATH_MONTH = {11: 6, 9: 7, 15: 9}
_NOT_DONE_YET = {3: "M4", 4: "M2", 12: "M6"}  # so that somebody is due today, and somebody late
_DRAFT = (10, "M6", 5)  # patient, visit, answers given so far
_ALERTS_NOT_DECIDED = {6, 10, 13}  # the others' were decided on at the visit
SCREENING = "SCR"


class TrialCourse(Course):
    """One patient's course from the stated baseline to today; days count from the infusion."""

    def __init__(
        self, session: Session, protocol: Protocol, row: Mapping[str, str], now: datetime
    ) -> None:
        self.row = row
        super().__init__(session, protocol, int(row["patient"]), now)

    @property
    def day_0(self) -> date:
        if self.number in _MONTHS_SINCE_INFUSION:
            return shift(self.today, Offset(-_MONTHS_SINCE_INFUSION[self.number], Unit.MONTHS))
        return self.today - timedelta(days=_DAYS_SINCE_INFUSION[self.number])

    @property
    def screening(self) -> date:
        return self.day_0 - timedelta(days=28)

    @property
    def death(self) -> date | None:
        months = _DEATH_MONTH.get(self.number)
        return shift(self.day_0, Offset(months, Unit.MONTHS)) if months else None

    def months_since_baseline(self, on: date) -> float:
        """The screening is a month before the infusion."""
        return max(0.0, months_between(self.day_0, on)) + 1

    def registered(self) -> Patient:
        age = int(self.row["age"])
        birthday_ago = timedelta(days=round(age * 365.25) + self.chance.randint(20, 340))
        sex = Sex.MALE if self.row["sex"] == "M" else Sex.FEMALE
        shortest, tallest = (166, 186) if sex is Sex.MALE else (152, 172)
        return Patient(
            record_number=f"A-{self.number:03}",
            sex=sex,
            born=self.screening - birthday_ago,
            stated_age_years=age,
            stated_duration_months=float(self.row["duration_months"]),
            stated_on=self.screening,
            onset_region=OnsetRegion(self.row["onset"].lower()),
            height_cm=float(self.chance.randint(shortest, tallest)),
            protocol=self.protocol.id,
            protocol_version=self.protocol.version,
            reference_on=self.day_0,
            registered_on=self.screening,
        )

    def begins(self) -> Baseline:
        total, percent = int(self.row["alsfrsr_baseline"]), float(self.row["fvc_pct_baseline"])
        return Baseline(on=self.screening, total=total, percent=percent)

    def progresses(self) -> Pace:
        """As fast as before the baseline, roughly; whoever dies has about 40 % of FVC left by then."""
        decline = (48 - self.baseline.total) / float(self.row["duration_months"])
        points = min(1.6, max(0.3, decline * self.chance.uniform(0.8, 1.2)))
        percent = points * self.chance.uniform(0.9, 1.8)
        if (months := _DEATH_MONTH.get(self.number)) is not None:
            percent = max(percent, (self.baseline.percent - 40) / months)
        height_m = (self.patient.height_cm or 170) / 100
        weight_kg = self.chance.uniform(21.5, 27.5) * height_m**2
        return Pace(points=points, percent=percent, weight_kg=weight_kg)

    def save(self) -> None:
        self.session.patients.save(self.patient)
        self.save_baseline()
        self.save_participation()
        for code, on in self.days_of_visits():
            if (self.number, code) == _DRAFT[:2]:
                self.save_visit(code, self.today, answers=_DRAFT[2])
            elif self._took_place(code, on):
                self.save_visit(code, on)
        if self.death is not None and self.death < self.today:
            self._save_death(self.death)
        self.events.log_recent(self.session, RATER)

    def days_of_visits(self) -> Iterator[tuple[str, date]]:
        """Every planned visit with a day near its target."""
        spans = windows(self.protocol, self.day_0)
        for kind in self.protocol.visits:
            exact = kind.offset.unit is Unit.DAYS and kind.offset.value in {0, 1}
            spread = 0 if exact or kind.code == SCREENING else min(kind.before, kind.after, 5)
            days = timedelta(days=self.chance.randint(-spread, spread))
            yield kind.code, spans[kind.code].target + days

    def measure(self, visit: Visit, assessments: Collection[str], answers: int | None) -> None:
        """The paper's baseline has no items and no litres: the screening visit keeps it as stated."""
        if visit.code != SCREENING:
            super().measure(visit, assessments, answers)
            return
        form, version = self.instrument.id, self.instrument.version
        self.session.assessments.open(visit.id, form, version, RATER)
        self.session.assessments.mark_not_done(visit.id, form, NotDone.NOT_ASKED)
        self.session.spirometry.save(replace(self.spirometry(visit), not_done=NotDone.NOT_ASKED))

    def decide(self, record: PatientRecord) -> None:
        self.save_eligibility(record)
        if self.number not in _ALERTS_NOT_DECIDED:
            super().decide(record)

    def save_eligibility(self, record: PatientRecord) -> None:
        """What was asked is fulfilled; the paper treated patients outside its limits: here they are accepted deviations."""
        at = datetime.combine(self.screening, time(11), UTC)
        for one in eligibility.evaluate(record, self.protocol):
            said = one.said
            if one.criterion.asked:
                said = replace(said, met=True)
            elif one.state is eligibility.Fulfilment.NOT_MET:
                said = eligibility.waive(said, "treated in the published trial", NEUROLOGIST, at)
            if said != one.said:
                self.session.criteria.save(said)

    def save_participation(self) -> None:
        """Consent before anything else, what was known before, and the states of taking part."""
        self.clinical.consented(self.screening)
        self.clinical.of_patient(self.screening)
        self.clinical.became("screened", self.screening)
        self.clinical.became("enrolled", self.screening)
        if self.day_0 <= self.today:
            self.clinical.became("treated", self.day_0)

    def _save_death(self, on: date) -> None:
        death = Milestone(
            patient_id=self.patient.id,
            kind=MilestoneKind.DEATH,
            happened_on=PartialDate.of(on),
        )
        self.session.milestones.save(death)
        self.clinical.became("died", on, reason="see the adverse events")
        at = datetime.combine(on, time(15), UTC)
        for row in self.events.begun_by(on):  # no visit came any more
            self.events.save(self.session, row, None, RATER, at)

    def _took_place(self, code: str, on: date) -> bool:
        alive = self.death is None or on < self.death
        return on < self.today and alive and _NOT_DONE_YET.get(self.number) != code

    def save_baseline(self) -> None:
        stated = [
            (ExternalKind.ALSFRS_R_TOTAL, self.row["alsfrsr_baseline"]),
            (ExternalKind.FVC_PERCENT, self.row["fvc_pct_baseline"]),
        ]
        for kind, value in stated:
            self.session.external.save(
                ExternalResult(
                    patient_id=self.patient.id,
                    kind=kind,
                    value=float(value),
                    measured_on=self.screening,
                    source="Nabavi 2021, Table 1",
                )
            )
