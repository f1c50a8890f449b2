"""The whole program in another language: no word of ours stays English, none is cut, and the window is mirrored.

The language is made from the template (`tests/languages.py`): whatever has a plain letter did not come from it, and
must be data.
"""

import base64
import gettext
import json
import re
from contextlib import closing
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractListModel, QPointF, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QToolButton,
    QWidget,
)

from core import clock, reports, words
from core.acts import documents, signing
from core.commands import demonstration
from core.findings.alerts.actions import open_actions
from core.forms import catalog as forms
from core.forms.definition import FieldType
from core.forms.preview import lines
from core.instruments import catalog as instruments
from core.laboratory import catalog as laboratory
from core.model import terms
from core.model.document import (
    About,
    OfCare,
    OfCasebook,
    OfDay,
    OfDefinition,
    OfForm,
    OfNothing,
    OfTrail,
    OfTreatments,
    OfTrial,
    OfVisit,
    OfWeeks,
)
from core.model.trail import TrailFilter
from core.model.user import Role
from core.science import lung_function
from core.session import Session
from tests import attached_files
from tests.languages import mirrored
from tests.pdf import text_of
from tests.ui import test_every_page
from tests.ui.keyboard import in_dialog, settle, wait_until
from tests.ui.test_every_page import cut_off, seen
from ui import theme
from ui.forms.answer_buttons import ChoiceButton
from ui.pages.visit_page import StepButton
from ui.plots.trend_plot import TrendPlot
from ui.widgets import ask
from ui.widgets.basics import Elided
from ui.widgets.decide import DecideDialog
from ui.widgets.own_definitions import Preview
from ui.widgets.responsive import Flow
from ui.widgets.sign import SignDialog

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
NO_WORDS = re.compile(
    r"<[^>]*>"  # markup
    r"|\b(?:(?:Ctrl|Alt|Shift)\+)+(?:\w+|\S)"  # keys, as they are printed on them
    r"|\b(?:Enter|Space|Esc|Backspace|Tab|PgUp|PgDn|Home)\b"
    r"|\b[0-9a-f]{16,}"  # hashes
)
# Units, the product, endings of files, libraries; vm is a computer's name.
NAMES = "cm kg ALS csv pdf vm CTCAE WHO UMC numpy pandas reportlab"
# What people typed, or a paper says, by table of the file.
TYPED = {
    "patient": "record_number family_name given_name note",
    "user": "login full_name",
    "clinic": "name letterhead phone call_us",
    "sheet_text": "text",
    "external_result": "source",
    "spirometry": "device equation",
    "adverse_event": "term coded_term note",
    "criterion_result": "waiver",
    "visit": "note code",
    "decision": "reason",
    "audit": "reason workstation",
    "laboratory": "name note",
    "lab_result": "laboratory note typed",
}
places = test_every_page.places


@pytest.fixture
def language(app, demonstration_template):
    """The program speaks the test language; the demonstration was made before, in English."""
    before = words.speak(mirrored())
    theme.follow_language(app)
    yield
    words.speak(before)
    theme.follow_language(app)


@pytest.fixture
def data(demo):
    """Every word that is no word of ours, in small letters."""
    said = [NAMES]
    for table, columns in TYPED.items():
        said += [str(row[name]) for row in demo._db[table].rows for name in columns.split()]
    texts = {FieldType.TERM, FieldType.TEXT, FieldType.LONG_TEXT}
    for patient in demo.patients.all():
        for record in demo.record(patient.id).forms:
            form = forms.find(record.form, record.version)
            for name, item in record.items.items():
                said += [
                    str(item.value) if form.field(name).type in texts else "",
                    item.note,
                    item.kept,
                ]
    for one in instruments.versions().values():
        said.append(one.citation)
        for item in one.items:
            said += [item.title, item.short, item.when, *(choice.text for choice in item.choices)]
    for test in laboratory.tests().values():  # units and CTCAE's own words
        said += [unit.unit for unit in test.units]
        for rule in test.ctcae:
            said += [rule.term, *(step.text for step in rule.grades)]
    for term in terms.ctcae().values():
        said += [term.name, term.organ_class, *terms.words_of(term).values()]
    for equation in lung_function.equations().values():
        said += [equation.id, equation.title, equation.citation]
    return {word.casefold() for text in said for word in WORD.findall(text)}


def read_aloud(widget):
    """What a person reads or hears of a widget."""
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        yield widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from map(widget.itemText, range(widget.count()))
    if isinstance(widget, QTabBar):
        yield from map(widget.tabText, range(widget.count()))
    if isinstance(widget, QMenu):
        yield from (action.text() for action in widget.actions())
    if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
        across = range(1 if isinstance(model, QAbstractListModel) else model.columnCount())
        yield from (str(model.headerData(n, Qt.Orientation.Horizontal) or "") for n in across)
        for row in range(min(model.rowCount(), 40)):
            yield from (str(model.index(row, column).data() or "") for column in across)
    yield widget.accessibleName()
    yield widget.accessibleDescription()
    yield widget.toolTip()
    yield widget.windowTitle()


