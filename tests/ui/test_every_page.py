"""What holds on every page: controls have names, the keyboard gets everywhere, no word is cut."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabBar,
    QTabWidget,
    QWidget,
)

from core import clock, resources
from core.entering.visit import beginning
from core.model.document import About
from tests.ui.conftest import name_of
from tests.ui.keyboard import Key, press, settle, write
from ui import theme
from ui.pages.every import PAGES


@pytest.fixture
def places(demo_shell, numbered, demo, qtbot):
    """Goes through every page, tab and step and names the place."""
    patient = numbered("A-003")

    def walk():
        visit_id = beginning.start_visit(demo, patient.id, "M4", clock.today())
        for name in PAGES:
            page = demo_shell.page(name)
            if name == "chart":
                demo_shell.open_chart(numbered("A-015").id)
                for index in range(page.tabs.count()):
                    page.tabs.setCurrentIndex(index)
                    settle()
                    yield f"chart, {page.tabs.tabText(index)}"
            elif name == "visit":
                demo_shell.open_visit(patient.id, visit_id)
                page.draft.save_new_events(asked=True)
                for step in list(page.forms):
                    page.show_step(step)
                    settle()
                    yield f"visit, {step}"
            elif name == "document":
                demo_shell.open_document(
                    "visit-summary",
                    About(patient_id=patient.id, visit_id=demo.record(patient.id).visits[0].id),
                )
                qtbot.waitUntil(lambda page=page: page.pdf is not None)
                settle()
                yield f"{name}, visit summary"
                demo_shell.open_document("blank-forms", About())
                qtbot.waitUntil(lambda page=page: page.pdf is not None, timeout=20_000)
                settle()
                yield f"{name}, blank forms"
            elif name == "sheet":
                record = demo.record(patient.id)
                about = About(patient_id=patient.id, visit_id=record.finished_visits[-1].id)
                demo_shell.open_document("patient-sheet", about)
                qtbot.waitUntil(lambda page=page: page.pdf is not None)
                settle()
                yield name
            elif name == "event":
                ill = numbered("A-015")
                demo_shell.open_event(ill.id, demo.record(ill.id).events[0].id, "")
                settle()
                yield "event"
                demo_shell.open_event(patient.id, "", visit_id)
                page.save.click()
                settle()
                yield "event, new"
            elif name == "patient":
                demo_shell.edit_patient(patient.id)
                settle()
                yield name
            else:
                demo_shell.show_page(name)
                settle()
                yield name
                if name == "today":
                    page.turn_part()
                    settle()
                    yield "today, calendar"
                    page.turn_part()
                if name == "import":
                    page.open_file(resources.path("demo", "table1.csv"))
                    settle()
                    yield "import, rows"

    return walk


def seen(parent, kind=QWidget):
    return [one for one in parent.findChildren(kind) if one.isVisible()]


def takes_focus(widget):
    policy = widget.focusPolicy()
    return widget.isEnabled() and policy != Qt.FocusPolicy.NoFocus and not widget.focusProxy()


def reachable(form):
    """What Tab has to come by: controls by name, and one button of each choice."""
    wanted = set()
    for widget in seen(form):
        if not (takes_focus(widget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
            continue
        if isinstance(widget, QScrollArea):
            continue
        group = widget.group() if isinstance(widget, QAbstractButton) else None
        wanted.add(name_of(group.buttons()[0]) if group is not None else name_of(widget))
    return wanted


def test_every_control_that_takes_the_keyboard_has_a_name(places, demo_shell):
    without = {
        f"{place}: {type(one).__name__}"
        for place in places()
        for one in seen(demo_shell)
        if takes_focus(one)
        and not name_of(one)
        and not isinstance(one, QTabBar | QTabWidget)  # their tabs have
    }
    assert without == set()


def test_no_page_takes_the_keyboard_from_the_window(places, demo_shell):
    """A part that is shown before it has a parent flashes as a window of its own, and the keyboard is gone."""
    window = demo_shell.window()
    assert {place for place in places() if QApplication.activeWindow() is not window} == set()


# Effective sizes: a small workstation, Windows at 150 % on 1920x1080, an old screen, and 1366x768 less its
# task bar at 200 %, once by the system's scale and once by our own text size.
SIZES = [
    pytest.param((1366, 768), 100, id="1366x768"),
    pytest.param((1280, 720), 100, id="1280x720", marks=pytest.mark.slow),
    pytest.param((1024, 640), 100, id="1024x640", marks=pytest.mark.slow),
    pytest.param((683, 364), 100, id="683x364"),
    pytest.param((1366, 728), 200, id="1366x728, text 200 %", marks=pytest.mark.slow),
]


@pytest.fixture
def text_size(app):
    """``text_size(200)``: per cent, until the test ends."""
    yield lambda percent: theme.choose_text_size(app, percent)
    theme.choose_text_size(app, 100)


def cut_off(shown):
    """What does not have the room that its words need."""
    for area in seen(shown, QScrollArea):
        if area.widget().minimumSizeHint().width() > area.viewport().width() + 1:
            yield f"{type(area.widget()).__name__} is wider than its room"
    for one in seen(shown, QLabel):
        if one.text() and not one.wordWrap() and one.sizeHint().width() > one.width() + 1:
            yield f"{one.text()} ({one.width()} of {one.sizeHint().width()})"
        if one.wordWrap() and one.heightForWidth(one.width()) > one.height() + 1:
            yield f"{one.text()} (too low)"
    for one in seen(shown, QPushButton):
        if one.text() and one.minimumSizeHint().width() > one.width() + 1:
            yield f"{one.text()} (button)"


@pytest.mark.parametrize(("size", "percent"), SIZES)
def test_no_word_is_cut_and_pages_scroll_up_and_down_only(
    size, percent, text_size, empty_window, demo, request
):
    text_size(percent)
    empty_window.resize(*size)
    demo_shell = request.getfixturevalue("demo_shell")
    places = request.getfixturevalue("places")
    window = demo_shell.window()
    cut = set()
    for place in places():
        assert (window.width(), window.height()) == size, place
        cut |= {f"{place}: {what}" for what in cut_off(demo_shell)}
    assert cut == set()


@pytest.mark.parametrize(
    "step", ["details", "alsfrs-r", "spirometry", "adverse-events", "tasks", "note", "review"]
)
def test_tab_comes_by_every_field_of_a_step(enter, step):
    page = enter(step=step)
    form = page.forms[step]
    if step == "adverse-events":
        press(Key.Key_Space)  # opens the fields of a new event
    elif step == "alsfrs-r":
        write("3")  # an answer may have a note
        press(Key.Key_Up)
    form.focus_first()
    wanted, reached = reachable(form), set()
    assert wanted
    for _ in range(80):
        one = QApplication.focusWidget()
        group = one.group() if isinstance(one, QAbstractButton) else None
        reached.add(name_of(group.buttons()[0]) if group is not None else name_of(one))
        if step == "note" and len(reached) > 1 and wanted <= reached:
            break
        press(Key.Key_Tab)
    assert wanted - reached == set()


@pytest.mark.parametrize("page", ["today", "patients", "import", "settings", "patient"])
def test_tab_comes_by_every_field_of_a_page(demo_shell, page):
    if page == "patient":
        demo_shell.edit_patient(None)
    else:
        demo_shell.show_page(page)
    settle()
    demo_shell.current.focus_first()
    wanted, reached = reachable(demo_shell), set()
    for _ in range(60):
        one = QApplication.focusWidget()
        group = one.group() if isinstance(one, QAbstractButton) else None
        reached.add(name_of(group.buttons()[0]) if group is not None else name_of(one))
        press(Key.Key_Tab)
    assert wanted - reached == set()


def test_turning_the_wheel_over_a_list_changes_nothing(places, demo_shell):
    """Somebody who scrolls a page must not answer its questions with that."""
    changed, turned = set(), 0
    for place in places():
        for box in seen(demo_shell, QComboBox):
            before = box.currentText()
            middle = QPointF(box.rect().center())
            event = QWheelEvent(
                middle,
                QPointF(box.mapToGlobal(box.rect().center())),
                QPoint(0, -40),
                QPoint(0, -120),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(box, event)
            turned += 1
            if box.currentText() != before:
                changed.add(f"{place}: {before}")
    assert turned
    assert changed == set()
