"""What the eye would find: words on a curve, a button out of sight, lines that are too long, tiles out of line."""

import itertools
from datetime import date

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QToolTip,
)

from core import clock
from core.entering.visit import beginning
from core.views.safety import range_words
from core.views.stack.shapes import Align, Line, Marker, Text
from core.words import day
from tests.core.examples import a_patient
from tests.ui.keyboard import Key, in_dialog, press, settle, tab_to, write
from ui import theme
from ui.models.table import SECOND_LINE_ROLE
from ui.pages import visit_page
from ui.pages.today_page import CAPACITY, STATUS, TOTAL, WHEN
from ui.plots import painting
from ui.widgets import ask, compared_table
from ui.widgets.alerts_card import ActionButton
from ui.widgets.ask import AskDialog
from ui.widgets.table import PAD, SPARK

BOLD = QFont.Weight.DemiBold
PATIENTS = ("A-001", "A-003", "A-010", "A-015")


@pytest.fixture
def sized(demo_shell):
    """The demonstration's window at a size, on the chart of a patient."""

    def at(width, height):
        demo_shell.window().resize(width, height)
        settle()

    return at


@pytest.fixture
def open_chart(demo_shell, numbered, sized):
    def open_it(number, size=(1366, 768)):
        sized(*size)
        demo_shell.open_chart(numbered(number).id)
        settle()
        return demo_shell.page("chart")

    return open_it


def reach(text):
    """The rectangle of painted words: left, top, right, bottom (px)."""
    wide = painting.measure(text.words, text.size, text.weight)
    left = {Align.LEFT: text.x, Align.CENTRE: text.x - wide / 2, Align.RIGHT: text.x - wide}
    return left[text.align], text.y - 0.74 * text.size, left[text.align] + wide, text.y


def painted(page, kind):
    chart = page.tab("overview").trends.chart
    return [shape for shape in chart.drawing.shapes if isinstance(shape, kind)]


@pytest.mark.parametrize("number", PATIENTS)
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1024, 640), (683, 364)])
def test_the_words_of_a_chart_lie_on_no_others_and_within_it(open_chart, number, size):
    page = open_chart(number, size)
    width = page.tab("overview").trends.chart.width()
    texts = [(text, reach(text)) for text in painted(page, Text)]
    assert len(texts) > 20
    for text, (left, _top, right, _bottom) in texts:
        assert left >= -1 and right <= width + 1, text.words
    for (one, a), (other, b) in itertools.combinations(texts, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (one.words, other.words)


@pytest.mark.parametrize("number", PATIENTS)
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1024, 640)])
def test_the_words_of_a_threshold_stand_on_no_value(open_chart, number, size):
    page = open_chart(number, size)
    for words in (one for one in painted(page, Text) if one.colour == "threshold"):
        left, top, right, bottom = reach(words)
        for marker in painted(page, Marker):
            assert not (left < marker.x < right and top < marker.y < bottom)


def test_why_nothing_is_drawn_is_crossed_by_no_line(shell, session):
    patient = a_patient()
    with session.write():
        session.patients.save(patient)
    shell.open_chart(patient.id)
    settle()
    page = shell.page("chart")
    said = [one for one in painted(page, Text) if one.words.startswith("Nothing to draw yet")]
    assert said
    level = [one for one in painted(page, Line) if one.y1 == one.y2]
    for text in said:
        left, top, right, bottom = reach(text)
        assert not [one for one in level if top < one.y1 < bottom and one.x1 < right > left]


def test_the_button_that_adds_an_event_is_in_sight_on_a_small_screen(open_chart):
    page = open_chart("A-015")
    page.show_tab("events")
    settle()
    add = page.tab("events").editor.add
    assert add.isVisible() and not add.visibleRegion().isEmpty()
    assert add.visibleRegion().boundingRect() == add.rect()
    window = page.window()
    assert window.rect().contains(QRect(add.mapTo(window, QPoint()), add.size()))


