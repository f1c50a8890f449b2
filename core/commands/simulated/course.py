"""One patient's simulated course from a baseline to today, entered visit by visit."""

import random
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from core.commands.simulated import rows_of, samples
from core.commands.simulated.clinical import Clinical
from core.commands.simulated.events import Events
from core.commands.simulated.function import Function
from core.commands.simulated.told import TABLES, Told
from core.findings import alerts
from core.instruments import catalog as instruments
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Answer
from core.model.decision import Choice
from core.model.device import FORM as DEVICE
from core.model.nouns import ADVERSE_EVENTS, LABORATORY, SINCE_LAST_TIME, SPIROMETRY
from core.model.patient import OnsetRegion, Patient
from core.model.record import PatientRecord
from core.model.spirometry import Blow, Spirometry
from core.model.visit import Mode, Respondent, TaskResult, Visit, VisitKind, VisitState
from core.protocols.definition import Offset, Protocol, Unit
from core.protocols.schedule import shift
from core.science.lung_function import DEFAULT_EQUATION, Prediction
from core.science.progression import months_between
from core.science.spirometry import predict, with_inputs
from core.session import Session

SEED = 2021
RATER, NEUROLOGIST = "demo", "neuro"
_TUBES = (MilestoneKind.GASTROSTOMY, MilestoneKind.NASOGASTRIC_TUBE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Where a course starts: the total of the ALSFRS-R and the FVC in % predicted."""

    on: date
    total: int
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is lost a month: points of the ALSFRS-R, points of FVC (% predicted); and the weight at the baseline."""

    points: float
    percent: float
    weight_kg: float


class Course(ABC):
    """What is the same for every patient: how answers, breath and weight fall, and how a visit is entered."""

    invents_events = True  # beside those that the trial's report tells

    def __init__(self, session: Session, protocol: Protocol, number: int, now: datetime) -> None:
        self.session, self.protocol = session, protocol
        self.number, self.today = number, now.astimezone().date()
        self.chance = random.Random(SEED * 100 + number)
        self.patient = self.registered()
        self.told = {
            form: Told(form, self.patient, rows_of(table, number), self.day_0)
            for form, table in TABLES.items()
        }
        self.clinical = Clinical(session, self.patient, number, RATER)
        self.instrument = instruments.alsfrs_r()
        self.baseline = self.begins()
        self.function = self._function()
        self.pace = self.progresses()
        self._answered_on: list[date] = []
        self.events = Events(
            self.patient, number, self.day_0, self.death, now, invented=self.invents_events
        )

    @property
    @abstractmethod
    def day_0(self) -> date:
        """What the days of the tables count from."""

    @property
    def death(self) -> date | None:
        """When the patient dies, or will; None for who does not."""
        return None

    @abstractmethod
    def months_since_baseline(self, on: date) -> float:
        """How long what falls has been falling."""

    @abstractmethod
    def registered(self) -> Patient:
        """The patient as registered. This, and what follows, draws from ``chance`` in this order."""

    @abstractmethod
    def begins(self) -> Baseline: ...

    @abstractmethod
    def progresses(self) -> Pace: ...

    def weights(self) -> dict[str, float]:
        """How readily each item falls: the domains of the onset first; the breathing ones follow the FVC."""
        bulbar = self.patient.onset_region is OnsetRegion.BULBAR
        first = ("bulbar",) if bulbar else ("fine_motor", "gross_motor")
        return {
            slot: 4.0 if scale.id in first else 1.2
            for scale in self.instrument.domains
            if scale.id != "respiratory"
            for slot in scale.slots
        }

    @abstractmethod
    def save(self) -> None:
        """Everything that the nurse entered."""

    def judge(self, session: Session) -> None:
        """What is the neurologist's to decide, in their own session."""
        self.session = session
        self.events.judge(session, NEUROLOGIST)
        self.events.report(session, NEUROLOGIST)
        self.decide(session.record(self.patient.id))

    def decide(self, record: PatientRecord) -> None:
        """What the alerts asked was decided: most of it done, some of it planned or declined."""
        for action in alerts.open_actions(record, self.today):
            given = alerts.Given(Choice.DONE, "discussed with the patient")
            if action.id == "breathing" and self.number % 3 == 0:
                until = self.today + timedelta(days=21)
                given = alerts.Given(Choice.PLANNED, "appointment at the respiratory clinic", until)
            elif action.id == "feeding" and self.told[DEVICE].refused(MilestoneKind.GASTROSTOMY):
                until = shift(self.today, Offset(2, Unit.MONTHS))
                given = alerts.Given(Choice.DECLINED, "wants to wait", until)
            self.decide_on(record, action, given)

    def decide_on(self, record: PatientRecord, action: alerts.Action, given: alerts.Given) -> None:
        """On the day of the alert."""
        at = datetime.combine(action.on, time(10), UTC)
        made = alerts.decide(record, action, given, by=NEUROLOGIST, at=at)
        self.session.decisions.save(made)

    # A visit.

    def save_visit(self, code: str | None, on: date, answers: int | None = None) -> None:
        """A finished visit; or, with ``answers``, one in progress with so many questions answered."""
        finished = answers is None
        assessments = self.protocol.assessments_of(code)
        asked = finished and ADVERSE_EVENTS in assessments
        events = self.events.begun_by(on) if asked else []
        visit = self.visit(code, on, finished=finished)
        visit = replace(visit, new_events=bool(events) if asked else None)
        self.session.visits.save(visit)
        for event in events:
            told_at = visit.started_at + timedelta(minutes=5)
            self.events.save(self.session, event, visit, RATER, told_at)
        if finished and SINCE_LAST_TIME in assessments:
            for told in self.told.values():
                told.tell(self.session, visit)
        self.measure(visit, assessments, answers)
        if finished:
            self._save_forms(visit, self.protocol.without_tasks(assessments))
            for name in assessments:
                if self.protocol.task(name) is not None:
                    self.session.tasks.save(TaskResult(visit_id=visit.id, task=name, done=True))

    def _save_forms(self, visit: Visit, asked: tuple[str, ...]) -> None:
        """The forms of a visit, and its laboratory."""
        lost = self.pace.points * self.months_since_baseline(visit.date)
        lost += 48 - self.baseline.total
        self.clinical.save(visit, asked, lost, fast=self.events.has("Sinus tachycardia"))
        if LABORATORY in asked:
            samples.save(self.session, self.patient, visit, self.number)

    def measure(self, visit: Visit, assessments: Collection[str], answers: int | None) -> None:
        """The questionnaire and the spirometry of a visit."""
        percent = self.percent(visit.date)
        if self.instrument.id in assessments:
            self._save_form(visit, percent, answers)
        if SPIROMETRY in assessments and answers is None:
            self._save_spirometry(visit, percent)

    def visit(self, code: str | None, on: date, *, finished: bool) -> Visit:
        """The visit itself, as it was begun."""
        started = datetime.combine(on, time(9, 30), UTC)
        lost_kg = 0.35 * self.pace.points * max(0.0, months_between(self.day_0, on))
        return Visit(
            patient_id=self.patient.id,
            kind=VisitKind.UNSCHEDULED if code is None else VisitKind.SCHEDULED,
            code=code,
            date=on,
            state=VisitState.FINISHED if finished else VisitState.DRAFT,
            rater=RATER,
            mode=Mode.IN_PERSON,
            respondent=Respondent.PATIENT,
            weight_kg=round(self.pace.weight_kg - lost_kg, 1),
            started_at=started,
            finished_at=started + timedelta(minutes=40) if finished else None,
        )

    # What is answered and measured.

    def uses_tube(self, on: date) -> bool:
        return any(self.told[DEVICE].in_use(kind, on) is not None for kind in _TUBES)

    def _niv_hours(self, on: date) -> float | None:
        niv = self.told[DEVICE].in_use(MilestoneKind.NIV, on)
        return None if niv is None else float(niv["hours"])

    def _function(self) -> Function:
        function = Function(self.instrument, self.chance, self.weights())
        function.values = dict.fromkeys(self.instrument.slots, 4)
        for _month in range(4):
            function.breathe(self.baseline.percent, None)
        function.fall_to(self.baseline.total, tube=self.uses_tube(self.baseline.on))
        return function

    def total(self, visit: Visit) -> int:
        """The ALSFRS-R to which the answers of a visit fall."""
        lost = self.pace.points * self.months_since_baseline(visit.date)
        return max(2, round(self.baseline.total - lost + self.chance.gauss(0, 0.7)))

    def percent(self, on: date) -> float:
        """FVC in % predicted on a day."""
        lost = self.pace.percent * self.months_since_baseline(on)
        return max(18.0, self.baseline.percent - lost + self.chance.gauss(0, 1.2))

    def _save_form(self, visit: Visit, percent: float, answers: int | None) -> None:
        total = self.total(visit)
        apart = (visit.date - self._answered_on[-1]).days if self._answered_on else 0
        self.function.breathe(percent, self._niv_hours(visit.date))
        self.function.fall_to(
            total,
            tube=self.uses_tube(visit.date),
            by_at_most=3 if apart > 100 else 1,  # points of one item
        )
        form = self.instrument.id
        self.session.assessments.open(visit.id, form, self.instrument.version, RATER)
        fed = self.told[DEVICE].in_use(MilestoneKind.GASTROSTOMY, visit.date) is not None
        for slot in self.instrument.slots[:answers]:
            item = self.instrument.variants(slot)[-1 if fed else 0]
            answer = Answer(item=item.id, value=self.function.values[slot])
            self.session.assessments.save_answer(visit.id, form, slot, answer)
        if self._answered_on and visit.finished_at is not None:
            compared_at = visit.finished_at - timedelta(minutes=20)
            self.session.assessments.mark_compared(visit.id, form, compared_at)
        self._answered_on.append(visit.date)

    def spirometry(self, visit: Visit) -> Spirometry:
        test = Spirometry(
            visit_id=visit.id,
            date=visit.date,
            height_cm=self.patient.height_cm,
            device="Spirometer 1",
            equation=DEFAULT_EQUATION,
        )
        return with_inputs(test, self.patient, DEFAULT_EQUATION)

    def _save_spirometry(self, visit: Visit, percent: float) -> None:
        test = self.spirometry(visit)
        prediction = predict(test)
        if not isinstance(prediction, Prediction):
            return
        best = max(400, round(percent * prediction.predicted) * 10)
        weak = percent < 45  # weak breath repeats poorly
        falls = [0, self.chance.randint(2, 9) * 10, self.chance.randint(5, 30 if weak else 14) * 10]
        blows = tuple(
            Blow(number=index, volume_ml=best - fall)
            for index, fall in enumerate(self.chance.sample(falls, 3), start=1)
        )
        self.session.spirometry.save(replace(test, blows=blows))
