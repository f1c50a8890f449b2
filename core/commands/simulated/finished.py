"""A patient of the trial as it was when it had ended: five years after the last infusion, every patient's end known.

Baseline, adverse events, the deaths of the first year, twelve deaths by year 5 and the mean of those who lived are
the report's; days, visits, later deaths and what was measured are simulated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from core.commands.simulated import rows_of
from core.commands.simulated.trial import TrialCourse
from core.findings import alerts
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.decision import Choice
from core.model.partial_date import PartialDate
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.visit import Mark, Mode, Visit, VisitMark
from core.model.vital_status import State
from core.protocols.definition import Offset, Protocol, Unit
from core.protocols.schedule import shift, windows
from core.science.progression import months_between
from core.session import Session

ENDED = date(2020, 9, 30)  # the last visit of year 5 is before it
_YEAR_5 = "Y5"
_LEAST_FALL = 0.3  # points of FVC (% predicted) a month: more than rounding a volume to 10 mL hides
_CAUSE = "Simulated; known from {source}."


class FinishedCourse(TrialCourse):
    """One line of ``finished.csv``, with its exceptions in ``finished_visits.csv``.

    The vital capacity of every patient falls from visit to visit, so that a mean that rises is one of other patients.
    """

    invents_events = False

    def __init__(
        self, session: Session, protocol: Protocol, row: Mapping[str, str], now: datetime
    ) -> None:
        (self._told,) = rows_of("finished.csv", int(row["patient"]))
        self._exceptions = {
            one["visit"]: one for one in rows_of("finished_visits.csv", int(row["patient"]))
        }
        super().__init__(session, protocol, row, now)
        self._blown = (self.baseline.on, self.baseline.percent)
        self._last_seen = self.screening

    @property
    def day_0(self) -> date:
        return date.fromisoformat(self._told["infused_on"])

    @property
    def death(self) -> date | None:
        """The last day that it can have been."""
        return None if self._died_on is None else self._died_on.last

    @property
    def _died_on(self) -> PartialDate | None:
        return PartialDate.parse(self._told["died_on"]) if self._told["died_on"] else None

    def registered(self) -> Patient:
        """As old at the infusion as at the screening: nobody has a birthday between them."""
        found = super().registered()
        last_birthday = self.screening - timedelta(days=self.chance.randint(30, 300))
        born = shift(last_birthday, Offset(-12 * int(self.row["age"]), Unit.MONTHS))
        return replace(found, born=born)

    def save(self) -> None:
        self.session.patients.save(self.patient)
        self.save_baseline()
        self.save_participation()
        for code, on in self.days_of_visits():
            mark = self._exception(code, "mark")
            if not mark:
                self.save_visit(code, on)
                self._last_seen = on
            else:
                self._save_mark(code, Mark(mark))
        self._save_end()

    def days_of_visits(self) -> Iterator[tuple[str, date]]:
        """Those before death or withdrawal, on the day of the table where it has one; year 5 is never too early."""
        spans = windows(self.protocol, self.day_0)
        over = self._over
        for code, usual in super().days_of_visits():
            span, on = spans[code], usual
            if code == _YEAR_5:
                on = span.target + timedelta(days=self.chance.randint(3, 40))
            if days := self._exception(code, "days"):
                on = span.target + timedelta(days=int(days))
            if over is None or over > span.close:
                yield code, on

    @property
    def _over(self) -> date | None:
        """When the visits ended before the plan did."""
        if self._told["left"] == State.WITHDRAWN:
            return date.fromisoformat(self._told["left_on"])
        return None if self._died_on is None else self._died_on.first

    def _exception(self, code: str | None, column: str) -> str:
        return self._exceptions[code][column] if code in self._exceptions else ""

    def visit(self, code: str | None, on: date, *, finished: bool) -> Visit:
        """With its reason where it was out of its window; year 5 is asked by telephone."""
        found = super().visit(code, on, finished=finished)
        found = replace(found, note=self._exception(code, "reason"))
        if code == _YEAR_5:
            return replace(found, mode=Mode.PHONE, weight_kg=None)
        return found

    def total(self, visit: Visit) -> int:
        if visit.code == _YEAR_5:
            return int(self._told["total_at_year_5"])
        return super().total(visit)

    def percent(self, on: date) -> float:
        """Less than at the visit before."""
        day, before = self._blown
        fallen = before - _LEAST_FALL * max(0.0, months_between(day, on))
        self._blown = (on, min(super().percent(on), fallen))
        return self._blown[1]

    def decide(self, record: PatientRecord) -> None:
        """Nothing waits in a trial that is over: every alert was discussed."""
        self.save_eligibility(record)
        given = alerts.Given(Choice.DONE, "discussed with the patient")
        for action in alerts.open_actions(record, ENDED):
            self.decide_on(record, action, given)

    def _save_mark(self, code: str, mark: Mark) -> None:
        reason = self._exception(code, "reason")
        self.session.marks.save(
            VisitMark(patient_id=self.patient.id, code=code, mark=mark, reason=reason)
        )

    def _save_end(self) -> None:
        """Withdrawn or lost before, then dead; or completed at the last visit."""
        told = self._told
        if told["left"]:
            texts = {"by": told["by"], "reason": told["reason"], "before_treatment": "no"}
            if told["left"] == State.LOST:
                texts["last_contact"] = str(self._last_seen)
            self.clinical.became(told["left"], date.fromisoformat(told["left_on"]), **texts)
        if self._died_on is None or self.death is None:
            self.clinical.became(State.COMPLETED, self._last_seen)
            return
        why = _CAUSE.format(source=told["known_from"])
        death = Milestone(
            patient_id=self.patient.id,
            kind=MilestoneKind.DEATH,
            happened_on=self._died_on,
            note=why,
        )
        self.session.milestones.save(death)
        self.clinical.became(State.DIED, self.death, day=str(self._died_on), reason=why)
