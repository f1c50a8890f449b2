"""Questions on the records of forms about a patient: which fields there are, and what became of them since.

Such a question is about no visit. Its step is "form.<form>", its field "<record>.<field>", or "<record>" where
it is about the record as a whole.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from core import labels
from core.acts.data_queries import Place
from core.entering import records
from core.forms import catalog, conditions, wording
from core.forms.definition import Form
from core.model.assessment import NotDone
from core.model.data_query import DataQuery
from core.model.form_record import FormRecord, Item
from core.model.ids import RecordId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
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


def is_on_record(place: Place) -> bool:
    """Whether a place is a record of a form about a patient: a question about it is about no visit."""
    return place.step.startswith(f"{records.PLACE}.")


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


def on_form(record: PatientRecord, form: Form) -> tuple[DataQuery, ...]:
    """The questions on a patient's records of a form, and on the parts of them."""
    forms = (form, *catalog.parts_of(form))
    return tuple(query for one in forms for query in of_form(record, one))


def places_on_form(record: PatientRecord, form: Form) -> tuple[Place, ...]:
    """What can be asked about a patient's records of a form, and about the parts of them."""
    forms = (form, *catalog.parts_of(form))
    return tuple(
        place for each in forms for one in record.of_form(each.id) for place in places(one)
    )


def said_then(one: FormRecord, field: str, before: str | None) -> str:
    """What the field said, by the side of an entry of the trail."""
    if before is None:
        return said(one.with_item(field, None), field)
    side: Mapping[str, str | float | None] = json.loads(before)
    reason = side["not_done"]
    value = side["value"]
    item = Item(value=value, not_done=None if reason is None else NotDone(str(reason)))
    return said(one.with_item(field, item), field)


def said(one: FormRecord, field: str) -> str:
    """What a field of a record says now."""
    form = catalog.find(one.form, one.version)
    item, known = one.items.get(field), form.find(field) if form is not None else None
    if item is None:
        return MISSING
    if item.not_done is not None:
        return labels.why_not(item.not_done)
    if form is None or known is None:
        return str(item.value)
    return wording.told(form, known, {name: each.value for name, each in one.items.items()})


def _called(form: Form | None, one: FormRecord) -> str:
    """A record in short, with its start where there may be several: "Medicine: riluzole, from 2025-11"."""
    if form is None:
        return one.form
    name = wording.label_of(form, wording.of_record(form, one))
    if not form.repeats or not name:
        return form.title
    parts = {"form": form.title, "name": name, "day": partial_day(one.began)}
    if form.course is None:
        return _("{form}: {name}").format(**parts)
    return _("{form}: {name}, from {day}").format(**parts)