def test_a_question_is_no_wider_than_can_be_read_on_a_large_screen(
    demo_shell, demo, numbered, sized
):
    sized(1920, 1080)
    patient = numbered("A-003")
    visit_id = beginning.start_visit(demo, patient.id, None, clock.today())
    demo_shell.open_visit(patient.id, visit_id)
    page = demo_shell.page("visit")
    page.show_step("alsfrs-r")
    settle()
    assert page.live.isVisible()
    assert page._middle.width() <= theme.px(visit_page.MEASURE)
    right = page.live.mapTo(page, page.live.rect().topRight()).x()
    assert page.width() - right <= theme.px(20), "the live numbers take what is left over"
    sized(1366, 768)
    assert page.live.width() <= theme.px(visit_page.ANSWERS)
    assert page._middle.width() > 600


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_a_finished_visit_takes_the_room_that_no_live_numbers_need(
    demo_shell, demo, numbered, sized, size
):
    sized(*size)
    visit = demo.record(numbered("A-003").id).finished_visits[-1]
    demo_shell.open_visit(visit.patient_id, visit.id)
    settle()
    page = demo_shell.page("visit")
    assert page.live is None
    left = page._middle.mapTo(page, QPoint())
    assert left.x() < theme.px(260), "it stands beside the steps"
    assert page.width() - left.x() - page._middle.width() <= theme.px(20)
    view = page.forms["review"].view
    assert view.width() <= theme.px(960)
    assert view.mapTo(page._middle, QPoint()).x() < theme.px(40), "its lines begin at the left"


@pytest.mark.parametrize("number", ["A-001", "A-003", "A-012", "A-015"])
def test_a_review_shows_every_score_without_scrolling(demo_shell, demo, numbered, sized, number):
    sized(1366, 768)
    visit = demo.record(numbered(number).id).finished_visits[-1]
    demo_shell.open_visit(visit.patient_id, visit.id)
    settle()
    review = demo_shell.page("visit").forms["review"]
    area = review.findChild(QScrollArea)
    fields = {"alsfrs-r", "spirometry", "adverse_events"}
    shown = [one for one in review.view.findChildren(QLabel) if one.property("field")]
    shown = [one for one in shown if one.property("field").partition("/")[0] in fields]
    assert len(shown) > 12
    for one in shown:
        below = one.mapTo(area.viewport(), QPoint(0, one.height())).y()
        assert below <= area.viewport().height(), one.text()


def test_a_chip_stands_out_from_the_row_that_is_selected(demo_shell):
    demo_shell.show_page("today")
    page = demo_shell.page("today")
    settle()
    table, model = page.table, page.model
    due = model.line_of(next(item for item in model.rows if "due today" in item.status))
    table.selectRow(due)
    settle()
    cell = table.visualRect(model.index(due, STATUS))
    picture = table.viewport().grab().toImage()
    scale = picture.devicePixelRatio()
    seen = {
        picture.pixelColor(round(x * scale), round((cell.center().y() - 9) * scale)).name()
        for x in range(cell.left() + 16, cell.left() + 40)
    }
    assert theme.colour("card").name() in seen


def test_the_mark_of_a_target_is_clear_of_the_day_above_it(demo_shell):
    demo_shell.show_page("today")
    page = demo_shell.page("today")
    settle()
    picture = page.table.viewport().grab().toImage()
    scale, seen = picture.devicePixelRatio(), 0
    for item in page.model.rows[1:5]:
        cell = page.table.visualRect(page.model.index(page.model.line_of(item), WHEN))
        blank = [
            len({picture.pixel(round(x * scale), round(y * scale)) for x in inside(cell)}) == 1
            for y in range(cell.top() + 2, cell.bottom() - 1)
        ]
        parts = [(empty, len(list(rows))) for empty, rows in itertools.groupby(blank)]
        if item.window is not None:
            gap = parts[2 if parts[0][0] else 1]
            assert gap[0] and gap[1] >= 3, (item.title, parts)
            seen += 1
    assert seen > 2


def inside(rect):
    return range(rect.left() + 4, rect.right() - 3)


def cut_cells(table, columns):
    """The words of these columns that their cells have no room for."""
    strong, small = QFontMetricsF(theme.font(weight=BOLD)), QFontMetricsF(theme.font(size=12))
    model, found = table.model(), []
    for line in range(model.rowCount()):
        for place in columns:
            index = model.index(line, place)
            room = table.columnWidth(place) - 2 * PAD
            lines = (str(index.data() or ""), str(index.data(SECOND_LINE_ROLE) or ""))
            if strong.horizontalAdvance(lines[0]) > room:
                found.append(lines[0])
            if small.horizontalAdvance(lines[1]) > room:
                found.append(lines[1])
    return found


