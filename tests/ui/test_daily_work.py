"""The daily work from end to end, in real windows over real encrypted files, by keyboard.

* the nurse's visit from Today to the printed page: `test_whole_visit`; how many keys it costs: `test_keys_of_a_visit`
* cut off by a kill, or left half typed: `test_resume`; locked in the middle, review, signature, and a correction that
  makes it void: here, on one file; several signatures in a row: `test_signing_round`
* a patient outside the criteria, whose infusion waits for the investigator: here
* a death, asked once, after which nothing is due: here
* a visit by telephone, a day on paper that is transcribed: here
* whatever else may be pressed: `tests/reliability/test_random_keys.py`
"""

from datetime import timedelta

import pytest

from core import clock
from core.entering.visit import beginning
from core.model.partial_date import PartialDate
from core.model.user import Role
from core.model.visit import Mode, Respondent, VisitState
from core.session import Session, new_user
from core.store import keys
from tests.core.examples import a_patient, enter_visit
from tests.pdf import text_of
from tests.ui.conftest import words
from tests.ui.keyboard import (
    CTRL,
    Key,
    answer_dialogs,
    focused,
    in_dialog,
    press,
    replace_by,
    settle,
    tab_to,
    write,
)
from ui.widgets.sign import SignDialog

GO_ON = (CTRL, Key.Key_Return)
SCORES = (4, 4, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4)  # one lower than at month 2: nothing is asked about
DIGITS = "".join(map(str, SCORES))
NURSE, NEUROLOGIST = "n.urse", "dr.demo"


def password_of(login):
    return f"{login} and a heron"


@pytest.fixture
def clinic(session, due, clinic_path, key):
    """The clinic of record 12 with a nurse and a neurologist who have passwords; closed."""
    ring = keys.new_ring()
    with session.write("people"):
        session.users.save(new_user(NURSE, "Nora Urse", Role.NURSE))
    for login in (NURSE, NEUROLOGIST):
        ring = keys.with_password(ring, key, login, password_of(login))
    keys.write(clinic_path, ring)
    session.close()
    return clinic_path


@pytest.fixture
def printed(qtbot):
    """``printed(shell)``: the words of the page that is in front."""

    def read(shell):
        page = shell.current
        assert page is shell.page("document")
        qtbot.waitUntil(lambda: page.pdf is not None)
        return " ".join(text_of(page.pdf).split())

    return read


def blow(*litres):
    """The volumes, and the empty row that ends the table."""
    for one in litres:
        write(one)
        press(Key.Key_Return)
    press(Key.Key_Return)


def unlock(window, login):
    """Type the password on the page that covers the window."""
    page = window.lock_page
    page.password.set_text(password_of(login))
    page.password.line.setFocus()
    press(Key.Key_Return)
    assert window.shell is not None, page.problem.text()
    return window.shell


def record_of(shell, due):
    return shell.context.session.record(due.id)


def sign(form):
    """Give the meaning and the password once more."""

    def act(_dialog):
        press(Key.Key_Space)
        tab_to("Your password, once more")
        write(password_of(NEUROLOGIST))
        press(Key.Key_Return)

    in_dialog(act, kind=SignDialog)
    form.sign.setFocus()
    press(Key.Key_Return)
    form.window().activateWindow()
    settle()


