"""What can be printed: one line a document, one file each. The file is imported when the document is made.

To add one: a file with ``document(source) -> bytes`` (a PDF), and its entry in `REPORTS`. The window previews,
prints and saves it, by the right that it needs, and the trail says so.
"""

from typing import Any

from core.model.document import (
    Document,
    OfCare,
    OfCasebook,
    OfCode,
    OfDay,
    OfDefinition,
    OfDrill,
    OfEvent,
    OfEvents,
    OfForm,
    OfMonitoring,
    OfNothing,
    OfSheet,
    OfTrail,
    OfTreatments,
    OfTrial,
    OfUsers,
    OfValidation,
    OfVisit,
    OfWeeks,
)
from core.model.user import Right
from core.reports import choices
from core.words import N_

MOST_ON_PAPER = 5_000  # entries: 200 pages


def _visit_summary(source: OfVisit) -> bytes:
    from core.reports import summary

    return summary.document(source)


def _patient_sheet(source: OfSheet) -> bytes:
    from core.reports import patient_sheet

    return patient_sheet.document(source)


def _monitoring(source: OfMonitoring) -> bytes:
    from core.reports import monitoring

    return monitoring.document(source)


def _blank_forms(source: OfNothing) -> bytes:
    from core.reports import blank_forms

    return blank_forms.document(source)


def _form(source: OfForm) -> bytes:
    from core.reports import form_pages

    return form_pages.filled(source)


def _casebook(source: OfCasebook) -> bytes:
    from core.reports import casebook

    return casebook.document(source)


def _treatments(source: OfTreatments) -> bytes:
    from core.reports import treatments

    return treatments.document(source)


def _blank_form(source: OfDefinition) -> bytes:
    from core.reports import form_pages

    return form_pages.blank(source)


def _line_listing(source: OfEvents) -> bytes:
    from core.reports import safety

    return safety.listing(source)


def _counted_events(source: OfEvents) -> bytes:
    from core.reports import safety

    return safety.counted(source)


def _event_report(source: OfEvent) -> bytes:
    from core.reports import event_report

    return event_report.document(source)


def _trial_report(source: OfTrial) -> bytes:
    from core.reports import trial

    return trial.document(source)


def _care_quality(source: OfCare) -> bytes:
    from core.reports import quality

    return quality.document(source)


def _user_review(source: OfUsers) -> bytes:
    from core.reports import user_review

    return user_review.document(source)


def _audit_trail(source: OfTrail) -> bytes:
    from core.reports import trail

    return trail.document(source)


def _certificate(source: OfDrill) -> bytes:
    from core.reports import certificate

    return certificate.document(source)


def _recovery_code(source: OfCode) -> bytes:
    from core.reports import recovery_code

    return recovery_code.document(source)


def _day_list(source: OfDay) -> bytes:
    from core.reports import day_list

    return day_list.document(source)


def _calendar(source: OfWeeks) -> bytes:
    from core.reports import calendar

    return calendar.document(source)


def _validation(source: OfValidation) -> bytes:
    from core.reports import validation

    return validation.render(source.found, size=source.size)


