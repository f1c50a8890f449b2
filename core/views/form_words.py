"""Entries of the trail about records of forms that are data, in words."""

from collections.abc import Mapping
from typing import Any

from core.forms import catalog, wording
from core.forms.definition import Form
from core.labels import SINCE, why_not
from core.model.assessment import NotDone
from core.model.form_record import Since
from core.model.trail import Names, RecordName
from core.words import MISSING, _

Row = Mapping[str, Any]


def form_title(id: str, version: str = "") -> str:
    form = catalog.find(id, version) or catalog.newest().get(id)
    return id if form is None else form.title


def record_title(row: Row, names: Names) -> str:
    """What a record is: its form, and what it is called in short."""
    return _of_record(str(row["id"]), names) or form_title(row["form"], row["version"])


def item_title(row: Row, names: Names) -> str:
    """The field of a record: Medicine “Riluzole”, single dose."""
    form = _form(names.records.get(row["record_id"]))
    field = None if form is None else form.find(row["field"])
    title = row["field"] if field is None else field.title
    record = _of_record(row["record_id"], names) or _("a record that was removed")
    return _("{record}, {field}").format(record=record, field=title)


def item_value(value: Any, row: Row, names: Names) -> str:
    if value is None:
        return MISSING if row["not_done"] is None else why_not(NotDone(row["not_done"]))
    known = names.records.get(row["record_id"])
    form = _form(known)
    field = None if form is None else form.find(row["field"])
    if known is None or form is None or field is None:
        return str(value)
    return wording.told(form, field, {**known.values, field.id: value})


def check_title(row: Row, names: Names) -> str:
    """What was asked at a visit: about one record, or whether there is another."""
    if row["record_id"]:
        return _of_record(row["record_id"], names) or _("a record that was removed")
    form = catalog.newest().get(row["form"])
    return row["form"] if form is None else form.ask or form.plural


def check_answer(value: Any, _row: Row, _names: Names) -> str:
    return MISSING if value is None else SINCE[Since(value)]


def _of_record(id: str, names: Names) -> str:
    known = names.records.get(id)
    if known is None:
        return ""
    form, title = _form(known), form_title(known.form, known.version)
    label = "" if form is None else wording.label_of(form, known.values)
    return _("{form} “{label}”").format(form=title, label=label) if label else title


def _form(known: RecordName | None) -> Form | None:
    """The version of the form that a record was entered with; None where this program does not have it."""
    return None if known is None else catalog.find(known.form, known.version)
