"""Which forms a patient's record has, and how much of each is recorded."""

from core.forms.definition import Form, Of
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord
from core.protocols.definition import Protocol


def of_visits(record: PatientRecord, protocol: Protocol) -> frozenset[str]:
    """The forms that some visit of the schedule asks for, or that some visit has already."""
    every = (*(kind.assessments for kind in protocol.visits), protocol.unscheduled)
    asked = {name for names in every for name in protocol.without_tasks(names)}
    return frozenset(asked | {one.form for one in record.forms if one.visit_id is not None})


def recorded(record: PatientRecord, form: Form) -> tuple[int, PartialDate | None]:
    """How many records there are, and the newest day of one: that of its visit, or on which it began.

    What was not done at a visit is no record. A form that says no day of its own has none.
    """
    mine = [one for one in record.of_form(form.id) if one.not_done is None]
    if form.of is Of.VISIT:
        days = {visit.id: PartialDate.of(visit.date) for visit in record.visits}
        dated = [days[one.visit_id] for one in mine if one.visit_id in days]
    else:
        dated = [one.began for one in mine if one.course is not None]
    return len(mine), max(dated, default=None)