def test_the_day_of_a_value_has_room_beside_its_course(demo_shell, sized):
    sized(1920, 1080)  # in a smaller window the courses give way
    demo_shell.show_page("today")
    table = demo_shell.page("today").table
    settle()
    needed = QFontMetricsF(theme.font(size=12)).horizontalAdvance(day(date(2026, 8, 30)))
    for column in (TOTAL, CAPACITY):
        assert needed <= table.columnWidth(column) - theme.px(SPARK) - 2 * PAD


@pytest.mark.parametrize("number", PATIENTS)
def test_the_list_of_forms_has_room_for_its_days(open_chart, number):
    page = open_chart(number)
    tab = page.tab("record")
    page.show_tab("record")
    settle()
    assert tab.table.model().rowCount() > 5
    assert cut_cells(tab.table, (0,)) == []


def test_the_day_of_an_event_that_is_known_to_its_month_has_room(demo_shell, sized):
    sized(1366, 768)
    demo_shell.show_page("safety")
    table = demo_shell.page("safety").table
    settle()
    words = range_words((395, 424))
    needed = QFontMetricsF(theme.font(weight=BOLD)).horizontalAdvance(words)
    assert needed <= table.columnWidth(5) - 2 * (PAD - 4)


def test_a_word_that_is_wider_than_its_column_is_cut_visibly():
    lines = compared_table._wrapped("Nonambulatory functional movement", 60, 3, 11, theme.px(100))
    metrics = QFontMetricsF(theme.font(11))
    assert all(metrics.horizontalAdvance(line) <= 60 for line in lines)
    assert lines[0].endswith("…")


def test_a_cell_that_is_cut_shows_its_words_to_the_pointer(demo_shell):
    demo_shell.show_page("today")
    page = demo_shell.page("today")
    settle()
    table = page.table
    index = page.model.index(1, 0)
    rect = table.visualRect(index)
    option = QStyleOptionViewItem()
    at = table.viewport().mapToGlobal(rect.center())
    event = QHelpEvent(QEvent.Type.ToolTip, rect.center(), at)
    delegate = table.itemDelegate()
    option.rect = rect
    delegate.helpEvent(event, table, option, index)
    assert QToolTip.text() == "", "all of it can be read"
    option.rect = QRect(rect.topLeft(), rect.size() / 4)
    assert delegate.helpEvent(event, table, option, index)
    assert QToolTip.text().startswith(f"{index.data()}\n")
    QToolTip.hideText()


def test_a_reason_is_asked_for_in_words_and_never_taken_empty(shell):
    seen = []

    def nothing_then_words(dialog):
        press(Key.Key_Return)
        seen.append(dialog.isVisible())
        seen.append("\n".join(one.text() for one in dialog.findChildren(QLabel) if one.isVisible()))
        write("  a wrong button ")
        press(Key.Key_Return)

    in_dialog(nothing_then_words, kind=AskDialog)
    assert ask.reason(shell, "Month 2", "Why?") == "a wrong button"
    assert seen[0] and "Type a reason, or cancel." in seen[1]

    in_dialog(lambda _dialog: press(Key.Key_Escape), kind=AskDialog)
    assert ask.reason(shell, "Month 2", "Why?") is None


def test_one_of_a_few_is_chosen_by_the_arrows(shell):
    def second(_dialog):
        press(Key.Key_Down)
        press(Key.Key_Return)

    in_dialog(second, kind=AskDialog)
    assert ask.one_of(shell, "Lock", "What is locked?", {"all": "", "a form": "x"}) == "x"
    in_dialog(lambda _dialog: press(Key.Key_Escape), kind=AskDialog)
    assert ask.one_of(shell, "Lock", "What is locked?", {"all": "", "a form": "x"}) is None


SMALL = (683, 364)  # 1366x768 at 200 %, with a task bar


def in_sight(widget):
    """Whether all of a widget is seen."""
    return widget.isVisible() and widget.visibleRegion().boundingRect() == widget.rect()


