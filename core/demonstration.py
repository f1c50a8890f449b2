"""The demonstration clinic: Table 1 of the trial with its real baseline, follow-up simulated with a fixed seed.

Dates are relative to today, so that the worklist is alive on any day. Birth dates, heights and every
value after the baseline are simulated; every screen and print of such a file says so.
"""

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from core import resources
from core.findings import alerts
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer
from core.model.decision import Choice
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, Sex
from core.model.spirometry import Blow, Spirometry
from core.model.user import Clinic, Role
from core.model.visit import Mode, Respondent, TaskResult, Visit, VisitState
from core.protocols import catalog as protocols
from core.protocols.definition import ADVERSE_EVENTS, SPIROMETRY, Offset, Protocol, Unit
from core.protocols.schedule import shift, windows
from core.science import eligibility
from core.science.lung_function import DEFAULT_EQUATION, Prediction
from core.science.progression import months_between
from core.science.spirometry import predict, with_inputs
from core.session import Session, new_user

LOGIN = PASSWORD = "demo"  # the nurse's; the others have the same password
OTHERS = (
    ("neuro", "Neurologist (demonstration)", Role.NEUROLOGIST),
    ("monitor", "Monitor (demonstration)", Role.MONITOR),
    ("admin", "Administrator (demonstration)", Role.ADMINISTRATOR),
)
SEED = 2021
CLINIC = Clinic(
    name="Neurology clinic (demonstration)",
    letterhead="ALS outpatient unit\n1 Example Street, Exampletown",
    protocol="royan-2021",
    equation=DEFAULT_EQUATION,
    demonstration=True,
)

# Days from infusion to today, chosen so that every state of the worklist occurs. Two patients are at
# a target to the day: they are counted back by calendar months.
_DAYS_SINCE_INFUSION = {
    1: 351, 2: 300, 4: 78, 5: 190, 6: 400, 7: 50, 9: 420, 10: 171, 11: 500,
    12: 214, 13: 102, 14: -8, 15: 600, 16: 1, 17: 156,
}  # fmt: skip
_MONTHS_SINCE_INFUSION = {3: 4, 8: 2}
_DEATH_MONTH = {11: 6, 9: 7, 15: 9}
_NOT_DONE_YET = {4: {"M2"}, 12: {"M6"}}  # so that somebody is late
_DRAFT = (10, "M6", 5)  # patient, visit, answers given so far
_ALERTS_NOT_DECIDED = {6, 10, 13}  # the others' were decided on at the visit
_MILESTONES = {
    15: [(MilestoneKind.NIV, 30), (MilestoneKind.GASTROSTOMY, 152)],
    9: [(MilestoneKind.NIV, 75)],
    7: [(MilestoneKind.GASTROSTOMY, -60)],
}


def create(path: Path, today: date) -> Session:
    """A new clinic file full of demonstration data, signed in as its nurse."""
    nurse = new_user(LOGIN, "Study nurse (demonstration)", Role.NURSE)
    others = [(new_user(login, name, role), PASSWORD) for login, name, role in OTHERS]
    session = Session.create(path, CLINIC, nurse, PASSWORD, others=others)
    protocol = protocols.shipped()[CLINIC.protocol]
    with session.write("demonstration data, follow-up simulated"):
        for row in _rows("table1.csv"):
            _Course(session, protocol, row, today).save()
    return session


