"""The trial report in the window: switches beside its very pages, the data cut, and the folder that it leaves in."""

import hashlib
import json
import threading
import time
from contextlib import closing
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QCheckBox, QFileDialog, QScrollArea

from core.acts import trial_files
from core.commands import demonstration
from core.model.document import About, TrialAsked
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from core.words import day
from tests.pdf import line_of
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import CTRL, SHIFT, Key, focused, in_dialog, press, settle, wait_until, write
from tests.ui.test_every_page import cut_off, seen, takes_focus
from ui.pages.trial_report.cut import CutDialog

COURSE = "Figure 2, ALSFRS-R and FVC"


@pytest.fixture
def opened_as(demo, open_window):
    """``opened_as(role)``: the shell on the demonstration, of somebody with this role."""
    key, path = demo._key, demo.path
    demo.close()
    sessions = []

    def open_it(role):
        sessions.append(Session(path, key, demonstration.LOGINS[role]))
        return open_window(sessions[-1])

    yield open_it
    for one in sessions:
        one.close()


@pytest.fixture
def report(opened_as, qtbot):
    """The page, opened by the neurologist, with its pages."""
    shell = opened_as(Role.NEUROLOGIST)
    shell.open_document("trial-report", About())
    page = shell.page("trial-report")
    made(page, qtbot)
    settle()
    return page


def made(page, qtbot):
    """The pages for the switches as they stand are shown."""
    qtbot.waitUntil(lambda: page.pdf is not None and not page.busy, timeout=60_000)
    settle()
    return line_of(page.pdf)


def exports(page):
    return [
        json.loads(entry.after) for entry in page.context.session.trail.entries(entity=Act.EXPORTED)
    ]


def saving_as(monkeypatch, path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(path), ""))


def held_by(folder):
    """How many files a folder holds."""
    return sum(one.is_file() for one in folder.rglob("*"))


def messages(page):
    shell = page.window().shell
    return shell._message.text() if shell._message.isVisible() else ""


def test_a_monitor_opens_it_from_cohort_saves_the_pages_and_goes_back(
    opened_as, qtbot, tmp_path, monkeypatch
):
    path = tmp_path / "report.pdf"
    saving_as(monkeypatch, path)
    shell = opened_as(Role.MONITOR)
    shell.show_page("cohort")
    cohort = shell.page("cohort")
    qtbot.waitUntil(lambda: cohort.group is not None and not cohort.busy, timeout=60_000)
    (way,) = [
        one for one in cohort.findChildren(type(cohort.same)) if one.text() == "Trial report…"
    ]
    way.click()
    page = shell.page("trial-report")
    text = made(page, qtbot)
    assert shell.current is page and page.topic == "trial-report"
    assert "16 treated of 20 patients" in page.subtitle.text()
    assert page.sheets.count > 4 and page.sheets.place.text() == f"1 / {page.sheets.count}"
    assert "Figure 3." in text and "Demonstration data, follow-up simulated" in text
    press((CTRL, Key.Key_S))
    qtbot.waitUntil(path.exists, timeout=20_000)
    assert path.read_bytes() == page.pdf
    (details, *_before) = exports(page)
    assert (details["document"], details["patients"]) == ("trial report", 20)
    page.back.click()
    assert shell.current is cohort


def test_a_nurse_and_an_administrator_have_not_this_page(opened_as):
    for role in (Role.NURSE, Role.ADMINISTRATOR):
        shell = opened_as(role)
        shell.open_document("trial-report", About())
        assert shell.current is not shell.page("trial-report")
        assert "Your role does not have this page" in shell._message.text()
        shell.window().close_session()


def test_a_clinic_without_patients_says_so(shell, qtbot):
    shell.open_document("trial-report", About())
    page = shell.page("trial-report")
    qtbot.waitUntil(lambda: "No patient was on the schedule" in words(page), timeout=20_000)
    assert not (page.save.isEnabled() or page.folder.isEnabled() or page.print.isEnabled())
    assert page.cut.isEnabled() and page.sheets.count == 0


def test_the_contents_say_how_many_what_warns_and_on_which_page(report):
    row = report.contents.rows["course"]
    assert row.n.text() == "n 16, 13, 10, 7, 1" and row.page.text() == "2"
    assert row.warning.isVisible() and row.warning.property("role") == "warn"
    assert "n changes between visits" in row.warning.text()
    assert not report.contents.rows["baseline"].warning.isVisible()
    left_out = report.contents.rows["repeated-measures"]
    assert not left_out.box.isChecked() and left_out.page.text() == ""
    said = report.open_questions.text()
    assert said.startswith(
        "2 questions before it goes out: A-010: Month 6: The visit is not finished"
    )
    assert "A-017: Fall: Nobody judged" in said and report.open_questions.property("role") == "warn"
    assert COURSE in name_of(row.box)
    assert "n changes between visits" in row.box.accessibleDescription()


