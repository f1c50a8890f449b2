"""The layouts of a form: questions answered by digits, below one another; a grid with one line a record."""

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from core import clock
from core.acts import data_queries, locking, own_forms, record_queries
from core.entering import records
from core.forms import catalog
from core.model.form_record import FormRecord, Item
from core.model.user import Role
from core.session import Session, new_user
from tests.core.forms.made_up import EVERY_TYPE, PART
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, SHIFT, Key, answer_dialogs, focused, press, settle, write
from ui.forms.defined.records_grid import RecordsGrid


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


@pytest.fixture
def add(tmp_path, session):
    """``add(text)`` adds a form to the clinic file."""

    def add_it(text):
        path = tmp_path / "one.toml"
        path.write_text(text, "utf-8")
        ((found, form),) = own_forms.read(path)
        own_forms.add(session, found, form)
        return form

    return add_it


@pytest.fixture
def open_tab(due, shell):
    def open_it(form):
        shell.open_chart(due.id)
        page = shell.page("chart")
        page.show_tab(f"form.{form}")
        settle()
        return page.tab(f"form.{form}")

    return open_it


@pytest.fixture
def questions(add, due, request):
    add(EVERY_TYPE.format(of="patient", layout="questions"))
    view = request.getfixturevalue("open_tab")("sleep").view
    view.editor.focus_first()
    return view


def field_in_front(view):
    return view.editor.field_of(focused())


def test_a_digit_answers_and_goes_on_as_in_a_questionnaire(questions, session, due):
    editor = questions.editor
    assert field_in_front(questions) == "quality"
    press(Key.Key_2)
    assert editor.frames["quality"].editor.text == "bad"
    assert field_in_front(questions) == "hours"
    editor.focus_field("trouble")
    press(Key.Key_1, Key.Key_2)
    assert editor.frames["trouble"].editor.text == "cramps\nbreath"
    press(Key.Key_2)
    assert editor.frames["trouble"].editor.text == "cramps"
    editor.focus_field("napped")
    press(Key.Key_1)
    assert editor.frames["napped"].editor.text == "yes"
    assert field_in_front(questions) == "asked_on"
    editor.focus_field("started")
    write("2026-01")
    press((CTRL, Key.Key_Return))
    (record,) = session.record(due.id).of_form("sleep")
    assert (record.value("quality"), record.value("napped")) == ("bad", 1)


def test_a_digit_that_asks_for_a_reason_goes_to_it(add, request, session, due):
    text = EVERY_TYPE.format(of="patient", layout="questions")
    rule = """
[[rules]]
id = "napped"
field = "napped"
asks = true
when = { napped = true }
say = "Slept by day. Is that so?"
"""
    add(text + rule)
    view = request.getfixturevalue("open_tab")("sleep").view
    view.editor.focus_field("napped")
    press(Key.Key_1)
    assert focused() is view.editor.frames["napped"].reason


def test_every_question_is_on_a_line_of_its_own(questions):
    shown = [f for f in questions.editor.frames.values() if f.isVisible()]
    lefts = {one.mapTo(questions, one.rect().topLeft()).x() for one in shown}
    assert len(lefts) == 1 and len(shown) > 10


def test_a_scale_keeps_the_digits_of_its_own(add, request):
    text = EVERY_TYPE.format(of="patient", layout="questions")
    text = text.replace('text = "good" }', 'text = "0 good" }').replace(
        'text = "bad" }', 'text = "3 bad" }'
    )
    add(text)
    view = request.getfixturevalue("open_tab")("sleep").view
    view.editor.focus_first()
    press(Key.Key_3)
    assert view.editor.frames["quality"].editor.text == "bad"


def test_on_a_page_a_digit_is_no_answer(add, request):
    add(EVERY_TYPE.format(of="patient", layout="page"))
    view = request.getfixturevalue("open_tab")("sleep").view
    view.editor.focus_first()
    press(Key.Key_2)
    assert view.editor.frames["quality"].editor.text == ""


GRID = PART.format(layout="grid").replace('within = "sleep"\n', "")


@pytest.fixture
def grid(add, request):
    add(GRID)
    view = request.getfixturevalue("open_tab")("waking").view
    assert isinstance(view, RecordsGrid)
    view.lines[-1].focus_first()
    return view


