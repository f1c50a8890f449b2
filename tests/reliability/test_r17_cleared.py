# ruff: noqa: F811  fixtures of the windows are imported by name
"""R17: emptying a field is typing too, and what cannot be kept cannot be typed."""

from dataclasses import replace

import pytest

from core import clock
from core.acts import locking
from core.entering import typed_texts
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entry import CLEARED
from core.model.user import Right
from tests.reliability.test_r17_drafts import (
    _at_step,
    _in_patient_form,
    clinic,  # noqa: F401
    lock,
    window,  # noqa: F401
)
from tests.ui.conftest import app, due, empty_window, settings, words  # noqa: F401
from tests.ui.keyboard import Key, press, write


def _begun(shell, patient):
    session = shell.context.session
    draft = Draft(
        session, patient.id, beginning.start_visit(session, patient.id, "M4", clock.today())
    )
    with session.write():
        session.visits.save(replace(draft.visit, weight_kg=55.6, note="two pillows"))
    return draft


FIELDS = {
    "weight": _at_step("details", lambda form: form.weight.line),
    "note": _at_step("note", lambda form: form.note),
    "family name": lambda shell, patient: (
        _in_patient_form(new=False)(shell, patient)
        and shell.page("patient").fields["family_name"].line
    ),
    "clinic": lambda shell, _patient: (
        shell.show_page("settings"),
        shell.page("settings").name.line,
    )[1],
}


SHOWN = {  # on the page that is there again after the lock
    "weight": lambda page: page.forms["details"].weight.line,
    "note": lambda page: page.forms["note"].note,
    "family name": lambda page: page.fields["family_name"].line,
    "clinic": lambda page: page.name.line,
}


def _text(field):
    return field.toPlainText() if hasattr(field, "toPlainText") else field.text()


@pytest.mark.parametrize("name", FIELDS)
def test_r17_an_emptied_field_is_empty_after_a_lock_too(name, window, due):
    _begun(window.shell, due)
    field = FIELDS[name](window.shell, due)
    assert _text(field)
    field.setFocus()
    field.selectAll()
    press(Key.Key_Delete)
    for _again in range(2):
        lock(window, due, None)
        page = window.shell.current
        assert _text(SHOWN[name](page)) == ""
        kept = page.forms[page.current]._kept if hasattr(page, "forms") else page.kept
        assert kept.isVisible()


def test_r17_an_emptied_field_is_asked_about_without_its_mark(session, due):
    draft = Draft(session, due.id, beginning.start_visit(session, due.id, "M4", clock.today()))
    draft.unsaved.keep_typing("details", {"details.weight": CLEARED})
    (point,) = [p for p in draft.open_points() if "was emptied" in p.problem.message]
    assert point.blocks and point.field == "details.weight"
    assert not any(CLEARED in p.problem.message for p in draft.open_points())


def test_r17_an_emptied_weight_is_saved_as_none_once_its_field_is_left(window, due):
    draft = _begun(window.shell, due)
    field = FIELDS["weight"](window.shell, due)
    field.setFocus()
    field.selectAll()
    press(Key.Key_Delete)
    lock(window, due, None)
    FIELDS["weight"](window.shell, due)
    window.shell.show_page("today")
    session = window.shell.context.session
    (visit,) = [v for v in session.visits.of(due.id) if v.id == draft.visit.id]
    assert visit.weight_kg is None
    assert session.typed.of("visit", visit.id) == {}


def test_r17_a_locked_patient_takes_no_typing_and_says_why(window, due):
    shell = window.shell
    shell.open_chart(due.id)
    page = shell.page("chart")
    assert page.tab("events").editor.isEnabled() and page.tab("milestones").form.isEnabled()
    locking.lock_patient(shell.context.session, due.id, "end of study")
    assert not page.tab("events").editor.isEnabled() and not page.tab("milestones").form.isEnabled()
    assert "end of study" in page.tab("events").entry.toolTip()
    shell.show_page("today")
    assert shell.current is shell.page("today")


def test_r17_a_frozen_file_takes_no_settings(window):
    shell = window.shell
    shell.show_page("settings")
    page = shell.page("settings")
    assert page.name.isEnabled()
    locking.freeze(shell.context.session, "end of study")
    assert not page.name.isEnabled() and "end of study" in words(page)
    for held in shell.context.session.locks.on_file():
        locking.unlock(shell.context.session, held, reason="goes on")
    assert page.name.isEnabled()


def test_r17_half_a_threshold_is_there_after_a_lock_and_no_value(window):
    shell = window.shell
    shell.show_page("settings")
    name, stored = next(
        (name, field.text)
        for name, field in shell.page("settings").thresholds.items()
        if hasattr(field, "line")
    )
    shell.page("settings").show_setting(name)
    line = shell.page("settings").thresholds[name].line
    line.setFocus()
    line.selectAll()
    write(f"{stored}x")
    lock(window, None, None)
    window.shell.show_page("settings")
    page = window.shell.page("settings")
    assert page.thresholds[name].text == f"{stored}x" and page.kept.isVisible()
    page.kept.discard.click()
    assert page.thresholds[name].text == stored and not page.kept.isVisible()


def test_r17_half_a_question_is_there_after_a_lock_even_of_a_locked_patient(window, due):
    draft = _begun(window.shell, due)
    locking.lock_patient(window.shell.context.session, due.id, "end of study")
    window.shell.open_visit(due.id, draft.visit.id)
    window.shell.page("visit").ask_here()
    write("Who weigh")
    lock(window, due, None)
    page = window.shell.page("visit")
    assert page.queries.ask.isVisible() and page.queries.ask.line.text() == "Who weigh"
    window.shell.open_chart(due.id)
    page = window.shell.page("chart")
    page.show_tab("queries")
    page.tab("queries").view.begin.click()
    assert (
        page.tab("queries").view.ask.line.text() == ""
    )  # what is asked of a visit stands there alone
    write("Which hos")
    window.shell.show_page("today")
    lock(window, due, None)
    window.shell.open_chart(due.id)
    page = window.shell.page("chart")
    page.show_tab("queries")
    assert page.tab("queries").view.ask.line.text() == "Which hos"
    page.tab("queries").view.ask.line.setFocus()
    press(Key.Key_Return)
    session = window.shell.context.session
    (query,) = session.record(due.id).queries
    exchange = page.tab("queries").view.list.exchange(query)
    exchange.line.setFocus()
    write("Tehr")
    lock(window, due, None)
    page = window.shell.page("chart")
    exchange = page.tab("queries").view.list.exchange(query)
    assert exchange.line.text() == "Tehr"
    exchange.buttons[0].click()
    assert page.tab("queries").view.list.exchange(query).line.text() == ""
    typed = window.shell.context.session.typed.of("query", due.id)
    assert "Who weigh" in typed.values() and len(typed) == 2


def test_r17_a_monitor_keeps_half_a_question(session, due):
    session._rights = frozenset({Right.READ, Right.QUERY})
    typed_texts.keep(session, typed_texts.QUERY, due.id, {"ask.": "Who"})
    assert session.typed.of(typed_texts.QUERY, due.id) == {"ask.": "Who"}