def _rows(name: str) -> list[dict[str, str]]:
    with resources.path("demo", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _infusion_day(number: int, today: date) -> date:
    if number in _MONTHS_SINCE_INFUSION:
        return shift(today, Offset(-_MONTHS_SINCE_INFUSION[number], Unit.MONTHS))
    return today - timedelta(days=_DAYS_SINCE_INFUSION[number])


@dataclass(slots=True)
class _Function:
    """The simulated ALSFRS-R items of one patient as they fall over time."""

    instrument: Instrument
    chance: random.Random
    weights: Mapping[str, float]
    values: dict[str, int] = field(default_factory=dict)

    def fall_to(self, total: int) -> None:
        """Take single points from items, the affected region first, until the total is reached."""
        while sum(self.values.values()) > total:
            alive = [slot for slot, value in self.values.items() if value > 0]
            share = [self.weights[slot] * self.values[slot] for slot in alive]
            (slot,) = self.chance.choices(alive, share)
            self.values[slot] -= 1


class _Course:
    """One patient's simulated course from the stated baseline to today."""

    def __init__(
        self, session: Session, protocol: Protocol, row: Mapping[str, str], today: date
    ) -> None:
        self.session, self.protocol, self.row, self.today = session, protocol, row, today
        self.number = int(row["patient"])
        self.chance = random.Random(SEED * 100 + self.number)
        self.infusion = _infusion_day(self.number, today)
        self.screening = self.infusion - timedelta(days=28)
        self.patient = self._patient()
        self.death = self._death()
        self.instrument = instruments.alsfrs_r()
        self.function = self._baseline_function()
        duration = float(row["duration_months"])
        decline = (48 - int(row["alsfrsr_baseline"])) / duration
        self.points_per_month = min(2.2, max(0.3, decline * self.chance.uniform(0.8, 1.2)))
        self.percent_per_month = self.points_per_month * self.chance.uniform(0.9, 1.8)
        height_m = (self.patient.height_cm or 170) / 100
        self.weight_kg = self.chance.uniform(21.5, 27.5) * height_m**2

    def save(self) -> None:
        self.session.patients.save(self.patient)
        self._save_baseline()
        self._save_milestones()
        spans = windows(self.protocol, self.infusion)
        late = _NOT_DONE_YET.get(self.number, set())
        for kind in self.protocol.visits:
            span = spans[kind.code]
            exact = kind.offset.unit is Unit.DAYS and kind.offset.value in {0, 1}
            spread = 0 if exact or kind.code == "SCR" else min(kind.before, kind.after, 5)
            on = span.target + timedelta(days=self.chance.randint(-spread, spread))
            if self.number == _DRAFT[0] and kind.code == _DRAFT[1]:
                self._save_visit(kind.code, self.today, answers=_DRAFT[2])
            elif on < self.today and kind.code not in late and not self._gone(on):
                self._save_visit(kind.code, on)
        self._save_events()
        self._save_eligibility()
        if self.number not in _ALERTS_NOT_DECIDED:
            self._decide()

    def _save_eligibility(self) -> None:
        """What was asked is fulfilled; the paper treated patients outside its limits: here they are waived."""
        at = datetime.combine(self.screening, time(11), UTC)
        record = self.session.record(self.patient.id)
        for one in eligibility.evaluate(record, self.protocol):
            said = one.said
            if one.criterion.asked:
                said = replace(said, met=True)
            elif one.state is eligibility.Fulfilment.NOT_MET:
                said = eligibility.waive(said, "treated in the published trial", LOGIN, at)
            if said != one.said:
                self.session.criteria.save(said)

    def _decide(self) -> None:
        """What the alerts asked was decided: most of it done, some of it planned or declined."""
        record = self.session.record(self.patient.id)
        for action in alerts.open_actions(record, self.today):
            given = alerts.Given(Choice.DONE, "discussed with the patient")
            if action.id == "breathing" and self.number % 3 == 0:
                until = self.today + timedelta(days=21)
                given = alerts.Given(Choice.PLANNED, "appointment at the respiratory clinic", until)
            elif action.id == "feeding" and self.number % 3 == 1:
                until = shift(self.today, Offset(2, Unit.MONTHS))
                given = alerts.Given(Choice.DECLINED, "wants to wait", until)
            at = datetime.combine(action.on, time(10), UTC)
            made = alerts.decide(record, action, given, by=LOGIN, at=at)
            self.session.decisions.save(made)

    def _patient(self) -> Patient:
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
            reference_on=self.infusion,
            registered_on=self.screening,
        )

    def _death(self) -> date | None:
        months = _DEATH_MONTH.get(self.number)
        return shift(self.infusion, Offset(months, Unit.MONTHS)) if months else None

    def _gone(self, on: date) -> bool:
        return self.death is not None and on >= self.death

    def _baseline_function(self) -> _Function:
        bulbar = self.patient.onset_region is OnsetRegion.BULBAR
        domain = {scale.id: scale.slots for scale in self.instrument.domains}
        first = ("bulbar",) if bulbar else ("fine_motor", "gross_motor")
        weights = {
            slot: (4.0 if name in first else 0.6 if name == "respiratory" else 1.2)
            for name, slots in domain.items()
            for slot in slots
        }
        function = _Function(self.instrument, self.chance, weights)
        function.values = dict.fromkeys(self.instrument.slots, 4)
        function.fall_to(int(self.row["alsfrsr_baseline"]))
        return function

    def _save_baseline(self) -> None:
        source = "Nabavi 2021, Table 1"
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
                    source=source,
                )
            )

    def _save_milestones(self) -> None:
        milestones = [
            (kind, self.infusion + timedelta(days=days))
            for kind, days in _MILESTONES.get(self.number, [])
        ]
        if self.death is not None:
            milestones.append((MilestoneKind.DEATH, self.death))
        for kind, day in milestones:
            self.session.milestones.save(
                Milestone(patient_id=self.patient.id, kind=kind, happened_on=PartialDate.of(day))
            )

    def _save_visit(self, code: str, on: date, answers: int | None = None) -> None:
        """A finished visit; or, with ``answers``, one in progress with so many questions answered."""
        months = max(0.0, months_between(self.infusion, on))
        finished = answers is None
        started = datetime.combine(on, time(9, 30), UTC)
        assessments = self.protocol.assessments_of(code)
        visit = Visit(
            patient_id=self.patient.id,
            code=code,
            date=on,
            state=VisitState.FINISHED if finished else VisitState.DRAFT,
            rater=LOGIN,
            mode=Mode.IN_PERSON,
            respondent=Respondent.PATIENT,
            weight_kg=round(self.weight_kg - 0.35 * self.points_per_month * months, 1),
            new_events=self._new_events(code)
            if ADVERSE_EVENTS in assessments and finished
            else None,
            started_at=started,
            finished_at=started + timedelta(minutes=40) if finished else None,
        )
        self.session.visits.save(visit)
        # The paper's baseline has no items and no litres: the screening visit keeps it as stated.
        if code != "SCR":
            self._save_form(visit, months, answers)
            if SPIROMETRY in assessments and finished:
                self._save_spirometry(visit, months)
        if finished:
            for name in assessments:
                if self.protocol.task(name) is not None:
                    self.session.tasks.save(TaskResult(visit_id=visit.id, task=name, done=True))

    def _save_form(self, visit: Visit, months: float, answers: int | None) -> None:
        if self.instrument.id not in self.protocol.assessments_of(visit.code):
            return
        baseline = int(self.row["alsfrsr_baseline"])
        total = baseline - self.points_per_month * (months + 1) + self.chance.gauss(0, 0.7)
        self.function.fall_to(max(2, round(total)))
        record = self.session.record(self.patient.id)
        version = self.instrument.version
        self.session.assessments.open(visit.id, self.instrument.id, version, LOGIN)
        for slot in self.instrument.slots[:answers]:
            variants = self.instrument.variants(slot)
            fed = record.had(MilestoneKind.GASTROSTOMY, visit.date)
            item = variants[-1] if fed else variants[0]
            answer = Answer(item=item.id, value=self.function.values[slot])
            self.session.assessments.save_answer(visit.id, self.instrument.id, slot, answer)

    def _save_spirometry(self, visit: Visit, months: float) -> None:
        test = Spirometry(
            visit_id=visit.id,
            date=visit.date,
            height_cm=self.patient.height_cm,
            device="Spirometer 1",
            equation=DEFAULT_EQUATION,
        )
        test = with_inputs(test, self.patient, DEFAULT_EQUATION)
        prediction = predict(test)
        if not isinstance(prediction, Prediction):
            return
        baseline = float(self.row["fvc_pct_baseline"])
        percent = baseline - self.percent_per_month * (months + 1) + self.chance.gauss(0, 1.2)
        best = max(400, round(max(18.0, percent) * prediction.predicted) * 10)
        weak = percent < 45  # weak breath repeats poorly
        falls = [0, self.chance.randint(2, 9) * 10, self.chance.randint(5, 30 if weak else 14) * 10]
        blows = tuple(
            Blow(number=index, volume_ml=best - fall)
            for index, fall in enumerate(self.chance.sample(falls, 3), start=1)
        )
        self.session.spirometry.save(replace(test, blows=blows))

    def _my_events(self) -> list[dict[str, str]]:
        rows = _rows("adverse_events.csv")
        return [row for row in rows if int(row["patient"]) == self.number]

    def _reported_at(self, days: int) -> str:
        """The first visit of the schedule on or after an event."""
        spans = windows(self.protocol, self.infusion)
        day = self.infusion + timedelta(days=days)
        return next(code for code, span in spans.items() if code != "SCR" and span.target >= day)

    def _new_events(self, code: str) -> bool:
        days = [int(row["days_after_infusion"]) for row in self._my_events()]
        return any(self._reported_at(day) == code for day in days)

    def _save_events(self) -> None:
        visits = {visit.code: visit.id for visit in self.session.visits.of(self.patient.id)}
        for row in self._my_events():
            days = int(row["days_after_infusion"])
            ended = row["ended_after_days"]
            outcome = Outcome(row["outcome"])
            end = self.infusion + timedelta(days=int(ended)) if ended else None
            if outcome is Outcome.FATAL:
                end = self.death
            self.session.events.save(
                AdverseEvent(
                    patient_id=self.patient.id,
                    visit_id=visits.get(self._reported_at(days)),
                    term=row["term"],
                    coded_term=row["coded_term"],
                    onset=PartialDate.of(self.infusion + timedelta(days=days)),
                    ended=PartialDate.of(end) if end else None,
                    grade=Grade(int(row["grade"])),
                    serious=row["serious"] == "yes",
                    outcome=outcome,
                    note=row["note"],
                )
            )
