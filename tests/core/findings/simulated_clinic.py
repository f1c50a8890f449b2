"""A clinic of 200 patients over two years, quarterly visits, with a fixed seed: what the load of alerts is counted on.

Simulated, from no paper: the paces and their spread are about those of PRO-ACT (0.99 points a month on the
average), the noise that of the instruments (about 2.5 % predicted, 0.7 kg, 4 cmH2O).
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.ids import PatientId
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.record import PatientRecord
from core.science.spirometry import predict
from tests.core.examples import a_form, a_patient, a_record, a_spirometry, a_visit

SEED = 20261128
PATIENTS, VISITS, DAYS = 200, 9, 91
FIRST = date(2024, 6, 3)
TERMS = (
    "Fall",
    "Headache",
    "Constipation",
    "Dyspnoea",
    "Chest pain",
    "Urinary infection",
    "Leg swelling",
)


@dataclass
class Person:
    """One simulated patient, and what is going on."""

    chance: random.Random
    number: int

    def __post_init__(self) -> None:
        chance = self.chance
        self.start = FIRST + timedelta(days=chance.randint(0, 60))
        months = chance.uniform(6, 24)
        sex = chance.choice((Sex.MALE, Sex.FEMALE))
        self.patient = a_patient(
            id=PatientId(f"p{self.number}"),
            record_number=str(self.number),
            sex=sex,
            born=date(1960, 1, 1) + timedelta(days=chance.randint(-5000, 6000)),
            height_cm=float(
                chance.randint(160, 190) if sex is Sex.MALE else chance.randint(150, 175)
            ),
            onset=PartialDate.of(self.start - timedelta(days=round(months * 30.44))),
            reference_on=None,
            protocol="routine",
        )
        self.pace = min(3.0, chance.lognormvariate(-0.2, 0.6))  # points a month
        self.items = [4.0] * 12
        shares = [chance.uniform(0.2, 1.8) for _ in range(11)]
        self.shares = [share / sum(shares) for share in shares]
        self.percent = min(115.0, max(55.0, chance.gauss(90, 14)))
        self.percent_pace = self.pace * chance.uniform(0.9, 2.2)
        self.kg = chance.uniform(21, 28) * (self.patient.height_cm or 170) ** 2 / 10000
        self.kg_pace = chance.uniform(-0.1, 0.9)
        self.snip = chance.uniform(55, 110)
        for months_before in (months,):
            self._decline(months_before * 0.8)

    def _decline(self, months: float) -> None:
        for place, share in enumerate(self.shares):
            self.items[place] = max(0.0, self.items[place] - self.pace * months * share)

    def records(self) -> Iterator[PatientRecord]:
        """The record after each visit, as long as the patient lives."""
        visits, forms, sessions, measurements = [], [], [], []
        events, milestones = [], []
        for n in range(VISITS):
            on = self.start + timedelta(days=DAYS * n + self.chance.randint(-7, 7))
            if n:
                self._decline(3)
                self.percent -= 3 * self.percent_pace
                self.kg -= 3 * self.kg_pace
                self.snip -= 3 * self.percent_pace * 0.7
            if self.percent < 18 or sum(self.items) < 8:
                return
            visit = a_visit(
                self.patient, on, weight_kg=round(self.kg + self.chance.gauss(0, 0.7), 1)
            )
            visits.append(visit)
            forms.append(a_form(visit, self._scores(milestones)))
            sessions.append(self._session(visit))
            if n % 2 == 0:
                snip = max(5, round(self.snip + self.chance.gauss(0, 4)))
                measurements.append(Measurement(visit_id=visit.id, kind="snip", value=float(snip)))
            if self.chance.random() < 0.08:
                events.append(self._event(visit))
            milestones += self._turning_points(milestones, on)
            yield a_record(
                self.patient,
                *visits,
                assessments=tuple(forms),
                spirometry=tuple(sessions),
                measurements=tuple(measurements),
                events=tuple(events),
                milestones=tuple(m for m in milestones if m.happened_on.first <= on),
            )

    def _scores(self, milestones) -> tuple[int, ...]:
        has_niv = any(m.kind is MilestoneKind.NIV for m in milestones)
        return (*(min(4, max(0, round(one))) for one in self.items[:11]), 2 if has_niv else 4)

    def _session(self, visit):
        empty = a_spirometry(visit, height_cm=self.patient.height_cm)
        given = replace(
            empty,
            sex=self.patient.sex,
            age_years=(visit.date - self.patient.born).days / 365.25,
        )
        percent = max(10.0, self.percent + self.chance.gauss(0, 2.5))
        best = round(predict(given).predicted * percent) * 10
        return replace(given, blows=a_spirometry(visit, best, best - 30, best - 60).blows)

    def _event(self, visit) -> AdverseEvent:
        return AdverseEvent(
            patient_id=self.patient.id,
            visit_id=visit.id,
            term=self.chance.choice(TERMS),
            onset=PartialDate.of(visit.date - timedelta(days=self.chance.randint(1, 60))),
            grade=Grade.MODERATE,
            serious=False,
            outcome=Outcome.RECOVERED,
        )

    def _turning_points(self, milestones, on: date) -> list[Milestone]:
        """NIV and gastrostomy begin some weeks after the visit that showed the need, for about half of them."""
        had, new = {m.kind for m in milestones}, []
        for kind, needed in (
            (MilestoneKind.NIV, self.percent < 50),
            (MilestoneKind.GASTROSTOMY, self.items[2] < 1.5),
        ):
            if needed and kind not in had and self.chance.random() < 0.5:
                when = PartialDate.of(on + timedelta(days=30))
                new.append(Milestone(patient_id=self.patient.id, kind=kind, happened_on=when))
        return new


def people(count: int = PATIENTS) -> Iterator[Person]:
    for number in range(1, count + 1):
        yield Person(random.Random(f"{SEED}/{number}"), number)
