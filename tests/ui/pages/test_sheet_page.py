"""The patient's sheet in the window: the words are seen, changed, kept with the visit and printed."""

import pytest

from core.model.document import About
from tests.ui.keyboard import settle


@pytest.fixture
def opened(demo_shell, demo, qtbot):
    patient = next(one for one in demo.patients.all() if one.record_number == "A-012")
    visit = demo.record(patient.id).finished_visits[-1]
    demo_shell.open_document("patient-sheet", About(patient_id=patient.id, visit_id=visit.id))
    page = demo_shell.page("sheet")
    qtbot.waitUntil(lambda: page.pdf is not None)
    settle()
    return page


def test_picture(opened, demo_shell):
    demo_shell.window().grab().save("/tmp/als/sheet_tests/window.png")
