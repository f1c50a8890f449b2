"""The records of a form as a table, and its codebook: what each column is, in which unit, with which codes."""

from collections.abc import Sequence

from core.exports import table_csv
from core.exports.form_frame import columns, rows
from core.forms import catalog
from core.forms.definition import Field, FieldType, Form
from core.model.document import OfDefinition, OfForm


def document(source: OfForm) -> bytes:
    """One patient's records of the form that was chosen, with everything that was entered within the consent."""
    form = catalog.newest()[source.choice]
    every = rows(form, [source.record], identified=True)
    return table_csv.render(columns(form, identified=True), [_texts(row) for row in every])


def codebook(source: OfDefinition) -> bytes:
    """What every column of that table means."""
    form = catalog.newest()[source.choice]
    titles = (
        "field",
        "title",
        "type",
        "unit",
        "range",
        "choices",
        "required",
        "identifies",
        "cdisc",
    )
    return table_csv.render(titles, [_described(form, one) for one in form.fields])


def _texts(row: Sequence[object]) -> list[str]:
    return [
        "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        for value in row
    ]


def _described(form: Form, one: Field) -> list[str]:
    low, high = ("" if edge is None else f"{edge:g}" for edge in (one.low, one.high))
    variable = f"{form.domain}.{one.sdtm}" if form.domain and one.sdtm else one.sdtm
    choices = "; ".join(
        f"{choice.id} = {choice.text}" + (f" ({choice.code})" if choice.code else "")
        for choice in one.choices
    )
    if one.type is FieldType.YES_NO:
        choices = "1 = yes; 0 = no"
    return [
        one.id,
        one.title,
        one.type.value,
        one.unit or one.unit_from,
        f"{low} to {high}" if low or high else "",
        choices,
        "yes" if one.required else "",
        one.identifies.value,
        variable,
    ]
