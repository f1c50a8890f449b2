"""Every page of the shell by its name. One is loaded when it is first shown: all together take long."""

from ui.pages.page import Page

PAGES = (
    *("today", "patients", "safety", "cohort", "import", "people", "backups", "trail", "settings"),
    *(
        "event_report",
        "patient",
        "event",
        "chart",
        "visit",
        "past",
        "document",
        "sheet",
        "schedule",
        "registers",
        "trial-report",
    ),
)


def page_class(name: str) -> type[Page]:
    """Raises KeyError."""
    match name:
        case "today":
            from ui.pages.today_page import TodayPage

            return TodayPage
        case "patients":
            from ui.pages.patients_page import PatientsPage

            return PatientsPage
        case "safety":
            from ui.pages.safety.page import SafetyPage

            return SafetyPage
        case "cohort":
            from ui.pages.cohort.page import CohortPage

            return CohortPage
        case "import":
            from ui.pages.import_page import ImportPage

            return ImportPage
        case "people":
            from ui.pages.people_page import PeoplePage

            return PeoplePage
        case "backups":
            from ui.pages.backups_page import BackupsPage

            return BackupsPage
        case "trail":
            from ui.pages.trail_page import TrailPage

            return TrailPage
        case "settings":
            from ui.pages.settings.page import SettingsPage

            return SettingsPage
    return _of_one(name)


def _of_one(name: str) -> type[Page]:
    """The pages about one thing that was opened: a patient, a visit, a document."""
    match name:
        case "event_report":
            from ui.pages.event_report_page import EventReportPage

            return EventReportPage
        case "patient":
            from ui.pages.patient_form_page import PatientFormPage

            return PatientFormPage
        case "chart":
            from ui.pages.chart.page import ChartPage

            return ChartPage
        case "visit":
            from ui.pages.visit_page import VisitPage

            return VisitPage
        case "past":
            from ui.pages.past_chart_page import PastChartPage

            return PastChartPage
        case "document":
            from ui.pages.document_page import DocumentPage

            return DocumentPage
        case "sheet":
            from ui.pages.sheet_page import SheetPage

            return SheetPage
        case "schedule":
            from ui.pages.schedule_page import SchedulePage

            return SchedulePage
        case "registers":
            from ui.pages.registers_page import RegistersPage

            return RegistersPage
        case "trial-report":
            from ui.pages.trial_report.page import TrialReportPage

            return TrialReportPage
        case "event":
            from ui.pages.event_page import EventPage

            return EventPage
    raise KeyError(name)
