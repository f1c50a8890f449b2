"""Cohort: who is counted is said, every mean has its n, and a line leads to its patient."""

import gc
import shutil
import weakref

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton

from core import clock
from core.cohort.fields import FVC
from core.cohort.filters import By
from core.cohort.plots import matrix_plot
from core.cohort.plots.means_plot import Spread
from core.cohort.survival import Endpoint, Zero
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.protocols.schedule import Status
from core.session import Session
from tests.core.cohort.made_up import DAY_0, cohort, event, patient
from tests.ui import test_every_page
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import Key, press, settle, tab_to, wait_until
from tests.ui.test_every_page import SIZES, cut_off, reachable

text_size = test_every_page.text_size
DEAD = {"died_day": DAY_0 + 130, "last_alive_day": DAY_0 + 130, "state": "died"}


@pytest.fixture
def demo_of_neurologist(demonstration_template, tmp_path):
    """A copy of the demonstration, opened by its neurologist."""
    template, key = demonstration_template
    path = tmp_path / "cohort.als"
    shutil.copyfile(template, path)
    session = Session(path, key, "neuro")
    yield session
    session.close()


@pytest.fixture
def shell(demo_of_neurologist, open_window):
    return open_window(demo_of_neurologist)


def ready(page):
    """Everything is read, computed and drawn."""
    wait_until(lambda: page.group is not None and not page.busy)
    return page


@pytest.fixture
def page(shell):
    """The page of the demonstration, whose patients are read."""
    shell.show_page("cohort")
    return ready(shell.page("cohort"))


@pytest.fixture
def made_up(shell):
    """``made_up(rows…)``: the page with patients who do not exist, in the place of those of the file."""

    def show_them(*rows):
        shell.show_page("cohort")
        page = shell.page("cohort")
        page.loading.give_up()
        settle()
        page.everyone = page.group = None
        page.loading.loaded.emit(cohort(*rows))
        return ready(page)

    return show_them


def said(figure):
    """What a screen reader says of a figure."""
    return figure.accessibleDescription()


def test_the_page_opens_on_the_study_and_says_who_is_counted(page):
    assert page.title.text() == "Ad-MSC trial (Nabavi 2021)"
    head = page.headline.text()
    of_file = page.everyone.n
    assert head.startswith(f"20 of {of_file} patients (Schedule Ad-MSC trial (Nabavi 2021))")
    assert "17 enrolled of 20 · 16 infused of 17 enrolled · 3 deaths among 20 patients" in head
    assert "Screening: mean 35.4, SE 1.2, n 17 of 20. Missing: 3 never took part." in said(
        page.total.figure
    )
    assert "Screening: mean 71.0, SE 6.5, n 17 of 20" in said(page.other.figure)
    assert "patients' own slopes: −0." in page.total.slopes.text()
    assert page.total.model.text().startswith("Mixed model: −0.")
    assert "3 events" in page.survival.said.text()
    assert page.events.what.text() == "Since the infusion, of 16 infused patients."
    assert "of 16 patients" in page.events.any.text()


def test_a_mean_that_rises_while_every_patient_falls_says_so(made_up):
    page = made_up(
        patient("001", {"M2": 90.0, "M4": 85.0, "M6": 80.0}, field=FVC),
        patient(
            "002",
            {"M2": 40.0, "M4": 35.0},
            field=FVC,
            statuses={"M6": Status.NOT_APPLICABLE},
            **DEAD,
        ),
    )
    assert "Month 6: mean 80.0, SE –, n 1 of 2. Missing: 1 died." in said(page.other.figure)
    assert "although the one patient with both values falls (85.0 to 80.0)" in words(page.other)
    assert page.other.model.text().startswith("Mixed model: no number. ")
    assert said(page.total.figure) or page.total.means is not None


