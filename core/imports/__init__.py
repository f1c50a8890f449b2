"""What comes into the clinic file from others: one line a format, one file each, imported when a file is read.

To add one: a file with a function as `Read` says, and its entry in `IMPORTS`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from core.model.user import Right
from core.protocols.definition import Protocol
from core.words import N_

if TYPE_CHECKING:
    from core.imports.csv_table import Written
    from core.imports.patients_csv import Preview

# Path of the file, record numbers of the clinic, the schedule of these patients, today, how it is said to be
# written. Raises UnreadableImport, and WrittenHow where that must be asked.
Read = Callable[[Path, Collection[str], Protocol, date, "Written"], "Preview"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One kind of file. Its words are marked (`N_`); ``files`` are the patterns of its name; ``reason`` is the trail's."""

    id: str
    title: str
    choosing: str
    hint: str
    files_called: str
    files: str
    reason: str
    right: Right
    read: Read


def _patients(
    path: Path, numbers: Collection[str], protocol: Protocol, today: date, written: "Written"
) -> "Preview":
    from core.imports import patients_csv

    return patients_csv.read(path, numbers, protocol, today, written)


IMPORTS: tuple[Import, ...] = (
    Import(
        id="patients-csv",
        title=N_("Import patients from CSV"),
        choosing=N_("Choose a CSV file"),
        hint=N_(
            "One patient a line, with a heading line. Needed: a column patient (or record number)."
            " Known besides: name, birth date, age, sex, onset, duration_months, diagnosis date,"
            " height_cm, alsfrsr_baseline, fvc_pct_baseline, baseline_date, infusion_date, note."
            " What the file does not say stays unknown."
        ),
        files_called=N_("CSV files"),
        files="*.csv *.txt *.tsv",
        reason=N_("import of patients from CSV"),
        right=Right.ENTER,
        read=_patients,
    ),
)


def named(id: str) -> Import:
    """The import of that id. Raises KeyError."""
    return {one.id: one for one in IMPORTS}[id]
