"""The clocks of a serious adverse event: which reports are due, when, and why.

A clock starts when the clinic became aware. Hours count as hours, whatever the wall clock does; days are days of
the clinic's calendar, day 0 is the one on which it became aware, and a report is in time until the end of its day.

A SUSAR is serious, at least possibly caused by the product, and unexpected. What nobody judged counts against the
product: unassessed causality as related, unassessed expectedness as unexpected. No clock says that no report is
due: one that does not run names the clinic's rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from core.labels import CAUSE
from core.model.adverse_event import Grade, Outcome
from core.model.event_details import Cause, Criterion, EventDetails
from core.model.thresholds import ON
from core.words import _

SOON = timedelta(hours=24)


class Kind(StrEnum):
    SPONSOR = "sponsor"
    FATAL = "fatal"
    FOLLOW_UP = "follow_up"
    OTHER = "other"


class State(StrEnum):
    """``NOT_BY_RULE``: the clinic's rule has no such report of this event. ``UNKNOWN``: awareness is not recorded."""

    RUNNING = "running"
    OVERDUE = "overdue"
    SENT = "sent"
    SENT_LATE = "sent_late"
    NOT_BY_RULE = "not_by_rule"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The clinic's times and its calendar; ``zone`` None is that of this workstation."""

    sponsor_hours: float
    fatal_days: int
    follow_up_days: int
    other_days: int
    procedure_counts: bool = True
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """``due`` is the last moment: the report is late from then on. ``due_on`` is its day where days count.

    ``limit`` is the time allowed, in hours to the sponsor and in days to the authority.
    ``used`` is the part of the time that had passed now, or when the report was sent: 0 to 1. ``why`` says why
    the clock runs, or by which rule of the clinic it does not; ``because`` is only what the rule went by.
    """

    kind: Kind
    state: State
    why: str
    limit: float
    because: str = ""
    started: datetime | None = None
    due: datetime | None = None
    due_on: date | None = None
    used: float = 0.0
    sent_at: datetime | None = None

    @property
    def runs(self) -> bool:
        """Whether a report is still to be sent."""
        return self.state in (State.RUNNING, State.OVERDUE)

    def left(self, now: datetime) -> timedelta | None:
        """What is left of it, negative when it is overdue; None when it does not run."""
        return self.due - now if self.runs and self.due is not None else None

    def is_urgent(self, now: datetime) -> bool:
        """Whether less than 24 h are left, or none."""
        left = self.left(now)
        return left is not None and left < SOON


def rules_of(limits: Mapping[str, float], zone: tzinfo | None = None) -> Rules:
    """The clinic's rules, from its thresholds."""
    return Rules(
        sponsor_hours=limits["sae_sponsor_hours"],
        fatal_days=round(limits["susar_fatal_days"]),
        follow_up_days=round(limits["susar_follow_up_days"]),
        other_days=round(limits["susar_days"]),
        procedure_counts=limits["susar_procedure"] == ON,
        zone=zone,
    )


def clocks(
    details: EventDetails, now: datetime, rules: Rules, *, treated: bool = True
) -> tuple[Clock, ...]:
    """The four clocks of a serious event, those that do not run among them; none of one that is not serious.

    ``treated`` says whether the patient was given the product: without it no event is suspected of it.
    """
    if not details.event.serious:
        return ()
    start = None if details.aware_at is None else _Start.of(details.aware_at, rules)
    sent = {to: _sent(details, to) for to in ("sponsor", "authority")}
    because = _no_susar(details, rules) if treated else _("no product was given")
    by_rule = {Kind.SPONSOR: (_("serious"), None), **_authority(details, because)}
    found = []
    for kind, (why, no_rule) in by_rule.items():
        if no_rule is not None:
            found.append(
                Clock(
                    kind=kind,
                    state=State.NOT_BY_RULE,
                    why=why,
                    because=no_rule,
                    limit=_limit(kind, rules),
                )
            )
            continue
        reports = sent["sponsor" if kind is Kind.SPONSOR else "authority"]
        place = 1 if kind is Kind.FOLLOW_UP else 0
        report = reports[place] if len(reports) > place else None
        found.append(_clock(kind, why, start, report, now, rules))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Start:
    """When the clinic became aware, in UTC so that hours are counted, and its day in the clinic's calendar."""

    at: datetime
    day: date

    @classmethod
    def of(cls, aware: datetime, rules: Rules) -> "_Start":
        return cls(aware.astimezone(UTC), aware.astimezone(rules.zone).date())


def cause_counts(cause: Cause | None) -> bool:
    """Whether a cause counts as related: what was not judged, or cannot be, does until it is resolved."""
    return cause not in (Cause.UNLIKELY, Cause.NOT_RELATED)


def is_related(details: EventDetails, rules: Rules) -> bool:
    """Whether the event counts as caused by the product, or by its procedure where the clinic's rule says so."""
    judged = details.judgement
    if judged is None or cause_counts(judged.product):
        return True
    return (
        rules.procedure_counts and judged.procedure is not None and cause_counts(judged.procedure)
    )


