"""Appointments in words."""

from datetime import date, timedelta

from core.findings.appointments import Appointed
from core.model.appointment import Appointment
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.words import _, day, short_day

_SAME_YEAR = timedelta(days=300)  # nearer than this a day is known without its year


def when(one: Appointment) -> str:
    """The day, and the time where one was given: 3 Dec 2026 10:30."""
    return _at(one, day(one.day))


def soon(one: Appointment, today: date) -> str:
    """The same in a narrow place, as it is said on a day: today 10:30, 3 Dec 10:30."""
    if one.day == today:
        return _at(one, _("today"))
    is_near = abs(one.day - today) < _SAME_YEAR
    return _at(one, short_day(one.day) if is_near else day(one.day))


def line(found: Appointed, today: date) -> str:
    """What is said of an open appointment beside its visit."""
    at = when(found.appointment)
    if found.missed(today):
        return _("missed appointment of {when}").format(when=at)
    if found.outside:
        return _("appointment {when}, outside the window").format(when=at)
    return _("appointment {when}").format(when=at)


def full_line(found: Appointed, today: date) -> str:
    """The same with the note."""
    said, note = line(found, today), found.appointment.note
    return _("{said} ({note})").format(said=said, note=note) if note else said


def why_not_shown(record: PatientRecord, one: Appointment) -> str:
    """Why an appointment that was made is not shown with the others any more."""
    title, at = visit_title(record, one.code), when(one)
    if record.dead:
        text = _("The appointment of {when} ({visit}) is not shown any more: the patient died.")
    elif record.participation_ended is not None:
        text = _("The appointment of {when} ({visit}) is not shown any more: participation ended.")
    else:
        text = _(
            "The appointment of {when} ({visit}) is not shown any more: the visit is not planned."
        )
    return text.format(when=at, visit=title)


def visit_title(record: PatientRecord, code: str) -> str:
    """What the planned visit of an appointment is called; its code where this program lacks the schedule."""
    protocol = protocols.find(record.patient)
    return code if protocol is None else protocol.visit_title(code)


def _at(one: Appointment, on: str) -> str:
    return _("{day} {time}").format(day=on, time=f"{one.time:%H:%M}") if one.time else on
