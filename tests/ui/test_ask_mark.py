"""The mark that offers a query at a value: by mouse and by keyboard, about that very value, and never over its words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QScrollArea

from core import clock
from core import words as language
from core.acts import asked_values, data_queries, laboratory_queries, own_forms
from core.entering import records
from core.entering.visit import beginning
from core.entering.visit.steps import DETAILS, REVIEW
from core.forms import catalog
from core.model import user
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.form_record import FormRecord, Item
from core.model.nouns import ADVERSE_EVENTS, SPIROMETRY
from core.model.partial_date import PartialDate
from core.model.user import Right, Role
from core.session import Session, new_user
from tests.core.examples import enter_record
from tests.languages import mirrored
from tests.ui.asking import click, is_over_words, offered, point_at, point_nowhere, rest
from tests.ui.conftest import words
from tests.ui.forms.test_patient_form_step import OPERATIONS
from tests.ui.keyboard import Key, focused, press, settle, write
from tests.ui.laboratory import a_laboratory, ago, enter_results
from ui import theme
from ui.forms.asked_fields import shown_at
from ui.widgets.ask_mark import AskMark
from ui.widgets.queries import go_to

LEAST = 24  # px that a hand hits
FIELDS = [
    pytest.param(DETAILS, lambda form: form.weight.line, "Weight", id="a number"),
    pytest.param(DETAILS, lambda form: form.date.line, "Date of the visit", id="a date"),
    pytest.param(DETAILS, lambda form: form.mode.buttons[0], "How it took place", id="a choice"),
    pytest.param("alsfrs-r", lambda form: form, "ALSFRS-R: 1 Speech", id="a question"),
    pytest.param(SPIROMETRY, lambda form: form.rows[0].volume, "FVC", id="a blow"),
    pytest.param(ADVERSE_EVENTS, lambda form: form.asked.buttons[0], "Anything new", id="yes, no"),
    pytest.param("tasks", lambda form: form.fields["history"][1].line, "istory", id="a task"),
    pytest.param("note", lambda form: form.note, "Note of the visit", id="a text"),
]
STEPS = ["since-last-time", "laboratory", "vital_signs", "neurological_examination"]


@pytest.fixture
def demo_visit(demo_shell, numbered, demo):
    """A visit of the demonstration that asks for nearly everything, at a step of it."""

    def open_it(step):
        patient = numbered("A-003")
        visit_id = beginning.start_visit(demo, patient.id, "M4", clock.today())
        demo_shell.open_visit(patient.id, visit_id)
        page = demo_shell.page("visit")
        page.show_step(step)
        settle()
        return page

    return open_it


@pytest.mark.parametrize(("step", "place", "title"), FIELDS)
def test_the_field_with_the_keyboard_offers_it(resume, step, place, title):
    page = resume(step)
    point_nowhere(page.window())
    place(page.forms[step]).setFocus()
    settle()
    had = focused()
    mark = offered(page, title)
    assert mark.toolTip() == mark.accessibleName()
    assert mark.toolTip().startswith("Ask a query about ") and mark.toolTip().endswith("  (F2)")
    assert min(mark.width(), mark.height()) >= LEAST
    assert not is_over_words(page, mark)
    assert focused() is had
    click(mark)
    assert title in page.queries.ask.place.currentText()
    assert focused() is page.queries.ask.line
    press(Key.Key_Escape)
    assert focused() is had


@pytest.mark.parametrize(("step", "place", "title"), FIELDS)
def test_the_field_under_the_mouse_offers_it_wherever_the_keyboard_is(resume, step, place, title):
    page = resume(step)
    point_nowhere(page.window())
    elsewhere = page._buttons[step]
    elsewhere.setFocus()
    rest()
    assert page.ask_mark.isHidden(), "what has the keyboard is no value"
    point_at(place(page.forms[step]), QPoint(5, 5))
    mark = offered(page, title)
    assert focused() is elsewhere
    point_at(mark, mark.rect().center())
    rest()
    assert mark.isVisible() and title in mark.toolTip(), "it stays while the mouse is on it"
    click(mark)
    assert title in page.queries.ask.place.currentText()


@pytest.mark.parametrize("step", STEPS)
def test_every_field_of_longer_steps_offers_it(demo_visit, step):
    page = demo_visit(step)
    form, places = page.forms[step], {}
    for one in (*form.findChildren(QLineEdit), *form.findChildren(QAbstractButton)):
        field, shown = shown_at(form, one)
        if field and one.isVisible() and one.isEnabled():
            places.setdefault(field, (one, shown))
    assert len(places) >= 6
    covered = set()
    for field, (one, _shown) in places.items():
        for area in page.findChildren(QScrollArea):
            if area.isVisible() and area.isAncestorOf(one):
                area.ensureWidgetVisible(one, 0, theme.px(40))
        one.setFocus()
        settle()
        mark = page.ask_mark
        rest()
        assert mark.isVisible(), field
        if is_over_words(page, mark):
            covered.add(field)
        click(mark)
        assert page.queries.ask.place.currentData().field == field
        press(Key.Key_Escape)
    assert covered == set()


def test_every_line_of_the_review_offers_it_by_mouse(demo_shell, numbered, demo):
    patient = numbered("A-003")
    demo_shell.open_visit(patient.id, demo.record(patient.id).finished_visits[-1].id)
    settle()
    page, seen, covered = demo_shell.page("visit"), 0, set()
    for line in page.forms[REVIEW].view._lines():
        if page.childAt(line.mapTo(page, QPoint(4, 6))) is not line:
            continue  # scrolled away
        point_at(line, QPoint(4, 6))
        rest()
        mark, field = page.ask_mark, line.property("field")
        assert mark.isVisible(), field
        seen += 1
        if is_over_words(page, mark):
            covered.add(field)
        click(mark)
        asked = page.queries.ask.place.currentData()
        assert f"{asked.step}/{asked.field}".startswith(field)
        press(Key.Key_Escape)
    assert seen > 15
    assert covered == set()


def test_while_somebody_types_it_is_never_over_what_is_typed(resume):
    page = resume(SPIROMETRY)
    point_nowhere(page.window())
    form = page.forms[SPIROMETRY]
    form.rows[0].volume.setFocus()
    for blow in ("2.80", "2.85"):
        write(blow)
        press(Key.Key_Return)
    volume = form.rows[1].volume  # with blows above and below it, and its FEV1 beside it
    volume.setFocus()
    mark = offered(page, "blow 2")
    press(Key.Key_Delete)
    mark = offered(page, "blow 2")
    assert volume.rect().contains(volume.mapFromGlobal(mark.mapToGlobal(mark.rect().center())))
    write("2")
    assert mark.isHidden()
    write(".85")
    assert not is_over_words(page, offered(page, "blow 2"))


def test_it_goes_away_with_what_is_scrolled_and_with_the_step(demo_visit):
    page = demo_visit("neurological_examination")
    point_nowhere(page.window())
    form = page.forms["neurological_examination"]
    form.editor.focus_field("bulbar_umn")
    mark = offered(page, "Bulbar: upper")
    area = next(one for one in page.findChildren(QScrollArea) if one.isAncestorOf(form))
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    assert mark.isHidden()
    rest()
    assert mark.isHidden(), "the field is out of sight"
    area.verticalScrollBar().setValue(0)
    offered(page, "Bulbar: upper")
    page.show_step("note")
    assert "Note of the visit" in offered(page, "Note").toolTip()


def test_the_question_in_front_is_meant_after_an_answer(resume):
    page = resume("alsfrs-r")
    offered(page, "1 Speech")
    write("33")
    offered(page, "3 Swallowing")
    click(page.ask_mark)
    assert page.queries.ask.place.currentText() == "ALSFRS-R: 3 Swallowing"


@pytest.mark.parametrize("percent", [100, 200])
def test_mirrored_and_in_large_letters_it_is_beside_the_words(app, percent, request, settings):
    before = language.speak(mirrored())
    theme.follow_language(app)
    theme.choose_text_size(app, percent)
    try:
        page = request.getfixturevalue("resume")(DETAILS)
        assert page.isRightToLeft()
        point_nowhere(page.window())
        form = page.forms[DETAILS]
        for field in (form.weight.line, form.date.line):
            field.setFocus()
            rest()
            mark = page.ask_mark
            assert mark.isVisible() and min(mark.width(), mark.height()) >= theme.px(LEAST)
            title = field.parentWidget().mapTo(page, field.parentWidget().rect().topRight())
            assert mark.geometry().right() < title.x(), "the words begin at the right"
            assert not is_over_words(page, mark)
    finally:
        language.speak(before)
        theme.choose_text_size(app, 100)
        theme.follow_language(app)


# In the chart.


@pytest.fixture
def riluzole(session, due):
    form = catalog.newest()["medicine"]
    values = {"substance": "Riluzole", "dose": 50.0, "unit": "mg", "started": "2025-11"}
    return enter_record(session, due, form, values)


def treatments(shell, due):
    """The tab of medicines: their list, and beside it the entry of one."""
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("form.medicine")
    settle()
    return page.tab("treatments")


def test_a_field_of_a_saved_record_offers_it_and_one_that_is_new_does_not(shell, due, riluzole):
    tab = treatments(shell, due)
    part = tab.part("medicine")
    point_nowhere(tab.window())
    part.view.begin_new()
    rest()
    assert tab.ask_mark.isHidden(), "a query is about a record that is saved"
    part.view.focus_record(f"{riluzole.id}.dose")
    settle()
    had = focused()
    mark = offered(tab, "Single dose")
    assert not is_over_words(tab, mark)
    click(mark)
    assert part.queries.ask.place.currentData().field == f"{riluzole.id}.dose"
    press(Key.Key_Escape)
    assert focused() is had
    point_at(part.view.editor.frames["substance"], QPoint(5, 5))
    offered(tab, "Medicine")


def test_a_cell_of_a_grid_of_records_offers_it(session, shell, due):
    text = OPERATIONS.format(layout="grid")
    form = catalog.read("operation.toml", text.encode())
    own_forms.add(session, text, form)
    one = FormRecord(
        patient_id=due.id,
        form=form.id,
        version=form.version,
        entered_by="dr.demo",
        entered_at=clock.now(),
        items={"what": Item(value="Gallbladder"), "on": Item(value="2020-05")},
        course=form.course,
    )
    records.save(session, form, one)
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("form.operation")
    settle()
    tab = page.tab("form.operation")
    point_nowhere(tab.window())
    tab.view.focus_record(f"{one.id}.on")
    mark = offered(tab, "When")
    assert not is_over_words(tab, mark)
    click(mark)
    assert tab.queries.ask.place.currentData().field == f"{one.id}.on"
    catalog.use_own([])


@pytest.fixture
def signed_in(session, clinic_path, key, open_window):
    """``signed_in(role)``: the shell of somebody in that role, on the same clinic file."""

    def sign_in(role):
        with session.write("user added"):
            session.users.save(replace(new_user("other", "O. Ther", role), must_change=False))
        session.close()
        return open_window(Session(clinic_path, key, "other"))

    return sign_in


def test_a_monitor_who_may_ask_reads_a_value_and_is_offered_it(signed_in, due, riluzole):
    tab = treatments(signed_in(Role.MONITOR), due)
    part = tab.part("medicine")
    point_at(part.view.read.cells["dose"], QPoint(5, 5))
    click(offered(tab, "Single dose"))
    assert part.queries.ask.place.currentData().field == f"{riluzole.id}.dose"


def test_who_may_not_ask_sees_none(signed_in, session, due, riluzole, monkeypatch):
    reads = user.RIGHTS[Role.MONITOR] - {Right.QUERY, Right.CLOSE_QUERY}
    monkeypatch.setitem(user.RIGHTS, Role.MONITOR, reads)
    finished = session.record(due.id).finished_visits[-1]
    shell = signed_in(Role.MONITOR)
    tab = treatments(shell, due)
    shell.open_visit(due.id, finished.id)
    page = shell.page("visit")
    line = page.forms[REVIEW].view._lines()[0]
    point_at(line, QPoint(4, 6))
    rest()
    assert line.isVisible() and tab.part("medicine").view.read.cells
    assert shell.findChildren(AskMark) == []


def test_an_administrator_sees_none(signed_in):
    shell = signed_in(Role.ADMINISTRATOR)
    shell.show_page("people")
    rest()
    assert shell.findChildren(AskMark) == []


def test_a_line_of_the_list_offers_it_about_the_whole_record(shell, session, due, riluzole):
    form = catalog.newest()["device"]
    values = {"kind": "niv", "status": "in_use", "started": "2026-01"}
    niv = enter_record(session, due, form, values)
    tab = treatments(shell, due)
    tab.part("medicine").view.begin_new()
    table = tab.list.table
    for one in (riluzole, niv):
        line = next(n for n, row in enumerate(tab.list.model.rows) if row.id == one.id)
        point_at(table.viewport(), table.visualRect(table.model().index(line, 0)).center())
        name = tab.list.model.rows[line].name.partition(" ")[0]
        mark = offered(tab, name)
        place = table.viewport().mapFrom(tab, mark.geometry().center())
        assert table.rowAt(place.y()) == line
        assert not is_over_words(tab, mark)
        click(mark)
        assert tab.front.view.form.id == one.form
        assert tab.front.queries.ask.place.currentData().field == one.id
        press(Key.Key_Escape)
    point_nowhere(tab.window())
    tab.list.select(riluzole.id)
    table.setFocus()
    offered(tab, "Riluzole")


def test_a_line_of_the_history_offers_it(shell, session, due):
    form = catalog.newest()["medical_history"]
    values = {"condition": "Hypertension", "system": "vascular", "ongoing": 1, "since": "2015"}
    one = enter_record(session, due, form, values)
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("form.medical_history")
    settle()
    tab = page.tab("form.medical_history")
    table = tab.view.table
    point_at(table.viewport(), table.visualRect(table.model().index(0, 0)).center())
    mark = offered(tab)
    assert not is_over_words(tab, mark)
    click(mark)
    assert tab.queries.ask.place.currentData().field == one.id
    write("since when?")
    press(Key.Key_Return)
    settle()
    (query,) = session.record(due.id).queries
    assert query.visit_id is None and query.field == one.id
    assert "1 query" in tab.view.list.why(one)


# An adverse event.


@pytest.fixture
def fever(session, due):
    """An event that is saved as it was before there were details."""
    event = AdverseEvent(
        patient_id=due.id,
        term="Fever",
        onset=PartialDate.of(clock.today() - timedelta(days=9)),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.NOT_RECOVERED,
    )
    with session.write("entered"):
        session.events.save(event)
    return event


def test_a_field_of_a_saved_event_offers_it_and_the_query_leads_back(shell, session, due, fever):
    shell.open_event(due.id, fever.id, "")
    page = shell.page("event")
    point_nowhere(page.window())
    page.sheet.when.inputs["onset"].line.setFocus()
    mark = offered(page, "Began")
    assert "Adverse event: Fever" in mark.toolTip()
    assert not is_over_words(page, mark)
    grades = page.sheet.severity.grades
    point_at(grades.findChildren(QAbstractButton)[0], QPoint(5, 5))
    click(offered(page, "Grade"))
    write("is it not grade 2?")
    press(Key.Key_Return)
    settle()
    (query,) = session.record(due.id).queries
    assert (query.visit_id, query.field) == (None, f"{fever.id}.grade")
    assert query.label.startswith("Adverse event: Fever") and query.label.endswith("Grade")
    assert page.sheet.queries.isVisible()
    with session.write("graded"):
        session.events.save(replace(fever, grade=Grade.MODERATE))
    shell.show_page("today")
    settle()
    go_to(shell.context, query)
    settle()
    assert shell.current is page and grades.isAncestorOf(focused())
    page.sheet.queries.unfold()
    said = words(page.sheet.queries)
    assert "Changed since it was asked: " in said and "is it not grade 2?" in said
    chart = shell.page("chart")
    shell.open_chart(due.id)
    chart.show_tab("queries")
    settle()
    (exchange,) = chart.tab("queries").view.list.exchanges
    leads = [one.accessibleName() for one in exchange.findChildren(QAbstractButton)]
    assert query.label in leads, "it leads there"


def test_a_monitor_who_changes_nothing_asks_about_an_event(signed_in, due, fever):
    shell = signed_in(Role.MONITOR)
    shell.open_event(due.id, fever.id, "")
    settle()
    page = shell.page("event")
    term = page.sheet.what.term
    assert not term.isEnabled()
    point_at(term, term.rect().center())
    click(offered(page, "What happened"))
    write("how high?")
    press(Key.Key_Return)
    settle()
    (query,) = shell.context.session.record(due.id).queries
    assert (query.field, query.opened_by) == (f"{fever.id}.term", "other")


def test_an_event_that_is_not_saved_offers_none(shell, session, due):
    shell.open_event(due.id, "", "")
    page = shell.page("event")
    point_nowhere(page.window())
    page.sheet.what.term.line.setFocus()
    rest()
    assert page.ask_mark.isHidden(), "nothing of it is in the file"
    write("Fever")
    rest()
    assert page.ask_mark.isHidden()


# The laboratory of a chart.


@pytest.fixture
def results(session, due):
    """ALT of two days between visits."""
    a_laboratory(session)
    for days, alt in ((200, "38"), (40, "84")):
        enter_results(session, due, ago(days), alt=alt)
    return session.record(due.id).results_of("alt")


def laboratory(shell, due):
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("laboratory")
    settle()
    return page.tab("laboratory")


def earlier(tab, number):
    """The middle of an earlier value of ALT, in px of its row."""
    row = tab.sheet.rows["alt"]
    area = row._visual(row._places().before[number])
    return row, area.center()


def test_an_earlier_value_and_that_of_the_sample_offer_it(shell, session, due, results):
    tab = laboratory(shell, due)
    row, place = earlier(tab, -1)
    point_at(row, place)
    mark = offered(tab, "ALT")
    assert not is_over_words(tab, mark)
    column = row._visual(row._places().before[-1]).translated(row.mapTo(tab, QPoint()))
    assert column.contains(mark.geometry().center())
    click(mark)
    assert tab.queries.ask.place.currentData().field == results[-1].id
    assert tab.queries.ask.place.count() == len(results)
    press(Key.Key_Escape)
    point_nowhere(tab.window())
    tab.sheet.focus_test("alt")
    rest()
    assert tab.ask_mark.isHidden(), "a new sample has no value yet"
    tab.focus_on(results[0].id)
    click(offered(tab, "ALT"))
    assert tab.queries.ask.place.currentData().field == results[0].id


def test_a_monitor_asks_about_a_result_and_the_query_leads_back(signed_in, due, results):
    shell = signed_in(Role.MONITOR)
    session = shell.context.session
    tab = laboratory(shell, due)
    point_nowhere(tab.window())
    tab.sheet.focus_test("alt")
    click(offered(tab, "ALT"))
    write("was this sample haemolysed?")
    press(Key.Key_Return)
    settle()
    (query,) = session.record(due.id).queries
    assert (query.visit_id, query.step, query.field) == (None, "laboratory", results[-1].id)
    assert "ALT" in query.label and language.day(results[-1].taken_on) in query.label
    row = tab.sheet.rows["alt"]
    asked = [row._visual(words).topLeft() + QPoint(-2, 6) for _cell, words in row._cells()]
    shown = row.grab().toImage()
    grounds = [shown.pixelColor(place).name() for place in asked]
    assert [one == theme.colour("warn_ground").name() for one in grounds] == [False, True]
    assert row.line.property("asked") != "true", "the empty field of the new sample"
    shell.open_chart(due.id)
    go_to(shell.context, query)
    settle()
    assert tab.isVisible() and tab.entry.sample.taken_on == results[-1].taken_on
    assert focused() is row.line and row.line.property("asked") == "true"
    assert "was this sample haemolysed?" in words(tab.queries)


def test_what_became_of_a_result_is_said_below_the_query(shell, session, due, results):
    query = data_queries.ask(
        session, due.id, None, laboratory_queries.place(results[0]), "Is this right?"
    )
    tab = laboratory(shell, due)
    tab.focus_on(results[0].id)
    row = tab.sheet.rows["alt"]
    row.line.setFocus()
    row.line.selectAll()
    write("83")
    press(Key.Key_Return)
    settle()
    assert "Changed since it was asked: 38 U/L → 83 U/L" in words(tab.queries)
    with session.write("entered by mistake"):
        session.lab_results.remove(results[0].id)
    settle()
    assert asked_values.removed(session.record(due.id), [query]) == {query.id}
    assert "The result was removed." in words(tab.queries)


def test_a_result_of_a_visit_is_asked_about_as_at_that_visit(shell, session, due):
    a_laboratory(session)
    visit = session.record(due.id).finished_visits[-1]
    enter_results(session, due, visit.date, visit_id=visit.id, alt="61")
    (result,) = session.record(due.id).results_of("alt")
    tab = laboratory(shell, due)
    row, place = earlier(tab, -1)
    point_at(row, place)
    click(offered(tab, "Month 2"))
    write("fasting?")
    press(Key.Key_Return)
    settle()
    (query,) = session.record(due.id).queries
    assert (query.visit_id, query.step) == (visit.id, "laboratory")
    assert query.field == "laboratory.value.alt" and result.id not in query.label
    tab.queries.unfold()
    (exchange,) = tab.queries.list.exchanges
    exchange.jump.emit(query)
    settle()
    assert shell.current is shell.page("visit")
