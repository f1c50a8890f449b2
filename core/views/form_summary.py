"""What a visit's summary says of the forms that are data: what ran then, what ended, what the visit's own hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.forms import around, catalog, wording
from core.forms.definition import FieldType, Form, Of
from core.labels import NOT_DONE, SINCE, why_not
from core.model import conclusion
from core.model.form_record import FormRecord, Since
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.views import infusion_day
from core.views.fact import Fact
from core.words import _, day, within


@dataclass(frozen=True, slots=True)
class RecordGroup:
    """One form: its title, and a fact for each record, or for each value where it has one record."""

    title: str
    facts: tuple[Fact, ...]


def record_groups(record: PatientRecord, visit: Visit) -> tuple[RecordGroup, ...]:
    """Of a record as it was known at a visit: every form that says something there, in their order, but no conclusion."""
    found: list[RecordGroup] = []
    lines: list[Fact] = []  # of the brief forms of the visit: all of them are one group
    silent: list[str] = []  # of what was asked about and there is none: one line of all of them
    for form in catalog.newest().values():
        if form.id == infusion_day.FORMS[0] and (day_of := infusion_day.facts(record, visit.id)):
            found.append(RecordGroup(_("Infusion"), day_of))
        if form.id == conclusion.FORM or form.own_page or form.id in infusion_day.FORMS:
            continue  # it has a place of its own
        of_visit = form.of is Of.VISIT
        facts = _visit_facts(record, visit, form.id) if of_visit else _facts(record, visit, form)
        if of_visit and form.brief:
            lines += facts
        elif facts:
            found.append(RecordGroup(form.plural, facts))
        elif _asked_in_vain(record, visit, form):
            silent.append(form.plural if not silent else within(form.plural))
    if silent:
        asked = _("asked on {day}").format(day=day(visit.date))
        found.append(RecordGroup(_("None"), (Fact(", ".join(silent), asked),)))
    if lines:
        found.append(RecordGroup(_("Examined"), tuple(lines)))
    return tuple(found)


def _asked_in_vain(record: PatientRecord, visit: Visit, form: Form) -> bool:
    """Whether the visit asked for another one of a form and was told that there is none."""
    return any(
        (one.visit_id, one.form, one.record_id, one.answer)
        == (visit.id, form.id, "", Since.NOTHING_NEW)
        for one in record.checks
    )


def _visit_facts(record: PatientRecord, visit: Visit, form: str) -> tuple[Fact, ...]:
    mine = [one for one in record.of_form(form) if one.visit_id == visit.id]
    return tuple(fact for one in mine for fact in _in_short(record, one))


def _in_short(record: PatientRecord, one: FormRecord) -> tuple[Fact, ...]:
    """Every value; of a brief form its line, and what had to be written in words: a finding."""
    form = catalog.find(one.form, one.version)
    if form is None or not catalog.newest()[form.id].brief:
        return value_facts(record, one)
    if one.not_done is not None:
        return (Fact(form.title, why_not(one.not_done)),)
    words = {FieldType.TEXT, FieldType.LONG_TEXT}
    found = (said for said in wording.said(form, one) if said.field.required)
    written = [Fact(said.field.title, said.text) for said in found if said.field.type in words]
    return (Fact(form.title, wording.line(form, one)), *written)


def value_facts(record: PatientRecord, one: FormRecord) -> tuple[Fact, ...]:
    """Every value of a record with its title."""
    form = catalog.find(one.form, one.version)
    if one.not_done is not None:
        return (Fact(_("Not done"), NOT_DONE[one.not_done]),)
    if form is None:
        text = _("version {version}, which this program does not have").format(version=one.version)
        return (Fact(one.form, text),)
    return tuple(
        Fact(said.field.title, f"{said.text} ({said.note})" if said.note else said.text)
        for said in wording.said(form, one, around.of_visit(record, one.visit_id))
    )


def _facts(record: PatientRecord, visit: Visit, form: Form) -> tuple[Fact, ...]:
    every = record.of_form(form.id)
    if form.brief and not form.repeats:
        return tuple(Fact(form.title, _name(one)) for one in every)
    if not form.repeats:
        return tuple(fact for one in every for fact in value_facts(record, one))
    before = record.visit_before(visit)
    answers: Mapping[str, Since] = {
        one.record_id: one.answer
        for one in record.checks
        if one.visit_id == visit.id and one.form == form.id
    }
    found = []
    for one in sorted(every, key=lambda each: each.began):
        ended = one.ended
        over = ended is None or (before is not None and ended.last <= before.date)
        if not one.runs and over:
            continue  # it ended before, and an earlier summary says so
        if before is not None and one.is_moment and _told_before(one, before):
            continue
        found.append(Fact(_name_within(record, one), _course(one, answers.get(one.id))))
    if found and answers.get("") is Since.NOTHING_NEW:
        found.append(Fact(_("since then"), SINCE[Since.NOTHING_NEW]))
    return tuple(found)


def _told_before(one: FormRecord, before: Visit) -> bool:
    """Whether it had happened, and was known, at the visit before: its summary says so."""
    return one.began.last <= before.date and not one.entered_after(before)


def _name(one: FormRecord) -> str:
    form = catalog.find(one.form, one.version)
    return one.form if form is None else wording.line(form, one)


def _name_within(record: PatientRecord, one: FormRecord) -> str:
    """Of a part, with what it belongs to before it."""
    parent = None if one.within is None else record.form_record(one.within)
    return _name(one) if parent is None else f"{_name(parent)} – {_name(one)}"


def _course(one: FormRecord, answer: Since | None) -> str:
    """From when to when, why it ended, and what was said of it at this visit."""
    began = partial_day(one.began)
    parts = [began if one.is_moment else _("since {day}").format(day=began)]
    if not one.runs:
        parts.append(_("until {day}").format(day=partial_day(one.ended)))
    form = catalog.find(one.form, one.version)
    if form is not None and form.course is not None:
        known = wording.of_record(form, one)
        names = [name for name in form.course.ended_with if known.get(name) is not None]
        parts += [wording.told(form, form.field(name), known) for name in names]
        kept = [item.kept for item in one.items.values() if item.kept]
        parts += [_("kept: {why}").format(why=why) for why in kept]
    if answer is not None:
        parts.append(SINCE[answer])
    return ", ".join(parts)
