"""When an adverse event was, in words: the time since the treatment, its length, whether it came after it.

All of it is computed from what was entered; nothing of it is typed.
"""

from core.findings.treatment import emergent, treatment
from core.model.event_details import EventDetails
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.science import event_time
from core.science.event_time import DayRange
from core.words import _, plural, within

_HOURS = 48  # up to here hours say more than days


def since_treatment(record: PatientRecord, known: EventDetails) -> str:
    """“day 64 after the infusion”, “10 minutes after the infusion”; empty where nobody was treated."""
    treated = treatment(record)
    if treated is None:
        return ""
    event, name = known.event, treatment_name(record)
    minutes = event_time.minutes_since(event.onset, known.began_at, treated.on, treated.at)
    if minutes is not None and abs(minutes) < _HOURS * 60:
        return _minutes(minutes, name)
    days = event_time.days_since(event.onset, treated.on)
    if days[0] < 0 <= days[1]:
        return _("before or after the {treatment}: the day is not known").format(treatment=name)
    if days[1] < 0:
        words = _("{n} days before the {treatment}")
        return words.format(n=_span((-days[1], -days[0])), treatment=name)
    return _("day {n} after the {treatment}").format(n=_span(days), treatment=name)


def treatment_name(record: PatientRecord) -> str:
    """What the treatment is called within a sentence: as the patient's schedule does."""
    protocol = protocols.find(record.patient)
    if protocol is None or protocol.anchor is not Anchor.REFERENCE:
        return _("infusion")
    return within(protocol.reference)


def lasted(known: EventDetails) -> str:
    """“lasted 77 days”; empty where it has no end, or goes on."""
    event = known.event
    same = event.ended is not None and event.ended == event.onset and event.onset.exact
    if same and known.began_at is not None and known.ended_at is not None:
        begun, over = known.began_at, known.ended_at
        minutes = (over.hour - begun.hour) * 60 + over.minute - begun.minute
        return plural(minutes, "lasted 1 minute", "lasted {n} minutes")
    days = event_time.length_days(event.onset, event.ended)
    if days is None:
        return "" if event.outcome.ended else _("goes on")
    if days == (0, 0):
        return _("ended the same day")
    if days[0] != days[1]:
        return _("lasted {n} days").format(n=_span(days))
    return plural(days[0], "lasted 1 day", "lasted {n} days")


def emergence(record: PatientRecord, known: EventDetails) -> str:
    """Whether it came, or grew worse, after the treatment; empty where that cannot be said."""
    found = emergent(record, known)
    if found is None:
        return ""
    return _("treatment-emergent") if found else _("not treatment-emergent")


def said(record: PatientRecord, known: EventDetails) -> str:
    """All three in one line."""
    parts = (since_treatment(record, known), lasted(known), emergence(record, known))
    return " · ".join(part for part in parts if part)


def _minutes(minutes: int, name: str) -> str:
    if minutes < 0:
        words = plural(
            -minutes, "1 minute before the {treatment}", "{n} minutes before the {treatment}"
        )
        return words.format(treatment=name)
    if minutes < 120:
        words = plural(
            minutes, "1 minute after the {treatment}", "{n} minutes after the {treatment}"
        )
        return words.format(treatment=name)
    hours, rest = divmod(minutes, 60)
    return _("{hours} h {minutes} min after the {treatment}").format(
        hours=hours, minutes=rest, treatment=name
    )


def _span(days: DayRange) -> str:
    return str(days[0]) if days[0] == days[1] else f"{days[0]}–{days[1]}"