REPORTS: tuple[Document[Any], ...] = (
    Document(
        id="visit-summary",
        title=N_("Visit summary"),
        button=N_("Print summary"),
        saving=N_("Save the visit summary"),
        called="visit summary",
        of=OfVisit,
        right=Right.READ,
        holds_patients=True,
        stem="visit-summary",
        make=_visit_summary,
    ),
    Document(
        id="patient-sheet",
        title=N_("Patient sheet"),
        button=N_("Patient sheet…"),
        saving=N_("Save the patient sheet"),
        called="patient sheet",
        of=OfSheet,
        right=Right.READ,
        holds_patients=True,
        stem="patient-sheet",
        make=_patient_sheet,
        tip=N_("One page in plain words for the patient and the family"),
        page="sheet",
    ),
    Document(
        id="monitoring-grid",
        title=N_("Infusion and monitoring"),
        button=N_("Print grid"),
        saving=N_("Save the monitoring"),
        called="infusion and monitoring",
        of=OfMonitoring,
        right=Right.READ,
        holds_patients=True,
        stem="monitoring",
        make=_monitoring,
    ),
    Document(
        id="blank-forms",
        title=N_("Blank forms"),
        button=N_("Blank forms…"),
        saving=N_("Save the blank forms"),
        called="blank forms",
        of=OfNothing,
        right=Right.READ,
        holds_patients=False,
        stem="blank-forms",
        make=_blank_forms,
        choices=choices.blank_forms,
        tip=N_("Forms to print, for a day on which this program cannot be used"),
        hint=N_(
            "Keep printed forms in the clinic for a power cut. What is written on them is entered"
            " afterwards, marked as transcribed from paper with both days."
        ),
    ),
    Document(
        id="day-list",
        title=N_("Day list"),
        button=N_("Day list…"),
        saving=N_("Save the day list"),
        called="day list",
        of=OfDay,
        right=Right.READ,
        holds_patients=True,
        stem="day-list",
        make=_day_list,
        choices=choices.days,
        tip=N_("Who comes on a day, in order of time, with what each visit asks for"),
    ),
    Document(
        id="calendar",
        title=N_("Calendar"),
        button=N_("Print calendar…"),
        saving=N_("Save the calendar"),
        called="calendar",
        of=OfWeeks,
        right=Right.READ,
        holds_patients=True,
        stem="calendar",
        make=_calendar,
        choices=choices.weeks,
        tip=N_("Four weeks with their appointments"),
    ),
    Document(
        id="form",
        title=N_("A form with its records"),
        button=N_("Print…"),
        saving=N_("Save the form"),
        called="form with its records",
        of=OfForm,
        right=Right.READ,
        holds_patients=True,
        stem="form",
        make=_form,
        choices=choices.forms,
    ),
    Document(
        id="blank-form",
        title=N_("A blank form"),
        button=N_("Blank form…"),
        saving=N_("Save the blank form"),
        called="blank form",
        of=OfDefinition,
        right=Right.READ,
        holds_patients=False,
        stem="blank-form",
        make=_blank_form,
        choices=choices.forms,
    ),
    Document(
        id="treatments",
        title=N_("Treatments"),
        button=N_("Print list"),
        saving=N_("Save the list of treatments"),
        called="list of treatments",
        of=OfTreatments,
        right=Right.READ,
        holds_patients=True,
        stem="treatments",
        make=_treatments,
        choices=choices.timelines,
        tip=N_("Everything that ran, with the picture over time"),
    ),
    Document(
        id="line-listing",
        title=N_("Line listing of adverse events"),
        button=N_("Line listing…"),
        saving=N_("Save the line listing"),
        called="line listing of adverse events",
        of=OfEvents,
        right=Right.READ,
        holds_patients=True,
        stem="line-listing",
        make=_line_listing,
        most=MOST_ON_PAPER,
    ),
    Document(
        id="events-counted",
        title=N_("Adverse events after the infusion"),
        button=N_("Table of events…"),
        saving=N_("Save the table of events"),
        called="table of adverse events",
        of=OfEvents,
        right=Right.READ,
        holds_patients=True,
        stem="adverse-events",
        make=_counted_events,
    ),
    Document(
        id="event-report",
        title=N_("Report of a serious adverse event"),
        button=N_("Preview and print…"),
        saving=N_("Save the report"),
        called="report of a serious adverse event",
        of=OfEvent,
        right=Right.READ,
        holds_patients=True,
        stem="serious-event",
        make=_event_report,
        choices=choices.event_reports,
    ),
    Document(
        id="casebook",
        title=N_("Casebook"),
        button=N_("Casebook"),
        saving=N_("Save the casebook"),
        called="casebook",
        of=OfCasebook,
        right=Right.READ,
        holds_patients=True,
        stem="casebook",
        make=_casebook,
        tip=N_("All that was entered about this patient, as one PDF with bookmarks"),
    ),
    Document(
        id="trial-report",
        title=N_("Trial report"),
        button=N_("Trial report…"),
        saving=N_("Save the trial report"),
        called="trial report",
        of=OfTrial,
        right=Right.COHORT,
        holds_patients=False,  # they do leave: by the right to the cohort, which a monitor has
        stem="trial-report",
        make=_trial_report,
        page="trial-report",
        topic="trial-report",
        tip=N_("Flow, baseline, course, events, survival and what is missing, for one study"),
    ),
    Document(
        id="care-quality",
        title=N_("Care quality list"),
        button=N_("Care quality…"),
        tip=N_(
            "What was asked, offered and talked about in time, for the patients that are shown."
        ),
        saving=N_("Save the care quality list"),
        called="care quality list",
        of=OfCare,
        right=Right.SIGN,  # for who answers for the care
        holds_patients=True,
        stem="care-quality",
        make=_care_quality,
    ),
    Document(
        id="user-review",
        title=N_("User review"),
        button=N_("User review as PDF…"),
        saving=N_("Save the user review"),
        called="user review",
        of=OfUsers,
        right=Right.PEOPLE,
        holds_patients=False,
        stem="user-review",
        make=_user_review,
    ),
    Document(
        id="audit-trail",
        title=N_("Audit trail"),
        button=N_("Export as PDF…"),
        saving=N_("Export these entries"),
        called="audit trail",
        of=OfTrail,
        right=Right.AUDIT,
        holds_patients=True,
        stem="audit-trail",
        make=_audit_trail,
        most=MOST_ON_PAPER,
    ),
    Document(
        id="restore-drill",
        title=N_("Certificate of a restore drill"),
        button=N_("Save certificate as PDF…"),
        saving=N_("Save the certificate"),
        called="certificate of a restore drill",
        of=OfDrill,
        right=Right.BACKUP,
        holds_patients=False,
        stem="restore-drill",
        make=_certificate,
    ),
    Document(
        id="recovery-code",
        title=N_("Recovery code"),
        button=N_("Save as PDF…"),
        saving=N_("Save the recovery code"),
        called="recovery code",
        of=OfCode,
        right=None,
        holds_patients=False,
        stem="recovery-code",
        make=_recovery_code,
    ),
    Document(
        id="validation",
        title=N_("Validation report"),
        button=N_("Validation report"),
        saving=N_("Save the validation report"),
        called="validation report",
        of=OfValidation,
        right=None,
        holds_patients=False,
        stem="validation",
        make=_validation,
    ),
)


def named(id: str) -> Document[Any]:
    """The document of that id. Raises KeyError."""
    return {one.id: one for one in REPORTS}[id]
