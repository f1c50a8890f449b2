"""The step "Since last time" by keyboard: one key a line, what changed in place, nothing lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock
from core.entering import records
from core.entering.record_entry import RecordEntry
from core.forms import catalog
from core.forms.reading import Limits
from core.model.form_record import Since
from core.model.nouns import SINCE_LAST_TIME
from tests.ui.keyboard import CTRL, SHIFT, Key, press, settle, write
from ui.forms.since.rows import AskRow


@pytest.fixture
def step(session, due, resume):
    """The step of the visit of month 4, of somebody with two medicines and NIV since before month 2."""
    for form, texts in (
        ("medicine", {"substance": "Riluzole", "dose": "50", "started": "2024-03"}),
        ("medicine", {"substance": "Baclofen", "dose": "10", "started": "2024-05"}),
        ("device", {"kind": "niv", "hours": "5", "started": _ago(70)}),
    ):
        definition = catalog.newest()[form]
        limits = Limits(latest=clock.today())
        made = RecordEntry(definition, due.id, session.login, limits, texts=texts).record
        entered = replace(made, entered_at=clock.now() - timedelta(days=65))
        records.save(session, definition, entered)
    return resume(SINCE_LAST_TIME).forms[SINCE_LAST_TIME]


def _ago(days):
    return (clock.today() - timedelta(days=days)).isoformat()


def _name(step):
    return step.rows[step.current].name.text()


def _answers(step, session, due):
    record = session.record(due.id)
    known = {one.id: one for one in record.forms}
    return {
        wording_of(known[check.record_id]) if check.record_id else check.form: check.answer
        for check in record.checks
    }


def wording_of(record):
    return record.value("substance") or record.value("kind")


def test_one_key_a_line_and_the_keyboard_goes_on_by_itself(step, session, due):
    assert _name(step).startswith("Riluzole")
    for key in "SSNSNNN":
        press(getattr(Key, f"Key_{key}"))
    assert _answers(step, session, due) == {
        "Riluzole": Since.SAME,
        "Baclofen": Since.SAME,
        "medicine": Since.NOTHING_NEW,
        "niv": Since.SAME,
        "device": Since.NOTHING_NEW,
        "procedure": Since.NOTHING_NEW,
        "falls": Since.NOTHING_NEW,
    }
    assert step.count.text() == "7 of 7 answered"


def test_shift_s_answers_the_rest_and_ctrl_z_takes_answers_back_one_by_one(step, session, due):
    press((SHIFT, Key.Key_S))
    assert len(_answers(step, session, due)) == 7
    for left in (6, 5, 4, 3, 2, 1, 0, 0):
        press((CTRL, Key.Key_Z))
        assert len(_answers(step, session, due)) == left


def test_a_change_is_entered_under_its_line_with_its_day(step, session, due):
    press(Key.Key_Down)
    press(Key.Key_C)
    assert step.panel.isVisible()
    write("20")  # over the dose, which is selected
    step.panel.editor.frames["started"].setFocus()
    write(_ago(20))
    press((CTRL, Key.Key_Return))
    assert not step.panel.isVisible()
    row = next(row for row in step.rows.values() if row.name.text().startswith("Baclofen"))
    assert row.said.text().startswith("Baclofen 20 mg once a day from ")
    assert step.isVisible()  # lines are open still: Ctrl+Enter did not leave the step
    doses = [one.value("dose") for one in session.record(due.id).running("medicine", clock.today())]
    assert doses == [50, 20]


def test_pressing_c_and_changing_nothing_is_told(step, session, due):
    press(Key.Key_C)
    step.panel.editor.frames["started"].setFocus()
    write(_ago(20))
    press((CTRL, Key.Key_Return))
    assert "Nothing is changed" in step.panel.problem.text()
    assert _answers(step, session, due) == {}


def test_an_end_needs_its_day_and_takes_its_reason(step, session, due):
    press(Key.Key_E)
    press((CTRL, Key.Key_Return))
    assert step.panel.isVisible()  # without its day it is not saved
    write(_ago(9))  # the keyboard is on what is missing
    step.panel.editor.frames["why"].setFocus()
    write("liver")
    press((CTRL, Key.Key_Return))
    (ended,) = [one for one in session.record(due.id).forms if one.value("substance") == "Riluzole"]
    assert (ended.runs, ended.value("why")) == (False, "liver")


def test_another_one_is_typed_as_it_is_said_shown_and_confirmed(step, session, due):
    press(Key.Key_M)
    write(f"glycopyrronium 1mg x3 {_ago(20)}")
    press(Key.Key_Return)
    texts = {name: frame.editor.text for name, frame in step.panel.editor.frames.items()}
    assert texts["substance"] == "Glycopyrronium"
    assert (texts["dose"], texts["frequency"], texts["started"]) == ("1", "3_daily", _ago(20))
    assert all(one.value("substance") != "Glycopyrronium" for one in session.record(due.id).forms)
    press((CTRL, Key.Key_Return))
    assert _answers(step, session, due) == {"medicine": Since.NEW}
    row = next(r for r in step.rows.values() if r.name.text().startswith("Glycopyrronium"))
    assert row.said.text().startswith("new from ")


def test_p_enters_a_procedure_and_f_a_fall_with_their_days(step, session, due):
    press(Key.Key_P)
    write(f"lumbar puncture planned {_ago(20)}")
    press(Key.Key_Return)
    texts = {name: frame.editor.text for name, frame in step.panel.editor.frames.items()}
    assert (texts["what"], texts["planned"]) == ("Lumbar puncture", "planned")
    assert texts["day"] == _ago(20)
    press((CTRL, Key.Key_Return))
    row = next(r for r in step.rows.values() if r.name.text().startswith("Lumbar puncture"))
    assert row.said.text() == "new" and "since" not in row.known.text()
    press(Key.Key_F)
    write(f"bathroom {_ago(9)}")
    press(Key.Key_Return)
    press((CTRL, Key.Key_Return))
    assert step.panel.isVisible()  # whether anything was hurt, and the care, are asked for
    for field in ("injury", "care"):
        editor = step.panel.editor.frames[field].editor
        editor.set_text("none")
        editor.changed.emit()
    press((CTRL, Key.Key_Return))
    record = session.record(due.id)
    assert _answers(step, session, due) == {"procedure": Since.NEW, "falls": Since.NEW}
    assert [one.value("place") for one in record.of_form("falls")] == ["bathroom"]


def test_what_is_typed_under_a_line_is_there_again_after_leaving_it(step, resume):
    press(Key.Key_S)
    press(Key.Key_E)
    write(_ago(9))
    press(Key.Key_Tab)
    write("liv")
    step.keep_typed()
    again = resume(SINCE_LAST_TIME).forms[SINCE_LAST_TIME]
    assert again.panel.isVisible()
    assert again.panel.editor.entry.texts["ended"] == _ago(9)
    assert again.panel.editor.entry.texts["why"] == "liv"
    press(Key.Key_Escape)
    assert not again.panel.isVisible()
    third = resume(SINCE_LAST_TIME).forms[SINCE_LAST_TIME]
    assert not third.panel.isVisible()


def test_a_line_that_was_begun_to_be_typed_is_there_again(step, resume):
    press(Key.Key_M)
    write("paracetamol 5")
    step.keep_typed()
    again = resume(SINCE_LAST_TIME).forms[SINCE_LAST_TIME]
    asked = next(r for k, r in again.rows.items() if isinstance(r, AskRow) and k[0] == "medicine")
    assert asked.line.text() == "paracetamol 5"
    assert asked.line.isVisible()


def test_pressing_an_answer_once_more_opens_it_again(step, session, due):
    press(Key.Key_S)
    press(Key.Key_Up)
    press(Key.Key_S)
    assert _answers(step, session, due) == {}


def test_what_is_not_asked_is_listed_on_the_review_and_leads_back(step, shell, session, due):
    page = shell.page("visit")
    press(Key.Key_S)
    points = [p for p in page.draft.open_points() if p.step == SINCE_LAST_TIME]
    assert len(points) == 1
    page.show_step(SINCE_LAST_TIME, points[0].field)
    settle()
    assert _name(step).startswith("Baclofen")


def test_a_screen_reader_hears_the_line_in_front_and_its_answer(step):
    assert "Riluzole" in step.accessibleName()
    assert "open" in step.accessibleName()
    press(Key.Key_S)
    assert "Baclofen" in step.accessibleName()


def test_a_key_pressed_again_loses_no_change(step, session, due):
    """Only S, which contradicts a change, takes it back; the new dose is never lost by a slip of the finger."""
    press(Key.Key_C)
    write("20")
    step.panel.editor.frames["started"].setFocus()
    write(_ago(20))
    press((CTRL, Key.Key_Return))
    changed = session.record(due.id).forms
    press(Key.Key_Up)
    for key in (Key.Key_C, Key.Key_E):
        press(key)
        assert not step.panel.isVisible()
        assert session.record(due.id).forms == changed
    assert "S takes the answer back" in step._lacks.text()
    press(Key.Key_S)
    running = session.record(due.id).running("medicine", clock.today())
    assert [one.value("dose") for one in running] == [50, 10]
    assert _answers(step, session, due) == {"Riluzole": Since.SAME}


def test_an_end_that_is_given_up_leaves_the_answer_of_before(step, session, due):
    press(Key.Key_S)
    press(Key.Key_Up)
    press(Key.Key_E)
    press(Key.Key_Escape)
    assert _answers(step, session, due) == {"Riluzole": Since.SAME}
