import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.model.visit import Mode, Respondent
from core.session import Session
from tests.ui.conftest import words
from tests.ui.keyboard import ALT, CTRL, Key, focused, press, replace_by, settle, tab_to, write

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
    assert [tile.score for tile in form.tiles.values()] == [*"3432343", *"–––––"]
    visit = again.record(due.id).visits[-1]
    assert (visit.mode, visit.respondent) == (Mode.PHONE, Respondent.PATIENT)
    write("2")
    assert again.record(due.id).assessments[-1].answers[alsfrs_r.slots[7]].value == 2
    shell.window().close_session()


def test_a_step_is_made_when_it_is_first_shown_and_the_review_knows_every_other(
    started, next_morning
):
    spirometry = started("spirometry")
    page = spirometry.window().shell.page("visit")
    assert set(page.forms.made) == {"details", "spirometry"}
    write("2.6x")
    page.show_step("note")
    settle()
    write("two pillows")

    next_morning("review")
    page = focused().window().shell.page("visit")
    assert set(page.forms.made) == {"alsfrs-r", "review"}  # it resumed at the first open step
    said, points = words(page.forms["review"]), page.draft.open_points()
    assert {"alsfrs-r", "spirometry"} <= {point.step for point in points}
    assert all(point.problem.message in said for point in points)
    assert "“2.6x” is not a number" in said and "two pillows" in said
    press((ALT, Key.Key_Left))
    assert (page.current, focused()) == ("note", page.forms["note"].note)
    page.show_step("spirometry")
    settle()
    first, second, *_others = page.forms["spirometry"].rows
    assert first.volume.text() == "2.6x" and focused() is second.volume
    assert list(page.forms)[-1] == "review" and "no step" not in page.forms


def test_everything_half_typed_is_kept_as_it_was_typed(started, next_morning):
    details = started("details")
    page = details.window().shell.page("visit")

    def on(step):
        page.show_step(step)
        settle()
        return page.forms[step]

    details.weight.setFocus()
    write("61 kilos")
    tab_to("Date of the visit")
    replace_by("31.02.2026")
    on("spirometry")
    write("2.6x")
    on("adverse-events")
    press(Key.Key_Space)
    write("Fell in the bath")
    tab_to("Began on")
    write("last week")
    tasks = on("tasks")
    press(Key.Key_Right, Key.Key_Space)  # the first one not done, and no reason given
    tasks.fields["laboratory"][1].setFocus()
    write("ask the ward")
    on("note")
    write("two pillows")

    details = next_morning("details")
    page = details.window().shell.page("visit")
    assert (details.weight.text, details.date.text) == ("61 kilos", "31.02.2026")
    assert "“61 kilos” is not a number" in words(details)
    assert "There is no day 31.02.2026" in words(details)
    spirometry = on("spirometry")
    assert spirometry.rows[0].volume.text() == "2.6x"
    assert "“2.6x” is not a number" in words(spirometry)
    events = on("adverse-events")
    assert events.asked.value is True
    assert events.editor.isVisible()
    assert (events.editor.term.text, events.editor.onset.text) == ("Fell in the bath", "last week")
    tasks = {name: (done.value, note.text) for name, (done, note) in on("tasks").fields.items()}
    assert tasks == {
        "history": (False, ""),
        "examination": (None, ""),
        "laboratory": (None, "ask the ward"),
    }
    assert on("note").note.toPlainText() == "two pillows"


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
