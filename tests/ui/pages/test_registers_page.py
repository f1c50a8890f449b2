"""The clinic's two logs in the window: entered by keyboard, kept while typed, listed, taken out, exported, and hinted at."""

import csv
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QFileDialog

from core import clock
from core.entering import registering
from core.entering.visit import beginning
from core.model.registers import CalibrationCheck, RaterTraining
from core.model.user import RIGHTS, Role
from tests.ui.keyboard import (
    CTRL,
    Key,
    answer_dialogs,
    press,
    replace_by,
    settle,
    tab_to,
    wait_until,
    write,
)


@pytest.fixture
def page(shell):
    shell.show_page("registers")
    settle()
    return shell.page("registers")


def enter_check(low="2.98", middle="3.01", high="3.04"):
    tab_to("Device")
    replace_by("Spirobank II")
    for name, text in (("low", low), ("middle", middle), ("high", high)):
        tab_to(f"Measured at {name} flow (L)")
        write(text)
    press((CTRL, Key.Key_Return))


def test_a_check_is_entered_by_keyboard_and_says_whether_it_passed(page, session):
    page.focus_first()
    enter_check()
    (one,) = session.calibrations.all()
    assert (one.device, one.syringe_ml, one.low_flow_ml, one.high_flow_ml) == (
        "Spirobank II",
        3000,
        2980,
        3040,
    )
    assert (one.checked_on, one.entered_by) == (clock.today(), "dr.demo")
    row = [page.checks.model.index(0, column).data() for column in range(4)]
    assert row[1:] == ["Spirobank II", "2.98 L, 3.01 L, 3.04 L", "passed, +1.3 %"]
    assert page.checks.fields["device"].text == "Spirobank II"  # the next is mostly of the same
    page.focus_first()
    enter_check(high="3.20")
    assert page.checks.model.index(0, 3).data() == "failed, +6.7 %"


def test_what_is_missing_or_wrong_is_said_and_nothing_is_saved(page, session):
    page.focus_first()
    tab_to("Measured at low flow (L)")
    write("30")
    press((CTRL, Key.Key_Return))
    assert (
        page.checks.fields["low_flow"].has_problem
        and page.checks.fields["low_flow"].line.hasFocus()
    )
    page.checks.fields["low_flow"].set_text("3.0")
    page.checks.enter()
    assert "all three volumes are needed" in page.checks.problem.text()
    tomorrow = clock.today() + timedelta(days=1)
    page.checks.fields["checked_on"].set_text(tomorrow.isoformat())
    page.checks.enter()
    assert page.checks.fields["checked_on"].has_problem
    assert session.calibrations.all() == ()


def test_a_training_is_entered_listed_and_taken_out_with_a_reason(page, session):
    log = page.trainings
    log.topic.setCurrentIndex(log.topic.findText("ALSFRS-R"))
    log.fields["trained_on"].setFocus()
    write("2026-01-05")
    tab_to("Trained by")
    write("ENCALS")
    tab_to("Ends on")
    write("2026-02-05")
    press((CTRL, Key.Key_Return))
    (one,) = session.trainings.all()
    assert (one.person, one.topic, one.trained_by) == ("dr.demo", "alsfrs-r", "ENCALS")
    assert log.model.index(0, 3).data() == "ended 5 Feb 2026"
    log.table.selectRow(0)
    answer_dialogs("of a colleague")
    log.remove.click()
    settle()
    assert session.trainings.all() == ()
    assert session.trail.entries(entity="rater_training")[0].reason == "of a colleague"


def test_what_is_typed_is_there_again_after_leaving(page, shell, session):
    page.focus_first()
    tab_to("Device")
    replace_by("MicroLab")
    page.trainings.fields["trained_by"].setFocus()
    write("Dr. Rahimi")
    shell.show_page("today")
    settle()
    assert session.typed.of("registers", "clinic")["check.device"] == "MicroLab"
    del shell._pages["registers"]  # as in another window
    shell.show_page("registers")
    again = shell.page("registers")
    assert again.checks.fields["device"].text == "MicroLab"
    assert again.trainings.fields["trained_by"].text == "Dr. Rahimi"


def test_who_only_reads_sees_the_logs_and_may_take_them_along(open_window, session):
    session._rights = RIGHTS[Role.NURSE]
    nurse = open_window(session)
    nurse.show_page("registers")
    settle()
    page = nurse.page("registers")
    assert page.checks.add.isVisible() and not page.trainings.add.isVisible()
    assert not page.trainings.remove.isVisible()


def test_a_log_is_saved_as_a_table(page, session, tmp_path, monkeypatch):
    page.focus_first()
    enter_check()
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "checks.csv"), "")
    )
    page.checks.export.click()
    saved = tmp_path / "checks.csv"
    wait_until(lambda: saved.exists() and saved.stat().st_size > 0)
    settle()
    _titles, row = csv.reader((tmp_path / "checks.csv").read_text("utf-8-sig").splitlines())
    assert row[1:7] == ["Spirobank II", "3000", "2980", "3010", "3040", "3"]


@pytest.fixture
def visit(shell, due):
    def start():
        visit_id = beginning.start_visit(shell.context.session, due.id, "M4", clock.today())
        shell.open_visit(due.id, visit_id)
        settle()
        return shell.page("visit")

    return start


def a_training(**given):
    values = {
        "person": "dr.demo",
        "topic": "alsfrs-r",
        "trained_on": clock.today() - timedelta(days=400),
        "trained_by": "ENCALS",
        "expires_on": clock.today() - timedelta(days=30),
        "entered_by": "dr.demo",
        "entered_at": clock.now(),
    }
    return RaterTraining(**{**values, **given})


def a_check(**given):
    values = {
        "device": "Spirobank II",
        "checked_on": clock.today() - timedelta(days=1),
        "syringe_ml": 3000,
        "low_flow_ml": 3000,
        "middle_flow_ml": 3000,
        "high_flow_ml": 3000,
        "tolerance_percent": 3.0,
        "entered_by": "dr.demo",
        "entered_at": clock.now(),
    }
    return CalibrationCheck(**{**values, **given})


def test_a_visit_hints_at_a_training_that_ended_and_a_check_that_is_missing(visit, session):
    registering.add_training(session, a_training())
    registering.add_check(session, a_check())
    page = visit()
    page.show_step("alsfrs-r")
    assert page.notices._hint.isVisible()
    assert page.notices._hint.text().startswith("The training of Dr. Demo in ALSFRS-R ended on ")
    page.show_step("spirometry")
    assert "No check of a spirometer on " in page.notices._hint.text()
    page.show_step("details")
    assert not page.notices._hint.isVisible()
    registering.add_check(session, a_check(checked_on=clock.today()))
    page.refresh()
    page.show_step("spirometry")
    assert not page.notices._hint.isVisible()  # a hint, and nothing was ever held up


def test_a_clinic_that_keeps_no_log_is_told_nothing(visit):
    page = visit()
    for step in ("alsfrs-r", "spirometry"):
        page.show_step(step)
        assert not page.notices._hint.isVisible()
