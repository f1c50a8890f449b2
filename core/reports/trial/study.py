"""The study that a report is about: its patients at the data cut, what each is called, and how a day is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.cohort import frames
from core.cohort.frames import Cohort
from core.cohort.rows import Rows, of
from core.errors import AppError
from core.findings import consent
from core.findings.consent import OfVisit
from core.model.document import OfTrial
from core.model.ids import VisitId
from core.model.partial_date import PartialDate, partial_day
from core.model.patient import number_order
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.protocols.definition import Protocol
from core.protocols.schedule import PlannedVisit, plan
from core.reports.trial.cut import cut
from core.words import MISSING, _, day, number, plural


class NoStudy(AppError): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A patient of the study. ``label`` is the number on paper, ``allowed`` what the consent lets leave.

    ``planned`` are all planned visits, ``gone`` those that took place and that the consent does not let leave.
    """

    place: int
    label: str
    record: PatientRecord
    allowed: PatientRecord
    protocol: Protocol
    rows: Rows
    planned: tuple[PlannedVisit, ...]
    gone: frozenset[VisitId]

    def is_gone(self, planned: PlannedVisit) -> bool:
        return planned.visit is not None and planned.visit.id in self.gone

    @property
    def treated_on(self) -> date | None:
        found = self.rows.patient.treated_day
        return None if found is None else date.fromordinal(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """``everybody`` are all who were screened, ``group`` those whose results are shown: the treated ones.

    Where nobody was treated yet, the group is who enrolled, else everybody; ``group_words`` says which with how many.
    ``unknown`` counts the patients whose version of the schedule this installation lacks.
    """

    source: OfTrial
    protocol: Protocol
    subjects: tuple[Subject, ...]
    everybody: Cohort
    group: Cohort
    treated: bool
    unknown: int

    @classmethod
    def of(cls, source: OfTrial, check: Callable[[], None] = lambda: None) -> "Study":
        """Raises NoStudy where no patient is on the schedule, or none before the data cut.

        ``check`` is called before each patient: what it raises ends it.
        """
        protocol = protocols.newest().get(source.asked.schedule)
        if protocol is None:
            raise NoStudy(_("There is no schedule “{name}”.").format(name=source.asked.schedule))
        subjects, unknown = _subjects(registered(source), source, check)
        if not subjects:
            raise _nobody(protocol, source.until)
        everybody = frames.cohort((one.rows for one in subjects), source.until)
        group, treated = _group(everybody)
        return cls(
            source=source,
            protocol=protocol,
            subjects=subjects,
            everybody=everybody,
            group=group,
            treated=treated,
            unknown=unknown,
        )

    @property
    def until(self) -> date:
        return self.source.until

    @property
    def coded(self) -> bool:
        return self.source.asked.coded

    @property
    def members(self) -> tuple[Subject, ...]:
        """The subjects of the group."""
        inside = set(self.group.patients.index)
        return tuple(one for one in self.subjects if one.place in inside)

    @property
    def group_words(self) -> str:
        n = self.group.n
        if self.treated:
            return plural(n, "the 1 patient who was treated", "the {n} patients who were treated")
        if n < self.everybody.n or bool(self.everybody.patients["enrolled"].all()):
            return plural(
                n,
                "the 1 patient who is enrolled, nobody was treated yet",
                "the {n} patients who are enrolled, nobody was treated yet",
            )
        return plural(
            n,
            "the 1 patient of the schedule, nobody is enrolled yet",
            "the {n} patients of the schedule, nobody is enrolled yet",
        )

    def day(self, subject: Subject, on: PartialDate | date | None) -> str:
        """A day of a patient: its date, or how many days it was after the infusion where no date may be told."""
        if on is None:
            return MISSING
        known = PartialDate.of(on) if isinstance(on, date) else on
        if not self.source.asked.days_only:
            return partial_day(known)
        zero = subject.treated_on
        if zero is None:
            return _("no infusion to count from")
        first, last = (known.first - zero).days, (known.last - zero).days
        if first == last:
            return _("day {n}").format(n=number(first, 0))
        return _("day {first} to {last}").format(first=number(first, 0), last=number(last, 0))

    def free(self, typed: str) -> str:
        """What a person typed; a report with coded numbers does not tell it."""
        return _("(typed text left out)") if typed and self.coded else typed


def check(source: OfTrial) -> None:
    """Raises NoStudy where the data cut has no patient, before anything is made of it."""
    protocol = protocols.newest().get(source.asked.schedule)
    if protocol is not None and not registered(source):
        raise _nobody(protocol, source.until)


def registered(source: OfTrial) -> list[PatientRecord]:
    """The records of those who had come before the data cut."""
    return [one for one in source.records if one.patient.registered_on <= source.until]


def _nobody(protocol: Protocol, until: date) -> NoStudy:
    text = _("No patient was on the schedule “{title}” on {day}.")
    return NoStudy(text.format(title=protocol.title, day=day(until)))


def _subjects(
    known: Sequence[PatientRecord], source: OfTrial, check: Callable[[], None]
) -> tuple[tuple[Subject, ...], int]:
    """The patients in the order of their record numbers, and how many are on a schedule that nobody has."""
    ordered = sorted(
        known, key=lambda one: (number_order(one.patient.record_number), one.patient.id)
    )
    found: list[Subject] = []
    for record in ordered:
        check()
        past = cut(record, source.until)
        rows = of(past, source.until)
        protocol = protocols.find(past.patient)
        if rows is None or protocol is None:
            continue
        place = len(found)
        allowed, left_out = consent.for_export(past)
        label = f"{place + 1:03}" if source.asked.coded else past.patient.record_number
        found.append(
            Subject(
                place=place,
                label=label,
                record=past,
                allowed=allowed.of_finished_visits(),
                protocol=protocol,
                rows=_told(rows, label, source.asked.coded),
                planned=plan(past.of_finished_visits(), protocol, source.until),
                gone=frozenset(one.visit.id for one in left_out if isinstance(one, OfVisit)),
            )
        )
    return tuple(found), len(ordered) - len(found)


def _told(rows: Rows, label: str, coded: bool) -> Rows:
    """The rows under the label, without what was typed where the report is coded."""
    patient = replace(rows.patient, number=label)
    if not coded:
        return replace(rows, patient=patient)
    left_out, uncoded = _("(typed text left out)"), _("(without a coded term)")
    return replace(
        rows,
        patient=replace(
            patient,
            reason=left_out if patient.reason else "",
            left_reason=left_out if patient.left_reason else "",
            criterion=left_out if patient.criterion else "",
        ),
        events=tuple(replace(one, said=uncoded) for one in rows.events),
        visits=tuple(replace(one, reason=left_out if one.reason else "") for one in rows.visits),
    )


def _group(everybody: Cohort) -> tuple[Cohort, bool]:
    patients = everybody.patients
    treated = patients["treated_day"].notna()
    if treated.any():
        return everybody.only(treated), True
    enrolled = patients["enrolled"].astype(bool)
    return (everybody.only(enrolled) if enrolled.any() else everybody), False
