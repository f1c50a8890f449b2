"""An attached file opened within the program: pages and pictures, by keyboard, nothing of it on a disk."""

import base64
import hashlib
import json

import pytest
from PySide6.QtWidgets import QFileDialog

from core.acts import attaching
from core.imports.attached import prepare
from core.model.attachment import Reference
from core.model.trail import Act
from tests import attached_files
from tests.core.imports.test_attached import LIMITS
from tests.ui.keyboard import Key, in_dialog, press, settle, wait_until
from ui.pages.attached_file import AttachedFile


@pytest.fixture
def attached(session, due, tmp_path):
    def attach(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return attaching.attach(session, due.id, prepare(path, LIMITS)).reference

    return attach


@pytest.fixture
def opened(shell, due, qtbot):
    def open_(value):
        dialog = AttachedFile(shell, shell.context, due.id, value)
        dialog.show()
        qtbot.waitUntil(dialog.isActiveWindow)
        wait_until(lambda: not dialog.sheet.image.isNull() or "cannot" in dialog.state.text())
        return dialog

    made = []
    yield lambda value: made.append(open_(value)) or made[-1]
    for dialog in made:
        dialog.close()


def ink(dialog):
    """How many dark points the sheet has, out of every ten thousand."""
    image = dialog.sheet.grab().toImage()
    points = [
        image.pixelColor(x, y).lightness() < 110
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    ]
    return 10_000 * sum(points) // len(points)


def test_pages_are_turned_and_drawn_larger_by_keyboard(opened, attached):
    dialog = opened(attached("report.pdf", attached_files.pdf(3)))
    assert "Page 1 of 3" in dialog.state.text() and dialog.title.text().startswith("report.pdf")
    assert ink(dialog) > 0
    usual = dialog.sheet.width()
    press(Key.Key_PageDown)
    assert "Page 2 of 3" in dialog.state.text()
    press(Key.Key_End)
    assert "Page 3 of 3" in dialog.state.text() and not dialog.after.isEnabled()
    press(Key.Key_PageDown)
    assert "Page 3 of 3" in dialog.state.text()
    press(Key.Key_Plus)
    assert dialog.sheet.width() == pytest.approx(usual * 1.25, abs=2)
    press(Key.Key_Minus, Key.Key_Minus)
    assert dialog.sheet.width() < usual
    press(Key.Key_0, Key.Key_Home)
    assert dialog.sheet.width() == usual and "Page 1 of 3" in dialog.state.text()
    wait_until(lambda: abs(dialog.sheet.image.width() - usual) <= 2)  # drawn anew, not stretched
    press(Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_photograph_is_shown_whole_and_the_right_way_up(opened, attached):
    wide = attached_files.a_picture(400, 300)
    dialog = opened(attached("mri.jpg", attached_files.jpeg(wide, turned=6)))
    image = dialog.sheet.image
    assert image.width() * 4 == pytest.approx(image.height() * 3, rel=0.02)  # it was turned
    assert dialog.sheet.height() <= dialog.area.viewport().height()


def test_a_key_image_of_a_scanner_is_shown(opened, attached):
    dialog = opened(attached("knee.dcm", attached_files.dicom()))
    assert dialog.title.text().startswith("knee.png · PNG picture")
    assert ink(dialog) > 1000


def test_opening_is_in_the_trail_and_the_window_s_title_says_nothing_of_it(
    opened, attached, session, due
):
    dialog = opened(attached("report.pdf", attached_files.pdf()))
    (entry,) = session.trail.entries(entity=Act.VIEWED.value, limit=1)
    assert entry.patient_id == due.id
    assert json.loads(entry.after) == {"document": "attached file", "file": "report.pdf"}
    assert dialog.windowTitle() == "Attached file"


def test_a_copy_is_saved_where_one_says_and_written_down(
    opened, attached, session, due, tmp_path, monkeypatch
):
    value = attached("report.pdf", attached_files.pdf())
    dialog = opened(value)
    proposed = []

    def choose(_parent, _title, name, _kinds):
        proposed.append(name)
        return str(tmp_path / "copy.pdf"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    dialog.copy.click()
    wait_until((tmp_path / "copy.pdf").exists)
    settle()
    content, _media = attaching.content(session, Reference.of(value))
    assert (tmp_path / "copy.pdf").read_bytes() == content
    assert "attached-file_" in proposed[0] and proposed[0].endswith(".pdf")
    assert "report" not in proposed[0]
    (entry,) = session.trail.entries(entity=Act.EXPORTED.value, limit=1)
    assert json.loads(entry.after) == {
        "document": "attached file",
        "file": "report.pdf",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_nothing_of_it_is_written_to_any_disk_while_it_is_looked_at(
    opened, attached, tmp_path, monkeypatch
):
    value = attached("report.pdf", attached_files.pdf())
    (tmp_path / "report.pdf").unlink()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    opened(value)
    assert list(temporary.iterdir()) == []
    beside = {one.name for one in tmp_path.rglob("*") if one.is_file()}
    assert not {one for one in beside if one.endswith((".pdf", ".png", ".jpg", ".tmp"))}


def test_a_file_of_before_is_shown_where_it_can_be_and_can_be_saved_where_not(opened):
    def held(name, content):
        return json.dumps({"name": name, "data": base64.b64encode(content).decode()})

    dialog = opened(held("old.png", attached_files.png()))
    assert dialog.state.text().endswith(" %")
    dialog.close()
    dialog = opened(held("night.edf", b"trace"))
    assert "cannot be shown here. Save a copy" in dialog.state.text() and dialog.copy.isVisible()
    dialog.close()
    dialog = opened(held("broken.pdf", b"%PDF-1.7 and no more"))
    assert "cannot be shown here" in dialog.state.text()


def test_one_that_is_damaged_or_gone_is_told_in_one_sentence(shell, attached, session, due):
    value = attached("report.pdf", attached_files.pdf())
    with session.write("from outside"):
        session._db.execute("DELETE FROM attachment")
    told = []
    shell.context.told.connect(told.append)
    shell.context.open_attached.emit(due.id, value)
    assert told == ["The file report.pdf is not in the clinic file any more."]


def test_it_is_opened_from_the_page_and_closed_with_esc(shell, attached, due):
    seen = []

    def look(dialog):
        wait_until(lambda: not dialog.sheet.image.isNull())
        seen.append(dialog.state.text())
        press(Key.Key_Escape)

    in_dialog(look, kind=AttachedFile)
    shell.context.open_attached.emit(due.id, attached("report.pdf", attached_files.pdf()))
    assert "Page 1 of 2" in seen[0]
    settle()
    assert shell.findChildren(AttachedFile) == [], "the pages went with the window"
