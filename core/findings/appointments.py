"""Which appointments hold: fulfilled by a visit, still to come, missed, or no longer of use.

Nothing of it is stored: an appointment is a day and a time, and the visits say what became of it.
"""

from dataclasses import dataclass
from datetime import date

from core.model.appointment import Appointment
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor, Protocol
from core.protocols.schedule import PlannedVisit, Status, plan


@dataclass(frozen=True, slots=True)
class Appointed:
    """An appointment with the planned visit that it is for, which has not begun."""

    appointment: Appointment
    planned: PlannedVisit

    @property
    def outside(self) -> bool:
        """Whether its day is not within the window of the visit."""
        window = self.planned.window
        return not window.open <= self.appointment.day <= window.close

    def missed(self, today: date) -> bool:
        """Whether its day has passed without the visit."""
        return self.appointment.day < today


def open_appointments(record: PatientRecord, today: date) -> tuple[Appointed, ...]:
    """Those whose visit has not begun, in order of their days: to come, or missed.

    None of a patient who died or whose participation ended, and none of a visit that a person marked.
    """
    protocol = protocols.find(record.patient)
    if protocol is None or record.participation_ended is not None:
        return ()
    waiting = {one.code: one for one in plan(record, protocol, today) if may_have(one)}
    if protocol.anchor is Anchor.REFERENCE:
        waiting = {code: one for code, one in waiting.items() if code not in _marked(record)}
    return tuple(
        Appointed(one, waiting[one.code])
        for one in record.appointments
        if one.code in waiting and fulfilled_by(record, protocol, one) is None
    )


def may_have(planned: PlannedVisit) -> bool:
    """Whether a planned visit may be given an appointment: it can still take place, in time or late."""
    return planned.visit is None and (planned.status.awaited or planned.status is Status.MISSED)


def of_planned(record: PatientRecord, planned: PlannedVisit, today: date) -> Appointment | None:
    """The open appointment for a planned visit, the last one where there are several."""
    found = appointed(record, planned, today)
    return None if found is None else found.appointment


def appointed(record: PatientRecord, planned: PlannedVisit, today: date) -> Appointed | None:
    """The same with its planned visit; nothing is planned anew for whom has no appointment at all."""
    if not record.appointments:
        return None
    mine = [one for one in open_appointments(record, today) if one.planned.code == planned.code]
    return mine[-1] if mine else None


def next_appointment(record: PatientRecord, today: date) -> Appointment | None:
    """The first open appointment from a day on; None where there is none, or where the patient takes no part any more."""
    coming = (one.appointment for one in open_appointments(record, today) if not one.missed(today))
    return next(coming, None)


def not_shown(record: PatientRecord, today: date) -> tuple[Appointment, ...]:
    """From today on: those that are of no use any more, since the patient's participation ended or the schedule lacks their visit."""
    protocol = protocols.find(record.patient)
    shown = {one.appointment.id for one in open_appointments(record, today)}
    return tuple(
        one
        for one in record.appointments
        if one.day >= today
        and one.id not in shown
        and one.code not in _marked(record)
        and (protocol is None or fulfilled_by(record, protocol, one) is None)
    )


def fulfilled_by(record: PatientRecord, protocol: Protocol, one: Appointment) -> Visit | None:
    """The visit that began for an appointment.

    Where visits recur, it is one that was begun after the appointment had been made, on that day or later.
    """
    mine = [visit for visit in record.visits if visit.code == one.code]
    if protocol.anchor is Anchor.LAST_VISIT:
        made = one.entered_at
        on = made.astimezone().date()
        mine = [visit for visit in mine if visit.started_at > made and visit.date >= on]
    return mine[0] if mine else None


def _marked(record: PatientRecord) -> frozenset[str]:
    return frozenset(mark.code for mark in record.marks)
