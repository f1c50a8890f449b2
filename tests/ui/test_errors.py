import logging
import sys
import threading

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from core.errors import StorageError
from tests.ui.keyboard import in_dialog
from ui import errors, log


def stumble(name):
    sentence = f"no visit of {name} on 2026-11-21"
    raise LookupError(sentence)


@pytest.fixture
def bug():
    try:
        stumble("Jane Doe")
    except LookupError:
        return sys.exc_info()


@pytest.fixture
def hook(monkeypatch):
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    errors.install()
    return sys.excepthook


@pytest.fixture
def shown():
    """The texts of the next message box, which is then closed."""
    texts = []

    def look(box):
        texts.extend([box.windowTitle(), box.text(), box.detailedText()])
        box.accept()

    in_dialog(look, kind=QMessageBox)
    return texts


def test_a_report_says_where_and_what_kind_and_no_values(bug):
    kind, error, trace = bug
    text = errors.report(kind, trace)
    assert "Jane Doe" in str(error)
    assert "LookupError" in text
    assert "ui/test_errors.py" in text and "in stumble" in text
    for value in ("Jane", "Doe", "2026-11-21", "no visit"):
        assert value not in text


def test_a_bug_is_logged_and_shown_without_values(bug, hook, shown, caplog):
    with caplog.at_level(logging.ERROR):
        hook(*bug)
    title, text, details = shown
    assert title == "ALS Follow-up"
    assert "Everything that was shown as saved is saved." in text
    assert "in stumble" in details
    logged = caplog.text
    caplog.clear()
    assert "in stumble" in logged
    assert "Jane" not in logged + text + details


def test_a_fault_of_the_world_is_one_sentence(hook, shown):
    error = StorageError("The disk is full: nothing was saved. Free some space and try again.")
    hook(type(error), error, None)
    assert shown[1] == str(error)
    assert shown[2] == ""


def test_a_bug_in_a_thread_is_logged_without_values(hook, caplog):
    with caplog.at_level(logging.ERROR):
        worker = threading.Thread(target=stumble, args=("Jane Doe",))
        worker.start()
        worker.join()
    assert "LookupError" in caplog.text and "in stumble" in caplog.text
    assert "Jane" not in caplog.text
    caplog.clear()


@pytest.fixture
def logs(tmp_path, monkeypatch):
    """A folder for the log of this test."""
    monkeypatch.setattr(log, "folder", lambda: tmp_path / "state")
    yield tmp_path / "state"
    for one in list(log._LOGGER.handlers):
        if isinstance(one, log._File):
            log._LOGGER.removeHandler(one)
            one.close()


@pytest.fixture(autouse=True)
def no_log_before():
    for one in list(log._LOGGER.handlers):
        log._LOGGER.removeHandler(one)
        one.close()


def test_a_bug_is_in_the_log_and_the_report_says_where(bug, hook, shown, caplog, logs):
    hook(*bug)
    caplog.clear()
    kept = (logs / log.NAME).read_text()
    assert "LookupError" in kept and "in stumble" in kept
    assert not {"Jane", "Doe", "2026-11-21"} & set(kept.split())
    assert str(logs / log.NAME) in shown[1]


def test_the_folder_of_the_log_is_one_click_away(bug, hook, caplog, logs, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)

    def click(box):
        (button,) = (one for one in box.buttons() if one.text() == "Open folder")
        button.click()

    in_dialog(click, kind=QMessageBox)
    hook(*bug)
    caplog.clear()
    assert [url.toLocalFile() for url in opened] == [str(logs)]


def test_the_log_is_bounded(caplog, logs):
    for _ in range(60):
        log.write("x" * 50_000)
    caplog.clear()
    sizes = [path.stat().st_size for path in logs.iterdir()]
    assert len(sizes) == 1 + log.KEPT
    assert max(sizes) <= log.LARGEST_BYTES


def test_messages_of_libraries_are_not_kept(caplog, logs):
    logging.getLogger("reportlab").error("page of Jane Doe")
    log.write("bug")
    caplog.clear()
    assert "Jane" not in (logs / log.NAME).read_text()


def test_a_folder_that_cannot_be_made_stops_nothing(caplog, logs):
    logs.write_text("a file stands in its place")
    log.write("bug")
    assert "bug" in caplog.text
    caplog.clear()
