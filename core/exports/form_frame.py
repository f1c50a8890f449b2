"""The records of a form as rows and as a pandas frame: a column a field, typed, with why a value is missing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.findings import consent
from core.forms import around, wording
from core.forms.definition import Field, FieldType, Form, Identifies
from core.forms.reading import say
from core.model.form_record import FormRecord, Stored
from core.model.record import PatientRecord

if TYPE_CHECKING:
    import pandas

HEAD = ("record_number", "record", "visit", "entered_at")  # of an identified table
_HEAD_WITHOUT = ("patient",)  # a number that is of this table alone
WITHIN = "within"  # of a form of parts: the record that it belongs to
_DTYPES = {
    FieldType.NUMBER: "Float64",
    FieldType.DERIVED: "Float64",
    FieldType.INTEGER: "Int64",
    FieldType.YES_NO: "boolean",
}
Cell = str | int | float | None


def fields_of(form: Form, *, identified: bool) -> tuple[Field, ...]:
    """The columns that may be there: de-identified, only what the definition says gives nothing away, and no file."""
    return tuple(
        one
        for one in form.fields
        if identified
        or (
            one.identifies is Identifies.NO
            and one.type is not FieldType.FILE
            and not form.of_others
        )
    )


def columns(form: Form, *, identified: bool) -> tuple[str, ...]:
    head = HEAD if identified else _HEAD_WITHOUT
    if form.within:
        head = (*head, WITHIN)
    names = [one.id for one in fields_of(form, identified=identified)]
    return (*head, *names, *(f"{name}_not_done" for name in names))


def rows(
    form: Form, records: Iterable[PatientRecord], *, identified: bool = False
) -> list[tuple[Cell, ...]]:
    """One row a record, in the order of the patients and of what was entered; a missing value is None.

    Choices are their ids, yes and no 1 and 0, dates ISO texts. Nothing leaves of a visit outside the consent. De-identified, no date leaves, and patients are
    numbered as they come. A part names the record that it belongs to by its id; de-identified, by which of the
    patient's records of that form it is, from 1.
    """
    shown = fields_of(form, identified=identified)
    found = []
    for number, every in enumerate(records, start=1):
        record = consent.for_export(every)[0]
        for one in record.of_form(form.id):
            head: tuple[Cell, ...] = (number,)
            if identified:
                head = (
                    record.patient.record_number,
                    one.id,
                    one.visit_id,
                    one.entered_at.isoformat(),
                )
            if form.within:
                head = (*head, _parent(record, one, form.within, identified=identified))
            outside = around.of_visit(record, one.visit_id)
            found.append((*head, *_cells(form, shown, one, outside)))
    return found


def _parent(record: PatientRecord, one: FormRecord, form: str, *, identified: bool) -> Cell:
    if identified or one.within is None:
        return one.within
    every = [each.id for each in record.of_form(form)]
    return every.index(one.within) + 1 if one.within in every else None


def _cells(
    form: Form,
    shown: Sequence[Field],
    one: FormRecord,
    outside: Mapping[str, Stored | None],
) -> tuple[Cell, ...]:
    known: dict[str, Stored | None] = wording.of_record(form, one, outside)
    reasons = [
        None
        if (item := one.items.get(field.id)) is None or item.not_done is None
        else item.not_done.value
        for field in shown
    ]
    return (*(_cell(field, known[field.id]) for field in shown), *reasons)


def _cell(field: Field, value: Stored | None) -> Cell:
    """The value as it is stored; of a file that is attached its name."""
    return say(field, value) if field.type is FieldType.FILE and value is not None else value


def frame(
    form: Form, records: Iterable[PatientRecord], *, identified: bool = False
) -> "pandas.DataFrame":
    """The same as a frame: numbers Float64, whole numbers Int64, yes and no boolean, choices category, else string."""
    import pandas as pd

    names = columns(form, identified=identified)
    made = pd.DataFrame(
        rows(form, records, identified=identified), columns=list(names), dtype=object
    )
    kinds = {one.id: _dtype(one) for one in fields_of(form, identified=identified)}
    numbered = {"patient": "Int64"} if identified else {"patient": "Int64", WITHIN: "Int64"}
    return made.astype({name: kinds.get(name) or numbered.get(name, "string") for name in names})


def _dtype(one: Field) -> Any:
    import pandas as pd

    if one.type is FieldType.CHOICE:
        return pd.CategoricalDtype([choice.id for choice in one.choices])
    return _DTYPES.get(one.type, "string")
