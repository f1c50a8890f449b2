"""Alerts on Today, on the chart and at a visit's review: found, opened and decided on by keyboard."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from core import clock
from core.entering.visit import beginning
from core.entering.visit.steps import REVIEW
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer
from core.model.decision import Choice
from core.model.ids import PatientId, new_id
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift
from core.words import day
from tests.core.examples import a_patient, enter_visit
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import SHIFT, Key, focused, in_dialog, press, settle, tab_to
from ui.pages.chart.alerts import FIRST
from ui.widgets.alerts_card import PATIENTS
from ui.widgets.decide import DecideDialog


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
def decide(qtbot, shell):
    """``decide("3", "a reason")`` presses Space on the button with the keyboard, and types into its dialog.

    ``day`` replaces the day that the dialog proposes; ``then`` is the key at the end.
    """

    def give(choice, reason="", *, day=None, then=Key.Key_Return, said=None):
        def type_it(dialog):
            QTest.keyClicks(dialog.focusWidget(), choice)
            if day is not None:
                dialog.day.line.clear()
                QTest.keyClicks(dialog.day.line, day)
            QTest.keyClicks(dialog.reason.line, reason)
            if said is not None:
                said.append(words(dialog))
            QTest.keyClick(dialog.reason.line, then)
            if said is not None and dialog.isVisible():
                said.append(words(dialog))
                QTest.keyClick(dialog, Key.Key_Escape)

        in_dialog(type_it, kind=DecideDialog)
        press(Key.Key_Space)
        window = shell.window()
        window.activateWindow()  # without a display nobody gives the window back its keyboard
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
        settle()

    return give


COUGH = "Breathing: PCF {pcf} L/min on {day} (below 160 L/min) – consider cough assistance"


def cough(session, patient, pcf):
    """The line about a weak cough at the patient's last visit."""
    return COUGH.format(pcf=pcf, day=day(session.visits.of(patient.id)[-1].date))


def cough_said(session, patient, pcf):
    """The same below the heading "Breathing"."""
    return f"{cough(session, patient, pcf)}.".removeprefix("Breathing: ")


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


def test_today_names_the_patient_and_leads_to_the_chart(session, due, measure, shell, today):
    measure(due, pcf=150, alt_uln=6)
    page = today()
    breathing, medicine = lines(page)
    assert breathing == f"12 · {cough(session, due, 150)}"
    assert medicine.startswith("12 · Medicine: ALT 6.0 × ULN on ")
    page.focus_first()
    tab_to(breathing)
    press(Key.Key_Space)
    assert shell.current is shell.page("chart")
    assert "2 open alerts" in words(shell.current)


def test_today_says_per_patient_what_to_consider_and_since_when(session, due, measure, today):
    first = measure(due, pcf=150)
    second = enter_visit(session, due, clock.today() - timedelta(days=1))
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=second.id, kind="pcf", value=120))
    page = today()
    shown = words(page.alerts).splitlines()
    since = f"since {day(first.date)}"  # the first value that nobody decided on, not the newest
    assert shown == ["12", "Breathing", since, "Consider cough assistance."]
    (button,) = [one for one in page.alerts.findChildren(QPushButton) if one.isVisible()]
    assert name_of(button) == f"12 · {cough(session, due, 120)}"  # the facts are read out


def test_today_says_that_nothing_is_open(due, today):
    page = today()
    assert lines(page) == []
    assert "No alert is open." in words(page)


def test_today_says_of_nobody_that_nothing_is_open_before_they_were_looked_at(shell, due, measure):
    measure(due, pcf=150)
    card = shell.page("today").alerts
    card.look_again([due])
    (line,) = [card.layout().itemAt(at).widget() for at in range(card.layout().count())]
    assert line.text() == "Looking for alerts…"


def test_today_shows_the_newest_and_counts_the_rest(session, due, today):
    several(session, PATIENTS + 2)
    page = today()
    shown = lines(page)
    assert shown[0] == f"B-0 · {COUGH.format(pcf=150, day=day(clock.today()))}"
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
    assert other.startswith("B-1 · Breathing: PCF 149 L/min on ")


def test_today_looks_at_nobody_while_it_is_drawn_nor_behind_another_page(
    session, due, shell, today, qtbot
):
    several(session, 40)
    page = today()
    page.mark_stale()
    shell.show_page("settings")
    settle()
    qtbot.wait(50)
    assert page.alerts.busy, "a page behind another takes no time from it"
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


