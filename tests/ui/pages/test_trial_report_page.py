"""The trial report in the window: its very pages are shown, and saved as they are."""

import json
from contextlib import closing

import pytest
from PySide6.QtWidgets import QFileDialog

from core.commands import demonstration
from core.model.document import About
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from tests.pdf import line_of
from tests.ui.conftest import words


@pytest.fixture
def monitor_shell(demo, open_window):
    key, path = demo._key, demo.path
    demo.close()
    with closing(Session(path, key, demonstration.LOGINS[Role.MONITOR])) as session:
        yield open_window(session)


def test_a_monitor_sees_the_pages_and_saves_them(monitor_shell, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "report.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(path), ""))
    monitor_shell.open_document("trial-report", About())
    page = monitor_shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None, timeout=60_000)
    assert monitor_shell.current is page and page.topic == "trial-report"
    assert "Trial report" in words(page) and page.pages.count() > 4
    text = line_of(page.pdf)
    assert "Figure 3." in text and "Demonstration data, follow-up simulated" in text
    page.save.click()
    qtbot.waitUntil(path.exists, timeout=20_000)
    assert path.read_bytes() == page.pdf
    (entry,) = page.context.session.trail.entries(limit=1)
    details = json.loads(entry.after)
    assert (entry.entity, details["document"], details["patients"]) == (
        Act.EXPORTED,
        "trial report",
        20,
    )


def test_a_clinic_without_patients_says_so(shell, qtbot):
    shell.open_document("trial-report", About())
    page = shell.page("document")
    qtbot.waitUntil(lambda: "No patient was on the schedule" in words(page), timeout=20_000)
    assert not page.save.isEnabled()
