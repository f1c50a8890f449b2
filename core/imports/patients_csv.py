"""Patients from a CSV table: read into a preview first, saved all or none.

What the table does not say stays unknown: an age in years makes no birth date, a duration no onset.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from core import entry
from core.entry import Problem
from core.errors import UnreadableImport
from core.findings.duplicates import NumbersKnown
from core.imports import csv_table, improbable
from core.imports.csv_table import MISSING, Record, Table, Written, cleaned
from core.labels import ONSET, SEX
from core.model.partial_date import PartialDate, partial_day, read_partial_date
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, Sex
from core.protocols.definition import Protocol
from core.words import _, day, isolated

T = TypeVar("T")

LONGEST_CELL = 200  # characters; a note may be longer
OLDEST_YEARS = 120
FARTHEST_PLAN_YEARS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """What is wrong on one line and what to do about it; ``column`` is empty where it is the whole row."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One patient to be: ``line`` is where the record begins in the file, as an editor counts lines.

    ``will_create`` says in plain words what will be stored, ``notes`` how unusual cells were read,
    ``questions`` which values can hardly be meant. A row with problems has no patient.
    """

    line: int
    record_number: str
    patient: Patient | None = None
    external: tuple[ExternalResult, ...] = ()
    will_create: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    questions: tuple[RowProblem, ...] = ()
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import would do. Nothing has been saved yet.

    ``confirmed``: a person has looked at every question and says that the values are right.
    ``decimal_is_open``: a number can be read with decimals or with thousands, until the sign is said.
    """

    file_name: str
    rows: tuple[Row, ...]
    ignored_columns: tuple[str, ...]
    confirmed: bool = False
    decimal_is_open: bool = False

    @property
    def questions(self) -> tuple[RowProblem, ...]:
        return tuple(question for row in self.rows for question in row.questions)

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        return tuple(problem for row in self.rows for problem in row.problems)

    @property
    def ready(self) -> bool:
        """All or nothing: one problem anywhere, or a question not confirmed, and no patient is imported."""
        return bool(self.rows) and not self.problems and (self.confirmed or not self.questions)


class _Column(StrEnum):
    RECORD_NUMBER = "record number"
    FAMILY_NAME = "family name"
    GIVEN_NAME = "given name"
    SEX = "sex"
    BORN = "birth date"
    AGE = "age"
    ONSET_REGION = "onset region"
    ONSET = "onset date"
    DIAGNOSIS = "diagnosis date"
    DURATION = "duration in months"
    HEIGHT = "height in cm"
    ALSFRS_R = "ALSFRS-R total"
    FVC = "FVC %"
    BASELINE = "baseline date"
    REFERENCE = "reference date"
    NOTE = "note"


# Names as `_squashed` leaves them. A name that leaves the unit open (height, duration, fvc) is not here.
_SYNONYMS: Mapping[_Column, str] = {
    _Column.RECORD_NUMBER: "recordnumber recordno patient patientid patientnumber id mrn",
    _Column.FAMILY_NAME: "familyname lastname surname",
    _Column.GIVEN_NAME: "givenname firstname forename",
    _Column.SEX: "sex gender",
    _Column.BORN: "birthdate dateofbirth birthday dob born",
    _Column.AGE: "age ageyears statedage",
    _Column.ONSET_REGION: "onset onsetregion onsetsite regionofonset siteofonset",
    _Column.ONSET: "onsetdate dateofonset symptomonsetdate dateofsymptomonset",
    _Column.DIAGNOSIS: "diagnosisdate dateofdiagnosis",
    _Column.DURATION: "durationmonths diseasedurationmonths",
    _Column.HEIGHT: "heightcm",
    _Column.ALSFRS_R: "alsfrsr alsfrsrbaseline alsfrsrtotal alsfrsrtotalbaseline baselinealsfrsr",
    _Column.FVC: "fvcpct fvcpctbaseline fvcpercent fvcpercentbaseline fvcpctpredicted baselinefvcpct",
    _Column.BASELINE: "baselinedate dateofbaseline",
    _Column.REFERENCE: "referencedate referenceon infusiondate dateofinfusion",
    _Column.NOTE: "note notes comment comments remark remarks",
}
_COLUMNS = {name: column for column, names in _SYNONYMS.items() for name in names.split()}

