"""The adverse events of a clinic as the Safety page lists them: order, filters, clocks and days in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.findings.clocks import Clock, Kind, Rules, State, cause_counts, clocks
from core.labels import CAUSE, GRADE, OUTCOME
from core.model.adverse_event import Grade
from core.model.clinic_event import ListedEvent
from core.model.event_details import Criterion
from core.model.partial_date import partial_day
from core.science.event_time import DayRange, days_since
from core.words import (
    MINUS,
    MISSING,
    N_,
    Words,
    _,
    day,
    instant,
    n_events,
    n_patients,
    plural,
    short_day,
)

NOT_ASSESSED = N_("not assessed")


_BRIEFLY = Words(
    {
        Criterion.DEATH: N_("death"),
        Criterion.LIFE_THREATENING: N_("life-threatening"),
        Criterion.HOSPITAL: N_("hospital"),
        Criterion.DISABILITY: N_("disability"),
        Criterion.CONGENITAL: N_("congenital anomaly"),
        Criterion.IMPORTANT: N_("medically important"),
    }
)


class Which(StrEnum):
    ALL = "all"
    SERIOUS = "serious"
    OPEN = "open"
    RELATED = "related"


class Period(StrEnum):
    ANY = "any"
    MONTH = "month"
    YEAR = "year"


_DAYS = {Period.MONTH: 30, Period.YEAR: 365}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the list is shown; ``number`` is a patient's record number, empty for all."""

    which: Which = Which.ALL
    period: Period = Period.ANY
    grade: Grade | None = None
    number: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of the list; its words are made when they are shown. ``runs``: a report of it is still to be sent."""

    listed: ListedEvent
    clocks: tuple[Clock, ...]
    day: DayRange | None  # since the infusion, 0 the same day
    runs: bool

    @property
    def is_open(self) -> bool:
        return self.runs or not self.listed.event.outcome.ended

    @property
    def is_related(self) -> bool:
        """Whether its cause counts as the product: what was not judged does."""
        return cause_counts(self.listed.product)

    @property
    def grade_words(self) -> str:
        grade = GRADE[self.listed.event.grade]
        return _("{grade}, serious").format(grade=grade) if self.listed.event.serious else grade

    @property
    def day_words(self) -> str:
        return range_words(self.day)

    @property
    def product_words(self) -> str:
        product = self.listed.product
        return _(NOT_ASSESSED) if product is None else CAUSE[product]

    @property
    def outcome_words(self) -> str:
        return OUTCOME[self.listed.event.outcome]

    @property
    def onset_words(self) -> str:
        return partial_day(self.listed.event.onset)


def day_of(listed: ListedEvent) -> DayRange | None:
    """The days since the infusion on which an event may have begun."""
    return None if listed.treated is None else days_since(listed.event.onset, listed.treated)


def range_words(days: DayRange | None) -> str:
    """``64``, or ``22–51`` where the day is not known better; a day before the infusion is negative."""
    if days is None:
        return MISSING
    first, last = (str(one).replace("-", MINUS) for one in days)
    return first if first == last else _("{first} to {last}").format(first=first, last=last)


def lines(events: Iterable[ListedEvent], now: datetime, rules: Rules) -> tuple[EventLine, ...]:
    """Every event: serious before others, the newest first."""
    made = [_line(one, day_of(one), now, rules) for one in events]
    made.sort(key=lambda line: (line.listed.number, line.listed.event.term))
    made.sort(key=lambda line: line.listed.event.onset.first, reverse=True)
    made.sort(key=lambda line: not line.listed.event.serious)
    return tuple(made)


def _line(one: ListedEvent, since: DayRange | None, now: datetime, rules: Rules) -> EventLine:
    """An event that is not serious, whose details are not read, has no clocks."""
    if one.details is None:
        return EventLine(one, (), since, runs=False)
    found = clocks(one.details, now, rules, treated=one.treated is not None)
    return EventLine(one, found, since, runs=any(clock.runs for clock in found))


def again(shown: Iterable[EventLine], now: datetime, rules: Rules) -> tuple[EventLine, ...]:
    """The same lines in the same order, their clocks as they are now."""
    return tuple(
        _line(line.listed, line.day, now, rules) if line.clocks else line for line in shown
    )


def of_any_grade(line: EventLine, which: Wanted, today: date) -> bool:
    """Whether a line is among what is asked for, whatever its grade. A day that is known in part counts with the latest day that it can mean."""
    listed = line.listed
    if which.number and listed.number != which.number:
        return False
    if which.period is not Period.ANY:
        since = today - timedelta(days=_DAYS[which.period])
        if listed.event.onset.last < since:
            return False
    if which.text and not _found(line, which.text):
        return False
    return is_which(line, which.which)


def is_which(line: EventLine, which: Which) -> bool:
    match which:
        case Which.SERIOUS:
            return line.listed.event.serious
        case Which.OPEN:
            return line.is_open
        case Which.RELATED:
            return line.is_related
    return True


def kinds(shown: Sequence[EventLine]) -> dict[Which, int]:
    """How many events there are of each kind."""
    return {
        Which.ALL: len(shown),
        Which.SERIOUS: sum(line.listed.event.serious for line in shown),
        Which.OPEN: sum(line.is_open for line in shown),
        Which.RELATED: sum(line.is_related for line in shown),
    }


def _found(line: EventLine, text: str) -> bool:
    event = line.listed.event
    said = f"{line.listed.number} {event.term} {event.coded_term} {event.note}".casefold()
    return all(word in said for word in text.casefold().split())


def counts(shown: Iterable[EventLine]) -> dict[Grade, tuple[int, int]]:
    """How many events of each grade are serious, and how many are not."""
    found = {grade: [0, 0] for grade in Grade}
    for line in shown:
        event = line.listed.event
        found[event.grade][0 if event.serious else 1] += 1
    return {grade: (serious, other) for grade, (serious, other) in found.items()}


def urgent(shown: Iterable[EventLine], now: datetime) -> int:
    """How many clocks have less than 24 hours left, or none."""
    return sum(clock.is_urgent(now) for line in shown for clock in line.clocks)


def running(shown: Iterable[EventLine], now: datetime) -> tuple[EventLine, ...]:
    """The events whose clocks run, that with the least time left first."""

    def left(line: EventLine) -> timedelta:
        return min(left for clock in line.clocks if (left := clock.left(now)) is not None)

    return tuple(sorted((line for line in shown if line.runs), key=left))


def reported(shown: Iterable[EventLine]) -> tuple[EventLine, ...]:
    """Those of which every report that is asked for was sent."""
    sent = (State.SENT, State.SENT_LATE)
    return tuple(
        line
        for line in shown
        if not line.runs and any(clock.state in sent for clock in line.clocks)
    )


def uncounted(shown: Iterable[EventLine]) -> tuple[EventLine, ...]:
    """Serious events of which nothing was sent, and whose clocks cannot be counted: awareness is not recorded."""
    return tuple(
        line
        for line in shown
        if any(clock.state is State.UNKNOWN and clock.sent_at is None for clock in line.clocks)
    )


def title(line: EventLine) -> str:
    """“Respiratory failure, grade 4, life-threatening”."""
    event, details = line.listed.event, line.listed.details
    said = [event.coded_term or event.term, _("grade {n}").format(n=int(event.grade))]
    if details is not None:
        said += [_BRIEFLY[one] for one in Criterion if one in details.criteria]
        if details.criterion_missing:
            said.append(_("criterion not recorded"))
    return ", ".join(said)


def why(line: EventLine) -> str:
    """When the clinic knew, and why the clocks run."""
    details = line.listed.details
    if details is None or details.aware_at is None:
        return _("when the clinic knew is not recorded")
    aware = _("aware {when}").format(when=instant(details.aware_at))
    authority = [one for one in line.clocks if one.kind in (Kind.FATAL, Kind.OTHER)]
    applying = [one.why for one in authority if one.state is not State.NOT_BY_RULE]
    reasons = applying or [one.because for one in authority if one.because]
    return " · ".join([aware, *dict.fromkeys(reasons)])


def clock_words(clock: Clock, now: datetime) -> tuple[str, str]:
    """What stands beside the bar of a clock, and the token of its colour."""
    if clock.state is State.SENT:
        return sent_words(clock), "good"
    if clock.state is State.SENT_LATE:
        return sent_words(clock), "warn"
    left = clock.left(now)
    if left is None:
        whole = clock.state is not State.NOT_BY_RULE or not clock.because
        return (clock.why if whole else _("does not apply by the clinic's rule")), "muted"
    if clock.state is State.OVERDUE:
        return _overdue(clock, -left), "bad"
    if left < timedelta(hours=48):
        return duration_left(left), "bad" if clock.is_urgent(now) else "warn"
    return _when(clock), "warn"


def _overdue(clock: Clock, by: timedelta) -> str:
    if by < timedelta(hours=48):
        hours, minutes = divmod(int(by.total_seconds()) // 60, 60)
        return _("overdue by {h} h {m}").format(h=hours, m=f"{minutes:02}")
    assert clock.due is not None
    return _("overdue since {day}").format(day=day(clock.due_on or clock.due.astimezone().date()))


def duration_left(left: timedelta) -> str:
    """``2 h 09 left``."""
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return _("{h} h {m} left").format(h=hours, m=f"{minutes:02}")


def sent_words(clock: Clock) -> str:
    """How long after awareness it was sent, and whether that was late."""
    assert clock.sent_at is not None
    if clock.started is None:
        return _("sent {when}").format(when=instant(clock.sent_at))
    took = clock.sent_at - clock.started
    if clock.due_on is None:
        hours, minutes = divmod(int(took.total_seconds()) // 60, 60)
        words = _("sent after {h} h {m}").format(h=hours, m=f"{minutes:02}")
    else:
        sent_on, began = (one.astimezone().date() for one in (clock.sent_at, clock.started))
        days = (sent_on - began).days
        words = _("sent {day}, day {n}").format(day=short_day(sent_on), n=days)
    return _("{sent}, late").format(sent=words) if clock.state is State.SENT_LATE else words


def _when(clock: Clock) -> str:
    """When it is, or was, due."""
    if clock.due_on is not None:
        return short_day(clock.due_on)
    assert clock.due is not None
    return instant(clock.due)


def due(line: EventLine, now: datetime) -> tuple[str, str]:
    """What is to do about an event, the most urgent thing only, and the token of its colour."""
    clock = next_clock(line, now)
    if clock is not None:
        name, urgent_now = clock_name(clock), clock.is_urgent(now)
        if clock.state is State.OVERDUE:
            return _("{report} overdue").format(report=name), "bad"
        if urgent_now:
            return _("{report} due").format(report=name), "bad"
        return _("{report} due {day}").format(report=name, day=_when(clock)), "warn"
    event, details = line.listed.event, line.listed.details
    if details is not None:
        if details.criterion_missing:
            return _("criterion not recorded"), "warn"
        if details.aware_at is None:
            return _("awareness not recorded"), "warn"
        if details.reports and not event.outcome.ended:
            return _("follow-up report open"), "warn"
    return ("", "muted") if event.outcome.ended else (_("outcome open"), "warn")


def clock_name(clock: Clock) -> str:
    """What is to be sent, within a sentence."""
    if clock.kind is Kind.FOLLOW_UP:
        return _("complete report")
    if clock.kind is Kind.SPONSOR:
        return _("{n} h report").format(n=f"{clock.limit:g}")
    return _("{n} day report").format(n=f"{clock.limit:g}")


def clock_title(kind: Kind, rules: Rules) -> str:
    """To whom within what time: the head of a column of clocks."""
    if kind is Kind.SPONSOR:
        return _("Sponsor, {n} h").format(n=f"{rules.sponsor_hours:g}")
    days = {Kind.FATAL: rules.fatal_days, Kind.OTHER: rules.other_days}
    if kind is Kind.FOLLOW_UP:
        return _("Authority, complete report")
    return _("Authority, {n} days").format(n=days[kind])


def next_clock(line: EventLine, now: datetime) -> Clock | None:
    """The running clock with the least time left."""
    found = [(left, clock) for clock in line.clocks if (left := clock.left(now)) is not None]
    return min(found, key=lambda one: one[0])[1] if found else None


def headline(shown: Sequence[EventLine], treated: int, patients: int, now: datetime) -> str:
    """“17 events in 10 of 17 infused patients · data to 28 Nov 2026, 14:31”."""
    whose = len({line.listed.number for line in shown})
    everybody = plural(treated, "1 infused patient", "{n} infused patients")
    words = _("{events} in {n} of {all} · data to {when}")
    return words.format(
        events=n_events(len(shown)),
        n=whose,
        all=everybody if treated else n_patients(patients),
        when=instant(now),
    )


def span(shown: Iterable[EventLine], today: date) -> tuple[int, int]:
    """The days since infusion that a strip of these events shows: 0 is always among them."""
    first, last = 0, 60
    for line in shown:
        begun, treated = line.day, line.listed.treated
        if begun is None or treated is None:
            continue
        ended = line.listed.event.ended
        end = (today if ended is None and line.is_open else ended.last if ended else None) or None
        first = min(first, begun[0])
        last = max(last, begun[1], 0 if end is None else (end - treated.first).days)
    return first, last


def ticks(first: int, last: int) -> tuple[int, ...]:
    """Round days for the axis of the strip, at most six of them after 0."""
    step = next(
        (one for one in (10, 20, 30, 60, 90, 180, 365, 730, 1825) if (last - first) / one <= 5),
        3650,
    )
    lowest = -((-first) // step) * step
    return tuple(range(lowest, last + 1, step))


def reported_words(line: EventLine) -> str:
    """“A-012: 24 h report sent after 2 h 10, 15 day report sent 5 Aug, day 12”."""
    sent = (State.SENT, State.SENT_LATE)
    said = [
        _("{report} {sent}").format(report=clock_name(one), sent=sent_words(one))
        for one in line.clocks
        if one.state in sent
    ]
    if not line.listed.event.outcome.ended:
        said.append(_("follow-up report open"))
    return _("{number}: {reports}").format(number=line.listed.number, reports=", ".join(said))


def uncounted_words(found: Sequence[EventLine]) -> str:
    """Which serious events have no clock because nobody recorded when the clinic knew; empty where there are none."""
    if not found:
        return ""
    named = [
        _("{number} {event}").format(
            number=line.listed.number, event=line.listed.event.coded_term or line.listed.event.term
        )
        for line in found
    ]
    return _("When the clinic knew is not recorded, so no clock counts: {events}").format(
        events="; ".join(named)
    )


def clock_line(clock: Clock, rules: Rules, now: datetime) -> str:
    """“Sponsor, 24 h: 2 h 09 left”, or by which rule of the clinic it does not apply."""
    words = clock.why if clock.state is State.NOT_BY_RULE else clock_words(clock, now)[0]
    return _("{clock}: {words}").format(clock=clock_title(clock.kind, rules), words=words)
