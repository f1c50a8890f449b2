"""The letters of a list of records, and the keys of a grid, are theirs only: elsewhere in the window they do nothing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.acts import own_forms
from core.forms import catalog
from tests.core.examples import enter_record
from tests.ui.forms.test_patient_form_step import OPERATIONS
from tests.ui.keyboard import Key, press, settle
from ui.forms.defined.record_list import RecordList
from ui.forms.defined.records_grid import RecordsGrid
from ui.widgets.basics import button

MEDICINE = {"substance": "Riluzole", "dose": 50.0, "unit": "mg", "started": "2025-11"}


@pytest.fixture
def beside_a_button(show):
    """``beside_a_button(widget)`` shows it in a window, with a button that can have the keyboard."""

    def put(widget):
        window, other = QWidget(), button("elsewhere")
        layout = QVBoxLayout(window)
        layout.addWidget(widget)
        layout.addWidget(other)
        show(window)
        return other

    return put


def test_a_letter_typed_elsewhere_changes_nothing_in_a_list(session, due, beside_a_button):
    form = catalog.newest()["medicine"]
    one = enter_record(session, due, form, MEDICINE)
    made, asked = RecordList(form, enters=True), []
    made.change.connect(lambda: asked.append("change"))
    made.end.connect(lambda: asked.append("end"))
    other = beside_a_button(made)
    made.show_records([one], session.record(due.id))
    made.select(one.id)
    other.setFocus()
    press(Key.Key_C, Key.Key_E)
    assert asked == []
    made.table.setFocus(Qt.FocusReason.OtherFocusReason)
    press(Key.Key_C, Key.Key_E)
    assert asked == ["change", "end"]


def test_the_keys_of_a_grid_are_its_own(context, session, due, beside_a_button):
    text = OPERATIONS.format(layout="grid")
    form = catalog.read("operation.toml", text.encode())
    own_forms.add(session, text, form)
    one = enter_record(session, due, form, {"what": "Gallbladder", "on": "2020-05"})
    grid = RecordsGrid(context, form)
    other = beside_a_button(grid)
    grid.show_record(session.record(due.id))
    grid.focus_record(f"{one.id}.what")
    settle()
    note = grid.lines[0].frames["what"].note
    other.setFocus()
    press(Key.Key_F3)
    assert not note.isVisible()
    grid.focus_record(f"{one.id}.what")
    press(Key.Key_F3)
    assert note.isVisible()
    catalog.use_own([])