def test_decided_by_keyboard_with_the_reason_in_the_audit_trail(
    session, due, measure, shell, chart, today, decide
):
    measure(due, pcf=150, alt_uln=6)
    page = chart(due)
    assert page.title_of("alerts") == "Alerts (2)"
    tab_to(cough(session, due, 150))
    press(Key.Key_Space)
    assert page.front == "alerts"
    assert focused().accessibleName() == "Breathing: decide…"
    assert cough_said(session, due, 150) in words(page)
    assert "A9" not in words(page), "the rule's code is one click away"
    press((SHIFT, Key.Key_Backtab))
    assert focused().text() == "▸ Rules and sources"
    press(Key.Key_Space)
    shown = words(page)
    assert "A9 Peak cough flow: PCF: 150 L/min (below 160)" in shown
    assert "A9: ERS review of respiratory assessment" in shown
    page.tab("alerts").list.focus("breathing")
    decide("1", "cough assist ordered")
    assert page.title_of("alerts") == "Alerts (1)"
    (row,) = session._db.query("SELECT actor, reason FROM audit WHERE entity = 'decision'")
    assert (row["actor"], row["reason"]) == ("dr.demo", "cough assist ordered")
    shown = words(page)
    assert cough_said(session, due, 150) in shown, "a decided action stays visible"
    assert f"Done (Dr. Demo, {day(clock.today())}): cough assist ordered." in shown
    (line,) = lines(today())
    assert line.startswith("12 · Medicine: ")


def test_every_decision_is_listed_below_folded(session, due, measure, chart, decide):
    measure(due, pcf=150)
    page = chart(due)
    page.tab("overview").leads_to.emit("alerts", FIRST)
    decide("1", "cough assist ordered")
    tab_to("▸ 1 decision")
    assert "Breathing: PCF 150 L/min\n" not in words(page) + "\n"
    press(Key.Key_Space)
    assert "Breathing: PCF 150 L/min" in words(page).splitlines()
    press(Key.Key_Space)
    assert "Breathing: PCF 150 L/min" not in words(page).splitlines()


def test_a_refusal_is_asked_again_in_three_months_and_says_so(session, due, measure, chart, decide):
    measure(due, pcf=150)
    page = chart(due)
    page.tab("overview").leads_to.emit("alerts", "breathing")
    decide("3")
    (one,) = session.record(due.id).decisions
    again = shift(clock.today(), Offset(3, Unit.MONTHS))
    assert (one.choice, one.reason, one.review_on) == (Choice.DECLINED, "", again)
    shown = words(page)
    assert (
        f"Declined by the patient (Dr. Demo, {day(clock.today())}). Asked again on {day(again)}."
        in shown
    )
    page.tabs.setCurrentIndex(0)
    assert f"Breathing: declined by the patient until {day(again)}" in words(page)
    (row,) = session._db.query("SELECT reason FROM audit WHERE entity = 'decision'")
    assert row["reason"] == "Declined by the patient"


@pytest.mark.parametrize(
    ("choice", "reason", "on", "problem"),
    [
        ("", "seen", None, "Say what was decided."),
        ("2", "referred", None, "Enter the day"),
        ("2", "referred", "2020-01-01", "This day is not in the future."),
        ("2", "referred", "31.02.2030", "There is no day"),
        ("4", "  ", None, "Say why not now."),
    ],
)
def test_a_decision_that_lacks_something_is_not_saved(
    session, due, measure, chart, decide, choice, reason, on, problem
):
    measure(due, pcf=150)
    page = chart(due)
    page.tab("overview").leads_to.emit("alerts", "breathing")
    said = []
    decide(choice, reason, day=on, said=said)
    assert problem not in said[0] and problem in said[1]
    assert page.title_of("alerts") == "Alerts (1)"
    assert session.record(due.id).decisions == ()


def test_the_day_of_a_decision_is_judged_when_its_field_is_left(due, measure, chart):
    measure(due, pcf=150)
    chart(due).tab("overview").leads_to.emit("alerts", "breathing")
    said = []

    def type_it(dialog):
        QTest.keyClicks(dialog.focusWidget(), "2")
        dialog.day.setFocus()
        QTest.keyClicks(dialog.day.line, "1403/05/12")
        said.append(words(dialog))
        dialog.reason.setFocus()
        said.append(words(dialog))
        dialog.reject()

    in_dialog(type_it, kind=DecideDialog)
    press(Key.Key_Space)
    assert "= 2 Aug 2024" in said[0]
    assert "This day is not in the future." in said[1]


def test_escape_decides_nothing(session, due, measure, chart, decide):
    measure(due, pcf=150)
    page = chart(due)
    page.tab("overview").leads_to.emit("alerts", "breathing")
    decide("1", "never mind", then=Key.Key_Escape)
    assert session.record(due.id).decisions == ()
    assert page.title_of("alerts") == "Alerts (1)"


def test_the_last_one_decided_leaves_the_keyboard_on_the_list(due, measure, chart, decide):
    measure(due, pcf=150)
    page = chart(due)
    page.tab("overview").leads_to.emit("alerts", FIRST)
    decide("1", "seen in clinic")
    assert page.title_of("alerts") == "Alerts"
    assert "No alert is open." in words(page)
    assert focused() is page.tab("alerts").list.buttons["breathing"]


