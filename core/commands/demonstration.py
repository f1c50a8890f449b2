"""The demonstration clinic: Table 1 of the trial with its real baseline, follow-up simulated with a fixed seed.

Dates are relative to today, so that the worklist is alive on any day. Birth dates, heights and every
value after the baseline are simulated; every screen and print of such a file says so.
"""

import csv
import random
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from core import resources
from core.acts import concluding, signing
from core.entering.record_entry import RecordEntry
from core.findings import alerts, eligibility
from core.forms import catalog as forms
from core.forms.reading import Limits
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, NotDone
from core.model.decision import Choice
from core.model.device import FORM as DEVICE
from core.model.form_record import FormRecord, RecordCheck, Since
from core.model.nouns import ADVERSE_EVENTS, SINCE_LAST_TIME, SPIROMETRY
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, Sex
from core.model.signature import Meaning
from core.model.spirometry import Blow, Spirometry
from core.model.trail import Act
from core.model.user import Clinic, Role
from core.model.visit import Mode, Respondent, TaskResult, Visit, VisitState
from core.protocols import catalog as protocols
from core.protocols.definition import Offset, Protocol, Unit
from core.protocols.schedule import shift, windows
from core.science.lung_function import DEFAULT_EQUATION, Prediction
from core.science.progression import months_between
from core.science.spirometry import predict, with_inputs
from core.session import Session, new_user
from core.store import keys

MEDICINE = "medicine"
SWALLOWING, WALKING, STAIRS = "swallowing", "walking", "stairs"
DYSPNEA, RESPIRATORY_INSUFFICIENCY = "dyspnea", "respiratory_insufficiency"

LOGIN = PASSWORD = "demo"  # the nurse's; the others have the same password
NEUROLOGIST = "neuro"
OTHERS = (
    (NEUROLOGIST, "Neurologist (demonstration)", Role.NEUROLOGIST),
    ("monitor", "Monitor (demonstration)", Role.MONITOR),
    ("admin", "Administrator (demonstration)", Role.ADMINISTRATOR),
)
LOGINS = {Role.NURSE: LOGIN} | {role: login for login, _name, role in OTHERS}
SEED = 2021
_NO_SECRET = keys.Cost(opslimit=1, memlimit=64 * 1024)  # the password is known to everybody
_REASON = "demonstration data, follow-up simulated"
_NOT_SIGNED = 5  # visits
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
# What the neurologist concluded at a visit: patient and visit.
_CONCLUSIONS = {
    (
        9,
        "M6",
    ): "Breathing is weaker, with NIV since the third month. Review of the settings within two"
    " weeks; gastrostomy discussed with the patient and the family, decision at the next call.",
    (
        15,
        "M6",
    ): "Fast decline of bulbar function and of vital capacity. NIV and gastrostomy are in place and"
    " tolerated. Speech therapy for a communication aid; cough assist ordered.",
}
# What each takes, with the months from its start to screening: simulated.
_MEDICINES: Mapping[OnsetRegion, tuple[tuple[str, str, str, int], ...]] = {
    OnsetRegion.BULBAR: (
        ("Riluzole", "50", "2_daily", 6),
        ("Glycopyrronium", "1", "3_daily", 3),
    ),
    OnsetRegion.LIMB: (("Riluzole", "50", "2_daily", 6), ("Baclofen", "10", "3_daily", 4)),
}
_ORTHOPNEA = "orthopnea"
_TUBE = {MilestoneKind.GASTROSTOMY, MilestoneKind.NASOGASTRIC_TUBE}


def create(path: Path, today: date) -> Session:
    """A new clinic file full of demonstration data, signed in as its nurse.

    The nurse entered it; the neurologist decided and signed, but for the newest visits.
    """
    nurse = new_user(LOGIN, "Study nurse (demonstration)", Role.NURSE)
    others = [(new_user(login, name, role), PASSWORD) for login, name, role in OTHERS]
    protocol = protocols.shipped()[CLINIC.protocol]
    entering = Session.create(path, CLINIC, nurse, PASSWORD, others=others, cost=_NO_SECRET)
    with closing(entering), entering.write(_REASON):
        courses = [_Course(entering, protocol, row, today) for row in _rows("table1.csv")]
        for course in courses:
            course.save()
    with closing(Session.open(path, NEUROLOGIST, PASSWORD)) as judging:
        with judging.write(_REASON):
            for course in courses:
                course.judge(judging)
        _conclude(judging)
        _sign(judging)
        judging.record_act(Act.SIGNED_OUT)
    return Session.open(path, LOGIN, PASSWORD)


def _conclude(session: Session) -> None:
    """What was concluded at some visits, before they are signed."""
    for patient in session.patients.all():
        record = session.record(patient.id)
        for visit in record.finished_visits:
            number = int(patient.record_number.removeprefix("A-"))
            if text := _CONCLUSIONS.get((number, visit.code or "")):
                concluding.save(session, record, visit.id, text)


