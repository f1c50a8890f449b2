"""The lanes above the plots of a chart: what happened, what runs, and adverse events.

What a form's records look like here is said by its definition (``[[lanes]]``), so that a new form is in a lane
without a line of code. What is known to its month only is placed by `core/views/stack/days.py`, an event by
`PatientRecord.began`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from core.forms import catalog, conditions, wording
from core.forms.definition import ADVERSE_EVENTS, PROCEDURES, SUPPORT, Form, InLane
from core.labels import MILESTONES, OUTCOME
from core.model.adverse_event import AdverseEvent, Milestone, MilestoneKind, Outcome
from core.model.form_record import FormRecord, Stored
from core.model.partial_date import PartialDate, partial_day
from core.model.record import PatientRecord
from core.model.vital_status import death
from core.protocols import catalog as protocols
from core.views.stack.days import began_on, day_of, end_of, milestone_day
from core.views.stack.rows import Lane, Mark, Shape
from core.words import MINUS, _, day, plural, short_day

_DAY_0 = "reference"  # the id of its mark


def lanes(record: PatientRecord, today: date) -> tuple[Lane, ...]:
    """The three lanes of every chart, then those that forms add and this patient has something in."""
    titles = {
        PROCEDURES: _procedures_title(record),
        SUPPORT: _("Support"),
        ADVERSE_EVENTS: _("Adverse events"),
    }
    marks: dict[str, list[Mark]] = {
        PROCEDURES: happened(record, today),
        SUPPORT: [],
        ADVERSE_EVENTS: events(record, today),
    }
    for rule, mark in of_forms(record, today):
        titles.setdefault(rule.id, rule.title)
        marks.setdefault(rule.id, []).append(mark)
    marks[PROCEDURES] = _told_once(marks[PROCEDURES])
    return tuple(
        Lane(lane, titles[lane], tuple(sorted(found, key=lambda mark: mark.began)))
        for lane, found in marks.items()
    )


def happened(record: PatientRecord, today: date) -> list[Mark]:
    """What no form tells of: day 0 of the schedule, milestones, a death."""
    return [*_reference(record, today), *_milestones(record, today), *_death(record)]


def events(record: PatientRecord, today: date) -> list[Mark]:
    return [_event(record, event, today) for event in record.events]


def _told_once(marks: Sequence[Mark]) -> list[Mark]:
    """Without the bare mark of day 0 where a record of that day, such as the infusion's, says more of it."""
    recorded = {one.began for one in marks if one.line and one.id != _DAY_0}
    return [one for one in marks if one.id != _DAY_0 or one.began not in recorded]


def _procedures_title(record: PatientRecord) -> str:
    if record.patient.reference_on is None:
        return _("PEG, hospital")
    return _("{reference}, PEG, hospital").format(reference=protocols.of(record.patient).reference)


def _reference(record: PatientRecord, today: date) -> Iterator[Mark]:
    """Day 0 of the protocol; hollow while it is only planned."""
    on = record.patient.reference_on
    if on is None:
        return
    title = protocols.of(record.patient).reference
    planned = on > today
    yield Mark(
        id=_DAY_0,
        shape=Shape.SYMBOL,
        began=on,
        label=title,
        title=title,
        role="reference",
        details=(_("planned for {day}").format(day=day(on)) if planned else day(on),),
        hollow=planned,
        line=True,
    )


def _milestones(record: PatientRecord, today: date) -> Iterator[Mark]:
    """Those that no device tells of already; a death is a mark of its own."""
    for one in record.milestones:
        told = any(
            device.turning_point is one.kind and device.began <= one.happened_on
            for device in record.devices
        )
        if one.kind is not MilestoneKind.DEATH and not told:
            yield _milestone(record, one, today)


def _milestone(record: PatientRecord, one: Milestone, today: date) -> Mark:
    title = MILESTONES[one.kind]
    said = (partial_day(one.happened_on), _day_number(record, one.happened_on))
    return Mark(
        id=one.id,
        shape=Shape.SYMBOL,
        began=milestone_day(one.happened_on, today),
        label=title,
        title=title,
        role="milestone",
        details=_lines(*said),
        exact=one.happened_on.exact,
        tab="milestones",
        what=one.id,
    )


def _death(record: PatientRecord) -> Iterator[Mark]:
    """The first death that is recorded, by whatever tells of it; it is told once."""
    on, event = record.died_on, record.fatal_event
    if on is None:
        return
    tab, what = _death_told(record)
    title = MILESTONES[MilestoneKind.DEATH]
    why = () if event is None else (event.term,)
    yield Mark(
        id="death",
        shape=Shape.SYMBOL,
        began=on.assumed,
        label=title,
        title=title,
        role="death",
        details=(*_lines(partial_day(on), _day_number(record, on)), *why),
        exact=on.exact,
        line=True,
        tab=tab,
        what=what,
    )


def _death_told(record: PatientRecord) -> tuple[str, str]:
    """The tab of the chart that tells of the death, and what to look for there."""
    if record.died is not None:
        return "milestones", record.died.id
    if record.fatal_event is not None:
        return "events", record.fatal_event.id
    told = death(record.forms)
    return ("", "") if told is None else (f"form.{told[1].form}", told[1].id)


