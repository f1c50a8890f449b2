"""F1 shows the page about what is in front, the keyboard comes back to where it was, and every figure is explained."""

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from core import VERSION, clock, guide, reports, resources
from core.commands.validation import manifest
from core.guide import KEYBOARD
from core.model.user import Clinic, Role
from core.session import Session, new_user
from core.store.migrations import newest
from core.views import figure_names
from core.views.figure_names import FIGURES
from core.views.stack import build, fields
from scripts import write_keys
from tests.passwords import cheap_passwords
from tests.ui import test_every_page
from tests.ui.keyboard import ALT, CTRL, SHIFT, Key, focused, press, settle, wait_until, write
from tests.ui.test_every_page import cut_off
from ui import theme
from ui.actions import ACTIONS, PAGE_KEYS
from ui.help.first_tour import FirstTour
from ui.help.stops import SEEN
from ui.pages.chart.overview import OverviewTab
from ui.pages.every import PAGES, page_class
from ui.settings import Appearance
from ui.widgets.figures import FigureMark, figures_in

places = test_every_page.places
PAGES_OF_GUIDE = {page.name: page for page in guide.pages()}
# Words that the page about a place must have in the title of what it opens at.
ABOUT = {
    "today": "Today",
    "patients": "Patients",
    "safety": "Safety",
    "import": "Import from CSV",
    "settings": "Settings",
    "registers": "Registers",
    "patient": "A new patient",
    "document, visit summary": "Summary and paper",
    "visit, details": "Visit details",
    "visit, alsfrs-r": "The questionnaire",
    "visit, spirometry": "Spirometry",
    "visit, review": "Review and finish",
    "chart, Overview": "Overview",
    "chart, Laboratory": "Laboratory",
    "chart, History": "History",
}


def help_of(window):
    """The help, in front."""
    settle()
    assert window.help is not None and window.help.isVisible()
    return window.help


def title_of(topic):
    """The heading that a topic leads to."""
    page, _hash, _anchor = topic.partition("#")
    return next(part.title for part in guide.parts(PAGES_OF_GUIDE[page]) if part.topic == topic)


def test_f1_shows_what_is_in_front_on_every_page_tab_and_step(places, demo_shell):
    window, seen = demo_shell.window(), {}
    for place in places():
        demo_shell.guidance.show_help()
        shown = help_of(window)
        seen[place] = title_of(shown.topic)
        assert shown.browser.shown.name == shown.topic.partition("#")[0], place
        assert seen[place] in shown.browser.toPlainText(), place
        shown.reject()
    assert len(seen) > 30
    for place, title in ABOUT.items():
        assert seen[place] == title


@pytest.mark.parametrize("name", PAGES)
def test_a_page_declares_a_topic_that_there_is(name):
    kind = page_class(name)
    topic = kind.topic
    if isinstance(topic, property):  # that of the tab or step in front
        assert name in {"chart", "visit", "document"}
        return
    assert title_of(topic)


def test_no_page_of_the_guide_is_about_nothing(places, demo_shell):
    # What is no screen: read from the contents, or from the page of another one ("data" from the patients).
    fronts = {"index", "first-day", "sign-in", "clinical", "schedules", "data"}
    told = {demo_shell.current.topic for _place in places()}  # a nurse has not every page
    told |= {page_class(name).topic for name in ("people", "backups", "trail", "event", "cohort")}
    told |= {one.topic for one in reports.REPORTS}
    told = {topic.partition("#")[0] for topic in told}
    assert PAGES_OF_GUIDE.keys() - told - fronts == set()


def test_f1_by_keyboard_leaves_what_is_half_typed_as_it_is(enter, resume, shell):
    page = resume("spirometry")
    form = page.forms["spirometry"]
    field = form.rows[0].volume
    field.setFocus()
    write("2.2x")
    press(Key.Key_F1)
    shown = help_of(shell.window())
    assert title_of(shown.topic) == "Spirometry"
    press(Key.Key_Escape)
    assert not shown.isVisible()
    assert focused() is field and field.text() == "2.2x"
    press(Key.Key_Backspace)
    write("6")
    assert field.text() == "2.26", "and typing goes on where it was"


def test_the_help_stands_beside_the_window_and_stops_nothing(shell):
    press(Key.Key_F1)
    shown = help_of(shell.window())
    assert not shown.isModal()
    shell.show_page("patients")
    shell.guidance.show_help()
    assert shown.topic == "patients"


def test_words_are_found_and_a_place_is_shown_by_keyboard(shell):
    press(Key.Key_F1)
    shown = help_of(shell.window())
    press((CTRL, Key.Key_F))
    write("second place")
    assert shown.contents.count() >= 2
    assert shown.found.text() == f"Found in {shown.contents.count()} places"
    press(Key.Key_Return)
    assert shown.topic.startswith("backups")
    press((ALT, Key.Key_Left))
    assert shown.topic == "today"
    press((ALT, Key.Key_Right))
    assert shown.topic.startswith("backups")


