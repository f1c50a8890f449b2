"""What is made of many patients is read beside the window: it answers, says how far it is, and can be given up."""

import csv
import io
import json
import threading
import time
import zipfile
from contextlib import contextmanager
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog

from core import exports
from core.acts import documents
from core.commands import demonstration
from core.model.document import About, Counted
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from tests.core.clinic_of_four import copied
from tests.ui.conftest import words
from tests.ui.keyboard import Key, focused, in_dialog, press, settle, wait_until, write
from ui.documents import _what_left, save
from ui.pages.trial_report.cut import CutDialog

PATIENTS, HALF = 21, 10


@pytest.fixture
def session(demonstration_template, tmp_path):
    """The demonstration, opened by its neurologist."""
    template, key = demonstration_template
    login = demonstration.LOGINS[Role.NEUROLOGIST]
    opened = Session(copied(template, tmp_path), key, login)
    yield opened
    opened.close()


@pytest.fixture
def shell(session, open_window):
    made = open_window(session)
    made.saved_note.patience.setInterval(0)
    return made


@pytest.fixture
def out(tmp_path, monkeypatch):
    """Where the question for a place is answered with."""
    path = tmp_path / "out.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(path), ""))
    return path


class Held:
    """A worker that waits in the midst of its patients."""

    def __init__(self):
        self.threads, self.is_there, self._go_on = set(), threading.Event(), threading.Event()
        self._until = self._go_on.is_set

    def at(self, done, _of):
        """In the worker, as it tells how far it is."""
        self.threads.add(threading.get_ident())
        if done == HALF and not self.is_there.is_set():
            self.is_there.set()
            end = time.monotonic() + 20
            while not self._until():
                assert time.monotonic() < end, "waited too long"
                time.sleep(0.002)

    def until(self, holds):
        self._until = holds

    def let_go(self):
        self._go_on.set()


@contextmanager
def held(progress):
    """The worker that emits this signal is held at half of the patients."""
    one = Held()
    progress.connect(one.at, Qt.ConnectionType.DirectConnection)
    try:
        yield one
    finally:
        one.let_go()


@pytest.fixture
def half_read(shell, out):
    """De-identified data of which half of the patients are read."""
    with held(shell.context.reading) as one:
        save(shell, shell.context, exports.CODED_CSV, About())
        assert one.is_there.wait(20)
        yield one


def left(session):
    return session.trail.entries(entity=Act.EXPORTED)