def place(view):
    """The line, from 0, and the field with the keyboard."""
    line = view._line_in_front
    return view.lines.index(line), line.field_of(focused())


def wakings(session, due):
    return [
        (one.value("at"), one.value("reason"), one.value("minutes"))
        for one in session.record(due.id).of_form("waking")
    ]


def test_tab_goes_through_a_line_and_enter_adds_the_next(grid, session, due):
    assert place(grid) == (0, "at")
    write("0230")
    press(Key.Key_Tab)
    assert place(grid) == (0, "reason")
    write("t")  # a list finds what begins so
    press(Key.Key_Tab)
    assert place(grid) == (0, "minutes")
    write("20")
    press(Key.Key_Return)
    assert wakings(session, due) == [("02:30", "thirst", 20)]
    assert place(grid) == (1, "at") and len(grid.lines) == 2
    write("0400")
    press(Key.Key_Return)
    assert wakings(session, due) == [("02:30", "thirst", 20), ("04:00", None, None)]
    assert place(grid) == (2, "at")
    assert grid.said.text() == "Saved: 04:00"
    press((SHIFT, Key.Key_Tab))
    assert place(grid) == (1, "minutes")


def test_a_line_is_corrected_in_place_with_the_trail_telling_it(grid, session, due):
    write("0230")
    press(Key.Key_Return)
    grid.lines[0].frames["minutes"].setFocus()
    write("30")
    press(Key.Key_Return)
    assert wakings(session, due) == [("02:30", None, 30)]
    assert place(grid) == (1, "at")
    grid.lines[0].frames["minutes"].setFocus()
    press((CTRL, Key.Key_A))
    write("45")
    press(Key.Key_Return)
    (entry, *_rest) = session.trail.entries(entity="item")
    assert '"value":30' in entry.before and '"value":45' in entry.after
    assert len(session.record(due.id).of_form("waking")) == 1


def test_what_is_wrong_or_missing_in_a_line_is_said_at_its_field(grid, session, due):
    grid.lines[0].frames["minutes"].setFocus()
    write("4o")
    press(Key.Key_Return)
    assert wakings(session, due) == []
    assert place(grid) == (0, "at")
    said = [one.text() for one in grid.findChildren(QLabel) if one.isVisible()]
    assert any("“At” is missing" in text for text in said)
    assert any("4o" in text for text in said)


def test_ctrl_enter_saves_every_line_that_is_whole(grid, session, due):
    write("0230")
    press(Key.Key_Return)
    write("0400")
    grid.lines[0].frames["minutes"].setFocus()
    write("10")
    press((CTRL, Key.Key_Return))
    assert wakings(session, due) == [("02:30", None, 10), ("04:00", None, None)]


def test_half_lines_are_there_again_and_saving_one_keeps_the_text_of_the_others(
    grid, shell, session, due
):
    write("0230")
    press(Key.Key_Return)
    write("04")
    grid.lines[0].frames["minutes"].setFocus()
    write("1")
    shell.page("chart").keep()
    press(Key.Key_Return)
    assert wakings(session, due) == [("02:30", None, 1)]
    assert session.typed.of("form.waking", due.id)["new/at"] == "04"  # also before the next keeping
    assert place(grid) == (1, "reason")  # the first that has nothing yet
    assert set(grid.texts) == {"new/at", "within"}
    grid._record = None  # as another window would begin
    grid.show_record(session.record(due.id))
    assert grid.lines[1].frames["at"].editor.text == "04" and grid.kept.isVisible()
    grid.kept.discard.click()
    settle()
    assert session.typed.of("form.waking", due.id) == {}


def test_a_line_is_removed_with_a_reason(grid, session, due):
    for at in ("0100", "0200"):
        write(at)
        press(Key.Key_Return)
    grid.lines[0].frames["at"].setFocus()
    answer_dialogs("of another night")
    press((CTRL, Key.Key_Delete))
    assert wakings(session, due) == [("02:00", None, None)]
    assert len(grid.lines) == 2
    assert session.trail.entries(entity="record")[0].reason == "of another night"


