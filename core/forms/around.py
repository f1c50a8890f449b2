"""What a record of a form does not hold itself and what is computed from it may need: names with a point.

"patient.…" and "visit.…" are named below, "setting.…" are the clinic's thresholds, and "infusion.start" is a value
of another form of the same visit that has one record there.
"""

from collections import Counter
from datetime import date

from core.model.form_record import Stored
from core.model.ids import VisitId
from core.model.patient import Patient
from core.model.record import PatientRecord


def of_visit(record: PatientRecord, visit_id: VisitId | None) -> dict[str, Stored | None]:
    """Everything round a record of this visit; of a form of the patient (None) what is known today."""
    known: dict[str, Stored | None] = {
        f"setting.{name}": value for name, value in record.thresholds.items()
    }
    if visit_id is None:
        return known
    visit = record.visit(visit_id)
    youngest, oldest = ages(record.patient, visit.date)
    known |= {
        "patient.youngest": youngest,
        "patient.oldest": oldest,
        "patient.weight": _last_weight(record, visit_id),
        "visit.date": visit.date.isoformat(),
    }
    mine = [one for one in record.forms if one.visit_id == visit_id and one.not_done is None]
    several = Counter(one.form for one in mine)
    for one in mine:
        if several[one.form] == 1:
            known |= {f"{one.form}.{name}": item.value for name, item in one.items.items()}
    return known


def ages(patient: Patient, on: date) -> tuple[float | None, float | None]:
    """The least and the greatest age in years that a patient can have on a day; of a stated age both its ends.

    An age in whole years that was stated is true for a year: from then on it grows with the days since.
    """
    if patient.born is not None:
        years = (on - patient.born).days / 365.25
        return years, years
    if patient.stated_age_years is None:
        return None, None
    since = (on - patient.stated_on).days / 365.25 if patient.stated_on is not None else 0.0
    return patient.stated_age_years + since, patient.stated_age_years + 1 + since


def _last_weight(record: PatientRecord, visit_id: VisitId) -> float | None:
    """The last weight of an earlier visit, in kg; else that of this one."""
    now = record.visit(visit_id)
    earlier = {
        one.date: one.weight_kg
        for one in record.visits
        if one.id != visit_id and one.date <= now.date and one.weight_kg is not None
    }
    return earlier[max(earlier)] if earlier else now.weight_kg
