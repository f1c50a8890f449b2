"""The list of a day: who comes, in order of time, and what is to be known of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.model.ids import PatientId
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.protocols.schedule import PlannedVisit, plan
from core.views import calendar
from core.views.calendar import Entry, Kind
from core.views.glance import glance
from core.views.schedule_words import assessment
from core.words import MISSING, _, day

AHEAD = 56  # days that can be chosen, from today on


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One patient of the list. ``said`` is what is to be known of the appointment: its note, or that there is none."""

    time: str
    record_number: str
    name: str
    visit: str
    window: str
    said: str
    asks: str
    total: str
    capacity: str
    alerts: tuple[str, ...]


def who(outlines: Sequence[PatientRecord], on: date, today: date) -> tuple[PatientId, ...]:
    """The patients who come on a day, each once, in order of time."""
    return tuple(dict.fromkeys(one.patient.id for one in _entries(outlines, on, today)))


def days(outlines: Sequence[PatientRecord], chosen: date, today: date) -> Mapping[date, int]:
    """The days that can be chosen with how many patients come: from today on, and the one that is chosen."""
    found = calendar.entries(
        outlines, min(chosen, today), max(chosen, today + timedelta(days=AHEAD)), today
    )
    shown = {chosen, *(today + timedelta(days=n) for n in range(AHEAD))}
    return {
        on: len({one.patient.id for one in found.get(on, ()) if one.kind is not Kind.CLOSES})
        for on in sorted(shown)
    }


def lines(records: Sequence[PatientRecord], on: date, today: date) -> tuple[Coming, ...]:
    """The list, from the whole records of those who come."""
    by_id = {one.patient.id: one for one in records}
    return tuple(
        _coming(by_id[entry.patient.id], entry, on, today) for entry in _entries(records, on, today)
    )


def _entries(records: Sequence[PatientRecord], on: date, today: date) -> list[Entry]:
    found = calendar.entries(records, on, on, today).get(on, ())
    return [one for one in found if one.kind is not Kind.CLOSES]


def _coming(record: PatientRecord, entry: Entry, on: date, today: date) -> Coming:
    protocol, known = protocols.of(record.patient), glance(record, today)
    planned = next((p for p in plan(record, protocol, today) if p.code == entry.code), None)
    asked = (assessment(protocol, name) for name in protocol.assessments_of(entry.code))
    return Coming(
        time=f"{entry.at:%H:%M}" if entry.at else MISSING,
        record_number=record.patient.record_number,
        name=record.patient.name,
        visit=protocol.visit_title(entry.code) if planned is None else planned.title,
        window=_window(planned),
        said=_said(record, entry, on),
        asks=", ".join(asked),
        total=_figure(known.total.text, known.total.dated),
        capacity=_figure(known.capacity.text, known.capacity.dated),
        alerts=tuple(dict.fromkeys(one.title for one in known.actions)),
    )


def _said(record: PatientRecord, entry: Entry, on: date) -> str:
    if entry.kind is Kind.TARGET:
        return _("planned for this day, no appointment")
    notes = [one.note for one in record.appointments if (one.code, one.day) == (entry.code, on)]
    said = [note for note in notes[-1:] if note]
    if entry.kind is Kind.BEGUN:
        said.append(_("the visit was begun"))
    if entry.kind is Kind.MISSED:
        said.append(_("missed appointment"))
    return ", ".join(said)


def _window(planned: PlannedVisit | None) -> str:
    if planned is None:
        return MISSING
    return f"{day(planned.window.open)} – {day(planned.window.close)}"


def _figure(text: str, dated: str) -> str:
    return f"{text} ({dated})" if dated else text
