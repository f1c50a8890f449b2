"""The coming weeks as a calendar: on each day the appointments, the visits planned without one, and the windows that end."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from core.findings import appointments
from core.findings.appointments import Appointed
from core.model.appointment import Appointment
from core.model.ids import VisitId
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.protocols.definition import Protocol
from core.protocols.schedule import PlannedVisit, plan
from core.views import appointments as words
from core.words import _, first_weekday, long_day, plural

WEEKS = 4  # that are shown, printed and turned at once
DAYS = 7 * WEEKS


class Kind(StrEnum):
    """In the order in which a day shows them."""

    APPOINTMENT = "appointment"
    MISSED = "missed"
    BEGUN = "begun"
    TARGET = "target"
    CLOSES = "closes"


APPOINTMENTS = frozenset({Kind.APPOINTMENT, Kind.MISSED, Kind.BEGUN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing on a day: ``text`` is short, ``words`` a whole sentence. ``visit`` is the one that began for it."""

    kind: Kind
    patient: Patient
    code: str
    text: str
    words: str
    at: time | None = None
    visit: VisitId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    on: date
    entries: tuple[Entry, ...]

    def spoken(self, today: date) -> str:
        """What a screen reader says of it."""
        on = long_day(self.on)
        head = _("{day}, today").format(day=on) if self.on == today else on
        if not self.entries:
            return _("{day}: nothing planned").format(day=head)
        return f"{head}: {'; '.join(one.words for one in self.entries)}"


def week_of(on: date) -> date:
    """The first day of the week that a day is in, as the clinic counts weeks."""
    return on - timedelta(days=(on.weekday() - first_weekday()) % 7)


def weeks(
    records: Sequence[PatientRecord], first: date, today: date, count: int = WEEKS
) -> tuple[tuple[Day, ...], ...]:
    """So many weeks of seven days, from the week that ``first`` is in."""
    begin = week_of(first)
    found = entries(records, begin, begin + timedelta(days=7 * count - 1), today)
    days = [begin + timedelta(days=n) for n in range(7 * count)]
    shown = [Day(on=on, entries=found.get(on, ())) for on in days]
    return tuple(tuple(shown[n : n + 7]) for n in range(0, len(shown), 7))


def entries(
    records: Sequence[PatientRecord], first: date, last: date, today: date
) -> dict[date, tuple[Entry, ...]]:
    """What is on each day from ``first`` to ``last``; days without anything are left out."""
    found: dict[date, list[Entry]] = defaultdict(list)
    for record in records:
        for on, entry in _of_record(record, today):
            if first <= on <= last:
                found[on].append(entry)
    return {on: tuple(sorted(some, key=_order)) for on, some in sorted(found.items())}


def appointments_of(shown: Sequence[Sequence[Day]]) -> int:
    """How many appointments these weeks have."""
    kinds = [one.kind for week in shown for day in week for one in day.entries]
    return sum(kind in APPOINTMENTS for kind in kinds)


def summary(shown: Sequence[Sequence[Day]]) -> str:
    """How many appointments these weeks have, in words."""
    return plural(appointments_of(shown), "1 appointment", "{n} appointments")


def _order(one: Entry) -> tuple[int, time, int, str]:
    is_appointment = one.kind in APPOINTMENTS
    number = one.patient.record_number
    place = 0 if is_appointment else list(Kind).index(one.kind)
    return place, one.at or time.max, len(number), number


def _of_record(record: PatientRecord, today: date) -> Iterator[tuple[date, Entry]]:
    protocol = protocols.find(record.patient)
    if protocol is None:
        return
    opened = appointments.open_appointments(record, today)
    for found in opened:
        yield found.appointment.day, _appointment(record, found, today)
    for one in record.appointments:
        visit = appointments.fulfilled_by(record, protocol, one)
        if visit is not None:
            yield one.day, _begun(record, protocol, one, visit.id)
    appointed = {found.planned.code for found in opened}
    for planned in plan(record, protocol, today):
        if planned.visit is None and planned.status.awaited and planned.code not in appointed:
            yield planned.window.target, _target(record, planned)
            if planned.window.close != planned.window.target:
                yield planned.window.close, _closes(record, planned)


def _appointment(record: PatientRecord, found: Appointed, today: date) -> Entry:
    one = found.appointment
    text = _("{number}: {visit}, {said}")
    return Entry(
        kind=Kind.MISSED if found.missed(today) else Kind.APPOINTMENT,
        patient=record.patient,
        code=one.code,
        text=_short(record.patient, one, found.planned.title),
        words=text.format(
            number=record.patient.record_number,
            visit=found.planned.title,
            said=words.full_line(found, today),
        ),
        at=one.time,
    )


def _begun(record: PatientRecord, protocol: Protocol, one: Appointment, visit: VisitId) -> Entry:
    title = protocol.visit_title(one.code)
    text = _("{number}: {visit}, appointment {when}, the visit was begun")
    return Entry(
        kind=Kind.BEGUN,
        patient=record.patient,
        code=one.code,
        text=_short(record.patient, one, title),
        words=text.format(number=record.patient.record_number, visit=title, when=words.when(one)),
        at=one.time,
        visit=visit,
    )


def _target(record: PatientRecord, planned: PlannedVisit) -> Entry:
    number = record.patient.record_number
    text = _("{number}: {visit}, planned for this day, no appointment")
    return Entry(
        kind=Kind.TARGET,
        patient=record.patient,
        code=planned.code,
        text=_("{number} {visit}").format(number=number, visit=planned.title),
        words=text.format(number=number, visit=planned.title),
    )


def _closes(record: PatientRecord, planned: PlannedVisit) -> Entry:
    number = record.patient.record_number
    text = _("{number}: {visit}, the window ends, no appointment")
    return Entry(
        kind=Kind.CLOSES,
        patient=record.patient,
        code=planned.code,
        text=_("{number} window ends").format(number=number),
        words=text.format(number=number, visit=planned.title),
    )


def _short(patient: Patient, one: Appointment, title: str) -> str:
    time = f"{one.time:%H:%M} " if one.time else ""
    return time + _("{number} {visit}").format(number=patient.record_number, visit=title)