def fatal_or_threatening(details: EventDetails) -> bool:
    """Whether it was fatal or life-threatening; where no criterion was recorded, by its grade."""
    event = details.event
    if event.outcome is Outcome.FATAL or event.grade is Grade.DEATH:
        return True
    if details.criterion_missing:
        return event.grade is Grade.LIFE_THREATENING
    return bool(details.criteria & {Criterion.DEATH, Criterion.LIFE_THREATENING})


def _authority(details: EventDetails, because: str) -> dict[Kind, tuple[str, str | None]]:
    """The three clocks to the authority: why, and where it does not apply what the clinic's rule went by.

    ``because`` says why it is no SUSAR by that rule; empty where it counts as one.
    """
    if because:
        none = _no_rule(because)
        return dict.fromkeys((Kind.FATAL, Kind.FOLLOW_UP, Kind.OTHER), none)
    applies = (_why_susar(details), None)
    if fatal_or_threatening(details):
        only = _("only if it is not fatal or life-threatening")
        return {Kind.FATAL: applies, Kind.FOLLOW_UP: applies, Kind.OTHER: (only, "")}
    none = _no_rule(_("not fatal or life-threatening"))
    return {Kind.FATAL: none, Kind.FOLLOW_UP: none, Kind.OTHER: applies}


def _no_rule(because: str) -> tuple[str, str]:
    words = _("does not apply by the clinic's rule: {because}")
    return words.format(because=because), because


def _no_susar(details: EventDetails, rules: Rules) -> str:
    """What the clinic's rule goes by where it is no SUSAR; empty where it counts as one."""
    judged = details.judgement
    if judged is None:
        return ""
    if not is_related(details, rules) and judged.product is not None:
        return _("product {cause}").format(cause=CAUSE[judged.product])
    if judged.expected:
        words = _("expected by {document}") if judged.document else _("expected")
        return words.format(document=judged.document)
    return ""


def _why_susar(details: EventDetails) -> str:
    judged = details.judgement
    product = None if judged is None else judged.product
    if product is None:
        if judged is None or judged.expected is None:
            return _("cause and expectedness not assessed yet, count as related and unexpected")
        return _("cause not assessed yet, counts as related")
    if judged is not None and not cause_counts(product) and judged.procedure is not None:
        words = _("procedure {cause}, counts as related; {expected}")
        return words.format(cause=CAUSE[judged.procedure], expected=_expected(judged.expected))
    words = _("product {cause}; {expected}")
    if product in (Cause.CONDITIONAL, Cause.UNASSESSABLE):
        words = _("product {cause}, counts as related; {expected}")
    expected = None if judged is None else judged.expected
    return words.format(cause=CAUSE[product], expected=_expected(expected))


def _expected(expected: bool | None) -> str:
    return _("unexpected") if expected is False else _("not assessed, counts as unexpected")


def _sent(details: EventDetails, to: str) -> list[datetime]:
    """When reports to somebody were sent, the first first. One that is only prepared is none."""
    return sorted(
        one.sent_at for one in details.reports if one.to == to and one.sent_at is not None
    )


def _clock(
    kind: Kind, why: str, start: _Start | None, sent: datetime | None, now: datetime, rules: Rules
) -> Clock:
    if start is None:
        missing = _("when the clinic knew is not recorded, so the time cannot be counted")
        return Clock(
            kind=kind, state=State.UNKNOWN, why=missing, limit=_limit(kind, rules), sent_at=sent
        )
    due, due_on = _due(kind, start, rules)
    then = (sent or now).astimezone(UTC)
    late = then > due if due_on is None else then >= due
    if sent is None:
        state = State.OVERDUE if late else State.RUNNING
    else:
        state = State.SENT_LATE if late else State.SENT
    return Clock(
        kind=kind,
        state=state,
        why=why,
        limit=_limit(kind, rules),
        started=start.at,
        due=due,
        due_on=due_on,
        used=min(1.0, max(0.0, (then - start.at) / (due - start.at))),
        sent_at=sent,
    )


def _limit(kind: Kind, rules: Rules) -> float:
    match kind:
        case Kind.SPONSOR:
            return rules.sponsor_hours
        case Kind.FATAL:
            return rules.fatal_days
        case Kind.FOLLOW_UP:
            return rules.fatal_days + rules.follow_up_days
        case Kind.OTHER:
            return rules.other_days


def _due(kind: Kind, start: _Start, rules: Rules) -> tuple[datetime, date | None]:
    """The last moment, in UTC, and the day where days of the calendar count."""
    limit = _limit(kind, rules)
    if kind is Kind.SPONSOR:
        return start.at + timedelta(hours=limit), None
    due_on = start.day + timedelta(days=limit)
    return _begin(due_on + timedelta(days=1), rules.zone), due_on


@lru_cache(maxsize=4096)
def _begin(on: date, zone: tzinfo | None) -> datetime:
    """Midnight at which a day of the clinic's calendar begins, in UTC."""
    return datetime.combine(on, time(), zone).astimezone(UTC)  # without a zone, the workstation's
