"""Signing and locking through the real windows: what a neurologist does, and what a nurse is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication

from core import clock
from core.acts import locking, signing
from core.entering.visit.beginning import start_visit
from core.entering.visit.draft import Draft
from core.model.decision import Choice
from core.model.document import About
from core.model.measurement import Measurement
from core.model.signature import LockLevel, Meaning
from core.model.user import Clinic, Role
from core.session import Session, new_user
from core.store.attempts import Attempts
from tests.core.examples import FULL, a_patient, enter_visit
from tests.pdf import line_of
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import Key, answer_dialogs, in_dialog, press, settle, tab_to, write
from ui.widgets.decide import DecideDialog
from ui.widgets.sign import SignDialog

PASSWORD = "winter garden 48"


@pytest.fixture
def path(tmp_path):
    """A file with passwords, in which two visits of a patient are finished."""
    path = tmp_path / "clinic.als"
    session = Session.create(
        path,
        Clinic(name="ALS clinic", protocol="royan-2021"),
        new_user("dr.demo", "Dr. Demo"),
        PASSWORD,
        others=[(new_user("nurse", "N. Urse", Role.NURSE), PASSWORD)],
    )
    today = clock.today()
    patient = a_patient(record_number="12", reference_on=today - timedelta(days=130))
    with session.write("registered"):
        session.patients.save(patient)
    for days, code, weight in ((70, "M2", 71.0), (9, "M4", 69.5)):
        on = today - timedelta(days=days)
        enter_visit(session, patient, on, code, scores=FULL, blows=(3100,), weight_kg=weight)
    session.close()
    return path


@pytest.fixture
def signed_in(path, open_window):
    """``signed_in("dr.demo")``: the shell of a person on that file; the window closes it."""
    return lambda login: open_window(Session.open(path, login, PASSWORD))


@pytest.fixture
def shell(signed_in):
    return signed_in("dr.demo")


@pytest.fixture
def patient(shell):
    (patient,) = shell.context.session.patients.all()
    return patient


def record_of(shell):
    session = shell.context.session
    (patient,) = session.patients.all()
    return session.record(patient.id)


def review(shell, which=-1):
    visit = record_of(shell).visits[which]
    shell.open_visit(visit.patient_id, visit.id)
    settle()
    return shell.page("visit").forms["review"]


def sign(shell, which=-1):
    session, record = shell.context.session, record_of(shell)
    shown = signing.look(session, record, record.visits[which].id)
    return signing.sign(session, shown, Meaning.REVIEWED, PASSWORD)


def test_a_signed_visit_takes_a_decision_on_an_alert_and_stays_signed(shell):
    session, visit = shell.context.session, record_of(shell).visits[-1]
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="pcf", value=150))
    sign(shell)
    form = review(shell)
    tab_to("Breathing: decide…")

    def declined(dialog):
        press("3")
        dialog.reason.setFocus()
        press(Key.Key_Return)

    in_dialog(declined, kind=DecideDialog)
    press(Key.Key_Space)
    settle()
    (one,) = record_of(shell).decisions
    assert (one.subject, one.choice) == ("breathing", Choice.DECLINED)
    assert form.signature.text() == "signed"
    assert "Declined by the patient (Dr. Demo" in words(form)


def test_of_a_locked_patient_it_is_said_and_nothing_is_asked(shell):
    session, visit = shell.context.session, record_of(shell).visits[-1]
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="pcf", value=150))
    locking.lock_patient(session, visit.patient_id, "end of the study")
    told = []
    shell.context.told.connect(told.append)
    review(shell)
    tab_to("Breathing: decide…")
    press(Key.Key_Space)
    assert QApplication.activeModalWidget() is None
    assert "A neurologist can unlock it" in told[-1]
    assert record_of(shell).decisions == ()


def test_r14_a_visit_is_signed_with_the_keyboard_alone(shell):
    form = review(shell)
    assert form.signature.text() == "not signed"

    def act(dialog):
        press(Key.Key_Space)  # the first meaning
        tab_to("Your password, once more")
        write(PASSWORD)
        press(Key.Key_Return)

    in_dialog(act, kind=SignDialog)
    form.sign.setFocus()
    press(Key.Key_Space)
    assert form.signature.text() == "signed"
    shown = words(form)
    assert "Signed electronically by Dr. Demo (neurologist)" in shown
    assert "meaning: reviewed" in shown
    assert "Visit locked by Dr. Demo" in shown
    (signature,) = record_of(shell).signatures
    assert signature.meaning is Meaning.REVIEWED


def test_r14_a_wrong_password_is_said_under_its_field_and_asks_to_wait(shell):
    form, seen = review(shell), {}

    def act(dialog):
        dialog.meaning.set_value(Meaning.APPROVED)
        dialog.password.set_text("guess")
        dialog.sign.click()
        seen["said"] = words(dialog)
        seen["enabled"] = dialog.sign.isEnabled()
        seen["left"] = dialog.password.text

    in_dialog(act, kind=SignDialog)
    form.sign.click()
    assert "This is not your password. Type it again." in seen["said"]
    assert seen["enabled"] is False  # it waits, and says for how long
    assert seen["left"] == ""
    assert form.signature.text() == "not signed"
    assert record_of(shell).signatures == ()
    assert len(Attempts.of(shell.context.session.path).failures()) == 1


def test_r14_nothing_is_signed_without_a_meaning_or_a_password(shell):
    form, seen = review(shell), []

    def act(dialog):
        dialog.sign.click()
        seen.append(words(dialog))
        dialog.meaning.set_value(Meaning.APPROVED)
        dialog.sign.click()
        seen.append(words(dialog))

    in_dialog(act, kind=SignDialog)
    form.sign.click()
    assert "Say what your signature means." in seen[0]
    assert "Type your password once more." in seen[1]
    assert record_of(shell).signatures == ()


def test_r14_a_signed_visit_that_is_corrected_is_void_and_cannot_be_discarded(shell):
    form = review(shell)
    sign(shell)
    session, record = shell.context.session, record_of(shell)
    visit = record.visits[-1]
    locking.unlock(session, *record.locks_on(visit.id), reason="typed wrongly")
    Draft(session, visit.patient_id, visit.id).reopen("typed wrongly")
    form = review(shell)
    shell.page("visit").show_step("review")
    settle()
    assert form.finish.isVisible()
    assert form.signature.isVisible()
    assert form.signature.text() == "† signature void"
    assert not form.discard_visit.isVisible()
    begun = start_visit(session, visit.patient_id, None, clock.today())
    shell.open_visit(visit.patient_id, begun)
    settle()
    page = shell.page("visit")
    page.show_step("review")
    settle()
    assert page.forms["review"].discard_visit.isVisible()
    shell.show_page("today")
    settle()
    today = words(shell.page("today"))
    assert "2 visits need a signature" in today
    assert "† 12: Month 4" in today
    assert "being corrected" in today


def test_r14_a_void_signature_is_a_dagger_on_every_screen_and_on_paper(shell, qtbot):
    sign(shell)
    session, record = shell.context.session, record_of(shell)
    locking.unlock(session, *record.locks_on(record.visits[-1].id), reason="typed wrongly")
    with session.write("typed wrongly"):
        session.visits.save(replace(record.visits[-1], weight_kg=63.5))
    form = review(shell)
    assert form.signature.text() == "† signature void"
    shown = words(form)
    assert "† VOID, the data was changed since." in shown
    assert "69.5 kg → 63.5 kg (typed wrongly)" in shown
    visit = record.visits[-1]
    shell.open_chart(visit.patient_id)
    chart = shell.page("chart")
    said = {line.title: line.signature for line in chart.tab("visits").model.rows}
    assert said["Month 4"] == "† signature void"
    assert said["Month 2"] == "not signed"
    shell.show_page("today")
    today = shell.page("today")
    qtbot.waitUntil(lambda: not today.signatures.busy)
    settle()
    _through, *lines = [name_of(one) for one in today.signatures.findChildren(type(form.sign))]
    assert lines[0].startswith("† 12: Month 4")
    assert any(line.startswith("12: Month 2") for line in lines)
    shell.open_document("visit-summary", About(patient_id=visit.patient_id, visit_id=visit.id))
    page = shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None)
    printed = line_of(page.pdf)
    assert "† VOID, the data was changed since." in printed
    assert "69.5 kg → 63.5 kg (typed wrongly)" in printed
    assert "Name Signature Date" in printed  # to be signed by hand, or again


def test_r14_a_signed_visit_is_printed_with_its_signature_and_no_lines_to_sign(shell, qtbot):
    given = sign(shell)
    visit = record_of(shell).visits[-1]
    shell.open_document("visit-summary", About(patient_id=visit.patient_id, visit_id=visit.id))
    page = shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None)
    printed = line_of(page.pdf)
    assert "Signed electronically by Dr. Demo (neurologist)" in printed
    assert f"Data hash {given.data_hash[:16]}" in printed
    assert "Name Signature Date" not in printed
    assert "Visit locked by Dr. Demo" in printed


def test_r14_today_forgets_a_visit_once_it_is_signed(shell, qtbot):
    shell.show_page("today")
    today = shell.page("today")
    assert "2 visits need a signature" in words(today)
    sign(shell)
    qtbot.waitUntil(lambda: not today.signatures.busy)
    settle()
    assert "1 visit needs a signature" in words(today)


def test_r15_a_nurse_sees_who_locked_what_and_cannot_unlock_or_sign(path, signed_in):
    session = Session.open(path, "dr.demo", PASSWORD)
    (patient,) = session.patients.all()
    visit = session.record(patient.id).visits[-1]
    locking.lock_visit(session, patient.id, visit.id, "monitored")
    session.close()
    shell = signed_in("nurse")
    form = review(shell)
    shown = words(form)
    assert "Visit locked by Dr. Demo" in shown
    assert "monitored" in shown
    assert "A neurologist can unlock it with a reason." in shown
    for one in (form.sign, form.lock, form.locks.unlock):
        assert not one.isVisible()
    shell.open_chart(patient.id)
    chart, told = shell.page("chart"), []
    shell.context.told.connect(told.append)
    chart.tabs.setCurrentIndex(1)
    row = [line.title for line in chart.tab("visits").model.rows].index("Month 4")
    chart.tab("visits").table.selectRow(row)
    chart.tab("visits").correct.click()
    assert "Visit locked by Dr. Demo" in told[0]
    assert "A neurologist can unlock it with a reason." in told[0]


def test_r15_a_visit_and_a_form_are_locked_and_unlocked_with_a_reason(shell):
    form = review(shell)
    answer_dialogs("Spirometry", "checked against the printout")
    form.lock.click()
    assert "Spirometry locked by Dr. Demo" in words(form)
    answer_dialogs("the whole visit", "monitored")
    form.lock.click()
    assert "Visit locked by Dr. Demo" in words(form)
    assert not form.lock.isVisible()
    answer_dialogs("a slip of the pen")
    form.locks.unlock.click()
    held = [lock for lock in record_of(shell).locks if lock.holds]
    assert [lock.level for lock in held] == [LockLevel.FORM]
    assert "Visit locked" not in words(form)
    assert {lock.unlock_reason for lock in record_of(shell).locks} == {"", "a slip of the pen"}


def test_r15_a_locked_form_is_shown_and_takes_nothing(shell, patient):
    session = shell.context.session
    visit_id = start_visit(session, patient.id, None, clock.today())
    locking.lock_form(session, patient.id, visit_id, "alsfrs-r", "checked")
    shell.open_visit(patient.id, visit_id)
    page = shell.page("visit")
    if "alsfrs-r" not in page.forms:
        pytest.fail("an unscheduled visit asks the questionnaire")
    page.show_step("alsfrs-r")
    settle()
    assert "ALSFRS-R locked by Dr. Demo" in words(page)
    print(
        "ACTIVE",
        QApplication.activeWindow(),
        QApplication.focusWidget(),
        QApplication.topLevelWidgets(),
    )
    press(Key.Key_3)
    assert session.record(patient.id).assessment(visit_id, "alsfrs-r") is None
    assert page.forms["details"].isEnabled()


def test_r15_correcting_a_locked_visit_unlocks_it_with_the_same_reason(shell, patient):
    sign(shell)
    shell.open_chart(patient.id)
    chart = shell.page("chart")
    chart.tabs.setCurrentIndex(1)
    row = [line.title for line in chart.tab("visits").model.rows].index("Month 4")
    chart.tab("visits").table.selectRow(row)
    answer_dialogs("weight typed wrongly")
    chart.tab("visits").correct.click()
    record = record_of(shell)
    assert record.visits[-1].is_draft
    assert not any(lock.holds for lock in record.locks)
    assert shell.current is shell.page("visit")


def test_r15_a_locked_patient_is_explained_before_anything_is_typed(shell, patient):
    session, told = shell.context.session, []
    shell.context.told.connect(told.append)
    shell.open_chart(patient.id)
    chart = shell.page("chart")
    answer_dialogs("left the study")
    chart.tabs.setCurrentIndex(1)
    chart.tab("visits").lock.click()
    assert "Patient's record locked by Dr. Demo" in words(chart)
    chart.acts.edit.trigger()
    assert shell.current is chart
    assert "left the study. A neurologist can unlock it" in told[-1]
    chart.acts.unscheduled.trigger()
    assert "This patient's record is locked: nothing was changed." in told[-1]
    assert len(session.visits.of(patient.id)) == 2
    answer_dialogs("came back")
    chart.locks.unlock.click()
    assert "locked by" not in words(chart)
    chart.acts.edit.trigger()
    assert shell.current is shell.page("patient")


def test_r15_the_file_is_frozen_after_a_backup_and_let_go_again(shell, path):
    shell.show_page("settings")
    settings, told = shell.page("settings"), []
    shell.context.told.connect(told.append)
    settings.choose("freeze")
    answer_dialogs("closing of the database")
    settings.freezing.freeze.click()
    session = shell.context.session
    assert session.locks.on_file()
    assert list(path.parent.glob("*backups/*.als"))
    assert "Clinic file locked by Dr. Demo" in words(settings.freezing)
    shell.edit_patient(None)
    assert shell.current is settings
    assert "closing of the database. A neurologist can unlock it" in told[-1]
    answer_dialogs("one visit was forgotten")
    settings.freezing.locks.unlock.click()
    assert not session.locks.on_file()
    assert settings.freezing.freeze.isVisible()