_SEXES = {
    **dict.fromkeys(("f", "female", "woman", "زن"), Sex.FEMALE),
    **dict.fromkeys(("m", "male", "man", "مرد"), Sex.MALE),
}
_REGIONS = {
    "limb": OnsetRegion.LIMB,
    "bulbar": OnsetRegion.BULBAR,
    "respiratory": OnsetRegion.RESPIRATORY,
    "spinal": OnsetRegion.LIMB,
    "bubar": OnsetRegion.BULBAR,
}
# What `improbable` calls a cell.
_ASKED = {
    "record_number": _Column.RECORD_NUMBER,
    "born": _Column.BORN,
    "age": _Column.AGE,
    "onset": _Column.ONSET,
    "diagnosis": _Column.DIAGNOSIS,
    "duration": _Column.DURATION,
    "height_cm": _Column.HEIGHT,
    "alsfrs_r": _Column.ALSFRS_R,
    "fvc": _Column.FVC,
    "baseline": _Column.BASELINE,
    "reference_on": _Column.REFERENCE,
}
_SURNAMES = frozenset({"na", "nan", "null"})  # these are also people's names

_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?\Z")


def read(
    path: Path,
    existing: Collection[str],
    protocol: Protocol,
    today: date,
    written: Written = Written(),
) -> Preview:
    """What the table would add to the clinic's patients, whose record numbers are ``existing``.

    The patients are put on ``protocol`` and registered ``today``. Raises UnreadableImport where the
    file as a whole is at fault, and WrittenHow where ``written`` must say more; what is wrong with one
    row is in the preview.
    """
    table = csv_table.read(path, lambda name: _squashed(name) in _COLUMNS, written)
    header = _Header.read(table.names)
    if not table.records:
        raise UnreadableImport(
            _(
                "The file {name} has a header but no patients. Add one line for each patient."
            ).format(name=path.name)
        )
    seen = {_same_number(number): _("in the clinic file already") for number in existing}
    rows: list[Row] = []
    numbers = NumbersKnown(existing)
    decimal_is_open = False
    for record in table.records:
        reader = _RowReader(header, record, written.decimal)
        row = reader.read(seen, protocol, today, numbers)
        rows.append(row)
        numbers.add(row.record_number)
        decimal_is_open |= reader.decimal_is_open
        if row.record_number:
            where = _("on line {n} already").format(n=row.line)
            seen.setdefault(_same_number(row.record_number), where)
    return Preview(
        file_name=path.name,
        rows=tuple(rows),
        ignored_columns=(*header.ignored, *_unnamed_in_use(header, table)),
        decimal_is_open=decimal_is_open,
    )


# The header


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """Which position holds what. Empty names at the end of the header count neither way."""

    names: tuple[str, ...]
    positions: Mapping[_Column, int]
    ignored: tuple[str, ...]
    needed: int

    @classmethod
    def read(cls, cells: tuple[str, ...]) -> "_Header":
        names = tuple(_shortened(cleaned(cell)) for cell in cells)
        positions: dict[_Column, int] = {}
        others: dict[str, str] = {}
        for position, name in enumerate(names):
            column = _COLUMNS.get(_squashed(name))
            if column in positions:
                raise _repeated(names[positions[column]], name)
            if column is not None:
                positions[column] = position
            elif name.casefold() in others:
                raise _repeated(others[name.casefold()], name)
            elif name:
                others[name.casefold()] = name
        if _Column.RECORD_NUMBER not in positions:
            raise UnreadableImport(
                _(
                    "No column holds the record number. The first line must name the columns, one of"
                    " them “record_number” (or “patient”, “id”, “mrn”)."
                )
            )
        return cls(
            names=names,
            positions=positions,
            ignored=tuple(others.values()),
            needed=max(position for position, name in enumerate(names) if name) + 1,
        )


