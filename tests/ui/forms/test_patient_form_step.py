"""A schedule asks for a form about the patient: entered at the visit, and the same records as in the chart."""

import pytest
from PySide6.QtCore import QPoint

from core import clock
from core.forms import catalog
from core.model.visit import Mode, Respondent
from tests.core.examples import enter_record
from tests.ui.asking import click, is_over_words, offered, point_at, point_nowhere, rest
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, focused, press, settle, write
from ui.widgets.queries import go_to

OPERATIONS = """
id = "operation"
version = "1"
title = "Operation"
several = "Operations"
of = "patient"
repeats = true
layout = "{layout}"
row = "{{what}} {{on}}"

[course]
start = "on"

[[fields]]
id = "what"
title = "Which operation"
type = "text"
required = true

[[fields]]
id = "on"
title = "When"
type = "partial_date"
required = true
"""
SCHEDULE = """
id = "operations-study"
version = "1"
title = "Operations"
source = "Made up for the tests"
anchor = "reference"
reference = "First visit"
unscheduled = []

[[visits]]
code = "V"
title = "Visit"
offset = { value = 0, unit = "days" }
before = 10
after = 10
assessments = ["operation"]
"""


@pytest.fixture(params=["rows", "grid"])
def patient(on_own_schedule, request):
    return on_own_schedule(SCHEDULE, OPERATIONS.format(layout=request.param))


@pytest.fixture
def page(patient, begun_at):
    return begun_at(patient, "operation")


def points(page):
    return [point for point in page.draft.open_points() if point.step == "operation"]


def enter(page, what, on):
    page.forms["operation"].focus_first()
    settle()
    write(what)
    view = page.forms["operation"].view
    frames = view.lines[-1].frames if hasattr(view, "lines") else view.editor.frames
    frames["on"].setFocus()
    settle()
    write(on)


def test_it_is_entered_at_the_visit_and_belongs_to_the_patient(page, session, patient, shell):
    (asked,) = points(page)
    assert asked.rule == "nothing-entered"
    assert not asked.blocks
    enter(page, "Hip", "2019")
    press((CTRL, Key.Key_Return))
    (record,) = session.record(patient.id).of_form("operation")
    assert (record.value("what"), record.visit_id) == ("Hip", None)
    assert points(page) == []
    assert page.current != "operation"


def test_half_of_it_is_kept_and_is_there_in_the_chart(page, session, patient, shell):
    page.forms["operation"].focus_first()
    settle()
    write("Hip")
    press((CTRL, Key.Key_Return))
    assert page.current == "operation", "what is missing is said, once"
    press((CTRL, Key.Key_Return))
    assert page.current != "operation"
    assert session.record(patient.id).of_form("operation") == ()
    texts = session.typed.of("form.operation", patient.id)
    assert "Hip" in texts.values()


def test_a_visit_without_it_is_finished_with_a_query(page, session, patient):
    page.draft.save_details(
        on=clock.today(), mode=Mode.IN_PERSON, respondent=Respondent.PATIENT, weight_kg=70.0
    )
    page.draft.finish()
    (query,) = session.record(patient.id).queries
    assert "nothing is entered" in query.text


def test_nothing_to_enter_is_said_with_one_tick_and_taken_back(page, session, patient):
    step = page.forms["operation"]
    step.nothing.click()
    settle()
    assert points(page) == []
    (check,) = session.record(patient.id).checks
    assert (check.form, check.record_id) == ("operation", "")
    step.nothing.click()
    settle()
    assert len(points(page)) == 1
    assert session.record(patient.id).checks == ()


def test_a_value_of_a_saved_record_offers_a_query_which_leads_back(
    patient, begun_at, session, shell
):
    form = catalog.newest()["operation"]
    one = enter_record(session, patient, form, {"what": "Gallbladder", "on": "2020-05"})
    page = begun_at(patient, "operation")
    page.forms["operation"].focus_field(f"{one.id}.on")
    point_nowhere(page.window())
    settle()
    had = focused()
    mark = offered(page, "When")
    assert not is_over_words(page, mark)
    click(mark)
    assert page.queries.ask.place.currentData().field == f"{one.id}.on"
    write("which month?")
    press(Key.Key_Return)
    settle()
    assert focused() is had
    (query,) = session.record(patient.id).queries
    assert (query.visit_id, query.step) == (None, "form.operation")
    assert query.field == f"{one.id}.on"
    assert "which month?" in words(page.queries)
    assert "which month?" in words(page.forms["operation"])
    assert page._buttons["operation"].accessibleName().endswith("1 query")
    page.forms["operation"].focus_first()
    page.queries.jump.emit(query)
    settle()
    assert focused() is had, "it leads to the value in the visit"
    go_to(shell.context, query)
    settle()
    chart = shell.page("chart")
    assert shell.current is chart
    assert chart.tab("form.operation").view.looked_at[0].id == one.id


@pytest.mark.parametrize("patient", ["rows"], indirect=True)
def test_a_line_of_the_list_offers_a_query_and_a_new_record_does_not(patient, begun_at, session):
    form = catalog.newest()["operation"]
    one = enter_record(session, patient, form, {"what": "Gallbladder", "on": "2020-05"})
    page = begun_at(patient, "operation")
    point_nowhere(page.window())
    view = page.forms["operation"].view
    view.editor.focus_field("what")
    rest()
    assert page.ask_mark.isHidden(), "a query is about a record that is saved"
    point_at(view.table.viewport(), QPoint(40, 12))
    click(offered(page, "Gallbladder"))
    assert page.queries.ask.place.currentData().field == one.id
