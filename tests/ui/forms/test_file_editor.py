"""Attaching a file in the window: off the UI thread, given up, refused in one sentence, taken out with a reason."""

import base64
import json
import threading

import pytest

from core.acts import attaching, own_forms
from core.forms import catalog
from core.imports import attached
from core.model.attachment import Reference
from tests import attached_files
from tests.core.forms.made_up import EVERY_TYPE
from tests.ui.keyboard import answer_dialogs, settle, wait_until


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


@pytest.fixture
def view(tmp_path, session, due, shell):
    path = tmp_path / "sleep.toml"
    path.write_text(EVERY_TYPE.format(of="patient", layout="page"), "utf-8")
    ((text, form),) = own_forms.read(path)
    own_forms.add(session, text, form)
    session.use_own()
    shell.open_chart(due.id)
    settle()
    page = shell.page("chart")
    page.show_tab("form.sleep")
    settle()
    return page.tab("form.sleep").view


@pytest.fixture
def file(view):
    return view.editor.frames["trace"].editor


def scan(tmp_path, name="night.png", content=None):
    path = tmp_path / name
    path.write_bytes(attached_files.png() if content is None else content)
    return path


def attach(file, path):
    file.take(path)
    wait_until(lambda: path.name in file.text)
    return Reference.of(file.text)


def save(view):
    view.editor.frames["quality"].editor.set_text("good")
    view.editor.frames["started"].editor.set_text("2025-11")
    view.editor.frames["quality"].changed.emit()
    view.save()
    settle()


def test_it_says_what_is_attached_and_what_was_not_kept_and_is_saved(
    view, file, due, session, tmp_path
):
    found = attach(file, scan(tmp_path))
    assert file._name.text().startswith("night.png · PNG picture, ")
    assert file._taken_out.text() == (
        "Not kept: history of the file (XMP), comments beside the picture."
    )
    save(view)
    (night,) = session.record(due.id).of_form("sleep")
    assert Reference.of(night.value("trace")) == found
    assert b"Zyxwvutov" not in attaching.content(session, found)[0]


def test_what_is_no_picture_is_refused_at_the_field_and_the_rest_stays(
    view, file, due, session, tmp_path
):
    file.take(scan(tmp_path, "notes.pdf", b"just words"))
    wait_until(file._problem.text)
    assert "notes.pdf is no PDF, JPEG, PNG or DICOM picture" in file._problem.text()
    assert file.text == "" and session.attachments.of(due.id) == ()
    assert file.pick.isVisible() and not file.cancel.isVisible()
    attach(file, scan(tmp_path))
    assert file._problem.text() == "" or file._problem.isHidden()


def test_it_is_read_off_the_window_s_thread_and_can_be_given_up(
    file, due, session, tmp_path, monkeypatch
):
    begun, go_on, threads = threading.Event(), threading.Event(), []
    real = attached.prepare

    def slow(path, allowed, watch):
        threads.append(threading.current_thread())
        watch.tell(0.25)
        begun.set()
        assert go_on.wait(20)
        return real(path, allowed, watch)

    monkeypatch.setattr(attached, "prepare", slow)
    file.take(scan(tmp_path))
    wait_until(lambda: "25 %" in file._name.text())
    assert threads != [threading.main_thread()]
    assert file.cancel.isVisible() and not file.pick.isVisible()
    file.cancel.click()
    go_on.set()
    settle()
    assert file.pick.isVisible() and file.text == ""
    monkeypatch.undo()
    attach(file, scan(tmp_path, "second.png"))
    assert [one.name for one in session.attachments.of(due.id)] == ["second.png"]


def test_one_that_is_taken_back_before_it_was_saved_leaves_the_file(file, due, session, tmp_path):
    attach(file, scan(tmp_path))
    attach(file, scan(tmp_path, "right.png"))  # in its place
    assert [one.name for one in session.attachments.of(due.id)] == ["right.png"]
    file.drop.click()
    settle()
    assert session.attachments.of(due.id) == () and file.text == ""
    reasons = {one.reason for one in session.trail.entries(entity="attachment") if one.before}
    assert reasons == {"taken out before it was saved"}


def test_a_saved_one_is_taken_out_with_a_reason_that_the_trail_keeps(
    view, file, due, session, tmp_path
):
    attach(file, scan(tmp_path))
    save(view)
    view.table.selectRow(0)
    view.list.buttons["correct"].click()
    settle()
    answer_dialogs(None)
    file.drop.click()
    settle()
    assert file.text != ""  # nobody said why
    answer_dialogs("of another patient")
    file.drop.click()
    settle()
    assert file.text == "" and len(session.attachments.of(due.id)) == 1  # until it is saved
    view.save()
    settle()
    assert session.attachments.of(due.id) == ()
    (entry, *_rest) = session.trail.entries(entity="attachment")
    assert entry.reason == "of another patient"
    (night,) = session.record(due.id).of_form("sleep")
    assert night.value("trace") is None
    assert session.trail.verify().is_whole


def test_half_a_record_names_its_file_again_after_the_window_was_closed(
    view, file, due, shell, session, tmp_path
):
    found = attach(file, scan(tmp_path))
    shell.page("chart").keep()
    attaching.remove_unsaved(session)  # as after the next sign-in
    view._record = None
    view.show_record(session.record(due.id))
    shown = view.editor.frames["trace"].editor
    assert Reference.of(shown.text) == found
    assert attaching.content(session, found)[0]


def test_a_file_of_before_is_shown_by_its_name(file):
    held = {"name": "night.edf", "data": base64.b64encode(b"trace").decode()}
    file.set_text(json.dumps(held))
    assert file._name.text() == "night.edf" and file.drop.isVisible()
