"""What the clinic has to do: visits overdue, due, opening soon, and drafts to resume."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.findings import appointments, eligibility
from core.findings.appointments import Appointed
from core.findings.treatment import treatment
from core.labels import onset_within
from core.model.adverse_event import AdverseEvent
from core.model.ids import PatientId, VisitId
from core.model.patient import Patient, number_order
from core.model.record import PatientRecord
from core.model.trail import TrailEntry
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.protocols.schedule import PlannedVisit, Status, Window, plan
from core.views import appointments as appointment_words
from core.views import monitoring
from core.views.monitoring import Due
from core.views.patient_words import age
from core.views.visit_words import visit_title
from core.words import _, plural, short_day

AHEAD = timedelta(days=28)


class Group(StrEnum):
    """In the order in which the worklist shows them."""

    DRAFT = "draft"
    OVERDUE = "overdue"
    DUE = "due"
    OPEN = "open"
    UPCOMING = "upcoming"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One visit to do. ``visit`` is the draft to resume, if there is one."""

    patient: Patient
    code: str | None
    title: str
    window: Window | None
    group: Group
    status: str
    visit: Visit | None = None
    begun: str = ""  # of a draft: by whom it was begun, or reopened, and since when
    appointed: Appointed | None = None
    missed: str = ""  # that its appointment has passed, in a sentence
    recurs: bool = False  # whether it is the visit of a schedule that comes again and again

    @property
    def key(self) -> tuple[PatientId, str | None, VisitId | None]:
        """The same for the same visit to do, whatever is said of it."""
        return self.patient.id, self.code, self.visit.id if self.visit else None

    @property
    def can_start(self) -> bool:
        return self.group is not Group.UPCOMING

    @property
    def may_be_appointed(self) -> bool:
        return self.window is not None and self.visit is None

    @property
    def may_be_marked(self) -> bool:
        """Whether a person can say that it does not take place: one that recurs would never be due any more."""
        return self.may_be_appointed and not self.recurs

    @property
    def order(self) -> tuple[date, time]:
        """What it is sorted by within its group: its appointment, else the day that it is planned for."""
        if self.appointed is not None:
            return self.appointed.appointment.order
        begun = self.visit.date if self.visit else date.min
        return (self.window.target if self.window else begun), time.max

    @property
    def action(self) -> str:
        if self.group is Group.DRAFT:
            return _("Resume")
        return _("Start") if self.can_start else ""


def build(
    records: Sequence[PatientRecord],
    answered: Mapping[VisitId, int],
    today: date,
    names: Mapping[str, str],
    corrections: Mapping[VisitId, TrailEntry],
) -> tuple[WorkItem, ...]:
    """Drafts first, then by urgency, then by appointment or target.

    ``answered`` counts the answers of each draft, ``names`` are the users' by login, ``corrections`` are the
    drafts that were finished before, with the entry that reopened them.
    """
    items = []
    for record in records:
        protocol = protocols.find(record.patient)
        if protocol is None:
            continue  # named by ``without_plan``
        items += [
            _draft(record, visit, answered, today, names, corrections.get(visit.id))
            for visit in record.visits
            if visit.is_draft
        ]
        opened = {one.planned.code: one for one in appointments.open_appointments(record, today)}
        recurs = protocol.anchor is Anchor.LAST_VISIT
        items += [
            replace(
                _planned(record.patient, planned, opened.get(planned.code), today), recurs=recurs
            )
            for planned in plan(record, protocol, today)
            if planned.visit is None and _shown(planned, opened.get(planned.code), today)
        ]
    order = list(Group)
    return tuple(
        sorted(
            items,
            key=lambda item: (
                order.index(item.group),
                item.order,
                number_order(item.patient.record_number),
            ),
        )
    )


def readings(
    items: Sequence[WorkItem],
    record_of: Callable[[PatientId], PatientRecord],
    now: datetime,
) -> dict[VisitId, Due]:
    """The next reading of each infusion that is monitored now, by its visit.

    ``record_of`` reads a whole record: only those of visits in progress of the last days are read.
    """
    found = {}
    for item in items:
        visit = item.visit
        if visit is None or abs((now.astimezone().date() - visit.date).days) > 1:
            continue
        due = monitoring.due(record_of(item.patient.id), visit.id, now)
        if due is not None:
            found[visit.id] = due
    return found


def without_plan(records: Sequence[PatientRecord], today: date) -> tuple[Patient, ...]:
    """Patients whose visits cannot be planned: no reference day, or a schedule this program lacks."""

    def planned(record: PatientRecord) -> bool:
        protocol = protocols.find(record.patient)
        return protocol is not None and bool(plan(record, protocol, today))

    return tuple(r.patient for r in records if r.participation_ended is None and not planned(r))


def not_shown(records: Sequence[PatientRecord], today: date) -> tuple[tuple[Patient, str], ...]:
    """Patients with appointments that are of no use any more, each with why, in a sentence."""
    return tuple(
        (record.patient, appointment_words.why_not_shown(record, one))
        for record in records
        for one in appointments.not_shown(record, today)
    )


