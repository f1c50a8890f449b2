"""The records that a field of a form can name."""

from core.forms import catalog, wording
from core.forms.definition import Form
from core.model.record import PatientRecord


def referred(form: Form, record: PatientRecord | None) -> dict[str, dict[str, str]]:
    """In one line each, by form and id."""
    named = {one.form for one in form.fields if one.form}
    return {
        name: {one.id: wording.line(known, one) for one in record.of_form(name)}
        for name, known in catalog.newest().items()
        if record is not None and name in named
    }