def _repeated(first: str, second: str) -> UnreadableImport:
    return UnreadableImport(
        _("The columns “{first}” and “{second}” mean the same. Delete or rename one.").format(
            first=first, second=second
        )
    )


def _unnamed_in_use(header: _Header, table: Table) -> list[str]:
    """Columns without a name that nevertheless hold something."""
    in_use = {
        position
        for record in table.records
        for position, (name, cell) in enumerate(zip(header.names, record.cells, strict=False))
        if not name and cleaned(cell)
    }
    return [_("column {n} (no name)").format(n=position + 1) for position in sorted(in_use)]


# One row


class _RowReader:
    """The cells of one record, each read once; notes and problems gather on the way."""

    def __init__(self, header: _Header, record: Record, decimal: str | None) -> None:
        self.decimal_is_open = False
        self._header = header
        self._line = record.line
        self._cells = record.cells
        self._decimal = decimal
        self._notes: list[str] = []
        self._problems: list[RowProblem] = []

    def read(
        self, seen: Mapping[str, str], protocol: Protocol, today: date, numbers: NumbersKnown
    ) -> Row:
        """The row; ``seen`` says of each record number in use where it is, ``numbers`` how they are read."""
        if ragged := self._ragged():
            problem = RowProblem(line=self._line, column="", message=ragged)
            return Row(line=self._line, record_number="", problems=(problem,))
        number = self._number(seen)
        patient, baseline = self._patient(number, protocol, today)
        external = tuple(self._results(patient, baseline))
        if baseline is not None and patient.stated_on is None and not external:
            self._notes.append(
                _("The baseline date is not imported: there is no baseline value beside it.")
            )
        for column, message in _contradictions(patient, baseline, today):
            self._refuse(column, message)
        if self._problems:
            return Row(
                line=self._line,
                record_number=number,
                notes=tuple(self._notes),
                problems=tuple(self._problems),
            )
        return Row(
            line=self._line,
            record_number=number,
            patient=patient,
            external=external,
            will_create=tuple(_words(patient, external, protocol)),
            notes=tuple(self._notes),
            questions=tuple(self._questions(patient, external, baseline, numbers)),
        )

    def _number(self, seen: Mapping[str, str]) -> str:
        """The record number, refused where it is missing or in use."""
        number = self._text(_Column.RECORD_NUMBER)
        if not number and not self._problems:
            self._refuse(
                _Column.RECORD_NUMBER,
                _("The record number is missing. Write one, or delete this row."),
            )
        elif where := seen.get(_same_number(number)):
            message = _("The record number “{number}” is {where}. Delete this row or correct it.")
            self._refuse(_Column.RECORD_NUMBER, message.format(number=number, where=where))
        return number

    def _patient(self, number: str, protocol: Protocol, today: date) -> tuple[Patient, date | None]:
        """The patient as far as the row tells of one, and the day of the baseline."""
        age = self._value(_Column.AGE, _age)
        duration = self._value(_Column.DURATION, _duration)
        baseline = self._value(_Column.BASELINE, _day)
        is_stated = age is not None or duration is not None
        patient = Patient(
            record_number=number,
            family_name=self._text(_Column.FAMILY_NAME),
            given_name=self._text(_Column.GIVEN_NAME),
            sex=self._value(_Column.SEX, _sex) or Sex.UNKNOWN,
            born=self._value(_Column.BORN, _day),
            stated_age_years=age,
            stated_duration_months=duration,
            stated_on=baseline if is_stated else None,
            onset_region=self._value(_Column.ONSET_REGION, self._region) or OnsetRegion.UNKNOWN,
            onset=self._value(_Column.ONSET, _partial_day),
            diagnosis=self._value(_Column.DIAGNOSIS, _partial_day),
            height_cm=self._value(_Column.HEIGHT, _height),
            protocol=protocol.id,
            protocol_version=protocol.version,
            reference_on=self._value(_Column.REFERENCE, _day),
            registered_on=today,
            note=self._text(_Column.NOTE),
        )
        return patient, baseline

    def _results(self, patient: Patient, baseline: date | None) -> Iterator[ExternalResult]:
        """What others measured, as the row states it."""
        stated = (
            (_Column.ALSFRS_R, ExternalKind.ALSFRS_R_TOTAL, _total),
            (_Column.FVC, ExternalKind.FVC_PERCENT, _percent),
        )
        for column, kind, read in stated:
            value: float | None = self._value(column, read)
            if value is not None:
                yield ExternalResult(
                    patient_id=patient.id,
                    kind=kind,
                    value=float(value),
                    measured_on=baseline,
                    source=f"imported from CSV, column {self._name(column)}",
                )

    def _questions(
        self,
        patient: Patient,
        external: tuple[ExternalResult, ...],
        baseline: date | None,
        numbers: NumbersKnown,
    ) -> Iterator[RowProblem]:
        if other := numbers.alike(patient.record_number):
            text = _("“{n}” reads like the record number “{other}”. Are they two patients?")
            message = text.format(n=patient.record_number, other=other)
            column = self._name(_Column.RECORD_NUMBER)
            yield RowProblem(line=self._line, column=column, message=message)
        for asked in improbable.questions(patient, external, baseline):
            column = self._name(_ASKED[asked.field])
            yield RowProblem(line=self._line, column=column, message=asked.message)

    def _ragged(self) -> str | None:
        count, needed, widest = len(self._cells), self._header.needed, len(self._header.names)
        if needed <= count and not any(cleaned(cell) for cell in self._cells[widest:]):
            return None
        message = (
            _("This row has {n} fields, the header has {needed}. Add the missing separators.")
            if count < needed
            else _(
                "This row has {n} fields, the header has {needed}. Put a text that contains the"
                " separator in quotation marks, or delete the extra fields."
            )
        )
        return message.format(n=count, needed=needed)

    def _name(self, column: _Column) -> str:
        """The column's name as the file writes it."""
        position = self._header.positions.get(column)
        return str(column) if position is None else self._header.names[position]

    def _refuse(self, column: _Column, message: str) -> None:
        self._problems.append(
            RowProblem(line=self._line, column=self._name(column), message=message)
        )

    def _value(self, column: _Column, read: Callable[[str], T | Problem | None]) -> T | None:
        text = self._text(column)
        if not text:
            return None
        if column in _NUMBERS and (message := self._two_readings(column, text)):
            self._refuse(column, message)
            return None
        value = read(text)
        if isinstance(value, Problem):
            self._refuse(column, value.message)
            return None
        return value

    def _two_readings(self, column: _Column, text: str) -> str:
        """What to do about a number whose comma or point can separate decimals or thousands."""
        if self._decimal is not None:
            advice = csv_table.other_decimals(text, self._decimal)
            return f"“{text}”: {advice}." if advice else ""
        # A percentage of a thousand does not exist: 54.410 can be read in one way only.
        if column is _Column.FVC or not improbable.is_thousands(text):
            return ""
        self.decimal_is_open = True
        return _(
            "“{text}” can be read with decimals or with thousands. Choose above what separates the"
            " decimals."
        ).format(text=text)

    def _text(self, column: _Column) -> str:
        """The cell, or nothing where the column or the value is missing."""
        position = self._header.positions.get(column)
        if position is None:
            return ""
        text = cleaned(self._cells[position])
        is_name = column in (_Column.FAMILY_NAME, _Column.GIVEN_NAME)
        word = text.casefold()
        if word in MISSING and not (is_name and word in _SURNAMES):
            self._notes.append(
                _("“{text}” in column {column} is read as not known.").format(
                    text=text, column=self._name(column)
                )
            )
            return ""
        if any(unicodedata.category(char) == "Cc" and not char.isspace() for char in text):
            self._refuse(
                column,
                _("This text contains an unprintable character. Delete it and type it again."),
            )
            return ""
        if column is _Column.NOTE:
            return "\n".join(self._cells[position].strip().splitlines())
        if len(text) > LONGEST_CELL:
            self._refuse(
                column,
                _("This text has {n} characters. Write at most {limit}.").format(
                    n=len(text), limit=LONGEST_CELL
                ),
            )
            return ""
        return text

    def _region(self, text: str) -> OnsetRegion | Problem:
        word = text.casefold().removesuffix("onset").strip(" -_")
        region = _REGIONS.get(word)
        if region is None:
            return Problem(
                _("“{text}” is not a region. Write limb, bulbar or respiratory.").format(text=text)
            )
        if word == "bubar":
            self._notes.append(
                _("“{text}” is read as bulbar: a known misprint of the trial paper.").format(
                    text=text
                )
            )
        elif word == "spinal":
            self._notes.append(_("“{text}” is read as limb onset.").format(text=text))
        return region


