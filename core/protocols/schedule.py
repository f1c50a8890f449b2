"""What is due, and when: pure functions of dates."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from core.model.record import PatientRecord
from core.model.visit import Mark, Visit
from core.protocols import catalog
from core.protocols.definition import Anchor, Offset, PlannedKind, Protocol, Unit

SOON_DAYS = 14
LAST_VISIT_GRACE_DAYS = 90


class Status(StrEnum):
    DONE = "done"
    DONE_EARLY = "done_early"
    DONE_LATE = "done_late"
    MISSED = "missed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    NOT_APPLICABLE = "not_applicable"
    UPCOMING = "upcoming"
    DUE_SOON = "due_soon"
    DUE = "due"
    OVERDUE = "overdue"

    @property
    def awaited(self) -> bool:
        """Whether the visit can still take place."""
        return self in {Status.UPCOMING, Status.DUE_SOON, Status.DUE, Status.OVERDUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When one visit may take place. ``missed_from`` is the first day it counts as missed; None: never by itself."""

    target: date
    open: date
    close: date
    missed_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """One line of a patient's plan."""

    code: str
    title: str
    window: Window
    status: Status
    visit: Visit | None = None

    @property
    def in_progress(self) -> bool:
        return self.visit is not None and self.visit.is_draft


def shift(day: date, offset: Offset) -> date:
    """The day an offset away. Calendar months clamp to the last day: 31 Aug + 6 months is 28 or 29 Feb."""
    if offset.unit is Unit.DAYS:
        return day + timedelta(days=offset.value)
    years, month0 = divmod(day.month - 1 + offset.value, 12)
    year, month = day.year + years, month0 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def status(
    window: Window,
    today: date,
    *,
    actual: date | None = None,
    end_of_participation: date | None = None,
    mark: Mark | None = None,
) -> Status:
    """The status of one planned visit (window and tolerance after clinicedc's edc-visit-schedule)."""
    if actual is not None:
        if actual < window.open:
            return Status.DONE_EARLY
        return Status.DONE_LATE if actual > window.close else Status.DONE
    if mark is not None:
        return Status(mark.value)
    if end_of_participation is not None:
        ended_before = end_of_participation <= window.close
        return Status.NOT_APPLICABLE if ended_before else Status.MISSED
    if today < window.open:
        soon = today >= window.open - timedelta(days=SOON_DAYS)
        return Status.DUE_SOON if soon else Status.UPCOMING
    if today <= window.close:
        return Status.DUE
    if window.missed_from is None or today < window.missed_from:
        return Status.OVERDUE
    return Status.MISSED


def windows(protocol: Protocol, reference: date) -> dict[str, Window]:
    """The window of every visit of a schedule that is anchored on its reference day, by code."""
    spans = [(kind, shift(reference, kind.offset)) for kind in protocol.visits]
    opens = [target - timedelta(days=kind.before) for kind, target in spans]
    result = {}
    for index, (kind, target) in enumerate(spans):
        close = target + timedelta(days=kind.after)
        grace = close + timedelta(days=LAST_VISIT_GRACE_DAYS)
        missed_from = opens[index + 1] if index + 1 < len(spans) else grace
        result[kind.code] = Window(
            target=target, open=opens[index], close=close, missed_from=missed_from
        )
    return result


def plan(record: PatientRecord, protocol: Protocol, today: date) -> tuple[PlannedVisit, ...]:
    """Every planned visit of one patient in order, begun ones with the visit that fulfils them.

    A visit that was begun in another version of the schedule keeps the title and the window of that one, also where
    this one does not have it. Empty while the reference day that the schedule counts from is not known.
    """
    if protocol.anchor is Anchor.LAST_VISIT:
        return _recurring(record, protocol, today)
    if record.patient.reference_on is None:
        return ()
    reference = record.patient.reference_on
    spans = windows(protocol, reference)
    by_code = {visit.code: visit for visit in record.visits}
    found = {
        kind.code: _planned(kind, spans[kind.code], by_code.get(kind.code), record, today)
        for kind in protocol.visits
    }
    for code, visit in by_code.items():
        before = _before_the_move(record, visit, protocol)
        kind = None if before is None or code is None else before.visit(code)
        if before is not None and kind is not None:
            span = windows(before, reference)[kind.code]
            found[kind.code] = _planned(kind, span, visit, record, today)
    return tuple(sorted(found.values(), key=lambda one: one.window.target))


def next_visit(record: PatientRecord, protocol: Protocol, today: date) -> PlannedVisit | None:
    """The visit to do next: the first one that can still take place."""
    return next((item for item in plan(record, protocol, today) if item.status.awaited), None)


def _before_the_move(record: PatientRecord, visit: Visit, protocol: Protocol) -> Protocol | None:
    """The other version in which a visit was begun; None where it is this one, or nobody has it any more."""
    version = record.version_of(visit)
    if version == record.patient.protocol_version:
        return None
    return catalog.named(protocol.id, version)


def _recurring(record: PatientRecord, protocol: Protocol, today: date) -> tuple[PlannedVisit, ...]:
    """Routine care: done visits are behind us; the next one counts from the last routine one, and never lapses.

    Only a visit of its own kind moves it: an unscheduled one, or a call, is not the visit that is due.
    A mark names no day, and this one visit comes again and again: marked once as missed, it would
    never be due any more. So marks do not count here.
    """
    kind = protocol.visits[0]
    done = [visit for visit in record.finished_visits if visit.code == kind.code]
    draft = next((v for v in record.visits if v.is_draft and v.code == kind.code), None)
    target = shift(done[-1].date, kind.offset) if done else record.patient.registered_on
    window = Window(
        target=target,
        open=target - timedelta(days=kind.before),
        close=target + timedelta(days=kind.after),
    )
    title = kind.title if done else kind.first_title or kind.title
    named = replace(kind, title=title)
    return (_planned(named, window, draft, replace(record, marks=()), today),)


def _planned(
    kind: PlannedKind, window: Window, visit: Visit | None, record: PatientRecord, today: date
) -> PlannedVisit:
    actual = visit.date if visit is not None and not visit.is_draft else None
    mark = next((m.mark for m in record.marks if m.code == kind.code), None)
    return PlannedVisit(
        code=kind.code,
        title=kind.title,
        window=window,
        visit=visit,
        status=status(
            window,
            today,
            actual=actual,
            end_of_participation=record.participation_ended,
            mark=None if visit is not None else mark,
        ),
    )
