"""The laboratory results of a simulated patient: the values of a table, and a rise of ALT on riluzole in one of them."""

import random
from dataclasses import replace
from datetime import date, timedelta

from core.commands.simulated import rows
from core.entering.laboratory import Sample, Sheet
from core.entry import Problem
from core.laboratory import catalog
from core.laboratory.definition import Test
from core.model.laboratory import Laboratory, ReferenceRange
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.session import Session

LABORATORY = Laboratory(name="University hospital (demonstration)")
_RISING = {
    12: {"SCR": 38, "M2": 61, "M4": 84, "M6": 132, "M12": 58}
}  # ALT in U/L, by patient and visit
_SCREENING = "SCR"
_ENTERED = timedelta(minutes=30)  # after the visit began


def references(valid_from: date) -> tuple[ReferenceRange, ...]:
    """What the laboratory of the demonstration calls normal, for everybody."""
    return tuple(
        ReferenceRange(
            laboratory_id=LABORATORY.id,
            test=row["test"],
            unit=row["unit"],
            low=float(row["low"]) if row["low"] else None,
            high=float(row["high"]) if row["high"] else None,
            valid_from=valid_from,
        )
        for row in rows("laboratory.csv")
    )


def save(session: Session, patient: Patient, visit: Visit, number: int) -> None:
    """The sample of one visit: what the table says, at the screening also virology, serology and urine."""
    chance = random.Random(f"{number} {visit.code}")
    sheet = Sheet(
        PatientRecord(patient=patient),
        Sample(visit_id=visit.id, taken_on=visit.date, laboratory=LABORATORY),
        session.reference_ranges.all(),
        visit.rater,
    )
    typical = {row["test"]: row for row in rows("laboratory.csv")}
    panels = catalog.asked_tests((), screening=visit.code == _SCREENING)
    for test in (catalog.tests()[name] for _panel, names in panels for name in names):
        if (row := typical.get(test.id)) is not None:
            value = chance.gauss(float(row["mean"]), float(row["spread"]))
            if test.id == "alt":
                value = _RISING.get(number, {}).get(visit.code or "", value)
            text, unit = f"{value:.{test.decimals}f}", row["unit"]
        else:
            text, unit = _nothing_found(test), ""
        result = sheet.result(test, text, unit=unit, keep=True)
        if result is None or isinstance(result, Problem):
            raise ValueError(f"{text} is no result of {test.id}: {result}")
        session.lab_results.save(replace(result, entered_at=visit.started_at + _ENTERED))


def _nothing_found(test: Test) -> str:
    """The answer of a test without a number where nothing is found: it is the first of its list."""
    return catalog.answers_of(test)[0].title
