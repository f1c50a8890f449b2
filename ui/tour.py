"""The main job, driven through the real windows without a display: pictures and PDFs are left behind.

It makes the README's pictures, and it is an acceptance test: whatever does not come out as it
should ends it with an error.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QMessageLogContext, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QPainter, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from core import clock, resources
from core.cohort.plots.means_plot import Spread
from core.commands.demonstration import PASSWORD as DEMO_PASSWORD
from core.entering import appointing, records
from core.entering.appointing import Wanted
from core.entering.record_entry import RecordEntry
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.steps import NOTE, REVIEW
from core.findings import consent
from core.forms import catalog as forms
from core.forms.reading import Limits
from core.instruments import catalog as instruments
from core.laboratory.pasting import pasted
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.document import About
from core.model.form_record import FormRecord, Item
from core.model.ids import PatientId, VisitId
from core.model.nouns import ADVERSE_EVENTS, LABORATORY, MEASUREMENTS, SPIROMETRY
from core.model.partial_date import PartialDate
from core.model.patient import Patient
from core.model.signature import Meaning
from core.model.user import Role
from core.model.visit import Mode, Respondent
from core.protocols import catalog as protocols
from core.protocols.catalog import ROUTINE
from core.views import comparison
from core.views.monitoring import Sign
from core.views.sheet.definition import Field
from core.views.trends import Axis
from ui import theme
from ui.app import application
from ui.forms.details_form import DetailsForm
from ui.forms.events_form import EventsForm
from ui.forms.infusion.monitoring_form import MonitoringForm
from ui.forms.laboratory.form import LaboratoryForm
from ui.forms.laboratory.laboratories import LaboratoriesDialog
from ui.forms.laboratory.paste import PasteDialog
from ui.forms.measurements_form import MeasurementsForm
from ui.forms.other_forms import NoteForm
from ui.forms.questionnaire_form import QuestionnaireForm
from ui.forms.review_form import ReviewForm
from ui.forms.since.form import SinceForm
from ui.forms.spirometry_form import SpirometryForm
from ui.forms.step_form import StepForm
from ui.forms.visit_form import VisitFormStep
from ui.main_window import MainWindow
from ui.pages.chart.compare import CompareTab
from ui.pages.chart.history import HistoryTab
from ui.pages.chart.laboratory import LaboratoryTab
from ui.pages.chart.overview import OverviewTab
from ui.pages.chart.page import ChartPage
from ui.pages.chart.treatments import TreatmentsTab
from ui.pages.cohort.page import CohortPage
from ui.pages.document_page import DocumentPage
from ui.pages.event_page import EventPage
from ui.pages.event_report_page import EventReportPage
from ui.pages.first_run import FirstRun
from ui.pages.import_page import ImportPage
from ui.pages.past_chart_page import PastChartPage
from ui.pages.patient_form_page import PatientFormPage
from ui.pages.patients_page import PatientsPage
from ui.pages.registers_page import RegistersPage
from ui.pages.safety.page import SafetyPage
from ui.pages.settings.page import SettingsPage
from ui.pages.sheet_page import SheetPage
from ui.pages.today_page import TodayPage
from ui.pages.trial_report.page import TrialReportPage
from ui.pages.visit_page import VisitPage
from ui.settings import Appearance, Settings
from ui.shell import Shell
from ui.widgets.appointment import AppointmentDialog
from ui.widgets.person_fields import NewPassword, PersonFields
from ui.widgets.recovery_code import RecoveryCode
from ui.widgets.responsive import bring_into_sight
from ui.widgets.sign import SignDialog

PATIENCE_S = 30
PASSWORD = "a long password"
T = TypeVar("T", bound=QWidget)
F = TypeVar("F", bound=StepForm)
BAD_CSV = """patient,age,sex,onset,duration_months,alsfrsr_baseline,fvc_pct_baseline
1,35,M,Limb,17,37,50
2,25,X,Limb,90,37,43
3,53,F,Leg,21,53,82.6
3,44,F,Limb,abc,36,57
"""


class TourFailed(Exception):
    """Something did not come out as it should."""


def run(out: Path, *, dark: bool, size: tuple[int, int], say: Callable[[str], object]) -> None:
    """Go through the whole job once. Raises TourFailed."""
    qInstallMessageHandler(_without_noise)
    app = application()
    theme.start(app, Appearance.DARK if dark else Appearance.LIGHT)
    folder = Path(tempfile.mkdtemp(prefix="als-follow-up-tour-"))
    try:
        settings = Settings(folder / "settings.ini")
        _Tour(app, out, folder, settings, size, say).go()
        settings.flush()  # or it would be written again after the folder is gone
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _without_noise(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Qt's messages, without those that only say that nothing is really on a screen."""
    if not text.startswith("This plugin does not support"):
        print(f"{kind.name}: {text}", file=sys.stderr)  # noqa: T201