def test_locked_in_the_middle_then_finished_reviewed_signed_and_corrected(
    clinic, due, empty_window, open_window, printed
):
    window = empty_window
    shell = open_window(Session.open(clinic, NURSE, password_of(NURSE)))
    press(Key.Key_Escape)  # who signs in for the first time is shown around
    press(*[Key.Key_Return] * 3)  # the first row of Today; in person, the patient
    write("63")
    press(GO_ON)
    press(Key.Key_N, Key.Key_N, Key.Key_Return)
    write(DIGITS[:5])
    press((CTRL, Key.Key_L))
    assert window.shell is None
    assert "Karimi" not in words(window)

    shell = unlock(window, NURSE)
    page = shell.page("visit")
    assert shell.current is page and page.current == "alsfrs-r"
    assert page.forms["alsfrs-r"].hasFocus(), "the next digit answers the next question"
    write(DIGITS[5:])
    press(Key.Key_Return)
    blow("2.84", "2.88", "2.85")
    press(Key.Key_Right, GO_ON, *[Key.Key_Return] * 3)  # nothing new; the tasks are done
    press(GO_ON, GO_ON)  # no note; finish
    assert "finished" in words(page)
    assert not page.forms["review"].sign.isVisible(), "a nurse signs nothing"
    window.close_session()

    shell = open_window(Session.open(clinic, NEUROLOGIST, password_of(NEUROLOGIST)))
    press(Key.Key_Escape)
    visit = record_of(shell, due).visits[-1]
    assert (visit.state, visit.rater, visit.weight_kg) == (VisitState.FINISHED, NURSE, 63)
    shell.open_visit(due.id, visit.id)
    settle()
    page, form = shell.page("visit"), shell.page("visit").forms["review"]
    assert form.signature.text() == "not signed"
    sign(form)
    assert form.signature.text() == "signed"

    shell.open_chart(due.id)
    chart = shell.page("chart")
    chart.show_tab("visits")
    tab = chart.tab("visits")
    row = next(n for n, one in enumerate(tab.model.rows) if one.title == "Month 4")
    tab.table.selectRow(row)
    settle()
    answer_dialogs("weighed with shoes")
    tab.correct.click()
    window.activateWindow()
    settle()
    assert shell.current is page and page.draft.takes_entries
    page.show_step("details")
    page.forms["details"].weight.setFocus()
    replace_by("62")
    press(GO_ON)
    page.show_step("review")
    press(GO_ON)
    settle()
    form = page.forms["review"]
    assert form.signature.text() == "† signature void"
    assert "† VOID, the data was changed since." in words(form)
    assert "(weighed with shoes)" in words(form) and "weight 63 kg → 62 kg" in words(form)
    press((CTRL, Key.Key_P))
    assert "† VOID, the data was changed since." in printed(shell)
    session = shell.context.session
    assert session.trail.verify().problem == ""
    window.close_session()


def test_an_infusion_outside_the_criteria_waits_for_the_investigator(session, shell):
    today = clock.today()
    patient = a_patient(
        record_number="31",
        protocol_version="2",
        born=today.replace(day=1) - timedelta(days=70 * 366),
        reference_on=today,
        registered_on=today - timedelta(days=20),
    )
    with session.write("registered"):
        session.patients.save(patient)
    enter_visit(session, patient, today - timedelta(days=14), "SCR")
    shell.show_page("today")
    settle()
    said = "not eligible, to be decided before the infusion: Age at screening: 18 to 65 years"
    assert said in words(shell.page("today"))

    visit_id = beginning.start_visit(session, patient.id, "INF", today)
    shell.open_visit(patient.id, visit_id)
    settle()
    stop = "Not eligible, and the investigator has not decided: Age at screening: 18 to 65 years."
    page = shell.page("visit")
    assert stop in words(page)
    press(Key.Key_Space)  # in person: the visit stays
    page.show_step("infusion")
    settle()
    assert stop in words(page), "at every step, the infusion itself too"

    shell.open_chart(patient.id)
    chart = shell.page("chart")
    chart.show_tab("eligibility")
    chart.tabs.tabBar().setFocus()
    settle()
    tab_to("Accept as a deviation… Age at screening")
    answer_dialogs("committee agreed")
    press(Key.Key_Space)
    shell.window().activateWindow()
    settle()
    shell.open_visit(patient.id, visit_id)
    settle()
    assert stop not in words(page)
    shell.show_page("today")
    settle()
    assert "to be decided before the infusion" not in words(shell.page("today"))