def test_a_link_leads_on_and_none_leads_out(shell):
    press(Key.Key_F1)
    shown = help_of(shell.window())
    shown.show_topic("chart")
    shown.browser.anchorClicked.emit("../clinical.md#figure-slope")
    assert shown.topic == "clinical#figure-slope"
    shown.browser.anchorClicked.emit("https://example.org/")
    shown.browser.anchorClicked.emit("file:///etc/passwd")
    assert shown.topic == "clinical#figure-slope"
    assert shown.browser.loadResource(2, "file:///etc/hostname") is None


def test_an_anchor_is_brought_into_sight(shell):
    press(Key.Key_F1)
    browser = help_of(shell.window()).browser
    for topic, words in (
        ("clinical#figure-weight", "Weight and its change"),
        ("visit#note-and-stage", "Note and stage"),
    ):
        shell.window().help.show_topic(topic)
        settle()
        top = browser.cursorForPosition(QPoint(30, 24)).block().text()
        assert words in top


def test_it_works_before_a_file_is_open_and_on_the_lock(empty_window, session):
    press(Key.Key_F1)
    shown = help_of(empty_window)
    assert (shown.topic, shown.tour.isVisible()) == ("first-day", False)
    press(Key.Key_Escape)
    empty_window.welcome.start.create_file.click()
    settle()
    press(Key.Key_F1)
    assert title_of(help_of(empty_window).topic) == "Create the clinic file"
    empty_window.help.reject()
    empty_window.open_session(session)
    settle()
    empty_window.lock()
    settle()
    press(Key.Key_F1)
    assert title_of(help_of(empty_window).topic) == "The lock"


def test_locking_closes_it(shell):
    press(Key.Key_F1)
    window = shell.window()
    shown = help_of(window)
    window.lock()
    settle()
    assert not shown.isVisible()


# The keys


def test_every_key_of_the_program_is_on_the_page_of_keys(shell):
    press((CTRL, Key.Key_F1))
    shown = help_of(shell.window())
    assert shown.topic == KEYBOARD
    lines = shown.browser.toPlainText().splitlines()
    mine = [
        action
        for action in ACTIONS
        if action.right is None or shell.context.session.may(action.right)
    ]
    for action in mine:
        assert action.shortcut in lines and action.title in lines
    for title, keys in PAGE_KEYS:
        assert title in lines
        for key, what in keys:
            assert key in lines and what in lines


def test_the_written_page_of_keys_is_that_of_the_program():
    written = (resources.DOCUMENTS / "guide" / "keyboard.md").read_text("utf-8")
    assert written == write_keys.text(), "run python -m scripts.write_keys"


# Figures


def test_every_figure_has_its_row_in_the_table_of_every_figure():
    page = PAGES_OF_GUIDE["clinical"]
    anchors = guide.anchors(page)
    for figure in FIGURES:
        assert figure_names.topic(figure).partition("#")[2] in anchors, figure
    written = re.findall(r'<a id="figure-([\w-]+)"></a>', page.text)
    assert {*written} == {*FIGURES} and len(written) == len({*written})
    assert figure_names.TABLE in {part.topic for part in guide.parts(page)}


def test_every_figure_that_a_chart_shows_is_explained(demo):
    shown = set()
    for patient in demo.patients.all():
        record = demo.record(patient.id)
        every = [plot.id for plot in fields.plots(record)]
        stack = build.build(record, clock.today(), fields=every)
        for row in stack.rows:
            assert row.figure in FIGURES
            assert all(words.figure in FIGURES for line in row.lines for words in line), row.lines
        assert {band.id for band in stack.bands} <= FIGURES.keys()
        shown |= {*stack.figures}
    wanted = {
        "total",
        "slope",
        "delta-fs",
        "domains",
        "kings",
        "mitos",
        "vital-capacity",
        "z",
        "limits",
    }
    assert wanted | {"grade", "best", "weight"} <= shown


@pytest.fixture
def stack(demo_shell, numbered):
    """The stack of a chart of the demonstration."""
    demo_shell.open_chart(numbered("A-001").id)
    settle()
    page = demo_shell.page("chart")
    tab = page.tab("overview")
    assert isinstance(tab, OverviewTab)
    return tab.trends.chart


