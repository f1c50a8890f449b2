"""What a table says that can hardly be meant: asked about by name, never taken in silence and never repaired."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Patient
from core.words import _, day, number

# What spreadsheets and databases write where a date is empty.
EMPTY_DATES = {
    *(date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1)),
    *(date(1970, 1, 1), date(1980, 1, 1), date(9999, 12, 31)),
}
LEAST_PERCENT, MOST_PERCENT = 10.0, 150.0  # of predicted FVC, in somebody who walks into a clinic
YOUNGEST, OLDEST = 18, 95  # years
LONGEST_MONTHS = 30 * 12  # between onset and a visit: ALS of thirty years
LOWEST_CM, HIGHEST_CM = 120, 215

_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,.]\d{3})+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One improbable value: which cell, by the name that ``Patient`` or the result has for it, and why."""

    field: str
    message: str


def is_thousands(text: str) -> bool:
    """Whether a number can be read with a separator of decimals or of thousands: 1,200 is 1.2 or 1200."""
    return bool(_THOUSANDS.fullmatch(text.strip()))


def questions(
    patient: Patient, external: tuple[ExternalResult, ...], baseline: date | None
) -> Iterator[Asked]:
    """Everything about a row that somebody has to look at before it is imported."""
    if _SCIENTIFIC.fullmatch(patient.record_number):
        yield Asked(
            "record_number",
            _(
                "“{n}” looks like a number that a spreadsheet has shortened. Is it the record number?"
            ).format(n=patient.record_number),
        )
    yield from _dates(patient, baseline)
    yield from _order(patient)
    yield from _ages(patient, baseline)
    height = patient.height_cm
    if height is not None and not LOWEST_CM <= height <= HIGHEST_CM:
        yield Asked(
            "height_cm",
            _("A height of {n} is unusual. Is it right?").format(n=number(height, 0, "cm")),
        )
    for result in external:
        yield from _results(result)


def _results(result: ExternalResult) -> Iterator[Asked]:
    value = result.value
    if result.kind is ExternalKind.ALSFRS_R_TOTAL:
        if value == 0:
            yield Asked(
                "alsfrs_r", _("A total of 0 of 48: is it a score, or a value that is missing?")
            )
        return
    if value <= 1.5:
        text = _("{n} %: is it a fraction? {n} would be {percent} %.")
        percent = number(100 * value, 1)
        yield Asked("fvc", text.format(n=f"{value:g}", percent=percent))
    elif value < LEAST_PERCENT:
        text = _("{n} %: are these litres? Below {least:g} % nobody breathes alone.")
        yield Asked("fvc", text.format(n=f"{value:g}", least=LEAST_PERCENT))
    elif value > MOST_PERCENT:
        yield Asked(
            "fvc", _("{n} % of predicted is unusually high. Is it right?").format(n=f"{value:g}")
        )


def _dates(patient: Patient, baseline: date | None) -> Iterator[Asked]:
    given: dict[str, PartialDate | date | None] = {
        "born": patient.born,
        "onset": patient.onset,
        "diagnosis": patient.diagnosis,
        "baseline": baseline,
        "reference_on": patient.reference_on,
    }
    for name, one in given.items():
        first, last = (one.first, one.last) if isinstance(one, PartialDate) else (one, one)
        if first is not None and first == last and first in EMPTY_DATES:
            text = _("{day} is what a spreadsheet writes for an empty date. Is it right?")
            yield Asked(name, text.format(day=day(first)))


def _order(patient: Patient) -> Iterator[Asked]:
    """The infusion (the reference day) before the onset or the diagnosis."""
    reference = patient.reference_on
    if reference is None:
        return
    for name, one, what in (
        ("onset", patient.onset, _("onset")),
        ("diagnosis", patient.diagnosis, _("diagnosis")),
    ):
        if one is not None and one.first > reference:
            text = _("The reference day, {day}, is before the {what}. Are both right?")
            yield Asked(name, text.format(day=day(reference), what=what))


def _ages(patient: Patient, baseline: date | None) -> Iterator[Asked]:
    age = patient.stated_age_years
    if age is not None and not YOUNGEST <= age <= OLDEST:
        yield Asked("age", _("An age of {n} years is unusual. Is it right?").format(n=age))
    onset, born = patient.onset, patient.born
    if onset is not None and born is not None and (onset.last - born).days < YOUNGEST * 365.25:
        yield Asked(
            "onset", _("The onset would be before the age of {n}. Is it right?").format(n=YOUNGEST)
        )
    months = patient.stated_duration_months
    seen = baseline or patient.reference_on
    if onset is not None and seen is not None and (seen - onset.last).days > LONGEST_MONTHS * 30.44:
        yield Asked(
            "onset",
            _("The onset is more than 30 years before {day}. Is it right?").format(day=day(seen)),
        )
    if months is not None and months > LONGEST_MONTHS:
        yield Asked(
            "duration", _("{n} months are more than 30 years. Is it right?").format(n=f"{months:g}")
        )
