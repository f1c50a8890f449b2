"""Alerts on Today, on the chart and at a visit's review: found, opened and acknowledged by keyboard."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QPushButton

from core import clock
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer
from core.model.ids import PatientId, new_id
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from tests.core.examples import a_patient, enter_visit
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import Key, focused, in_dialog, press, settle, tab_to
from ui.widgets.alerts_card import PATIENTS


@pytest.fixture
def measure(session):
    """``measure(patient, pcf=150)`` puts values into the patient's last visit."""

    def save(patient, **values):
        visit = session.visits.of(patient.id)[-1]
        with session.write("measured"):
            for kind, value in values.items():
                session.measurements.save(Measurement(visit_id=visit.id, kind=kind, value=value))
        return visit

    return save


@pytest.fixture
def today(shell, qtbot):
    """Shows Today and waits until everybody was looked at."""

    def show():
        shell.show_page("today")
        settle()
        page = shell.page("today")
        qtbot.waitUntil(lambda: not page.alerts.busy)
        settle()
        return page

    return show


@pytest.fixture
def chart(shell):
    def show(patient):
        shell.open_chart(patient.id)
        settle()
        return shell.page("chart")

    return show


@pytest.fixture
def see(qtbot, shell):
    """``see("a reason")`` presses Space on the button with the keyboard and types this into its dialog."""

    def give(reason):
        def type_it(dialog):
            line = dialog.findChild(QLineEdit)
            QTest.keyClicks(line, reason)
            QTest.keyClick(line, Key.Key_Return)

        in_dialog(type_it, kind=QInputDialog)
        press(Key.Key_Space)
        window = shell.window()
        window.activateWindow()  # without a display nobody gives the window back its keyboard
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
        settle()

    return give


def lines(page):
    """What Today says of patients with alerts."""
    return [name_of(one) for one in page.alerts.findChildren(QPushButton) if one.isVisible()]


def several(session, count):
    for n in range(count):
        patient = a_patient(id=PatientId(new_id()), record_number=f"B-{n}")
        with session.write("registered"):
            session.patients.save(patient)
        visit = enter_visit(session, patient, clock.today() - timedelta(days=n))
        with session.write("measured"):
            session.measurements.save(Measurement(visit_id=visit.id, kind="pcf", value=150 - n))


def test_today_names_the_patient_and_leads_to_the_chart(due, measure, shell, today):
    measure(due, pcf=150, snip=30)
    page = today()
    assert lines(page) == ["12: A4 SNIP: 30 cmH2O (+1)"]
    page.focus_first()
    tab_to("12: A4 SNIP: 30 cmH2O (+1)")
    press(Key.Key_Space)
    assert shell.current is shell.page("chart")
    assert "2 alerts" in words(shell.current)


def test_today_says_that_nothing_is_open(due, today):
    page = today()
    assert lines(page) == []
    assert "No alert is open." in words(page)


def test_today_shows_the_newest_and_counts_the_rest(session, due, today):
    several(session, PATIENTS + 2)
    page = today()
    shown = lines(page)
    assert shown[0] == "B-0: A9 PCF: 150 L/min"
    assert len(shown) == PATIENTS
    assert "and 2 more patients with alerts" in words(page)


def test_the_dead_are_not_on_today(session, due, measure, today):
    measure(due, pcf=150)
    death = Milestone(
        patient_id=due.id,
        kind=MilestoneKind.DEATH,
        happened_on=PartialDate.of(clock.today()),
    )
    with session.write("died"):
        session.milestones.save(death)
    assert lines(today()) == []


def test_a_record_that_cannot_be_read_is_said_and_the_others_are_looked_at(session, due, today):
    several(session, 2)
    first = next(one for one in session.patients.all() if one.record_number == "B-0")
    (visit,) = session.visits.of(first.id)
    with session.write("form of another program"):
        session.assessments.open(visit.id, "alsfrs-r", "999", "dr.demo")
        answer = Answer(item="cutting_without_gastrostomy", value=1)
        session.assessments.save_answer(visit.id, "alsfrs-r", "cutting", answer)
    broken, other = lines(today())
    assert broken.startswith("B-0: This program has no questionnaire named “alsfrs-r”")
    assert other == "B-1: A9 PCF: 149 L/min"


def test_today_looks_at_nobody_while_it_is_drawn_nor_behind_another_page(
    session, due, shell, today, qtbot
):
    several(session, 40)
    page = today()
    page.mark_stale()
    shell.show_page("patients")
    settle()
    qtbot.wait(50)
    assert len(page.alerts._waiting) == 41, "a page behind another takes no time from it"
    assert len(lines(today())) == PATIENTS


