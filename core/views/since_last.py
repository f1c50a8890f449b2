"""Since last time: what the last finished visit says other than the one before, in plain words.

What was not asked, not measured or not complete says so: unknown is not unchanged.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.findings.plausibility import form_before
from core.forms import changes
from core.forms.definition import Form
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.labels import MILESTONES, TEST_TYPE, why_not
from core.model.adverse_event import AdverseEvent
from core.model.assessment import Answer, Assessment
from core.model.form_record import FormRecord, Since
from core.model.measurement import MeasurementKind, kinds
from core.model.partial_date import PartialDate, partial_day
from core.model.record import PatientRecord
from core.model.spirometry import Position, Spirometry
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.science.spirometry import Result, vital_capacities
from core.views import course
from core.views.events import event_row
from core.views.measurements import measurement_before, measurement_text
from core.views.now import (
    Line,
    Part,
    began_text,
    form_of,
    happenings,
    record_line,
    with_course,
)
from core.views.spirometry import percent_title, spirometry_title
from core.views.visit_summary import without_value
from core.views.visit_words import visit_title
from core.words import MISSING, _, day, number, plural, within


@dataclass(frozen=True, slots=True)
class Span:
    """The days after ``after`` up to ``to``: what may have happened within them, where only its month is known."""

    after: date
    to: date

    def may_hold(self, when: PartialDate | None) -> bool:
        return when is not None and when.last > self.after and when.first <= self.to


def since_last(record: PatientRecord, today: date) -> tuple[Part, ...]:
    """What changed between the last two finished visits, then what is known of the days after the last one."""
    finished = record.finished_visits
    if not finished:
        text = _("No visit is finished yet: there is nothing to compare.")
        return (Part(title=_("Since last time"), lines=(Line(text=text, tone="muted"),)),)
    last = finished[-1]
    title = visit_title(record, last)
    before = record.visit_before(last)
    if before is None:
        text = _("{visit}, {day}, is the only finished visit: there is nothing to compare.")
        line = Line(text=text.format(visit=title, day=day(last.date)), tone="muted")
        parts = [Part(title=_("Since last time"), lines=(line,))]
    else:
        parts = [_between(record, before, last)]
    told = {line.text for line in parts[0].lines}  # of a day that may belong to either
    after = tuple(
        line for line in happened(record, Span(last.date, today)) if line.text not in told
    )
    if after:
        words = _("After {visit}, {day}").format(visit=title, day=day(last.date))
        parts.append(Part(title=words, lines=after))
    return tuple(parts)


def _between(record: PatientRecord, before: Visit, last: Visit) -> Part:
    days = plural((last.date - before.date).days, "1 day", "{n} days")
    title = _("Since {visit} ({days})").format(visit=visit_title(record, before), days=days)
    lines = (
        *_questionnaires(record, before, last),
        *_stages(record, before, last),
        *_capacities(record, before, last),
        *_weight(record, before, last),
        *_measured(record, before, last),
        *(Line(text=text, tone="muted") for text in without_value(record, last)),
    )
    told = tuple(happened(record, Span(before.date, last.date), last))
    lines += (*told, *_asked(record, last, {line.tab for line in told}))
    words = _("{before} to {last}").format(before=day(before.date), last=day(last.date))
    return Part(title=title, beside=words, lines=lines)


def _on(there: date, before: Visit) -> str:
    """The day of an earlier value, where it is not that of the visit before."""
    return "" if there == before.date else _(" ({day})").format(day=day(there))


# Questionnaires and what is estimated from them.


def _questionnaires(record: PatientRecord, before: Visit, last: Visit) -> Iterator[Line]:
    mine = [one for one in record.assessments if one.visit_id == last.id]
    mine.sort(key=lambda one: one.instrument != instruments.ALSFRS_R)
    if not any(one.instrument == instruments.ALSFRS_R for one in mine):
        text = _("{title}: no form at {visit}")
        title = instruments.alsfrs_r().title
        said = text.format(title=title, visit=within(visit_title(record, last)))
        yield Line(text=said, tone="muted")
    for form in mine:
        if form.not_done is None:
            yield from _form(record, form, before)


def _form(record: PatientRecord, form: Assessment, before: Visit) -> Iterator[Line]:
    instrument = instruments.named(form.instrument, form.version)
    earlier = form_before(record, form, instrument)
    if earlier is None:
        text = _("{title}: no complete form before to compare with")
        yield Line(text=text.format(title=instrument.title), tone="muted")
        return
    is_main = form.instrument == instruments.ALSFRS_R
    moved = [said for slot in instrument.slots if (said := _item(instrument, slot, form, earlier))]
    if moved and is_main:
        text = ", ".join((moved[0], *map(within, moved[1:])))
        yield Line(text=text + _on(earlier.date, before))
    total = instrument.total
    was = None if total is None else total.score(earlier.values)
    score = None if total is None else total.score(form.values)
    if total is None or score is None or was is None:
        return  # `without_value` says how many are answered
    since = _on(earlier.date, before)
    if moved:
        text = _("{title} {was}{since} → {now} of {most}")
    else:
        text = _("{title} {now} of {most}: no answer changed{since}")
    words = text.format(title=instrument.title, was=was, since=since, now=score, most=total.maximum)
    yield Line(text=words)


def _item(instrument: Instrument, slot: str, form: Assessment, earlier: Assessment) -> str:
    """“Speech 3 → 2”; empty where the answer is the same, or there is none now."""
    now, was = form.answers.get(slot), earlier.answers.get(slot)
    if now is None or was is None or now.value is None or was.value is None:
        return ""
    if (now.item, now.value) == (was.item, was.value):
        return ""
    title = instrument.item(now.item).title
    other = now.item != was.item
    words = [_score(instrument, one, numbered=other) for one in (was, now)]
    return _("{title} {was} → {now}").format(title=title, was=words[0], now=words[1])


def _score(instrument: Instrument, answer: Answer, *, numbered: bool) -> str:
    """A score; with the number of its scale, where the two were given on different ones."""
    number_ = instrument.item(answer.item).number
    return f"{answer.value} ({number_})" if numbered else str(answer.value)


def _stages(record: PatientRecord, before: Visit, last: Visit) -> Iterator[Line]:
    form = record.assessment(last.id, instruments.ALSFRS_R)
    if form is not None and form.values:
        instrument = instruments.named(form.instrument, form.version)
        earlier = form_before(record, form, instrument)
        now = course.stages(record, form)
        then = None if earlier is None else course.stages(record, earlier)
        kings, mitos = course.kings_text(now.kings), course.mitos_text(now.mitos)
        kings_then = None if then is None else course.kings_text(then.kings)
        mitos_then = None if then is None else course.mitos_text(then.mitos)
        if (kings, mitos) == (kings_then, mitos_then):
            text = _("King's {kings} and MiToS {mitos} unchanged")
            said = text.format(kings=kings, mitos=mitos)
        else:
            stages = (_("King's"), kings, kings_then), (_("MiToS"), mitos, mitos_then)
            said = ", ".join(_stage(*one) for one in stages)
        since = _on(earlier.date, before) if earlier is not None else ""
        text = _("{stages}{since}, {estimated}")
        words = text.format(stages=said, since=since, estimated=_(course.ESTIMATED))
        yield Line(text=words)
    if last.clinical_stage is not None:
        judged = [
            visit.clinical_stage.value
            for visit in record.finished_visits
            if visit.clinical_stage is not None and visit.date < last.date
        ]
        then_judged = judged[-1] if judged else None
        yield Line(text=_stage(_("Clinical King's"), last.clinical_stage.value, then_judged))


def _stage(name: str, now: str, then: str | None) -> str:
    if then is None:
        return f"{name} {now}"
    if now == then:
        return _("{name} {stage} unchanged").format(name=name, stage=now)
    return _("{name} {was} → {now}").format(name=name, was=then, now=now)


# What is measured.


def _capacities(record: PatientRecord, before: Visit, last: Visit) -> Iterator[Line]:
    finished = {visit.id for visit in record.finished_visits}
    every = [one for one in vital_capacities(record) if one[0].visit_id in finished]
    mine = [(session, result) for session, result in every if session.visit_id == last.id]
    for session, result in mine:
        if result.best_l is not None:
            yield Line(text=_capacity(every, session, result, before))
    tried = any(one.visit_id == last.id for one in record.spirometry)
    if not tried and every:
        text = _("{test}: not measured at {visit}")
        said = TEST_TYPE[every[-1][0].test_type]
        where = within(visit_title(record, last))
        yield Line(text=text.format(test=said, visit=where), tone="muted")


def _capacity(
    every: list[tuple[Spirometry, Result]], session: Spirometry, result: Result, before: Visit
) -> str:
    """“FVC 48.6 → 45.7 % predicted”; in litres, where the two have no percentage of one equation.

    With their grades, where one of them is too poor to be relied on.
    """
    name = TEST_TYPE[session.test_type]
    if session.position is not Position.SITTING:
        name = spirometry_title(session)
    earlier = [
        (other, found)
        for other, found in every
        if (other.test_type, other.position) == (session.test_type, session.position)
        and other.date < session.date
        and found.best_l is not None
    ]
    then, was = earlier[-1] if earlier else (None, None)
    percents = [one.percent for one in (result, was) if one is not None]
    if None not in percents and (then is None or then.equation == session.equation):
        values, decimals, unit = percents, 1, percent_title(session.test_type)
    else:
        values = [one.best_l for one in (result, was) if one is not None]
        decimals, unit = 2, "L"
    if then is None or len(values) == 1:
        text = _("{name} {value}, the first one")
        said = text.format(name=name, value=number(values[0], decimals, unit))
    else:
        said = _moved(name, values[1], values[0], decimals, unit, _on(then.date, before))
    graded = [one for one in (was, result) if one is not None]
    if all(one.confident for one in graded):
        return said
    return f"{said} ({' → '.join(one.grade_text for one in graded)})"


def _moved(
    name: str, was: float | None, now: float | None, decimals: int, unit: str, since: str = ""
) -> str:
    """“Weight 73.4 → 71.2 kg”; one value that is the same to its last decimal is unchanged."""
    then, value = number(was, decimals), number(now, decimals)
    if then == value:
        text = _("{name} {value} {unit} unchanged{since}")
        return text.format(name=name, value=value, unit=unit, since=since)
    text = _("{name} {was}{since} → {value} {unit}")
    return text.format(name=name, was=then, since=since, value=value, unit=unit)


def _weight(record: PatientRecord, before: Visit, last: Visit) -> Iterator[Line]:
    earlier = [
        visit
        for visit in record.finished_visits
        if visit.date < last.date and visit.weight_kg is not None
    ]
    if last.weight_kg is None:
        if earlier:
            yield Line(text=_("Weight: not entered"), tone="muted")
    elif earlier:
        then = earlier[-1]
        since = _on(then.date, before)
        yield Line(text=_moved(_("Weight"), then.weight_kg, last.weight_kg, 1, "kg", since))
    else:
        value = number(last.weight_kg, 1, "kg")
        yield Line(text=_("{name} {value}, the first one").format(name=_("Weight"), value=value))


def _measured(record: PatientRecord, before: Visit, last: Visit) -> Iterator[Line]:
    for one in record.measurements:
        if one.visit_id != last.id:
            continue
        known = kinds().get(one.kind)
        name = one.kind if known is None else known.short
        earlier = measurement_before(record, one.kind, last.date)
        if one.not_done is not None:
            yield Line(text=f"{name}: {why_not(one.not_done)}", tone="muted")
        elif known is not None and earlier is not None:
            since = _on(earlier[0], before)
            yield Line(text=_measurement_moved(known, earlier[1], one.value, since))
        else:
            value = MISSING if one.value is None else measurement_text(one.kind, one.value)
            yield Line(text=_("{name} {value}, the first one").format(name=name, value=value))


def _measurement_moved(kind: MeasurementKind, was: float, now: float | None, since: str) -> str:
    """In the unit in which the kind is shown."""
    scale = kind.scale
    then, value = scale.shown(was), None if now is None else scale.shown(now)
    return _moved(kind.short, then, value, scale.decimals, scale.unit, since)


# What happened.


def happened(record: PatientRecord, span: Span, visit: Visit | None = None) -> Iterator[Line]:
    """What began or ended in these days, and what was reported at the visit, whenever it began."""
    patient = record.patient
    if patient.reference_on is not None and span.after < patient.reference_on <= span.to:
        event = protocols.of(patient).reference
        yield Line(text=_("{what}, {day}").format(what=event, day=day(patient.reference_on)))
    for one in record.events:
        reported = visit is not None and one.visit_id == visit.id
        if reported or span.may_hold(one.onset):
            tone = "warn" if one.serious else ""
            yield Line(text=_begun(one), tone=tone, tab="events", what=one.id)
        elif span.may_hold(one.ended):
            yield Line(text=_ended(one), tab="events", what=one.id)
    for form in (*with_course(), *happenings()):
        yield from _course(record, form, span)
    told = {(one.turning_point, one.began) for one in record.devices}
    for milestone in record.milestones:
        of_device = (milestone.kind, milestone.happened_on) in told
        if span.may_hold(milestone.happened_on) and not of_device:
            title, when = MILESTONES[milestone.kind], partial_day(milestone.happened_on)
            text = _("{what}, {day}").format(what=title, day=when)
            yield Line(text=text, tab="milestones", what=milestone.id)


def _begun(event: AdverseEvent) -> str:
    said = event_row(event)
    serious = _(", serious") if event.serious else ""
    return _("{term}, grade {grade}{serious}, {day}: {outcome}").format(
        term=event.term,
        grade=event.grade.value,
        serious=serious,
        day=said.onset,
        outcome=said.outcome,
    )


def _ended(event: AdverseEvent) -> str:
    said = event_row(event)
    return _("{term}, grade {grade}, of {day}: {outcome}").format(
        term=event.term, grade=event.grade.value, day=said.onset, outcome=said.outcome
    )


def _course(record: PatientRecord, form: Form, span: Span) -> Iterator[Line]:
    """What began, changed or ended of a form's records: a change is one line, not an end and a beginning."""
    every = record.of_form(form.id)
    changed = {after.id: one for one in every for after in every if changes.follows(one, after)}
    ended_by_change = {one.id for one in changed.values()}
    tab = f"form.{form.id}"
    for one in every:
        if span.may_hold(one.began) and one.id in changed:
            text = _("{before} → {after}, {day}").format(
                before=record_line(changed[one.id]),
                after=record_line(one),
                day=began_text(one),
            )
            yield Line(text=text, tab=tab, what=one.id)
        elif span.may_hold(one.began):
            text = _("New: {what}, {day}")
            said = text.format(what=record_line(one), day=began_text(one))
            yield Line(text=said, tab=tab, what=one.id)
        if span.may_hold(one.ended) and one.id not in ended_by_change and one.ended is not None:
            text = _("Ended: {what}, {day}")
            said = text.format(what=record_line(one), day=partial_day(one.ended))
            yield Line(text=said + _why(one), tab=tab, what=one.id)