def patients_in(path):
    with zipfile.ZipFile(path) as packed:
        text = packed.read("long/patient.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def ticks_of_window(enough):
    """The window's own events go on: it comes to so many of them."""
    ticks, timer = [], QTimer()
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(1)
    wait_until(lambda: len(ticks) >= enough)
    timer.stop()


def test_the_window_answers_while_it_reads_and_says_then_how_much_left(
    shell, session, out, half_read
):
    note = shell.saved_note
    ticks_of_window(20)
    assert note.text.text() == f"Reading for out.zip: {HALF} of {PATIENTS} patients…"
    assert (note.moving.value(), note.moving.maximum()) == (HALF, PATIENTS)
    assert note.cancel.isVisible() and not note.folder.isVisible()
    shell.show_page("patients")
    settle()
    assert note.isVisible() and shell.current is shell.page("patients")
    assert left(session) == () and not out.exists()
    half_read.let_go()
    wait_until(note.folder.isVisible)
    assert half_read.threads and threading.get_ident() not in half_read.threads
    (entry,) = left(session)
    said = json.loads(entry.after)
    tables = len(said["tables"].split("; "))
    assert note.text.text() == (
        f"Saved as out.zip in {out.parent}. {PATIENTS} patients, {tables} tables, {said['rows']} rows."
    )
    assert len(patients_in(out)) == said["patients"] == PATIENTS


def test_given_up_half_way_nothing_is_left_and_the_window_goes_on(shell, session, out, half_read):
    note, before = shell.saved_note, session.trail_head
    wait_until(note.cancel.isVisible)
    note.cancel.setFocus()
    press(Key.Key_Return)
    assert not note.cancel.isVisible()
    half_read.let_go()
    wait_until(lambda: note.text.text() == "Cancelled: out.zip was not saved.")
    assert not note.folder.isVisible() and not note.moving.isVisible()
    assert not out.exists() and session.trail_head == before and left(session) == ()
    save(shell, shell.context, exports.CODED_CSV, About())
    wait_until(note.folder.isVisible)
    assert len(patients_in(out)) == PATIENTS, "the next one goes as ever"


def test_what_is_written_meanwhile_is_whole_in_it(shell, session, out, half_read):
    """The first patient was read before, the last one was not: both have what was entered."""
    first, *_others, last = sorted(session.patients.all(), key=lambda one: one.record_number)
    with session.write("corrected"):
        for one in (first, last):
            session.patients.save(replace(one, height_cm=199))
    half_read.let_go()
    wait_until(shell.saved_note.folder.isVisible)
    heights = [one["height_cm"] for one in patients_in(out)]
    assert heights.count("199.0") == 2
    assert len(left(session)) == 1


@pytest.mark.parametrize("act", ["close_session", "lock"])
def test_a_file_that_is_closed_meanwhile_ends_it(shell, session, empty_window, out, half_read, act):
    half_read.until(lambda: shell.context.tasks.is_closed)
    getattr(empty_window, act)()
    settle()
    assert empty_window.shell is None and not session.is_open
    assert not out.exists()
    assert half_read.threads and threading.get_ident() not in half_read.threads


def test_another_size_of_text_gives_it_up_and_says_so(shell, session, empty_window, out, half_read):
    """The window is made anew; what it was just reading is not lost without a word."""
    half_read.until(lambda: shell.context.tasks.is_closed)
    empty_window.set_text_size(150)
    try:
        other = empty_window.shell
        assert other is not shell
        wait_until(lambda: "Cancelled: out.zip was not saved." in words(other))
        assert not out.exists() and left(session) == ()
    finally:
        empty_window.set_text_size(100)


def test_one_is_told_as_one(session):
    document = exports.DATA_CSV
    (one, *_others) = session.patients.all()
    made_of = documents.source(session, document, About(patients=(one.id,)))
    assert _what_left(made_of, Counted.of(b"", {"a": 1})) == "1 patient, 1 table, 1 row."
    assert _what_left(made_of, Counted.of(b"", {"a": 1, "b": 2})) == "1 patient, 2 tables, 3 rows."
    assert _what_left(made_of, b"") == ""


def test_what_cannot_be_read_is_said(shell, session, out, monkeypatch):
    """The file is not where it was: nothing left, and the note does not wait for ever."""
    elsewhere = session.path.with_name("elsewhere.als")
    session.path, there = elsewhere, session.path
    try:
        save(shell, shell.context, exports.CODED_CSV, About())
        wait_until(lambda: "cannot be opened" in words(shell) or "elsewhere.als" in words(shell))
        assert not shell.saved_note.isVisible() and not out.exists()
    finally:
        session.path = there
    assert left(session) == ()


# The page of the trial report ---------------------------------------------------------------------


@pytest.fixture
def report(shell):
    """The page before it is opened."""
    return shell.page("trial-report")


def test_the_page_says_how_far_it_is_and_the_window_answers(shell, report):
    with held(report.reading.progressed) as one:
        shell.open_document("trial-report", About())
        assert one.is_there.wait(20)
        ticks_of_window(20)
        assert report.bar.isVisible() and report.bar.stop.isVisible()
        assert report.bar.said.text() == f"{HALF} of 20 patients read"
        assert not (report.save.isEnabled() or report.cut.isEnabled())
    wait_until(lambda: report.pdf is not None)
    assert threading.get_ident() not in one.threads
    assert not report.bar.isVisible() and report.cut.isEnabled() and report.save.isEnabled()


def test_the_page_is_given_up_and_read_again(shell, report):
    with held(report.reading.progressed) as one:
        shell.open_document("trial-report", About())
        assert one.is_there.wait(20)
        settle()
        report.bar.stop.click()
    wait_until(lambda: not report.busy)
    assert "Given up: the patients were not read." in words(report)
    assert report.sheets.count == 0 and report.pdf is None and report.cut.isEnabled()
    report.bar.again.click()
    assert report.bar.stop.hasFocus()
    wait_until(lambda: report.pdf is not None)
    assert not report.bar.isVisible() and report.sheets.count > 4


def test_a_switch_that_is_pressed_while_it_reads_counts(shell, report):
    with held(report.reading.progressed) as one:
        shell.open_document("trial-report", About())
        assert one.is_there.wait(20)
        report.coded.click()
    wait_until(lambda: report.pdf is not None)
    assert report._made_of.asked.coded


def test_who_leaves_the_page_finds_it_begun_anew(shell, report):
    with held(report.reading.progressed) as one:
        shell.open_document("trial-report", About())
        assert one.is_there.wait(20)
        shell.show_page("today")
    wait_until(lambda: not report.busy)
    assert report.pdf is None and report._source is None
    shell.show_page("trial-report")
    wait_until(lambda: report.pdf is not None)


@pytest.mark.parametrize("act", ["close_session", "lock"])
def test_a_file_that_is_closed_while_the_page_reads_ends_it(shell, empty_window, report, act):
    with held(report.reading.progressed) as one:
        shell.open_document("trial-report", About())
        assert one.is_there.wait(20)
        one.until(lambda: shell.context.tasks.is_closed)
        getattr(empty_window, act)()
    settle()
    assert empty_window.shell is None


def test_a_write_while_the_page_reads_is_whole_in_it(shell, session, report):
    on = [one for one in session.patients.all() if one.protocol == "royan-2021"]
    with held(report.reading.progressed) as one:
        shell.open_document("trial-report", About())
        assert one.is_there.wait(20)
        with session.write("corrected"):
            for patient in (on[0], on[-1]):
                session.patients.save(replace(patient, height_cm=199))
    wait_until(lambda: report.pdf is not None)
    heights = [one.patient.height_cm for one in report._source.records]
    assert heights.count(199) == 2
    assert report._source.as_of == session.trail_head


@pytest.fixture
def shown(shell, report):
    """The page with its pages."""
    shell.open_document("trial-report", About())
    wait_until(lambda: report.pdf is not None and not report.busy)
    return report


def ask_cut(page, act):
    """Ask for another data cut; ``act(dialog, held)`` while its patients are read."""

    def choose(dialog):
        with held(dialog.reading.progressed) as one:
            write("2026-01-01")
            press(Key.Key_Return)
            assert one.is_there.wait(20)
            settle()
            act(dialog, one)

    in_dialog(choose, kind=CutDialog)
    page.cut.click()


def test_a_data_cut_says_how_far_it_is_and_is_given_up_without_closing(shown):
    pdf, source, done = shown.pdf, shown._source, []

    def give_up(dialog, one):
        ticks_of_window(20)
        assert dialog.bar.said.text() == f"{HALF} of 20 patients read"
        assert not (dialog.go_on.isEnabled() or dialog.until.isEnabled())
        assert focused() is dialog.bar.stop
        press(Key.Key_Space)
        one.let_go()
        wait_until(lambda: not dialog.reading.busy)
        assert dialog.isVisible() and not dialog.bar.isVisible()
        assert dialog.go_on.isEnabled() and focused() is dialog.until.line
        done.append(1)

    ask_cut(shown, give_up)
    assert done and (shown.pdf, shown._source) == (pdf, source)


def test_who_turns_back_from_a_data_cut_keeps_the_pages(shown):
    pdf, source = shown.pdf, shown._source
    ask_cut(shown, lambda _dialog, _one: press(Key.Key_Escape))
    settle()
    assert (shown.pdf, shown._source) == (pdf, source) and shown.save.isEnabled()


def test_a_lock_while_a_data_cut_is_read_ends_it(shown, empty_window):
    """The dialog goes with the window, and what it reads ends."""
    tasks = shown.context.tasks

    def lock(_dialog, one):
        one.until(lambda: tasks.is_closed)
        empty_window.lock()

    ask_cut(shown, lock)
    settle()
    assert empty_window.shell is None