def _sign(session: Session) -> None:
    """Every finished visit but the newest ones, which wait for whoever tries to be the neurologist."""
    records = [session.record(patient.id) for patient in session.patients.all()]
    finished = [(record, visit) for record in records for visit in record.finished_visits]
    finished.sort(key=lambda one: (one[1].date, one[0].patient.record_number))
    shown = [signing.look(session, record, visit.id) for record, visit in finished[:-_NOT_SIGNED]]
    signing.sign_several(session, shown, Meaning.REVIEWED, PASSWORD)


def _rows(name: str) -> list[dict[str, str]]:
    with resources.path("demo", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _infusion_day(number: int, today: date) -> date:
    if number in _MONTHS_SINCE_INFUSION:
        return shift(today, Offset(-_MONTHS_SINCE_INFUSION[number], Unit.MONTHS))
    return today - timedelta(days=_DAYS_SINCE_INFUSION[number])


@dataclass(slots=True)
class _Function:
    """The simulated ALSFRS-R items of one patient as they fall over time.

    Nothing falls so that the plausibility rules would ask why: a finished visit has no open question.
    """

    instrument: Instrument
    chance: random.Random
    weights: Mapping[str, float]
    values: dict[str, int] = field(default_factory=dict)

    def breathe(self, percent: float, *, ventilated: bool) -> None:
        """What the breathing items can be at this FVC (% predicted): at most one point less than before."""
        dyspnea = sum(percent >= limit for limit in (30, 45, 60, 75))
        wanted = {
            DYSPNEA: dyspnea,
            _ORTHOPNEA: dyspnea + 1,
            RESPIRATORY_INSUFFICIENCY: 3 if ventilated else 4,
        }
        for slot, value in wanted.items():
            if self.values[slot] > value:
                self.values[slot] -= 1

    def fall_to(self, total: int, *, tube: bool, by_at_most: int = 4) -> None:
        """Take single points from items, the affected region first, until the total is reached.

        ``tube`` says whether a feeding tube is there: without one nobody swallows less than 2.
        """
        before = dict(self.values)
        while sum(self.values.values()) > total:
            falling = [
                slot
                for slot in self.weights
                if before[slot] - self.values[slot] < by_at_most and self._may_fall(slot, tube)
            ]
            if not falling:
                return
            share = [self.weights[slot] * self.values[slot] for slot in falling]
            (slot,) = self.chance.choices(falling, share)
            self.values[slot] -= 1

    def _may_fall(self, slot: str, tube: bool) -> bool:
        if slot == SWALLOWING and not tube:
            return self.values[slot] > 2
        if slot == WALKING:  # nobody climbs stairs better than they walk
            return self.values[slot] > self.values[STAIRS]
        return self.values[slot] > 0


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
        self.points_per_month = min(1.6, max(0.3, decline * self.chance.uniform(0.8, 1.2)))
        self.percent_per_month = self._percent_per_month()
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

    def judge(self, session: Session) -> None:
        """What is the neurologist's to decide, in their own session."""
        self.session = session
        self._save_eligibility()
        if self.number not in _ALERTS_NOT_DECIDED:
            self._decide()

    def _save_eligibility(self) -> None:
        """What was asked is fulfilled; the paper treated patients outside its limits: here they are accepted deviations."""
        at = datetime.combine(self.screening, time(11), UTC)
        record = self.session.record(self.patient.id)
        for one in eligibility.evaluate(record, self.protocol):
            said = one.said
            if one.criterion.asked:
                said = replace(said, met=True)
            elif one.state is eligibility.Fulfilment.NOT_MET:
                said = eligibility.waive(said, "treated in the published trial", NEUROLOGIST, at)
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
            made = alerts.decide(record, action, given, by=NEUROLOGIST, at=at)
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

    def _percent_per_month(self) -> float:
        """The loss of FVC in points of % predicted; whoever dies has about 40 % left by then."""
        loss = self.points_per_month * self.chance.uniform(0.9, 1.8)
        if (months := _DEATH_MONTH.get(self.number)) is None:
            return loss
        return max(loss, (float(self.row["fvc_pct_baseline"]) - 40) / months)

    def _gone(self, on: date) -> bool:
        return self.death is not None and on >= self.death

    def _baseline_function(self) -> _Function:
        bulbar = self.patient.onset_region is OnsetRegion.BULBAR
        domain = {scale.id: scale.slots for scale in self.instrument.domains}
        first = ("bulbar",) if bulbar else ("fine_motor", "gross_motor")
        weights = {
            slot: 4.0 if name in first else 1.2
            for name, slots in domain.items()
            if name != "respiratory"  # these follow the FVC
            for slot in slots
        }
        function = _Function(self.instrument, self.chance, weights)
        function.values = dict.fromkeys(self.instrument.slots, 4)
        for _month in range(4):
            function.breathe(float(self.row["fvc_pct_baseline"]), ventilated=False)
        function.fall_to(
            int(self.row["alsfrsr_baseline"]), tube=self._has_by(_TUBE, self.screening)
        )
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

    def _milestones(self) -> list[tuple[MilestoneKind, date]]:
        found = [
            (kind, self.infusion + timedelta(days=days))
            for kind, days in _MILESTONES.get(self.number, [])
        ]
        if self.death is not None:
            found.append((MilestoneKind.DEATH, self.death))
        return [(kind, day) for kind, day in found if day < self.today]

    def _has_by(self, kinds: Collection[MilestoneKind], on: date) -> bool:
        return any(kind in kinds and day <= on for kind, day in self._milestones())

    def _save_milestones(self) -> None:
        for kind, day in self._milestones():
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
        if code == "SCR":
            self._save_not_asked(visit)
        else:
            percent = self._percent(months)
            self._save_form(visit, months, percent, answers)
            if SPIROMETRY in assessments and finished:
                self._save_spirometry(visit, percent)
        if finished and SINCE_LAST_TIME in assessments:
            self._save_since_last_time(visit)
        if finished:
            for name in assessments:
                if self.protocol.task(name) is not None:
                    self.session.tasks.save(TaskResult(visit_id=visit.id, task=name, done=True))

    def _save_since_last_time(self, visit: Visit) -> None:
        """At the first visit what is taken, at each later one that it is the same; nothing is new."""
        known = self.session.record(self.patient.id).running(MEDICINE, visit.date)
        for record in known or self._medicines(visit):
            answer = Since.SAME if known else Since.NEW
            if not known:
                self.session.forms.save(record)
            self._check(visit, MEDICINE, record.id if known else "", answer)
        if known:
            self._check(visit, MEDICINE, "", Since.NOTHING_NEW)
        self._check(visit, DEVICE, "", Since.NOTHING_NEW)

    def _check(self, visit: Visit, form: str, record_id: str, answer: Since) -> None:
        check = RecordCheck(visit_id=visit.id, form=form, record_id=record_id, answer=answer)
        self.session.checks.save(check)

    def _medicines(self, visit: Visit) -> list[FormRecord]:
        form = forms.newest()[MEDICINE]
        limits = Limits(latest=visit.date, born=self.patient.born)
        made = []
        for substance, dose, frequency, months in _MEDICINES.get(self.patient.onset_region, ()):
            began = shift(self.screening, Offset(-months, Unit.MONTHS))
            texts = {
                "substance": substance,
                "dose": dose,
                "frequency": frequency,
                "started": f"{began:%Y-%m}",
            }
            record = RecordEntry(form, self.patient.id, LOGIN, limits, texts=texts).record
            if record is None:
                raise ValueError(f"{substance} is no record of the form {MEDICINE}")
            made.append(replace(record, entered_at=visit.started_at + timedelta(minutes=10)))
        return made

    def _save_not_asked(self, visit: Visit) -> None:
        """The paper's baseline has no items and no litres: the screening visit keeps it as stated."""
        form, version = self.instrument.id, self.instrument.version
        self.session.assessments.open(visit.id, form, version, LOGIN)
        self.session.assessments.mark_not_done(visit.id, form, NotDone.NOT_ASKED)
        self.session.spirometry.save(self._test(visit, not_done=NotDone.NOT_ASKED))

    def _percent(self, months: float) -> float:
        """FVC in % predicted so long after the infusion."""
        baseline = float(self.row["fvc_pct_baseline"])
        now = baseline - self.percent_per_month * (months + 1) + self.chance.gauss(0, 1.2)
        return max(18.0, now)

    def _save_form(self, visit: Visit, months: float, percent: float, answers: int | None) -> None:
        if self.instrument.id not in self.protocol.assessments_of(visit.code):
            return
        baseline = int(self.row["alsfrsr_baseline"])
        total = baseline - self.points_per_month * (months + 1) + self.chance.gauss(0, 0.7)
        earlier = [
            one.date for one in self.session.record(self.patient.id).answered(self.instrument.id)
        ]
        apart = (visit.date - earlier[-1]).days if earlier else 0
        self.function.breathe(percent, ventilated=self._has_by({MilestoneKind.NIV}, visit.date))
        self.function.fall_to(
            max(2, round(total)),
            tube=self._has_by(_TUBE, visit.date),
            by_at_most=3 if apart > 100 else 1,  # points of one item
        )
        version = self.instrument.version
        self.session.assessments.open(visit.id, self.instrument.id, version, LOGIN)
        for slot in self.instrument.slots[:answers]:
            variants = self.instrument.variants(slot)
            fed = self._has_by({MilestoneKind.GASTROSTOMY}, visit.date)
            item = variants[-1] if fed else variants[0]
            answer = Answer(item=item.id, value=self.function.values[slot])
            self.session.assessments.save_answer(visit.id, self.instrument.id, slot, answer)
        if earlier and visit.finished_at is not None:
            compared_at = visit.finished_at - timedelta(minutes=20)
            self.session.assessments.mark_compared(visit.id, self.instrument.id, compared_at)

    def _test(self, visit: Visit, not_done: NotDone | None = None) -> Spirometry:
        test = Spirometry(
            visit_id=visit.id,
            date=visit.date,
            height_cm=self.patient.height_cm,
            device="Spirometer 1",
            equation=DEFAULT_EQUATION,
            not_done=not_done,
        )
        return with_inputs(test, self.patient, DEFAULT_EQUATION)

    def _save_spirometry(self, visit: Visit, percent: float) -> None:
        test = self._test(visit)
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
