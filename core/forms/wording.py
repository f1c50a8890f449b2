"""A record of a form in words: one line, and each of its values with its field's title."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core import labels
from core.forms import conditions, derived
from core.forms.definition import Field, FieldType, Form
from core.forms.reading import say, say_in_line
from core.model.form_record import FormRecord, Stored
from core.model.trail import RecordName
from core.words import _

_FIELD = re.compile(r"\{(\w+)")  # that a text names
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Said:
    """One field of a record in words; ``note`` says what was noted beside it, and why it was kept."""

    field: Field
    text: str
    note: str = ""


def values(
    form: Form,
    stored: Mapping[str, Stored | None],
    around: Mapping[str, Stored | None] | None = None,
) -> dict[str, Stored | None]:
    """The stored values with the derived ones, of the fields that are shown; the rest is missing.

    ``around`` is what the record does not hold itself (see `core.forms.around`): without it, what is computed
    from that is missing.
    """
    every = dict(stored)
    known = around or {}

    def read(name: str) -> Stored | None:
        return known.get(name) if "." in name else every.get(name)

    for one in form.fields:
        if one.type is FieldType.DERIVED:
            every[one.id] = derived.FUNCTIONS[one.function](read)
    shown = {one.id for one in conditions.shown(form, every)}
    return {one.id: every.get(one.id) if one.id in shown else None for one in form.fields}


def of_record(
    form: Form, record: FormRecord, around: Mapping[str, Stored | None] | None = None
) -> dict[str, Stored | None]:
    return values(form, {name: item.value for name, item in record.items.items()}, around)


def line(form: Form, record: FormRecord) -> str:
    """A record in one line, as ``row`` of its form says it; what is missing leaves no gap."""
    return worded(form, form.row, of_record(form, record))


def called(form: Form, known: Mapping[str, Stored | None]) -> str:
    """What a record is called where its form is not named beside it: its line, which says what it is.

    What ran is the thing that the line begins with (a device, a medicine). What happened on a day may be told by where
    and how alone: then the form's title goes before it.
    """
    text = worded(form, form.row, known)
    if not text:
        return form.title
    happened = form.course is not None and not form.course.end
    if not happened or _names_itself(form) or form.title.casefold() in text.casefold():
        return text
    return _("{form}: {what}").format(form=form.title, what=text)


def _names_itself(form: Form) -> bool:
    """Whether the line begins with a name (of a procedure)."""
    names = _FIELD.findall(form.row)
    return bool(names) and form.field(names[0]).type in {FieldType.TERM, FieldType.TEXT}


def worded(form: Form, text: str, known: Mapping[str, Stored | None]) -> str:
    """A text of the definition with the values of the fields that it names in braces.

    What is in square brackets is said only where one of its fields has a value: "{kind}[, version “{version}”]".
    """
    text = _OPTIONAL.sub(lambda part: _where_known(part[1], known), text)
    said = {
        one.id: "" if known.get(one.id) is None else _told(form, one, known, say_in_line)
        for one in form.fields
        if f"{{{one.id}" in text
    }
    plain = " ".join(text.format(**said).split())
    return plain.replace(" ,", ",").replace(":,", ",").strip(" ,:")


def _where_known(part: str, known: Mapping[str, Stored | None]) -> str:
    return part if any(known.get(name) is not None for name in _FIELD.findall(part)) else ""


def told(form: Form, one: Field, known: Mapping[str, Stored | None]) -> str:
    """The value of a field in words; with the unit that another field says, where one does."""
    return _told(form, one, known, say)


def _told(
    form: Form,
    one: Field,
    known: Mapping[str, Stored | None],
    say_it: Callable[[Field, Stored | None], str],
) -> str:
    value = known.get(one.id)
    text = say_it(one, value)
    unit = known.get(one.unit_from) if one.unit_from else None
    if value is None or unit is None:
        return text
    return f"{text} {say(form.field(one.unit_from), unit)}"


def label_of(form: Form, items: Mapping[str, Stored | None]) -> str:
    """What a record is called in short: its first required value, else its first one at all."""
    given = [one for one in form.stored if items.get(one.id) is not None]
    first = next((one for one in given if one.required), given[0] if given else None)
    return "" if first is None else told(form, first, items)


def record_name(record: FormRecord) -> RecordName:
    """What entries of the trail call a record by."""
    values = {name: item.value for name, item in record.items.items()}
    return RecordName(form=record.form, version=record.version, values=values)


def said(
    form: Form, record: FormRecord, around: Mapping[str, Stored | None] | None = None
) -> tuple[Said, ...]:
    """Every field that is shown and has a value, or a reason for none, in the order of the form.

    What is only the unit of another field is said with that one.
    """
    known = of_record(form, record, around)
    found = []
    units = {one.unit_from for one in form.fields if known.get(one.id) is not None}
    for one in conditions.shown(form, known):
        if one.id in units:
            continue
        item = record.items.get(one.id)
        if item is not None and item.not_done is not None:
            text = labels.why_not(item.not_done)
        elif known[one.id] is not None:
            text = told(form, one, known)
        else:
            continue
        notes = () if item is None else filter(None, (item.note, item.kept))
        found.append(Said(one, text, "; ".join(notes)))
    return tuple(found)
