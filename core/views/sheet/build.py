"""The sheet of one visit, ready to be drawn: the plots with their sentences, and what a clinician wrote instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.instruments.definition import Scale
from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.model.sheet_text import SheetText
from core.model.user import Clinic
from core.model.visit import Visit
from core.views.sheet.changes import (
    Value,
    breathing_tests,
    domain_scores,
    form_changes,
    weights,
)
from core.views.sheet.definition import (
    BREATHING_TEST,
    WEIGHT,
    Direction,
    Field,
    Row,
    of_row,
    shipped,
)
from core.views.sheet.sentences import program_words
from core.words import DEMONSTRATION, _, number


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot: its values from ``low`` to ``high``. ``line`` draws where there is no difficulty, ``base`` where zero is.

    ``decimals`` and ``unit`` are those of the numbers beside the first and the last value.
    """

    id: str
    title: str
    role: str
    sentence: str
    values: tuple[Value, ...]
    low: float
    high: float
    unit: str = ""
    decimals: int = 0
    line: bool = False
    base: bool = True

    def label(self, value: Value) -> str:
        return number(value.number, self.decimals, self.unit)


@dataclass(frozen=True, slots=True)
class PatientSheet:
    """Everything on the page. Lists are without empty entries; a text may be empty.

    ``strong`` are the words of the first sentences that stand out; ``days`` are those of all visits in the plots.
    """

    patient: tuple[str, ...]
    clinic: str
    demonstration: str
    on: date
    days: tuple[date, ...]
    accompanied: str
    headline: str
    strong: tuple[str, ...]
    figures: tuple[Figure, ...]
    agreed: tuple[str, ...]
    medicines: tuple[str, ...]
    next: str
    call_us: str
    phone: str


def why_none(record: PatientRecord, visit: Visit) -> str:
    """Why there is no sheet for the patient of a visit, in a sentence; empty where there is one."""
    if record.dead:
        return _("This patient has died: there is no sheet for the patient.")
    if visit.is_draft:
        return _("Finish the visit first: the sheet tells what was finished.")
    return ""


def written(record: PatientRecord, visit_id: VisitId) -> dict[str, SheetText]:
    """What was written instead of the program's words on the sheet of a visit, by field."""
    return {one.field: one for one in record.sheet_texts if one.visit_id == visit_id}


def build(
    record: PatientRecord,
    visit_id: VisitId,
    clinic: Clinic,
    names: Mapping[str, str],
    typed: Mapping[str, str] | None = None,
) -> PatientSheet:
    """The sheet of a finished visit, from what was known then. ``typed`` are texts that are not saved yet, by field.

    Raises ValueError where `why_none` says why there is none.
    """
    visit = record.visit(visit_id)
    if why := why_none(record, visit):
        raise ValueError(why)
    kept = {name: one.text for name, one in written(record, visit_id).items()}
    words = {**program_words(record, visit, clinic, names), **kept, **(typed or {})}
    known = record.known_at(visit)
    moved = form_changes(known, visit).moved(Direction.HARDER)
    figures = _figures(known, visit, words)
    days = {one.day for figure in figures for one in figure.values} | {visit.date}
    patient = record.patient
    number_ = _("Record {number}").format(number=patient.record_number)
    return PatientSheet(
        patient=tuple(filter(None, (number_, patient.name))),
        clinic=clinic.name,
        demonstration=_(DEMONSTRATION) if clinic.demonstration else "",
        on=visit.date,
        days=tuple(sorted(days)),
        accompanied=words[Field.WITH],
        headline=words[Field.HEADLINE],
        strong=tuple(shipped().question(one.item.id).name for one in moved),
        figures=figures,
        agreed=entries(words[Field.AGREED]),
        medicines=entries(words[Field.MEDICINES]),
        next=words[Field.NEXT],
        call_us=words[Field.CALL_US],
        phone=words[Field.PHONE],
    )


def entries(text: str) -> tuple[str, ...]:
    """The entries of a list as it is written: one a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _figures(known: PatientRecord, visit: Visit, words: Mapping[str, str]) -> tuple[Figure, ...]:
    domains = {one.id: one for one in form_changes(known, visit).instrument.domains}
    return tuple(_figure(known, visit, row, domains, words) for row in shipped().rows)


def _figure(
    known: PatientRecord,
    visit: Visit,
    row: Row,
    domains: Mapping[str, Scale],
    words: Mapping[str, str],
) -> Figure:
    made = Figure(
        id=row.id,
        title=row.title,
        role=row.role,
        sentence=words.get(of_row(row.id), ""),
        values=(),
        low=0,
        high=row.span,
        line=row.line,
    )
    if row.id == WEIGHT:
        values = weights(known, visit).values
        low, high = _around(values, row.span)
        return replace(made, values=values, low=low, high=high, unit="kg", decimals=1, base=False)
    if row.id == BREATHING_TEST:
        values = breathing_tests(known, visit).values
        high = max([row.span, *(one.number for one in values)])
        return replace(made, values=values, high=high, unit="%")
    return replace(made, values=domain_scores(known, visit, domains[row.id]))


def _around(values: Sequence[Value], span: float) -> tuple[float, float]:
    """A scale of at least so much, with the values in its middle."""
    numbers = [one.number for one in values] or [0.0]
    least, most = min(numbers), max(numbers)
    beside = max(0.0, span - (most - least)) / 2
    return least - beside, most + beside