def test_a_query_on_a_cell_is_at_the_cell(grid, shell, session, due):
    write("0230")
    press(Key.Key_Return)
    grid.lines[0].frames["minutes"].setFocus()
    press(Key.Key_F2)
    write("how long?")
    press(Key.Key_Return)
    (query,) = session.queries.of(due.id)
    assert query.label == "Waking: 02:30 · Awake for"
    assert "how long?" in grid.lines[0].frames["minutes"].asked.text()
    assert place(grid) == (0, "minutes")
    grid.lines[1].frames["at"].setFocus()
    grid.focus_record(record_queries.about(query).name)
    assert place(grid) == (0, "minutes")
    data_queries.close(session, query)
    settle()
    assert grid.lines[0].frames["minutes"].asked.isHidden()


def test_a_choice_that_is_a_list_is_named_with_its_line(grid):
    names = {one.accessibleName() for one in grid.findChildren(QWidget)}
    assert {"At *, line 1", "Because of, line 1", "Awake for (min), line 1"} <= names


def test_the_grid_of_a_part_is_of_its_record(add, request, session, due):
    add(EVERY_TYPE.format(of="patient", layout="page"))
    add(PART.format(layout="grid"))
    view = request.getfixturevalue("open_tab")("sleep").view
    for quality, started in ((Key.Key_Left, "2026-01"), (Key.Key_Right, "2026-02")):
        view.editor.focus_field("quality")
        press(quality)
        view.editor.focus_field("started")
        write(started)
        press((CTRL, Key.Key_Return))
    nights = session.record(due.id).of_form("sleep")
    for number, night in enumerate(nights, start=1):
        view.focus_record(night.id)
        settle()
        (part,) = view.parts.views
        assert isinstance(part, RecordsGrid) and len(part.lines) == 1
        part.lines[-1].focus_first()
        write(f"0{number}00")
        press(Key.Key_Return)
    found = session.record(due.id).of_form("waking")
    assert [(one.within, one.value("at")) for one in found] == [
        (nights[0].id, "01:00"),
        (nights[1].id, "02:00"),
    ]


def test_a_line_of_an_older_version_keeps_the_field_that_the_newer_one_dropped(
    add, request, session, due
):
    form = add(GRID)
    one = FormRecord(
        patient_id=due.id,
        form=form.id,
        version=form.version,
        entered_by="dr.demo",
        entered_at=clock.now(),
        items={"at": Item(value="02:00"), "minutes": Item(value=30)},
    )
    records.save(session, form, one)
    dropped = GRID[: GRID.index('[[fields]]\nid = "minutes"')]
    add(dropped.replace('version = "1"', 'version = "2"'))
    grid = request.getfixturevalue("open_tab")("waking").view
    first, new = grid.lines
    assert "minutes" not in new.frames
    assert first.frames["minutes"].editor.text == "30" and first.frames["minutes"].isVisible()
    first.frames["reason"].setFocus()
    write("p")
    press(Key.Key_Return)
    assert wakings(session, due) == [("02:00", "pain", 30)]
    (kept,) = session.record(due.id).of_form("waking")
    assert kept.version == "1"


def test_a_locked_patient_s_grid_takes_nothing_and_keeps_what_is_typed(grid, session, due):
    write("0230")
    locking.lock_patient(session, due.id, "checked")
    settle()
    press(Key.Key_Return)
    assert wakings(session, due) == []
    assert grid.texts["new/at"] == "0230"
    (lock,) = session.locks.of(due.id)
    locking.unlock(session, lock, reason="a slip of the pen")
    settle()
    press(Key.Key_Return)
    assert wakings(session, due) == [("02:30", None, None)]


def test_a_reader_has_the_grid_as_a_list(add, session, due, clinic_path, key, open_window):
    form = add(GRID)
    with session.write("people"):
        session.users.save(new_user("monitor", "Mona Tor", Role.MONITOR))
    one = FormRecord(
        patient_id=due.id,
        form=form.id,
        version=form.version,
        entered_by="dr.demo",
        entered_at=clock.now(),
        items={"at": Item(value="02:00"), "minutes": Item(value=30)},
    )
    records.save(session, form, one)
    session.close()
    shell = open_window(Session(clinic_path, key, "monitor"))
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("form.waking")
    settle()
    view = page.tab("form.waking").view
    assert "30 min" in words(view.read) and not view.editor.isVisible()