_NUMBERS = {_Column.AGE, _Column.DURATION, _Column.HEIGHT, _Column.ALSFRS_R, _Column.FVC}

# One cell


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _squashed(name: str) -> str:
    """A column's name for comparing: case, blanks, underscores and hyphens do not count."""
    return "".join(char for char in name.casefold().replace("%", "pct") if char.isalnum())


def _same_number(record_number: str) -> str:
    """Two record numbers are the same if they differ only in case or in the script of their digits."""
    return "".join(
        str(unicodedata.decimal(char, char)) for char in cleaned(record_number).casefold()
    )


def _whole(text: str, low: int, high: int, unit: str) -> int | Problem | None:
    value = entry.number(text, low, high, unit)
    if isinstance(value, float) and not value.is_integer():
        return Problem(
            _("“{text}” is not a whole number. Write one from {low} to {high} {unit}.").format(
                text=text, low=low, high=high, unit=unit
            )
        )
    return int(value) if isinstance(value, float) else value


def _age(text: str) -> int | Problem | None:
    return _whole(text, 0, OLDEST_YEARS, _("years"))


def _total(text: str) -> int | Problem | None:
    return _whole(text, 0, 48, _("points"))


def _percent(text: str) -> float | Problem | None:
    value = entry.number(text, 0, 250, "%")
    if isinstance(value, float) and not 0 < value < 250:
        return Problem(
            _("{text} is out of range. Write a number above 0 and below 250 %.").format(text=text)
        )
    return value


