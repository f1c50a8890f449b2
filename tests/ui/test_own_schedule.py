"""A schedule that no line of the program knows, in the real window: the promise of schedules that are data."""

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit

from core import clock, reports
from core.acts import documents
from core.entering.visit import beginning
from core.forms import catalog as forms
from core.model.document import About
from core.model.user import Clinic, Role
from core.model.visit import VisitState
from core.protocols import catalog
from core.reports.choices import blank_form
from core.session import Session, new_user
from tests.core.forms.made_up import EVERY_TYPE
from tests.core.protocols.made_up import TWO_VISITS
from tests.pdf import line_of
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, in_dialog, press, settle, tab_to, write
from ui.widgets.own_definitions import Preview


@pytest.fixture(autouse=True)
def forget():
    yield
    forms.use_own([])
    catalog.use_own([])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "oral.toml"
    path.write_text(TWO_VISITS, "utf-8")
    return path


@pytest.fixture
def add(shell, monkeypatch):
    """``add(path)`` chooses the file in the settings, by its button, and accepts what is shown; answers what was."""

    def chosen(path, card="own_schedules"):
        shown = []

        def accept(dialog):
            shown.append(dialog.findChild(QPlainTextEdit).toPlainText())
            press(Key.Key_Return)

        shell.show_page("settings")
        settle()
        page = shell.page("settings")
        page.choose("schedules" if card == "own_schedules" else "forms")
        monkeypatch.setattr(
            QFileDialog, "getOpenFileName", lambda *_how, **_more: (str(path), "TOML")
        )
        in_dialog(accept, kind=Preview)
        getattr(page, card).add.click()
        shell.window().activateWindow()
        settle()
        return shown

    return chosen


def register(shell, number, schedule, day):
    """A patient is registered by keyboard: on this schedule, with this day 0."""
    shell.edit_patient(None)
    settle()
    page = shell.page("patient")
    tab_to("Record number")
    write(number)
    tab_to("Visit schedule")
    while page.protocol.currentText() != schedule:
        at = page.protocol.currentIndex()
        press(Key.Key_Down)
        assert page.protocol.currentIndex() != at, f"{schedule} is not among the schedules"
    tab_to("First dose")
    write(day.isoformat())
    press((CTRL, Key.Key_Return))
    assert shell.current is shell.page("chart")


def test_a_schedule_is_added_and_its_first_visit_entered_and_printed(
    shell, add, file, session, qtbot
):
    today = clock.today()
    shell.edit_patient(None)  # the page of new patients was there before the schedule
    (shown,) = add(file)
    assert "Before the first dose [S]: 14 days before “First dose”" in shown
    assert "Age at the first dose: ≥ 18 years" in shown
    assert "Capsules counted [capsules]" in shown
    card = shell.page("settings").own_schedules
    assert card.said.text() == "Added: Oral drug trial"
    assert "Oral drug trial, version 1, 2 visits" in words(card)

    register(shell, "21", "Oral drug trial", today + timedelta(days=14))
    (patient,) = session.patients.all()
    assert (patient.protocol, patient.protocol_version) == ("oral-drug", "1")
    chart = shell.page("chart")
    chart.show_tab("visits")
    settle()
    rows = chart.tab("visits").model.rows
    assert [(row.title, row.status) for row in rows] == [
        ("Before the first dose", "window open"),
        ("Week one", "upcoming"),
    ]
    chart.show_tab("eligibility")
    settle()
    assert "Age at the first dose" in words(chart)

    shell.show_page("today")
    settle()
    (row, *_rest) = shell.page("today").model.rows
    assert (row.title, row.status) == ("Before the first dose", "due today")
    press(Key.Key_Return)
    visit_page = shell.page("visit")
    assert shell.current is visit_page and visit_page.current == "details"
    press(Key.Key_Space)  # in person
    press(Key.Key_Tab, Key.Key_Space)  # the patient answers
    press((CTRL, Key.Key_Return))
    assert visit_page.current == "alsfrs-r"
    write("4" * 12)
    while visit_page.current == "alsfrs-r":
        press((CTRL, Key.Key_Return))
    assert visit_page.current == "tasks"
    assert "Who may take part" in words(visit_page)
    press(Key.Key_Space)
    press((CTRL, Key.Key_Return))
    press((CTRL, Key.Key_Return))  # no note
    assert visit_page.current == "review"
    press((CTRL, Key.Key_Return))
    (visit,) = session.record(patient.id).visits
    assert (visit.code, visit.state) == ("S", VisitState.FINISHED)

    shell.context.open_document.emit(
        "visit-summary", About(patient_id=patient.id, visit_id=visit.id)
    )
    summary = shell.page("document")
    qtbot.waitUntil(lambda: summary.pdf is not None)
    printed = line_of(summary.pdf)
    for said in ("Before the first dose", "48/48", "Who may take part", "Age at the first dose"):
        assert said in printed
    shell.show_page("today")
    assert session.trail.verify().is_whole


