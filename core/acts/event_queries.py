"""Questions on adverse events: on what the row of an event says, on its details and on their parts.

Such a question is about no visit: its step is "form.event_details", its field "<event>.<field>", or "<event>" where it is
about the event as a whole. The details of an event have its id, so that this leads to both.
"""

import json

from core.acts import record_queries
from core.acts.data_queries import Place
from core.convert import converter
from core.entering import records
from core.entering.event_saving import all_of
from core.forms import catalog
from core.labels import GRADE, OUTCOME
from core.model import event_details
from core.model.adverse_event import AdverseEvent
from core.model.event_details import FORM
from core.model.form_record import FormRecord
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.words import MISSING, _

STEP = f"{records.PLACE}.{FORM}"


def fields() -> dict[str, str]:
    """What the row of an event says beside its details, by the names that its page has for them."""
    return {
        "term": _("What happened"),
        "coded": _("CTCAE term"),
        "grade": _("Grade"),
        "onset": _("Began"),
        "ended": _("Ended"),
        "outcome": _("Outcome"),
        "note": _("Note"),
    }


def places(record: PatientRecord, event: AdverseEvent) -> tuple[Place, ...]:
    """What can be asked about an event: all of it, and whatever is saved of it."""
    label = _("Adverse event: {term}, {onset}")
    called = label.format(term=event.term, onset=partial_day(event.onset))
    of = event_details.record_id(event.id)
    found = [Place(STEP, of, called)]
    found += [
        Place(STEP, f"{of}.{name}", f"{called} · {title}") for name, title in fields().items()
    ]
    for one in all_of(record, event.id):
        found += [
            Place(place.step, place.field, f"{called} · {_title(one, place)}")
            for place in record_queries.places(one)
            if place.field != of
        ]
    return tuple(found)


def said(event: AdverseEvent, field: str) -> str:
    """What the row of an event says in a field of it."""
    values = {
        "term": event.term,
        "coded": event.coded_term,
        "grade": GRADE[event.grade],
        "onset": partial_day(event.onset),
        "ended": "" if event.ended is None else partial_day(event.ended),
        "outcome": OUTCOME[event.outcome],
        "note": event.note,
    }
    return values[field] or MISSING


def said_then(row: str, field: str) -> str:
    """The same of a row as the trail has it."""
    return said(converter.structure(json.loads(row), AdverseEvent), field)


def _title(one: FormRecord, place: Place) -> str:
    """A field of the details, or of a part of them, with what that is."""
    form = catalog.find(one.form, one.version)
    field = None if form is None else form.find(place.field.partition(".")[2])
    if form is None or one.within is None:
        return place.label if field is None else field.title
    return form.title if field is None else f"{form.title}: {field.title}"
