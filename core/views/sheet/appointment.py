"""When the patient comes next."""

from core.findings.appointments import open_appointments
from core.model.appointment import Appointment
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.protocols.schedule import Window, plan
from core.words import _, day_near, long_day


def next_appointment(record: PatientRecord, visit: Visit) -> str:
    """When the next visit is, as known on the day of this one: its appointment, or else its window.

    The second line says which visit it is. In words where none is planned.
    """
    known = record.known_at(visit)
    appointed = open_appointments(known, visit.date)
    made = next((one for one in appointed if one.appointment.day > visit.date), None)
    if made is not None:
        return f"{_at(made.appointment)}\n{made.planned.title}"
    planned = (
        one
        for one in plan(known, protocols.of(record.patient), visit.date)
        if one.status.awaited and one.visit is None and one.window.close > visit.date
    )
    coming = next(planned, None)
    if coming is None:
        return _("No visit is planned. Call us whenever you need us.")
    return f"{_when(coming.window, visit)}\n{coming.title}"


def _at(one: Appointment) -> str:
    if one.time is None:
        return long_day(one.day)
    return _("{day}, {time}").format(day=long_day(one.day), time=f"{one.time:%H:%M}")


def _when(window: Window, visit: Visit) -> str:
    first, last = day_near(window.open, visit.date), day_near(window.close, visit.date)
    if window.open == window.close:
        return _("{day}; we will call you.").format(day=first)
    if window.open <= visit.date:
        return _("By {day}; we will call you.").format(day=last)
    return _("Between {first} and {last}; we will call you.").format(first=first, last=last)
