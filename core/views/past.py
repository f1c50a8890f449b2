"""What of a record is another one today than it was at an earlier moment, and what such a moment is called."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from core.forms import catalog, wording
from core.forms.definition import FieldType, Of
from core.instruments import catalog as instruments
from core.labels import MILESTONES, MODE, ONSET, RESPONDENT, SEX, why_not
from core.laboratory import catalog as laboratory
from core.model.assessment import Answer
from core.model.form_record import FormRecord
from core.model.ids import VisitId
from core.model.measurement import kinds
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.trail import Moment, MomentKind
from core.model.visit import Visit
from core.science.spirometry import evaluate
from core.views.events import event_row
from core.views.laboratory import full_text
from core.views.measurements import measurement_text
from core.views.spirometry import spirometry_title
from core.views.stack import fields
from core.views.stack.fields import WEIGHT
from core.views.trends import role
from core.views.visit_words import named, visit_title
from core.words import MISSING, _, day, instant, number, plural, within

Key = tuple[str, ...]  # of one value, the same in every state of the record


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a record: of what, and what it is. ``points`` are those of a chart that it is part of."""

    what: str
    text: str
    visit: VisitId | None = None
    points: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """A value that was another one, in words; ``visit`` is the one it is of, ``points`` those of a chart."""

    text: str
    visit: VisitId | None = None
    points: tuple[tuple[str, date], ...] = ()


def different(then: PatientRecord, today: PatientRecord) -> tuple[Different, ...]:
    """Every value of ``then`` that is another one today or not there any more, and what its visits were given since."""
    was, is_ = dict(_values(then)), dict(_values(today))
    found = [
        Different(text=_said(value, is_.get(key)), visit=value.visit, points=value.points)
        for key, value in was.items()
        if key not in is_ or is_[key].text != value.text
    ]
    finished = {one.id for one in then.finished_visits}
    found += [
        _added(value) for key, value in is_.items() if key not in was and value.visit in finished
    ]
    return (*found, *_of_records(then, today))


def since_then(then: PatientRecord, today: PatientRecord) -> tuple[str, ...]:
    """What came after the moment: a sentence that counts, then what is about the patient by its name, a line a form."""
    visits = len({one.id for one in today.visits} - {one.id for one in then.visits})
    events = len({one.id for one in today.events} - {one.id for one in then.events})
    known = {one.id for one in then.forms}
    new = [one for one in today.forms if one.id not in known]
    named_ = {
        form.plural: [_called(one) for one in new if one.form == form.id]
        for form in catalog.newest().values()
        if form.of is Of.PATIENT and not form.within and not form.own_page
    }
    named_ = {title: lines for title, lines in named_.items() if lines}
    records = len(new) - sum(len(lines) for lines in named_.values())
    parts = [
        plural(visits, "1 visit", "{n} visits") if visits else "",
        plural(events, "1 adverse event", "{n} adverse events") if events else "",
        plural(records, "1 record of a form", "{n} records of forms") if records else "",
    ]
    what = ", ".join(filter(None, parts))
    told = [_("Entered since then: {what}.").format(what=what)] if what else []
    text = _("New since then, {form}: {what}.")
    told += [
        text.format(form=within(title), what="; ".join(lines)) for title, lines in named_.items()
    ]
    return tuple(told)


def by_visit(found: tuple[Different, ...]) -> Mapping[VisitId | None, int]:
    """How many values of each visit are others today."""
    return Counter(one.visit for one in found)


def moment_text(record: PatientRecord, moment: Moment, names: Mapping[str, str]) -> str:
    """“Month 4 finished, Study nurse, 11 Apr 2026 10:02”"""
    visits = {one.id: one for one in record.visits}
    visit = visits.get(VisitId(moment.visit_id))
    title = MISSING if visit is None else visit_title(record, visit)
    texts = {
        MomentKind.REGISTERED: _("Registered"),
        MomentKind.FINISHED: _("{visit} finished").format(visit=title),
        MomentKind.SIGNED: _("{visit} signed").format(visit=title),
        MomentKind.CORRECTED: _("Corrected"),
    }
    return _("{what}, {who}, {instant}").format(
        what=texts[moment.kind], who=named(names, moment.actor), instant=instant(moment.at)
    )


def _said(was: Value, now: Value | None) -> str:
    if now is None:
        return _("{what}: {was} then, not there today").format(what=was.what, was=was.text)
    return _("{what}: {was} then, {now} today").format(what=was.what, was=was.text, now=now.text)


def _values(record: PatientRecord) -> Iterator[tuple[Key, Value]]:
    yield from _of_patient(record)
    for visit in record.visits:
        if not visit.is_draft:
            yield from _of_visit(record, visit)
    for event in record.events:
        row = event_row(event)
        for name, text in (
            (_("grade"), str(event.grade.value)),
            (_("began"), row.onset),
            (_("outcome"), row.outcome),
            (_("serious"), row.serious),
        ):
            what = _("{event}, {part}").format(event=event.term, part=name)
            yield ("event", event.id, name), Value(what=what, text=text or MISSING)
    for milestone in record.milestones:
        text = partial_day(milestone.happened_on)
        yield ("milestone", milestone.id), Value(what=MILESTONES[milestone.kind], text=text)
    yield from _of_laboratory(record)


def _of_patient(record: PatientRecord) -> Iterator[tuple[Key, Value]]:
    one = record.patient
    facts = {
        _("Sex"): SEX[one.sex],
        _("Born"): day(one.born),
        _("Height"): number(one.height_cm, 0, "cm"),
        _("Onset"): MISSING if one.onset is None else partial_day(one.onset),
        _("Onset region"): ONSET[one.onset_region],
        _("Diagnosis"): MISSING if one.diagnosis is None else partial_day(one.diagnosis),
        _("Day 0"): day(one.reference_on),
    }
    for name, text in facts.items():
        yield ("patient", name), Value(what=name, text=text)


