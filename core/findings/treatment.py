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
    """The first infusion that was recorded, else the day of the schedule that is one; None where there is none.

    Who certainly died, or withdrew, before the day of the schedule was not treated on it.
    """
    given = (one for one in record.of_form(INFUSION) if one.not_done is None)
    begun = (instant_of(one.value(START)) for one in given)
    first = min((one for one in begun if one is not None), default=None)
    if first is not None:
        local = first.astimezone()
        return Treatment(PartialDate.of(local.date()), local.time())
    protocol, on = protocols.find(record.patient), record.patient.reference_on
    if protocol is None or protocol.anchor is not Anchor.REFERENCE or on is None:
        return None
    if _gone_before(record, on):
        return None
    return Treatment(PartialDate.of(on))


def _gone_before(record: PatientRecord, on: date) -> bool:
    withdrawn = record.milestone(MilestoneKind.WITHDRAWAL)
    days = [record.died_on, None if withdrawn is None else withdrawn.happened_on]
    days += [step.on for step in steps(record.forms)[-1:] if step.state is State.WITHDRAWN]
    return any(day.last < on for day in days if day is not None)


def treated_on(record: PatientRecord) -> date | None:
    found = treatment(record)
    return None if found is None else found.on.first


def emergent(record: PatientRecord, known: EventDetails) -> bool | None:
    """Whether an event began, or grew worse, after the treatment; None where that cannot be said."""
    found = treatment(record)
    if found is None:
        return None
    return facts(known, found.on, found.at).emergent
