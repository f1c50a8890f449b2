"""A visit by telephone in the window: one button, or one key, says what cannot be done from afar."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core import clock
from core.entering.visit import beginning
from core.model.assessment import NotDone
from core.model.visit import Mode
from core.protocols.schedule import Offset, Unit, shift
from tests.core.examples import a_patient
from tests.ui.conftest import words
from tests.ui.keyboard import ALT, Key, press, settle


@pytest.fixture
def page(session, shell):
    reference = shift(clock.today(), Offset(-2, Unit.MONTHS))
    patient = a_patient(protocol_version="2", reference_on=reference)
    with session.write("registered"):
        session.patients.save(patient)
    visit = beginning.start_visit(session, patient.id, "M2", clock.today())
    shell.open_visit(patient.id, visit)
    settle()
    return shell.page("visit")


def take_place(page, mode):
    page.show_step("details")
    details = page.forms["details"]
    button = next(
        one for value, one in zip(Mode, details.mode.buttons, strict=True) if value is mode
    )
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()


def reasons(page):
    record = page.draft.record
    return {one.not_done for one in (*record.spirometry, *record.forms)}


def test_a_telephone_visit_says_at_once_what_it_cannot_do_and_a_click_settles_it(page):
    notice = page.notices.remote
    assert not notice.isVisible()
    take_place(page, Mode.PHONE)
    assert notice.isVisible() and notice.button.accessibleName() == "All of it not done"
    said = words(notice)
    assert "Spirometry, Vital signs, Physical examination, Neurological examination" in said
    assert reasons(page) == set(), "nothing is said silently"
    QTest.mouseClick(notice.button, Qt.MouseButton.LeftButton)
    settle()
    assert not notice.isVisible() and reasons(page) == {NotDone.REMOTE}
    assert page._buttons["vital_signs"].accessibleName().endswith("done")
    page.show_step("vital_signs")
    settle()
    assert page.forms["vital_signs"].not_done.currentText() == "Not done: by telephone or video"


def test_the_key_says_it_from_any_step_and_in_person_takes_it_back(page):
    take_place(page, Mode.VIDEO)
    page.show_step("spirometry")
    settle()
    press((ALT, Key.Key_N))
    settle()
    spirometry = page.forms["spirometry"]
    assert spirometry.not_done.currentText() == "Not done: by telephone or video"
    assert "✓" in words(page._buttons["spirometry"])
    press((ALT, Key.Key_N))
    settle()
    assert reasons(page) == {NotDone.REMOTE}, "a second press changes nothing"
    take_place(page, Mode.IN_PERSON)
    assert "in person" in words(page.notices.remote)
    press((ALT, Key.Key_N))
    settle()
    assert reasons(page) <= {None} and not page.notices.remote.isVisible()


def test_in_person_the_key_does_nothing(page):
    take_place(page, Mode.IN_PERSON)
    press((ALT, Key.Key_N))
    settle()
    assert reasons(page) == set() and not page.notices.remote.isVisible()