def _duration(text: str) -> float | Problem | None:
    value = entry.number(text, 0, 1200, _("months"))
    if isinstance(value, float) and value >= 1200:
        return Problem(
            _("{text} is out of range. Write a number below 1200 months.").format(text=text)
        )
    return value


def _height(text: str) -> float | Problem | None:
    return entry.number(text, 50, 250, "cm")


def _sex(text: str) -> Sex | Problem:
    sex = _SEXES.get(text.casefold())
    return sex or Problem(_("“{text}” is not a sex. Write F or M.").format(text=text))


def _day(text: str) -> date | Problem | None:
    return entry.day(_MIDNIGHT.sub("", text))


def _partial_day(text: str) -> PartialDate | Problem | None:
    return read_partial_date(_MIDNIGHT.sub("", text))


# What the cells say together


def _contradictions(
    patient: Patient, baseline: date | None, today: date
) -> Iterator[tuple[_Column, str]]:
    """Values that are plausible alone and impossible together or on this day."""
    born, onset, diagnosis = patient.born, patient.onset, patient.diagnosis
    reference = patient.reference_on
    spans: dict[_Column, tuple[date | None, date | None]] = {
        _Column.BORN: (born, born),
        _Column.ONSET: _span(onset),
        _Column.DIAGNOSIS: _span(diagnosis),
        _Column.BASELINE: (baseline, baseline),
        _Column.REFERENCE: (reference, reference),
    }
    for column, (first, last) in spans.items():
        if first is not None and first > today and column is not _Column.REFERENCE:
            yield column, _("This date is in the future. Correct it.")
        if last is not None and born is not None and last < born:
            yield column, _("This date is before the birth date. Correct the one that is wrong.")
    if onset is not None and diagnosis is not None and diagnosis.last < onset.first:
        yield (
            _Column.DIAGNOSIS,
            _("The diagnosis is before the onset. Correct the one that is wrong."),
        )
    if reference is not None and reference.year > today.year + FARTHEST_PLAN_YEARS:
        yield _Column.REFERENCE, _("This date is years ahead. Check the year.")
    if born is not None and _years(born, today) > OLDEST_YEARS:
        yield _Column.BORN, _("The patient would be over 120 years old. Check the year.")

    age = patient.stated_age_years
    if age is not None and born is None and baseline is not None:
        # Born a day after the birthday that this age leaves open, at the earliest.
        earliest = baseline.replace(year=baseline.year - age - 1, day=min(baseline.day, 28))
        for column, partial in ((_Column.ONSET, onset), (_Column.DIAGNOSIS, diagnosis)):
            if partial is not None and partial.last < earliest:
                text = _("This date is before the birth of a patient of {age} years. Correct one.")
                yield column, text.format(age=age)
    if age is not None and born is not None:
        on = baseline or today
        reached = _years(born, on)
        # Without a baseline date the age may have been stated long ago, so it can only be too high.
        if age > reached + 1 or (baseline is not None and age < reached - 1):
            yield (
                _Column.AGE,
                _(
                    "{age} does not fit the birth date, which makes {reached} years on {day}."
                    " Correct the one that is wrong."
                ).format(age=age, reached=reached, day=day(on)),
            )
    if age is None and born is not None and baseline is not None:
        age = _years(born, baseline)
    duration = patient.stated_duration_months
    if duration is not None and age is not None and duration > (age + 1) * 12:
        yield (
            _Column.DURATION,
            _(
                "{n} months are longer than an age of {age} years. Correct the one that is wrong."
            ).format(n=_plain(duration), age=age),
        )