def test_a_click_on_a_figure_explains_it(stack, demo_shell):
    hits = {hit.mark: hit for hit in stack.drawing.figures}
    assert {
        "total",
        "slope",
        "delta-fs",
        "kings",
        "mitos",
        "domains",
        "vital-capacity",
        "z",
    } <= hits.keys()
    hit = hits["delta-fs"]
    at = QPoint(round(hit.x + hit.width / 2), round(hit.y + hit.height / 2))
    QTest.mouseMove(stack, at)
    settle()
    assert stack.toolTip() == "deltaFS since onset: what it means (Shift+F1)"
    QTest.mouseClick(stack, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    shown = help_of(demo_shell.window())
    assert shown.topic == "clinical#figure-delta-fs"


def menu_in_front():
    settle()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_shift_f1_asks_which_figure_of_the_page_and_explains_it(stack, demo_shell):
    press((SHIFT, Key.Key_F1))
    menu = menu_in_front()
    lines = [action.text() for action in menu.actions()]
    assert lines[0] == "What it means: King's stage"
    assert "What it means: Slope" in lines and lines[-1] == "Every figure in one line"
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert help_of(demo_shell.window()).topic == "clinical#figure-mitos"


def test_shift_f1_where_there_is_no_figure_shows_the_table(shell):
    press((SHIFT, Key.Key_F1))
    assert help_of(shell.window()).topic == figure_names.TABLE


def test_the_figures_of_a_step_and_of_the_review_have_a_mark(resume, shell):
    page = resume("spirometry")
    form = page.forms["spirometry"]
    assert {"best", "vital-capacity", "z", "repeatability", "grade", "limits"} <= {
        *figures_in(form)
    }
    mark = next(one for one in form.findChildren(FigureMark) if one.property("figure") == "z")
    QTest.mouseClick(mark, Qt.MouseButton.LeftButton)
    assert help_of(shell.window()).topic == "clinical#figure-z"
    assert {"vital-capacity", "change"} <= {*figures_in(page.live)}
    page.show_step("alsfrs-r")
    settle()
    assert {"so-far", "total", "slope", "domains"} <= {*figures_in(page.live)}


def test_the_review_explains_what_was_computed(demo_shell, numbered, demo):
    ill = numbered("A-015")
    visit = demo.record(ill.id).finished_visits[-1]
    demo_shell.open_visit(ill.id, visit.id)
    settle()
    found = {*figures_in(demo_shell.page("visit"))}
    assert {"kings", "delta-fs", "bmi", "weight", "total", "slope"} <= found
    assert found <= FIGURES.keys()


# About


def test_about_says_versions_and_places_and_copies_them(demo_shell, numbered):
    demo_shell.window().show_help("about")
    shown = help_of(demo_shell.window())
    text = shown.browser.toPlainText()
    path = demo_shell.context.session.path
    for said in (VERSION, str(path), f"{path.stem} backups", "als-follow-up.log", newest()):
        assert said in text
    shown.copy.click()
    copied = QApplication.clipboard().text()
    assert f"Program: {VERSION}" in copied and str(path) in copied
    assert numbered("A-001").record_number not in text + copied


def test_the_licence_of_everything_that_is_shipped_can_be_read(demo_shell):
    demo_shell.window().show_help("about")
    shown = help_of(demo_shell.window())
    shown.browser.anchorClicked.emit("licences")
    text = shown.browser.toPlainText()
    names = {line.casefold().replace("_", "-") for line in text.splitlines()}
    for library in manifest.libraries():
        assert library.casefold() in names
    shown.browser.anchorClicked.emit("licence-als-follow-up")
    assert "Permission is hereby granted" in shown.browser.toPlainText()
    shown.browser.anchorClicked.emit("licence-cattrs")
    assert "MIT" in shown.browser.toPlainText()


# Show me around


@pytest.fixture
def signed_in(empty_window, tmp_path):
    """``signed_in()`` opens a file of a new clinic as its nurse, who types the password; answers the shell."""
    path = tmp_path / "new.als"
    with cheap_passwords():
        Session.create(
            path,
            Clinic(name="Neurology"),
            new_user("admin", "Ada", Role.ADMINISTRATOR),
            "a long password",
            others=[(new_user("nurse", "Nora", Role.NURSE), "a long password")],
        ).close()

    def sign_in(login="nurse"):
        with cheap_passwords():
            session = Session.open(path, login, "a long password")
        empty_window.open_session(session)
        settle()
        return empty_window.shell

    return sign_in


def callout(shell):
    return next((one for one in shell.findChildren(FirstTour) if one.isVisible()), None)


def test_the_first_sign_in_is_shown_around_by_keyboard_and_never_again(signed_in, empty_window):
    shell = signed_in()
    before = shell.page("today")
    tour = callout(shell)
    titles = [tour.title.text()]
    for _ in range(3):
        press(Key.Key_Return)
        titles.append(tour.title.text())
    assert titles == ["Today", "The visit", "The chart", "Lock, backup and help"]
    press(Key.Key_Left)
    assert tour.title.text() == "The chart"
    press(Key.Key_Right, Key.Key_Right)
    assert callout(shell) is None
    assert shell.current is before, "nothing went on to the page behind it"
    assert shell.context.settings.chosen("nurse", SEEN)
    empty_window.sign_out()
    assert callout(signed_in()) is None


def test_it_can_be_skipped_and_gives_the_keyboard_back(signed_in):
    shell = signed_in()
    press(Key.Key_Escape)
    assert callout(shell) is None
    shell.search.setFocus()
    shell.guidance.show_around()
    press(Key.Key_Escape)
    assert focused() is shell.search


def test_it_is_within_the_window_and_points_at_what_is_seen(signed_in, empty_window):
    shell = signed_in()
    for size in ((1366, 768), (683, 364)):
        empty_window.resize(*size)
        settle()
        shell.guidance.show_around()
        settle()
        tour = callout(shell)
        for _ in range(4):
            assert shell.rect().contains(tour.geometry()), (size, tour.title.text())
            assert tour._target() is not None
            assert [*cut_off(tour)] == []
            press(Key.Key_Return)


def test_who_sees_no_patients_is_shown_what_they_have(signed_in):
    shell = signed_in("admin")
    tour = callout(shell)
    titles = []
    while callout(shell) is not None:
        titles.append(tour.title.text())
        press(Key.Key_Return)
    assert titles == ["People", "Backups", "Settings", "Lock, backup and help"]


def test_the_help_about_the_pages_of_the_administrator(signed_in, empty_window):
    shell = signed_in("admin")
    shell.guidance.tour.end()
    for name, title in (("people", "People"), ("backups", "Backups"), ("trail", "Audit trail")):
        shell.show_page(name)
        press(Key.Key_F1)
        assert title_of(help_of(empty_window).topic) == title
        press(Key.Key_Escape)


def test_the_help_about_an_event(demo_shell, numbered, demo):
    ill = numbered("A-015")
    demo_shell.open_event(ill.id, demo.record(ill.id).events[0].id, "")
    settle()
    press(Key.Key_F1)
    assert title_of(help_of(demo_shell.window()).topic) == "An adverse event"


def test_a_form_that_is_half_filled_in_stays_as_it_is(signed_in):
    shell = signed_in()
    press(Key.Key_Escape)
    shell.edit_patient(None)
    settle()
    line = shell.page("patient").fields["record_number"].line
    line.setFocus()
    write("A-77")
    shell.window().show_help("index")
    help_of(shell.window()).tour.click()
    settle()
    assert callout(shell) is not None
    press(Key.Key_Escape)
    assert line.text() == "A-77" and shell.current is shell.page("patient")


def test_the_demonstration_offers_it_and_forces_nobody(demo_shell, settings):
    assert callout(demo_shell) is None
    offer = demo_shell.guidance.offer
    assert offer.isVisible() and offer.toolTip() == "Show me around"
    offer.click()
    settle()
    assert callout(demo_shell) is not None
    press(Key.Key_Escape)
    assert not offer.isVisible()


# In every look


@pytest.mark.parametrize("percent", [100, 200])
def test_no_word_of_the_help_is_cut(shell, app, percent):
    theme.choose_text_size(app, percent)
    try:
        shell.window().show_help("chart")
        shown = help_of(shell.window())
        assert [*cut_off(shown)] == []
        press((CTRL, Key.Key_F))
        assert shown.words.isVisible() and shown.words.hasFocus()
        labels = [one for one in shown.findChildren(QLabel) if one.isVisible()]
        assert all(one.width() <= shown.width() for one in labels)
    finally:
        theme.choose_text_size(app, 100)


def test_no_page_of_the_guide_is_wider_than_its_window(shell):
    shell.window().show_help("index")
    shown = help_of(shell.window())
    for name in PAGES_OF_GUIDE:
        shown.show_topic(name)
        wait_until(lambda: shown.browser.horizontalScrollBar().maximum() == 0)


def test_what_is_found_has_no_empty_lines(shell):
    press(Key.Key_F1)
    shown = help_of(shell.window())
    press((CTRL, Key.Key_F))
    write("recovery code")
    found = [shown.contents.item(n).text() for n in range(shown.contents.count())]
    assert len(found) > 3
    assert all(line.strip() for text in found for line in text.split("\n"))


def test_the_help_is_in_the_colours_of_the_window(shell, app):
    shell.window().show_help("chart")
    browser = help_of(shell.window()).browser
    try:
        theme.choose(app, Appearance.DARK)
        settle()
        links = {
            form.foreground().color().name() for form in _formats(browser) if form.anchorHref()
        }
        assert links == {theme.colour("accent").name()}
    finally:
        theme.choose(app, Appearance.LIGHT)


def _formats(browser):
    block = browser.document().begin()
    while block.isValid():
        it = block.begin()
        while not it.atEnd():
            yield it.fragment().charFormat()
            it += 1
        block = block.next()
