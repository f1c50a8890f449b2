"""What leaves the clinic file as data: one line a format, one file each. The file is imported when it is made.

To add one: a file with ``document(source) -> bytes``, and its entry in `EXPORTS`. The window offers and saves it,
by the right that it needs, and the trail says so. A table of words goes through `table_csv.render`.
What leaves as data is read by scripts, and so is made `untranslated`: the same bytes in every language.
"""

from dataclasses import replace
from typing import Any

from core.model.document import (
    CSV,
    ICS,
    XLSX,
    ZIP,
    Document,
    OfAppointments,
    OfAttachment,
    OfCare,
    OfCodedData,
    OfData,
    OfDefinition,
    OfEvents,
    OfFile,
    OfForm,
    OfPatient,
    OfRegisters,
    OfTrail,
    OfUsers,
)
from core.model.user import Right
from core.words import N_, untranslated


@untranslated()
def _chart(source: OfPatient) -> bytes:
    from core.exports import chart_csv

    return chart_csv.document(source)


@untranslated()
def _patients(source: OfFile) -> bytes:
    from core.exports import patients_csv

    return patients_csv.document(source)


@untranslated()
def _form(source: OfForm) -> bytes:
    from core.exports import form_csv

    return form_csv.document(source)


@untranslated()
def _codebook(source: OfDefinition) -> bytes:
    from core.exports import form_csv

    return form_csv.codebook(source)


@untranslated()
def _line_listing(source: OfEvents) -> bytes:
    from core.exports import safety_csv

    return safety_csv.listing(source)


@untranslated()
def _counted_events(source: OfEvents) -> bytes:
    from core.exports import safety_csv

    return safety_csv.counted(source)


@untranslated()
def _care_quality(source: OfCare) -> bytes:
    from core.exports import quality_csv

    return quality_csv.document(source)


@untranslated()
def _user_review(source: OfUsers) -> bytes:
    from core.exports import user_review_csv

    return user_review_csv.document(source)


@untranslated()
def _audit_trail(source: OfTrail) -> bytes:
    from core.exports import trail_csv

    return trail_csv.document(source)


@untranslated()
def _trainings(source: OfRegisters) -> bytes:
    from core.exports import registers_csv

    return registers_csv.trainings(source)


@untranslated()
def _checks(source: OfRegisters) -> bytes:
    from core.exports import registers_csv

    return registers_csv.checks(source)


@untranslated()
def _appointments(source: OfAppointments) -> bytes:
    from core.exports import appointments_ics

    return appointments_ics.document(source)


@untranslated()
def _data_csv(source: OfData) -> bytes:
    from core.exports.data import files

    return files.csv_document(source)


@untranslated()
def _data_xlsx(source: OfData) -> bytes:
    from core.exports.data import files

    return files.xlsx_document(source)


