"""The list of all patients: what a line says of each, by what it can be filtered, and the same as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from core.findings import appointments, eligibility, participation
from core.findings.appointments import Appointed
from core.findings.participation import Standing
from core.labels import ONSET, SEX
from core.model.adverse_event import MilestoneKind
from core.model.appointment import Appointment
from core.model.partial_date import partial_day
from core.model.patient import OnsetRegion, Patient, number_order
from core.model.record import PatientRecord
from core.model.vital_status import State
from core.protocols import catalog as protocols
from core.protocols.schedule import PlannedVisit, Status, next_visit
from core.views import appointments as appointment_words
from core.views.glance import Glance
from core.views.patient_words import age
from core.words import MISSING, N_, _, day, short_day, signed


class Course(StrEnum):
    """Whether visits are still to come."""

    FOLLOWED = "followed"
    ENDED = "ended"
    DIED = "died"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A patient as far as the outline tells (`session.outlines`); what needs the whole record is in a `Glance`.

    ``standing`` is where the patient stands in a study, None in routine care; ``coming`` the next visit,
    ``appointed`` its open appointment, to come or missed.
    """

    record: PatientRecord
    course: Course
    standing: Standing | None
    last: date | None
    coming: PlannedVisit | None
    appointed: Appointed | None = None

    @property
    def patient(self) -> Patient:
        return self.record.patient

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        """By which lines are sorted where they are by record number."""
        return number_order(self.patient.record_number)

    @property
    def found_by(self) -> str:
        """What a search looks through."""
        patient = self.patient
        born = f"{patient.born} {day(patient.born)}" if patient.born else ""
        return f"{patient.record_number} {patient.name} {born}".casefold()

    @property
    def status(self) -> str:
        """Died, or where the patient stands in the study; in routine care whether visits go on."""
        if self.course is Course.DIED:
            return participation.STATE[State.DIED]
        if self.standing is not None:
            return participation.STATE[self.standing.state]
        return _("in follow-up") if self.course is Course.FOLLOWED else _("ended")

    @property
    def since(self) -> str:
        """The day from which that holds, as far as it is known."""
        if self.record.died_on is not None:
            return partial_day(self.record.died_on)
        return "" if self.standing is None else partial_day(self.standing.on)

    @property
    def comes(self) -> tuple[date, time] | None:
        """By what next visits are sorted: the appointment, else the target, which is after all times of its day."""
        if self.appointed is not None:
            return self.appointed.appointment.order
        return None if self.coming is None else (self.coming.window.target, time.max)

    @property
    def is_late(self) -> bool:
        return self.coming is not None and self.coming.status is Status.OVERDUE


def line(record: PatientRecord, today: date) -> Line:
    protocol = protocols.find(record.patient)
    standing = participation.standing(record, protocol, today) if protocol else None
    done = record.finished_visits
    if record.dead:
        course = Course.DIED
    elif record.participation_ended or (standing and standing.state is State.LOST):
        course = Course.ENDED
    else:
        course = Course.FOLLOWED
    coming = next_visit(record, protocol, today) if protocol and not record.dead else None
    return Line(
        record=record,
        course=course,
        standing=standing,
        last=done[-1].date if done else None,
        coming=coming,
        appointed=appointments.appointed(record, coming, today) if coming else None,
    )


def schedule(patient: Patient) -> str:
    protocol = protocols.find(patient)
    if protocol is None:
        return _("{id} (not in this program)").format(id=patient.protocol)
    return protocol.title


def years(patient: Patient, on: date) -> int | None:
    """The age in whole years, as far as it is known."""
    if patient.born is None:
        return patient.stated_age_years
    return eligibility.completed_years(patient.born, on)


def due(one: Line, today: date) -> str:
    """The appointment for the next visit, or its target; and that its window has passed."""
    if one.coming is None:
        return ""
    if one.appointed is not None:
        return _appointed(one, one.appointed, today)
    target = short_day(one.coming.window.target)
    return _("{day}, overdue").format(day=target) if one.is_late else target


def _appointed(one: Line, found: Appointed, today: date) -> str:
    when = appointment_words.soon(found.appointment, today)
    if found.missed(today):
        return _("missed {when}").format(when=when)
    text = _("appointment {when}, overdue") if one.is_late else _("appointment {when}")
    return text.format(when=when)


def due_in_full(one: Line, today: date) -> str:
    """For the pointer: the appointment with its year and note, and the window of the next visit."""
    if one.coming is None:
        return ""
    span = one.coming.window
    window = _("window {open} to {close}").format(open=day(span.open), close=day(span.close))
    said = "" if one.appointed is None else appointment_words.full_line(one.appointed, today)
    return "\n".join(filter(None, (one.coming.title, said, window)))


