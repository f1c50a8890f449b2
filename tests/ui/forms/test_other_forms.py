import pytest
from PySide6.QtWidgets import QPushButton

from core.model.visit import ClinicalStage
from tests.ui.keyboard import Key, press, settle, write
from ui.forms.other_forms import NoteForm


@pytest.fixture
def form(alone):
    return alone(NoteForm)


def test_a_clinical_stage_is_chosen_by_keyboard_and_saved(form, session, due):
    write("Trial of NIV at night")
    press(Key.Key_Tab)
    chosen = next(b for b in form.stage.findChildren(QPushButton) if b.text() == "4B")
    chosen.setFocus()
    press(Key.Key_Space)
    settle()
    form.commit()
    visit = session.record(due.id).visits[-1]
    assert visit.clinical_stage is ClinicalStage.FOUR_B
    assert visit.note == "Trial of NIV at night"


def test_a_clinical_stage_is_taken_back(form, session, due):
    for text, expected in (("3", ClinicalStage.THREE), ("not judged", None)):
        chosen = next(b for b in form.stage.findChildren(QPushButton) if b.text() == text)
        chosen.click()
        settle()
        assert session.record(due.id).visits[-1].clinical_stage is expected