def test_worse_speaks_again_on_the_open_chart(session, due, measure, chart, decide):
    visit = measure(due, pcf=150)
    page = chart(due)
    page.tab("overview").leads_to.emit("alerts", FIRST)
    decide("1", "seen in clinic")
    with session.write("correction"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="pcf", value=120))
    settle()
    assert page.title_of("alerts") == "Alerts (1)"
    assert cough_said(session, due, 120) in words(page)


def test_a_poor_grade_is_marked(session, due, chart):
    visit = session.visits.of(due.id)[-1]
    (test,) = session.spirometry.of(due.id)
    low = replace(test, blows=(replace(test.blows[0], volume_ml=1200),))
    with session.write("correction"):
        session.spirometry.save(low)
    assert visit.id == low.visit_id
    page = chart(due)
    assert "; low confidence)" in words(page)
    page.tab("overview").leads_to.emit("alerts", "breathing")
    shown = words(page).splitlines()
    assert "low confidence" in shown


def test_one_patients_alerts_never_stand_on_anothers_chart(session, due, measure, chart):
    measure(due, pcf=150)
    chart(due)
    other = a_patient(id=PatientId(new_id()), record_number="99")
    with session.write("registered"):
        session.patients.save(other)
    page = chart(other)
    shown = words(page.tab("overview").panel)
    assert "No alert is open" in shown and "Breathing" not in shown
    assert page.tab("alerts").list.buttons == {}


def test_the_review_of_a_visit_shows_its_alerts(session, due, measure, shell):
    visit = measure(due, pcf=150)
    shell.open_visit(due.id, visit.id)
    settle()
    shown = words(shell.current).splitlines()
    title, said = cough(session, due, 150).split(": ", 1)
    assert title in shown
    assert said in shown
    assert "open" in shown


def test_decided_at_the_review_by_keyboard(session, due, measure, shell, decide, chart):
    visit = measure(due, pcf=150, alt_uln=6)
    shell.open_visit(due.id, visit.id)
    settle()
    page = shell.current
    review = page.forms[page.current]
    tab_to("Breathing: decide…")
    decide("1", "cough assist ordered")
    (one,) = session.record(due.id).decisions
    assert (one.subject, one.choice, one.visit_id) == ("breathing", Choice.DONE, visit.id)
    shown = words(page).splitlines()
    assert f"Done (Dr. Demo, {day(clock.today())}): cough assist ordered." in shown
    assert (shown.count("decided"), shown.count("open")) == (1, 1)
    assert focused() is review.view.buttons["Breathing"]
    assert focused().text() == "Decide again…"
    tab_to("Medicine: decide…")
    decide("2", "stop for now", day="1403/05/12", then=Key.Key_Escape)
    assert len(session.record(due.id).decisions) == 1, "Escape decides nothing"
    page = chart(due)
    assert page.title_of("alerts") == "Alerts (1)"


def test_decided_in_a_visit_in_progress_with_what_it_has_so_far(session, due, shell, decide):
    visit_id = beginning.start_visit(session, due.id, None, clock.today())
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=visit_id, kind="pcf", value=140))
    shell.open_visit(due.id, visit_id)
    page = shell.page("visit")
    page.show_step(REVIEW)
    settle()
    assert cough(session, due, 140).split(": ", 1)[1] in words(page).splitlines()
    tab_to("Breathing: decide…")
    decide("4", "infection, again next week")
    (one,) = session.record(due.id).decisions
    assert (one.choice, one.visit_id) == (Choice.NOT_NOW, visit_id)
    assert "infection, again next week" in words(page)
    assert page.current == REVIEW


def test_a_decision_at_an_older_review_is_about_all_that_is_known(session, due, shell, decide):
    older = enter_visit(session, due, clock.today() - timedelta(days=10))
    newer = enter_visit(session, due, clock.today() - timedelta(days=3))
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=older.id, kind="pcf", value=150))
        session.measurements.save(Measurement(visit_id=newer.id, kind="pcf", value=120))
    shell.open_visit(due.id, older.id)
    settle()
    tab_to("Breathing: decide…")
    said = []

    def look(dialog):
        said.append(words(dialog))
        QTest.keyClicks(dialog.focusWidget(), "1")
        QTest.keyClick(dialog.reason.line, Key.Key_Return)

    in_dialog(look, kind=DecideDialog)
    press(Key.Key_Space)
    settle()
    assert "PCF 120 L/min" in said[0], "nobody decides on an old value without the newer one"
    (one,) = session.record(due.id).decisions
    assert one.visit_id == newer.id
    shown = words(shell.current).splitlines()
    assert "decided" in shown and "open" not in shown