def test_a_filter_changes_the_headline_and_every_card(page):
    before = [
        said(page.total.figure),
        said(page.other.figure),
        page.survival.said.text(),
        page.events.what.text(),
        said(page.visits.figure),
        said(page.flow.figure),
    ]
    female = page.filters.buttons[By.SEX]
    entry = next(one for one in female.menu().actions() if one.text().startswith("female\t"))
    count = int(entry.text().partition("\t")[2])
    entry.trigger()
    ready(page)
    assert page.group.n <= count < page.everyone.n
    assert female.text() == "Sex: female"
    assert f"{page.group.n} of {page.everyone.n} patients" in page.headline.text()
    assert "Sex female" in page.headline.text()
    after = [
        said(page.total.figure),
        said(page.other.figure),
        page.survival.said.text(),
        page.events.what.text(),
        said(page.visits.figure),
        said(page.flow.figure),
    ]
    assert all(a != b for a, b in zip(after, before, strict=True))
    page.filters.everybody.click()
    ready(page)
    assert page.headline.text().startswith(f"All {page.everyone.n} patients of the file")
    assert page.title.text() == "All patients"


def test_ages_are_typed_and_one_that_is_none_is_told(made_up):
    page = made_up(patient("001", age=40), patient("002", age=70), patient("003", age=None))
    page.filters.youngest.enter("65")
    ready(page)
    assert page.headline.text().startswith("1 of 3 patients (")
    assert "age 65 and over" in page.headline.text()
    page.filters.youngest.enter("old")
    ready(page)
    assert page.filters.youngest.has_problem
    assert page.headline.text().startswith("1 of 3 patients (")


def test_an_empty_group_says_so_and_escape_shows_everybody(made_up):
    page = made_up(patient("001", {"SCR": 40.0}, age=40), patient("002", {"SCR": 30.0}, age=50))
    page.filters.oldest.enter("20")
    ready(page)
    assert page.headline.text().startswith("No patient is like that (")
    assert "Esc shows everybody." in page.headline.text()
    assert said(page.total.figure) == "No patient has this value."
    assert page.survival.said.text() == "No patient was followed."
    assert "No adverse event is like that." in words(page.events)
    assert "Nobody is in this group." in words(page.visits)
    page.setFocus()
    press(Key.Key_Escape)
    ready(page)
    assert page.headline.text().startswith("All 2 patients of the file")


def test_what_is_drawn_is_a_switch_and_named(page):
    page.setFocus()
    press(Key.Key_S)
    assert page.spread.value is Spread.SD
    assert page.total.kind.text() == "mean ± SD, points of 48"
    assert "Screening: mean 35.4, SD 4.9, n 17" in said(page.total.figure)
    press(Key.Key_S)
    assert page.total.kind.text().startswith("median and quartiles")
    assert "median 36.0, quartiles" in said(page.total.figure)
    press(Key.Key_S, Key.Key_M)
    assert page.spread.value is Spread.SE
    assert page.same.isChecked()
    assert "value at every visit" in words(page.total)


def test_another_number_of_free_choice(page):
    titles = [page.other.choice.itemText(at) for at in range(page.other.choice.count())]
    assert "ALSFRS-R: Bulbar" in titles
    assert any(one.startswith("Laboratory: ") for one in titles)
    page.other.choose("alsfrs-r.bulbar")
    ready(page)
    assert page.other.means.field.id == "alsfrs-r.bulbar"
    assert "points of 12" in page.other.kind.text()


def test_survival_by_its_switches(page):
    page.survival.by.setCurrentIndex(1)
    page.survival.by.activated.emit(1)
    ready(page)
    assert "Log-rank: χ² " in page.survival.comparison.text()
    assert "Bulbar onset: 3 events among 5 patients." in page.survival.comparison.text()
    page.setFocus()
    press(Key.Key_E)
    ready(page)
    assert page.survival.found.endpoint is Endpoint.TRACHEOSTOMY_FREE
    press(Key.Key_Z)
    ready(page)
    assert page.survival.found.zero is Zero.DIAGNOSIS
    assert page.survival.figure.accessibleDescription().startswith(
        "Survival without tracheostomy from the diagnosis. "
    )


def test_events_by_grade_and_by_cause(made_up):
    mild, bad = event("Headache", related=False), event("Pneumonia", 4, serious=True)
    page = made_up(patient("001", events=(mild, bad)), patient("002", events=(mild,)))
    assert [one.term for one in page.events.model.rows] == ["Headache", "Pneumonia"]
    assert page.events.any.text() == "Any: 2 of 2 patients (100 %), 3 events, 1 serious"
    page.events.related.click()
    ready(page)
    assert [one.term for one in page.events.model.rows] == ["Pneumonia"]
    page.events.related.click()
    page.events.least.setCurrentIndex(4)
    page.events.least.activated.emit(4)
    ready(page)
    assert "No adverse event is like that." in words(page.events)


