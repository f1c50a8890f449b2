"""Laboratory results while they are entered: one sample of a patient, test by test.

No widgets. ``Sample`` says what the sample is, ``Sheet`` reads and saves its results. A result is whole at once: what is
no value is kept as typed by whoever shows it.
"""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core import clock, entry
from core.entering import typed_texts
from core.entry import Problem
from core.laboratory import catalog, ranges
from core.laboratory.definition import Panel, Test
from core.laboratory.ranges import Reference
from core.laboratory.reading import NOT_DONE, Typed, read
from core.model.assessment import NotDone
from core.model.ids import LabResultId, VisitId, new_id
from core.model.laboratory import Laboratory, LabResult, ReferenceRange
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.science.lung_function import age_in_years
from core.session import Session
from core.words import N_, _

VALUE = "value"  # under which name the text of a test is kept that is no value yet
Panels = tuple[tuple[Panel, tuple[Test, ...]], ...]  # each with the tests that are asked for


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
        self,
        test: Test,
        text: str,
        *,
        unit: str = "",
        keep: bool = False,
        printed: Reference | None = None,
    ) -> LabResult | Problem | None:
        """What a text becomes as the result of a test, with all that is stored beside it.

        ``unit`` is what it is in where the text names none; empty is the unit of the laboratory. None for an empty text.
        What is not plausible is a question, and taken where it is to be kept (``keep``). ``printed`` is the reference
        that the laboratory printed beside the value: it counts before the one that the clinic has.
        """
        reference = printed or self.reference(test)
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


class LabEntry(ABC):
    """A sample whose results are entered: at a visit, or between visits. What is saved is in the file on return."""

    session: Session

    @property
    @abstractmethod
    def record(self) -> PatientRecord: ...

    @property
    @abstractmethod
    def sample(self) -> Sample: ...

    @property
    @abstractmethod
    def panels(self) -> Panels:
        """What is asked for here, without anybody choosing."""

    @property
    @abstractmethod
    def texts(self) -> Mapping[str, str]:
        """What is typed for a test and no value yet, by test."""

    @abstractmethod
    def write(
        self, save: Sequence[LabResult] = (), remove: Sequence[LabResult] = (), reason: str = ""
    ) -> None:
        """Save and take out results, in one write; their texts are values then."""

    @abstractmethod
    def keep(self, texts: Mapping[str, str]) -> None:
        """Keep what is typed and no value, by test; an empty text is forgotten."""

    @abstractmethod
    def choose(self, sample: Sample) -> None:
        """The sample is this one: what is entered of it moves along."""

    @property
    def sheet(self) -> Sheet:
        known = self.session.reference_ranges.all()
        return Sheet(self.record, self.sample, known, self.session.login)

    def enter(self, test: Test, text: str, *, unit: str = "", keep: bool = False) -> Problem | None:
        """Save what a text says of a test; an emptied field takes its result out. The reason where it is no value."""
        sheet = self.sheet
        before = sheet.results.get(test.id)
        found = sheet.result(test, text, unit=unit, keep=keep)
        if isinstance(found, Problem):
            self.keep({test.id: text})
            return found
        if found is None:
            gone = () if before is None else (before,)
            self.write(remove=gone, reason=N_("entered by mistake") if gone else "")
            self.keep({test.id: ""})
        elif before is None or found != before:
            self.write([found])
        else:
            self.keep({test.id: ""})
        return None

    def say_not_done(self, tests: Iterable[Test], why: NotDone) -> None:
        """Say of tests that they were not done, and why."""
        sheet = self.sheet
        self.write([sheet.not_done(test, why) for test in tests])

    def comment(self, test: Test, note: str) -> None:
        """What is noted beside a result that is there."""
        result = self.sheet.results.get(test.id)
        if result is not None and result.note != note:
            self.write([replace(result, note=note)])


def age_on(patient: Patient, on: datetime.date) -> float | None:
    if patient.born is None:
        return None
    age = age_in_years(patient.born, on)
    return age if 0 <= age <= 130 else None


def asks_why(text: str) -> bool:
    """Whether a dash was typed: the test was not done, and the reason is asked for."""
    return text.strip() in NOT_DONE


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


def default_laboratory(session: Session, record: PatientRecord) -> Laboratory | None:
    """The laboratory that measured last for this patient, else the only one that the clinic has."""
    known = {one.name: one for one in session.laboratories.all()}
    for one in reversed(record.laboratory):
        if one.laboratory in known:
            return known[one.laboratory]
    return next(iter(known.values())) if len(known) == 1 else None


def panels_asked(named: Sequence[str], *, screening: bool) -> Panels:
    """The panels that a visit asks for: those named, else the usual ones."""
    known = catalog.tests()
    return tuple(
        (panel, tuple(known[name] for name in tests))
        for panel, tests in catalog.asked_tests(named, screening=screening)
    )


class ChartSample(LabEntry):
    """A sample between visits: entered on the chart, and part of no visit's summary that was finished before."""

    def __init__(self, session: Session, record: PatientRecord, sample: Sample) -> None:
        self.session = session
        self._record = record
        self._sample = sample
        self._texts = {
            field.removeprefix(f"{VALUE}."): text
            for field, text in session.typed.of(typed_texts.LABORATORY, record.patient.id).items()
            if field.startswith(f"{VALUE}.")
        }

    @property
    def record(self) -> PatientRecord:
        return self._record

    @property
    def sample(self) -> Sample:
        return self._sample

    @property
    def panels(self) -> Panels:
        return panels_asked((), screening=False)

    @property
    def texts(self) -> Mapping[str, str]:
        return self._texts

    def write(
        self, save: Sequence[LabResult] = (), remove: Sequence[LabResult] = (), reason: str = ""
    ) -> None:
        if not save and not remove:
            return
        patient_id = self._record.patient.id
        done = [f"{VALUE}.{one.test}" for one in (*save, *remove)]
        with self.session.write(reason):
            for one in remove:
                self.session.lab_results.remove(one.id)
            for one in save:
                self.session.lab_results.save(one)
            self.session.typed.remove(typed_texts.LABORATORY, patient_id, *done)
        for one in (*save, *remove):
            self._texts.pop(one.test, None)
        self._record = self.session.record(patient_id)

    def keep(self, texts: Mapping[str, str]) -> None:
        fields = {f"{VALUE}.{test}": text for test, text in texts.items()}
        typed_texts.keep(self.session, typed_texts.LABORATORY, self._record.patient.id, fields)
        self._texts = {test: text for test, text in {**self._texts, **texts}.items() if text}

    def choose(self, sample: Sample) -> None:
        moved = self.sheet.moved(sample)
        self._sample = sample
        self.write(moved, reason=N_("the sample is another") if moved else "")


def samples_between(record: PatientRecord, known: Sequence[Laboratory]) -> tuple[Sample, ...]:
    """The samples of no visit, the newest first."""
    by_name = {one.name: one for one in known}
    found = {
        (one.taken_on, one.taken_at): Sample(
            taken_on=one.taken_on,
            taken_at=one.taken_at,
            laboratory=by_name.get(one.laboratory),
        )
        for one in record.laboratory
        if one.visit_id is None
    }
    return tuple(reversed(found.values()))
