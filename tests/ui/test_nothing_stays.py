"""What was in front of a page goes when it is closed, not only with the page: windows, menus, and what they show."""

import gc
from collections import Counter

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu
from shiboken6 import delete

from core.model.user import Role
from core.session import Session
from tests.core.clinic_of_four import copied
from tests.ui.keyboard import Key, in_dialog, press, settle
from tests.ui.test_roles import LOGINS
from ui import errors
from ui.widgets import ask


def go_back(_dialog):
    press(Key.Key_Escape)


@pytest.mark.parametrize("role", Role)
def test_no_control_stays_after_signing_out(
    demonstration_template, tmp_path, empty_window, open_window, role
):
    template, key = demonstration_template
    path = copied(template, tmp_path)

    def there_after_a_day():
        shell = open_window(Session(path, key, LOGINS[role]))
        for name in shell.nav_buttons:
            shell.show_page(name)
            settle()
        empty_window.close_session()
        settle()
        gc.collect()
        return Counter(type(one).__name__ for one in QApplication.allWidgets())

    first = there_after_a_day()
    assert there_after_a_day() - first == Counter()


def show_laboratories(shell):
    shell.show_page("settings")
    shell.current.laboratories.click()


@pytest.mark.parametrize(
    "act",
    [
        show_laboratories,
        lambda shell: ask.reason(shell, "Remove", "Why is it removed?"),
        lambda shell: ask.one_of(shell, "Form", "Which one?", {"one": 1, "other": 2}),
        lambda shell: errors.show(shell, errors.AppError("The disk is full.")),
    ],
)
def test_a_window_that_was_answered_is_gone(shell, act):
    in_dialog(go_back)
    act(shell)
    settle()
    assert shell.findChildren(QDialog) == []


def close_the_menu(looks=200):
    menu = QApplication.activePopupWidget()
    if isinstance(menu, QMenu):
        menu.close()
    elif looks:
        QTimer.singleShot(20, lambda: close_the_menu(looks - 1))


def menu_keys(widget):
    """The key that asks for the menu of what has the keyboard."""
    middle = widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, widget.mapToGlobal(middle))
    QTimer.singleShot(20, close_the_menu)
    QApplication.sendEvent(widget, event)
    settle()


def test_a_menu_of_a_visit_is_gone_when_it_is_closed(resume):
    page = resume("details")
    before = len(page.findChildren(QMenu))
    line = page.forms["details"].weight.line
    assert isinstance(line, QLineEdit)
    for widget in (page, line):
        menu_keys(widget)
    assert len(page.findChildren(QMenu)) == before


def test_a_menu_that_went_with_its_page_is_no_mistake(resume):
    """As where another size of text is chosen while it is open: every page is made anew."""
    page = resume("alsfrs-r")
    QTimer.singleShot(20, lambda: delete(QApplication.activePopupWidget()))
    page.forms["alsfrs-r"].strip.whole.click()
    assert page.isVisible()


def test_the_menu_of_reasons_of_a_form_is_gone_when_it_is_closed(resume):
    page = resume("alsfrs-r")
    before = len(page.findChildren(QMenu))
    QTimer.singleShot(20, close_the_menu)
    page.forms["alsfrs-r"].strip.whole.click()
    settle()
    assert len(page.findChildren(QMenu)) == before