def number_of(shell):
    """Whose chart is in front."""
    assert shell.current is shell.page("chart")
    return shell.page("chart")._now.record.patient.record_number


def test_a_click_on_a_line_opens_that_patient(page, shell):
    figure = page.total.figure
    pointed = figure.pointed
    who = pointed.who[4]
    (x1, y1), (x2, y2) = pointed.of(who)[:2]
    at = QPointF(x1 + (x2 - x1) * 0.9, y1 + (y2 - y1) * 0.9)
    found = pointed.at(at.x(), at.y())
    QTest.mouseMove(figure, at.toPoint())
    settle()
    number = page.everyone.patients.at[found, "number"]
    assert f"patient {number}" in figure.accessibleName()
    QTest.mouseClick(figure, Qt.MouseButton.LeftButton, pos=at.toPoint())
    settle()
    assert shell.current is shell.page("chart")
    assert number_of(shell) == number


def test_the_keyboard_goes_from_patient_to_patient(page, shell):
    page.total.figure.setFocus()
    press(Key.Key_Down, Key.Key_Down)
    second = page.total.figure.pointed.who[1]
    assert page.total.figure.patient == second
    number = page.everyone.patients.at[second, "number"]
    assert page.total.figure.accessibleName().endswith(f"patient {number}. Enter opens the chart.")
    press(Key.Key_Return)
    assert number_of(shell) == number


def test_a_column_of_the_visits_opens_its_patient(page, shell):
    figure = page.visits.figure
    corner = figure.pointed.of(figure.pointed.who[2])[0]
    QTest.mouseClick(
        figure, Qt.MouseButton.LeftButton, pos=QPoint(round(corner[0]) + 4, round(corner[1]) + 30)
    )
    settle()
    assert number_of(shell) == page.everyone.patients.at[figure.pointed.who[2], "number"]


def test_an_event_lists_its_patients(page, shell):
    page.events.table.setFocus()
    page.events.table.selectRow(0)
    press(Key.Key_Return)
    menu = QApplication.activePopupWidget()
    line = page.events.model.rows[0]
    numbers = [page.everyone.patients.at[at, "number"] for at in line.who]
    assert [one.text() for one in menu.actions()] == numbers
    menu.actions()[1].trigger()
    menu.close()
    settle()
    assert number_of(shell) == numbers[1]


def test_many_patients_are_a_table_by_visit(made_up):
    many = [patient(f"{n:03}", {"SCR": 30.0}) for n in range(matrix_plot.MOST + 1)]
    page = made_up(*many)
    assert page.visits.table.isVisible() and not page.visits.figure.isVisible()
    assert "41 patients: how many of them are in each state, by visit." in words(page.visits)
    first = page.visits.model.rows[0]
    assert first.visit == "Screening" and sum(first.cells.values()) == 41


def test_patients_of_several_schedules_choose_one_to_see_its_visits(page):
    page.filters.everybody.click()
    ready(page)
    assert "These patients are on several schedules." in words(page.visits)
    only = [one for one in page.visits.findChildren(QPushButton) if one.isVisible()]
    assert [one.text() for one in only] == ["Only Ad-MSC trial (Nabavi 2021) (20)"]
    only[0].click()
    ready(page)
    assert page.visits.figure.isVisible()
    assert page.filters.value.chosen[By.SCHEDULE] == {"royan-2021"}


def test_reading_says_how_far_it_is_and_can_be_given_up(shell):
    seen = []
    page = shell.page("cohort")

    def at(done, of):
        seen.append((page.bar.said.text(), page.bar.isVisible()))
        assert page.bar.said.text() == f"{done} of {of} patients read"
        page.bar.stop.click()

    page.loading.progressed.connect(at)
    shell.show_page("cohort")
    wait_until(lambda: seen and not page.loading.busy)
    assert seen[0] == ("0 of 21 patients read", True)
    assert "Given up: the patients were not read." in words(page)
    assert page.group is None and not page._content.isVisible()
    page.loading.progressed.disconnect(at)
    page.bar.again.click()
    ready(page)
    assert page._content.isVisible() and not page.bar.isVisible()