DATA_CSV: Document[Any] = Document(
    id="data-csv",
    title=N_("All data as CSV"),
    button=N_("All data as CSV…"),
    tip=N_(
        "Everything that was entered about the patients that are shown, with who they are: one ZIP, a CSV for each table."
    ),
    saving=N_("Export all data"),
    called="all data as CSV",
    of=OfData,
    right=Right.EXPORT_ALL,
    holds_patients=True,
    stem="data",
    make=_data_csv,
    ending=ZIP,
    asks_password=True,
)
DATA_XLSX: Document[Any] = replace(
    DATA_CSV,
    id="data-xlsx",
    title=N_("All data as a workbook"),
    button=N_("All data as XLSX…"),
    tip=N_(
        "Everything that was entered about the patients that are shown, with who they are: one workbook, a sheet for each table."
    ),
    called="all data as XLSX",
    make=_data_xlsx,
    ending=XLSX,
)
CODED_CSV: Document[Any] = Document(
    id="coded-csv",
    title=N_("De-identified data as CSV"),
    button=N_("De-identified CSV…"),
    tip=N_(
        "The data of the patients that are shown, without names, texts and true days. It is coded, not anonymous."
    ),
    saving=N_("Export de-identified data"),
    called="de-identified data as CSV",
    of=OfCodedData,
    right=Right.EXPORT_CODED,
    holds_patients=False,  # the monitor has it, too
    stem="data-coded",
    make=_data_csv,
    ending=ZIP,
)
CODED_XLSX: Document[Any] = replace(
    CODED_CSV,
    id="coded-xlsx",
    title=N_("De-identified data as a workbook"),
    button=N_("De-identified XLSX…"),
    called="de-identified data as XLSX",
    make=_data_xlsx,
    ending=XLSX,
)
EXPORTS: tuple[Document[Any], ...] = (
    Document(
        id="chart-data",
        title=N_("Results behind the chart"),
        button=N_("Export data…"),
        saving=N_("Export the results behind the chart"),
        called="results behind the chart",
        of=OfPatient,
        right=Right.READ,
        holds_patients=True,
        stem="chart-data",
        make=_chart,
        ending=CSV,
    ),
    Document(
        id="patients-csv",
        title=N_("The list of patients as a table"),
        button=N_("List as CSV…"),
        tip=N_("The patients that are shown, in their order, without names."),
        saving=N_("Export the list of patients"),
        called="list of patients",
        of=OfFile,
        right=Right.READ,
        holds_patients=True,
        stem="patients",
        make=_patients,
        ending=CSV,
    ),
    Document(
        id="appointments-ics",
        title=N_("Appointments for another calendar"),
        button=N_("Export .ics…"),
        tip=N_(
            "Days and times of the appointments to come, without names, record numbers, visits and notes."
        ),
        spoken=N_("Export appointments for another calendar…"),
        saving=N_("Export the appointments"),
        called="appointments for another calendar",
        of=OfAppointments,
        right=Right.READ,
        holds_patients=True,
        stem="appointments",
        make=_appointments,
        ending=ICS,
    ),
    Document(
        id="form-csv",
        title=N_("Records of a form as a table"),
        button=N_("As CSV…"),
        saving=N_("Export the records of this form"),
        called="records of a form",
        of=OfForm,
        right=Right.READ,
        holds_patients=True,
        stem="form",
        make=_form,
        ending=CSV,
    ),
    Document(
        id="form-codebook",
        title=N_("Codebook of a form"),
        button=N_("Codebook…"),
        saving=N_("Save the codebook"),
        called="codebook",
        of=OfDefinition,
        right=Right.READ,
        holds_patients=False,
        stem="codebook",
        make=_codebook,
        ending=CSV,
    ),
    Document(
        id="line-listing-csv",
        title=N_("Line listing of adverse events as a table"),
        button=N_("Listing as CSV…"),
        saving=N_("Export the adverse events"),
        called="line listing of adverse events",
        of=OfEvents,
        right=Right.READ,
        holds_patients=True,
        stem="line-listing",
        make=_line_listing,
        ending=CSV,
    ),
    Document(
        id="events-counted-csv",
        title=N_("Adverse events after the infusion as a table"),
        button=N_("Table as CSV…"),
        saving=N_("Export the table of events"),
        called="table of adverse events",
        of=OfEvents,
        right=Right.READ,
        holds_patients=True,
        stem="adverse-events",
        make=_counted_events,
        ending=CSV,
    ),
    Document(
        id="care-quality-csv",
        title=N_("Care quality list as a table"),
        button=N_("Quality as CSV…"),
        tip=N_("A row for each patient that is shown and each measure."),
        saving=N_("Export the care quality list"),
        called="care quality list as a table",
        of=OfCare,
        right=Right.SIGN,
        holds_patients=True,
        stem="care-quality",
        make=_care_quality,
        ending=CSV,
    ),
    Document(
        id="user-review-csv",
        title=N_("User review as a table"),
        button=N_("as CSV…"),
        spoken=N_("User review as CSV…"),
        saving=N_("Save the user review"),
        called="user review",
        of=OfUsers,
        right=Right.PEOPLE,
        holds_patients=False,
        stem="user-review",
        make=_user_review,
        ending=CSV,
    ),
    Document(
        id="training-csv",
        title=N_("Training of raters as a table"),
        button=N_("As CSV…"),
        spoken=N_("Training of raters as CSV…"),
        saving=N_("Save the register of training"),
        called="register of training",
        of=OfRegisters,
        right=Right.READ,
        holds_patients=False,
        stem="rater-training",
        make=_trainings,
        ending=CSV,
    ),
    Document(
        id="calibration-csv",
        title=N_("Spirometer checks as a table"),
        button=N_("As CSV…"),
        spoken=N_("Spirometer checks as CSV…"),
        saving=N_("Save the register of spirometer checks"),
        called="register of spirometer checks",
        of=OfRegisters,
        right=Right.READ,
        holds_patients=False,
        stem="spirometer-checks",
        make=_checks,
        ending=CSV,
    ),
    Document(
        id="audit-trail-csv",
        title=N_("Audit trail as a table"),
        button=N_("Export as CSV…"),
        saving=N_("Export these entries"),
        called="audit trail",
        of=OfTrail,
        right=Right.AUDIT,
        holds_patients=True,
        stem="audit-trail",
        make=_audit_trail,
        ending=CSV,
    ),
    DATA_CSV,
    DATA_XLSX,
    CODED_CSV,
    CODED_XLSX,
)


@untranslated()
def _attachment(source: OfAttachment) -> bytes:
    return source.content


# What was attached, as it is. Its viewer alone offers it; the name of the file says what it is.
ATTACHMENT = Document(
    id="attachment",
    title=N_("Attached file"),
    button=N_("Save a copy…"),
    saving=N_("Save a copy of the attached file"),
    called="attached file",
    of=OfAttachment,
    right=Right.READ,
    holds_patients=True,
    stem="attached-file",
    make=_attachment,
    ending="",
)


def named(id: str) -> Document[Any]:
    """The export of that id. Raises KeyError."""
    return {one.id: one for one in EXPORTS}[id]