def test_signing_out_while_today_is_still_looking(session, due, shell, qtbot):
    several(session, 20)
    page, window = shell.page("today"), shell.window()
    page.mark_stale()
    assert page.alerts.busy
    window.close_session()
    settle()
    qtbot.wait(50)
    assert window.shell is None


def test_acknowledged_by_keyboard_with_the_reason_in_the_audit_trail(
    session, due, measure, shell, chart, today, see
):
    measure(due, pcf=150, spo2=90)
    page = chart(due)
    assert page.tabs.tabText(5) == "Alerts (2)"
    tab_to("A9 PCF: 150 L/min")
    press(Key.Key_Space)
    assert page.tabs.currentIndex() == 5
    assert focused().accessibleName() == "A9 Peak cough flow: seen…"
    shown = words(page)
    assert "PCF: 150 L/min (below 160)" in shown
    assert "Consider cough assistance." in shown
    assert "Source: ERS review of respiratory assessment" in shown
    see("cough assist ordered")
    assert page.tabs.tabText(5) == "Alerts (1)"
    assert focused().accessibleName() == "A7 SpO2 by day: seen…"
    assert "Consider cough assistance." not in words(page)
    (row,) = session._db.query("SELECT actor, reason FROM audit WHERE entity = 'acknowledgement'")
    assert (row["actor"], row["reason"]) == ("dr.demo", "cough assist ordered")
    tab_to("▸ 1 acknowledged")
    assert "cough assist ordered" not in words(page)
    press(Key.Key_Space)
    shown = words(page)
    assert "A9 PCF: 150 L/min" in shown
    assert "Seen by Dr. Demo" in shown and ": cough assist ordered" in shown
    press(Key.Key_Space)
    assert "cough assist ordered" not in words(page)
    assert lines(today()) == ["12: A7 SpO2: 90 %"]


def test_without_a_reason_it_stays_open(session, due, measure, chart, see):
    measure(due, pcf=150)
    page = chart(due)
    page.alerts_card.opened.emit("A9")
    see("   ")
    assert page.tabs.tabText(5) == "Alerts (1)"
    assert session.record(due.id).acknowledgements == ()


def test_the_last_one_acknowledged_leaves_the_keyboard_on_the_list(due, measure, chart, see):
    measure(due, pcf=150)
    page = chart(due)
    page.alerts_card.opened.emit("")
    see("seen in clinic")
    assert page.tabs.tabText(5) == "Alerts"
    assert not page.alerts_card.isVisibleTo(page)
    assert "No alert is open." in words(page)
    assert focused() is page.alerts.fold


def test_worse_speaks_again_on_the_open_chart(session, due, measure, chart, see):
    visit = measure(due, pcf=150)
    page = chart(due)
    page.alerts_card.opened.emit("")
    see("seen in clinic")
    with session.write("correction"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="pcf", value=120))
    settle()
    assert page.tabs.tabText(5) == "Alerts (1)"
    assert "PCF: 120 L/min" in words(page)


def test_a_poor_grade_is_marked(session, due, chart):
    visit = session.visits.of(due.id)[-1]
    (test,) = session.spirometry.of(due.id)
    low = replace(test, blows=(replace(test.blows[0], volume_ml=1200),))
    with session.write("correction"):
        session.spirometry.save(low)
    assert visit.id == low.visit_id
    page = chart(due)
    assert "(low confidence)" in words(page)
    page.alerts_card.opened.emit("A1")
    shown = words(page).splitlines()
    assert "low confidence" in shown
    assert any("low confidence: grade E" in line for line in shown)


def test_one_patients_alerts_never_stand_on_anothers_chart(session, due, measure, chart):
    measure(due, pcf=150)
    chart(due)
    other = a_patient(id=PatientId(new_id()), record_number="99")
    with session.write("registered"):
        session.patients.save(other)
    page = chart(other)
    assert not page.alerts_card.isVisibleTo(page)
    assert page.alerts.buttons == {}


def test_the_review_of_a_visit_shows_its_alerts(due, measure, shell):
    visit = measure(due, pcf=150)
    shell.open_visit(due.id, visit.id)
    settle()
    shown = words(shell.current).splitlines()
    assert "A9 Peak cough flow" in shown
    assert any("PCF: 150 L/min (below 160)" in line for line in shown)
    assert "open" in shown