def test_a_chapter_is_left_out_by_keyboard_and_no_old_page_stays(report, qtbot):
    pages = report.sheets.count
    assert focused() is report.contents.rows["summary"].box
    for _ in range(3):
        press(Key.Key_Down)
    assert focused() is report.contents.rows["course"].box
    assert report.sheets.place.text() == f"2 / {pages}"
    press(Key.Key_Space)
    assert report.pdf is None and report.sheets.count == 0 and not report.save.isEnabled()
    assert "preparing" in words(report) and report.contents.rows["survival"].page.text() == ""
    text = made(report, qtbot)
    assert "Figure 2." not in text and "Figure 3." in text
    assert report.contents.rows["course"].page.text() == ""
    press(Key.Key_Up)
    assert focused() is report.contents.rows["baseline"].box
    press(Key.Key_Down)
    press(Key.Key_Space)
    assert "Figure 2." in made(report, qtbot)


def test_two_switches_in_a_row_show_the_pages_of_both(report, qtbot):
    report.coded.click()
    report.days.click()
    report.spread.choose("sd")
    text = made(report, qtbot)
    assert "Coded, not anonymous" in text and "A-001" not in text
    assert "mean ± SD of the patients seen" in text
    assert "day 0" in text
    assert report.open_questions.text().startswith("2 questions before it goes out: 010: ")
    report.coded.click()
    assert "A-001" in made(report, qtbot)


def test_the_pages_are_turned_by_key_and_none_is_skipped(report):
    bar, count = report.sheets.area.verticalScrollBar(), report.sheets.count
    seen_pages, room = [report.sheets.front], report.sheets.area.viewport().height()
    for _ in range(4 * count):
        before = bar.value()
        press(Key.Key_PageDown)
        assert bar.value() - before <= room
        seen_pages.append(report.sheets.front)
    assert sorted(set(seen_pages)) == list(range(1, count + 1))
    assert bar.value() == bar.maximum()
    for _ in range(4 * count):
        report.sheets.back.click()
    assert bar.value() == 0 and report.sheets.place.text() == f"1 / {count}"


def test_the_folder_is_written_with_its_act_and_said_where(report, qtbot, tmp_path, monkeypatch):
    folder = tmp_path / "report"
    saving_as(monkeypatch, folder)
    report.coded.click()
    report.contents.rows["flow"].box.click()
    text = made(report, qtbot)
    press((CTRL | SHIFT, Key.Key_S))
    qtbot.waitUntil(folder.exists, timeout=30_000)
    settle()
    note = report.window().shell.saved_note
    assert (
        note.isVisible()
        and note.text.text() == f"Saved as report in {tmp_path}. {held_by(folder)} files."
    )
    manifest = (folder / "manifest.json").read_bytes()
    assert json.loads(manifest)["numbers"] == "coded, not anonymous"
    assert "flow" not in json.loads(manifest)["chapters"]
    assert line_of((folder / "trial-report.pdf").read_bytes()) == text
    (details, *_before) = exports(report)
    assert details["manifest"] == hashlib.sha256(manifest).hexdigest()
    assert details["numbers"] == "coded" and details["files"] > 30
    assert [path.name for path in tmp_path.iterdir() if path.is_dir() and path != folder] == []


def test_a_folder_that_is_there_is_refused_and_stays_as_it_is(report, tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "note.txt").write_text("mine")
    saving_as(monkeypatch, folder)
    before = exports(report)
    report.folder.click()
    assert messages(report) == f"There is already a {folder}. Choose another name."
    assert [one.name for one in folder.iterdir()] == ["note.txt"]
    assert exports(report) == before


def test_a_folder_given_up_leaves_nothing_and_the_trail_says_so(
    report, qtbot, tmp_path, monkeypatch
):
    folder, given_up, made = tmp_path / "report", [], []
    saving_as(monkeypatch, folder)
    report.context.writing.connect(lambda _path, stop: given_up.append(stop))

    def csv(table):
        made.append(table)
        given_up[0]()  # in the midst of it
        return b""

    monkeypatch.setattr(trial_files, "csv", csv)
    cancelled = []
    report.context.cancelled.connect(cancelled.append)
    report.folder.click()
    qtbot.waitUntil(lambda: cancelled == [folder], timeout=20_000)
    assert not folder.exists() and not list(tmp_path.glob(".trial-report-*"))
    assert "was not saved" in report.window().shell.saved_note.text.text()
    assert exports(report)[0]["patients"] == 0
    assert len(made) == 1, "no other table was made any more"