def english(text, data):
    """The words of a text that are neither of the language nor data."""
    plain = NO_WORDS.sub(" ", text)
    return [
        word
        for word in WORD.findall(plain)
        if len(word) > 1 and word.isascii() and word.casefold() not in data
    ]


def left_in_english(shown, data):
    menus = shown.findChildren(QMenu)
    for menu in menus:
        menu.aboutToShow.emit()  # some are filled only then
    for widget in [shown, *seen(shown), *menus]:
        if isinstance(widget, QToolButton) and isinstance(widget.parent(), QTabBar):
            continue  # Qt's own arrows, in Qt's own words
        for text in read_aloud(widget):
            if english(text, data):
                yield text


def test_every_letter_of_the_language_is_its_own():
    spoken = mirrored()
    assert isinstance(spoken, gettext.GNUTranslations) and len(spoken._catalog) > 2000
    said = spoken.gettext("Save patient") + spoken.ngettext("1 query", "{n} queries", 3)
    assert english(said.replace("{n}", "3"), set()) == []
    assert english("Save visit", set()) == ["Save", "visit"]
    assert english("[Šáνé··] it, Smith", {"smith"}) == ["it"]


def test_no_word_of_ours_stays_english_and_none_is_cut(language, data, places, demo_shell):
    """DESIGN: text that may give way (`Elided`) has the whole as its tip; tabs scroll where they have no room."""
    window = demo_shell.window()
    found, seen_places = set(), set()
    for place in places():
        seen_places.add(place)
        found |= {f"{place}: {text}" for text in left_in_english(window, data)}
        gives_way = {one.text() for one in seen(window, Elided)}
        found |= {
            f"{place}, cut: {what}"
            for what in cut_off(window)
            if what.rpartition(" (")[0] not in gives_way
        }
    assert found == set()
    assert len(seen_places) > 20


def test_the_window_before_a_file_is_open_speaks_it_too(language, data, empty_window):
    assert set(left_in_english(empty_window, data)) == set()
    assert set(cut_off(empty_window)) == set()


def test_the_help_speaks_it_while_what_is_not_translated_of_the_guide_is_english(
    language, data, demo_shell
):
    window = demo_shell.window()
    window.show_help("keyboard")
    settle()
    shown = window.help
    parts = [*seen(shown, QAbstractButton), *seen(shown, QLabel), shown.words]
    assert {text for one in parts for text in read_aloud(one) if english(text, data)} == set()
    assert english(shown.browser.toPlainText(), data) == []
    assert shown.contents.mapTo(shown, shown.contents.rect().center()).x() > shown.width() / 2
    assert set(cut_off(shown)) == set()
    shown.show_topic("today")
    assert shown.browser.toPlainText().startswith("Today")
    shown.reject()


def test_who_is_shown_around_reads_it_in_the_language(language, data, demo_shell):
    demo_shell.guidance.show_around()
    settle()
    tour = demo_shell.guidance.tour
    while demo_shell.guidance.tour is not None:
        assert set(left_in_english(tour, data)) == set()
        assert set(cut_off(tour)) == set()
        tour.on.click()
        settle()


# Dialogs that are cheap to open.


def ask_reason(shell, _numbered):
    ask.reason(shell, words._("Cancel"), words._("Why?"))


def ask_one_of(shell, _numbered):
    ask.one_of(shell, words._("Cancel"), words._("Why?"), {words._("yes"): 1, words._("no"): 0})


def decide(shell, numbered):
    session = shell.context.session
    for patient in session.patients.all():
        record = session.record(patient.id)
        if actions := open_actions(record, clock.today()):
            DecideDialog(shell, actions[0], record.thresholds).exec()
            return
    raise AssertionError("no patient of the demonstration has an open action")


def sign(shell, numbered):
    session = shell.context.session
    record = session.record(numbered("A-015").id)
    visit = record.finished_visits[0]
    SignDialog(shell, shell.context, [signing.look(session, record, visit.id)]).exec()


def preview(shell, _numbered):
    Preview(shell, words._("Add a form"), lines(forms.newest()["medicine"])).exec()


def attached(shell, numbered):
    """A file of before, which a value holds: nothing has to be attached for it."""
    content = base64.b64encode(attached_files.pdf()).decode()
    shell.context.open_attached.emit(
        numbered("A-015").id, json.dumps({"name": "12.3", "data": content})
    )


