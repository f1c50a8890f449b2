"""A patient as typed into the form: to a value, or to the problems of its fields."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from core import entry
from core.entry import Problem
from core.model.partial_date import PartialDate, read_partial_date
from core.model.patient import OnsetRegion, Patient, Sex
from core.words import _

FURTHEST_REFERENCE = timedelta(days=5 * 366)
READERS: Mapping[str, Callable[[str], Any]] = {
    "born": entry.day,
    "onset": read_partial_date,
    "diagnosis": read_partial_date,
    "height_cm": partial(entry.number, low=50, high=250, unit="cm"),
    "reference_on": entry.day,
}


def texts_of(patient: Patient) -> dict[str, str]:
    """The patient as the form's fields show it; the reverse of ``read``."""

    def text(value: object) -> str:
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    names = ("record_number", "family_name", "given_name", "note", *READERS)
    return {name: text(getattr(patient, name)) for name in names}


def read(
    base: Patient,
    texts: Mapping[str, str],
    *,
    sex: Sex,
    region: OnsetRegion,
    taken: Collection[str],
    today: date,
) -> Patient | dict[str, Problem]:
    """The changed patient, or a problem per field. ``taken`` are the other patients' record numbers."""
    problems: dict[str, Problem] = {}
    values: dict[str, Any] = {}
    for name, reader in READERS.items():
        value = reader(texts.get(name, ""))
        if isinstance(value, Problem):
            problems[name] = value
        else:
            values[name] = value
    number = texts.get("record_number", "").strip()
    if not number:
        problems["record_number"] = Problem(
            _("Give the patient a number that no other patient has.")
        )
    elif number.casefold() in {other.casefold() for other in taken}:
        text = _("Another patient has the number {number}. Check whether it is the same person.")
        problems["record_number"] = Problem(text.format(number=number))
    born, onset, diagnosis = (values.get(name) for name in ("born", "onset", "diagnosis"))
    reference = values.get("reference_on")
    if isinstance(born, date) and born > today:
        problems["born"] = Problem(_("The date of birth is in the future."))
    elif isinstance(born, date) and today - born > timedelta(days=121 * 366):
        problems["born"] = Problem(_("This would be older than 120 years. Check the year."))
    for name, day in (("onset", onset), ("diagnosis", diagnosis)):
        if isinstance(day, PartialDate) and day.first > today:
            problems[name] = Problem(_("This date is in the future."))
        elif isinstance(day, PartialDate) and isinstance(born, date) and day.last < born:
            problems[name] = Problem(_("This date is before the date of birth."))
    if (
        isinstance(onset, PartialDate)
        and isinstance(diagnosis, PartialDate)
        and diagnosis.last < onset.first
    ):
        problems["diagnosis"] = Problem(_("The diagnosis is before the onset. Check both dates."))
    if isinstance(reference, date):
        wrong = reference_problem(reference, born if isinstance(born, date) else None, today)
        problems |= {} if wrong is None else {"reference_on": wrong}
    if problems:
        return problems
    return replace(
        base,
        record_number=number,
        family_name=texts.get("family_name", "").strip(),
        given_name=texts.get("given_name", "").strip(),
        note=texts.get("note", "").strip(),
        sex=sex,
        onset_region=region,
        **values,
    )


def reference_problem(on: date, born: date | None, today: date) -> Problem | None:
    """Why a day cannot be day 0 of somebody's schedule; None where it can."""
    if born is not None and on < born:
        return Problem(_("This date is before the date of birth."))
    if on - today > FURTHEST_REFERENCE:
        return Problem(_("This is more than five years ahead. Check the year."))
    return None


def read_reference(text: str, patient: Patient, today: date) -> date | Problem | None:
    """The typed day 0 of a patient's schedule; None for an empty text."""
    found = entry.day(text)
    if not isinstance(found, date):
        return found
    return reference_problem(found, patient.born, today) or found