class _Tour:
    def __init__(
        self,
        app: QApplication,
        out: Path,
        folder: Path,
        settings: Settings,
        size: tuple[int, int],
        say: Callable[[str], object],
    ) -> None:
        self.app, self.out, self.folder, self.say = app, out, folder, say
        self.count = 0
        self.window = MainWindow(settings)
        self.window.resize(*size)
        self.window.show()

    def go(self) -> None:
        try:
            self.new_clinic()
            self.import_table()
            self.sign_in_again()
            self.demonstration()
            self.visit()
            self.serious_chart()
            _safety(self)
            _laboratory(self)
            _infusion(self)
            _patient_sheet(self)
            self.routine_visit()
            _calendar(self)
            self.other_pages()
            self.neurologist()
            _administrator(self)
        finally:
            self.window.close_unasked()
        self.say(f"{self.count} pictures and 5 PDFs in {self.out}")

    def new_clinic(self) -> None:
        welcome = self.window.welcome
        self.picture("welcome")
        welcome.start.create_file.click()
        first_run = self.front(FirstRun)
        self.type(first_run.clinic_name.line, "Neurology clinic")
        self.picture("new_clinic_file")
        first_run.go_on()
        self.type_person(first_run.administrator, "Ada Minister", "admin")
        self.type_password(first_run.administrator_password, PASSWORD)
        self.picture("new_administrator")
        first_run.go_on()
        first_run.role.set_value(Role.NURSE)
        self.type_person(first_run.clinician, "Study nurse", "nurse")
        self.type(first_run.clinician_password.password.line, PASSWORD)
        self.type(first_run.clinician_password.again.line, "another password")
        self.expect(not first_run.check(), "two different passwords were accepted")
        self.picture("new_clinician")
        self.type_password(first_run.clinician_password, PASSWORD)
        self.expect(first_run.check(), "a complete form was refused")
        welcome.create_at(self.folder / "clinic.als")
        recovery = self.front(RecoveryCode)
        self.picture("recovery_code")
        recovery.save_to(self.out / "recovery_code.pdf")
        recovery.put_away.click()
        recovery.go_on.click()
        _first_tour(self)
        self.picture("first_day")

    def import_table(self) -> None:
        shell = self.shell
        shell.show_page("import")
        page = self.page("import", ImportPage)
        bad = self.folder / "bad.csv"
        bad.write_text(BAD_CSV, "utf-8")
        page.open_file(bad)
        self.expect(not page.confirm.isEnabled(), "a file with bad rows could be imported")
        self.picture("import_with_problems")
        page.protocol.setCurrentIndex(page.protocol.findData("royan-2021"))
        page.open_file(resources.path("demo", "table1.csv"))
        self.picture("import_ready")
        page.confirm.click()
        patients = shell.context.session.patients.all()
        self.expect(len(patients) == 17, f"{len(patients)} of 17 patients were imported")
        self.look_at_all()
        self.picture("patients")
        shell.show_page("today")
        self.picture("today_after_the_import")
        shell.open_chart(patients[11].id)
        self.picture("chart_of_an_imported_patient")

    def sign_in_again(self) -> None:
        self.window.sign_out()
        welcome = self.window.welcome
        self.type(welcome.password.line, "wrong")
        welcome.sign_in()
        self.expect(self.window.shell is None, "a wrong password opened the file")
        self.picture("sign_in_refused")
        self.type(welcome.password.line, PASSWORD)
        self.wait(welcome.enter.isEnabled)
        welcome.sign_in()
        self.expect(self.window.shell is not None, "the right password did not open the file")
        self.window.sign_out()

    def demonstration(self) -> None:
        self.window.open_demonstration()
        today = self.page("today", TodayPage)
        self.wait(lambda: not today.alerts.busy)
        self.picture("today")
        shell = self.shell
        shell.show_page("patients")
        self.look_at_all()
        self.picture("patients_of_the_demonstration")
        shell.open_chart(self.patient("A-001").id)
        self.picture("chart")
        chart = self.page("chart", ChartPage)
        trends = self.tab(chart, "overview", OverviewTab).trends
        for axis in (Axis.DATE, Axis.ONSET):
            trends.show_axis(axis)
            self.picture(f"chart_{axis.value}")
        chart.show_tab("visits")
        self.picture("chart_visits")
        chart.show_tab("history")
        self.picture("chart_history")
        entries = self.tab(chart, "history", HistoryTab).history.list
        entries.table.selectRow(entries.model.rowCount() // 2)
        entries.before_it.click()
        past = self.page("past", PastChartPage)
        self.expect(shell.current is past, "the chart as it stood was not shown")
        self.picture("chart_as_it_stood")
        _earlier_moment(self, past)
        past.back.click()

    def visit(self) -> None:
        """The nurse's whole visit, by keyboard."""
        shell, patient = self.shell, self.patient("A-003")
        shell.open_chart(patient.id)
        chart = self.page("chart", ChartPage)
        QTest.keyClick(chart.start, Qt.Key.Key_Space)
        page = self.page("visit", VisitPage)
        self._details(page)
        self._questionnaire(page)
        self._spirometry(page)
        _examinations(self, page)
        self._adverse_event(page)
        self._note_and_review(page)

    def _details(self, page: VisitPage) -> None:
        details = self.form(page, DetailsForm)
        self.picture("visit_details")
        details.mode.set_value(Mode.IN_PERSON)
        details.mode.chosen.emit()
        details.respondent.set_value(Respondent.PATIENT)
        details.respondent.chosen.emit()
        self.type(details.weight.line, "61.4")
        self.finish_step(page)
        since = self.form(page, SinceForm)
        QTest.keyClicks(since, "SS")
        self.picture("visit_since_last_time")
        QTest.keyClicks(since, "NN")
        self.finish_step(page)

    def _questionnaire(self, page: VisitPage) -> None:
        draft = self.draft(page)
        questionnaire = self.form(page, QuestionnaireForm)
        keys = self.plausible_keys(draft)
        for key in keys[:5]:
            QTest.keyClicks(questionnaire, key)
        self.picture("visit_questionnaire")
        QTest.keyClick(questionnaire, Qt.Key.Key_L)
        self.picture("visit_all_items")
        QTest.keyClick(questionnaire, Qt.Key.Key_L)
        for key in keys[5:]:
            QTest.keyClicks(questionnaire, key)
        total = instruments.alsfrs_r_total().score(draft.questionnaires.form("alsfrs-r").values)
        wanted = sum(int(key) for key in keys)
        self.expect(total == wanted, f"the total is {total} and not {wanted}")
        self.expect(draft.comparisons.possible("alsfrs-r"), "the complete form was not compared")
        self.picture("visit_comparison")
        page.show_step("alsfrs-r", "cutting")
        self.picture("visit_questionnaire_complete")

    def _spirometry(self, page: VisitPage) -> None:
        page.show_step(SPIROMETRY)
        spirometry = self.form(page, SpirometryForm)
        for text in ("2.26", "2.31", "2.2x"):
            line = self.focused()
            QTest.keyClicks(line, text)
            QTest.keyClick(line, Qt.Key.Key_Return)
        self.picture("visit_spirometry_bad_input")
        self.type(spirometry.rows[2].volume, "2.28")
        QTest.keyClick(spirometry.rows[2].volume, Qt.Key.Key_Return)
        self.picture("visit_spirometry")
        _help(self)
        blows = self.draft(page).spirometry.entered.blows
        self.expect([one.volume_ml for one in blows] == [2260, 2310, 2280], "blows")

    def _adverse_event(self, page: VisitPage) -> None:
        draft = self.draft(page)
        page.show_step(ADVERSE_EVENTS)
        events = self.form(page, EventsForm)
        events.asked.set_value(True)
        events.asked.chosen.emit()
        editor = events.editor
        self.type(editor.term.line, "Fall")
        self.type(editor.onset.line, draft.visit.date.isoformat()[:7])
        editor.grade.set_value(Grade.MILD)
        editor.outcome.set_value(Outcome.RECOVERED)
        editor.typed.emit()
        self.picture("visit_adverse_event")
        editor.add.click()
        self.expect(len(draft.events.reported) == 1, "the adverse event was not added")
        self.picture("visit_adverse_events")

    def _note_and_review(self, page: VisitPage) -> None:
        draft = self.draft(page)
        page.show_step(NOTE)
        note = self.form(page, NoteForm)
        QTest.keyClicks(note.note, "Uses a stick outdoors. Sleeps with two pillows.")
        page.show_step(REVIEW)
        review = self.form(page, ReviewForm)
        self.picture("visit_review")
        self.expect(review.finish.isEnabled(), "the complete visit cannot be finished")
        review.finish.click()
        self.expect(not draft.visit.is_draft, "the visit was not finished")
        review.print.click()
        self.summary("visit_summary")

    def plausible_keys(self, draft: Draft) -> str:
        """The answers of the visit before, two of them a point lower."""
        instrument = instruments.alsfrs_r()
        before = [form for form in draft.record.answered(instrument.id) if form.answers][-1].values
        low = [slot for slot, value in before.items() if value > 0][-2:]
        values = [before[slot] - (slot in low) for slot in instrument.slots]
        return "".join(str(value) for value in values)

    def serious_chart(self) -> None:
        shell, patient = self.shell, self.patient("A-015")
        shell.open_chart(patient.id)
        self.picture("chart_with_serious_events")
        chart = self.page("chart", ChartPage)
        _compare(self, chart)
        chart.show_tab("events")
        self.picture("chart_adverse_events")
        _event_pages(self, patient)
        shell.open_chart(patient.id)
        _consent(self, patient, chart)
        for tab in ("milestones", "eligibility"):
            chart.show_tab(tab)
            self.picture(f"chart_{tab}")
        self._treatments(chart)
        shell.open_chart(self.patient("A-010").id)
        self.picture("chart_with_alerts")
        chart.show_tab("alerts")
        self.picture("chart_alerts")
        visits = shell.context.session.visits.of(patient.id)
        self.open_summary(patient.id, visits[-1].id)
        self.summary("visit_summary_serious")

    def _treatments(self, chart: ChartPage) -> None:
        """What ran, a dose that is asked about, and the list on paper."""
        chart.show_tab("treatments")
        self.settle()
        tab = self.tab(chart, "treatments", TreatmentsTab)
        tab.list.select(tab.list.model.rows[0].id)
        self.picture("chart_treatments")
        tab.everything.click()
        self.picture("chart_treatments_and_events")
        tab.everything.click()
        editor = tab.entry("medicine").editor
        entry = editor.entry
        self.expect(entry is not None, "no medicine can be entered")
        if entry is not None:
            typed = {"substance": "Riluzole", "dose": "100", "frequency": "2_daily"}
            for name, text in typed.items():
                editor.frames[name].editor.set_text(text)
            editor.frames["dose"].changed.emit()
        bring_into_sight(editor.frames["dose"].answer)
        self.picture("treatments_dose_question")
        tab.entry("medicine").clear.click()
        self.shell.context.open_document.emit(
            "treatments", About(patient_id=self.patient("A-015").id, choice="date")
        )
        page = self.page("document", DocumentPage)
        self.wait(lambda: page.pdf is not None)
        self.picture("treatments_on_paper")
        self.shell.context.open_document.emit(
            "casebook", About(patient_id=self.patient("A-015").id)
        )
        self.wait(lambda: page.pdf is not None)
        self.picture("casebook_with_treatments")

    def routine_visit(self) -> None:
        """What the trial's visits do not have: single measurements, pain and fatigue."""
        shell, today = self.shell, clock.today()
        protocol = protocols.shipped()[ROUTINE]
        patient = Patient(
            record_number="R-001",
            protocol=protocol.id,
            protocol_version=protocol.version,
            height_cm=170.0,
            registered_on=today,
        )
        session = shell.context.session
        with session.write("a patient of the routine clinic"):
            session.patients.save(patient)
        visit_id = beginning.start_visit(session, patient.id, None, today)
        shell.open_visit(patient.id, visit_id)
        page = self.page("visit", VisitPage)
        draft = self.draft(page)
        page.show_step(MEASUREMENTS)
        for kind, text in (("snip", "52"), ("spo2", "96")):
            self.type(self.form(page, MeasurementsForm).rows[kind].value, text)
        self.picture("visit_measurements")
        page.show_step("nrs-pain-fatigue")
        QTest.keyClicks(self.form(page, QuestionnaireForm), "3")
        self.picture("visit_pain_and_fatigue")
        self.expect(
            len(draft.questionnaires.form("nrs-pain-fatigue").values) == 1,
            "the rating was not saved",
        )

    def other_pages(self) -> None:
        shell = self.shell
        shell.edit_patient(None)
        form = self.page("patient", PatientFormPage)
        self.type(form.fields["born"].line, "31.02.1960")
        form.save.click()
        self.picture("new_patient")
        _settings(self)
        _registers(self)
        shell.search.setFocus()
        QTest.keyClicks(shell.search, "A-01")
        self.picture("find_patient")

    def neurologist(self) -> None:
        """At the same workstation: locked by the nurse, opened by the neurologist, who signs the visit."""
        self.window.lock()
        self.picture("locked")
        self.unlock_as("neuro")
        today = self.page("today", TodayPage)
        self.wait(lambda: not (today.alerts.busy or today.signatures.busy))
        self.picture("today_of_the_neurologist")
        shell, patient = self.shell, self.patient("A-003")
        visit = shell.context.session.record(patient.id).finished_visits[-1]
        shell.open_visit(patient.id, visit.id)
        page = self.page("visit", VisitPage)
        review = self.form(page, ReviewForm)
        QTimer.singleShot(100, self.window, self.sign)
        review.sign.click()
        self.picture("signed_visit")
        page.ask_here()
        self.picture("question_on_a_field")
        self.open_summary(patient.id, visit.id)
        self.summary("visit_summary_signed")
        shell.show_page("trail")
        self.picture("audit_trail")
        _cohort(self)

    def sign(self) -> None:
        """In the dialog, while it waits for an answer."""
        dialog = self.app.activeModalWidget()
        if not isinstance(dialog, SignDialog):
            raise TourFailed("nothing to sign with")
        self.picture("signing", dialog)
        dialog.meaning.set_value(Meaning.REVIEWED)
        self.type(dialog.password.line, DEMO_PASSWORD)
        dialog.sign.click()
        self.expect(not dialog.isVisible(), "the visit was not signed")

    def unlock_as(self, login: str) -> None:
        lock = self.window.lock_page
        if lock is None:
            raise TourFailed("the window is not locked")
        lock.somebody_else.click()
        lock.who.set_value(login)
        self.type(lock.password.line, DEMO_PASSWORD)
        lock.unlock()

    def open_summary(self, patient_id: PatientId, visit_id: VisitId) -> None:
        about = About(patient_id=patient_id, visit_id=visit_id)
        self.shell.open_document("visit-summary", about)

    def summary(self, name: str) -> None:
        page = self.page("document", DocumentPage)
        self.wait(lambda: page.pdf is not None)
        self.picture(name)
        page.save_to(self.out / f"{name}.pdf")
        self.expect((self.out / f"{name}.pdf").exists(), "the PDF was not saved")

    def front(self, kind: type[T]) -> T:
        """The card on the welcome page."""
        card = self.window.welcome.front
        if not isinstance(card, kind):
            raise TourFailed(f"the card in front is a {type(card).__name__}")
        return card

    @property
    def shell(self) -> Shell:
        if self.window.shell is None:
            raise TourFailed("no clinic file is open")
        return self.window.shell

    def page(self, name: str, kind: type[T]) -> T:
        page = self.shell.page(name)
        if not isinstance(page, kind):
            raise TourFailed(f"the page {name} is a {type(page).__name__}")
        return page

    def tab(self, chart: ChartPage, id: str, kind: type[T]) -> T:
        tab = chart.tab(id)
        if not isinstance(tab, kind):
            raise TourFailed(f"the tab {id} is a {type(tab).__name__}")
        return tab

    def form(self, page: VisitPage, kind: type[F]) -> F:
        """The step in front."""
        form = page.forms[page.current]
        if not isinstance(form, kind):
            raise TourFailed(f"the step in front is {page.current}, not a {kind.__name__}")
        return form

    def draft(self, page: VisitPage) -> Draft:
        if page.draft is None:
            raise TourFailed("no visit is being entered")
        return page.draft

    def patient(self, number: str) -> Patient:
        patients = self.shell.context.session.patients.all()
        return next(patient for patient in patients if patient.record_number == number)

    def focused(self) -> QWidget:
        self.settle()
        widget = self.window.focusWidget()
        if widget is None:
            raise TourFailed("nothing has the keyboard")
        return widget

    def type(self, line: QWidget, text: str) -> None:
        """Replace what stands in a line, and leave it."""
        line.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(line, text)
        self.settle()

    def type_person(self, fields: PersonFields, name: str, login: str) -> None:
        self.type(fields.full_name.line, name)
        self.type(fields.login.line, login)

    def type_password(self, fields: NewPassword, password: str) -> None:
        self.type(fields.password.line, password)
        self.type(fields.again.line, password)

    def finish_step(self, page: VisitPage) -> None:
        form: StepForm = page.forms[page.current]
        form.commit()
        form.go_on.emit()

    def picture(self, name: str, shown: QWidget | None = None) -> None:
        """The window, and a dialog before it."""
        self.settle()
        self.count += 1
        path = self.out / f"{self.count:03}_{name}.png"
        picture = self.window.grab()
        if shown is not None:
            painter = QPainter(picture)
            place = shown.rect()
            place.moveCenter(self.window.rect().center())
            painter.drawPixmap(place.topLeft(), shown.grab())
            painter.setPen(QPen(theme.colour("strong_line"), 1))  # no desktop frames it here
            painter.drawRect(place.adjusted(0, 0, -1, -1))
            painter.end()
        if not picture.save(str(path)):
            raise TourFailed(f"the picture {path} could not be written")
        self.say(path.name)

    def look_at_all(self) -> None:
        """The list of patients in front, when every record in it was read."""
        page = self.page("patients", PatientsPage)
        self.wait(lambda: not page.context.glances.is_waiting(page))

    def settle(self) -> None:
        """Let everything that is waiting to be laid out and painted happen."""
        for _ in range(4):
            self.app.sendPostedEvents()
            self.app.processEvents()

    def wait(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not ready():
            if time.monotonic() > end:
                raise TourFailed("waited too long")
            self.settle()
            time.sleep(0.01)

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise TourFailed(otherwise)


def _examinations(tour: _Tour, page: VisitPage) -> None:
    """What the trial's visits ask for besides: vital signs, both examinations, and the laboratory."""
    signs = ("umn", "lmn")
    regions = ("bulbar", "cervical", "thoracic", "lumbosacral")
    normal = forms.newest()["physical_examination"].quick[0].values
    whole = {
        "vital_signs": {"pulse": "74", "systolic": "126", "diastolic": "77", "spo2": "96"},
        "physical_examination": {name: str(value) for name, value in normal.items()},
        "neurological_examination": {
            f"{region}_{sign}": "present" if region == "cervical" else "absent"
            for region in regions
            for sign in signs
        },
    }
    draft = tour.draft(page)
    for step, texts in whole.items():
        page.show_step(step)
        form = tour.form(page, VisitFormStep)
        for name, text in texts.items():
            form.editor.frames[name].editor.set_text(text)
            form.editor.frames[name].changed.emit()
        tour.picture(f"visit_{step}")
        tour.finish_step(page)
        (saved,) = draft.forms.records(form.form)
        missing = texts.keys() - saved.items.keys()
        tour.expect(not missing, f"{step} was saved without {sorted(missing)}")
    page.show_step(LABORATORY)
    sheet = tour.form(page, LaboratoryForm).sheet
    for test, text in (("alt", "28"), ("ast", "31"), ("creatinine", "52")):
        tour.type(sheet.rows[test].line, text)
        sheet.rows[test].line.returnPressed.emit()
    tour.picture("visit_laboratory")
    entered = {one.test for one in draft.record.laboratory if one.visit_id == draft.visit.id}
    tour.expect(entered == {"alt", "ast", "creatinine"}, f"of the laboratory: {sorted(entered)}")


def _settings(tour: _Tour) -> None:
    """The sections, and what a search finds in all of them."""
    tour.shell.show_page("settings")
    tour.picture("settings")
    settings = tour.page("settings", SettingsPage)
    settings.search.setFocus()
    QTest.keyClicks(settings.search, "weight")
    tour.picture("settings_search")
    settings.end_search()


def _event_pages(tour: _Tour, patient: Patient) -> None:
    """One event with all that is known of it, and a new one that lacks what is needed."""
    event = next(e for e in tour.shell.context.session.events.of(patient.id) if e.serious)
    tour.shell.open_event(patient.id, event.id, "")
    page = tour.page("event", EventPage)
    tour.picture("adverse_event_form")
    tour.shell.open_event(patient.id, "", "")
    tour.type(page.sheet.what.term.line, "Pulmonary embolism")
    page.save.click()
    tour.picture("adverse_event_form_new")
    tour.expect(bool(page.sheet.state.text()), "a new event does not say what it lacks")
    page.sheet.kept.discarded.emit()


def _administrator(tour: _Tour) -> None:
    """The pages of who keeps people and backups."""
    tour.window.lock()
    tour.unlock_as("admin")
    for name in ("people", "backups"):
        tour.shell.show_page(name)
        tour.picture(name)


def _first_tour(tour: _Tour) -> None:
    """What a new person is shown around, step by step."""
    shown = tour.shell.guidance.tour
    if shown is None:
        raise TourFailed("a new person is not shown around")
    for step in ("today", "visit", "chart", "lock"):
        tour.picture(f"help_first_tour_{step}")
        shown.on.click()
    tour.expect(tour.shell.guidance.tour is None, "the first tour has no end")


def _help(tour: _Tour) -> None:
    """The page about the step in front, what a figure means, words that are found, and About."""
    line = tour.focused()
    tour.shell.guidance.show_help()
    tour.settle()
    window = tour.window.help
    if window is None:
        raise TourFailed("F1 shows no help")
    tour.expect(window.topic == "visit#spirometry", f"F1 shows {window.topic}")
    window.resize(1080, 700)  # as on a usual screen
    window.show_topic(window.topic)
    tour.picture("help_page", window)
    for topic in ("clinical#figure-z", "keyboard", "about", "licences"):
        window.show_topic(topic)
        tour.picture(f"help_{topic.rpartition('#')[2].replace('-', '_')}", window)
    QTest.keyClicks(window.words, "recovery code")
    tour.picture("help_search", window)
    window.reject()
    tour.expect(tour.focused() is line, "the keyboard is not where it was before the help")


def _earlier_moment(tour: _Tour, past: PastChartPage) -> None:
    """The chart as it stood a moment before that, by the slider."""
    before = past.banner.text()
    QTest.keyClick(past.slider, Qt.Key.Key_Left)
    tour.wait(lambda: past.banner.text() != before)
    tour.picture("chart_as_it_stood_compared_with_today")


def _compare(tour: _Tour, chart: ChartPage) -> None:
    """Two visits side by side: the last pair, only what changed of it, and the last visit against the first form."""
    chart.show_tab("overview")
    chart.setFocus()
    QTest.keyClicks(chart, "c")
    tab = tour.tab(chart, "compare", CompareTab)
    tour.expect(chart.front == "compare", "C did not show the comparison")
    tour.picture("chart_compare")
    QTest.keyClicks(tab, "o")
    tour.picture("chart_compare_only_changed")
    QTest.keyClicks(tab, "o")
    last = tab.visits
    record = tab.record
    if record is None or len(last) < 2:
        raise TourFailed("there are not two visits to compare")
    first = comparison.picks(record, last[1])[-1].visit
    tab.show_pair(first, last[1].id, last[0].id)
    tour.picture("chart_compare_with_the_first")
    chart.show_tab("overview")


def _registers(tour: _Tour) -> None:
    """The morning's check of a spirometer, which it passes."""
    tour.shell.show_page("registers")
    page = tour.page("registers", RegistersPage)
    typed = {
        "device": "Spirobank II",
        "low_flow": "2.98",
        "middle_flow": "3.01",
        "high_flow": "3.04",
    }
    for name, text in typed.items():
        tour.type(page.checks.fields[name].line, text)
    page.checks.enter()
    tour.expect(bool(page.checks.model.rows), "the check of the spirometer was not saved")
    tour.picture("registers")


def _safety(tour: _Tour) -> None:
    """A serious event that the clinic learnt of yesterday: its clock, the list, and its report."""
    shell, session = tour.shell, tour.shell.context.session
    event = AdverseEvent(
        patient_id=tour.patient("A-010").id,
        term="Respiratory failure",
        coded_term="Respiratory failure",
        onset=PartialDate.of(clock.today() - timedelta(days=1)),
        grade=Grade.LIFE_THREATENING,
        serious=True,
        outcome=Outcome.NOT_RECOVERED,
    )
    aware = clock.now() - timedelta(hours=21, minutes=51)
    said = {"criteria": "life_threatening", "aware_at": aware.isoformat()}
    details = FormRecord(
        id=event_details.record_id(event.id),
        patient_id=event.patient_id,
        form=event_details.FORM,
        version="1",
        entered_by=session.login,
        entered_at=clock.now(),
        items={name: Item(value=value) for name, value in said.items()},
    )
    with session.write("a serious event"):
        session.events.save(event)
        session.forms.save(details)
    shell.show_page("safety")
    page = tour.page("safety", SafetyPage)
    tour.expect(bool(page.clocks.model.rows), "no clock of a serious event runs")
    tour.picture("safety")
    QTest.keyClicks(page.table, "3")
    tour.picture("safety_grade_3")
    page.show_all()
    page.table.selectRow(0)
    QTest.keyClicks(page.table, "r")
    report = tour.page("event_report", EventReportPage)
    tour.expect(bool(report.text.toPlainText()), "the narrative is empty")
    tour.picture("safety_report")
    report.preview()
    document = tour.page("document", DocumentPage)
    tour.wait(lambda: document.pdf is not None)
    tour.picture("safety_report_printed")
    shell.open_document("line-listing", About())
    tour.wait(lambda: document.pdf is not None)
    tour.picture("safety_line_listing")


def _cohort(tour: _Tour) -> None:
    """All patients as one group, those of the study first."""
    tour.shell.show_page("cohort")
    page = tour.page("cohort", CohortPage)
    tour.wait(lambda: page.group is not None and not page.busy)
    tour.expect(" infused of " in page.headline.text(), "another group than the study is shown")
    tour.picture("cohort")
    page.filters.show_everybody()
    page.spread.choose(Spread.QUARTILES)
    tour.wait(lambda: not page.busy)
    tour.picture("cohort_everybody")
    tour.shell.open_document("trial-report", About())
    report = tour.page("trial-report", TrialReportPage)
    tour.wait(lambda: report.pdf is not None and not report.busy)
    report.contents.rows["course"].box.setFocus()
    tour.expect("question" in report.open_questions.text(), "what is open is not told")
    tour.picture("trial_report")


def _patient_sheet(tour: _Tour) -> None:
    """What a patient takes home: the page beside its words, one of them written by hand."""
    patient = tour.patient("A-012")
    record = tour.shell.context.session.record(patient.id)
    about = About(patient_id=patient.id, visit_id=record.finished_visits[-1].id)
    tour.shell.context.open_document.emit("patient-sheet", about)
    page = tour.page("sheet", SheetPage)
    tour.wait(lambda: page.pdf is not None)
    tour.picture("patient_sheet")
    agreed = page.fields[Field.AGREED]
    agreed.box.setPlainText(f"Bring the breathing mask and its card.\n{agreed.text}")
    page.commit()
    tour.settle()
    tour.expect(agreed.put_back.isVisible(), "an edit of the patient sheet was not saved")
    bring_into_sight(agreed)
    tour.picture("patient_sheet_edited")
    path = tour.out / "patient_sheet.pdf"
    page.save_to(path)
    tour.wait(lambda: path.exists() and path.stat().st_size > 0)


def _laboratory(tour: _Tour) -> None:
    """Values of a sample between visits, a list that is pasted, and the clinic's laboratories."""
    shell = tour.shell
    shell.open_chart(tour.patient("A-012").id)
    chart = tour.page("chart", ChartPage)
    chart.show_tab("laboratory")
    tour.settle()
    tab = tour.tab(chart, "laboratory", LaboratoryTab)
    tour.picture("chart_laboratory")
    for test, text in (("alt", "132"), ("ast", "79"), ("creatinine", "47"), ("tsh", "< 0.05")):
        tour.type(tab.sheet.rows[test].line, text)
        tab.sheet.rows[test].line.returnPressed.emit()
    tour.picture("chart_laboratory_entered")
    entry = tab.entry
    if entry is None or not {"alt", "ast", "creatinine", "tsh"} <= {*entry.sheet.results}:
        raise TourFailed("the laboratory's values were not saved")
    rows = "SGPT\t132\tU/L\t< 41\nCreat\t0.6\tmg/dL\t0.7 - 1.2\nFerritin\t300\tng/mL"
    for name, dialog in (
        ("laboratory_list", PasteDialog(shell, entry.sheet, pasted(rows))),
        ("laboratory_ranges", LaboratoriesDialog(shell, shell.context)),
    ):
        dialog.show()
        tour.picture(name, dialog)
        dialog.close()
        dialog.deleteLater()


_TESTS = ("hbsag", "anti_hbc", "hcv", "hiv", "htlv1", "htlv2", "syphilis", "cmv")
_READ = {
    "before": ("78", "132/78", "96", "36.6", "14"),
    "0": ("84", "138/82", "96", "", "14"),
    "5": ("118", "148/88", "95", "", "18"),
    "10": ("112", "144/86", "94", "", "16"),
    "15": ("104", "140/84", "95", "36.7", "16"),
    "30": ("92", "134/80", "95", "36.8", "15"),
}


def _infusion(tour: _Tour) -> None:
    """An infusion that began an hour ago: its forms, and the grid of its monitoring by keyboard."""
    shell, session, today = tour.shell, tour.shell.context.session, clock.today()
    schedule = protocols.shipped()["royan-2021"]
    patient = Patient(
        record_number="I-001",
        protocol=schedule.id,
        protocol_version=schedule.version,
        reference_on=today,
        registered_on=today,
        stated_age_years=67,
    )
    with session.write("a patient of the infusion day"):
        session.patients.save(patient)
    visit_id = beginning.start_visit(session, patient.id, "INF", today)
    start = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=61)
    _fill_infusion(Draft(session, patient.id, visit_id), start)
    shell.open_visit(patient.id, visit_id)
    page = tour.page("visit", VisitPage)
    for step in ("product", "donor", "infusion"):
        page.show_step(step)
        tour.picture(f"infusion_{step}")
    page.show_step("monitoring")
    form = tour.form(page, MonitoringForm)
    for key, texts in _READ.items():
        for sign, text in zip(Sign, texts, strict=True):
            if (cell := form.grid.cell(key, sign)) is not None and text:
                tour.type(cell, text)
    form.commit()
    late = next(time for time in form.draft.monitoring.times if time.key == "30")
    form.draft.monitoring.describe(
        late, start + timedelta(minutes=34), "Patient turned on the left side."
    )
    form.show_draft()
    form.focus_first()
    tour.picture("infusion_monitoring")
    tour.expect(form.next.isVisible(), "no reading of the infusion is counted down")
    form.event_meant.emit(start + timedelta(minutes=5))
    sheet = page.beside.sheet
    if sheet is None:
        raise TourFailed("no event can be entered beside the monitoring")
    tour.type(sheet.what.term.line, "Sinus tachycardia")
    sheet.severity.grades.choose("2")
    tour.picture("infusion_event_beside")
    page.beside.leave()
    form.print_grid.click()
    document = tour.page("document", DocumentPage)
    tour.wait(lambda: document.pdf is not None)
    tour.picture("infusion_monitoring_on_paper")


def _fill_infusion(draft: Draft, start: datetime) -> None:
    first = {"identity": "yes", "consent": "yes", "checked_by": "N. Urse"}
    whole: dict[str, dict[str, str]] = {
        "product": {
            "product": "Ad-MSC", "source": "allogeneic", "passage": "3", "lot": "0457-B",
            "use_by": _typed(start + timedelta(hours=4)), "viability": "94", "sterility": "negative",
            "endotoxin_sign": "below", "endotoxin": "0.25", "mycoplasma": "negative", "cd73": "98", "cd90": "97",
            "cd105": "96", "cd34": "0.3", "cd45": "0.4", "checked_by": "N. Urse", "second_checker": "Dr N.",
        },
        "donor": {
            "relation": "unrelated", "code": "D-031", "sex": "female", "age": "31", "consent": "yes",
            **dict.fromkeys(_TESTS, "negative"),
        },
        "infusion": {
            **first, "weight": "75.2", "per_kg": "2", "lot": "0457-B", "line": "peripheral",
            "site": "left forearm, 20 G", "given_by": "N. Urse", "second_checker": "Dr N.", "start": _typed(start),
            "end": _typed(start + timedelta(minutes=5)), "given": "150", "volume": "10",
        },
    }  # fmt: skip
    for name, texts in (("infusion", first), *whole.items()):
        form = draft.forms.form(name)
        if form is None:
            raise TourFailed(f"the infusion day asks for no {name}")
        record = next(iter(draft.forms.records(form)), None)
        made = draft.forms.entry(form, record, texts).record
        if made is None:
            raise TourFailed(f"what was typed in {name} is not whole")
        draft.forms.save(made)


def _typed(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _consent(tour: _Tour, patient: Patient, chart: ChartPage) -> None:
    """A consent that was signed after the first visit: what is outside it."""
    session, form = tour.shell.context.session, forms.newest()[consent.FORM]
    visits = session.record(patient.id).visits
    entry = RecordEntry(form, patient.id, session.login, Limits(latest=clock.today()))
    entry.fill(form.quick[0])
    entry.type("day", (visits[0].date + timedelta(days=1)).isoformat())
    entry.type("version", "2.1, 3 Nov 2025")
    made = entry.record
    tour.expect(made is not None, "the consent is not whole")
    if made is not None:
        records.save(session, form, made)
    chart.show_tab(f"form.{consent.FORM}")
    tour.picture("chart_record_consent")
    chart.show_tab("form.participation")
    tour.picture("chart_record_participation_and_consent")
    if made is not None:
        records.remove(session, made, "entered for the picture")


def _calendar(tour: _Tour) -> None:
    """Visits are given appointments, one of them by hand; the weeks as a calendar; the list of a day."""
    shell, session = tour.shell, tour.shell.context.session
    shell.show_page("today")
    page = tour.page("today", TodayPage)
    page.focus_first()
    waiting = [one for one in page.model.rows if one.may_be_appointed and one.code]
    times = ((0, 9), (0, 10), (1, 11), (3, 9), (3, 14), (8, 10))
    for item, (days, hour) in zip(waiting, times, strict=False):
        on = clock.today() + timedelta(days=days)
        wanted = Wanted(day=on, time=time_of_day(hour, 30), note="", reason="as agreed by phone")
        appointing.save(session, item.patient.id, item.code or "", wanted)
    tour.settle()
    page.table.selectRow(page.model.line_of(next(i for i in page.model.rows if i.appointed)))
    tour.picture("today_with_the_calendar_of_appointments")
    QTimer.singleShot(100, tour.window, partial(_move, tour))
    page.ask_appointment()
    page.turn_part()
    tour.picture("calendar")
    paper = tour.page("document", DocumentPage)
    for name in ("day-list", "calendar"):
        shell.context.open_document.emit(name, About())
        tour.wait(lambda: paper.pdf is not None)
        tour.picture(f"calendar_paper_{name.replace('-', '_')}")
    page.turn_part()


def _move(tour: _Tour) -> None:
    """In the dialog, while it waits: a day outside the window asks for a reason."""
    dialog = tour.app.activeModalWidget()
    if not isinstance(dialog, AppointmentDialog):
        raise TourFailed("no appointment can be given")
    tour.type(dialog.day.line, (clock.today() + timedelta(days=200)).isoformat())
    tour.expect(dialog.reason.isVisible(), "no reason is asked for a day outside the window")
    tour.picture("calendar_appointment", dialog)
    dialog.reject()
