"""A document and an export that nothing but the registry knows: offered, previewed, printed, saved, written down."""

import json
from contextlib import closing

import pypdfium2
import pytest
from PySide6.QtGui import QAction
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from core import exports, reports
from core.model.document import OfFile, OfNothing, OfPatient, OfTrail, OfVisit
from core.model.trail import Act
from core.model.user import Role
from core.session import Session, new_user
from tests import made_up_documents as made_up
from tests.pdf import text_of
from tests.ui.conftest import words
from tests.ui.keyboard import settle
from ui.pdf_pages import PDFIUM

# Where the window offers what is made of it.
PAGES = {OfNothing: "today", OfFile: "patients", OfPatient: "chart", OfTrail: "trail"}


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    letters = [made_up.report(of) for of in made_up.KINDS]
    tables = [made_up.export(of) for of in made_up.KINDS]
    monkeypatch.setattr(reports, "REPORTS", (*reports.REPORTS, *letters))
    monkeypatch.setattr(exports, "EXPORTS", (*exports.EXPORTS, *tables))


@pytest.fixture
def saved_as(tmp_path, monkeypatch):
    """Every question where to save is answered with its own proposal, in this folder; the paths, in a list."""
    chosen = []

    def answer(_parent, _title, path, kind, **_how):
        chosen.append(tmp_path / path.rpartition("/")[2])
        return str(chosen[-1]), kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return chosen


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """The print dialog is answered with a printer that writes this PDF."""
    path = tmp_path / "printed.pdf"

    def answer(dialog):
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(path))
        return 1

    monkeypatch.setattr(QPrintDialog, "exec", answer)
    return path


def go_to(shell, of, due):
    """The page on which the window offers what is made of this."""
    if of is OfPatient:
        shell.open_chart(due.id)
    else:
        shell.show_page(PAGES[of])
    settle()
    return shell.page(PAGES[of])


def press_button(page, text):
    """A button of the page, or an entry of a menu that a button of it opens."""
    for menu in page.findChildren(QMenu):
        menu.aboutToShow.emit()  # some are filled then
    pressed = [one for one in page.findChildren(QPushButton) if one.text() == text]
    for one in pressed:
        assert one.isVisible() and one.accessibleName()
        one.click()
    entries = [one for one in page.findChildren(QAction) if one.text() == text]
    for one in entries:
        assert one.isVisible() and one.isEnabled()
        one.trigger()
    assert len(pressed) + len(entries) == 1


def shown(shell, qtbot, of):
    page = shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None and page.print.isEnabled(), timeout=20_000)
    assert shell.current is page and page.pages.count() == 2
    assert f"Made-up letter ({of.__name__})" in words(page)
    text = text_of(page.pdf)
    assert f"Made up of {of.__name__} , page 2" in text
    return page


def last_act(session):
    (entry,) = session.trail.entries(limit=1)
    return entry.entity, json.loads(entry.after)["document"], entry.patient_id


@pytest.mark.parametrize("of", [OfNothing, OfFile, OfPatient])
def test_a_made_up_document_is_previewed_printed_and_saved(
    shell, session, due, qtbot, saved_as, printed, of
):
    name = f"made-up letter of {of.__name__}"
    whose = due.id if of is OfPatient else None
    press_button(go_to(shell, of, due), f"Letter ({of.__name__})…")
    page = shown(shell, qtbot, of)
    page.print.click()
    with PDFIUM, closing(pypdfium2.PdfDocument(printed)) as document:
        assert len(document) == 2
    assert last_act(session) == (Act.PRINTED, name, whose)
    page.save.click()
    (path,) = saved_as
    assert path.name.startswith("made-up-letter_") and path.read_bytes() == page.pdf
    assert shell.saved_note.isVisible()
    assert last_act(session) == (Act.EXPORTED, name, whose)


def test_what_is_made_of_a_visit_is_beside_its_summary(shell, session, due, qtbot, saved_as):
    shell.open_chart(due.id)
    shell.page("chart").print.click()
    page = shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None, timeout=20_000)
    titles = [page.which.itemText(index) for index in range(page.which.count())]
    assert titles == ["Visit summary", "Made-up letter (OfVisit)", "Made-up letter (OfPatient)"]
    page.which.setCurrentIndex(1)
    page.which.activated.emit(1)
    assert shown(shell, qtbot, OfVisit) is page
    page.save.click()
    assert saved_as[0].name.startswith("made-up-letter_M2_")
    assert last_act(session) == (Act.EXPORTED, "made-up letter of OfVisit", due.id)


@pytest.mark.parametrize("of", [OfNothing, OfFile, OfPatient, OfTrail])
def test_a_made_up_export_is_saved_and_written_down(shell, session, due, qtbot, saved_as, of):
    press_button(go_to(shell, of, due), f"Table ({of.__name__})…")
    qtbot.waitUntil(shell.saved_note.isVisible, timeout=20_000)
    (path,) = saved_as
    assert path.name.startswith("made-up-table_") and path.suffix == ".csv"
    assert f"{of.__name__},'=1+1" in path.read_text("utf-8-sig")
    whose = due.id if of is OfPatient else None
    assert last_act(session) == (Act.EXPORTED, f"made-up table of {of.__name__}", whose)


def test_who_may_take_nothing_along_is_offered_nothing(session, due, clinic_path, key, open_window):
    with session.write("a monitor"):
        session.users.save(new_user("monitor", "M. Onitor", Role.MONITOR))
    session.close()
    shell = open_window(Session(clinic_path, key, "monitor"))
    for of in (OfFile, OfPatient, OfTrail):
        page = go_to(shell, of, due)
        texts = {one.text() for one in page.findChildren(QPushButton)}
        assert not {f"Letter ({of.__name__})…", f"Table ({of.__name__})…"} & texts
    assert "Letter (OfNothing)…" in {
        one.text() for one in go_to(shell, OfNothing, due).findChildren(QPushButton)
    }
