"""A saved document: its name tells it apart and names nobody, the window says where it is and opens the folder."""

import csv
import re
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from core import clock, exports
from core.acts import documents
from core.model.document import About
from core.model.trail import Act
from core.views import trail_words
from core.words import DEMONSTRATION
from tests.ui.conftest import words
from tests.ui.keyboard import Key, press, settle
from ui.documents import save_to


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
    with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    found = {(line["result"], line["visit"]): line for line in lines}
    percent = found["FVC, seated, % predicted", "M2"]
    assert percent["value"] == f"{float(percent['raw value']):.1f}" != percent["raw value"]
    (event,) = (line for line in lines if line["result"] == "adverse event")
    assert (event["CTCAE grade"], event["serious"], event["outcome"]) == ("2", "no", "recovered")
    assert {line["data"] for line in lines} == {DEMONSTRATION}
    assert {"Medicine", "Riluzole: Single dose"} <= {line["result"] for line in lines}


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


@pytest.fixture
def long_export(demo_shell, demo, numbered, tmp_path):
    """An export that is being made until it is let go; what was told of it; where it is to be."""
    gate, begun = threading.Event(), threading.Event()
    document = exports.named("chart-data")

    def make(made_of):
        begun.set()
        gate.wait(20)
        return document.make(made_of)

    slow = replace(document, make=make)
    made_of = documents.source(demo, slow, About(patient_id=numbered("A-001").id))
    demo_shell.saved_note.patience.setInterval(0)
    path = tmp_path / "chart-data_abcd.csv"
    save_to(path, demo_shell.context, slow, made_of)
    assert begun.wait(20)
    yield path, gate
    gate.set()


def test_an_export_that_takes_long_says_so_on_every_page_and_then_where_it_is(
    demo_shell, long_export, qtbot, opened
):
    path, gate = long_export
    note = demo_shell.saved_note
    qtbot.waitUntil(note.isVisible)
    assert f"Making {path.name}…" in words(demo_shell)
    assert note.cancel.isVisible() and note.moving.isVisible() and not note.folder.isVisible()
    demo_shell.show_page("patients")
    settle()
    assert note.isVisible() and not path.exists()
    gate.set()
    qtbot.waitUntil(note.folder.isVisible, timeout=20_000)
    assert not note.cancel.isVisible() and not note.moving.isVisible()
    told_where(demo_shell, path.parent, path.name, opened)


def test_an_export_that_is_cancelled_is_nowhere_and_the_trail_says_so(
    demo_shell, demo, long_export, qtbot
):
    path, gate = long_export
    note = demo_shell.saved_note
    qtbot.waitUntil(note.cancel.isVisible)
    note.cancel.setFocus()
    press(Key.Key_Return)
    assert not note.cancel.isVisible()
    gate.set()
    text = f"Cancelled: {path.name} was not saved."
    qtbot.waitUntil(lambda: text in words(demo_shell), timeout=20_000)
    assert not path.exists() and not note.folder.isVisible()
    (cancelled,) = demo.trail.entries(entity=Act.EXPORTED, limit=1)
    assert cancelled.reason == "cancelled: nothing was saved" and cancelled.patient_id
    assert "sha256" not in cancelled.after, "no file of it ever was"
    demo_shell.show_page("patients")
    assert not note.isVisible()


def test_a_quick_export_says_only_where_it_is(demo_shell, demo, numbered, tmp_path, qtbot):
    document, note = exports.named("chart-data"), demo_shell.saved_note
    made_of = documents.source(demo, document, About(patient_id=numbered("A-001").id))
    note.patience.setInterval(60_000)
    save_to(tmp_path / "a.csv", demo_shell.context, document, made_of)
    qtbot.waitUntil(note.folder.isVisible, timeout=20_000)
    assert not note.patience.isActive(), "nothing comes after it"
    assert not note.cancel.isVisible() and note.dismiss.isVisible()


def test_a_long_export_that_cannot_be_written_leaves_no_note(demo_shell, demo, numbered, qtbot):
    document = exports.named("chart-data")
    made_of = documents.source(demo, document, About(patient_id=numbered("A-001").id))
    demo_shell.saved_note.patience.setInterval(0)
    save_to(Path("/no folder/a.csv"), demo_shell.context, document, made_of)
    said = "The table could not be saved there"
    qtbot.waitUntil(lambda: said in words(demo_shell), timeout=20_000)
    assert not demo_shell.saved_note.isVisible()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_fills_up_leaves_no_half_of_a_file(
    demo_shell, demo, numbered, qtbot, tmp_path, monkeypatch
):
    """The system refuses more than 100 bytes of a file, as a full disk would."""
    import resource

    document = exports.named("chart-data")
    made_of = documents.source(demo, document, About(patient_id=numbered("A-001").id))
    made = document.make(made_of)
    full = replace(document, make=lambda _made_of: made)
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)
    write = Path.write_bytes

    def limited(path, data):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, whole[1]))
        try:
            return write(path, data)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, whole)

    monkeypatch.setattr(Path, "write_bytes", limited)
    save_to(tmp_path / "a.csv", demo_shell.context, full, made_of)
    said = "The table could not be saved there"
    qtbot.waitUntil(lambda: said in words(demo_shell), timeout=20_000)
    assert list(tmp_path.glob("*.csv")) == []