@pytest.mark.parametrize("opened", [ask_reason, ask_one_of, decide, sign, preview, attached])
def test_a_dialog_speaks_it_too(language, data, demo_shell, numbered, opened):
    seen_dialogs = []

    def look(dialog):
        settle()
        seen_dialogs.append(sorted(left_in_english(dialog, data)))
        seen_dialogs.append(sorted(cut_off(dialog)))
        seen_dialogs.append(dialog.isRightToLeft())

    in_dialog(look, kind=QDialog)
    opened(demo_shell, numbered)
    assert seen_dialogs == [[], [], True]


# Paper.


@pytest.fixture
def neurologist(demo):
    """The demonstration's file, opened by its neurologist, who may read the trail."""
    key, path = demo._key, demo.path
    demo.close()
    with closing(Session(path, key, demonstration.LOGINS[Role.NEUROLOGIST])) as session:
        yield session


def papers(session):
    """Every document that the demonstration's file can be asked for, with each of its choices."""
    patient = next(one.id for one in session.patients.all() if one.record_number == "A-015")
    visit = session.record(patient).finished_visits[0].id
    about = About(patient_id=patient, visit_id=visit, entries=TrailFilter(patient_id=patient))
    for one in reports.REPORTS:
        if one.of in {
            *(OfVisit, OfNothing, OfForm, OfDefinition, OfTrail),
            *(OfTreatments, OfCasebook, OfDay, OfWeeks, OfTrial, OfCare),
        }:
            made_of = documents.source(session, one, about)
            for choice in one.choices(made_of) or ([*forms.newest()] if "form" in one.id else [""]):
                yield one, replace(made_of, choice=choice)


def test_every_document_speaks_it_too(language, data, neurologist):
    """Without those of a drill, a new recovery code, a validation and the users: each needs a run of its own."""
    found, seen_documents = {}, set()
    head = neurologist.trail_head
    last = neurologist.trail.head_at(neurologist.trail.last_change())
    for code in (head.code, last.code):  # under every page
        data |= {word.casefold() for word in WORD.findall(code)}
    for document, made_of in papers(neurologist):
        seen_documents.add(document.id)
        if left := english(text_of(document.make(made_of)), data):
            found[document.id, made_of.choice] = left
    assert found == {}
    assert seen_documents == {
        *("visit-summary", "blank-forms", "form", "blank-form", "audit-trail"),
        *("treatments", "casebook", "day-list", "calendar", "trial-report", "care-quality"),
    }


# From right to left.


def middle(widget, within):
    return widget.mapTo(within, widget.rect().center()).x()


def test_the_cohort_speaks_it_too(language, data, neurologist, open_window):
    """A nurse has not this page."""
    shell = open_window(neurologist)
    shell.show_page("cohort")
    page = shell.page("cohort")
    wait_until(lambda: page.group is not None and not page.busy)
    page.filters.show_everybody()
    page.survival.by.setCurrentIndex(1)
    page.survival.by.activated.emit(1)
    wait_until(lambda: not page.busy)
    assert set(left_in_english(page, data)) == set()
    wait_until(lambda: not set(cut_off(page)))


def test_the_trial_report_speaks_it_too(language, data, neurologist, open_window):
    """Nor has she this one."""
    last = neurologist.trail.head_at(neurologist.trail.last_change())
    data |= {word.casefold() for word in WORD.findall(last.code)}
    shell = open_window(neurologist)
    shell.open_document("trial-report", About())
    page = shell.page("trial-report")
    wait_until(lambda: page.pdf is not None and not page.busy)
    assert set(left_in_english(page, data)) == set()
    settle()
    assert set(cut_off(page)) == set()


def test_the_window_is_mirrored_and_time_still_runs_from_left_to_right(
    language, places, demo_shell
):
    window, answers, plots = demo_shell.window(), 0, 0
    for place in places():
        nav = next(iter(demo_shell.nav_buttons.values()))
        assert middle(nav, window) > middle(demo_shell.current, window), place
        for step in seen(window, StepButton):
            assert middle(step._sign, step) > middle(step._title, step), place
        for answer in seen(window, ChoiceButton):
            answers += 1
            assert answer._mirrored(answer._area()).right() < answer.width() - answer.RIGHT
        for plot in seen(window, TrendPlot):
            plots += 1
            box = plot.getPlotItem().getViewBox()
            low, high = box.viewRange()[0]
            assert box.mapFromView(QPointF(low, 0)).x() < box.mapFromView(QPointF(high, 0)).x()
            axis = plot.getAxis("left").mapToScene(QPointF(0, 0)).x()
            assert axis < box.mapToScene(box.boundingRect().center()).x(), place
    assert answers and plots


def test_what_wraps_begins_at_the_right(language, show):
    holder, parts = QWidget(), [QLabel("1"), QLabel("2")]
    flow = Flow(*parts)
    holder.setLayout(flow)
    show(holder, (300, 60))
    assert middle(parts[0], holder) > 150 and middle(parts[0], holder) > middle(parts[1], holder)
