"""What an event's page says at once of its seriousness and its judgement: which clock counts, and from when."""

from collections.abc import Iterator
from datetime import datetime

from core.findings import clocks
from core.findings.clocks import Clock, Kind, State
from core.findings.treatment import treatment
from core.model.event_details import EventDetails
from core.model.record import PatientRecord
from core.words import _, day, instant, plural

_SHOWN = (
    Kind.FATAL,
    Kind.OTHER,
)  # the first report to the authority; its follow-up is on the safety page


def serious(record: PatientRecord, known: EventDetails, now: datetime) -> str:
    """That it is serious, by how many ticks, and the clock to the sponsor; empty where it is not."""
    if not known.event.serious:
        return ""
    if known.criterion_missing:
        text = _("Serious, and the criterion is not recorded. Tick why it was serious.")
    else:
        text = plural(len(known.criteria), "Serious: 1 tick.", "Serious: {n} ticks.")
    clock = next((one for one in _clocks(record, known, now) if one.kind is Kind.SPONSOR), None)
    return " ".join(filter(None, (text, _sponsor(clock))))


def susar(record: PatientRecord, known: EventDetails, now: datetime) -> str:
    """Whether it counts as a SUSAR by the clinic's rule, and until when the authority is told."""
    for one in _clocks(record, known, now):
        if one.kind not in _SHOWN or one.due_on is None:
            continue
        if one.sent_at is not None:
            text = _("Counts as a SUSAR: {why}. Reported to the authority on {day}.")
            return text.format(why=one.why, day=day(one.sent_at.astimezone().date()))
        if one.state is State.OVERDUE:
            text = _("Counts as a SUSAR: {why}. The report to the authority was due on {day}.")
        else:
            text = _("Counts as a SUSAR: {why}. To the authority by {day}.")
        return text.format(why=one.why, day=day(one.due_on))
    return ""


def state_of(known: EventDetails | None, *, missing: int) -> tuple[str, str]:
    """How far an event is, with the colour of the chip: what is missing, what waits for a judgement, or nothing."""
    if missing or known is None:
        return plural(
            missing, "1 thing is missing or wrong", "{n} things are missing or wrong"
        ), "warn"
    if known.criterion_missing:
        return _("Criterion not recorded"), "warn"
    if known.judgement is None:
        return _("Complete; the cause is to be judged"), "good"
    return _("Complete: nothing is missing"), "good"


def _clocks(record: PatientRecord, known: EventDetails, now: datetime) -> Iterator[Clock]:
    return iter(
        clocks.clocks(
            known, now, clocks.rules_of(record.thresholds), treated=treatment(record) is not None
        )
    )


def _sponsor(clock: Clock | None) -> str:
    if clock is None:
        return ""
    if clock.sent_at is not None:
        return _("Reported to the sponsor {when}.").format(when=instant(clock.sent_at))
    if clock.due is None:
        return _("Enter when the clinic knew of it: the report to the sponsor counts from then.")
    if clock.state is State.OVERDUE:
        text = _("The report to the sponsor was due {when}.")
    else:
        text = _("To the sponsor by {when}.")
    return text.format(when=instant(clock.due))
