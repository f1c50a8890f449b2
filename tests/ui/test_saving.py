"""A saved document: its name tells it apart and names nobody, the window says where it is and opens the folder."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from core import clock
from core.model.document import About
from core.views import trail_words
from tests.ui.conftest import words
from tests.ui.keyboard import Key, press, settle


@pytest.fixture
def saved_into(tmp_path, monkeypatch):
    """Every file dialog is answered with its own proposal in this folder; the names proposed, in a list."""
    proposed = []

    def chosen(_parent, _title, path, kind, **_how):
        proposed.append(Path(path).name)
        return str(tmp_path / Path(path).name), kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", chosen)
    return proposed


@pytest.fixture
def opened(monkeypatch):
    """What the system is asked to show."""
    urls = []
    monkeypatch.setattr(QDesktopServices, "openUrl", urls.append)
    return urls


def told_where(shell, tmp_path, name, opened):
    assert (tmp_path / name).stat().st_size > 0
    assert shell.saved_note.isVisible()
    assert f"Saved as {name} in {tmp_path}." in words(shell)
    shell.saved_note.folder.click()
    assert [url.toLocalFile() for url in opened] == [str(tmp_path)]


def test_a_summary_is_named_after_its_visit_and_nobody(
    demo_shell, numbered, demo, qtbot, saved_into, tmp_path, opened
):
    patient = numbered("A-001")
    (visit,) = (one for one in demo.record(patient.id).visits if one.code == "M4")
    demo_shell.open_document("visit-summary", About(patient_id=patient.id, visit_id=visit.id))
    page = demo_shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None, timeout=20_000)
    settle()
    page.save.click()
    page.save.click()
    first, second = saved_into
    assert first != second
    assert re.fullmatch(r"visit-summary_M4_[a-z2-9]{4}\.pdf", first)
    told_where(demo_shell, tmp_path, second, opened)
    demo_shell.show_page("today")
    assert not demo_shell.saved_note.isVisible()


def test_exported_data_say_where_they_are(
    demo_shell, numbered, qtbot, saved_into, tmp_path, opened
):
    demo_shell.open_chart(numbered("A-001").id)
    settle()
    demo_shell.page("chart").tab("overview").trends.ask_export()
    qtbot.waitUntil(demo_shell.saved_note.isVisible, timeout=30_000)
    (name,) = saved_into
    assert re.fullmatch(r"chart-data_[a-z2-9]{4}\.csv", name)
    told_where(demo_shell, tmp_path, name, opened)


def test_a_clinic_may_have_record_numbers_and_days_in_file_names(
    shell, due, session, qtbot, saved_into
):
    shell.show_page("settings")
    settle()
    settings = shell.page("settings")
    assert not settings.file_names.isChecked(), "a name tells nothing unless the clinic says so"
    assert "sees which patient was here on which day" in words(settings)
    settings.file_names.setFocus()
    press(Key.Key_Space)
    settings.save.click()
    settle()
    (entry,) = session.trail.entries(limit=1)
    told = trail_words.what(entry, session.trail.names([entry]))
    assert told.endswith("names of saved files tell record number and day no → yes")
    (visit,) = session.record(due.id).visits
    shell.open_document("visit-summary", About(patient_id=due.id, visit_id=visit.id))
    page = shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None, timeout=20_000)
    settle()
    page.save.click()
    (name,) = saved_into
    assert re.fullmatch(rf"visit-summary_12_M2_{visit.date}_[a-z2-9]{{4}}\.pdf", name)
    shell.open_chart(due.id)
    settle()
    shell.page("chart").tab("overview").trends.ask_export()
    qtbot.waitUntil(shell.saved_note.isVisible, timeout=30_000)
    assert re.fullmatch(rf"chart-data_12_{clock.today()}_[a-z2-9]{{4}}\.csv", saved_into[1])


def test_what_cannot_be_written_is_not_called_saved(
    demo_shell, numbered, demo, qtbot, tmp_path, monkeypatch
):
    patient = numbered("A-001")
    visit = demo.record(patient.id).finished_visits[-1]
    demo_shell.open_document("visit-summary", About(patient_id=patient.id, visit_id=visit.id))
    page = demo_shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None, timeout=20_000)
    page.save_to(tmp_path / "no folder" / "a.pdf")
    assert "could not be saved there" in words(demo_shell)
    assert not demo_shell.saved_note.isVisible()
