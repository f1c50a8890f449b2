# ruff: noqa: F811  fixtures of the windows are imported by name
"""R17 for forms that are data: a kill takes the last second of what is typed into one, and leaves no half record."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.acts import own_forms
from core.entering.record_entry import RecordEntry
from core.forms import catalog, reading
from core.forms.definition import FieldType
from core.session import Session
from tests.core.forms.made_up import EVERY_TYPE, LIMITS, PART
from tests.reliability.typing_form import STEADY
from tests.ui.conftest import app, due, empty_window, open_window, settings  # noqa: F401
from tests.ui.keyboard import settle

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


@pytest.fixture
def clinic(session, due, clinic_path, tmp_path):
    """A clinic file, closed, with a form of every field type and a grid that is part of it."""
    for text in (EVERY_TYPE.format(of="patient", layout="page"), PART.format(layout="grid")):
        path = tmp_path / "form.toml"
        path.write_text(text, "utf-8")
        ((found, form),) = own_forms.read(path)
        own_forms.add(session, found, form)
    session.close()
    return clinic_path


def killed_while_typing(clinic, key):
    """When each key of the remark was about to be typed and had been, by the clock of the program that was killed."""
    command = [sys.executable, "-m", "tests.reliability.typing_form", str(clinic), key.hex()]
    typed = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as nurse:
        while len(typed) < len(STEADY) and (line := nurse.stdout.readline()):
            typed.append(tuple(map(float, line.split())))
        nurse.send_signal(signal.SIGKILL)
    assert len(typed) == len(STEADY), "the program came to its end before it was killed"
    return typed


def test_r17_a_kill_takes_the_last_second_of_a_form_and_leaves_nothing_half_saved(
    clinic, key, due, open_window
):
    typed = killed_while_typing(clinic, key)
    owed = sum(done <= typed[-1][0] - 1 for _about, done in typed)
    session = Session(clinic, key, "dr.demo")
    record = session.record(due.id)
    (night,) = record.of_form("sleep")
    first, second = record.of_form("waking")
    assert [(one.within, one.value("at")) for one in (first, second)] == [
        (night.id, "01:30"),
        (night.id, "03:00"),
    ]
    assert night.items.keys() == {one.id for one in catalog.newest()["sleep"].stored} - {"with"}
    for one in record.forms:
        form = catalog.find(one.form, one.version)
        assert all(reading.fits(form.field(n), item.value) for n, item in one.items.items())
        assert RecordEntry(form, due.id, "dr.demo", LIMITS, record=one).record == one
    assert session.trail.verify().is_whole
    shell = open_window(session)
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("form.sleep")
    settle()
    view = page.tab("form.sleep").view
    frames = view.editor.frames
    stood = frames["remark"].editor.text
    assert STEADY.startswith(stood) and len(stood) >= owed > len(typed) / 3
    again = {name: frame.editor.text for name, frame in frames.items()}
    for name, item in night.items.items():
        if name != "remark":
            field = view.form.field(name)
            kept = reading.read(field, again[name], LIMITS)
            if field.type is FieldType.FILE:  # the same file, attached once more
                assert {**json.loads(kept), "id": ""} == {**json.loads(item.value), "id": ""}
            else:
                assert kept == item.value, name
    assert view.kept.isVisible()
    (grid,) = view.parts.views
    assert view.parts.parent_id == night.id and len(grid.lines) == 3
    assert grid.lines[-1].frames["at"].editor.text == "04"
