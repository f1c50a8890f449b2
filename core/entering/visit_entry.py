"""What is typed at a visit: to a value, or to the sentence that says why it is none."""

from datetime import date

from core import clock, entry
from core.entry import Problem
from core.laboratory import catalog as laboratory
from core.laboratory.reading import read as read_result
from core.model import gas_pressure
from core.model.ids import VisitId
from core.model.measurement import MeasurementKind, kinds
from core.model.nouns import LABORATORY
from core.model.record import PatientRecord
from core.model.spirometry import TestType
from core.model.vital_status import VITAL_STATUS
from core.protocols import catalog as protocols
from core.words import _, day

DEVICE_PERCENT = (1, 249)  # what the file takes
CONSENT = "consent"  # the task of a protocol that comes before everything else


def check_visit_date(
    record: PatientRecord, on: date, visit_id: VisitId | None = None
) -> Problem | None:
    """Hard stops on a visit's date (plausibility rule P12); ``visit_id`` is the visit, once it was begun."""
    patient = record.patient
    if on > clock.today():
        return Problem(_("The visit's date is in the future. Enter the day it took place."))
    if patient.born is not None and on < patient.born:
        return Problem(_("The visit's date is before the date of birth. Check both."))
    if patient.onset is not None and on < patient.onset.first:
        return Problem(_("The visit's date is before the onset of the disease. Check both."))
    died_on = record.died_on
    if died_on is not None and on > died_on.last and not _tells_of_life(record, visit_id):
        return Problem(_("The visit's date is after the recorded death. Check both."))
    consent = _consent_of_another_visit(record, visit_id)
    if consent is not None and on < consent:
        text = _("The visit's date is before the informed consent of {day}. Check both.")
        return Problem(text.format(day=day(consent)))
    return None


def _tells_of_life(record: PatientRecord, visit_id: VisitId | None) -> bool:
    """Whether the visit is the one at which it was asked whether the patient is alive: it may be after the death."""
    mine = (one.visit_id for one in record.of_form(VITAL_STATUS))
    return visit_id is not None and visit_id in mine


def read_visit_date(
    record: PatientRecord, text: str, visit_id: VisitId | None = None
) -> date | Problem:
    """The day of a visit as it was typed; a Problem where no visit can have taken place then."""
    on = entry.day(text)
    if on is None:
        return Problem(_("Enter the day of the visit."))
    return on if isinstance(on, Problem) else check_visit_date(record, on, visit_id) or on


def read_weight(text: str) -> float | Problem | None:
    """Body weight in kg."""
    return entry.number(text, 20, 250, "kg")


def read_paper_day(text: str) -> date | Problem | None:
    """The day on which a paper form was filled in."""
    value = entry.day(text)
    if isinstance(value, date) and value > clock.today():
        return Problem(_("This day is in the future. Enter the day it was filled in."))
    return value


def read_measurement(
    kind: MeasurementKind, text: str, stored: float | None = None
) -> float | Problem | None:
    """What was typed for a kind of measurement, as it is stored; with more decimals than it has, a Problem.

    ``stored`` is the value that is there: a text that shows it is that value, in whatever unit it was typed.
    """
    scale = kind.scale
    if stored is not None and text.strip() == scale.text(stored):
        return stored
    if kind.gas:
        text, scale = gas_pressure.split(text, scale)
    value = entry.number(text, *scale.bounds(kind.low, kind.high), scale.unit)
    if not isinstance(value, float):
        return value
    if round(value, scale.decimals) == value:
        return scale.stored(value)
    if not scale.decimals:
        message = _("“{text}” is not a whole number. Type it without decimals.")
    else:
        message = _("“{text}” has too many decimals. Type {n} at most.")
    return Problem(message.format(text=text.strip(), n=scale.decimals))


def check_fev1(fev1_ml: int, volume_ml: int | None, test_type: TestType) -> Problem | None:
    """Whether an FEV1 can belong to its blow: it is a part of the volume of that forced blow."""
    if test_type is TestType.SVC:
        return Problem(_("A slow blow has no FEV1: clear it, or choose FVC."))
    if volume_ml is None:
        return Problem(_("There is an FEV1 but no FVC: enter the FVC, or clear the FEV1."))
    if fev1_ml > volume_ml:
        return Problem(_("The FEV1 is larger than the FVC of the same blow: check both."))
    return None


def _consent_of_another_visit(record: PatientRecord, visit_id: VisitId | None) -> date | None:
    """The first day on which consent was given; None where this visit has it, or the protocol asks for none."""
    if protocols.of(record.patient).task(CONSENT) is None:
        return None
    given = {result.visit_id for result in record.tasks if result.task == CONSENT and result.done}
    if visit_id in given:
        return None
    return min((visit.date for visit in record.visits if visit.id in given), default=None)


def why_no_value(record: PatientRecord, visit_id: VisitId, field: str, text: str) -> str:
    """Why a typed text is no value, in the sentence that stands under its field."""
    parts = field.split(".")
    value: object = None
    if field == "details.date":
        value = read_visit_date(record, text, visit_id)
    elif field == "details.weight":
        value = read_weight(text)
    elif field == "details.paper_on":
        value = read_paper_day(text)
    elif parts[0] == "measurement":
        value = read_measurement(kinds()[parts[2]], text)
    elif parts[0] == LABORATORY and parts[-1] in laboratory.tests():
        value = read_result(laboratory.tests()[parts[-1]], text)
    elif "blow" in parts:
        value = entry.litres(text)
    elif parts[-1] == "height":
        value = entry.number(text, 50, 250, "cm")
    elif parts[-1] == "device_percent":
        value = entry.number(text, *DEVICE_PERCENT, "%")
    if not isinstance(value, Problem):
        return _("“{text}” was typed and is not saved: fix it or clear it.").format(text=text)
    return value.message if text in value.message else f"“{text}”: {value.message}"
