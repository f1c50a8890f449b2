"""Random honest days of a clinic: everything a person can do that the trail writes down, in any order."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from core import clock
from core.entering import recomputing
from core.errors import AppError
from core.model import decision
from core.model.adverse_event import Grade, Milestone, MilestoneKind, Outcome
from core.model.appointment import LONGEST_NOTE, Appointment
from core.model.assessment import Answer, NotDone
from core.model.data_query import DataQuery, QueryReply
from core.model.ids import QueryId, VisitId
from core.model.judgement import CriterionResult, Decision, Reconciliation
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.signature import Lock, LockLevel, Meaning, Signature
from core.model.trail import Act
from core.model.user import Clinic, Role
from core.model.visit import Mark, TaskResult, VisitMark, VisitState
from core.session import Session, new_user
from tests.core.examples import a_patient, a_visit, answers, blows
from tests.files import sample_clinic as sample

TEXTS = (
    "",
    "plain",
    "رحیمی",
    "naïve “quoted” 'text'",
    "two\nlines\tand \\",
    "🙂 e\u0301",
    "NULL",
    "1/2",
)
REALS = (71.5, 0.1 + 0.2, 1e-7, 1e15, 5e-324, 1.7976931348623157e308, 2 / 3, -0.0, 3.0)
SCORES = range(5)


class Unlucky(Exception):
    """Whatever can happen in the middle of a write."""


class Clinician:
    """One person at one open file; ``act`` does something that a day may bring."""

    def __init__(self, session: Session, chance: random.Random) -> None:
        self.session = session
        self.chance = chance

    def act(self) -> None:
        """Something, saved or taken back; what the file refuses is refused."""
        try:
            with self.session.write(self.text()):
                for _ in range(self.chance.choice((1, 1, 1, 3))):
                    self.chance.choice(ACTS)(self)
                if self.chance.random() < 0.1:
                    raise Unlucky
        except (Unlucky, AppError):
            pass

    def text(self) -> str:
        return self.chance.choice(TEXTS)

    def word(self) -> str:
        return self.text().strip() or "word"

    def maybe(self, value):
        return self.chance.choice((None, value))

    def day(self) -> date:
        return date(2026, 1, 1) + timedelta(days=self.chance.randrange(300))

    def instant(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.chance.randrange(10**7))

    def height(self) -> float:
        return self.chance.choice((176.0, 165.5, 50 + 200 * self.chance.random()))

    @property
    def patient(self):
        return self.chance.choice(self.session.patients.all() or [self.new_patient()])

    @property
    def visit(self):
        return self.chance.choice(self.session.visits.all() or [self.new_visit()])

    def new_patient(self):
        patient = a_patient(
            record_number=f"{self.chance.randrange(10**9)}-{self.text()}",
            family_name=self.text(),
            sex=self.chance.choice(list(Sex)),
            height_cm=self.height(),
            born=self.day() - timedelta(days=20000),
        )
        self.session.patients.save(patient)
        return patient

    def new_visit(self):
        code = self.chance.choice(("M2", "M4", None))
        finished = self.chance.random() < 0.5
        visit = a_visit(self.patient, self.day(), code, finished=finished, rater=self.session.login)
        self.session.visits.save(visit)
        return visit

    def correct_patient(self) -> None:
        recomputing.save_patient(
            self.session,
            replace(
                self.patient,
                note=self.text(),
                height_cm=self.height(),
                stated_duration_months=self.maybe(abs(self.chance.choice(REALS))),
            ),
        )

    def save_again(self) -> None:
        patient, visit = self.patient, self.visit
        self.session.patients.save(patient)
        self.session.visits.save(visit)

    def correct_visit(self) -> None:
        finished = self.chance.random() < 0.5
        self.session.visits.save(
            replace(
                self.visit,
                note=self.text(),
                weight_kg=self.maybe(1e-7 + 300 * self.chance.random()),
                state=VisitState.FINISHED if finished else VisitState.DRAFT,
                finished_at=self.instant() if finished else None,
            )
        )

    def remove_visit(self) -> None:
        visit = self.visit
        if not any(s.visit_id == visit.id for s in self.session.signatures.of(visit.patient_id)):
            self.session.visits.remove(visit.id)

    def answer(self) -> None:
        visit = self.visit
        self.session.assessments.open(visit.id, "alsfrs-r", "1", self.session.login)
        for slot in self.chance.sample(sorted(answers((4,) * 12)), 3):
            answer = Answer(item=slot, value=self.chance.choice(SCORES), note=self.text())
            if self.chance.random() < 0.2:
                answer = Answer(item=slot, not_done=self.chance.choice(list(NotDone)))
            self.session.assessments.save_answer(visit.id, "alsfrs-r", slot, answer)

    def take_answers_back(self) -> None:
        for slot in self.chance.sample(sorted(answers((4,) * 12)), 6):
            self.session.assessments.remove_answer(self.visit.id, "alsfrs-r", slot)

    def blow(self) -> None:
        known = self.session.spirometry.of(self.patient.id)
        visit = self.visit
        volumes = [self.chance.randrange(1, 12001) for _ in range(self.chance.randrange(4))]
        test = replace(sample.SPIROMETRY, id=f"s{self.chance.randrange(10**9)}", visit_id=visit.id)
        test = self.chance.choice(known) if known and self.chance.random() < 0.6 else test
        age = 130 * self.chance.random()
        self.session.spirometry.save(replace(test, blows=blows(*volumes), age_years=age))

    def measure(self) -> None:
        self.session.measurements.save(
            Measurement(visit_id=self.visit.id, kind="snip", value=self.chance.choice(REALS))
        )

    def event(self) -> None:
        visit = self.visit
        known = self.session.events.of(visit.patient_id)
        fresh = replace(
            sample.EVENT,
            id=f"e{self.chance.randrange(10**9)}",
            patient_id=visit.patient_id,
            visit_id=self.maybe(visit.id),
        )
        event = self.chance.choice([*known, fresh])
        self.session.events.save(
            replace(
                event,
                term=self.word(),
                grade=self.chance.choice(list(Grade)),
                outcome=self.chance.choice(list(Outcome)),
            )
        )

    def milestone(self) -> None:
        kind = self.chance.choice((MilestoneKind.NIV, MilestoneKind.WHEELCHAIR))
        on = PartialDate.of(self.day())
        self.session.milestones.save(
            Milestone(patient_id=self.patient.id, kind=kind, happened_on=on)
        )

    def remove_milestone(self) -> None:
        for one in self.session.milestones.of(self.patient.id)[:1]:
            self.session.milestones.remove(one.id)

    def mark(self) -> None:
        mark = VisitMark(
            patient_id=self.patient.id,
            code="M4",
            mark=self.chance.choice(list(Mark)),
            reason=self.word(),
        )
        self.session.marks.save(mark)
        if self.chance.random() < 0.4:
            self.session.marks.remove(mark.patient_id, "M4")

    def appointment(self) -> None:
        one = Appointment(
            patient_id=self.patient.id,
            code="M4",
            day=self.visit.date,
            note=self.word()[:LONGEST_NOTE],
            entered_by=self.session.login,
            entered_at=clock.now(),
        )
        self.session.appointments.save(one)
        if self.chance.random() < 0.4:
            self.session.appointments.remove(one.id)

    def task(self) -> None:
        self.session.tasks.save(TaskResult(visit_id=self.visit.id, task="mri", done=True))

    def stated(self) -> None:
        self.session.external.save(
            ExternalResult(
                patient_id=self.patient.id,
                kind=ExternalKind.FVC_PERCENT,
                value=0.1 + 249 * self.chance.random(),
                source=self.text(),
            )
        )

    def type(self) -> None:
        subject = self.visit.id
        self.session.typed.save("visit", subject, "weight", self.text())
        if self.chance.random() < 0.5:
            self.session.typed.remove("visit", subject, "weight")

    def judge(self) -> None:
        visit, by, at = self.visit, self.session.login, self.instant()
        self.session.assessments.open(visit.id, "alsfrs-r", "1", by)
        self.session.reconciliations.save(
            Reconciliation(
                visit_id=visit.id,
                instrument="alsfrs-r",
                rule="P1",
                subject="walking",
                found=self.text(),
                decision=Decision.KEPT,
                reason=self.word(),
                by=by,
                at=at,
            )
        )
        self.session.decisions.save(
            decision.Decision(
                patient_id=visit.patient_id,
                kind=decision.DecisionKind.ACTION,
                subject="breathing",
                choice=decision.Choice.DONE,
                reason=self.word(),
                facts={"A1.fvc": self.chance.choice(REALS)},
                visit_id=visit.id,
                by=by,
                at=at,
            )
        )
        self.session.criteria.save(
            CriterionResult(
                patient_id=visit.patient_id,
                protocol="royan-2021",
                version="1",
                criterion="age",
                met=self.maybe(True),
                note=self.text(),
            )
        )

    def threshold(self) -> None:
        self.session.thresholds.save("a1_vc_percent", self.chance.choice(REALS))
        if self.chance.random() < 0.3:
            self.session.thresholds.remove("a1_vc_percent")

    def clinic(self) -> None:
        self.session.clinics.save(Clinic(name=self.word(), letterhead=self.text()))

    def people(self) -> None:
        """A login is the same in capitals."""
        login = self.chance.choice(("nurse", "Nurse", "NURSE", "n.urse"))
        role = self.chance.choice((Role.NURSE, Role.MONITOR))
        self.session.users.save(new_user(login, self.word(), role))

    def ask(self) -> None:
        visit, by = self.visit, self.session.login
        query = DataQuery(
            id=QueryId(f"q{self.chance.randrange(10**9)}"),
            patient_id=visit.patient_id,
            visit_id=VisitId(visit.id),
            step="details",
            field="weight",
            label="Weight",
            text=self.word(),
            opened_by=by,
            opened_at=self.instant(),
        )
        self.session.queries.save(query)
        reply = QueryReply(query_id=query.id, number=1, by=by, at=self.instant(), text=self.word())
        self.session.queries.reply(reply)
        if self.chance.random() < 0.5:
            self.session.queries.save(replace(query, closed_by=by, closed_at=self.instant()))

    def sign(self) -> None:
        self.session.signatures.save(
            Signature(
                visit_id=self.visit.id,
                signed_by=self.session.login,
                printed_name=self.word(),
                role=Role.NEUROLOGIST,
                meaning=self.chance.choice(list(Meaning)),
                signed_at=self.instant(),
                data_hash="0" * 64,
                shown=self.text(),
                shown_hash="f" * 64,
                trail_sequence=1,
            )
        )

    def lock(self) -> None:
        """Mostly unlocked again, or the day would stand still."""
        by = self.session.login
        held = [lock for lock in self.session.locks.all() if lock.holds]
        for lock in held:
            self.session.locks.save(
                replace(lock, unlocked_by=by, unlocked_at=self.instant(), unlock_reason="done")
            )
        if not held:
            visit = self.visit
            level, subject, patient_id = self.chance.choice(
                (
                    (LockLevel.VISIT, visit.id, visit.patient_id),
                    (LockLevel.PATIENT, visit.patient_id, visit.patient_id),
                    (LockLevel.DATABASE, "", None),
                )
            )
            self.session.locks.save(
                Lock(
                    level=level,
                    subject=subject,
                    patient_id=patient_id,
                    locked_by=by,
                    locked_at=self.instant(),
                    reason=self.word(),
                )
            )

    def look(self) -> None:
        self.session.note(Act.VIEWED, patient_id=self.patient.id, details={"words": self.text()})


ACTS: tuple[Callable[[Clinician], object], ...] = (
    Clinician.new_patient,
    Clinician.new_visit,
    Clinician.correct_patient,
    Clinician.save_again,
    Clinician.correct_visit,
    Clinician.remove_visit,
    *[Clinician.answer] * 4,
    Clinician.take_answers_back,
    *[Clinician.blow] * 2,
    Clinician.measure,
    Clinician.event,
    Clinician.milestone,
    Clinician.remove_milestone,
    Clinician.mark,
    Clinician.appointment,
    Clinician.task,
    Clinician.stated,
    Clinician.type,
    Clinician.judge,
    Clinician.threshold,
    Clinician.clinic,
    Clinician.people,
    Clinician.ask,
    Clinician.sign,
    Clinician.lock,
    Clinician.look,
)


def with_clock_behind(hours: float, do: Callable[[], object]) -> None:
    """Do something while this computer's clock is behind."""
    right = clock.now
    clock.now = lambda: right() - timedelta(hours=hours)
    try:
        do()
    finally:
        clock.now = right