def _of_visit(record: PatientRecord, visit: Visit) -> Iterator[tuple[Key, Value]]:
    title = visit_title(record, visit)

    def value(name: str, text: str, *roles: str) -> Value:
        what = _("{visit}, {part}").format(visit=title, part=name)
        points = tuple((one, visit.date) for one in roles)
        return Value(what=what, text=text, visit=visit.id, points=points)

    yield (visit.id, "day"), value(_("day"), day(visit.date))
    mode = MISSING if visit.mode is None else MODE[visit.mode]
    yield (visit.id, "mode"), value(_("how"), mode)
    by = MISSING if visit.respondent is None else RESPONDENT[visit.respondent]
    yield (visit.id, "respondent"), value(_("answered by"), by)
    if visit.weight_kg is not None:
        yield (visit.id, WEIGHT), value(_("weight"), number(visit.weight_kg, 1, "kg"), WEIGHT)
    for form in record.assessments:
        if form.visit_id == visit.id:
            instrument = instruments.named(form.instrument, form.version)
            for slot, answer in form.answers.items():
                item, domain = instrument.item(answer.item), instrument.domain_of(slot)
                roles = [] if domain is None else [role(instrument, domain)]
                name = f"{item.number} {item.title}"
                said = value(name, _answer(answer), "total", *roles)
                yield (visit.id, form.instrument, slot), said
    for session in record.spirometry:
        if session.visit_id == visit.id and (session.blows or session.not_done is not None):
            found = f"{session.test_type.value}_{session.position.value}"
            best = why_not(session.not_done) if session.not_done is not None else ""
            result = evaluate(session)
            best = best or f"{number(result.best_l, 2, 'L')}, {number(result.percent, 1, '%')}"
            yield (visit.id, found), value(spirometry_title(session), best, found)
    for one in record.measurements:
        if one.visit_id == visit.id:
            text = MISSING if one.value is None else measurement_text(one.kind, one.value)
            text = text if one.not_done is None else why_not(one.not_done)
            known = kinds().get(one.kind)
            name = one.kind if known is None else known.short
            yield (
                (visit.id, "measured", one.kind),
                value(name, text, fields.of_measurement(one.kind)),
            )


def _of_laboratory(record: PatientRecord) -> Iterator[tuple[Key, Value]]:
    drafts = {one.id for one in record.visits if one.is_draft}
    for one in record.laboratory:
        if one.visit_id in drafts:
            continue
        test = laboratory.tests().get(one.test)
        title = one.test if test is None else test.title
        what = _("{test}, sample of {day}").format(test=title, day=day(one.taken_on))
        text = full_text(one)
        points = ((fields.of_test(one.test), one.taken_on),)
        yield ("laboratory", one.id), Value(what=what, text=text, visit=one.visit_id, points=points)


def _of_records(then: PatientRecord, today: PatientRecord) -> Iterator[Different]:
    """What is another value today in a record of a form, and which records are not there any more."""
    drafts, by_id = (
        {one.id for one in then.visits if one.is_draft},
        {one.id: one for one in today.forms},
    )
    for one in then.forms:
        if one.visit_id in drafts:
            continue
        now, was = by_id.get(one.id), dict(_of_record(then, one))
        if now is None:
            what = _named_by_form(one)
            text = _("{what}: entered then, not there today").format(what=what)
            points = tuple(point for value in was.values() for point in value.points)
            yield Different(text=text, visit=one.visit_id, points=points)
            continue
        is_ = dict(_of_record(today, now))
        for key in (*was, *(key for key in is_ if key not in was)):
            if key not in was:
                yield _added(is_[key])
            elif key not in is_ or is_[key].text != was[key].text:
                value = was[key]
                yield Different(
                    text=_said(value, is_.get(key)), visit=value.visit, points=value.points
                )


def _of_record(record: PatientRecord, one: FormRecord) -> Iterator[tuple[Key, Value]]:
    """Every value of a record that somebody entered, by its field."""
    form, name = catalog.find(one.form, one.version), _named_by_form(one)
    if one.not_done is not None:
        yield ("",), Value(what=name, text=why_not(one.not_done), visit=one.visit_id)
    if form is None:
        return
    drawn = fields.of_record(record, one)
    for said in wording.said(form, one):
        if said.field.type is FieldType.DERIVED:
            continue
        what = _("{record}, {field}").format(record=name, field=within(said.field.title))
        text = f"{said.text} ({said.note})" if said.note else said.text
        points = (drawn[said.field.id],) if said.field.id in drawn else ()
        yield (said.field.id,), Value(what=what, text=text, visit=one.visit_id, points=points)


def _named_by_form(one: FormRecord) -> str:
    """Medicine “Riluzole”."""
    form = catalog.find(one.form, one.version)
    if form is None:
        return one.form
    label = wording.label_of(form, {name: item.value for name, item in one.items.items()})
    return _("{form} “{label}”").format(form=form.title, label=label) if label else form.title


def _called(one: FormRecord) -> str:
    form = catalog.find(one.form, one.version)
    return one.form if form is None else wording.called(form, wording.of_record(form, one))


def _added(value: Value) -> Different:
    text = _("{what}: not there then; today {now}").format(what=value.what, now=value.text)
    return Different(text=text, visit=value.visit, points=value.points)


def _answer(answer: Answer) -> str:
    return str(answer.value) if answer.not_done is None else why_not(answer.not_done)