def _event(record: PatientRecord, event: AdverseEvent, today: date) -> Mark:
    """A square with the grade at its onset, and a bar to its end; one that goes on has no end."""
    began = record.began(event)
    goes_on = event.outcome in {Outcome.RECOVERING, Outcome.NOT_RECOVERED}
    return Mark(
        id=event.id,
        shape=Shape.GRADE,
        began=began,
        label=event.term,
        title=event.term,
        role=f"grade_{event.grade.value}",
        details=(
            *_lines(
                _("grade {n}").format(n=event.grade.value),
                _("serious") if event.serious else "",
                _day_number(record, event.onset),
            ),
            *_lines(_period(event.onset, event.ended, runs=goes_on), _outcome(event)),
        ),
        ended=end_of(began, event.ended, today),
        runs=goes_on and event.ended is None,
        exact=event.onset.exact,
        grade=event.grade.value,
        serious=event.serious,
        tab="events",
        what=event.id,
    )


def _outcome(event: AdverseEvent) -> str:
    if event.outcome is Outcome.UNKNOWN:
        return _("outcome unknown")
    if event.ended is None and event.outcome.ended:
        return _("{outcome}, end date not entered").format(outcome=OUTCOME[event.outcome])
    return OUTCOME[event.outcome]


def of_forms(record: PatientRecord, today: date) -> Iterator[tuple[InLane, Mark]]:
    """Every record that its form's version puts into a lane, in the order of the forms."""
    for name in catalog.newest():
        for one in record.of_form(name):
            form = catalog.find(one.form, one.version)
            if form is None or one.not_done is not None:
                continue
            known = wording.of_record(form, one)
            rules = catalog.lanes_of(form)
            holding = (rule for rule in rules if conditions.holds(form, rule.when, known.get))
            rule = next(holding, None)
            if rule is not None:
                yield rule, _of_form(record, form, rule, one, known, today)


def _of_form(
    record: PatientRecord,
    form: Form,
    rule: InLane,
    one: FormRecord,
    known: Mapping[str, Stored | None],
    today: date,
) -> Mark:
    since = began_on(record, one)
    began = day_of(since, one)
    grade = _grade(known.get(rule.grade)) if rule.grade else None
    runs = one.course is not None and bool(one.course.end) and one.runs
    ended = end_of(began, one.ended, today)
    died = record.died_on if runs else None
    over = one.ended if died is None else died
    length = _length(since, one.ended) if rule.shade else ""
    title = wording.called(form, known)
    label = wording.worded(form, rule.label or form.row, known) or title
    tab, what = _where(form, one)
    return Mark(
        id=one.id,
        shape=Shape.GRADE if grade else Shape.BAR if rule.bar else Shape.SYMBOL,
        began=began,
        label=" ".join(filter(None, (label, length))),
        title=title,
        role=rule.role if grade is None else f"grade_{grade}",
        details=(
            *_lines(_period(since, over, runs=runs), _length(since, over)),
            *_lines("" if died is None else _("ended by death")),
            *_why_ended(form, one, known),
        ),
        ended=ended,
        runs=runs and (rule.bar or grade is not None),
        exact=since.exact,
        hollow=bool(rule.hollow_if) and conditions.holds(form, rule.hollow_if, known.get),
        grade=grade,
        serious=bool(rule.serious_if) and conditions.holds(form, rule.serious_if, known.get),
        line=rule.line,
        shade=rule.shade,
        tab=tab,
        what=what,
    )


def _where(form: Form, one: FormRecord) -> tuple[str, str]:
    """The tab of the chart that shows a record, and what to look for there."""
    if one.visit_id is not None:
        return "visits", one.visit_id
    return f"form.{form.within or form.id}", one.id


def _why_ended(form: Form, one: FormRecord, known: Mapping[str, Stored | None]) -> tuple[str, ...]:
    if form.course is None or one.runs:
        return ()
    names = [name for name in form.course.ended_with if known.get(name) is not None]
    return tuple(wording.told(form, form.field(name), known) for name in names)


def _grade(value: Stored | None) -> int | None:
    """A CTCAE grade, whether the field holds it as a number or as a choice; None where it has none."""
    text = "" if value is None else str(value).removesuffix(".0")
    return int(text) if text in {"1", "2", "3", "4", "5"} else None


def _length(began: PartialDate, ended: PartialDate | None) -> str:
    """How many days it lasted, the day it ended on not counted; empty unless both are known to the day."""
    if ended is None or not began.exact or not ended.exact or ended < began:
        return ""
    return plural(max(1, (ended.first - began.first).days), "{n} day", "{n} days")


def _period(began: PartialDate, ended: PartialDate | None, *, runs: bool) -> str:
    """24 Jul – 9 Oct 2026; since 24 Jul 2026."""
    if ended is None:
        first = partial_day(began)
        return _("since {day}").format(day=first) if runs else first
    if ended == began:
        return partial_day(began)
    short = began.exact and ended.exact and began.year == ended.year
    first = short_day(began.first) if short else partial_day(began)
    return _("{first} – {last}").format(first=first, last=partial_day(ended))


def _day_number(record: PatientRecord, on: PartialDate) -> str:
    """The day since the protocol's day 0; empty where either is not known to the day."""
    reference = record.patient.reference_on
    if reference is None or not on.exact:
        return ""
    return _("day {n}").format(n=str((on.first - reference).days).replace("-", MINUS))


def _lines(*parts: str) -> tuple[str, ...]:
    """One line of those that say something."""
    text = " · ".join(filter(None, parts))
    return (text,) if text else ()
