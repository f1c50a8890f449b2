import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.model.visit import Mode, Respondent
from core.session import Session
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, focused, press, replace_by, settle, tab_to, write

ROOT = Path(__file__).parents[2]


@pytest.fixture
def started(shell, due):
    """A visit started from Today, with its details answered; ``started(step)`` shows one of its steps."""

    def start(step):
        press(Key.Key_Return, Key.Key_Space, Key.Key_Tab, Key.Key_Space)
        page = shell.page("visit")
        assert page.draft.record.patient == due
        page.show_step(step)
        settle()
        return page.forms[step]

    return start


@pytest.fixture
def next_morning(empty_window, open_window, reopened):
    """Leave the visit, close the file, open it again and resume; answers the step that is shown."""

    def resume(step):
        press(Key.Key_Escape)
        empty_window.close_session()
        opened = open_window(reopened())
        assert opened.page("today").model.rows[0].action == "Resume"
        press(Key.Key_Return)
        page = opened.page("visit")
        page.show_step(step)
        settle()
        return page.forms[step]

    yield resume
    empty_window.close_session()  # before its file is closed under it


def test_a_visit_cut_off_by_a_kill_goes_on_where_it_stood(
    session, due, clinic_path, key, open_window, alsfrs_r
):
    session.close()
    command = [sys.executable, "-m", "tests.ui.half_a_visit", str(clinic_path), key.hex()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as nurse:
        assert nurse.stdout.readline() == "seven answered\n"
        nurse.send_signal(signal.SIGKILL)
    assert nurse.returncode == -signal.SIGKILL

    again = Session(clinic_path, key, "dr.demo")
    shell = open_window(again)
    today = shell.page("today")
    assert "1 draft to resume" in words(today)
    item = today.model.rows[0]
    assert (item.patient.record_number, item.title) == ("12", "Month 4")
    answers = again.record(due.id).assessments[-1].answers
    assert item.status == f"draft, {len(answers)} answers"
    assert len(answers) == 7

    press(Key.Key_Return)
    page = shell.page("visit")
    form = page.forms["alsfrs-r"]
    assert (page.current, form.slot) == ("alsfrs-r", alsfrs_r.slots[7])
    assert form.hasFocus()
    assert [tile._score.text() for tile in form._tiles.values()] == [*"3432343", *"–––––"]
    visit = again.record(due.id).visits[-1]
    assert (visit.mode, visit.respondent) == (Mode.PHONE, Respondent.PATIENT)
    write("2")
    assert again.record(due.id).assessments[-1].answers[alsfrs_r.slots[7]].value == 2
    shell.window().close_session()


def test_litres_that_are_not_a_number_are_kept_as_typed(started, next_morning):
    started("spirometry")
    write("2.6x")
    form = next_morning("spirometry")
    assert form.rows[0].volume.text() == "2.6x"
    assert "“2.6x” is not a number" in words(form)


def test_details_that_are_not_values_are_kept_as_typed(started, next_morning):
    form = started("details")
    form.weight.setFocus()
    write("61 kilos")
    tab_to("Date of the visit")
    replace_by("31.02.2026")
    form = next_morning("details")
    assert (form.weight.text, form.date.text) == ("61 kilos", "31.02.2026")
    assert "“61 kilos” is not a number" in words(form)
    assert "There is no day 31.02.2026" in words(form)


def test_an_adverse_event_that_was_begun_is_kept(started, next_morning):
    started("adverse-events")
    press(Key.Key_Space)
    write("Fell in the bath")
    tab_to("Began on")
    write("last week")
    form = next_morning("adverse-events")
    assert form.asked.value is True
    assert form.editor.isVisible()
    assert (form.editor.term.text, form.editor.onset.text) == ("Fell in the bath", "last week")


def test_a_task_not_done_without_a_reason_is_kept(started, next_morning):
    started("tasks")
    press(Key.Key_Right, Key.Key_Space)
    form = next_morning("tasks")
    done, note = form.fields["history"]
    assert (done.value, note.text) == (False, "")


def test_a_note_to_a_task_that_is_not_decided_is_kept(started, next_morning):
    form = started("tasks")
    form.fields["history"][1].setFocus()
    write("ask the ward")
    form = next_morning("tasks")
    done, note = form.fields["history"]
    assert (done.value, note.text) == (None, "ask the ward")


def test_a_note_is_kept_however_soon_one_leaves(started, next_morning):
    started("note")
    write("two pillows")
    assert next_morning("note").note.toPlainText() == "two pillows"


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("details", "63"),
        ("spirometry", "2.5"),
        ("spirometry", ""),
        ("adverse-events", ""),
        ("tasks", "too weak"),
        ("note", "came alone"),
    ],
)
def test_the_window_may_be_closed_in_the_middle_of_a_field(
    started, empty_window, reopened, due, step, typed
):
    form = started(step)
    if step == "details":
        form.weight.setFocus()
    if step == "tasks":
        press(Key.Key_Right, Key.Key_Space)  # not done: the reason is asked for
    write(typed)
    assert focused() is not None
    empty_window.close()
    settle()
    opened = reopened()
    record = opened.record(due.id)
    visit = record.visits[-1]
    found = {
        "details": visit.weight_kg == 63,
        "spirometry": [b.volume_ml for s in record.spirometry[1:] for b in s.blows]
        == ([2500] if typed else []),
        "adverse-events": visit.new_events is None,
        "tasks": [t.note for t in record.tasks if t.visit_id == visit.id] == ["too weak"],
        "note": visit.note == "came alone",
    }
    assert found[step]


def test_a_weight_alone_is_not_nothing(shell, due, session):
    press(Key.Key_Return)
    shell.page("visit").forms["details"].weight.setFocus()
    write("63")
    press(Key.Key_Escape)
    assert session.record(due.id).visits[-1].weight_kg == 63


def test_a_visit_in_which_nothing_was_entered_leaves_no_trace(shell, due, session):
    before = session.record(due.id).visits
    press(Key.Key_Return)
    press((CTRL, Key.Key_Return), (CTRL, Key.Key_Return), (CTRL, Key.Key_Return))
    assert len(session.record(due.id).visits) == 2
    press(Key.Key_Escape)
    assert session.record(due.id).visits == before
    press((CTRL, Key.Key_1))
    assert shell.page("today").model.rows[0].action == "Start"
