"""One ring where the keyboard stands: the border of the control, and no second frame of the style inside it."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from tests.ui.keyboard import Key, press, settle
from ui.pages.visit_page import StepButton
from ui.widgets.basics import Combo, button
from ui.widgets.fields import ChoiceField

RING, CORNER, ARROW = 3, 8, 34  # px: what the ring takes, its rounded corners, the arrow of a list


def changed(before: QImage, after: QImage) -> QRect:
    """The rectangle that holds every pixel that differs."""
    found = QRect()
    for y in range(before.height()):
        for x in range(before.width()):
            if before.pixel(x, y) != after.pixel(x, y):
                found = found.united(QRect(x, y, 1, 1))
    return found


def inside(before: QImage, after: QImage, right: int = CORNER) -> int:
    """How many pixels differ further in than the ring; ``right`` px at the right are left out."""
    width, height = before.width(), before.height()
    return sum(
        before.pixel(x, y) != after.pixel(x, y)
        for y in range(RING, height - RING)
        for x in range(CORNER, width - right)
    )


def pictures(show, control: QWidget) -> tuple[QImage, QImage]:
    """The control without and with the keyboard."""
    holder, other = QWidget(), QLineEdit()
    layout = QVBoxLayout(holder)
    layout.addWidget(other)
    layout.addWidget(control)
    show(holder, (420, 200))
    target = (
        control.tabBar() if isinstance(control, QTabWidget) else control.focusProxy() or control
    )
    other.setFocus()
    settle()
    before = target.grab().toImage()
    press(Key.Key_Tab)  # the style draws its frame only for who came by keyboard
    assert target.hasFocus()
    after = target.grab().toImage()
    assert before != after, "one must see where the keyboard is"
    return before, after


def nav() -> QPushButton:
    made = button("Today")
    made.setProperty("nav", "true")
    return made


@pytest.mark.parametrize(
    "make",
    [
        lambda: button("Back"),
        lambda: button("Save", primary=True),
        lambda: button("Discard", link=True),
        lambda: ChoiceField("", {1: "yes", 2: "no"}),
        nav,
        StepButton,
    ],
    ids=["secondary", "primary", "link", "choice", "side bar", "step"],
)
def test_a_button_has_one_ring(show, make):
    before, after = pictures(show, make())
    assert inside(before, after) == 0


def test_a_list_of_choices_has_one_ring(show):
    combo = Combo()
    combo.addItems(["one", "two"])
    before, after = pictures(show, combo)
    assert inside(before, after, ARROW) == 0


def test_the_box_itself_is_the_ring_of_a_check_box(show):
    before, after = pictures(show, QCheckBox("Entered from a paper form"))
    assert changed(before, after).right() < 24, "nothing is drawn round its words"


def test_a_tab_is_underlined_and_not_framed(show):
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    for name in ("Overview", "Visits"):
        tabs.addTab(QWidget(), name)
    before, after = pictures(show, tabs)
    assert changed(before, after).height() <= RING