def test_the_page_of_a_registered_patient_keeps_their_version(shell, add, file, session):
    add(file)
    register(shell, "21", "Oral drug trial", clock.today())
    file.write_text(
        TWO_VISITS.replace('version = "1"', 'version = "2"').replace(
            "Oral drug trial", "Oral trial"
        ),
        "utf-8",
    )
    add(file)
    register(shell, "22", "Oral trial", clock.today())
    first, second = sorted(session.patients.all(), key=lambda one: one.record_number)
    assert (first.protocol_version, second.protocol_version) == ("1", "2")
    shell.edit_patient(first.id)
    settle()
    page = shell.page("patient")
    assert page.protocol.currentText() == "Oral drug trial"
    tab_to("Family name")
    write("Rahimi")
    press((CTRL, Key.Key_Return))
    (first,) = (one for one in session.patients.all() if one.record_number == "21")
    assert (first.family_name, first.protocol_version) == ("Rahimi", "1")
    assert "Oral drug trial" in [row[1] for row in _schedules(shell)]


def _schedules(shell):
    shell.show_page("patients")
    settle()
    rows = shell.page("patients").model.rows
    return [
        (row.record.patient.record_number, catalog.of(row.record.patient).title) for row in rows
    ]


def test_a_patient_whose_schedule_is_missing_stays_on_it(shell, add, file, session, qtbot):
    """A program that lacks it shows so, and a change of the name puts nobody on another one."""
    add(file)
    register(shell, "21", "Oral drug trial", clock.today())
    catalog.use_own([])  # as in a program that cannot read it
    (patient,) = session.patients.all()
    shell.edit_patient(patient.id)
    settle()
    page = shell.page("patient")
    assert page.protocol.currentText() == "oral-drug (not in this program)"
    page.fields["family_name"].set_text("Rahimi")
    with qtbot.capture_exceptions() as told:  # as the window tells them: in one sentence
        page.save.click()
        settle()
    said = (
        "This program has no schedule named “oral-drug” of version 1: add its file in the settings"
    )
    assert told and all(str(error).startswith(said) for _kind, error, _trace in told)
    (patient,) = session.patients.all()
    assert (patient.family_name, patient.protocol) == ("Rahimi", "oral-drug")
    assert (patient.protocol_version, patient.reference_on) == ("1", clock.today())


def test_what_is_chosen_in_the_settings_and_the_import_stays_chosen(shell, add, file, session):
    shell.show_page("settings")
    settings = shell.page("settings")
    settings.protocol.setCurrentIndex(settings.protocol.findData("routine"))  # not saved yet
    shell.show_page("import")
    importing = shell.page("import")
    assert importing.protocol.findData("oral-drug") < 0
    shell.show_page("settings")
    add(file)
    assert settings.protocol.currentData() == "routine"
    settings.protocol.setCurrentIndex(settings.protocol.findData("oral-drug"))
    settings.save.click()
    assert session.clinic.protocol == "oral-drug"
    shell.show_page("import")
    assert importing.protocol.currentData() == "oral-drug"
    shell.edit_patient(None)
    assert shell.page("patient").protocol.currentText() == "Oral drug trial"


def test_bad_files_are_told_with_their_line_and_add_nothing(shell, file, session, tmp_path):
    shell.show_page("settings")
    card = shell.page("settings").own_schedules
    for text, said in (
        ("id = 7", "oral.toml, line 1: "),
        ("", "oral.toml, line 1: “id” is missing; add it."),
        (TWO_VISITS.replace('"capsules"]', '"capsule"]'), "oral.toml, line 28: “capsule” is no"),
        (TWO_VISITS.replace("before = 10", "before = ten"), "oral.toml, line 18: this is not TOML"),
    ):
        file.write_text(text, "utf-8")
        card.take(file)
        assert card.said.text().startswith(said)
        assert card.said.text().count(".") >= 2
    card.take(tmp_path)
    assert card.said.text().startswith("The file cannot be read: ")
    card.take(tmp_path / "none.toml")
    assert card.said.text().startswith("The file cannot be read: ")
    assert session.definitions.all() == ()