def test_a_death_is_asked_once_and_nothing_is_due_after_it(shell, session, due, resume):
    today = clock.today()
    page = resume("adverse-events")
    press(Key.Key_Space)
    editor = page.forms["adverse-events"].editor
    write("Respiratory failure")
    press(Key.Key_Tab)
    write(today.isoformat())
    tab_to("Grade (CTCAE): 4 life-threatening")  # proposed by the term
    write("5")
    tab_to("Outcome: recovered")
    while not focused().text().startswith("fatal"):
        press(Key.Key_Right)
    editor.died.setFocus()
    press(Key.Key_Space)  # yes
    press(GO_ON)
    record = session.record(due.id)
    assert record.died.happened_on == PartialDate.of(today)
    assert record.died.note == "Respiratory failure"
    page.show_step("adverse-events")
    settle()
    assert not editor.died.isVisible(), "asked once"

    shell.open_chart(due.id)
    chart = shell.page("chart")
    settle()
    assert "Died " in words(chart)
    assert not chart.acts.unscheduled.isVisible()
    shell.show_page("today")
    settle()
    rows = shell.page("today").model.rows
    assert [one.action for one in rows if one.patient == due] in ([], ["Resume"]), (
        "the visit that was begun is finished; no other is due"
    )


@pytest.mark.usefixtures("due")
def test_a_visit_by_telephone(shell, session, due, printed):
    press(Key.Key_Return)
    page = shell.page("visit")
    press(Key.Key_Right, Key.Key_Return, Key.Key_Return)  # telephone, the patient
    press(GO_ON)
    press(Key.Key_N, Key.Key_N, Key.Key_Return)
    write(DIGITS)
    press(Key.Key_Return)
    assert page.current == "spirometry"
    spirometry = page.forms["spirometry"].not_done
    spirometry.setFocus()
    while spirometry.currentIndex() < 1:
        press(Key.Key_Down)
    spirometry.activated.emit(spirometry.currentIndex())
    press(GO_ON)
    press(Key.Key_Right, GO_ON)
    assert page.current == "tasks"
    for _task in range(3):
        press(Key.Key_Right, Key.Key_Space)
        write("by telephone")
        press(Key.Key_Tab)
    press(GO_ON, GO_ON)
    assert page.current == "review" and "complete" in words(page)
    press(GO_ON, Key.Key_Return)
    said = printed(shell)
    assert "telephone" in said and f"{sum(SCORES)}/48" in said
    visit = session.record(due.id).visits[-1]
    assert (visit.mode, visit.respondent) == (Mode.PHONE, Respondent.PATIENT)
    assert visit.state is VisitState.FINISHED
    form = session.record(due.id).assessment(visit.id, "alsfrs-r")
    assert form.mode is Mode.PHONE


@pytest.mark.usefixtures("due")
def test_a_day_on_paper_is_transcribed(shell, session, due, printed, alsfrs_r):
    press(*[Key.Key_Return] * 3)
    page = shell.page("visit")
    page.forms["details"].paper.ticked.setFocus()
    press(Key.Key_Space)
    write(clock.today().isoformat())
    tab_to("Filled in by")
    write("N. Urse")
    press(GO_ON)
    press(Key.Key_N, Key.Key_N, Key.Key_Return)
    press(Key.Key_L)
    questionnaire = page.forms["alsfrs-r"]
    rows = questionnaire.one_or_all.all.rows
    assert all(row.isVisible() for row in rows.values()), "as the paper: all on one page"
    write(DIGITS)
    press(Key.Key_Return)
    assert page.current == "spirometry"
    blow("2.84", "2.88", "2.85")
    press(Key.Key_Right, GO_ON, *[Key.Key_Return] * 3)
    press(GO_ON, GO_ON, Key.Key_Return)
    said = printed(shell)
    assert "Transcribed from paper" in said and "N. Urse" in said
    visit = session.record(due.id).visits[-1]
    assert (visit.paper_on, visit.paper_by) == (clock.today(), "N. Urse")
    form = session.record(due.id).assessment(visit.id, "alsfrs-r")
    assert tuple(form.answers[slot].value for slot in alsfrs_r.slots) == SCORES
