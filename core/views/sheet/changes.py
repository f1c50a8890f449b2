"""What a visit says other than the one before, question by question and number by number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.findings.plausibility import form_before
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item, Scale
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.science.spirometry import Result, leading_capacities
from core.views.sheet.definition import Direction


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of today's form; ``direction`` is None where it cannot be compared."""

    item: Item
    score: int
    direction: Direction | None

    @property
    def is_full(self) -> bool:
        return self.score == max(self.item.scores)


@dataclass(frozen=True, slots=True)
class FormChanges:
    """Today's form; ``before`` is the day of the form that it is compared with, None where there is none.

    ``answered`` are the questions with an answer by their slots. ``is_first`` says that no visit was finished before.
    """

    instrument: Instrument
    answered: Mapping[str, Answered]
    before: date | None
    is_first: bool

    @property
    def whole(self) -> bool:
        return len(self.answered) == len(self.instrument.slots)

    def of(self, scale: Scale) -> tuple[Answered, ...]:
        return tuple(self.answered[slot] for slot in scale.slots if slot in self.answered)

    def moved(self, direction: Direction) -> tuple[Answered, ...]:
        return tuple(one for one in self.answered.values() if one.direction is direction)


def form_changes(record: PatientRecord, visit: Visit) -> FormChanges:
    """The ALSFRS-R of a visit beside the one before. Raises InvalidInstrument."""
    is_first = not any(one.date < visit.date for one in record.finished_visits)
    form = record.assessment(visit.id, instruments.ALSFRS_R)
    if form is None or form.not_done is not None:
        return FormChanges(instruments.alsfrs_r(), {}, None, is_first)
    instrument = instruments.named(form.instrument, form.version)
    earlier = form_before(record, form, instrument)
    answered = {}
    for slot in instrument.slots:
        answer = form.answers.get(slot)
        if answer is None or answer.value is None:
            continue
        direction = None
        was = None if earlier is None else earlier.answers[slot]
        if was is not None and was.value is not None and was.item == answer.item:
            direction = _direction(was.value, answer.value)
        answered[slot] = Answered(instrument.item(answer.item), answer.value, direction)
    return FormChanges(instrument, answered, None if earlier is None else earlier.date, is_first)


def _direction(was: int, now: int) -> Direction:
    if now == was:
        return Direction.SAME
    return Direction.HARDER if now < was else Direction.EASIER


@dataclass(frozen=True, slots=True)
class Value:
    """One number of one day; ``sure`` is False where it was measured too unevenly to be relied on."""

    day: date
    number: float
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """A number over the finished visits, in order of their days; ``tried`` says that it was measured today without a value."""

    values: tuple[Value, ...]
    today: Value | None
    tried: bool = False

    @property
    def before(self) -> Value | None:
        """The last one of before today."""
        earlier = [one for one in self.values if one is not self.today]
        return earlier[-1] if earlier else None


def weights(record: PatientRecord, visit: Visit) -> Measured:
    """The weight (kg)."""
    values = [
        (one.id, Value(one.date, one.weight_kg))
        for one in record.finished_visits
        if one.weight_kg is not None
    ]
    today = next((value for id_, value in values if id_ == visit.id), None)
    return Measured(tuple(value for _id, value in values), today)


def breathing_tests(record: PatientRecord, visit: Visit) -> Measured:
    """The vital capacity, seated, in % of what is usual; of sessions with the same equation as the last one."""
    finished = {one.id for one in record.finished_visits}
    found = [one for one in leading_capacities(record) if one[0].visit_id in finished]
    alike = [one for one in found if one[0].equation == found[-1][0].equation]
    values = [(session.visit_id, _value(session.date, result)) for session, result in alike]
    of_today = [value for id_, value in values if id_ == visit.id]
    today = of_today[-1] if of_today else None
    kept = tuple(value for id_, value in values if id_ != visit.id or value is today)
    tried = any(one.visit_id == visit.id and one.measured for one in record.spirometry)
    return Measured(kept, today, tried=tried and today is None)


def _value(day: date, result: Result) -> Value:
    if result.percent is None:
        raise ValueError("a leading capacity has its percentage")
    return Value(day, result.percent, result.confident)


def domain_scores(record: PatientRecord, visit: Visit, scale: Scale) -> tuple[Value, ...]:
    """A domain of the ALSFRS-R at every finished visit at which all of it was answered."""
    form = record.assessment(visit.id, instruments.ALSFRS_R)
    instrument = (
        instruments.alsfrs_r() if form is None else instruments.named(form.instrument, form.version)
    )
    finished = {one.id for one in record.finished_visits}
    scores = (
        (one.date, scale.score(one.values))
        for one in record.answered(instruments.ALSFRS_R)
        if one.visit_id in finished and instrument.compares(one.version)
    )
    return tuple(Value(day, score) for day, score in scores if score is not None)
