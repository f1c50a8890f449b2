"""Results as a laboratory could have sent them."""

from datetime import UTC, date, datetime

from core.laboratory import catalog
from core.laboratory.reading import Typed, read
from core.model.ids import PatientId
from core.model.laboratory import LabResult
from core.model.patient import Sex

DAY = date(2026, 11, 28)
ENTERED = datetime(2026, 11, 28, 9, tzinfo=UTC)


def a_result(test, text, low=None, high=None, unit="", **given):
    """What is stored of a typed text; ``low`` and ``high`` are in the test's own unit."""
    typed = read(catalog.tests()[test], text, unit)
    assert isinstance(typed, Typed), typed
    fields = {
        "patient_id": PatientId("p1"),
        "test": test,
        "taken_on": DAY,
        "comparator": typed.comparator,
        "value": typed.value,
        "unit": catalog.tests()[test].unit,
        "choice": typed.choice,
        "typed": typed.typed,
        "typed_unit": typed.typed_unit,
        "low": low,
        "high": high,
        "sex": Sex.MALE,
        "laboratory": "University hospital",
        "entered_by": "nurse",
        "entered_at": ENTERED,
    }
    return LabResult(**(fields | given))