def _span(value: PartialDate | None) -> tuple[date | None, date | None]:
    return (None, None) if value is None else (value.first, value.last)


def _years(born: date, on: date) -> int:
    """Completed years of age."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _words(
    patient: Patient, external: tuple[ExternalResult, ...], protocol: Protocol
) -> Iterator[str]:
    """What will be stored, one thing after another."""
    if patient.name:
        yield isolated(patient.name)
    if patient.sex is not Sex.UNKNOWN:
        yield SEX[patient.sex]
    if patient.born is not None:
        yield _("born {day}").format(day=day(patient.born))
    if patient.stated_age_years is not None:
        yield _("{years} y as stated").format(years=patient.stated_age_years)
    if patient.onset_region is not OnsetRegion.UNKNOWN:
        yield ONSET[patient.onset_region]
    if patient.onset is not None:
        yield _("onset {day}").format(day=partial_day(patient.onset))
    if patient.stated_duration_months is not None:
        yield _("{n} months as stated").format(n=_plain(patient.stated_duration_months))
    if patient.diagnosis is not None:
        yield _("diagnosis {day}").format(day=partial_day(patient.diagnosis))
    if patient.height_cm is not None:
        yield _("height {n} cm").format(n=_plain(patient.height_cm))
    for result in external:
        template = {
            ExternalKind.ALSFRS_R_TOTAL: _("ALSFRS-R total {n}/48 (items unknown)"),
            ExternalKind.FVC_PERCENT: _("FVC {n} % (equation unknown)"),
        }[result.kind]
        yield template.format(n=_plain(result.value))
    measured = {result.measured_on for result in external} | {patient.stated_on}
    for on in measured - {None}:
        yield _("baseline on {day}").format(day=day(on))
    if patient.reference_on is not None:
        yield f"{protocol.reference} {day(patient.reference_on)}"
    if patient.note:
        yield _("a note")


def _plain(value: float) -> str:
    """The number as it was written: 50, 54.41."""
    return str(int(value)) if value.is_integer() else str(value)