def test_a_folder_is_not_made_to_its_end_when_the_file_is_closed(
    report, qtbot, tmp_path, monkeypatch
):
    folder, begun, made = tmp_path / "report", threading.Event(), []
    saving_as(monkeypatch, folder)
    window, tasks, before = report.window(), report.context.tasks, len(exports(report))

    def csv(table):
        made.append(table)
        begun.set()
        end = time.monotonic() + 20
        while not tasks.is_closed and time.monotonic() < end:
            time.sleep(0.002)
        return b""

    monkeypatch.setattr(trial_files, "csv", csv)
    session = report.context.session
    path, key, login = session.path, session.data_key, session.login
    report.folder.click()
    assert begun.wait(20)
    window.close_session()
    settle()
    assert window.shell is None and len(made) == 1
    assert not folder.exists() and not list(tmp_path.glob(".trial-report-*"))
    with closing(Session(path, key, login)) as again:
        assert len(again.trail.entries(entity=Act.EXPORTED)) == before


def test_a_data_cut_takes_away_what_came_later(report, qtbot):
    treated, today = report.subtitle.text(), report._source.until
    earlier = today - timedelta(days=365)

    def choose(dialog):
        assert focused() is dialog.until.line
        assert dialog.schedule.currentText() == "Ad-MSC trial (Nabavi 2021)"
        write(earlier.isoformat())
        press(Key.Key_Return)
        wait_until(lambda: dialog.found is not None)

    in_dialog(choose, kind=CutDialog)
    report.cut.click()
    text = made(report, qtbot)
    assert report.subtitle.text() != treated and "16 treated" in treated
    assert f"Data to {day(earlier)}" in text and f"Data to {day(today)}" not in text


def test_a_bad_data_cut_says_why_and_changes_nothing(report):
    pdf, said = report.pdf, []

    def refused(dialog):
        """Once it was looked for."""
        wait_until(lambda: not dialog.reading.busy)
        assert dialog.go_on.isEnabled() and not dialog.bar.isVisible()
        said.append(words(dialog))

    def type_all(dialog):
        dialog.until.line.setFocus()
        write("2100-01-01")
        press(Key.Key_Return)
        refused(dialog)
        assert focused() is dialog.until.line
        dialog.until.set_text("31.02.2020")
        dialog.agree()
        said.append(words(dialog))
        dialog.until.set_text("")
        dialog.entry.set_text("99999999")
        dialog.agree()
        refused(dialog)
        dialog.entry.set_text("")
        dialog.until.set_text("2001-01-01")
        dialog.agree()
        refused(dialog)
        dialog.until.set_text("")
        dialog.entry.set_text("x")
        dialog.agree()
        said.append(words(dialog))
        assert dialog.isVisible()
        dialog.reject()

    in_dialog(type_all, kind=CutDialog)
    report.cut.click()
    assert "1 Jan 2100 is still to come: data is cut today at the latest." in said[0]
    assert "There is no day 31.02.2020 in the calendar." in said[1]
    assert "The audit trail has no entry 99999999." in said[2]
    assert "No patient was on the schedule “Ad-MSC trial (Nabavi 2021)” on 1 Jan 2001." in said[3]
    assert "“x” is not the number of an entry. Type digits only." in said[4]
    assert report.pdf == pdf and report.save.isEnabled()


def test_after_a_lock_it_shows_the_same_switches_and_pages(report, qtbot):
    report.coded.click()
    report.contents.rows["flow"].box.click()
    made(report, qtbot)
    shown, asked = report.shown, report._wanted
    assert report.leave() and report.pdf is None and report._source is None
    report._wanted = TrialAsked()
    assert report.show_again(shown)
    assert "Coded, not anonymous" in made(report, qtbot)
    assert report._wanted == asked and not report.contents.rows["flow"].box.isChecked()


def test_every_control_has_a_name_and_tab_stops_once_in_the_list(report):
    assert [one for one in seen(report) if takes_focus(one) and not name_of(one)] == []
    boxes = report.contents.findChildren(QCheckBox)
    stops = [one for one in boxes if one.focusPolicy() & one.focusPolicy().TabFocus]
    assert len(stops) == 1 and len(boxes) == 13
    press(Key.Key_Tab)
    assert focused() is report.coded


@pytest.mark.parametrize("size", [(1366, 768), (1280, 720), (1024, 640), (683, 364)])
def test_no_word_is_cut_and_below_1280_the_contents_are_above_the_pages(report, size):
    window = report.window()
    window.resize(*size)
    settle()
    assert (window.width(), window.height()) == size
    assert set(cut_off(window.shell)) == set()
    left = report.contents.mapTo(report, report.contents.rect().topLeft())
    sheets = report.sheets.geometry().topLeft()
    sheets = report.sheets.parentWidget().mapTo(report, sheets)
    assert (sheets.y() > left.y() + 100) == (size[0] < 1280)
    assert report.sheets.findChild(QScrollArea).height() > 150