def test_who_leaves_while_it_reads_finds_it_begun_anew(shell):
    page, left = shell.page("cohort"), []

    def leave(done, _of):
        left.append(done)
        if len(left) == 1:
            shell.show_page("today")

    page.loading.progressed.connect(leave)
    shell.show_page("cohort")
    wait_until(lambda: left and not page.loading.busy)
    assert page.group is None
    shell.show_page("cohort")
    ready(page)
    assert page.group.n == 20


def test_a_file_that_is_closed_while_it_is_read_ends_it(shell, empty_window):
    page, read = shell.page("cohort"), []

    def close(done, _of):
        read.append(done)
        empty_window.close_session()

    page.loading.progressed.connect(close)
    shell.show_page("cohort")
    wait_until(lambda: read)
    settle()
    assert read == [0]
    assert empty_window.shell is None


def test_what_is_entered_elsewhere_is_counted(page, shell, demo_of_neurologist):
    session = demo_of_neurologist
    alive = page.everyone.patients[page.everyone.patients["died_day"].isna()]
    one = session.patients.get(alive["id"].iloc[0])
    shell.show_page("today")
    with session.write("a death that was told by telephone"):
        died = Milestone(
            patient_id=one.id, kind=MilestoneKind.DEATH, happened_on=PartialDate.of(clock.today())
        )
        session.milestones.save(died)
    shell.show_page("cohort")
    wait_until(lambda: "4 deaths among 20 patients" in page.headline.text())


def test_who_types_elsewhere_while_it_reads_goes_on_typing(shell):
    page, moved = shell.page("cohort"), []

    def elsewhere(_done, _of):
        if not moved:
            moved.append(shell.search.setFocus())

    page.loading.progressed.connect(elsewhere)
    shell.show_page("cohort")
    ready(page)
    assert shell.search.hasFocus()


def test_f_leads_to_the_filters(page):
    page.total.figure.setFocus()
    press(Key.Key_F)
    assert page.filters.buttons[By.SCHEDULE].hasFocus()
    tab_to("Age from (years)")


@pytest.mark.parametrize("size", [(1366, 768), (1280, 720), (1100, 700), (1920, 1080)])
def test_a_narrow_window_has_one_column(page, size):
    page.window().resize(*size)
    settle()
    beside = page.other.mapTo(page, QPoint(0, 0)).y() == page.total.mapTo(page, QPoint(0, 0)).y()
    assert beside == (size[0] >= 1280)

    def whole(card):
        bottom = card.mapTo(page, QPoint(0, card.height())).y()
        return card.height() >= card.minimumSizeHint().height() and bottom <= page.height()

    wait_until(lambda: all(whole(card) for card in page.cards))


@pytest.mark.parametrize(("size", "percent"), SIZES)
def test_no_word_is_cut(size, percent, text_size, empty_window, request):
    text_size(percent)
    empty_window.resize(*size)
    page = request.getfixturevalue("page")
    shell = request.getfixturevalue("shell")
    assert (page.window().width(), page.window().height()) == size
    wait_until(lambda: not set(cut_off(shell)))


def test_every_control_has_a_name_and_tab_comes_by_it(page):
    page.focus_first()
    wanted, reached = reachable(page), set()
    assert "" not in wanted
    for _ in range(60):
        one = QApplication.focusWidget()
        group = one.group() if isinstance(one, QAbstractButton) else None
        reached.add(name_of(group.buttons()[0]) if group is not None else name_of(one))
        press(Key.Key_Tab)
    assert wanted - reached == set()


def test_a_file_that_is_closed_leaves_no_patient_in_memory(
    demo_of_neurologist, open_window, empty_window
):
    shell = open_window(demo_of_neurologist)
    shell.show_page("cohort")
    page = ready(shell.page("cohort"))
    kept = [weakref.ref(one) for one in (page, shell, page.everyone.patients)]
    del page, shell
    empty_window.close_session()
    settle()
    gc.collect()
    assert [one() for one in kept] == [None] * len(kept)
