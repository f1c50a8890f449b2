"""A schedule asks for a form about the patient: entered at the visit, and the same records as in the chart."""

import pytest

from core import clock
from core.model.visit import Mode, Respondent
from tests.ui.keyboard import CTRL, Key, press, settle, write

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
