"""The tables of adverse events that leave the file: the line listing, and events counted as a trial's report does."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.findings.event_facts import EventFacts, facts
from core.forms import catalog, reading
from core.labels import CAUSE, CRITERION, OUTCOME
from core.model.adverse_event import Outcome
from core.model.clinic_event import ClinicEvent
from core.model.event_details import Cause, Criterion, EventDetails, Judgement
from core.model.partial_date import partial_day
from core.model.patient import number_order
from core.views.safety import range_words
from core.words import MISSING, _, instant, plural

_HOURS = 48  # up to here hours say more than days


def ordered(events: Iterable[ClinicEvent]) -> list[ClinicEvent]:
    """By patient, then in the order in which they began."""
    return sorted(events, key=lambda one: (number_order(one.number), one.details.event.onset))


def brief_titles() -> tuple[str, ...]:
    """Of the columns that `brief_row` fills."""
    return (
        *(_("Patient"), _("Event"), _("Grade"), _("Serious"), _("Began, ended")),
        *(_("Since infusion"), _("Product, procedure"), _("Expected"), _("Outcome"), _("Reports")),
    )


def brief_row(one: ClinicEvent) -> tuple[str, ...]:
    """The same for paper: what a page has room for."""
    event, details = one.details.event, one.details
    judged = details.judgement
    causes = (None, None) if judged is None else (judged.product, judged.procedure)
    began = partial_day(event.onset)
    if details.began_at is not None:
        began = f"{began} {details.began_at:%H:%M}"
    ended = _("goes on") if event.ended is None else partial_day(event.ended)
    if event.ended is None and event.outcome.ended:
        ended = _("end not entered")
    coded = event.coded_term if event.coded_term != event.term else ""
    return (
        one.number,
        f"{event.term} ({coded})" if coded else event.term,
        str(event.grade.value),
        (criteria_words(details) or _("yes, criterion not recorded")) if event.serious else "",
        f"{began}, {ended}",
        since_words(facts(details, one.treated, one.treated_at)),
        ", ".join(cause_words(cause) for cause in causes),
        expected_words(judged),
        OUTCOME[event.outcome],
        reports_words(details),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One line of the table of events: patients and events are counted apart, since one may have two."""

    term: str
    patients: int
    events: int
    serious: int
    since: str
    outcomes: str


def counted(events: Iterable[ClinicEvent]) -> list[Counted]:
    """Treatment-emergent events by their coded term (what was said, where none was chosen); the commonest first.

    One of which it cannot be said whether it came after the treatment is counted. A patient who was never
    treated has none.
    """
    by_term: dict[str, list[tuple[ClinicEvent, EventFacts]]] = defaultdict(list)
    for one in events:
        known = facts(one.details, one.treated, one.treated_at)
        if one.treated is not None and known.emergent is not False:
            by_term[one.details.event.coded_term or one.details.event.term].append((one, known))
    found = [_counted(term, group) for term, group in by_term.items()]
    return sorted(found, key=lambda one: (-one.patients, -one.events, one.term))


def counted_titles() -> tuple[str, ...]:
    return (
        *(_("Event"), _("Patients"), _("Events"), _("Serious events")),
        *(_("Time after infusion"), _("Outcome")),
    )


def counted_row(one: Counted) -> tuple[str, ...]:
    numbers = (str(one.patients), str(one.events), str(one.serious))
    return (one.term, *numbers, one.since, one.outcomes)


def left_out(events: Sequence[ClinicEvent]) -> str:
    """How many events the table does not count, and why; empty where it counts all."""
    untreated = sum(one.treated is None for one in events)
    before = sum(
        one.treated is not None
        and facts(one.details, one.treated, one.treated_at).emergent is False
        for one in events
    )
    said_ = []
    if before:
        said_.append(
            plural(before, "1 event before the infusion", "{n} events before the infusion")
        )
    if untreated:
        said_.append(
            plural(
                untreated,
                "1 event of patients without an infusion",
                "{n} events of patients without an infusion",
            )
        )
    return _("Not counted: {events}.").format(events="; ".join(said_)) if said_ else ""


def _counted(term: str, group: Sequence[tuple[ClinicEvent, EventFacts]]) -> Counted:
    outcomes = Counter(one.details.event.outcome for one, _known in group)
    return Counted(
        term=term,
        patients=len({one.number for one, _known in group}),
        events=len(group),
        serious=sum(one.details.event.serious for one, _known in group),
        since="; ".join(_times([known for _one, known in group])),
        outcomes=", ".join(
            _("{n} {outcome}").format(n=outcomes[one], outcome=OUTCOME[one])
            for one in Outcome
            if outcomes[one]
        ),
    )


def _times(found: Sequence[EventFacts]) -> list[str]:
    """Each time once, the earliest first."""
    timed = sorted(found, key=lambda one: (one.day or (0, 0), one.minutes or 0))
    return list(dict.fromkeys(since_words(one) for one in timed))


def since_words(known: EventFacts) -> str:
    """“10 min”, “day 64”, “day 22 to 51”: the time since the infusion."""
    if known.minutes is not None and 0 <= known.minutes < _HOURS * 60:
        hours, minutes = divmod(known.minutes, 60)
        if known.minutes < 120:
            return _("{n} min").format(n=known.minutes)
        return _("{h} h {m} min").format(h=hours, m=minutes)
    if known.day is None:
        return MISSING
    return _("day {n}").format(n=range_words(known.day))


def criteria_words(details: EventDetails) -> str:
    return "; ".join(CRITERION[one] for one in Criterion if one in details.criteria)


def course_words(details: EventDetails) -> str:
    """“2026-05-14: grade 2; 2026-05-20: grade 4”."""
    return "; ".join(
        _("{day}: grade {n} {state}")
        .format(day=one.day, n=one.grade.value, state=one.state)
        .strip()
        for one in details.course
    )


def earlier_words(details: EventDetails) -> str:
    return "; ".join(
        _("{term} until {day}").format(term=one.term, day=one.until) for one in details.diagnoses
    )


def reports_words(details: EventDetails) -> str:
    """To whom, which number, and when it was sent; what is only prepared is not among them."""
    form = catalog.newest()["event_report"]
    return "; ".join(
        _("{to} {number}: {when}").format(
            to=reading.say(form.field("to"), one.to), number=one.number, when=instant(one.sent_at)
        )
        for one in details.reports
        if one.sent_at is not None
    )


def said(details: EventDetails, name: str) -> str:
    """A field of the details in words; empty where it was left open."""
    record = details.record
    form = None if record is None else catalog.find(record.form, record.version)
    if record is None or form is None or record.value(name) is None:
        return ""
    return reading.say(form.field(name), record.value(name))


def cause_words(cause: Cause | None) -> str:
    return _("not assessed") if cause is None else CAUSE[cause]


def expected_words(judged: Judgement | None) -> str:
    if judged is None or judged.expected is None:
        return _("not assessed")
    return _("expected") if judged.expected else _("unexpected")