def test_what_is_shown_and_cancelled_is_not_added(shell, file, session):
    shell.show_page("settings")
    in_dialog(lambda _dialog: press(Key.Key_Escape), kind=Preview)
    shell.page("settings").own_schedules.take(file)
    assert session.definitions.all() == ()
    assert "oral-drug" not in catalog.newest()


def test_the_same_version_is_not_added_twice(shell, add, file, session):
    add(file)
    add(file)
    said = shell.page("settings").own_schedules.said.text()
    assert said.startswith("There is a schedule “oral-drug” of version 1 already. Give this one")
    assert len(session.definitions.all()) == 1


def test_a_nurse_is_offered_no_schedule_to_add(session, open_window, file):
    with session.write():
        session.users.save(new_user("nurse", "N. Urse", Role.NURSE))
    path, key = session.path, session._key
    session.close()
    nurse = Session(path, key, "nurse")
    shell = open_window(nurse)
    shell.show_page("settings")
    settle()
    card = shell.page("settings").own_schedules
    assert not card.add.isVisible() and not shell.page("settings").own_forms.add.isVisible()
    in_dialog(lambda dialog: dialog.accept(), kind=Preview)
    card.take(file)  # past the button
    assert "Your role does not allow this" in card.said.text()
    assert nurse.definitions.all() == () and "oral-drug" not in catalog.newest()
    nurse.close()


def test_a_form_and_a_schedule_that_names_it_are_there_at_once(shell, add, session, due, tmp_path):
    shell.open_chart(due.id)
    settle()
    chart = shell.page("chart")
    before = [line.title for line in chart.tab("record").model.rows]
    form = tmp_path / "sleep.toml"
    form.write_text(EVERY_TYPE.format(of="patient", layout="page"), "utf-8")
    add(form, "own_forms")
    shell.open_chart(due.id)
    settle()
    chart = shell.page("chart")
    now = [line.title for line in chart.tab("record").model.rows]
    assert set(now) - set(before) == {"Nights"}
    chart.show_tab("form.sleep")
    assert "How was the night" in words(chart)

    form.write_text(
        EVERY_TYPE.format(of="visit", layout="page").replace('id = "sleep"', 'id = "nap"', 1),
        "utf-8",
    )
    add(form, "own_forms")
    path = tmp_path / "oral.toml"
    path.write_text(
        TWO_VISITS.replace('"eligibility", "alsfrs-r"]', '"eligibility", "nap"]'), "utf-8"
    )
    (shown,) = add(path)
    assert "asks for: Who may take part, Night" in shown
    register(shell, "21", "Oral drug trial", clock.today() + timedelta(days=14))
    (patient,) = (one for one in session.patients.all() if one.record_number == "21")
    visit_id = beginning.start_visit(session, patient.id, "S", clock.today())
    shell.open_visit(patient.id, visit_id)
    settle()
    page = shell.page("visit")
    page.show_step("nap")
    settle()
    assert "How was the night" in words(page)
    choice = blank_form(catalog.of(patient), "S")
    shell.context.open_document.emit("blank-forms", About(choice=choice))
    printed = reports.named("blank-forms").make(
        documents.source(session, reports.named("blank-forms"), About(choice=choice))
    )
    assert "How was the night" in line_of(printed)


def test_another_clinic_file_in_the_same_window_does_not_have_it(
    shell, add, file, open_window, tmp_path
):
    add(file)
    assert "oral-drug" in catalog.newest()
    other = Session(tmp_path / "other.als", bytes(32), "dr.demo", create=True)
    with other.write("made"):
        other.clinics.save(Clinic(name="Another clinic"))
        other.users.save(new_user("dr.demo", "Dr. Demo"))
    shell = open_window(other)
    shell.edit_patient(None)
    settle()
    shown = shell.page("patient").protocol
    assert {shown.itemData(at) for at in range(shown.count())} == set(catalog.shipped())
    shell.show_page("settings")
    assert "Oral drug trial" not in words(shell.page("settings"))