def per_month(glance: Glance | None) -> str:
    """The slope of the total with its sign; empty where there is none."""
    return signed(glance.per_month, 2) if glance and glance.per_month is not None else ""


def who(line: Line) -> str:
    """The second line under a record number."""
    return line.patient.name or SEX[line.patient.sex]


Test = Callable[[Line, Glance | None], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """Filters of one ``kind`` widen one another, those of different kinds narrow."""

    id: str
    kind: str
    title: str
    test: Test


def _of_course(course: Course) -> Test:
    return lambda one, _glance: one.course is course


def _of_onset(region: OnsetRegion) -> Test:
    return lambda one, _glance: one.patient.onset_region is region


def _supported(kind: MilestoneKind) -> Test:
    return lambda _line, glance: glance is not None and kind in glance.in_use


FILTERS: tuple[Filter, ...] = (
    Filter("followed", "course", N_("In follow-up"), _of_course(Course.FOLLOWED)),
    Filter("ended", "course", N_("Ended"), _of_course(Course.ENDED)),
    Filter("died", "course", N_("Died"), _of_course(Course.DIED)),
    Filter("late", "needs", N_("Visit overdue"), lambda one, _glance: one.is_late),
    Filter(
        "alerts", "needs", N_("Open alerts"), lambda _line, glance: bool(glance and glance.actions)
    ),
    Filter("limb", "onset", N_("Limb onset"), _of_onset(OnsetRegion.LIMB)),
    Filter("bulbar", "onset", N_("Bulbar onset"), _of_onset(OnsetRegion.BULBAR)),
    Filter("respiratory", "onset", N_("Respiratory onset"), _of_onset(OnsetRegion.RESPIRATORY)),
    Filter("niv", "support", N_("NIV in use"), _supported(MilestoneKind.NIV)),
    Filter("gastrostomy", "support", N_("Gastrostomy"), _supported(MilestoneKind.GASTROSTOMY)),
)


def passes(
    one: Line, glance: Glance | None, chosen: Sequence[Filter], words: Sequence[str] = ()
) -> bool:
    """Whether a line is shown: it passes a filter of every kind that is chosen, and holds every word."""
    by_kind: dict[str, list[Filter]] = {}
    for filter_ in chosen:
        by_kind.setdefault(filter_.kind, []).append(filter_)
    return all(any(f.test(one, glance) for f in kind) for kind in by_kind.values()) and all(
        word in one.found_by for word in words
    )


def table(
    lines: Sequence[tuple[Line, Glance]], today: date
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The titles and a row a patient, without names: days are ISO, numbers plain, what is not known is empty."""
    titles = (
        *(
            _("Record number"),
            _("Sex"),
            _("Age"),
            _("Onset region"),
            _("Schedule"),
            _("Status"),
            _("Since"),
        ),
        *(_("Last visit"), _("Next visit"), _("Target of the next visit"), _("Appointment")),
        *(_("ALSFRS-R total (of 48)"), _("Day of the total"), _("Slope, points/month")),
        *(_("King's and MiToS, estimated"), _("Vital capacity, % predicted")),
        *(_("Day of the capacity"), _("Total as stated"), _("Capacity as stated, % predicted")),
        *(_("Support"), _("Open alerts")),
    )
    return titles, tuple(_row(one, glance, today) for one, glance in lines)


def _row(one: Line, glance: Glance, today: date) -> tuple[str, ...]:
    patient, coming = one.patient, one.coming
    return (
        *(patient.record_number, SEX[patient.sex], age(patient, today)),
        *(ONSET[patient.onset_region], schedule(patient), one.status, one.since),
        "" if one.last is None else one.last.isoformat(),
        *(("", "") if coming is None else (coming.title, coming.window.target.isoformat())),
        "" if one.appointed is None else _instant(one.appointed.appointment),
        *_last(glance.totals, "{:g}"),
        "" if glance.per_month is None else f"{glance.per_month:.2f}",
        "" if glance.stages.text == MISSING else glance.stages.text,
        *_last(glance.capacities, "{:.1f}"),
        *(_plain(glance.stated_total), _plain(glance.stated_capacity)),
        *("; ".join(glance.support), "; ".join(action.title for action in glance.actions)),
    )


def _last(series: Sequence[tuple[date, float]], form: str) -> tuple[str, str]:
    if not series:
        return "", ""
    on, value = series[-1]
    return form.format(value), on.isoformat()


def _instant(one: Appointment) -> str:
    return f"{one.day} {one.time:%H:%M}" if one.time else one.day.isoformat()


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def counts(lines: Sequence[Line], glance_of: Callable[[Line], Glance | None]) -> Mapping[str, int]:
    """How many lines pass each filter by itself, by its id."""
    known = [(one, glance_of(one)) for one in lines]
    return {f.id: sum(f.test(one, glance) for one, glance in known) for f in FILTERS}
