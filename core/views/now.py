"""Now: what asks for a decision and what was decided, what runs, and the next visit; in words, with their days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.findings import appointments, participation
from core.findings.alerts import Action
from core.forms import catalog, wording
from core.forms.definition import Form, Of
from core.labels import MILESTONES, choice_within
from core.model.adverse_event import MilestoneKind
from core.model.device import TURNING_POINTS
from core.model.form_record import FormRecord
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.protocols.schedule import PlannedVisit, Status
from core.views import appointments as appointment_words
from core.views import chart, course
from core.views.visit_words import visit_title
from core.words import _, day, plural


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence. ``tab`` and ``what`` are where it leads.

    ``tone`` is link for what is to be decided, warn for what is late or serious, muted for what is only known, or empty.
    """

    text: str
    tone: str = ""
    tab: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Lines under one heading; ``beside`` is small print beside it."""

    title: str
    lines: tuple[Line, ...]
    beside: str = ""
    tone: str = ""


def now(
    record: PatientRecord,
    today: date,
    found: Sequence[Action],
    decided: Sequence[Action],
    coming: PlannedVisit | None,
) -> tuple[Part, ...]:
    """``found`` are the open actions, ``decided`` those that a decision settles, ``coming`` is the next visit."""
    parts = [_open(record, found)]
    if decided:
        lines = tuple(
            Line(text=decided_text(one), tone="muted", tab="alerts", what=one.id) for one in decided
        )
        parts.append(Part(title=_("Decided"), lines=lines))
    judged = course.clinical_stage(record)
    if judged is not None and not record.dead:
        on, stage = judged
        text = _("clinical King's {stage}, {day}").format(stage=stage.value, day=day(on))
        parts.append(Part(title=_("Stage"), lines=(Line(text=text, tab="visits"),)))
    if not record.dead:
        parts.append(Part(title=_("What runs"), lines=tuple(_running(record, today))))
    parts.append(Part(title=_("Next visit"), lines=tuple(_next(record, today, coming))))
    return tuple(parts)


def in_full(record: PatientRecord, today: date) -> Part:
    """What the figures beside the plots are made from: every slope, the stages with their domains, when a limit is reached."""
    lines = tuple(
        Line(text=f"{one.title}: {'; '.join(one.tip.splitlines())}", tone="muted")
        for one in chart.figures(record, today)
        if one.tip
    )
    return Part(title=_("Figures in full"), lines=lines)


def decided_text(action: Action) -> str:
    """“Feeding: declined by the patient until 29 Jan 2027.”, in brief."""
    decision = action.decision
    if decision is None:
        return action.title
    what = choice_within(decision.choice)
    if decision.review_on is None:
        return _("{action}: {what}, {day}").format(
            action=action.title, what=what, day=day(decision.at.astimezone().date())
        )
    until = _("{action}: {what} until {day}")
    return until.format(action=action.title, what=what, day=day(decision.review_on))


def form_of(one: FormRecord) -> Form | None:
    """The version of the form that a record was entered with, else the newest there is."""
    return catalog.find(one.form, one.version) or catalog.newest().get(one.form)


def record_line(one: FormRecord) -> str:
    """A record in one line that says what it is; the name of its form where this program knows no more of it."""
    form = form_of(one)
    return one.form if form is None else wording.called(form, wording.of_record(form, one))


def with_course() -> tuple[Form, ...]:
    """The forms about a patient whose records begin and end, in their order."""
    every = (one for one in catalog.newest().values() if one.of is Of.PATIENT and not one.within)
    return tuple(one for one in every if one.course is not None and one.course.end)


def happenings() -> tuple[Form, ...]:
    """The forms about a patient of which a visit asks what happened on a day (a procedure, a fall), in their order."""
    every = (one for one in catalog.newest().values() if one.of is Of.PATIENT and not one.within)
    return tuple(one for one in every if one.ask and one.course is not None and not one.course.end)


def began_text(one: FormRecord) -> str:
    """The day from which a record holds; that nobody entered it, where only the day of its entry is known."""
    start = None if one.course is None else one.day(one.course.start)
    return _("day not entered") if start is None else partial_day(start)


def _open(record: PatientRecord, found: Sequence[Action]) -> Part:
    if not found:
        title = (
            _("Died {day}: no alert is open").format(day=partial_day(record.died_on))
            if record.died_on is not None
            else _("No alert is open")
        )
        return Part(title=title, lines=())
    lines = tuple(Line(text=one.line, tone="link", tab="alerts", what=one.id) for one in found)
    title = plural(len(found), "1 open alert", "{n} open alerts")
    return Part(title=title, lines=lines, tone="warn")


def _running(record: PatientRecord, today: date) -> Iterator[Line]:
    """Every record that holds today; then, of a form with none, whether there ever was one."""
    silent = []
    for form in with_course():
        running = sorted(record.running(form.id, today), key=lambda one: one.began)
        for one in running:
            is_known = one.course is not None and one.day(one.course.start) is not None
            text = _("{what}, since {day}") if is_known else _("{what}, {day}")
            said = text.format(what=record_line(one), day=began_text(one))
            yield Line(text=said, tab=f"form.{form.id}", what=one.id)
        if not running:
            words = _("{form}: none now") if record.of_form(form.id) else _("{form}: none entered")
            silent.append(words.format(form=form.plural))
    told = {one.turning_point for one in record.devices}
    for milestone in record.milestones:
        if milestone.kind in TURNING_POINTS - told and milestone.happened_on.first <= today:
            text = _("{milestone} {day}, no end is entered")
            when = partial_day(milestone.happened_on)
            said = text.format(milestone=MILESTONES[milestone.kind], day=when)
            yield Line(text=said, tab="milestones", what=milestone.id)
    if silent:
        yield Line(text=" · ".join(silent), tone="muted")


def _next(record: PatientRecord, today: date, coming: PlannedVisit | None) -> Iterator[Line]:
    for visit in record.visits:
        if visit.is_draft:
            text = _("{visit} is in progress, {day}")
            said = text.format(visit=visit_title(record, visit), day=day(visit.date))
            yield Line(text=said, tone="warn", tab="visits", what=visit.id)
    if coming is not None and not coming.in_progress:
        window = coming.window
        text = _("{visit}, {day}: {state} (window {open} to {close})").format(
            visit=coming.title,
            day=day(window.target),
            state=_state(coming, today),
            open=day(window.open),
            close=day(window.close),
        )
        yield Line(text=text, tone="warn" if coming.status is Status.OVERDUE else "", tab="visits")
    elif coming is None:
        yield Line(text=_no_visit(record, today), tone="muted", tab="visits")
    yield from _appointments(record, today)


def _appointments(record: PatientRecord, today: date) -> Iterator[Line]:
    """Every open appointment, and those that are of no use any more."""
    for found in appointments.open_appointments(record, today):
        text = _("{visit}: {said}").format(
            visit=found.planned.title, said=appointment_words.full_line(found, today)
        )
        yield Line(text=text, tone="warn" if found.missed(today) else "", tab="visits")
    for one in appointments.not_shown(record, today):
        yield Line(text=appointment_words.why_not_shown(record, one), tone="muted", tab="visits")


def _state(coming: PlannedVisit, today: date) -> str:
    window = coming.window
    match coming.status:
        case Status.OVERDUE:
            late = (today - window.close).days
            return plural(late, "1 day late", "{n} days late")
        case Status.DUE if window.target == today:
            return _("due today")
        case Status.DUE:
            left = (window.close - today).days
            return (
                plural(left, "open, 1 day left", "open, {n} days left")
                if left
                else _("open, last day")
            )
    return plural((window.open - today).days, "opens tomorrow", "opens in {n} days")


def _no_visit(record: PatientRecord, today: date) -> str:
    if record.died_on is not None:
        return _("None: died {day}.").format(day=partial_day(record.died_on))
    withdrawn = record.milestone(MilestoneKind.WITHDRAWAL)
    if withdrawn is not None:
        return _("None: withdrawn {day}.").format(day=partial_day(withdrawn.happened_on))
    protocol = protocols.of(record.patient)
    stands = participation.standing(record, protocol, today)
    if record.participation_ended is not None and stands is not None:
        return _("None: {standing}.").format(standing=stands.said)
    if record.patient.reference_on is None and protocol.reference:
        text = _("None can be planned: the day of “{event}” is not entered.")
        return text.format(event=protocol.reference)
    return _("None is planned.")