def _why(one: FormRecord) -> str:
    """Why it ended, where that was written down."""
    form, course_ = form_of(one), one.course
    if form is None or course_ is None:
        return ""
    said = [str(value) for name in course_.ended_with if (value := one.value(name)) is not None]
    return f" ({', '.join(said)})" if said else ""


def _asked(record: PatientRecord, last: Visit, moved: Collection[str]) -> Iterator[Line]:
    """What the visit asked about and found the same, and what nobody asked; ``moved`` are the tabs of what has changed."""
    answers: dict[str, set[Since]] = {}
    for check in record.checks:
        if check.visit_id == last.id:
            answers.setdefault(check.form, set()).add(check.answer)
    said: dict[str, list[Form]] = {}
    for form in (*with_course(), *happenings()):
        if form.ask and f"form.{form.id}" not in moved:
            said.setdefault(_how_asked(answers.get(form.id, set())), []).append(form)
    words = {
        "all": _("{forms}: asked, nothing new"),
        "part": _("{forms}: asked in part, nothing new is entered"),
        "": _("{forms}: not asked"),
    }
    for how, text in words.items():
        if how in said:
            line = text.format(forms=_titles(said[how]))
            yield Line(text=line, tone="" if how == "all" else "muted")
    if not record.events_of(last):
        events = {
            None: _("Adverse events: not asked"),
            False: _("Adverse events: asked, nothing new"),
            True: _("Adverse events: something new, but no event was entered"),
        }
        text = events[last.new_events]
        yield Line(text=text, tone="muted" if last.new_events is None else "")


def _how_asked(answers: Collection[Since]) -> str:
    """Whether a form was asked about in all, in part, or not at all: without "another one?" it was in part."""
    if not answers:
        return ""
    return "all" if Since.NOTHING_NEW in answers else "part"


def _titles(forms: Sequence[Form]) -> str:
    return ", ".join((forms[0].plural, *(within(one.plural) for one in forms[1:])))
