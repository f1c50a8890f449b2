"""When the patient comes next."""

from core.model.record import PatientRecord
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.protocols.schedule import Window, plan
from core.words import _, day_near


def next_appointment(record: PatientRecord, visit: Visit) -> str:
    """When the next visit is, as known on the day of this one: its window, since no appointment is recorded.

    The second line says which visit it is. In words where none is planned.
    """
    known = record.known_at(visit)
    planned = (
        one
        for one in plan(known, protocols.of(record.patient), visit.date)
        if one.status.awaited and one.visit is None and one.window.close > visit.date
    )
    coming = next(planned, None)
    if coming is None:
        return _("No visit is planned. Call us whenever you need us.")
    return f"{_when(coming.window, visit)}\n{coming.title}"


def _when(window: Window, visit: Visit) -> str:
    first, last = day_near(window.open, visit.date), day_near(window.close, visit.date)
    if window.open == window.close:
        return _("{day}; we will call you.").format(day=first)
    if window.open <= visit.date:
        return _("By {day}; we will call you.").format(day=last)
    return _("Between {first} and {last}; we will call you.").format(first=first, last=last)
