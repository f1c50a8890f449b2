"""Questions on the records of a form in the chart: asked by keyboard, shown where they belong, leading back there."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QAbstractButton

from core import clock
from core.acts import asked_values, data_queries, record_queries
from core.entering import records
from core.forms import catalog, wording
from core.model.assessment import NotDone
from core.model.data_query import QueryState
from core.model.form_record import FormRecord, Item
from core.model.ids import new_id
from core.model.user import Role
from core.session import Session, new_user
from core.views.trail_words import what
from tests.ui.conftest import words
from tests.ui.keyboard import Key, answer_dialogs, focused, press, settle, write
from ui.widgets.queries import go_to


def medicine(patient, **values):
    """A medicine, running since November 2025 unless said otherwise."""
    known = {"substance": "Riluzole", "dose": 50.0, "unit": "mg", "started": "2025-11", **values}
    form = catalog.newest()["medicine"]
    return FormRecord(
        patient_id=patient.id,
        form=form.id,
        version=form.version,
        entered_by="dr.demo",
        entered_at=clock.now(),
        items={name: Item(value=value) for name, value in known.items()},
        course=form.course,
    )


@pytest.fixture
def riluzole(session, due):
    one = medicine(due)
    records.save(session, catalog.newest()["medicine"], one)
    return one


@pytest.fixture
def open_tab(due, shell):
    def open_it(form="medicine"):
        shell.open_chart(due.id)
        page = shell.page("chart")
        page.show_tab(f"form.{form}")
        settle()
        return page.tab(f"form.{form}")

    return open_it


def listed(tab):
    """The list of treatments that the entry of a medicine is beside."""
    return tab.window().shell.page("chart").tab("treatments").list


def said_of(tab, one):
    """The line below the name of a record in the list."""
    shown = listed(tab)
    row = next(line for line in shown.model.rows if line.id == one.id)
    return shown._why(row)


def ask(session, one, field="dose", text="Is this right?"):
    places = record_queries.places(one)
    place = next(
        p for p in places if p.field == f"{one.id}.{field}" or (not field and p.field == one.id)
    )
    return data_queries.ask(session, one.patient_id, None, place, text)


def test_f2_on_a_field_asks_about_it_and_gives_the_keyboard_back(open_tab, session, due, riluzole):
    tab = open_tab()
    tab.view.focus_record(riluzole.id)
    press(Key.Key_Return)
    tab.view.editor.focus_field("dose")
    dose = focused()
    press(Key.Key_F2)
    write("50 mg or 100?")
    press(Key.Key_Return)
    (query,) = session.queries.of(due.id)
    assert (query.visit_id, query.step) == (None, "form.medicine")
    assert query.field == f"{riluzole.id}.dose"
    assert query.label.startswith("Medicine: Riluzole, from Nov 2025")
    assert query.label.endswith(" · Single dose")
    assert focused() is dose
    frame = tab.view.editor.frames["dose"]
    assert frame.asked.isVisible() and "50 mg or 100?" in frame.asked.text()
    assert dose.property("asked") == "true"
    assert tab.view.editor.frames["substance"].asked.isHidden()
    assert said_of(tab, riluzole).startswith("1 query open")
    assert "1 query open" in tab.queries.fold.text()
    assert tab.window().shell.page("chart").title_of("form.medicine").endswith("?1")


def test_f2_on_a_line_asks_about_the_record_or_any_of_its_fields(open_tab, session, due, riluzole):
    tab = open_tab()
    tab.view.focus_record(riluzole.id)
    press(Key.Key_F2)
    offered = [tab.queries.ask.place.itemText(n) for n in range(tab.queries.ask.place.count())]
    assert any(one.endswith("· Single dose") for one in offered)
    write("still taken?")
    press(Key.Key_Return)
    (query,) = session.queries.of(due.id)
    assert query.field == riluzole.id and "·" not in query.label


def test_with_no_record_it_says_what_to_do_and_asks_nothing(open_tab, session, due, context_told):
    tab = open_tab()
    tab.view.editor.focus_first()
    press(Key.Key_F2)
    assert context_told == [
        "A query is about a record that is saved. Choose a line, or save this record."
    ]
    assert tab.queries.ask.isHidden()


@pytest.fixture
def context_told(shell):
    told = []
    shell.context.told.connect(told.append)
    return told


@pytest.mark.parametrize("start", ["today", "queries"])
def test_a_link_leads_to_the_very_field(open_tab, shell, session, due, riluzole, start):
    ask(session, riluzole)
    if start == "today":
        shell.show_page("today")
        settle()
        (link,) = [
            one
            for one in shell.page("today").questions.findChildren(QAbstractButton)
            if "Is this right?" in one.accessibleName()
        ]
        link.click()
    else:
        shell.open_chart(due.id)
        page = shell.page("chart")
        page.show_tab("queries")
        settle()
        (exchange,) = page.tab("queries").view.list.exchanges
        exchange.jump.emit(exchange.query)
    settle()
    page = shell.current
    assert page is shell.page("chart") and page.front == "treatments"
    view = page.tab("form.medicine").view
    assert view.editor.field_of(focused()) == "dose"
    assert view.editor.entry.before.id == riluzole.id
    assert page.tab("form.medicine").queries.list.isVisible()


def test_a_link_leads_to_a_record_that_the_list_hides(open_tab, shell, session, due):
    form = catalog.newest()["medicine"]
    ended = medicine(due, ongoing=0, ended="2026-01", why="no effect")
    records.save(session, form, ended)
    query = ask(session, ended, "ended", "Which day?")
    tab = open_tab()
    tab.view.which.set_value(True)
    listed(tab)._show_rows()
    assert ended.id not in {line.id for line in listed(tab).model.rows}
    go_to(shell.context, query)
    settle()
    assert tab.view.editor.field_of(focused()) == "ended"


def test_what_is_typed_is_not_lost_to_a_link(open_tab, shell, session, due, riluzole):
    query = ask(session, riluzole)
    tab = open_tab()
    tab.view.editor.focus_field("substance")
    write("Baclofen")
    go_to(shell.context, query)
    settle()
    assert tab.view.editor.frames["substance"].editor.text == "Baclofen"
    assert tab.view.problem.isVisible()


def test_it_is_answered_and_closed_above_the_records(open_tab, session, due, riluzole):
    query = ask(session, riluzole)
    tab = open_tab()
    tab.queries.unfold()
    tab.queries.list.exchange(query).line.setFocus()
    write("50, twice a day")
    press(Key.Key_Return)
    (query,) = session.queries.of(due.id)
    assert query.state is QueryState.ANSWERED
    exchange = tab.queries.list.exchange(query)
    next(one for one in exchange.buttons if one.text() == "Close").click()
    settle()
    (query,) = session.queries.of(due.id)
    assert query.state is QueryState.CLOSED
    assert "open" not in said_of(tab, riluzole)
    tab.view.focus_record(f"{riluzole.id}.dose")
    assert tab.view.editor.frames["dose"].asked.isHidden()
    entries = session.trail.entries(entity="data_query")
    said = what(entries[-1], session.trail.names(entries))
    assert "Query on “Medicine: Riluzole, from Nov 2025 · Single dose”" in said


def test_a_value_that_was_changed_since_is_told_with_both(open_tab, session, due, riluzole):
    query = ask(session, riluzole)
    changed = riluzole.with_item("dose", Item(value=100.0))
    records.save(session, catalog.newest()["medicine"], changed)
    tab = open_tab()
    tab.queries.unfold()
    assert "Changed since it was asked: 50 mg → 100 mg" in words(tab.queries.list)
    back = changed.with_item("dose", Item(value=50.0))
    records.save(session, catalog.newest()["medicine"], back)
    settle()
    assert "Changed since" not in words(tab.queries.list)
    gone = back.with_item("dose", Item(not_done=NotDone.REFUSED))
    records.save(session, catalog.newest()["medicine"], gone)
    settle()
    assert "50 mg → not done: " in words(tab.queries.list)
    assert asked_values.remarks(session, session.record(due.id), [query])


def test_a_query_outlives_its_record_and_says_so(open_tab, shell, session, due, riluzole):
    query = ask(session, riluzole)
    tab = open_tab()
    tab.view.focus_record(riluzole.id)
    answer_dialogs("another patient's")
    listed(tab).buttons["remove"].click()
    settle()
    (kept,) = session.queries.of(due.id)
    assert kept == query
    tab.queries.unfold()
    assert "The record was removed." in words(tab.queries.list)
    go_to(shell.context, query)
    settle()
    page = shell.current
    assert page.front == "queries"
    assert "The record was removed." in words(page.tab("queries").view.list)
    data_queries.close(session, kept)
    assert session.trail.verify().is_whole


def test_a_question_half_typed_is_there_again_and_never_under_another_patient(
    open_tab, shell, session, due, riluzole
):
    other = replace(due, id=new_id(), record_number="13", family_name="Other")
    with session.write("registered"):
        session.patients.save(other)
    tab = open_tab()
    tab.view.focus_record(riluzole.id)
    press(Key.Key_F2)
    write("half a que")
    shell.open_chart(other.id)
    shell.page("chart").show_tab("form.medicine")
    settle()
    assert tab.queries.ask.isHidden() and tab.queries.ask.line.text() == ""
    shell.page("chart").keep()
    assert session.typed.of("query", other.id) == {}
    shell.open_chart(due.id)
    shell.page("chart").show_tab("form.medicine")
    settle()
    assert tab.queries.ask.line.text() == "half a que"
    assert tab.queries.ask.place.currentData().field == riluzole.id


def test_what_is_typed_of_a_record_never_goes_to_the_patient_opened_next(
    open_tab, shell, session, due
):
    """Their chart opens on the overview: the tab of the form still holds the patient before."""
    other = replace(due, id=new_id(), record_number="13", family_name="Other")
    with session.write("registered"):
        session.patients.save(other)
    tab = open_tab()
    tab.view.editor.focus_field("substance")
    write("Baclofen")
    shell.open_chart(other.id)
    settle()
    shell.page("chart").keep()
    assert session.typed.of("form.medicine", other.id) == {}
    assert session.typed.of("form.medicine", due.id)["substance"] == "Baclofen"


@pytest.fixture
def as_monitor(session, clinic_path, key, open_window):
    def sign_in():
        with session.write("people"):
            session.users.save(new_user("monitor", "Mona Tor", Role.MONITOR))
        session.close()
        return open_window(Session(clinic_path, key, "monitor"))

    return sign_in


@pytest.mark.parametrize("form", ["medicine", "als_history"])
def test_a_monitor_reads_every_field_and_asks_about_one(session, due, as_monitor, form):
    definition = catalog.newest()[form]
    base = medicine(due)
    if form == "als_history":
        items = {"diagnosis": Item(value=definition.field("diagnosis").choices[0].id)}
        base = replace(base, form=form, version=definition.version, course=None, items=items)
    records.save(session, definition, base)
    shell = as_monitor()
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab(f"form.{form}")
    settle()
    tab = page.tab(f"form.{form}")
    assert not tab.view.editor.isVisible() and tab.view.read.isVisible()
    for said in wording.said(definition, base):
        assert said.field.title in words(tab.view.read) and said.text in words(tab.view.read)
    press(Key.Key_F2)
    field = next(one for one in base.items)
    box = tab.queries.ask.place
    box.setCurrentIndex(
        [box.itemData(n).field for n in range(box.count())].index(f"{base.id}.{field}")
    )
    write("is this so?")
    press(Key.Key_Return)
    (query,) = shell.context.session.queries.of(due.id)
    assert (query.opened_by, query.field) == ("monitor", f"{base.id}.{field}")
    assert "Query: is this so?" in words(tab.view.read)


def test_a_field_that_is_not_shown_cannot_be_asked_about(due):
    running = medicine(due, ongoing=1)
    assert f"{running.id}.why" not in {one.field for one in record_queries.places(running)}


def test_a_record_of_a_form_that_this_program_lacks_can_be_asked_about_as_a_whole(due):
    one = replace(medicine(due), form="of_another_program")
    (place,) = record_queries.places(one)
    assert (place.step, place.field) == ("form.of_another_program", one.id)
