"""Questions on the records of forms about a patient: which fields there are, and what became of them since.

Such a question is about no visit. Its step is "form.<form>", its field "<record>.<field>", or "<record>" where
it is about the record as a whole.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core import labels
from core.acts.data_queries import Place
from core.entering import records
from core.forms import catalog, conditions, wording
from core.forms.definition import Form
from core.model.assessment import NotDone
from core.model.data_query import DataQuery
from core.model.form_record import FormRecord, Item
from core.model.ids import QueryId, RecordId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.session import Session
from core.words import MISSING, _


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field of a record; with no ``field`` the record as a whole."""

    form: str
    record: RecordId
    field: str = ""

    @property
    def name(self) -> str:
        """What leads to it on the tab of its form."""
        return f"{self.record}.{self.field}" if self.field else self.record


def about(query: DataQuery) -> RecordField | None:
    """The field that a question is about; None where it is about no record of a form."""
    kind, dot, form = query.step.partition(".")
    if query.visit_id is not None or kind != records.PLACE or not dot:
        return None
    record, _dot, field = query.field.partition(".")
    return RecordField(form, RecordId(record), field)


def of_form(record: PatientRecord, form: Form) -> tuple[DataQuery, ...]:
    """The questions on a patient's records of a form, those on removed ones too."""
    step = records.place_of(form)
    return tuple(one for one in record.queries if one.visit_id is None and one.step == step)


def places(one: FormRecord) -> tuple[Place, ...]:
    """What can be asked about a record: all of it, and each of its fields that is shown."""
    form = catalog.find(one.form, one.version)
    step = f"{records.PLACE}.{one.form}"
    called = _called(form, one)
    found = [Place(step, one.id, called)]
    if form is not None:
        for field in conditions.shown(form, wording.of_record(form, one)):
            if field.is_stored:
                label = f"{called} · {field.title}"
                found.append(Place(step, f"{one.id}.{field.id}", label))
    return tuple(found)


def removed(record: PatientRecord, queries: Iterable[DataQuery]) -> frozenset[QueryId]:
    """The questions whose record is not in the file any more: they lead nowhere."""
    named = ((query, about(query)) for query in queries)
    return frozenset(
        query.id
        for query, where in named
        if where is not None and record.form_record(where.record) is None
    )


def remarks(
    session: Session, record: PatientRecord, queries: Iterable[DataQuery]
) -> dict[QueryId, str]:
    """What became of the value or the record of each question since it was asked; without those of which nothing did."""
    asked = [(query, where) for query in queries if (where := about(query)) is not None]
    if not asked:
        return {}
    since = min(query.opened_at for query, _where in asked)
    patient_id = record.patient.id
    changes = session.trail.entries(patient_id=patient_id, entity="item", since=since)
    found = {}
    for query, where in asked:
        one = record.form_record(where.record)
        if one is None:
            found[query.id] = _("The record was removed.")
            continue
        row = f"{where.record}/{where.field}"
        mine = [entry for entry in changes if entry.row == row and entry.at >= query.opened_at]
        if mine:
            before, now = _then(one, where.field, mine[-1].before), _said(one, where.field)
            if before != now:
                words = _("Changed since it was asked: {before} → {now}")
                found[query.id] = words.format(before=before, now=now)
    return found


def _called(form: Form | None, one: FormRecord) -> str:
    """A record in short, with its start where there may be several: "Medicine: riluzole, from 2025-11"."""
    if form is None:
        return one.form
    name = wording.label_of(form, wording.of_record(form, one))
    if not form.repeats or not name:
        return form.title
    said = {"form": form.title, "name": name, "day": partial_day(one.began)}
    if form.course is None:
        return _("{form}: {name}").format(**said)
    return _("{form}: {name}, from {day}").format(**said)


def _then(one: FormRecord, field: str, before: str | None) -> str:
    """What the field said, by the side of an entry of the trail."""
    if before is None:
        return _said(one.with_item(field, None), field)
    side: Mapping[str, str | float | None] = json.loads(before)
    reason = side["not_done"]
    value = side["value"]
    item = Item(value=value, not_done=None if reason is None else NotDone(str(reason)))
    return _said(one.with_item(field, item), field)


def _said(one: FormRecord, field: str) -> str:
    form = catalog.find(one.form, one.version)
    item, known = one.items.get(field), form.find(field) if form is not None else None
    if item is None:
        return MISSING
    if item.not_done is not None:
        return labels.why_not(item.not_done)
    if form is None or known is None:
        return str(item.value)
    return wording.told(form, known, {name: each.value for name, each in one.items.items()})