def test_before_a_file_is_open_a_small_window_stays_small_and_scrolls(empty_window):
    empty_window.resize(*SMALL)
    settle()
    welcome = empty_window.welcome
    welcome.start.create_file.click()
    first_run = welcome.front
    first_run.clinic_name.set_text("Clinic")
    first_run.go_on()
    people = (first_run.administrator, first_run.administrator_password)
    first_run.administrator.full_name.set_text("Ada Minister")
    first_run.administrator.login.set_text("admin")
    for field in people[1].password, people[1].again:
        field.set_text("winter garden 48")
    settle()
    assert (empty_window.width(), empty_window.height()) == SMALL
    lines = [
        first_run.administrator.full_name.line,
        first_run.administrator.login.line,
        people[1].password.line,
        people[1].again.line,
    ]
    for line in lines:
        line.setFocus()
        settle()
        assert in_sight(line) and line.height() >= line.minimumSizeHint().height()
    tops = [line.mapTo(first_run, QPoint()).y() for line in lines]
    assert all(below - above > lines[0].height() for above, below in itertools.pairwise(tops))
    first_run.go_on()
    settle()
    assert (empty_window.width(), empty_window.height()) == SMALL
    tab_to("Choose where, and create…")
    assert in_sight(first_run.make)


def test_the_actions_of_a_patient_stand_in_one_line_in_a_small_window(open_chart):
    page = open_chart("A-001", SMALL)
    acts = [one for one in page._header.findChildren(QPushButton) if one.isVisible()]
    assert len(acts) == 4
    assert len({one.mapTo(page, QPoint()).y() for one in acts}) == 1
    page = open_chart("A-001", (1366, 768))
    number = page._header._number
    middles = {one.mapTo(page, one.rect().center()).y() for one in acts}
    assert len(middles) == 1
    assert abs(middles.pop() - number.mapTo(page, number.rect().center()).y()) < theme.px(12)


@pytest.mark.parametrize("number", PATIENTS)
def test_the_actions_of_a_patient_take_one_line_beside_who_it_is(open_chart, number):
    page = open_chart(number, (1280, 720))
    acts = [one for one in page._header.findChildren(QPushButton) if one.isVisible()]
    assert acts and len({one.mapTo(page, QPoint()).y() for one in acts}) == 1
    middle = acts[0].mapTo(page, acts[0].rect().center()).y()
    name = page._header._number
    assert abs(middle - name.mapTo(page, name.rect().center()).y()) < theme.px(24)
    assert page.width() - acts[-1].mapTo(page, acts[-1].rect().topRight()).x() <= theme.px(20)


def test_what_needs_attention_has_room_below_the_visits_of_a_small_window(demo_shell, sized, qtbot):
    sized(*SMALL)
    demo_shell.show_page("today")
    page = demo_shell.page("today")
    qtbot.waitUntil(lambda: not page.alerts.busy)
    settle()
    (first, *_others) = page.alerts.findChildren(ActionButton)
    first.setFocus()
    settle()
    assert in_sight(first), "the keyboard brings it into sight, whole"


def test_the_chart_as_it_stood_shows_its_figures_whole_in_a_small_window(demo_shell, open_chart):
    page = open_chart("A-001", SMALL)
    page.show_tab("history")
    settle()
    page.tab("history").history.list.table.selectRow(0)
    page.tab("history").history.list.before_it.click()
    settle()
    past = demo_shell.page("past")
    assert demo_shell.current is past
    plots = past.plots
    assert plots.height() >= plots.minimumHeight() > 300
    assert "ALSFRS-R total" in plots.said
    for text in (shape for shape in plots.drawing.shapes if isinstance(shape, Text)):
        left, _top, right, bottom = reach(text)
        assert left >= -1 and right <= plots.width() + 1 and bottom <= plots.height() + 1


def test_the_tabs_have_room_for_their_words_after_another_page_and_patient(demo_shell, open_chart):
    for number in ("A-008", "A-006"):  # without an open alert, and with four
        demo_shell.show_page("today")
        settle()
        bar = open_chart(number).tabs.tabBar()
        shown = [at for at in range(bar.count()) if bar.isTabVisible(at)]
        cut = [
            bar.tabText(at) for at in shown if bar.tabRect(at).width() < bar.tabSizeHint(at).width()
        ]
        assert cut == []
    assert "Alerts (4)" in {bar.tabText(at) for at in shown}


def test_a_filter_that_is_pressed_by_hand_shows_all_its_words(demo_shell):
    """The ring of the keyboard takes its room from the margin, not from the words."""
    demo_shell.show_page("patients")
    settle()
    chip = demo_shell.page("patients").chips["bulbar"]
    inside = chip.style().subElementRect
    option = QStyleOptionButton()
    widths = []
    for focused_one in (False, True):
        chip.setFocus() if focused_one else chip.clearFocus()
        settle()
        chip.initStyleOption(option)
        widths.append(inside(QStyle.SubElement.SE_PushButtonContents, option, chip).width())
    assert widths[1] >= widths[0]