def to_judge(
    records: Sequence[PatientRecord], events: Sequence[AdverseEvent]
) -> tuple[tuple[Patient, AdverseEvent], ...]:
    """Events without a judgement, of patients who get a treatment that may have caused them; serious ones first."""
    treated = {one.patient.id: one.patient for one in records if treatment(one) is not None}
    found = [(treated[one.patient_id], one) for one in events if one.patient_id in treated]
    return tuple(sorted(found, key=lambda pair: (not pair[1].serious, pair[1].onset)))


def undecided(
    items: Sequence[WorkItem], record_of: Callable[[PatientId], PatientRecord]
) -> tuple[tuple[Patient, str], ...]:
    """Patients whose visit at the reference day (the infusion) is to do, outside the criteria and undecided.

    Each with the criteria in words. ``record_of`` reads a whole record: only those patients' are read.
    """
    found = []
    for item in items:
        protocol = protocols.find(item.patient)
        if protocol is None or not protocol.criteria or not protocol.is_at_reference(item.code):
            continue
        record = record_of(item.patient.id)
        if words := eligibility.undecided(record, protocols.of_screening(record)):
            found.append((item.patient, words))
    return tuple(found)


def grouped(items: Sequence[WorkItem]) -> tuple[tuple[str, tuple[WorkItem, ...]], ...]:
    """The items under the heads of their groups; groups of none are left out. `counts` says how many each has."""
    found = [(group, tuple(item for item in items if item.group is group)) for group in Group]
    return tuple((_head(group), some) for group, some in found if some)


def _head(group: Group) -> str:
    match group:
        case Group.DRAFT:
            return _("Drafts to resume")
        case Group.OVERDUE:
            return _("Visits overdue")
        case Group.DUE:
            return _("Due today")
        case Group.OPEN:
            return _("Windows open")
        case Group.UPCOMING:
            return _("Coming up")


def counts(items: Sequence[WorkItem]) -> str:
    """The line under today's date."""
    found = [(group, sum(item.group is group for item in items)) for group in Group]
    return " · ".join(_count(group, n) for group, n in found if n)


def _count(group: Group, n: int) -> str:
    match group:
        case Group.DRAFT:
            return plural(n, "1 draft to resume", "{n} drafts to resume")
        case Group.OVERDUE:
            return plural(n, "1 visit overdue", "{n} visits overdue")
        case Group.DUE:
            return plural(n, "1 due today", "{n} due today")
        case Group.OPEN:
            return plural(n, "1 window open", "{n} windows open")
        case Group.UPCOMING:
            return plural(n, "1 coming up", "{n} coming up")


def patient_line(patient: Patient, today: date) -> str:
    """The second line under a patient's number."""
    parts = [patient.name, age(patient, today), onset_within(patient.onset_region)]
    return " · ".join(part for part in parts if part)


def _shown(planned: PlannedVisit, appointed: Appointed | None, today: date) -> bool:
    if appointed is not None and appointed.appointment.day - today <= AHEAD:
        return True
    return planned.status.awaited and planned.window.open - today <= AHEAD


def _planned(
    patient: Patient, planned: PlannedVisit, appointed: Appointed | None, today: date
) -> WorkItem:
    """A planned visit in the group that its window says; one with an appointment today is due today."""
    window = planned.window
    group, text = _urgency(planned, today)
    missed = ""
    if appointed is not None and appointed.missed(today):
        text = _("missed appointment")
        missed = _("Nobody came on {when}: move the appointment, or say what happened.").format(
            when=appointment_words.when(appointed.appointment)
        )
    elif appointed is not None and appointed.appointment.day == today:
        group, text = Group.DUE, _("comes today")
    elif appointed is not None and group is Group.DUE:
        group, text = Group.OPEN, _left(window, today)
    return WorkItem(
        patient,
        planned.code,
        planned.title,
        window,
        group,
        text,
        appointed=appointed,
        missed=missed,
    )


def _left(window: Window, today: date) -> str:
    left = (window.close - today).days
    return plural(left, "open, 1 day left", "open, {n} days left")


def _urgency(planned: PlannedVisit, today: date) -> tuple[Group, str]:
    """What the window of a planned visit says on a day."""
    window = planned.window
    match planned.status:
        case Status.OVERDUE | Status.MISSED:
            late = (today - window.close).days
            return Group.OVERDUE, plural(late, "1 day late", "{n} days late")
        case Status.DUE if window.target == today:
            return Group.DUE, _("due today")
        case Status.DUE:
            return Group.OPEN, _left(window, today)
    days = (window.open - today).days
    return Group.UPCOMING, plural(days, "opens tomorrow", "opens in {n} days")


def _draft(
    record: PatientRecord,
    visit: Visit,
    answered: Mapping[VisitId, int],
    today: date,
    names: Mapping[str, str],
    reopened: TrailEntry | None,
) -> WorkItem:
    planned = plan(record, protocols.of(record.patient), today)
    window = next((p.window for p in planned if p.visit is visit), None)
    title = visit_title(record, visit)
    if reopened is None:
        text = plural(answered.get(visit.id, 0), "draft, 1 answer", "draft, {n} answers")
        since, who = visit.started_at, visit.rater
    else:
        text = _("being corrected")
        since, who = reopened.at, reopened.actor
    local = since.astimezone()
    begun = _("since {day} {time}, {who}").format(
        day=short_day(local.date()),
        time=f"{local:%H:%M}",
        who=names.get(who, who),
    )
    return WorkItem(record.patient, visit.code, title, window, Group.DRAFT, text, visit, begun)
