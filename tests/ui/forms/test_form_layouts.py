"""The layouts of a form: questions answered by digits, below one another; a grid with one line a record."""

import pytest

from core.acts import own_forms
from core.forms import catalog
from tests.core.forms.made_up import EVERY_TYPE
from tests.ui.keyboard import CTRL, Key, focused, press, settle, write


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
