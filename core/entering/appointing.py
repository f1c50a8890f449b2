"""Giving a planned visit an appointment, moving it, taking it back; and a planned visit that does not take place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from core import clock, entry
from core.entry import Problem
from core.model.appointment import LONGEST_NOTE, Appointment
from core.model.ids import PatientId
from core.model.visit import VisitMark
from core.protocols.schedule import Window
from core.session import Session
from core.views import appointments
from core.words import N_, _, day

DAY, TIME, NOTE, REASON = "day", "time", "note", "reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was typed of an appointment, as values. ``reason`` is empty where none was asked for."""

    day: date
    time: time | None
    note: str
    reason: str


def read(
    texts: Mapping[str, str], window: Window, before: Appointment | None, today: date
) -> Wanted | dict[str, Problem]:
    """What was typed by field, or the problems by field; ``before`` is the appointment that it changes."""
    problems: dict[str, Problem] = {}
    on = read_day(texts[DAY], today, before)
    if on is None:
        problems[DAY] = Problem(_("Enter the day of the appointment."))
    elif isinstance(on, Problem):
        problems[DAY] = on
    at = entry.time_of_day(texts[TIME])
    if isinstance(at, Problem):
        problems[TIME] = at
    note = read_note(texts[NOTE])
    if isinstance(note, Problem):
        problems[NOTE] = note
    reason = texts[REASON].strip()
    asked = why_asked(texts, window, before, today)
    if asked and not reason:
        problems[REASON] = Problem(_("Type a reason, or cancel."))
    if problems or not isinstance(on, date):
        return problems
    assert not isinstance(at, Problem)
    assert isinstance(note, str)
    return Wanted(day=on, time=at, note=note, reason=reason if asked else "")


def why_asked(
    texts: Mapping[str, str], window: Window, before: Appointment | None, today: date
) -> str:
    """Why a reason is asked for what was typed, in words; empty where none is, or where no day was typed yet."""
    on, at = read_day(texts[DAY], today, before), entry.time_of_day(texts[TIME])
    if not isinstance(on, date) or isinstance(at, Problem):
        return ""
    said = []
    if not window.open <= on <= window.close:
        text = _("This day is outside the window of the visit ({open} to {close}).")
        said.append(text.format(open=day(window.open), close=day(window.close)))
    if before is not None and (before.day, before.time) != (on, at):
        text = _("The appointment was {when}, and is moved.")
        said.append(text.format(when=appointments.when(before)))
    return " ".join(said)


def read_day(text: str, today: date, before: Appointment | None = None) -> date | Problem | None:
    """The day of an appointment: today or later, but a missed one may keep its day while its note changes."""
    on = entry.day(text)
    kept = before is not None and on == before.day
    if isinstance(on, date) and on < today and not kept:
        return Problem(_("This day has passed. An appointment is today or later."))
    return on


def read_note(text: str) -> str | Problem:
    note = " ".join(text.split())
    if len(note) <= LONGEST_NOTE:
        return note
    words = _("The note has {n} characters. It can have {most}.")
    return Problem(words.format(n=len(note), most=LONGEST_NOTE))


def save(
    session: Session,
    patient_id: PatientId,
    code: str,
    wanted: Wanted,
    before: Appointment | None = None,
) -> Appointment:
    """Make an appointment, or change the one of ``before``. Raises NotAllowed, Locked."""
    made = Appointment(
        patient_id=patient_id,
        code=code,
        day=wanted.day,
        time=wanted.time,
        note=wanted.note,
        entered_by=session.user.login,
        entered_at=clock.now(),
    )
    if before is not None:
        made = replace(made, id=before.id)
    with session.write(wanted.reason or N_("appointment made")):
        session.appointments.save(made)
    return made


def take_back(session: Session, one: Appointment, reason: str) -> None:
    """The visit has no appointment any more; the trail keeps which it was. Raises NotAllowed, Locked."""
    with session.write(reason):
        session.appointments.remove(one.id)


def mark(session: Session, made: VisitMark) -> None:
    """Write down that a planned visit does not take place; its appointments go with it. Raises NotAllowed, Locked."""
    with session.write(made.reason):
        session.marks.save(made)
        for one in session.appointments.of(made.patient_id):
            if one.code == made.code:
                session.appointments.remove(one.id)
