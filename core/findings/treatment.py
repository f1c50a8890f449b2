"""When a patient was treated: what the day of an adverse event is counted from."""

from dataclasses import dataclass
from datetime import date, time

from core.findings.event_facts import facts
from core.model.adverse_event import MilestoneKind
from core.model.event_details import EventDetails, instant_of
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord
from core.model.vital_status import State, steps
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor

INFUSION, START = "infusion", "start"  # the form of an infusion, and its field


@dataclass(frozen=True, slots=True)
class Treatment:
    """``at`` is the time of day on the clock of this workstation, where it is known to the minute."""

    on: PartialDate
    at: time | None = None


def treatment(record: PatientRecord) -> Treatment | None:
    """The first infusion that was recorded, else the day of the schedule that is one; None where there is none."""
    given = (one for one in record.of_form(INFUSION) if one.not_done is None)
    begun = (instant_of(one.value(START)) for one in given)
    first = min((one for one in begun if one is not None), default=None)
    if first is not None:
        local = first.astimezone()
        return Treatment(PartialDate.of(local.date()), local.time())
    protocol, on = protocols.find(record.patient), record.patient.reference_on
    if protocol is None or protocol.anchor is not Anchor.REFERENCE or on is None:
        return None
    return Treatment(PartialDate.of(on))


def treated_on(record: PatientRecord) -> date | None:
    found = treatment(record)
    return None if found is None else found.on.first


def given_on(record: PatientRecord) -> date | None:
    """The day of the treatment of who counts as treated: not of who was only planned for it.

    Without a recorded infusion that is the day of the schedule, unless the patient was certainly gone before it, or the
    infusion was recorded as not done. Safety counts from `treated_on`, which is sooner to call somebody treated.
    """
    on, infusions = treated_on(record), record.of_form(INFUSION)
    if on is None or any(one.not_done is None for one in infusions):
        return on
    return None if infusions or _gone_before(record, on) else on


def _gone_before(record: PatientRecord, on: date) -> bool:
    """Whether a patient died, withdrew or was lost before a day, and nothing says that they came back."""
    known = [step for step in steps(record.forms) if step.state is not State.DIED]
    seen = any(visit.date >= on for visit in record.finished_visits)
    if seen or any(step.state is State.TREATED for step in known):
        return False
    days = [record.died_on] if record.died_on is not None else []
    last = known[-1] if known else None
    if last is not None and last.state in {State.WITHDRAWN, State.LOST}:
        days.append(last.on)
    withdrawn = record.milestone(MilestoneKind.WITHDRAWAL)
    if withdrawn is not None and (last is None or last.on <= withdrawn.happened_on):
        days.append(withdrawn.happened_on)
    return any(day.last < on for day in days)


def emergent(record: PatientRecord, known: EventDetails) -> bool | None:
    """Whether an event began, or grew worse, after the treatment; None where that cannot be said."""
    found = treatment(record)
    if found is None:
        return None
    return facts(known, found.on, found.at).emergent
