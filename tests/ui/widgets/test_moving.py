"""Moving a patient, or everybody, to the newest version of a schedule in the window."""

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QPushButton

from core import clock
from core.acts import locking
from tests.core.examples import a_patient
from tests.ui.conftest import enter_visit, words
from tests.ui.keyboard import Key, in_dialog, press, settle, write
from ui.pages.chart.visits import VisitsTab
from ui.widgets.moving import MoveDialog


@pytest.fixture
def old(session):
    """On version 1 since 100 days, with the visit of month 2."""
    today = clock.today()
    patient = a_patient(
        record_number="70",
        reference_on=today - timedelta(days=100),
        registered_on=today - timedelta(days=128),
    )
    with session.write("registered"):
        session.patients.save(patient)
    enter_visit(session, patient, today - timedelta(days=40), "M2", scores=(4,) * 12)
    return patient


def visits_tab(shell, patient):
    shell.open_chart(patient.id)
    settle()
    chart = shell.page("chart")
    chart.show_tab("visits")
    settle()
    (tab,) = chart.findChildren(VisitsTab)
    return tab


def moving_to(text, said):
    """Answer the dialog by keyboard: the reason, then Enter."""

    def answer(dialog):
        said.append(dialog.lines.toPlainText())
        press(Key.Key_Return)
        assert dialog.isVisible()  # without a reason it stays
        assert "Type a reason, or cancel." in words(dialog)
        write(text)
        press(Key.Key_Return)

    in_dialog(answer, kind=MoveDialog)


def test_a_patient_is_moved_after_what_changes_was_said(shell, session, old):
    tab = visits_tab(shell, old)
    assert tab.move_on.isVisible() and tab.move_on.text() == "Move to version 2…"
    said = []
    moving_to("new ethics vote", said)
    tab.move_on.click()
    settle()
    record = session.record(old.id)
    assert record.patient.protocol_version == "2"
    assert [one.reason for one in record.moves] == ["new ethics vote"]
    assert "Month 2" not in said[0] and "Month 4, Month 6" in said[0]
    assert "1 visit that was begun stays as it is" in said[0]
    assert not tab.move_on.isVisible()
    assert "done" in [line.status for line in tab.model.rows]


def test_who_turns_back_moves_nobody(shell, session, old):
    tab = visits_tab(shell, old)
    in_dialog(lambda _dialog: press(Key.Key_Escape), kind=MoveDialog)
    tab.move_on.click()
    settle()
    assert session.record(old.id).patient == old


def test_a_locked_record_is_not_moved(shell, session, old):
    locking.lock_patient(session, old.id, "closed")
    tab = visits_tab(shell, old)
    tab.move_on.click()
    settle()
    assert session.record(old.id).moves == ()


def test_nothing_is_offered_to_who_is_on_the_newest_version(shell, session):
    newest = a_patient(record_number="71", protocol_version="2", reference_on=clock.today())
    with session.write("registered"):
        session.patients.save(newest)
    assert not visits_tab(shell, newest).move_on.isVisible()


def test_everybody_of_a_schedule_is_moved_in_the_settings(shell, session, old):
    shell.show_page("settings")
    settle()
    shell.page("settings").choose("schedules")
    settle()
    card = shell.page("settings").older
    assert "is on a version before 2" in words(card) or "are on a version before 2" in words(card)
    said = []
    moving_to("all of them", said)
    (move,) = card.findChildren(QPushButton)
    move.click()
    settle()
    assert "70" in said[0]
    versions = {
        one.protocol_version for one in session.patients.all() if one.protocol == "royan-2021"
    }
    assert versions == {"2"}
    assert card.isHidden()
