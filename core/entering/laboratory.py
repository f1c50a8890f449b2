"""Laboratory results while they are entered: one sample of a patient, test by test.

No widgets. ``Sample`` says what the sample is, ``Sheet`` reads and saves its results. A result is whole at once: what is
no value is kept as typed by whoever shows it.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core import clock, entry
from core.entry import Problem, Severity
from core.laboratory import catalog, ranges
from core.laboratory.definition import Test
from core.laboratory.ranges import Reference
from core.laboratory.reading import NOT_DONE, Typed, read
from core.model.assessment import NotDone
from core.model.ids import LabResultId, VisitId, new_id
from core.model.laboratory import Laboratory, LabResult, ReferenceRange
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.science.lung_function import age_in_years
from core.session import Session
from core.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """When and where a sample was taken. ``visit_id`` is the visit that it belongs to, if it belongs to one."""

    visit_id: VisitId | None = None
    taken_on: datetime.date
    taken_at: datetime.time | None = None
    laboratory: Laboratory | None = None

    def holds(self, result: LabResult) -> bool:
        """Whether a result is of this sample: all results of a visit are, else those of its day and time."""
        if self.visit_id is not None or result.visit_id is not None:
            return result.visit_id == self.visit_id
        return (result.taken_on, result.taken_at) == (self.taken_on, self.taken_at)


class Sheet:
    """The results of one sample. ``ranges`` are all that the clinic knows, ``login`` who enters."""

    def __init__(
        self, record: PatientRecord, sample: Sample, known: tuple[ReferenceRange, ...], login: str
    ) -> None:
        self.record = record
        self.sample = sample
        self._ranges = known
        self._login = login

    @property
    def results(self) -> Mapping[str, LabResult]:
        """What is entered of this sample, by test."""
        return {one.test: one for one in self.record.laboratory if self.sample.holds(one)}

    @property
    def age_years(self) -> float | None:
        """The patient's age on the day of the sample; None where no birth date can be right."""
        return age_on(self.record.patient, self.sample.taken_on)

    def reference(self, test: Test) -> Reference:
        """What the sample's laboratory calls normal for this patient on this day."""
        laboratory, patient = self.sample.laboratory, self.record.patient
        if laboratory is None:
            return Reference(test.unit)
        found = ranges.valid(
            self._ranges,
            laboratory.id,
            test.id,
            patient.sex,
            self.age_years,
            self.sample.taken_on,
        )
        return ranges.reference(test, found)

    def result(
        self, test: Test, text: str, *, unit: str = "", keep: bool = False
    ) -> LabResult | Problem | None:
        """What a text becomes as the result of a test, with all that is stored beside it.

        ``unit`` is what it is in where the text names none; empty is the unit of the laboratory. None for an empty text.
        What is not plausible is a question, and taken where it is to be kept (``keep``).
        """
        reference = self.reference(test)
        typed = read(test, text, unit or reference.unit)
        if not isinstance(typed, Typed):
            return typed
        if typed.doubt is not None and not keep:
            return typed.doubt
        before = self.results.get(test.id)
        return replace(
            self._bare(test, NotDone.NOT_ASKED),
            not_done=None,
            comparator=typed.comparator,
            value=typed.value,
            unit=test.unit,
            choice=typed.choice,
            typed=typed.typed,
            typed_unit=typed.typed_unit,
            low=reference.low,
            high=reference.high,
            note=typed.more or (before.note if before is not None else ""),
        )

    def not_done(self, test: Test, why: NotDone, note: str = "") -> LabResult:
        return replace(self._bare(test, why), note=note)

    def _bare(self, test: Test, why: NotDone) -> LabResult:
        before = self.results.get(test.id)
        sample, patient = self.sample, self.record.patient
        return LabResult(
            id=LabResultId(new_id()) if before is None else before.id,
            patient_id=patient.id,
            visit_id=sample.visit_id,
            test=test.id,
            taken_on=sample.taken_on,
            taken_at=sample.taken_at,
            sex=patient.sex,
            age_years=self.age_years,
            laboratory="" if sample.laboratory is None else sample.laboratory.name,
            not_done=why,
            entered_by=self._login if before is None else before.entered_by,
            entered_at=clock.now() if before is None else before.entered_at,
        )

    def moved(self, sample: Sample) -> tuple[LabResult, ...]:
        """What is entered, as it is where the sample was taken at another time or measured elsewhere.

        The references are then those of that laboratory on that day.
        """
        other = Sheet(self.record, sample, self._ranges, self._login)
        return tuple(other._again(one) for one in self.results.values())

    def _again(self, one: LabResult) -> LabResult:
        sample, test = self.sample, catalog.tests().get(one.test)
        reference = Reference("") if test is None else self.reference(test)
        number = one.value is not None
        return replace(
            one,
            taken_on=sample.taken_on,
            taken_at=sample.taken_at,
            laboratory="" if sample.laboratory is None else sample.laboratory.name,
            low=reference.low if number else None,
            high=reference.high if number else None,
            sex=self.record.patient.sex,
            age_years=self.age_years,
        )


def age_on(patient: Patient, on: datetime.date) -> float | None:
    if patient.born is None:
        return None
    age = age_in_years(patient.born, on)
    return age if 0 <= age <= 130 else None


def asks_why(text: str) -> bool:
    """Whether a dash was typed: the test was not done, and the reason is asked for."""
    return text.strip() in NOT_DONE


def read_time(text: str) -> datetime.time | Problem | None:
    """The time of a sample, typed as 8:20 or 08:20."""
    plain = entry.plain_digits(text)
    if not plain:
        return None
    try:
        return datetime.time.fromisoformat(plain.rjust(5, "0"))
    except ValueError:
        return Problem(_("“{text}” is not a time. Type it as 08:20.").format(text=text.strip()))


def read_day(text: str, record: PatientRecord) -> datetime.date | Problem | None:
    """The day on which a sample was taken: not in the future, not before the patient was born."""
    on = entry.day(text)
    if not isinstance(on, datetime.date):
        return on
    if on > clock.today():
        return Problem(_("This day is in the future. Enter the day the sample was taken."))
    if record.patient.born is not None and on < record.patient.born:
        return Problem(_("This day is before the date of birth. Check both."))
    return on


def is_question(problem: Problem) -> bool:
    return problem.severity is Severity.QUESTION


def default_laboratory(session: Session, record: PatientRecord) -> Laboratory | None:
    """The laboratory that measured last for this patient, else the only one that the clinic has."""
    known = {one.name: one for one in session.laboratories.all()}
    for one in reversed(record.laboratory):
        if one.laboratory in known:
            return known[one.laboratory]
    return next(iter(known.values())) if len(known) == 1 else None
